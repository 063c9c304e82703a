//! Figures: the tree of discrete decays, those of the toy, the result of a fit, the mean field of a nucleus and its responses.
//!
//! A figure is SVG that takes its colours from the page around it; [`standalone`] makes a file of it that
//! needs no page.

mod colours;
mod corner;
mod loss;
mod mean_field;
mod page;
mod panel;
mod plane;
mod responses;
mod scale;
mod toy;
mod tree;
mod tree_drawing;

pub use colours::standalone;
pub use corner::corner;
pub use mean_field::{mean_field, mean_field_page};
pub use page::{Figure, stacked, toy_page};
pub(crate) use page::{colour_values, rendered};
pub use responses::{responses, responses_page};
pub use toy::{Descent, Field, Scan, ScanRow, ToyFigures, ToySettings, toy_figures};
pub use tree::{Level, Measure, Tree, TreePath};
pub use tree_drawing::{DRAWN, draw_tree, inverse_unit};
