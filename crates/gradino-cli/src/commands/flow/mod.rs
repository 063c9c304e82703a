//! `gradino flow`: densities, and samplers of them.

mod assess;
mod compare;

use crate::message::Done;
use clap::{Args, Subcommand};

/// Densities and their samplers: how good one is, and all of them side by side.
#[derive(Args)]
pub(crate) struct Flow {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Assess(assess::Assess),
    Compare(compare::Compare),
}

impl Flow {
    pub(super) fn execute(self) -> Done {
        match self.command {
            Command::Assess(command) => command.execute(),
            Command::Compare(command) => command.execute(),
        }
    }
}
