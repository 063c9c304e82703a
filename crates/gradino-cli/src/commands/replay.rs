//! `gradino replay`: one event of a run, as a readable decay chain.

use crate::message::{Done, print};
use crate::wiring;
use clap::Args;
use gradino::config::Config;
use gradino::run::chain_text;
use gradino_core::Event;
use std::path::PathBuf;
use std::process::ExitCode;

/// Make one event again and print its decay chain.
#[derive(Args)]
pub(crate) struct Replay {
    /// Event file or configuration file
    #[arg(value_name = "RUN|CONFIG.toml")]
    source: PathBuf,
    /// Number of the event, from 0
    #[arg(long)]
    event: u64,
    /// Seed, for a configuration without one
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=gradino::config::LARGEST_SEED))]
    seed: Option<u64>,
}

impl Replay {
    pub(super) fn execute(self) -> Done {
        let is_config = self.source.extension().is_some_and(|ending| ending == "toml");
        let mut config = match is_config {
            true => Config::from_file(&self.source)?,
            false => wiring::held_run(&self.source)?.config,
        };
        config.seed = self.seed.or(config.seed);
        config.settle_seed();
        let mut set = wiring::parameters(&config)?;
        config.apply_parameters(&mut set)?;
        let chain = wiring::chain(&config, &set, &[])?;
        let mut event = Event::new();
        chain.draw(self.event, &mut chain.scratch(), &mut event);
        print(&chain_text(&event))?;
        Ok(ExitCode::SUCCESS)
    }
}
