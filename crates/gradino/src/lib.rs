//! The hall: configuration, chain, runs, files and reports.
