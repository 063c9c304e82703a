//! `gradino run`: a configuration becomes files.

use crate::job;
use crate::message::Done;
use crate::options::{JobOptions, load};
use clap::Args;
use std::path::PathBuf;

/// Run a configuration; without one, the default job.
#[derive(Args, Default)]
pub(crate) struct Run {
    /// Configuration file
    #[arg(value_name = "CONFIG.toml")]
    config: Option<PathBuf>,
    #[command(flatten)]
    options: JobOptions,
}

impl Run {
    pub(super) fn execute(self) -> Done {
        job::execute(load(self.config.as_ref())?, &self.options, self.config.is_some())
    }
}
