//! The command line of gradino.
fn main() {}
