//! Many points at once, on all cores.

use super::Law;
use crate::error::{Error, Result};
use gradino_core::{Density, Sampler, Space};
use rayon::prelude::*;

/// Points that are drawn or evaluated together.
const BLOCK: usize = 4096;

/// Points with the conditions under which they were drawn and the densities with which they were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draws {
    /// Conditions, row by row.
    pub conditions: Vec<f64>,
    /// Points, row by row.
    pub points: Vec<f64>,
    /// q(x | c), per unit of each axis.
    pub densities: Vec<f64>,
}

/// The points number `first` to `first` + `count` of a sampler, under conditions drawn from `law`. Threads change
/// nothing.
pub fn draw(sampler: &dyn Sampler, law: &Law, seed: u64, first: u64, count: usize) -> Result<Draws> {
    let space = sampler.space();
    let (axes, wide) = (space.axes.len(), space.conditions.len());
    let mut draws = Draws {
        conditions: vec![0.0; count * wide],
        points: vec![0.0; count * axes],
        densities: vec![0.0; count],
    };
    let points = draws.points.par_chunks_mut(BLOCK * axes);
    let rows = points.zip(draws.densities.par_chunks_mut(BLOCK));
    let block = |(number, conditions, points, densities): (usize, &mut [f64], &mut [f64], &mut [f64])| {
        let first = first + (number * BLOCK) as u64;
        law.fill(seed, first, conditions);
        sampler.draw(seed, first, conditions, points, densities)?;
        check_proposals(space, points, densities)
    };
    if wide == 0 {
        rows.enumerate().try_for_each(|(n, (points, densities))| block((n, &mut [], points, densities)))?;
    } else {
        let conditions = draws.conditions.par_chunks_mut(BLOCK * wide);
        rows.zip(conditions).enumerate().try_for_each(|(n, ((p, d), c))| block((n, c, p, d)))?;
    }
    Ok(draws)
}

/// f(x; c) of many points, on all cores; refuses what is no density.
pub fn evaluate(density: &dyn Density, conditions: &[f64], points: &[f64]) -> Result<Vec<f64>> {
    let space = density.space();
    let (axes, wide) = (space.axes.len(), space.conditions.len());
    let mut values = vec![0.0; points.len() / axes];
    values.par_chunks_mut(BLOCK).enumerate().try_for_each(|(block, values)| {
        let rows = block * BLOCK..block * BLOCK + values.len();
        let conditions = &conditions[rows.start * wide..rows.end * wide];
        density.evaluate_checked(conditions, &points[rows.start * axes..rows.end * axes], values)
    })?;
    Ok(values)
}

/// Points of a sampler, and their weights w = f(x; c) / q(x | c).
pub fn weighted(
    density: &dyn Density,
    sampler: &dyn Sampler,
    law: &Law,
    seed: u64,
    first: u64,
    count: usize,
) -> Result<(Draws, Vec<f64>)> {
    check_spaces(density, sampler)?;
    let draws = draw(sampler, law, seed, first, count)?;
    let mut weights = evaluate(density, &draws.conditions, &draws.points)?;
    weights.iter_mut().zip(&draws.densities).for_each(|(w, q)| *w /= q);
    Ok((draws, weights))
}

/// Refuses a sampler of another space than the density's.
pub(super) fn check_spaces(density: &dyn Density, sampler: &dyn Sampler) -> Result<()> {
    if density.space() == sampler.space() {
        return Ok(());
    }
    Err(Error::OtherSpace { found: described(sampler.space()), wanted: described(density.space()) })
}

/// Names and ends of axes and conditions.
fn described(space: &Space) -> String {
    let axes = space.axes.iter().map(|a| format!("{} in [{}, {}]", a.name, a.low, a.high));
    let conditions = space.conditions.iter().map(|c| c.name.clone());
    axes.chain(conditions).collect::<Vec<_>>().join(", ")
}

fn check_proposals(space: &Space, points: &[f64], densities: &[f64]) -> Result<()> {
    let Some(row) = densities.iter().position(|q| !(q.is_finite() && *q > 0.0)) else {
        return Ok(());
    };
    let at = &points[row * space.axes.len()..(row + 1) * space.axes.len()];
    let named = space.axes.iter().zip(at).map(|(axis, x)| format!("{} = {x}", axis.name));
    Err(Error::BadProposal { value: densities[row], point: named.collect::<Vec<_>>().join(", ") })
}
