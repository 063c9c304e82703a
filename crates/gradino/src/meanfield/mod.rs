//! The mean field of a nucleus as it is printed, drawn and stored.

mod record;

pub use record::{Columns, Gradient, Ground, Level, Matter, Term};
