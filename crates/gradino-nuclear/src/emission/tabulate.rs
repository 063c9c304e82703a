//! Fills a table of transmission coefficients: a coarse grid from the radial equation, then
//! interpolation of ln T onto the dense grid.

use crate::emission::adjoint::Adjoint;
use crate::emission::coulomb::barrier_exponent;
use crate::emission::fragment::Fragment;
use crate::emission::optical::{LOCAL, OpticalPotential, PotentialAtEnergy};
use crate::emission::radial::{FormFactors, Kinematics, RadialEquation, STEP_FM, two_l_dot_s};
use gradino_core::{Dual, Nuclide, ParamSet, Params, Real};

/// Lowest tabulated energy [MeV].
pub(crate) const LOWEST_MEV: f64 = 1.0 / 16_384.0;
/// log2 of the lowest tabulated energy in MeV.
pub(crate) const LOWEST_OCTAVE: f64 = -14.0;
/// Highest tabulated energy [MeV].
pub(crate) const HIGHEST_MEV: f64 = 64.0;
/// Octaves from the lowest to the highest tabulated energy.
pub(crate) const OCTAVES: usize = 20;
/// Rows of the dense table per octave.
pub(crate) const ROWS_PER_OCTAVE: usize = 32;
/// Rows of the coarse grid per octave of energy.
const NODES_PER_OCTAVE: usize = 12;
/// Points of the interpolation in ln T.
const POINTS: usize = 6;
/// Coarse rows below the lowest dense one.
const MARGIN: usize = POINTS / 2 - 1;
/// Rows with a barrier exponent above this hold T = 0 without a solution of the radial equation: twice
/// the exponent of the least T that is kept, so that no row that is kept interpolates from there.
const HOPELESS_BARRIER: f64 = 460.0;
/// Coefficients below exp of this are zero in the table (about 1e-100).
const LOWEST_LN: f64 = -230.0;
/// Parameters carried in one pass over the potential.
const CHUNK: usize = 8;

/// What a table is made for.
pub(crate) struct Task<'a, D> {
    pub(crate) residue: Nuclide,
    pub(crate) fragment: Fragment,
    pub(crate) target_mass: f64,
    pub(crate) params: &'a ParamSet,
    /// The values, which may carry derivatives along a line where no gradients are wanted.
    pub(crate) theta: &'a Params<D>,
    pub(crate) gradients: &'a [usize],
    pub(crate) channels: &'a [(u32, u32)],
}

/// One row of the coarse grid: per channel ln T, and its derivatives [channel][gradient].
struct Node<D> {
    ln: Vec<Option<D>>,
    slopes: Vec<f64>,
}

/// The dense table: rows of T of `width` numbers, and rows of dT/dtheta [channel][gradient].
pub(crate) struct Dense<D> {
    pub(crate) values: Vec<D>,
    pub(crate) gradients: Vec<f64>,
}

impl<D: Real> Task<'_, D> {
    /// The whole table.
    pub(crate) fn tabulate(&self, width: usize) -> Dense<D> {
        let nodes =
            if self.gradients.is_empty() { self.nodes_of_values() } else { self.nodes_with_gradients() };
        let rows = OCTAVES * ROWS_PER_OCTAVE + 1;
        let block = self.channels.len() * self.gradients.len();
        let mut dense = Dense { values: vec![D::zero(); rows * width], gradients: vec![0.0; rows * block] };
        for row in 0..rows {
            let values = &mut dense.values[row * width..(row + 1) * width];
            let gradients = &mut dense.gradients[row * block..(row + 1) * block];
            self.interpolate(&nodes, row, values, gradients);
        }
        dense
    }

    /// Kinematics of the coarse rows.
    fn grid(&self) -> impl Iterator<Item = Kinematics> {
        let count = OCTAVES * NODES_PER_OCTAVE + POINTS;
        (0..count).map(|i| {
            let octave = (i as f64 - MARGIN as f64) / NODES_PER_OCTAVE as f64 + LOWEST_OCTAVE;
            Kinematics::new(self.residue, self.fragment, self.target_mass, octave.exp2())
        })
    }

    fn l_max(&self) -> u32 {
        self.channels.last().map_or(0, |&(l, _)| l)
    }

    /// Whether every T underflows at this energy, so that the radial equation need not be solved.
    fn is_hopeless<E: Real>(&self, form: &FormFactors<E>, kinematics: &Kinematics) -> bool {
        let rho = kinematics.wave_number_fm * form.inner_radius_fm();
        barrier_exponent(kinematics.eta, rho) > HOPELESS_BARRIER
    }

    /// ln T of every channel at one energy by `solve(l, 2 l.s)`, `None` where T is zero.
    fn by_channel<E>(&self, mut solve: impl FnMut(u32, f64) -> Option<E>) -> Vec<Option<E>> {
        let two_s = self.fragment.two_s();
        self.channels.iter().map(|&(l, two_j)| solve(l, two_l_dot_s(l, two_j, two_s))).collect()
    }

    fn nodes_of_values(&self) -> Vec<Node<D>> {
        let potential = OpticalPotential::prepare(self.residue, self.fragment, self.target_mass, self.theta);
        let form = FormFactors::new(self.residue, self.fragment, &potential.geometry(), STEP_FM);
        self.grid()
            .map(|kinematics| {
                if self.is_hopeless(&form, &kinematics) {
                    return Node { ln: vec![None; self.channels.len()], slopes: Vec::new() };
                }
                let at = potential.at_energy(D::from(kinematics.e_lab));
                let equation = RadialEquation::new(&form, &at, &kinematics, self.l_max());
                Node { ln: self.by_channel(|l, ls| equation.transmission(l, ls).ln()), slopes: Vec::new() }
            })
            .collect()
    }

    /// Chain rule: ln T by the local quantities of the potential, those by the parameters.
    fn nodes_with_gradients(&self) -> Vec<Node<D>> {
        let chunks: Vec<_> = self.gradients.chunks(CHUNK).map(|wanted| self.potential_by(wanted)).collect();
        let theta = self.params.values();
        let potential = OpticalPotential::prepare(self.residue, self.fragment, self.target_mass, &theta);
        let geometry = seeded(potential.at_energy(0.0)).geometry;
        let form = FormFactors::new(self.residue, self.fragment, &geometry, STEP_FM);
        self.grid()
            .map(|kinematics| {
                if self.is_hopeless(&form, &kinematics) {
                    return Node { ln: vec![None; self.channels.len()], slopes: Vec::new() };
                }
                let at = seeded(potential.at_energy(kinematics.e_lab));
                let equation = RadialEquation::new(&form, &at, &kinematics, self.l_max());
                let mut adjoint = Adjoint::new(&equation);
                let ln = self.by_channel(|l, ls| adjoint.ln_transmission(l, ls));
                let jacobian = self.jacobian(&chunks, kinematics.e_lab);
                let slopes = self.slopes(&ln, &jacobian);
                Node { slopes, ln: ln.iter().map(|t| t.map(|t| D::from(t.re))).collect() }
            })
            .collect()
    }

    /// The potential with derivatives by the parameters at the positions `wanted`.
    fn potential_by(&self, wanted: &[usize]) -> OpticalPotential<Dual<f64, CHUNK>> {
        let theta = self.params.seeded(|i, p| match wanted.iter().position(|&w| w == i) {
            Some(slot) => Dual::variable(p.value, slot),
            None => Dual::constant(p.value),
        });
        OpticalPotential::prepare(self.residue, self.fragment, self.target_mass, &theta)
    }

    /// Derivatives of the local quantities by the parameters, [local][gradient].
    fn jacobian(&self, chunks: &[OpticalPotential<Dual<f64, CHUNK>>], e_lab: f64) -> Vec<f64> {
        let count = self.gradients.len();
        let mut jacobian = vec![0.0; LOCAL * count];
        for (chunk, potential) in chunks.iter().enumerate() {
            let locals = potential.at_energy(Dual::constant(e_lab)).to_array();
            let first = chunk * CHUNK;
            let size = CHUNK.min(count - first);
            for (k, local) in locals.iter().enumerate() {
                jacobian[k * count + first..][..size].copy_from_slice(&local.eps[..size]);
            }
        }
        jacobian
    }

    fn slopes(&self, ln: &[Option<Dual<f64, LOCAL>>], jacobian: &[f64]) -> Vec<f64> {
        let count = self.gradients.len();
        let mut slopes = vec![0.0; ln.len() * count];
        for (slope, t) in slopes.chunks_exact_mut(count).zip(ln) {
            let Some(t) = t else { continue };
            for (by_local, row) in t.eps.iter().zip(jacobian.chunks_exact(count)) {
                slope.iter_mut().zip(row).for_each(|(s, j)| *s += by_local * j);
            }
        }
        slopes
    }

    /// One dense row: Lagrange interpolation of ln T in ln E, the same weights for values and derivatives.
    fn interpolate(&self, nodes: &[Node<D>], row: usize, values: &mut [D], gradients: &mut [f64]) {
        let place = row * NODES_PER_OCTAVE;
        let (first, rest) = (place / ROWS_PER_OCTAVE, place % ROWS_PER_OCTAVE);
        let weights: [f64; POINTS] = lagrange(MARGIN as f64 + rest as f64 / ROWS_PER_OCTAVE as f64);
        let near = &nodes[first..first + POINTS];
        let count = self.gradients.len();
        for channel in 0..self.channels.len() {
            let sum = near
                .iter()
                .zip(weights)
                .try_fold(D::zero(), |sum, (node, w)| Some(sum + node.ln[channel]? * w));
            let Some(ln) = sum.filter(|ln| ln.re() > LOWEST_LN) else { continue };
            values[channel] = ln.exp();
            if count > 0 {
                let block = channel * count..(channel + 1) * count;
                let slopes: [&[f64]; POINTS] = std::array::from_fn(|k| &near[k].slopes[block.clone()]);
                let factors = weights.map(|w| w * values[channel].re());
                for (i, g) in gradients[block].iter_mut().enumerate() {
                    *g = (0..POINTS).fold(0.0, |sum, k| sum + factors[k] * slopes[k][i]);
                }
            }
        }
    }
}

/// The local quantities as independent variables.
fn seeded(at: PotentialAtEnergy<f64>) -> PotentialAtEnergy<Dual<f64, LOCAL>> {
    let row = at.to_array();
    PotentialAtEnergy::from_array(std::array::from_fn(|k| Dual::variable(row[k], k)))
}

/// Lagrange weights at `x` for the nodes 0, 1, ..., N - 1.
fn lagrange<const N: usize>(x: f64) -> [f64; N] {
    std::array::from_fn(|i| {
        (0..N).filter(|&j| j != i).map(|j| (x - j as f64) / (i as f64 - j as f64)).product()
    })
}
