//! `gradino merge`: slices of one run into one file.

use crate::message::{Done, note};
use crate::wiring;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Merge event files of one run into one.
#[derive(Args)]
pub(crate) struct Merge {
    /// File to write; the ending chooses the format
    output: PathBuf,
    /// Files to merge, in any order
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    overwrite: bool,
}

impl Merge {
    pub(super) fn execute(self) -> Done {
        let events = wiring::merge(&self.inputs, &self.output, self.overwrite)?;
        note(&format!("wrote {events} events to {}", self.output.display()));
        Ok(ExitCode::SUCCESS)
    }
}
