//! The report of a run: one HTML file that needs nothing else.
//!
//! An [`Accumulator`] takes the events as they come; [`render`] makes the page from it and from the
//! [`ReportFacts`]. Plots are SVG inside of the page, which has no scripts and loads nothing.

mod accumulate;
mod facts;
mod figures;
mod histogram;
mod levels;
mod numbers;
mod of_run;
mod page;
pub(crate) mod plots;
#[cfg(test)]
mod sample;
mod sensitivity;

pub use accumulate::{Accumulator, AccumulatorConfig, FinalState, Level, Transition};
pub use facts::{CitationFact, Measured, ProcessFact, ReportFacts};
pub use histogram::{Histogram, Tally};
pub use page::render;
pub use sensitivity::{GROUPS, Response, SmoothSpectrum, Step};
