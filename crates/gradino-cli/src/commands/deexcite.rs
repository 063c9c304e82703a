//! `gradino deexcite`: decays of a fixed nuclear state.

use crate::job;
use crate::message::Done;
use crate::options::{JobOptions, StateOptions};
use clap::Args;

/// Let a fixed nuclear state decay.
#[derive(Args)]
pub(crate) struct Deexcite {
    #[command(flatten)]
    state: StateOptions,
    #[command(flatten)]
    options: JobOptions,
}

impl Deexcite {
    pub(super) fn execute(self) -> Done {
        job::execute(self.state.config()?, &self.options, false)
    }
}
