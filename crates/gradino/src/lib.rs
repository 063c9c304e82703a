//! The hall: configuration, chain, runs, files and reports.
pub mod report;
