//! Waves of the nucleons that leave, in the same field and with the same numerics as the bound orbitals.

use crate::emission::coulomb::{CoulombWave, coulomb_waves};
use crate::error::{Error, Result};
use crate::meanfield::bound::{outward, scaled_curvature};
use crate::meanfield::functional::E2;
use crate::meanfield::mesh::{Mesh, Symmetry};
use crate::meanfield::radial_field::RadialField;
use gradino_core::Real;
use gradino_core::constants::HBAR_C;
use std::f64::consts::{FRAC_PI_2, PI};

/// Change of rho between the radii of a numerical derivative of Coulomb functions.
const RHO_STEP: f64 = 4e-3;
/// Distance of the two matching radii, as a share of the mesh, at most.
const LONGEST_MATCH: f64 = 0.1;
/// Points of the polynomial that gives slopes at the end of the mesh.
const END_POINTS: usize = 9;
/// Terms taken from the product formula of the gamma function before its asymptotic series.
const GAMMA_SHIFT: usize = 12;

/// The waves of the final nucleon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FinalState {
    /// Waves of the mean field, orthogonal to the orbitals.
    #[default]
    Distorted,
    /// Free waves, with the mass of the free proton or neutron and no recoil: hbar^2/2m in place of B.
    Plane,
}

/// Choices for the waves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContinuumOptions {
    /// Distorted or plane.
    pub final_state: FinalState,
    /// Whether the kinetic energy T is replaced by T (1 + T/2M) in the radial equation, which makes the wave number of a
    /// free nucleon the relativistic one (jeschonnek1998).
    pub relativistic: bool,
}

impl Default for ContinuumOptions {
    fn default() -> Self {
        ContinuumOptions { final_state: FinalState::Distorted, relativistic: true }
    }
}

/// One partial wave.
#[derive(Clone, Debug)]
pub struct PartialWave<D> {
    /// Orbital angular momentum.
    pub l: u32,
    /// Twice the total angular momentum.
    pub two_j: u32,
    /// Phase shift delta_lj in (-pi/2, pi/2] [rad], relative to the Coulomb wave.
    pub phase_shift: D,
    /// u = r R on the mesh [MeV^(-1/2) fm^(-1/2)],
    /// u -> sqrt(1/(pi B k)) sin(k r - l pi/2 - eta ln 2kr + sigma_l + delta_lj).
    pub u: Vec<D>,
    /// du/dr [MeV^(-1/2) fm^(-3/2)].
    pub du: Vec<D>,
}

/// All partial waves at one energy.
#[derive(Clone, Debug)]
pub struct Continuum<D> {
    /// Kinetic energy T far outside [MeV].
    pub kinetic: D,
    /// Wave number k [1/fm].
    pub wave_number_fm: D,
    /// Sommerfeld parameter eta.
    pub eta: D,
    /// Coulomb phases sigma_l by l [rad].
    pub coulomb_phases: Vec<D>,
    /// The partial waves in the order of l, j = l - 1/2 before l + 1/2.
    pub waves: Vec<PartialWave<D>>,
}

impl<D: Real> Continuum<D> {
    /// The waves up to `l_max` at the kinetic energy `kinetic` [MeV].
    ///
    /// Numerov's method for v'' = w v, u = v/sqrt(B), matched at two radii to a F_l + b G_l: tan delta = b/a. The
    /// normalisation to energy, int u_E u_E' dr = delta(E - E'), is that of the radial equation.
    ///
    /// # Errors
    /// No positive kinetic energy.
    pub fn new(field: &RadialField<D>, kinetic: D, l_max: u32, options: ContinuumOptions) -> Result<Self> {
        if !(kinetic.re() > 0.0 && kinetic.re().is_finite()) {
            let (lower, upper) = (0.0, f64::INFINITY);
            return Err(Error::OutOfRange {
                what: "kinetic energy [MeV]",
                value: kinetic.re(),
                lower,
                upper,
            });
        }
        let shifted =
            if options.relativistic { kinetic * (kinetic / (2.0 * field.mass) + 1.0) } else { kinetic };
        let plane = options.final_state == FinalState::Plane;
        let free = HBAR_C * HBAR_C / (2.0 * field.mass);
        let (b, charge) = if plane { (free, 0.0) } else { (field.b_infinity, field.charge) };
        let wave_number_fm = (shifted / b).sqrt();
        let far = Far { mesh: field.mesh, b, wave_number: wave_number_fm, coulomb: charge * E2 / (2.0 * b) };
        let waves = if plane { far.plane_waves(l_max) } else { far.distorted(field, shifted, l_max) };
        let eta = far.eta();
        Ok(Continuum { kinetic, wave_number_fm, eta, coulomb_phases: coulomb_phases(eta, l_max), waves })
    }

    /// The wave of l and 2j.
    pub fn wave(&self, l: u32, two_j: u32) -> Option<&PartialWave<D>> {
        self.waves.get((l + two_j.div_ceil(2)) as usize - 1).filter(|w| w.l == l && w.two_j == two_j)
    }
}

/// l and 2j of all partial waves up to `l_max`, in order.
pub fn partial_waves(l_max: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..=l_max).flat_map(|l| [(l, (2 * l).saturating_sub(1)), (l, 2 * l + 1)]).filter(|&(_, two_j)| two_j > 0)
}

/// What the waves are far outside.
struct Far<D> {
    mesh: Mesh,
    b: f64,
    wave_number: D,
    /// eta k, the same at all energies [1/fm].
    coulomb: f64,
}

/// F_l and G_l at a matching radius, with the scale of [`CoulombWave`].
#[derive(Clone, Copy)]
struct Matching<D> {
    f: D,
    g: D,
}

impl<D: Real> Far<D> {
    fn eta(&self) -> D {
        self.wave_number.recip() * self.coulomb
    }

    /// The amplitude sqrt(1/(pi B k)) of energy normalisation.
    fn amplitude(&self) -> D {
        (self.wave_number * (PI * self.b)).recip().sqrt()
    }

    /// Free waves u = sqrt(1/(pi B k)) F_l(0, k r).
    fn plane_waves(&self, l_max: u32) -> Vec<PartialWave<D>> {
        let k = self.wave_number;
        let amplitude = self.amplitude();
        let mut u = vec![Vec::with_capacity(self.mesh.points); l_max as usize + 1];
        let mut du = u.clone();
        for r in self.mesh.radii_fm() {
            let rho = k.re() * r;
            let change = (k - k.re()) * r;
            for (l, w) in coulomb_waves(0.0, &[rho], l_max).remove(0).into_iter().enumerate() {
                let (f, df) = (w.f * (-w.ln_scale).exp(), w.df * (-w.ln_scale).exp());
                // F'' = (l(l+1)/rho^2 - 1) F.
                let bend = (((l * (l + 1)) as f64) / (rho * rho) - 1.0) * f;
                u[l].push((change * df + f) * amplitude);
                du[l].push((change * bend + df) * amplitude * k);
            }
        }
        let one = |(l, two_j): (u32, u32)| PartialWave {
            l,
            two_j,
            phase_shift: D::zero(),
            u: u[l as usize].clone(),
            du: du[l as usize].clone(),
        };
        partial_waves(l_max).map(one).collect()
    }

    fn distorted(&self, field: &RadialField<D>, energy: D, l_max: u32) -> Vec<PartialWave<D>> {
        let indices = self.matching_points();
        let (functions, ln_scale) = self.matching(indices, l_max);
        let roots: Vec<D> = field.b.iter().map(|b| b.sqrt().recip() * self.b.sqrt()).collect();
        let one = |(l, two_j): (u32, u32)| {
            let t = scaled_curvature(field, l, two_j, energy);
            let v = outward(&t, l, t.len() - 1);
            let [outer, inner] = functions[l as usize];
            let (v_out, v_in) = (v[indices[0]], v[indices[1]]);
            let determinant = outer.f * inner.g - inner.f * outer.g;
            // v = a F + b G; F carries the factor exp(-ln_scale) and G exp(ln_scale).
            let a = (v_out * inner.g - v_in * outer.g) / determinant;
            let b = (outer.f * v_in - inner.f * v_out) / determinant;
            let tangent = b / a * (-2.0 * ln_scale).exp();
            let size = self.amplitude() / (a * (tangent.sq() + 1.0).sqrt()) * (-ln_scale).exp();
            let u: Vec<D> = v.iter().zip(&roots).map(|(&v, &root)| v * root * size).collect();
            let mut du = field.mesh.derivative(&u, Symmetry::of_wave(l));
            slopes_at_the_end(&u, field.mesh.step_fm, &mut du);
            PartialWave { l, two_j, phase_shift: tangent.atan(), u, du }
        };
        partial_waves(l_max).map(one).collect()
    }

    /// The end of the mesh, and a point about a quarter of a wave length inside.
    fn matching_points(&self) -> [usize; 2] {
        let last = self.mesh.points - 1;
        let quarter = FRAC_PI_2 / (self.wave_number.re() * self.mesh.step_fm);
        let most = LONGEST_MATCH * self.mesh.points as f64;
        [last, last - (quarter.min(most) as usize).max(1)]
    }

    /// F_l and G_l at the matching points by l, and the logarithm of their scale.
    ///
    /// Their derivatives with respect to the wave number at fixed eta k come from central differences of fourth order.
    fn matching(&self, indices: [usize; 2], l_max: u32) -> (Vec<[Matching<D>; 2]>, f64) {
        let at = |k: f64| {
            let rhos = indices.map(|i| k * self.mesh.radius_fm(i));
            coulomb_waves(self.coulomb / k, &rhos, l_max)
        };
        let k = self.wave_number.re();
        let centre = at(k);
        let ln_scale = centre[0][0].ln_scale;
        let step = RHO_STEP / self.mesh.end_fm();
        let shifted: Vec<_> = if D::SLOTS == 0 {
            Vec::new()
        } else {
            [-2.0, -1.0, 1.0, 2.0].iter().map(|&n| at(k + n * step)).collect()
        };
        let slope = |n: usize, l: usize, of: &dyn Fn(&CoulombWave, f64) -> f64| {
            let values: Vec<f64> =
                shifted.iter().map(|w| of(&w[n][l], (w[n][l].ln_scale - ln_scale).exp())).collect();
            if values.is_empty() {
                return 0.0;
            }
            (values[0] - values[3] + 8.0 * (values[2] - values[1])) / (12.0 * step)
        };
        let change = self.wave_number - k;
        let one = |n: usize, l: usize| Matching {
            f: change * slope(n, l, &|w, grow| w.f / grow) + centre[n][l].f,
            g: change * slope(n, l, &|w, grow| w.g * grow) + centre[n][l].g,
        };
        ((0..=l_max as usize).map(|l| [one(0, l), one(1, l)]).collect(), ln_scale)
    }
}

/// du/dr at the last four points, where central differences reach beyond the mesh and a wave has no tail that dies out:
/// the derivative of the polynomial through the last nine points.
pub(super) fn slopes_at_the_end<D: Real>(u: &[D], step_fm: f64, du: &mut [D]) {
    let start = u.len() - END_POINTS;
    let product =
        |k: usize| -> f64 { (0..END_POINTS).filter(|&m| m != k).map(|m| k as f64 - m as f64).product() };
    for i in END_POINTS - 4..END_POINTS {
        let mut slope = D::zero();
        for j in 0..END_POINTS {
            let weight = if i == j {
                (0..END_POINTS).filter(|&m| m != i).map(|m| 1.0 / (i as f64 - m as f64)).sum()
            } else {
                product(i) / (product(j) * (i as f64 - j as f64))
            };
            slope += u[start + j] * (weight / step_fm);
        }
        du[start + i] = slope;
    }
}

/// sigma_l = arg Gamma(l + 1 + i eta), l = 0..=`l_max` [rad]: eqs. 33.2.10 and 5.11.1 of dlmf.
pub fn coulomb_phases<D: Real>(eta: D, l_max: u32) -> Vec<D> {
    let x = (GAMMA_SHIFT + 1) as f64;
    // Stirling's series of ln Gamma(z), z = x + i eta, and arg Gamma(z) - sum atan(eta/k) for the shift.
    let angle = (eta / x).atan();
    let norm_sq = eta.sq() + x * x;
    let inverse = |n: i32| (angle * f64::from(n)).sin() * norm_sq.powf(-0.5 * f64::from(n)) * -1.0;
    let asymptotic = angle * (x - 0.5) + eta * (norm_sq.ln() * 0.5 - 1.0) + inverse(1) / 12.0
        - inverse(3) / 360.0
        + inverse(5) / 1260.0
        - inverse(7) / 1680.0;
    let mut sigma = (1..=GAMMA_SHIFT).fold(asymptotic, |sum, k| sum - (eta / k as f64).atan());
    let mut phases = vec![sigma];
    for l in 1..=l_max {
        sigma += (eta / f64::from(l)).atan();
        phases.push(sigma);
    }
    phases
}

#[cfg(test)]
#[path = "continuum_tests.rs"]
mod tests;
