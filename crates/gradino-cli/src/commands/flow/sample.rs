//! `gradino flow sample`: draws points from a flow.

use crate::message::{Done, note, print};
use clap::Args;
use gradino::Error;
use gradino::flow::{Conditions, Sample, Table, learned};
use gradino_core::Density;
use gradino_neural::{Flow, FusedFlow};
use std::path::PathBuf;
use std::process::ExitCode;

/// Draw points from a trained flow, with their conditions and densities.
#[derive(Args)]
pub(crate) struct Draw {
    /// File of weights
    weights: PathBuf,
    /// Number of points
    #[arg(long, short = 'n', default_value_t = 1000, value_name = "N")]
    events: usize,
    /// Number of the first point
    #[arg(long, default_value_t = 0, value_name = "N")]
    first: u64,
    /// Seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A condition: NAME=VALUE, NAME=LOWEST:HIGHEST or NAME=KIND; without one it is even over its domain
    #[arg(long = "condition", short, value_name = "NAME=VALUE")]
    conditions: Vec<String>,
    /// Draw outside the range in which the flow was trained, too
    #[arg(long)]
    extrapolate: bool,
    /// Physical quantities beside the coordinates made for the flow, as omega, and the density per unit of them
    #[arg(long)]
    physical: bool,
    /// The density that the flow learned, for --physical; unless given, that of its training
    #[arg(long, value_name = "NAME", requires = "physical")]
    density: Option<String>,
    /// File to write, .parquet or .csv; without one: comma-separated values to the standard output
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long)]
    overwrite: bool,
}

impl Draw {
    pub(super) fn execute(self) -> Done {
        if let Some(path) = &self.out {
            Table::check_target(path, self.overwrite)?;
        }
        let flow = Flow::load(&self.weights).map_err(Error::from)?;
        let flow = if self.extrapolate { flow.extrapolating() } else { flow };
        let conditions = Conditions::parse(flow.space(), &self.conditions)?;
        let sample = Sample { conditions, seed: self.seed, first: self.first, events: self.events };
        let physical = self.quantities(&flow)?;
        let table = sample.draw(&FusedFlow::new(flow), physical.as_deref())?;
        let Some(path) = &self.out else {
            print(&table.csv())?;
            return Ok(ExitCode::SUCCESS);
        };
        let notes = vec![
            ("gradino.weights", self.weights.display().to_string()),
            ("gradino.seed", self.seed.to_string()),
            ("gradino.version", env!("CARGO_PKG_VERSION").to_string()),
        ];
        table.write(path, notes, self.overwrite)?;
        note(&format!("wrote {}", path.display()));
        Ok(ExitCode::SUCCESS)
    }
    /// The density whose quantities are asked for.
    fn quantities(&self, flow: &Flow) -> Done<Option<Box<dyn Density>>> {
        let density = match &self.density {
            _ if !self.physical => return Ok(None),
            None => learned(&flow.weights().notes)?,
            Some(name) => gradino::density::named(name)?,
        };
        match density.space() == flow.space() {
            true => Ok(Some(density)),
            false => Err(Error::from(gradino_neural::Error::OtherSpace).into()),
        }
    }
}
