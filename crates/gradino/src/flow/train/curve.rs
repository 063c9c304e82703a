//! How a training went: a table and a figure.

use crate::error::{Error, Result};
use crate::flow::Table;
use crate::report::plots::{Axes, Curve as Line, Look, alone, draw, in_column};
use gradino_neural::train::{Progress, Quality};
use std::path::Path;

/// The rounds of a training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve(pub Vec<Progress>);

impl Curve {
    /// A row for each round: step, loss, rate and, of a density, ress and efficiency at the round's beginning.
    pub fn table(&self) -> Table {
        let column = |value: fn(&Progress) -> f64| self.0.iter().map(value).collect::<Vec<f64>>();
        let mut table = Table::default();
        table.push("step", "", column(|p| p.step as f64));
        table.push("loss", "", column(|p| p.loss));
        table.push("rate", "", column(|p| p.rate));
        if self.0.iter().any(|p| p.quality.is_some()) {
            table.push("ress", "", column(|p| p.quality.map_or(f64::NAN, |q| q.ress)));
            table.push("efficiency", "", column(|p| p.quality.map_or(f64::NAN, |q| q.efficiency)));
        }
        table
    }

    /// Reads the table that [`Curve::table`] makes, written as comma-separated values.
    ///
    /// # Errors
    /// A file that cannot be read, and one without the columns.
    pub fn read(path: &Path) -> Result<Self> {
        let table = Table::read(path)?;
        let column = |name: &str| {
            let missing =
                || Error::BadTable { path: path.into(), problem: format!("it has no numbers {name}") };
            table.numbers(name).ok_or_else(missing)
        };
        let (steps, losses, rates) = (column("step")?, column("loss")?, column("rate")?);
        let quality = table.numbers("ress").zip(table.numbers("efficiency"));
        let quality_of = |row: usize| {
            let (ress, efficiency) = quality.map(|(ress, efficiency)| (ress[row], efficiency[row]))?;
            (!ress.is_nan()).then_some(Quality { ress, efficiency })
        };
        let round = |row: usize| Progress {
            step: steps[row] as u64,
            loss: losses[row],
            rate: rates[row],
            quality: quality_of(row),
        };
        Ok(Curve((0..table.rows()).map(round).collect()))
    }
}

/// The training as SVG: the loss and, of a density, what is missing to a perfect sampler, by step.
pub fn curve_figure(curve: &Curve) -> String {
    let line = |value: fn(&Progress) -> f64, style: usize, name: &str| {
        let points = curve.0.iter().map(|p| (p.step as f64, value(p), 0.0)).filter(|p| p.1.is_finite());
        Line::line(points.collect(), style).named(name)
    };
    let positive = curve.0.iter().all(|p| p.loss > 0.0);
    let look = if positive { Look::LOG } else { Look::SIGNED };
    let axes = Axes { x: "step", y: "loss", look };
    let mut drawings = vec![draw(&[line(|p| p.loss, 0, "loss")], &axes, 1, "loss of the training")];
    if curve.0.iter().any(|p| p.quality.is_some()) {
        let missing = [
            line(|p| p.quality.map_or(f64::NAN, |q| 1.0 - q.ress), 0, "1 - RESS"),
            line(|p| p.quality.map_or(f64::NAN, |q| 1.0 - q.efficiency), 1, "1 - efficiency"),
        ];
        let axes = Axes { x: "step", y: "missing", look: Look::LOG };
        drawings.push(draw(&missing, &axes, 2, "what is missing to a perfect sampler"));
    }
    alone(&in_column(&drawings))
}
