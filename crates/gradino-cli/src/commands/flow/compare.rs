//! `gradino flow compare`: samplers of one density side by side.

use crate::message::{Done, note, print};
use crate::table::Table;
use clap::Args;
use gradino::assess::{CompareJob, Compared, SamplerName, compared_json};
use gradino_infer::sampling::assess::Settings;
use std::path::PathBuf;
use std::process::ExitCode;

/// CPU time of one sampler unless told otherwise [s].
const SECONDS: u32 = 60;

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
    /// CPU time that a sampler may take for these points [s]; one that is slower is looked at with fewer
    #[arg(long, value_name = "S", default_value_t = SECONDS, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
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
        let density = gradino::density::named(&self.density)?;
        let job = CompareJob { samplers, flows: self.flow, settings, seconds: self.seconds.into() };
        let found = job.run(&*density, &|what| note(&format!("{what} ...")))?;
        if self.json {
            print(&compared_json(&self.density, &found))?;
        } else {
            print(&table(&found).text(self.csv))?;
            note(
                "one core; points: for each kind, at the middle energy; RESS, efficiency and likelihood: of the worst kind",
            );
            note(
                "bias: of all means along axes and of products of two the one that is off by the most errors, in per cent of \
                 the spread of what it is the mean of, with its error; z: in errors, 2 to 3 by chance; likelihood z: 1 by chance",
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(found: &[Compared]) -> Table {
    let mut table = Table::new(&Compared::COLUMNS);
    found.iter().for_each(|c| table.push(c.cells()));
    table
}
