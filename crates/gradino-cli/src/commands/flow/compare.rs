//! `gradino flow compare`: samplers of one density side by side.

use crate::message::{Done, note, print};
use crate::table::Table;
use clap::Args;
use gradino::assess::{Compared, SamplerName, compare, compared_json};
use gradino_infer::sampling::assess::{Measured, Settings};
use std::path::PathBuf;
use std::process::ExitCode;

/// Put all samplers of a density side by side: efficiency, speed, evaluations, bias.
#[derive(Args)]
pub(crate) struct Compare {
    /// Samplers: uniform, accept-reject, grid, grid-unweighted, exact, FILE and FILE:unweighted of a flow [default: all
    /// but flows]
    #[arg(value_name = "SAMPLER")]
    samplers: Vec<String>,
    /// File of a flow to put beside them, its points as they are and kept in proportion to their weights up to the cap
    #[arg(long, value_name = "FILE")]
    flow: Vec<PathBuf>,
    /// The density: knockout, plane_wave, ridges or lobes
    #[arg(long, value_name = "NAME")]
    density: String,
    /// Points of each sampler, for each kind of conditions
    #[arg(short = 'n', long, value_name = "N", default_value_t = Settings::default().set)]
    events: usize,
    /// Quantile of the weights at which samplers with unit weights cap them
    #[arg(long, value_name = "Q", default_value_t = Settings::default().quantile)]
    quantile: f64,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=gradino::config::LARGEST_SEED))]
    seed: u64,
    /// The table as JSON
    #[arg(long)]
    json: bool,
    /// Comma-separated values
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl Compare {
    pub(super) fn execute(self) -> Done {
        let samplers =
            self.samplers.iter().map(|n| n.parse()).collect::<gradino::Result<Vec<SamplerName>>>()?;
        let settings = Settings {
            events: self.events,
            set: self.events,
            quantile: self.quantile,
            seed: self.seed,
            ..Settings::default()
        };
        settings.check().map_err(gradino::Error::from)?;
        let progress = |what: &str| note(&format!("{what} ..."));
        let found = compare(&self.density, &samplers, &self.flow, &settings, &progress)?;
        if self.json {
            print(&compared_json(&self.density, &found))?;
        } else {
            print(&table(&found).text(self.csv))?;
            note("one core; RESS, efficiency and likelihood: the worst kind, at the middle energy");
            note("moments: largest difference from the reference in errors, and their number");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(found: &[Compared]) -> Table {
    let mut table = Table::new(&[
        "sampler",
        "preparation [CPU s]",
        "evaluations",
        "events/s",
        "evaluations/event",
        "RESS [%]",
        "efficiency [%]",
        "moments z",
        "number",
        "likelihood z",
    ]);
    let worst = |all: &[Measured]| 100.0 * all.iter().map(|m| m.value).fold(f64::INFINITY, f64::min);
    for c in found {
        table.push(vec![
            c.sampler.clone(),
            format!("{:.1}", c.preparation),
            c.preparation_evaluations.to_string(),
            format!("{:.0}", c.events_per_second),
            format!("{:.2}", c.evaluations_per_event),
            format!("{:.2}", worst(&c.ress)),
            format!("{:.2}", 100.0 * c.efficiency),
            format!("{:.1}", c.bias.0),
            c.bias.1.to_string(),
            format!("{:.1}", c.likelihood.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        ]);
    }
    table
}
