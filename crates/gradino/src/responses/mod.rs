//! Inclusive responses of a nucleus as they are printed, drawn and stored.

mod job;
mod table;

pub use job::ResponseJob;
pub use table::{Curves, NAMES, ResponseTable, ResponseUnit, ShellCurves, SumCurves};
