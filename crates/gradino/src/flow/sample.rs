//! Points drawn from a flow, with their conditions and densities.

use super::{Conditions, Table};
#[cfg(feature = "train")]
use crate::error::Error;
use crate::error::Result;
use gradino_core::{Axis, Density, Domain, Sampler, Space};
#[cfg(feature = "train")]
use std::collections::BTreeMap;

/// What is drawn: points number `first` and following, under conditions that follow a law.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The law of the conditions.
    pub conditions: Conditions,
    /// Seed.
    pub seed: u64,
    /// Number of the first point.
    pub first: u64,
    /// How many.
    pub events: usize,
}

impl Sample {
    /// Draws them: columns of the conditions and coordinates, and of the density q per unit of each axis. With the density
    /// `physical`, columns of those of its quantities that are no axes follow, and of q per unit of each quantity.
    ///
    /// # Errors
    /// Conditions that the sampler refuses.
    pub fn draw(&self, sampler: &dyn Sampler, physical: Option<&dyn Density>) -> Result<Table> {
        let Space { axes, conditions } = sampler.space();
        let rows = self.conditions.draw(self.seed, self.first, self.events);
        let (mut points, mut densities) = (vec![0.0; self.events * axes.len()], vec![0.0; self.events]);
        sampler.draw(self.seed, self.first, &rows, &mut points, &mut densities)?;
        let mut table = Table::default();
        let column = |values: &[f64], at: usize, wide: usize| -> Vec<f64> {
            values.iter().skip(at).step_by(wide).copied().collect()
        };
        for (at, condition) in conditions.iter().enumerate() {
            let values = column(&rows, at, conditions.len());
            match &condition.domain {
                Domain::Range { .. } => table.push(&condition.name, &condition.unit, values),
                Domain::Category { labels } => table.push_kinds(&condition.name, labels, &values),
            }
        }
        for (at, axis) in axes.iter().enumerate() {
            table.push(&axis.name, &axis.unit, column(&points, at, axes.len()));
        }
        let Some(density) = physical else {
            table.push("density", &per_unit(axes), densities);
            return Ok(table);
        };
        let quantities = density.quantities();
        let (mut values, mut volumes) = (vec![0.0; points.len()], vec![0.0; self.events]);
        density.to_quantities(&rows, &points, &mut values, &mut volumes)?;
        for (at, quantity) in quantities.iter().enumerate().filter(|(at, q)| q.name != axes[*at].name) {
            table.push(&quantity.name, &quantity.unit, column(&values, at, axes.len()));
        }
        let per_quantity = densities.iter().zip(volumes).map(|(q, volume)| q / volume).collect();
        table.push("density", &per_unit(axes), densities);
        table.push("density_physical", &per_unit(&quantities), per_quantity);
        Ok(table)
    }
}

/// The unit of a density per unit of each axis.
fn per_unit(axes: &[Axis]) -> String {
    let units: Vec<&str> = axes.iter().map(|axis| axis.unit.as_str()).filter(|u| !u.is_empty()).collect();
    if units.is_empty() { String::new() } else { format!("1/({})", units.join(" ")) }
}

/// The density that a flow learned, by the notes of its weights.
///
/// # Errors
/// Notes that name no density, and one that cannot be made.
#[cfg(feature = "train")]
pub fn learned(notes: &BTreeMap<String, String>) -> Result<Box<dyn Density>> {
    let config = notes.get("configuration").map(|text| super::FlowConfig::from_toml(text)).transpose()?;
    let opened = config.map(|config| config.open()).transpose()?;
    opened.and_then(|(density, _)| density).ok_or(Error::NothingLearned)
}
