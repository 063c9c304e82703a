//! Transmission coefficients: direct from the radial equation, and tabulated over energy.

use crate::emission::fragment::Fragment;
use crate::emission::optical::OpticalPotential;
use crate::emission::radial::{FormFactors, Kinematics, RadialEquation, two_l_dot_s};
use crate::emission::tabulate::{
    Dense, HIGHEST_MEV, LOWEST_MEV, LOWEST_OCTAVE, OCTAVES, ROWS_PER_OCTAVE, Task,
};
use crate::rows::add_rows;
use gradino_core::constants::ALPHA;
use gradino_core::{Nuclide, ParamSet, Params, Real};
use std::f64::consts::{LN_2, PI};

/// Highest orbital angular momentum that may be tabulated.
pub const L_MAX: u32 = 16;
/// Channels in a row are padded to a multiple of this.
const LANES: usize = 4;

/// T_lj at the total kinetic energy `e_cm` [MeV] in the centre of mass, from the radial equation on a mesh of
/// `step_fm` [fm].
pub fn direct<D: Real>(potential: &OpticalPotential<D>, e_cm: f64, l: u32, two_j: u32, step_fm: f64) -> D {
    let (residue, fragment) = (potential.residue, potential.fragment);
    let kinematics = Kinematics::new(residue, fragment, potential.target_mass, e_cm);
    let at = potential.at_energy(D::from(kinematics.e_lab));
    let form = FormFactors::new(residue, fragment, &at.geometry, step_fm);
    let equation = RadialEquation::new(&form, &at, &kinematics, l);
    equation.transmission(l, two_l_dot_s(l, two_j, fragment.two_s())).transmission()
}

/// Transmission coefficients of one (residue, fragment) over energy and channel, with derivatives.
///
/// Rows lie evenly in log2 E from 2^-14 to 2^6 MeV. Between them T / exp(-2 pi eta) is a cubic in
/// log2 E, where exp(-2 pi eta), with eta ~ E^(-1/2), takes out the Coulomb barrier. Below the lowest row
/// T ~ E^(l + 1/2) for a neutron and 0 for a charged fragment; above the highest T stays.
#[derive(Clone, Debug)]
pub struct TransmissionTable<D = f64> {
    fragment: Fragment,
    channels: Vec<(u32, u32)>,
    width: usize,
    gradient_count: usize,
    values: Vec<D>,
    gradients: Vec<f64>,
    /// 2 pi eta sqrt(E) [sqrt(MeV)].
    sommerfeld: f64,
    /// 2 pi eta of each row.
    exponents: Vec<f64>,
    /// exp(2 pi eta) of each row and the next three, over that of the second of them.
    barriers: Vec<[f64; 4]>,
}

/// A place in the energy grid of a [`TransmissionTable`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Located {
    /// First of the four rows.
    pub row: usize,
    /// Their weights.
    pub weights: [f64; 4],
    /// Their weights for the derivative with respect to the energy [1/MeV].
    pub derivative_weights: [f64; 4],
    /// Energy over that of the lowest row where it lies below the table, 1 elsewhere.
    pub below: f64,
    /// The energy [MeV].
    pub energy: f64,
}

impl TransmissionTable {
    /// Tabulates all channels with l up to `l_max` for the values of `params`, and the derivatives with
    /// respect to the parameters at the positions `gradients` of `params`.
    ///
    /// `target_mass` [MeV] is the mass of the residue, as in [`Kinematics`].
    pub fn prepare(
        residue: Nuclide,
        fragment: Fragment,
        target_mass: f64,
        params: &ParamSet,
        gradients: &[usize],
        l_max: u32,
    ) -> Self {
        let theta = params.values();
        Self::prepare_along((residue, fragment), target_mass, (params, &theta), gradients, l_max)
    }
}

impl<D: Real> TransmissionTable<D> {
    /// The same for the values `theta`, which may carry derivatives along a line; then there can be no `gradients`.
    pub(crate) fn prepare_along(
        (residue, fragment): (Nuclide, Fragment),
        target_mass: f64,
        (params, theta): (&ParamSet, &Params<D>),
        gradients: &[usize],
        l_max: u32,
    ) -> Self {
        let channels = fragment.channels(l_max);
        let width = channels.len().next_multiple_of(LANES);
        let task = Task { residue, fragment, target_mass, params, theta, gradients, channels: &channels };
        let Dense { values, gradients: slopes } = task.tabulate(width);
        let mass = fragment.nuclear_mass();
        let reduced = mass * target_mass / (mass + target_mass);
        let charges = f64::from(residue.z) * f64::from(fragment.nuclide().z);
        let sommerfeld = 2.0 * PI * charges * ALPHA * (0.5 * reduced).sqrt();
        let exponents: Vec<f64> =
            (0..=OCTAVES * ROWS_PER_OCTAVE).map(|row| sommerfeld / row_energy(row).sqrt()).collect();
        let barriers = exponents.windows(4).map(|w| [0, 1, 2, 3].map(|k| bounded_exp(w[k] - w[1]))).collect();
        TransmissionTable {
            fragment,
            width,
            gradient_count: gradients.len(),
            values,
            gradients: slopes,
            sommerfeld,
            exponents,
            barriers,
            channels,
        }
    }

    /// The same numbers without derivatives.
    pub(crate) fn lifted<E: Real>(&self) -> TransmissionTable<E> {
        TransmissionTable {
            fragment: self.fragment,
            channels: self.channels.clone(),
            width: self.width,
            gradient_count: 0,
            values: self.values.iter().map(|t| E::from(t.re())).collect(),
            gradients: Vec::new(),
            sommerfeld: self.sommerfeld,
            exponents: self.exponents.clone(),
            barriers: self.barriers.clone(),
        }
    }

    /// The channels (l, 2j), by rising l, then rising j.
    pub fn channels(&self) -> &[(u32, u32)] {
        &self.channels
    }

    /// The fragment.
    pub fn fragment(&self) -> Fragment {
        self.fragment
    }

    /// Number of derivatives per channel.
    pub fn gradient_count(&self) -> usize {
        self.gradient_count
    }

    /// Length of a row: the number of channels, padded to a multiple of four.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Finds the total kinetic energy `energy` [MeV] in the centre of mass.
    #[inline]
    pub fn locate(&self, energy: f64) -> Located {
        let inside = energy.clamp(LOWEST_MEV, HIGHEST_MEV);
        let position = (inside.log2() - LOWEST_OCTAVE) * ROWS_PER_OCTAVE as f64;
        let row = (position as usize).saturating_sub(1).min(OCTAVES * ROWS_PER_OCTAVE - 3);
        let (mut weights, mut slopes) = cubic(position - row as f64);
        let per_energy = ROWS_PER_OCTAVE as f64 / (LN_2 * inside);
        slopes.iter_mut().for_each(|s| *s *= per_energy);
        if self.sommerfeld > 0.0 {
            self.restore_barrier(inside, row, &mut weights, &mut slopes);
        }
        if energy > inside {
            slopes = [0.0; 4];
        }
        if energy < LOWEST_MEV && (self.sommerfeld > 0.0 || energy <= 0.0) {
            (weights, slopes) = ([0.0; 4], [0.0; 4]);
        }
        let below = (energy / LOWEST_MEV).clamp(0.0, 1.0);
        Located { row, weights, derivative_weights: slopes, below, energy }
    }

    /// Multiplies the weights of T / exp(-2 pi eta) by exp(-2 pi eta(E) + 2 pi eta(row)).
    #[inline]
    fn restore_barrier(&self, energy: f64, row: usize, weights: &mut [f64; 4], slopes: &mut [f64; 4]) {
        let exponent = self.sommerfeld / energy.sqrt();
        let second = bounded_exp(self.exponents[row + 1] - exponent);
        let rise = 0.5 * exponent / energy;
        for k in 0..4 {
            let factor = second * self.barriers[row][k];
            slopes[k] = (slopes[k] + weights[k] * rise) * factor;
            weights[k] *= factor;
        }
    }

    /// T of every channel; `out` is as long as [`Self::width`], its padding is set to zero.
    pub fn values(&self, at: &Located, out: &mut [D]) {
        self.combine(at, &at.weights, out);
        if at.below < 1.0 {
            self.below_table(at, out, |_| 1.0);
        }
    }

    /// dT/dE [1/MeV] of every channel; `out` is as long as [`Self::width`].
    pub fn energy_derivatives(&self, at: &Located, out: &mut [D]) {
        if at.below < 1.0 {
            self.combine(at, &at.weights, out);
            self.below_table(at, out, |power| if at.energy > 0.0 { power / at.energy } else { 0.0 });
        } else {
            self.combine(at, &at.derivative_weights, out);
        }
    }

    /// Adds `factor` times dT/dtheta of one channel to `out`, which is as long as [`Self::gradient_count`].
    pub fn add_gradient(&self, at: &Located, channel: usize, factor: f64, out: &mut [f64]) {
        let count = self.gradient_count;
        let block = self.channels.len() * count;
        let factor = if at.below < 1.0 { factor * at.below.powf(self.power(channel)) } else { factor };
        let first = at.row * block + channel * count;
        let rows = [0, 1, 2, 3].map(|k| &self.gradients[first + k * block..][..count]);
        add_rows(rows, at.weights.map(|w| w * factor), &mut out[..count]);
    }

    /// Sum over four rows of T.
    #[inline]
    fn combine(&self, at: &Located, weights: &[f64; 4], out: &mut [D]) {
        let width = self.width;
        let (out, rows) = (&mut out[..width], &self.values[at.row * width..][..4 * width]);
        let (a, rest) = rows.split_at(width);
        let (b, rest) = rest.split_at(width);
        let (c, d) = rest.split_at(width);
        for (i, o) in out.chunks_exact_mut(LANES).enumerate() {
            let at = i * LANES;
            let (a, b, c, d) =
                (&a[at..at + LANES], &b[at..at + LANES], &c[at..at + LANES], &d[at..at + LANES]);
            for k in 0..LANES {
                o[k] = a[k] * weights[0] + b[k] * weights[1] + c[k] * weights[2] + d[k] * weights[3];
            }
        }
    }

    /// The threshold law T ~ E^(l + 1/2), times `factor` of the power.
    fn below_table(&self, at: &Located, out: &mut [D], factor: impl Fn(f64) -> f64) {
        for channel in 0..self.channels.len() {
            let power = self.power(channel);
            out[channel] = out[channel] * (at.below.powf(power) * factor(power));
        }
    }

    fn power(&self, channel: usize) -> f64 {
        f64::from(self.channels[channel].0) + 0.5
    }
}

/// exp(x), held finite: where two rows differ by more, T is zero in both.
fn bounded_exp(x: f64) -> f64 {
    x.min(300.0).exp()
}

/// Energy of a row [MeV].
fn row_energy(row: usize) -> f64 {
    (LOWEST_OCTAVE + row as f64 / ROWS_PER_OCTAVE as f64).exp2()
}

/// Lagrange weights at `x` for the nodes 0, 1, 2, 3, and their derivatives.
#[inline]
fn cubic(x: f64) -> ([f64; 4], [f64; 4]) {
    let (a, b, c, d) = (x, x - 1.0, x - 2.0, x - 3.0);
    let weights = [-b * c * d / 6.0, a * c * d / 2.0, -a * b * d / 2.0, a * b * c / 6.0];
    let slopes = [
        -(c * d + b * d + b * c) / 6.0,
        (c * d + a * d + a * c) / 2.0,
        -(b * d + a * d + a * b) / 2.0,
        (b * c + a * c + a * b) / 6.0,
    ];
    (weights, slopes)
}
