//! Points drawn from a flow, with their conditions and densities.

use super::{Conditions, Table};
use crate::error::Result;
use gradino_core::{Domain, Sampler, Space};

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
    /// Draws them: columns of the conditions and coordinates, and of the density q per unit of each axis.
    pub fn draw(&self, sampler: &dyn Sampler) -> Result<Table> {
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
        let units: Vec<&str> = axes.iter().map(|axis| axis.unit.as_str()).filter(|u| !u.is_empty()).collect();
        let unit = if units.is_empty() { String::new() } else { format!("1/({})", units.join(" ")) };
        table.push("density", &unit, densities);
        Ok(table)
    }
}
