//! `gradino widths`: partial widths of a nuclear state.

use crate::message::{Done, print};
use crate::options::StateOptions;
use crate::wiring;
use clap::Args;
use gradino::config::Source;
use std::process::ExitCode;

/// Print the partial widths of a nuclear state.
#[derive(Args)]
pub(crate) struct Widths {
    #[command(flatten)]
    state: StateOptions,
    /// Comma-separated values
    #[arg(long)]
    csv: bool,
}

impl Widths {
    pub(super) fn execute(self) -> Done {
        let config = self.state.config()?;
        let mut set = wiring::parameters(&config)?;
        config.apply_parameters(&mut set)?;
        let Source::State(state) = &config.source else { unreachable!("the options give a state") };
        print(&wiring::widths(&config, &set, state)?.text(self.csv))?;
        Ok(ExitCode::SUCCESS)
    }
}
