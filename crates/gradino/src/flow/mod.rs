//! Conditional flows: training from a configuration, and drawing points with their conditions into a table.

mod conditions;
mod sample;
mod table;
#[cfg(feature = "train")]
mod train;

pub use conditions::Conditions;
pub use sample::Sample;
#[cfg(feature = "train")]
pub use sample::learned;
pub use table::{Rows, Table};
#[cfg(feature = "train")]
pub use train::{Curve, DataTable, FlowConfig, FlowJob, FlowTable, Step, curve_figure};
