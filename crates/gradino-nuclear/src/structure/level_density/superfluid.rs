//! The enhanced generalised superfluid model (EGSM) of capote2009.
//!
//! Below a critical energy the nucleus is a superconductor in the sense of bardeen1957, with the closed
//! formulas of ignatyuk1979; above it is a Fermi gas whose energy is counted from the condensed ground
//! state. The state density is multiplied by the enhancements of collective vibration and rotation.
//!
//! With the gap `Delta_0 = pairing / sqrt(A)` and the number n of unpaired kinds of nucleons (0 in an
//! even-even nuclide), the effective energy is `U = Ex + n Delta_0`.
//!
//! Simplifications against the tables of capote2009: shapes do not change with spin, nor does the surface
//! in `a_tilde`, and the sum over the projection K of the spin is its limit for many K. So `sigma^2` is the
//! same for all spins, as everywhere here.
//!
//! Places that are not smooth: the critical energy, where the density is continuous and its slope is not;
//! [`SMALLEST_SHARE`] of it, below which the density is held; [`SMALLEST_CUTOFF`].

#[cfg(test)]
mod tests;

use super::{LevelDensity, LowEnergy, NuclideData, SMALL_ENERGY, even_numbers};
use gradino_core::{Params, Real, real::implicit_root};
use std::f64::consts::PI;

/// Critical temperature over the gap at zero temperature (bardeen1957, as rounded in capote2009).
const CRITICAL_TEMPERATURE: f64 = 0.567;
/// Condensation energy over `a Delta_0^2` (ignatyuk1979).
const CONDENSATION: f64 = 1.5 / (PI * PI);
/// `(12 / sqrt(pi))^2` of the determinant `(144 / pi) a^3 T^5` of a Fermi gas with two kinds (bethe1937).
const DETERMINANT: f64 = 144.0 / PI;
/// Temperature at which half of the vibrational enhancement is left, and its width [MeV] (capote2009).
const VIBRATION_FADES: [f64; 2] = [1.0, 0.1];
/// Energy at which half of the rotational enhancement is left, and its width [MeV] (capote2009).
const ROTATION_FADES: [f64; 2] = [40.0, 10.0];
/// Effective energy over the critical one below which the density is held. Our choice: the formulas have
/// a pole at U = 0, where levels are discrete.
pub const SMALLEST_SHARE: f64 = 0.1;
/// Least sigma^2. Our choice: the formulas go to 0 with U, and half-integer spins would disappear.
pub const SMALLEST_CUTOFF: f64 = 1.0;
/// Least gap [MeV], our choice, so that all stays finite without pairing.
const SMALLEST_GAP: f64 = 1e-3;
/// Least slope of the equation for the critical parameter, our choice: only unphysical shell corrections
/// reach it.
const SMALLEST_SLOPE: f64 = 1e-3;

/// What does not depend on the energy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Superfluid<D> {
    /// T_c [MeV].
    critical_temperature: D,
    /// a_c [1/MeV].
    critical_parameter: D,
    /// E_cond [MeV].
    condensation: D,
    /// U_c [MeV].
    critical_energy: D,
    /// Moment of inertia of the spin distribution above U_c [1/MeV], with hbar = 1.
    inertia: D,
    /// Moment of inertia perpendicular to the symmetry axis above U_c [1/MeV].
    perpendicular: D,
    /// `ln K_vib / T^(4/3)` [MeV^(-4/3)].
    vibration: D,
    /// Share of the rotational enhancement.
    rotation: D,
}

/// The nucleus at one energy.
struct State<D> {
    /// T [MeV].
    temperature: D,
    /// S.
    entropy: D,
    /// Det, so that the density of states is `exp(S) / sqrt(Det)` [MeV^2].
    determinant: D,
    /// Moment of inertia over its value above the critical energy.
    reduction: D,
}

impl<D: Real> Superfluid<D> {
    /// With `T_c = 0.567 Delta_0`, `E_cond = 3 a_c Delta_0^2 / (2 pi^2)` and `U_c = a_c T_c^2 + E_cond`
    /// (capote2009, ignatyuk1979). For a quadrupole deformation beta the moments of inertia of the rigid
    /// body are `I (1 - 2 beta / 3)` along the symmetry axis and `I (1 + beta / 3)` across.
    fn new(gas: &LevelDensity<D>, data: &NuclideData, theta: &Params<D>) -> Self {
        let a = f64::from(data.nuclide.a);
        let gap = (theta["level_density.pairing"] / a.sqrt()).max(D::from(SMALLEST_GAP));
        let critical_temperature = gap * CRITICAL_TEMPERATURE;
        let thermal = critical_thermal_energy(gas, critical_temperature);
        let critical_parameter = thermal / critical_temperature.sq();
        let condensation = critical_parameter * gap.sq() * CONDENSATION;
        let deformation = theta["level_density.egsm_deformation"];
        let sphere = theta["level_density.egsm_inertia"] * a.powf(5.0 / 3.0);
        let parallel = sphere * (D::one() - deformation * (2.0 / 3.0));
        let perpendicular = sphere * (deformation / 3.0 + 1.0);
        Superfluid {
            critical_temperature,
            critical_parameter,
            condensation,
            critical_energy: thermal + condensation,
            inertia: parallel.powf(1.0 / 3.0) * perpendicular.powf(2.0 / 3.0),
            perpendicular,
            vibration: theta["level_density.egsm_vibration"] * a.powf(2.0 / 3.0),
            rotation: theta["level_density.egsm_rotation"],
        }
    }

    /// Below the critical energy, with `phi^2 = 1 - U / U_c` and `h = artanh(phi) / phi`:
    /// `T = T_c / h`, `S = 2 a_c T_c h (1 - phi^2)`, `Det = Det_c (1 - phi^2) (1 + phi^2)^2`, and the moments
    /// of inertia are `h (1 - phi^2)` times those at U_c (ignatyuk1979, capote2009).
    fn condensed(&self, u: D) -> State<D> {
        let share = u / self.critical_energy;
        let ratio = inverse_temperature(share);
        let reduction = ratio * share;
        let critical = self.critical_parameter.powi(3) * self.critical_temperature.powi(5) * DETERMINANT;
        State {
            temperature: self.critical_temperature / ratio,
            entropy: self.critical_parameter * self.critical_temperature * reduction * 2.0,
            determinant: critical * share * (-share + 2.0).sq(),
            reduction,
        }
    }

    /// `sigma^2 = I_parallel^(1/3) I_perpendicular^(2/3) T`, both with the reduction below the critical
    /// energy: there it is linear in U (capote2009).
    fn cutoff(&self, state: &State<D>) -> D {
        (self.inertia * state.reduction * state.temperature).max(D::from(SMALLEST_CUTOFF))
    }

    /// Vibrational enhancement `1 + (K_vib - 1) / (1 + exp((T - T_1/2) / d))` with the liquid drop's
    /// `K_vib = exp(v A^(2/3) T^(4/3))` (capote2009).
    fn vibrational(&self, temperature: D) -> D {
        let kept = fermi_function(temperature, VIBRATION_FADES);
        if kept.re() == 0.0 {
            return D::one();
        }
        kept * ((self.vibration * temperature.powf(4.0 / 3.0)).exp() - 1.0) + 1.0
    }

    /// Rotational enhancement `1 + r (I_perpendicular T - 1) (1 - f(0) + f(U))`, f a Fermi function, with
    /// a third of the moment of inertia free from the reduction below the critical energy (capote2009).
    fn rotational(&self, state: &State<D>, u: D) -> D {
        let inertia = self.perpendicular * (state.reduction * 2.0 + 1.0) / 3.0;
        let kept = fermi_function(u, ROTATION_FADES) + (1.0 - fermi_function(0.0, ROTATION_FADES));
        self.rotation * (inertia * state.temperature - 1.0) * kept + 1.0
    }
}

impl<D: Real> LevelDensity<D> {
    /// The enhanced generalised superfluid model, with `a_tilde = s (alpha A + beta A^(2/3))` and
    /// `gamma = gamma_1 / A^(1/3)` fitted to neutron resonance spacings (capote2009).
    pub(super) fn superfluid(data: &NuclideData, theta: &Params<D>) -> Self {
        let [alpha, beta, gamma_1, shell] =
            ["alpha", "beta", "gamma_1", "shell"].map(|n| theta[format!("level_density.egsm_{n}").as_str()]);
        let paired = even_numbers(data.nuclide) - 2;
        let mut gas = Self::fermi_gas(data, theta, [alpha, beta, gamma_1, D::zero()], paired, |shift| shift);
        gas.shell_correction += shell;
        let model = Superfluid::new(&gas, data, theta);
        gas.anchor = model.critical_energy + gas.shift;
        gas.low_energy = LowEnergy::Superfluid(model);
        gas
    }

    /// Above the critical energy a Fermi gas with `U - E_cond`.
    fn state(&self, model: &Superfluid<D>, u: D) -> State<D> {
        if u.re() < model.critical_energy.re() {
            return model.condensed(u);
        }
        let thermal = u - model.condensation;
        let a = self.parameter(thermal);
        let temperature = (thermal / a).sqrt();
        State {
            temperature,
            entropy: a * temperature * 2.0,
            determinant: a.powi(3) * temperature.powi(5) * DETERMINANT,
            reduction: D::one(),
        }
    }

    /// `rho = K_vib K_rot exp(S) / sqrt(2 pi sigma^2 Det)` [1/MeV] (capote2009).
    pub(super) fn superfluid_total(&self, model: &Superfluid<D>, u: D) -> D {
        let u = u.max(model.critical_energy * SMALLEST_SHARE);
        let state = self.state(model, u);
        let enhancement = model.vibrational(state.temperature) * model.rotational(&state, u);
        enhancement * state.entropy.exp() / (state.determinant * model.cutoff(&state) * (2.0 * PI)).sqrt()
    }

    /// sigma^2, held where the density is.
    pub(super) fn superfluid_cutoff(&self, model: &Superfluid<D>, u: D) -> D {
        model.cutoff(&self.state(model, u.max(model.critical_energy * SMALLEST_SHARE)))
    }

    /// T [MeV], linear in U below [`SMALL_ENERGY`], zero for U <= 0.
    pub(super) fn superfluid_temperature(&self, model: &Superfluid<D>, u: D) -> D {
        if u.re() <= 0.0 {
            return D::zero();
        }
        if u.re() < SMALL_ENERGY {
            return self.state(model, D::from(SMALL_ENERGY)).temperature * u / SMALL_ENERGY;
        }
        self.state(model, u).temperature
    }
}

/// The thermal energy `x = a(x) T_c^2` at the critical point [MeV] (capote2009): by bisection, with the
/// derivatives of the root. The largest that `a` can be is its limit at x = 0, or `a_tilde`.
fn critical_thermal_energy<D: Real>(gas: &LevelDensity<D>, critical_temperature: D) -> D {
    let square = critical_temperature.sq();
    let residual = |x: f64| -(gas.parameter(D::from(x)) * square) + x;
    let largest = gas.parameter(D::zero()).re().max(gas.asymptotic.re());
    let (mut low, mut high) = (0.0, largest * square.re());
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if residual(middle).re() < 0.0 { low = middle } else { high = middle }
    }
    let a = gas.parameter(D::from(high));
    let slope = 1.0 - (square * a * gas.relative_growth(a, D::from(high))).re();
    implicit_root(high, residual(high), slope.max(SMALLEST_SLOPE))
}

/// `T_c / T = artanh(phi) / phi` with `phi^2 = 1 - U / U_c` for a `share` U / U_c (ignatyuk1979).
fn inverse_temperature<D: Real>(share: D) -> D {
    let square = -share + 1.0;
    if square.re() < 0.01 {
        // Taylor series: the slope of the square root is infinite at U_c. The first term left out is 1e-15.
        let terms = [13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0];
        return terms.into_iter().fold(D::zero(), |sum, n| sum * square + 1.0 / n);
    }
    let phi = square.sqrt();
    ((phi + 1.0) / share.sqrt()).ln() / phi
}

/// `1 / (1 + exp((x - x_0) / d))`, written so that it cannot overflow.
fn fermi_function<D: Real>(x: D, [centre, width]: [f64; 2]) -> D {
    (D::one() - ((x - centre) / (2.0 * width)).tanh()) * 0.5
}
