//! The continuum of the toy in Chebyshev polynomials: its inverse distribution at the cost of a few sums.
//!
//! With w = tail^(1 / (lambda + 1)) the share of the open range that an emission takes is w times a smooth
//! function of w and of the energy, and so are the widths without the power of the range. They are interpolated
//! at Chebyshev nodes, in numbers with derivatives, so that the interpolation is differentiated exactly.

use super::law::ToyLaw;
use gradino_core::Real;
use std::f64::consts::PI;

/// Nodes in w, in energy, and in energy for widths.
const ORDER: [usize; 3] = [28, 20, 28];
const LARGEST: usize = 28;
/// Coefficients are dropped below this fraction of the largest.
const SMALL: f64 = 1e-13;

/// Tables of the continuum between the edge and a highest energy.
#[derive(Clone, Debug)]
pub struct InverseTable<D> {
    edge: f64,
    half_range: f64,
    lambda: D,
    /// Share / w, `[energy, w]`.
    share: Vec<D>,
    width: usize,
    /// ln of the width to the continuum over (E - E_c)^(lambda + 1).
    continuum: Vec<D>,
    /// ln of the width to all levels.
    levels: Vec<D>,
}

impl<D: Real> InverseTable<D> {
    /// For energies up to `highest` [MeV].
    pub fn prepare(law: &ToyLaw<D>, highest: f64) -> Self {
        let edge = law.nucleus().edge;
        let half_range = 0.5 * (highest - edge);
        let energy = |x: f64| D::from(edge + half_range * (1.0 + x));
        let [in_share, in_energy, in_width] = ORDER;
        let mut rows: Vec<Vec<D>> = vec![Vec::new(); in_share];
        for node in nodes(in_energy) {
            let at = |x: f64| {
                let share = 0.5 * (1.0 + x);
                law.drop_share(energy(node), (law.lambda() + 1.0) * share.ln()) / share
            };
            let row = coefficients(&nodes(in_share).map(at).collect::<Vec<_>>());
            rows.iter_mut().zip(row).for_each(|(column, c)| column.push(c));
        }
        let columns: Vec<Vec<D>> = rows.iter().map(|column| coefficients(column)).collect();
        let (width, height) = kept(&columns);
        let share = (0..height).flat_map(|i| columns[..width].iter().map(move |c| c[i])).collect();
        let widths = |f: &dyn Fn(D) -> D| {
            let mut series = coefficients(&nodes(in_width).map(|x| f(energy(x))).collect::<Vec<_>>());
            series.truncate(length(&series, largest(&series)));
            series
        };
        InverseTable {
            edge,
            half_range,
            lambda: law.lambda(),
            share,
            width,
            continuum: widths(&|e| law.ln_continuum_factor(e)),
            levels: widths(&|e| law.levels_width(e).ln()),
        }
    }

    /// The table at one constant energy [MeV]: cheaper.
    pub fn sliced(&self, energy: f64) -> Self {
        let x = (energy - self.edge) / self.half_range - 1.0;
        let (t, _) = polynomials(x, self.share.len() / self.width);
        let mut share = vec![D::zero(); self.width];
        for (row, t) in self.share.chunks_exact(self.width).zip(t) {
            share.iter_mut().zip(row).for_each(|(s, &c)| *s += c * t);
        }
        let constant = |series: &[D]| vec![series_at(series, D::from(x))];
        InverseTable {
            share,
            continuum: constant(&self.continuum),
            levels: constant(&self.levels),
            ..self.clone()
        }
    }

    /// ln of the widths from `energy` [MeV] to the continuum and to all levels.
    pub fn ln_widths(&self, energy: D) -> (D, D) {
        let range = energy - self.edge;
        let x = range / self.half_range - 1.0;
        let power = (self.lambda + 1.0) * range.ln();
        (power + series_at(&self.continuum, x), series_at(&self.levels, x))
    }

    /// The energy in the continuum above which the continuum has the share exp(`ln_tail`), from `energy` [MeV];
    /// as [`ToyLaw::continuum_inverse`].
    pub fn inverse(&self, energy: D, ln_tail: f64) -> D {
        let w = (D::from(ln_tail) / (self.lambda + 1.0)).exp();
        let range = energy - self.edge;
        let (x, y) = (range / self.half_range - 1.0, w * 2.0 - 1.0);
        let (t, slope_t) = polynomials(x.re(), self.share.len() / self.width);
        let (u, slope_u) = polynomials(y.re(), self.width);
        let (mut value, mut by_x, mut by_y) = (D::zero(), 0.0, 0.0);
        for (i, row) in self.share.chunks_exact(self.width).enumerate() {
            let (mut sum, mut slope) = (D::zero(), 0.0);
            for (j, &c) in row.iter().enumerate() {
                sum += c * u[j];
                slope += c.re() * slope_u[j];
            }
            value += sum * t[i];
            by_x += sum.re() * slope_t[i];
            by_y += slope * t[i];
        }
        let share = value + (x - x.re()) * by_x + (y - y.re()) * by_y;
        energy - range * w * share
    }
}

/// Chebyshev nodes cos(pi (m + 1/2) / n).
fn nodes(n: usize) -> impl Iterator<Item = f64> {
    (0..n).map(move |m| (PI * (m as f64 + 0.5) / n as f64).cos())
}

/// Coefficients of the Chebyshev series through values at the nodes.
fn coefficients<D: Real>(values: &[D]) -> Vec<D> {
    let n = values.len();
    let coefficient = |j: usize| {
        let factor = if j == 0 { 1.0 } else { 2.0 } / n as f64;
        let terms = values.iter().enumerate();
        terms.fold(D::zero(), |sum, (m, &v)| {
            sum + v * (factor * (PI * j as f64 * (m as f64 + 0.5) / n as f64).cos())
        })
    };
    (0..n).map(coefficient).collect()
}

/// Size of a coefficient, with its derivatives.
fn size<D: Real>(c: &D) -> f64 {
    (0..D::SLOTS).map(|i| c.slot(i).abs()).fold(c.re().abs(), f64::max)
}

fn largest<D: Real>(series: &[D]) -> f64 {
    series.iter().map(size).fold(0.0, f64::max)
}

/// Number of leading coefficients worth keeping.
fn length<D: Real>(series: &[D], largest: f64) -> usize {
    series.iter().rposition(|c| size(c) > SMALL * largest).map_or(1, |last| last + 1)
}

/// The same for columns: how many, and how long.
fn kept<D: Real>(columns: &[Vec<D>]) -> (usize, usize) {
    let whole = columns.iter().map(|c| largest(c)).fold(0.0, f64::max);
    let width = columns.iter().rposition(|c| largest(c) > SMALL * whole).map_or(1, |last| last + 1);
    let height = columns[..width].iter().map(|c| length(c, whole)).max();
    (width, height.unwrap_or(1))
}

/// The first `n` Chebyshev polynomials and their slopes.
fn polynomials(x: f64, n: usize) -> ([f64; LARGEST], [f64; LARGEST]) {
    let (mut t, mut slope) = ([1.0; LARGEST], [0.0; LARGEST]);
    if n > 1 {
        (t[1], slope[1]) = (x, 1.0);
    }
    for j in 2..n {
        t[j] = 2.0 * x * t[j - 1] - t[j - 2];
        slope[j] = 2.0 * (t[j - 1] + x * slope[j - 1]) - slope[j - 2];
    }
    (t, slope)
}

/// A series at `x`.
fn series_at<D: Real>(series: &[D], x: D) -> D {
    let (t, slopes) = polynomials(x.re(), series.len());
    let (mut value, mut slope) = (D::zero(), 0.0);
    for (j, &c) in series.iter().enumerate() {
        value += c * t[j];
        slope += c.re() * slopes[j];
    }
    value + (x - x.re()) * slope
}
