//! `gradino flow`: densities, and samplers of them.

mod assess;
mod compare;
mod info;
mod sample;
mod train;

use crate::message::Done;
use clap::{Args, Subcommand};

/// Densities and their samplers: flows trained, drawn from, assessed and compared.
#[derive(Args)]
pub(crate) struct Flow {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Train(train::Train),
    Sample(sample::Draw),
    Info(info::Info),
    Assess(assess::Assess),
    Compare(compare::Compare),
}

impl Flow {
    pub(super) fn execute(self) -> Done {
        match self.command {
            Command::Train(command) => command.execute(),
            Command::Sample(command) => command.execute(),
            Command::Info(command) => command.execute(),
            Command::Assess(command) => command.execute(),
            Command::Compare(command) => command.execute(),
        }
    }
}
