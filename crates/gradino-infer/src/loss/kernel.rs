//! Kernels: how alike two rows are.

use super::elementary::exp;
use crate::error::{Error, Result};
use gradino_core::Sample;

/// A kernel k(x, y) of the distance r = |x - y|.
#[derive(Clone, Debug, PartialEq)]
pub enum Kernel {
    /// Mean of exp(-r^2 / (2 s^2)) over the widths s.
    Gaussian(Bandwidth),
    /// -r, whose discrepancy is the energy distance 2 E|X - Y| - E|X - X'| - E|Y - Y'| of
    /// szekely2013. Not differentiable where two rows meet; the derivative there is taken as zero.
    Energy,
}

/// Widths of Gaussian kernels. They never depend on the simulated sample, so no derivative is lost.
#[derive(Clone, Debug, PartialEq)]
pub enum Bandwidth {
    /// One width, in the unit of the features.
    Width(f64),
    /// Several widths.
    Widths(Vec<f64>),
    /// The median distance between data, as in gretton2012, times 2^-octaves ... 2^octaves. Weights
    /// of the data are not used.
    Median {
        /// Number of halvings and of doublings.
        octaves: u32,
    },
}

impl Default for Bandwidth {
    fn default() -> Self {
        Bandwidth::Median { octaves: 2 }
    }
}

impl Bandwidth {
    /// The widths for `data`, the widest first.
    pub fn widths(&self, data: &Sample) -> Result<Vec<f64>> {
        let mut widths = match self {
            Bandwidth::Width(width) => vec![*width],
            Bandwidth::Widths(widths) => widths.clone(),
            Bandwidth::Median { octaves } => {
                let (median, octaves) = (median_distance(data), *octaves as i32);
                (-octaves..=octaves).map(|octave| median * f64::from(octave).exp2()).collect()
            }
        };
        if widths.is_empty() {
            return Err(Error::TooFew { what: "widths", found: 0, least: 1 });
        }
        // The reciprocal of the square must be a number, too.
        match widths.iter().find(|&&w| !(w > 0.0 && (w * w).is_normal() && (w * w).recip().is_normal())) {
            Some(&width) => Err(Error::BadBandwidth { width }),
            None => {
                widths.sort_unstable_by(|a, b| b.total_cmp(a));
                Ok(widths)
            }
        }
    }
}

/// The median distance between rows, from at most a thousand of them at even steps.
fn median_distance(data: &Sample) -> f64 {
    const ROWS: usize = 1000;
    let step = data.len().div_ceil(ROWS);
    let rows: Vec<&[f64]> = (0..data.len()).step_by(step).map(|i| data.row(i)).collect();
    let mut squares: Vec<f64> = Vec::with_capacity(rows.len() * rows.len() / 2);
    for (i, x) in rows.iter().enumerate() {
        squares
            .extend(rows[..i].iter().map(|y| x.iter().zip(*y).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()));
    }
    if squares.is_empty() {
        return 0.0;
    }
    let middle = squares.len() / 2;
    squares.select_nth_unstable_by(middle, f64::total_cmp).1.sqrt()
}

/// A kernel ready for use, as a function of the squared distance.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Radial {
    /// Mean of Gaussians.
    Gaussians {
        /// 1 / s^2 in increasing order.
        inverse: Vec<f64>,
        /// Whether each width is half of the one before: its Gaussian is then the fourth power of the wider
        /// one, and one exponential serves all.
        octaves: bool,
    },
    /// Minus the distance.
    Energy,
}

impl Radial {
    /// The kernel for `data`.
    pub(super) fn new(kernel: &Kernel, data: &Sample) -> Result<Self> {
        let Kernel::Gaussian(bandwidth) = kernel else { return Ok(Radial::Energy) };
        let widths = bandwidth.widths(data)?;
        let octaves = widths.windows(2).all(|w| w[0] == 2.0 * w[1]);
        Ok(Radial::Gaussians { inverse: widths.iter().map(|w| (w * w).recip()).collect(), octaves })
    }

    /// Replaces squared distances by kernels k, and gives g with dk/dx = -g (x - y).
    pub(super) fn apply(&self, squares: &mut [f64], slopes: &mut [f64]) {
        match self {
            Radial::Energy => squares.iter_mut().zip(slopes).for_each(|(s, g)| {
                let distance = s.sqrt();
                *s = -distance;
                *g = if distance > 0.0 { distance.recip() } else { 0.0 };
            }),
            Radial::Gaussians { inverse, octaves } => {
                for (s, g) in squares.chunks_mut(CHUNK).zip(slopes.chunks_mut(CHUNK)) {
                    gaussians(s, g, inverse, *octaves);
                }
            }
        }
    }
}

/// Rows that are worked on side by side.
const CHUNK: usize = 64;

/// The mean of Gaussians and its slope for at most [`CHUNK`] squared distances.
fn gaussians(values: &mut [f64], slopes: &mut [f64], inverse: &[f64], octaves: bool) {
    let (mut squares, mut terms) = ([0.0; CHUNK], [0.0; CHUNK]);
    let (squares, terms) = (&mut squares[..values.len()], &mut terms[..values.len()]);
    squares.copy_from_slice(values);
    values.fill(0.0);
    slopes.fill(0.0);
    let share = (inverse.len() as f64).recip();
    for (n, inverse) in inverse.iter().enumerate() {
        if n > 0 && octaves {
            terms.iter_mut().for_each(|term| *term = fourth_power(*term));
        } else {
            let exponents = squares.iter().map(|square| -0.5 * square * inverse);
            terms.iter_mut().zip(exponents).for_each(|(term, x)| *term = exp(x));
        }
        values.iter_mut().zip(&*terms).for_each(|(value, term)| *value += share * term);
        slopes.iter_mut().zip(&*terms).for_each(|(slope, term)| *slope += share * inverse * term);
    }
}

/// x^4, or zero before it gets near the smallest numbers, which are slow.
#[inline(always)]
fn fourth_power(x: f64) -> f64 {
    let square = x * x;
    if square > 1e-150 { square * square } else { 0.0 }
}
