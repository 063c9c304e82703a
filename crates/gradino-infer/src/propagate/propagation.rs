//! The result of a propagation.

use super::{GROUPS, Histogrammed, Warning};
use crate::error::Result;
use nalgebra::{DMatrix, DVector};

/// A band is noise if noise has this share of its square.
const NOISE: f64 = 0.5;
/// A parameter is named if noise has this share of the square of its effect: one without any effect shows up to
/// three times the expected square now and then.
const NOISY_EFFECT: f64 = 0.33;
/// Noise that has less than this share of the variance of all bins is not worth a word.
const WORTH: f64 = 0.02;

/// Expected counts with their uncertainties.
#[derive(Clone, Debug, PartialEq)]
pub struct Propagation {
    /// Parameters with derivatives, in order.
    pub names: Vec<String>,
    /// Standard deviations of these parameters; 0 for those without an uncertainty.
    pub sigmas: Vec<f64>,
    /// Parameters with an uncertainty but without derivatives: their share is missing.
    pub missing: Vec<String>,
    /// Expected counts m, `[bins]`.
    pub content: Vec<f64>,
    /// Their derivatives J, `[bins, parameters]`.
    pub jacobian: DMatrix<f64>,
    /// Systematic covariance J C J^T, `[bins, bins]`.
    pub systematic: DMatrix<f64>,
    /// Statistical covariance of the simulated sample, `[bins, bins]`. Off its diagonal are events that
    /// neighbouring bins share.
    pub statistical: DMatrix<f64>,
    /// Part of the diagonal of `systematic` that comes from the noise of J, tr[C cov(J_b)] from the jackknife,
    /// `[bins]`; subtracting it leaves an unbiased variance.
    pub noise: Vec<f64>,
    /// Statistical errors of the bands, `[bins]`.
    pub band_errors: Vec<f64>,
    /// Parameters with an uncertainty, those with the largest effect first.
    pub parameters: Vec<Contribution>,
    /// Families of parameters (the part of the name before the first dot), likewise.
    pub families: Vec<Contribution>,
    /// What should be known before the bands are believed.
    pub warnings: Vec<Warning>,
}

/// What a parameter or a family does to the counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Its name.
    pub name: String,
    /// For a parameter the change of the counts by one standard deviation, J sigma, with its sign; for a family
    /// the band of its parameters with their correlations; `[bins]`.
    pub effect: Vec<f64>,
    /// Sum of the squares of `effect`, by that of the bands. With correlations between parameters these shares do
    /// not sum to one.
    pub share: f64,
}

impl Propagation {
    /// Systematic standard deviations of the bins.
    pub fn bands(&self) -> Vec<f64> {
        self.systematic.diagonal().iter().map(|v| v.max(0.0).sqrt()).collect()
    }

    /// The same without what the noise of the derivatives adds; 0 where nothing is left.
    pub fn bands_without_noise(&self) -> Vec<f64> {
        let pairs = self.systematic.diagonal();
        pairs.iter().zip(&self.noise).map(|(v, noise)| (v - noise).max(0.0).sqrt()).collect()
    }

    /// Statistical standard deviations of the bins.
    pub fn statistical_errors(&self) -> Vec<f64> {
        self.statistical.diagonal().iter().map(|v| v.max(0.0).sqrt()).collect()
    }

    /// Systematic and statistical covariance together.
    pub fn total(&self) -> DMatrix<f64> {
        &self.systematic + &self.statistical
    }
}

/// What the jackknife says of the derivatives.
struct Jackknife {
    noise: Vec<f64>,
    band_errors: Vec<f64>,
    /// Variances of J, `[bins, parameters]`.
    derivatives: DMatrix<f64>,
}

/// Propagates.
pub(super) fn of(sample: &Histogrammed) -> Result<Propagation> {
    let (names, bins) = (sample.names.clone(), sample.binning.bins());
    let covariance = sample.knowledge.of(&names);
    let all = sample.summed(None);
    let jacobian = DMatrix::from_row_slice(bins, names.len(), &all.jacobian);
    let directions = sample.probes.directions();
    let root = DMatrix::from_fn(names.len(), directions.len(), |i, k| directions[k][i]);
    let moves = &jacobian * &root;
    let jackknife = jackknife(sample, &jacobian, &root);
    let sigmas: Vec<f64> = covariance.diagonal().iter().map(|v| v.max(0.0).sqrt()).collect();
    let mut result = Propagation {
        missing: missing(sample),
        content: all.mean,
        systematic: &moves * moves.transpose(),
        statistical: sample.statistical.clone(),
        noise: jackknife.noise.clone(),
        band_errors: jackknife.band_errors.clone(),
        parameters: Vec::new(),
        families: Vec::new(),
        warnings: Vec::new(),
        names,
        sigmas,
        jacobian,
    };
    result.parameters = result.by_parameter();
    result.families = result.by_family(&covariance);
    result.warnings = result.doubts(sample, &jackknife);
    Ok(result)
}

/// Parameters with a variance that have no derivatives.
fn missing(sample: &Histogrammed) -> Vec<String> {
    let variances = sample.knowledge.matrix().diagonal();
    let known = sample.knowledge.names().iter().zip(variances.iter());
    let known = known.filter(|(name, variance)| **variance > 0.0 && !sample.names.contains(name));
    known.map(|(name, _)| name.clone()).collect()
}

/// Leaves one group out after the other (efron1982): V_g = (G - 1) / G sum (x_g - mean)^2, and the bias
/// (G - 1) (mean - x), which for the quadratic form J C J^T is exact.
fn jackknife(sample: &Histogrammed, jacobian: &DMatrix<f64>, root: &DMatrix<f64>) -> Jackknife {
    let (bins, groups) = (jacobian.nrows(), GROUPS as f64);
    let without = (0..GROUPS).map(|g| {
        let size = (sample.rows + GROUPS - 1 - g) / GROUPS;
        let rest = sample.rows as f64 / (sample.rows - size) as f64;
        DMatrix::from_row_slice(bins, jacobian.ncols(), &sample.summed(Some(g)).jacobian) * rest
    });
    let without: Vec<DMatrix<f64>> = without.collect();
    let squares = |j: &DMatrix<f64>| {
        let moves = j * root;
        DVector::from_fn(bins, |b, _| moves.row(b).norm_squared())
    };
    let variances: Vec<DVector<f64>> = without.iter().map(squares).collect();
    let start = squares(jacobian);
    let spread = |of: &dyn Fn(usize) -> f64| {
        let mean = (0..GROUPS).map(of).sum::<f64>() / groups;
        let squares = (0..GROUPS).map(|g| (of(g) - mean).powi(2)).sum::<f64>();
        (mean, squares * (groups - 1.0) / groups)
    };
    let bias = |b: usize| (groups - 1.0) * (spread(&|g| variances[g][b]).0 - start[b]);
    Jackknife {
        noise: (0..bins).map(|b| bias(b).max(0.0)).collect(),
        band_errors: (0..bins).map(|b| spread(&|g| variances[g][b].sqrt()).1.sqrt()).collect(),
        derivatives: DMatrix::from_fn(bins, jacobian.ncols(), |b, p| spread(&|g| without[g][(b, p)]).1),
    }
}

impl Propagation {
    fn total_variance(&self) -> f64 {
        self.systematic.trace().max(f64::MIN_POSITIVE)
    }

    fn contribution(&self, name: &str, effect: Vec<f64>) -> Contribution {
        let share = effect.iter().map(|e| e * e).sum::<f64>() / self.total_variance();
        Contribution { name: name.into(), effect, share }
    }

    fn by_parameter(&self) -> Vec<Contribution> {
        let effect = |p: usize| self.jacobian.column(p).iter().map(|slope| slope * self.sigmas[p]).collect();
        let uncertain = (0..self.names.len()).filter(|p| self.sigmas[*p] > 0.0);
        ranked(uncertain.map(|p| self.contribution(&self.names[p], effect(p))).collect())
    }

    fn by_family(&self, covariance: &DMatrix<f64>) -> Vec<Contribution> {
        let mut families: Vec<&str> = Vec::new();
        for name in self.names.iter().map(|name| family(name)) {
            if !families.contains(&name) {
                families.push(name);
            }
        }
        let of = |wanted: &str| {
            let own: Vec<usize> =
                (0..self.names.len()).filter(|p| family(&self.names[*p]) == wanted).collect();
            let (slopes, block) = (self.jacobian.select_columns(&own), covariance.select_columns(&own));
            let variance = &slopes * block.select_rows(&own) * slopes.transpose();
            self.contribution(wanted, variance.diagonal().iter().map(|v| v.max(0.0).sqrt()).collect())
        };
        let all = families.into_iter().map(of);
        ranked(all.filter(|family| family.share > 0.0).collect())
    }

    fn doubts(&self, sample: &Histogrammed, jackknife: &Jackknife) -> Vec<Warning> {
        let (bins, total) = (self.content.len(), self.total_variance());
        let mut warnings = Vec::new();
        for contribution in &self.parameters {
            let p = self.names.iter().position(|name| *name == contribution.name);
            let p = p.expect("contributions are those of the parameters");
            let noise = jackknife.derivatives.column(p).sum() * self.sigmas[p].powi(2);
            let (share, of_band) = (noise / (contribution.share * total), noise / total);
            if share > NOISY_EFFECT && of_band > WORTH {
                let (parameter, noise) = (contribution.name.clone(), share.min(1.0));
                warnings.push(Warning::NoisyGradient { parameter, noise, of_band });
            }
        }
        let believed: Vec<bool> =
            (0..bins).map(|b| self.noise[b] <= NOISE * self.systematic[(b, b)]).collect();
        if believed.contains(&false) {
            let bins = (0..bins).filter(|b| !believed[*b]).collect();
            warnings.push(Warning::NoisyBins { bins });
        }
        let probes = &sample.probes;
        let bands = self.bands_without_nodes();
        warnings.extend(probes.warnings(&self.names, &self.sigmas, &bands, &believed, sample.rows));
        warnings
    }

    /// The bands, but in each bin at least half of what it would have with the mean relative band: where a
    /// parameter alone has no effect by chance of sign, the second order is no worry.
    fn bands_without_nodes(&self) -> Vec<f64> {
        let squares = self.content.iter().map(|m| m * m).sum::<f64>().max(f64::MIN_POSITIVE);
        let relative = (self.total_variance() / squares).sqrt();
        let pairs = self.bands().into_iter().zip(&self.content);
        pairs.map(|(band, m)| band.max(0.5 * relative * m.abs())).collect()
    }
}

/// The part of a name before the first dot.
fn family(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Those with the largest share first.
fn ranked(mut list: Vec<Contribution>) -> Vec<Contribution> {
    list.sort_by(|a, b| b.share.total_cmp(&a.share));
    list
}
