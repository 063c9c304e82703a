//! The figures of docs/validation.md.

use crate::process::{Done, cargo, succeed};

/// Measures them in a release build and prints the tables.
pub(crate) fn run() -> Done {
    succeed(&mut cargo(&["run", "--release", "--package", "gradino-validation"]))
}
