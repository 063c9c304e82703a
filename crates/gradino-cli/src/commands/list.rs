//! `gradino list`: models, parameters, nuclides.

use crate::message::{Done, print};
use crate::options::load;
use crate::table::Table;
use crate::wiring;
use clap::{Args, ValueEnum};
use gradino::config::{Config, all_choices};
use std::path::PathBuf;
use std::process::ExitCode;

/// Print what there is to choose from.
#[derive(Args)]
pub(crate) struct List {
    /// What to print
    what: What,
    /// Configuration with the models; without it the defaults
    #[arg(long, value_name = "CONFIG")]
    config: Option<PathBuf>,
    /// Comma-separated values
    #[arg(long)]
    csv: bool,
}

/// What can be listed.
#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Models and other named choices of a configuration
    Models,
    /// Parameters with value, unit, bounds and source
    Parameters,
    /// Nuclides with known levels
    Nuclides,
}

impl List {
    pub(super) fn execute(self) -> Done {
        let config = load(self.config.as_ref())?;
        let table = match self.what {
            What::Models => models(),
            What::Parameters => parameters(&config)?,
            What::Nuclides => wiring::nuclides(&config)?,
        };
        print(&table.text(self.csv))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn models() -> Table {
    let mut table = Table::new(&["key", "name", "default", "meaning", "source"]);
    for choice in all_choices() {
        let default = if choice.is_default { "yes" } else { "" };
        let cells = [choice.key, choice.name, default, choice.meaning, choice.source];
        table.push(cells.map(String::from).to_vec());
    }
    table
}

fn parameters(config: &Config) -> Done<Table> {
    let mut table = Table::new(&["name", "value", "unit", "lower", "upper", "sigma", "source", "meaning"]);
    let mut set = wiring::parameters(config)?;
    config.apply_parameters(&mut set)?;
    for p in set.iter() {
        let numbers = [p.bounds[0], p.bounds[1], p.sigma].map(|x| x.to_string());
        let [lower, upper, sigma] = numbers;
        let (source, meaning) = (p.source.clone(), p.meaning.clone());
        table.push(vec![
            p.name.clone(),
            p.value.to_string(),
            p.unit.clone(),
            lower,
            upper,
            sigma,
            source,
            meaning,
        ]);
    }
    Ok(table)
}
