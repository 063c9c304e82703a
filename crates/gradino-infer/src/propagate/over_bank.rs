//! Propagation over a bank: the same events seen at other points of parameter space.
//!
//! With the principal directions d_k of the covariance C a point is theta_0 + sum_k xi_k d_k, and the xi_k are
//! normal numbers of width one. Around the centre the counts of bin b are
//! m_b + sum_k g_bk xi_k + sum_kl H_bkl xi_k xi_l / 2, whose mean and covariance are exactly
//! m_b + tr H_b / 2 and g_a . g_b + tr(H_a H_b) / 2. All points share their events, so that their statistical
//! fluctuation drops out of differences; what is left is that of the weights. That of first order can be brought
//! down by a larger sample: its line takes the place of that of the bank, which then gives what is beyond.

use super::{Propagation, Warning};
use crate::error::{Error, Result};
use crate::knowledge::ParameterCovariance;
use crate::loss::{Binning, Expectation, Sharing};
use gradino_core::{Bank, Parameter, Purpose, Stream};
use nalgebra::DMatrix;

/// Step of the differences that give second derivatives, in standard deviations.
const STEP: f64 = 0.5;
/// The shortest step near a bound.
const SHORTEST: f64 = 0.05;
/// Effective size, relative to that of the bank, below which a drawn point counts as out of reach.
const EFFECTIVE: f64 = 0.3;
/// A draw is off if some bin is farther from the expansion than this share of its band.
const OFF: f64 = 0.5;
/// Bins with less than this share of the largest content are not judged: too few events of the bank are there.
const WORTH: f64 = 1e-2;

/// Counts of the events of a bank as functions of its parameters.
pub struct OverBank<'a> {
    bank: &'a dyn Bank,
    parameters: &'a [Parameter],
    names: Vec<String>,
    binning: Binning,
    sharing: Sharing,
    scale: f64,
    directions: Vec<Vec<f64>>,
}

/// The expansion of counts around the centre, in units of the principal directions of the covariance.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondOrder {
    /// Counts at the centre, `[bins]`.
    pub content: Vec<f64>,
    /// First derivatives g, `[bins, directions]`.
    pub slopes: DMatrix<f64>,
    /// Second derivatives H of each bin, `[directions, directions]`.
    pub curvatures: Vec<DMatrix<f64>>,
}

/// Counts at points drawn from the covariance.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The points, in units of the principal directions.
    pub points: Vec<Vec<f64>>,
    /// Counts, `[draws][bins]`.
    pub contents: Vec<Vec<f64>>,
    /// Effective size of the events at each point, relative to their number at the centre.
    pub effective: Vec<f64>,
    /// Values that had to be brought back into their bounds.
    pub clipped: usize,
}

/// Order of an expansion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Straight lines.
    First,
    /// Parabolas.
    Second,
}

impl<'a> OverBank<'a> {
    /// Counts of the events of `bank`, times `scale`, in the bins of `binning`; `parameters` are those of its
    /// simulator and `knowledge` is their covariance.
    pub fn new(
        bank: &'a dyn Bank,
        parameters: &'a [Parameter],
        binning: Binning,
        sharing: Sharing,
        scale: f64,
        knowledge: &ParameterCovariance,
    ) -> Result<Self> {
        let (found, wanted) = (parameters.len(), bank.origin().len());
        if found != wanted {
            return Err(gradino_core::Error::WrongLength { what: "parameters", found, wanted }.into());
        }
        let names: Vec<String> = parameters.iter().map(|p| p.name.clone()).collect();
        let own = ParameterCovariance::new(names.clone(), knowledge.of(&names).as_slice())?;
        let directions = own.directions();
        Ok(OverBank { bank, parameters, names, binning, sharing, scale, directions })
    }

    /// Number of principal directions.
    pub fn directions(&self) -> usize {
        self.directions.len()
    }

    /// The values of the parameters at `xi`, within their bounds, and how many were brought back.
    fn point(&self, xi: &[f64]) -> (Vec<f64>, usize) {
        let mut clipped = 0;
        let mut value = |(i, start): (usize, &f64)| {
            let value = start + xi.iter().zip(&self.directions).map(|(x, d)| x * d[i]).sum::<f64>();
            let [lower, upper] = self.parameters[i].bounds;
            let inside = value.clamp(lower, upper);
            clipped += usize::from(inside != value);
            inside
        };
        let theta = self.bank.origin().iter().enumerate().map(&mut value).collect();
        (theta, clipped)
    }

    /// Counts and first derivatives along the directions at `theta`.
    fn slopes_at(&self, theta: &[f64]) -> Result<(Vec<f64>, DMatrix<f64>)> {
        let sample = self.bank.at(theta)?;
        let seen = Expectation::new(&sample, &self.binning, self.sharing, self.scale)?;
        let jacobian = DMatrix::from_row_slice(seen.mean.len(), self.names.len(), &seen.jacobian);
        let root = DMatrix::from_fn(self.names.len(), self.directions.len(), |i, k| self.directions[k][i]);
        Ok((seen.mean, jacobian * root))
    }

    /// The step along direction `k` that stays within all bounds on both sides.
    fn step(&self, k: usize) -> Result<f64> {
        let room = |(i, start): (usize, &f64)| {
            let ([lower, upper], length) = (self.parameters[i].bounds, self.directions[k][i].abs());
            if length > 0.0 { (start - lower).min(upper - start) / length } else { f64::INFINITY }
        };
        let rooms = self.bank.origin().iter().enumerate().map(|at| (at.0, room(at)));
        let (i, room) = rooms.min_by(|a, b| a.1.total_cmp(&b.1)).expect("there are parameters");
        if room < SHORTEST {
            let name = self.names[i].clone();
            return Err(Error::AtBound { name, value: self.bank.origin()[i] });
        }
        Ok(STEP.min(room))
    }

    /// The expansion to second order: second derivatives are central differences of exact first ones, at
    /// 0.5 standard deviations along each direction (less near a bound).
    pub fn expand(&self) -> Result<SecondOrder> {
        let (content, slopes) = self.slopes_at(self.bank.origin())?;
        let (bins, n) = (content.len(), self.directions.len());
        let mut curvatures = vec![DMatrix::zeros(n, n); bins];
        for k in 0..n {
            let step = self.step(k)?;
            let [up, down] = [step, -step].map(|step| {
                let mut xi = vec![0.0; n];
                xi[k] = step;
                self.slopes_at(&self.point(&xi).0)
            });
            let change = (up?.1 - down?.1) / (2.0 * step);
            for (b, curvature) in curvatures.iter_mut().enumerate() {
                curvature.row_mut(k).copy_from(&change.row(b));
            }
        }
        curvatures.iter_mut().for_each(|h| *h = (&*h + h.transpose()) * 0.5);
        Ok(SecondOrder { content, slopes, curvatures })
    }

    /// The expansion to first order: second derivatives are zero.
    pub fn straight(&self) -> Result<SecondOrder> {
        let (content, slopes) = self.slopes_at(self.bank.origin())?;
        let n = self.directions.len();
        let curvatures = vec![DMatrix::zeros(n, n); content.len()];
        Ok(SecondOrder { content, slopes, curvatures })
    }

    /// The line of a first-order propagation of the same parameters, by a sample that may be larger.
    pub fn line_of(&self, propagation: &Propagation) -> Result<SecondOrder> {
        let column = |name: &String| propagation.names.iter().position(|own| own == name);
        let columns: Vec<usize> = self.names.iter().filter_map(column).collect();
        let (found, wanted) = (columns.len(), self.names.len());
        if found != wanted {
            return Err(gradino_core::Error::WrongLength { what: "derivatives", found, wanted }.into());
        }
        let root = DMatrix::from_fn(wanted, self.directions.len(), |i, k| self.directions[k][i]);
        let slopes = propagation.jacobian.select_columns(&columns) * root;
        let curvatures = vec![DMatrix::zeros(slopes.ncols(), slopes.ncols()); slopes.nrows()];
        Ok(SecondOrder { content: propagation.content.clone(), slopes, curvatures })
    }

    /// Counts at `draws` points drawn from the covariance, brought back into the bounds where they are outside.
    pub fn draw(&self, draws: u64, seed: u64) -> Result<Drawn> {
        let mut all = Drawn { points: Vec::new(), contents: Vec::new(), effective: Vec::new(), clipped: 0 };
        let centre = self.bank.values_at(self.bank.origin())?.effective_size();
        for number in 0..draws {
            let mut stream = Stream::new(seed, number, Purpose::Parameters);
            let xi: Vec<f64> = self.directions.iter().map(|_| stream.normal()).collect();
            let (theta, clipped) = self.point(&xi);
            let sample = self.bank.values_at(&theta)?;
            let seen = Expectation::new(&sample, &self.binning, self.sharing, self.scale)?;
            all.clipped += clipped;
            all.effective.push(sample.effective_size() / centre);
            all.contents.push(seen.mean);
            all.points.push(xi);
        }
        Ok(all)
    }
}

impl SecondOrder {
    /// Counts that the expansion gives at a point.
    pub fn predict(&self, xi: &[f64], order: Order) -> Vec<f64> {
        let xi = nalgebra::DVector::from_column_slice(xi);
        let straight = &self.slopes * &xi;
        let bend = |b: usize| match order {
            Order::First => 0.0,
            Order::Second => 0.5 * xi.dot(&(&self.curvatures[b] * &xi)),
        };
        (0..self.content.len()).map(|b| self.content[b] + straight[b] + bend(b)).collect()
    }

    /// The same with the line of `other`.
    pub fn with_line(mut self, other: &SecondOrder) -> Self {
        self.content.clone_from(&other.content);
        self.slopes.clone_from(&other.slopes);
        self
    }

    /// Mean counts over the parameters less those at the centre, tr H / 2.
    pub fn shift(&self) -> Vec<f64> {
        self.curvatures.iter().map(|h| 0.5 * h.trace()).collect()
    }

    /// Covariance of the counts, g_a . g_b, and to second order tr(H_a H_b) / 2 more.
    pub fn covariance(&self, order: Order) -> DMatrix<f64> {
        let mut covariance = &self.slopes * self.slopes.transpose();
        if order == Order::Second {
            let bins = self.content.len();
            covariance +=
                DMatrix::from_fn(bins, bins, |a, b| 0.5 * self.curvatures[a].dot(&self.curvatures[b]));
        }
        covariance
    }

    /// Standard deviations of the counts.
    pub fn bands(&self, order: Order) -> Vec<f64> {
        self.covariance(order).diagonal().iter().map(|v| v.max(0.0).sqrt()).collect()
    }
}

impl Drawn {
    /// The same with the line `to` in place of the line `from` of the bank.
    pub fn with_line(mut self, from: &SecondOrder, to: &SecondOrder) -> Self {
        for (xi, content) in self.points.iter().zip(&mut self.contents) {
            let [old, new] = [from, to].map(|line| line.predict(xi, Order::First));
            content.iter_mut().zip(old.iter().zip(new)).for_each(|(c, (old, new))| *c += new - old);
        }
        self
    }

    /// Mean counts over the draws.
    pub fn mean(&self) -> Vec<f64> {
        let n = self.contents.len() as f64;
        let bins = self.contents.first().map_or(0, Vec::len);
        (0..bins).map(|b| self.contents.iter().map(|c| c[b]).sum::<f64>() / n).collect()
    }

    /// Covariance of the counts over the draws.
    pub fn covariance(&self) -> DMatrix<f64> {
        let (mean, n) = (self.mean(), self.contents.len() as f64);
        let element = |a: usize, b: usize| {
            let products = self.contents.iter().map(|c| (c[a] - mean[a]) * (c[b] - mean[b]));
            products.sum::<f64>() / (n - 1.0)
        };
        DMatrix::from_fn(mean.len(), mean.len(), element)
    }

    /// Standard deviations of the counts, each with its statistical error from the scatter of the squares: far
    /// draws make it large.
    pub fn bands(&self) -> Vec<[f64; 2]> {
        let (mean, n) = (self.mean(), self.contents.len() as f64);
        let band = |b: usize| {
            let squares: Vec<f64> = self.contents.iter().map(|c| (c[b] - mean[b]).powi(2)).collect();
            let variance = squares.iter().sum::<f64>() / (n - 1.0);
            let spread = squares.iter().map(|s| (s - variance).powi(2)).sum::<f64>() / (n - 1.0);
            let band = variance.sqrt();
            [band, if band > 0.0 { (spread / n).sqrt() / (2.0 * band) } else { 0.0 }]
        };
        (0..mean.len()).map(band).collect()
    }

    /// Says where `expansion` does not follow the draws, and where the bank does not reach them.
    pub fn doubts(&self, expansion: &SecondOrder, order: Order) -> Vec<Warning> {
        let bands = expansion.bands(order);
        let largest =
            expansion.content.iter().zip(&bands).map(|(m, band)| m.abs().max(*band)).fold(0.0, f64::max);
        let judged: Vec<usize> = (0..bands.len())
            .filter(|&b| bands[b] > 0.0 && expansion.content[b].abs() > WORTH * largest)
            .collect();
        let mut squares = vec![0.0; bands.len()];
        let mut off = 0;
        for (xi, content) in self.points.iter().zip(&self.contents) {
            let predicted = expansion.predict(xi, order);
            let mut is_off = false;
            for &b in &judged {
                let difference = (content[b] - predicted[b]) / bands[b];
                squares[b] += difference * difference;
                is_off |= difference.abs() > OFF;
            }
            off += usize::from(is_off);
        }
        let draws = self.points.len();
        let mut warnings = Vec::new();
        let worst = judged.iter().max_by(|a, b| squares[**a].total_cmp(&squares[**b]));
        if let Some(&bin) = worst.filter(|bin| squares[**bin] / draws as f64 > OFF * OFF) {
            let difference = (squares[bin] / draws as f64).sqrt();
            warnings.push(Warning::OffExpansion { order, off, draws, bin, difference });
        }
        let unreached = self.effective.iter().filter(|share| **share < EFFECTIVE).count();
        if unreached > 0 {
            warnings.push(Warning::OutOfReach { unreached, draws });
        }
        warnings
    }
}
