//! `gradino flow info`: says what a file of weights holds.

use crate::message::{Done, print};
use crate::table::Table;
use clap::Args;
use gradino::Error;
use gradino_core::{Domain, Manifold};
use gradino_neural::{Conditioner, TransformSpec, Weights};
use std::path::PathBuf;
use std::process::ExitCode;

/// Say what a file of weights holds: axes, conditions, transforms, and how it was trained.
#[derive(Args)]
pub(crate) struct Info {
    /// File of weights
    weights: PathBuf,
    /// Print the flow as JSON
    #[arg(long)]
    json: bool,
}

impl Info {
    pub(super) fn execute(self) -> Done {
        let weights = Weights::load(&self.weights).map_err(Error::from)?;
        if self.json {
            print(&(weights.spec_json() + "\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let space = &weights.spec().space;
        let mut table = Table::new(&["name", "unit", "kind", "values"]);
        for axis in &space.axes {
            let kind = match axis.manifold {
                Manifold::Interval => "interval",
                Manifold::Circle => "circle",
            };
            let values = format!("{} to {}", axis.low, axis.high);
            table.push(vec![axis.name.clone(), axis.unit.clone(), kind.into(), values]);
        }
        for condition in &space.conditions {
            let values = match &condition.domain {
                Domain::Range { low, high } => format!("{low} to {high}"),
                Domain::Category { labels } => labels.join(", "),
            };
            table.push(vec![condition.name.clone(), condition.unit.clone(), "condition".into(), values]);
        }
        print(&table.text(false))?;
        let transforms = &weights.spec().transforms;
        print(&format!("{} numbers in {} transforms\n", weights.count(), transforms.len()))?;
        transforms.iter().enumerate().try_for_each(|(n, t)| print(&format!("{n}: {}\n", told(t))))?;
        let notes = weights.notes.iter().filter(|(name, _)| *name != "configuration");
        notes.into_iter().try_for_each(|(name, note)| print(&format!("{name}: {note}\n")))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn told(transform: &TransformSpec) -> String {
    let networks = match transform.conditioner {
        Conditioner::Masked { width, blocks, .. } => {
            format!("one masked network of {blocks} residual blocks, {width} wide")
        }
        Conditioner::PerAxis { width, layers, .. } => {
            format!("a network for each axis of {layers} hidden layers, {width} wide")
        }
    };
    let kind = format!("{:?}", transform.kind).to_lowercase();
    format!("{kind} over {:?}, {} bins, {networks}", transform.order, transform.bins)
}
