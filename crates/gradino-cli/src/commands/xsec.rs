//! `gradino xsec`: total cross sections.

use crate::message::{Done, Failure, print};
use crate::options::{load, parse_grid};
use crate::wiring;
use clap::Args;
use gradino::config::Source;
use std::path::PathBuf;
use std::process::ExitCode;

/// Print total cross sections of the processes of a configuration.
#[derive(Args)]
pub(crate) struct Xsec {
    /// Configuration file; without one, the default job
    #[arg(value_name = "CONFIG.toml")]
    config: Option<PathBuf>,
    /// Energies: first, last and their number
    #[arg(long, default_value = "5 MeV:60 MeV:56", value_name = "FIRST:LAST:N")]
    energies: String,
    /// Derivatives of the cross sections of knockouts, with respect to the parameters of [gradients]
    #[arg(long)]
    gradients: bool,
    /// Comma-separated values
    #[arg(long)]
    csv: bool,
}

impl Xsec {
    pub(super) fn execute(self) -> Done {
        let energies = parse_grid(&self.energies)
            .map_err(|reason| Failure::usage(reason, "the default is \"5 MeV:60 MeV:56\""))?;
        let config = load(self.config.as_ref())?;
        if matches!(config.source, Source::State(_)) {
            return Err(Failure::usage(
                "a fixed state has no cross section",
                "name a configuration with [flux]",
            ));
        }
        let mut set = wiring::parameters(&config)?;
        config.apply_parameters(&mut set)?;
        let table = match self.gradients {
            true => wiring::cross_section_gradients(&config, &set, &energies)?,
            false => wiring::cross_sections(&config, &set, &energies)?,
        };
        print(&table.text(self.csv))?;
        Ok(ExitCode::SUCCESS)
    }
}
