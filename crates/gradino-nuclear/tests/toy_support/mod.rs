//! What the tests of the toy share.

#![allow(dead_code)]

use gradino_core::{ParamSet, Real, Sample};
use gradino_nuclear::toy::{ALPHA, LAMBDA, ToyNucleus, parameters};

pub(crate) fn set(alpha: f64, lambda: f64) -> ParamSet {
    let mut set = ParamSet::new(parameters());
    set.set(ALPHA, alpha).expect("within the bounds");
    set.set(LAMBDA, lambda).expect("within the bounds");
    set
}

/// Mean of `f` of a feature over a sample, with its error.
pub(crate) fn mean(sample: &Sample, f: impl Fn(&[f64]) -> f64) -> (f64, f64) {
    let terms: Vec<f64> = (0..sample.len()).map(|i| sample.weights[i] * f(sample.row(i))).collect();
    moments(&terms)
}

/// Mean and its error.
pub(crate) fn moments(terms: &[f64]) -> (f64, f64) {
    let n = terms.len() as f64;
    let mean = terms.iter().sum::<f64>() / n;
    let variance = terms.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// Exact means from a start energy, written anew: X(E) = sum_f p(E -> f) [x(E - f) + X(f)], solved upwards on
/// a grid and among the levels, for the number of photons, the sum of their squared energies [MeV^2] and the
/// energy of the first one [MeV].
pub(crate) struct Exact<D> {
    pub(crate) multiplicity: D,
    pub(crate) squares: D,
    pub(crate) first_gamma: D,
}

type Means<D> = [D; 2];

/// An integrand: weight of a final state, photon energy, means after it.
fn add<D: Real>(sum: &mut (D, D, Means<D>), weight: D, e: f64, after: &Means<D>) {
    sum.0 += weight;
    sum.1 += weight * e;
    sum.2[0] += weight * (after[0] + 1.0);
    sum.2[1] += weight * (after[1] + e * e);
}

pub(crate) fn exact<D: Real>(nucleus: &ToyNucleus, alpha: D, lambda: D, start: f64) -> Exact<D> {
    const STEPS: usize = 400;
    let rho = |e: f64| (alpha.sqrt() * (2.0 * e.sqrt())).exp();
    let t = |e: f64| (lambda * e.ln()).exp();
    let (levels, edge) = (&nucleus.levels, nucleus.edge);
    let border = |k: usize| match (k, levels.get(k)) {
        (0, _) => 0.0,
        (_, None) => edge,
        (_, Some(level)) => 0.5 * (levels[k - 1] + level),
    };
    let level_weight = |k: usize, e: f64| t(e - levels[k]) * rho(levels[k]) * (border(k + 1) - border(k));
    let mut at_levels: Vec<Means<D>> = vec![[D::zero(); 2]];
    for i in 1..levels.len() {
        let mut sum = (D::zero(), D::zero(), [D::zero(); 2]);
        (0..i).for_each(|k| add(&mut sum, level_weight(k, levels[i]), levels[i] - levels[k], &at_levels[k]));
        at_levels.push(sum.2.map(|s| s / sum.0));
    }
    let step = (start - edge) / STEPS as f64;
    let mut grid: Vec<Means<D>> = Vec::new();
    let mut first_gamma = D::zero();
    for i in 0..=STEPS {
        let e = edge + step * i as f64;
        let mut sum = (D::zero(), D::zero(), [D::zero(); 2]);
        (0..levels.len()).for_each(|k| add(&mut sum, level_weight(k, e), e - levels[k], &at_levels[k]));
        for m in 0..i {
            // Two Gauss points; the means linear between the nodes, the last of which is not known yet.
            for offset in [0.5 - 1.0 / 12f64.sqrt(), 0.5 + 1.0 / 12f64.sqrt()] {
                let next = edge + step * (m as f64 + offset);
                let upper = if m + 1 < i { m + 1 } else { m };
                let after = std::array::from_fn(|x| grid[m][x] * (1.0 - offset) + grid[upper][x] * offset);
                add(&mut sum, t(e - next) * rho(next) * (0.5 * step), e - next, &after);
            }
        }
        first_gamma = sum.1 / sum.0;
        grid.push(sum.2.map(|s| s / sum.0));
    }
    Exact { multiplicity: grid[STEPS][0], squares: grid[STEPS][1], first_gamma }
}
