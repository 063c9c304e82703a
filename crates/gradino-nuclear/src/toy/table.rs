//! The continuum of the toy in Chebyshev polynomials: its inverse distribution at the cost of a few sums.
//!
//! With w = tail^(1 / (lambda + 1)) the share of the open range that an emission takes is a smooth function of w
//! and of the energy E, but steep at w = 1, where the level density is low: there w is 1 minus an exponential
//! of the share. So with B(E) = 1 + ln(rho(E) / rho(E_c)) the variable is q in w = (1 - e^(-B q)) / (1 - e^(-B)),
//! and the share is q times a function that hardly varies. It is interpolated at Chebyshev nodes, and so are
//! the widths without the power of the range, in numbers with derivatives: the interpolation is differentiated
//! exactly.

use super::law::ToyLaw;
use gradino_core::Real;
use std::f64::consts::PI;

/// Nodes in q. Numbers of nodes are fixed, so that the tables are smooth functions of the parameters.
const IN_SHARE: usize = 20;
/// Nodes in energy.
const IN_ENERGY: usize = 16;
/// Nodes in energy for the widths, which are steeper and cheaper; the largest number.
const IN_WIDTH: usize = 28;

/// Tables of the continuum between the edge and a highest energy.
#[derive(Clone, Debug)]
pub struct InverseTable<D> {
    edge: f64,
    half_range: f64,
    lambda: D,
    /// d ln(rho) / d sqrt(E).
    slope: D,
    /// Share / q, `[energy, q]`.
    share: Vec<D>,
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
        let slope = law.slope();
        let mut rows: Vec<Vec<D>> = vec![Vec::new(); IN_SHARE];
        for node in nodes(IN_ENERGY) {
            let steepness = steepness(slope, edge, energy(node));
            let whole = D::one() - (-steepness).exp();
            let at = |x: f64| {
                let q = 0.5 * (1.0 + x);
                let w = (D::one() - (-steepness * q).exp()) / whole;
                law.drop_share(energy(node), (law.lambda() + 1.0) * w.ln()) / q
            };
            let row = coefficients(&nodes(IN_SHARE).map(at).collect::<Vec<_>>());
            rows.iter_mut().zip(row).for_each(|(column, c)| column.push(c));
        }
        let columns: Vec<Vec<D>> = rows.iter().map(|column| coefficients(column)).collect();
        let share = (0..IN_ENERGY).flat_map(|i| columns.iter().map(move |c| c[i])).collect();
        let widths =
            |f: &dyn Fn(D) -> D| coefficients(&nodes(IN_WIDTH).map(|x| f(energy(x))).collect::<Vec<_>>());
        InverseTable {
            edge,
            half_range,
            lambda: law.lambda(),
            slope,
            share,
            continuum: widths(&|e| law.ln_continuum_factor(e)),
            levels: widths(&|e| law.levels_width(e).ln()),
        }
    }

    /// The table at one constant energy [MeV]: cheaper.
    pub fn sliced(&self, energy: f64) -> Self {
        let x = (energy - self.edge) / self.half_range - 1.0;
        let (t, _) = polynomials(x, self.share.len() / IN_SHARE);
        let mut share = vec![D::zero(); IN_SHARE];
        for (row, t) in self.share.chunks_exact(IN_SHARE).zip(t) {
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
        let steepness = steepness(self.slope, self.edge, energy);
        let whole = D::one() - (-steepness).exp();
        let q = -(D::one() - whole * w).ln() / steepness;
        let (x, y) = (range / self.half_range - 1.0, q * 2.0 - 1.0);
        let (t, slope_t) = polynomials(x.re(), self.share.len() / IN_SHARE);
        let (u, slope_u) = polynomials(y.re(), IN_SHARE);
        let (mut value, mut by_x, mut by_y) = (D::zero(), 0.0, 0.0);
        for (i, row) in self.share.chunks_exact(IN_SHARE).enumerate() {
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
        energy - range * q * share
    }
}

/// B(E) = 1 + ln(rho(E) / rho(E_c)).
#[inline]
fn steepness<D: Real>(slope: D, edge: f64, energy: D) -> D {
    slope * (energy.sqrt() - edge.sqrt()) + 1.0
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

/// The first `n` Chebyshev polynomials and their slopes.
fn polynomials(x: f64, n: usize) -> ([f64; IN_WIDTH], [f64; IN_WIDTH]) {
    let (mut t, mut slope) = ([1.0; IN_WIDTH], [0.0; IN_WIDTH]);
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
