//! Level densities: the back-shifted Fermi gas, the constant-temperature and the superfluid model.
//!
//! With the effective excitation energy `U = Ex - Delta` and the energy-dependent parameter
//! `a(U) = a_tilde [1 + dW (1 - exp(-gamma U)) / U]` of ignatyuk1975, the Fermi gas has
//! `2 sqrt(aU)` for its entropy. All global systematics of the first two are those of koning2008; the third,
//! with its own places that are not smooth, is in `superfluid`.
//!
//! Places that are not smooth, and what is done there:
//!
//! - `U = 0`: the total density goes over to its limit `e a / (12 sigma)`, with the same value on
//!   both sides and a kink. `a` is held at its limit `a_tilde (1 + gamma dW)` below.
//! - The Fermi-gas spin cut-off goes like `sqrt(U)`, whose slope is infinite at `U = 0`, and the
//!   temperature does too. Below [`SMALL_ENERGY`] the first is constant, the second linear in `U`.
//! - `Ex = S_n` (`Ex = E_M` in the constant-temperature model): the spin cut-off is continuous, its
//!   slope is not.
//! - MARLEY switches to the discrete spin cut-off at `U <= 0`, which makes the density jump where
//!   `Delta > 0`. Here the interpolation goes on through `U = 0`: a jump has no gradient. All
//!   differences from MARLEY lie at `U` below [`SMALL_ENERGY`], but for the next one.
//! - A strongly negative shell correction in a light nuclide would make `a` negative: it is held at
//!   [`SMALLEST_A`] of `a_tilde`, with the derivatives of `a_tilde`.

mod parameters;
mod superfluid;
#[cfg(test)]
mod tests;

pub use parameters::parameters;
pub use superfluid::{SMALLEST_CUTOFF, SMALLEST_SHARE};

use crate::error::Error;
use gradino_core::{Nuclide, Params, Real};
use std::f64::consts::E;
use std::str::FromStr;
use superfluid::Superfluid;

/// Effective energy [MeV] below which `sqrt(U)` is replaced, so that its slope stays finite.
/// Our choice: levels are discrete there.
pub const SMALL_ENERGY: f64 = 0.05;
/// Least `a / a_tilde`, our choice: only unphysical shell corrections reach it.
pub const SMALLEST_A: f64 = 0.05;
/// Power of A in the discrete spin cut-off `sigma_d = 0.83 A^0.26` (koning2008).
const DISCRETE_EXPONENT: f64 = 0.26;

/// How the level density depends on the energy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LevelDensityModel {
    /// Back-shifted Fermi gas of koning2008 with the low-energy limit of grossjean1985.
    #[default]
    BackShiftedFermiGas,
    /// Constant temperature below a matching energy, Fermi gas above (gilbert1965, koning2008).
    ConstantTemperature,
    /// Enhanced generalised superfluid model (capote2009).
    Superfluid,
}

impl LevelDensityModel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::BackShiftedFermiGas, Self::ConstantTemperature, Self::Superfluid];

    /// Its name in a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BackShiftedFermiGas => "bsfg",
            Self::ConstantTemperature => "ct",
            Self::Superfluid => "egsm",
        }
    }
    /// Citation keys of the model.
    pub const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::BackShiftedFermiGas => &["koning2008", "ignatyuk1975", "grossjean1985"],
            Self::ConstantTemperature => &["koning2008", "ignatyuk1975", "gilbert1965"],
            Self::Superfluid => &["capote2009", "ignatyuk1979", "ignatyuk1975", "bardeen1957"],
        }
    }
}

impl FromStr for LevelDensityModel {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|m| m.name() == name).ok_or_else(|| Error::UnknownModel {
            kind: "level density model",
            name: name.to_string(),
            known: Self::ALL.map(Self::name).to_vec(),
        })
    }
}

/// What a level density needs to know of its nuclide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NuclideData {
    /// The nuclide.
    pub nuclide: Nuclide,
    /// Shell correction dW [MeV]: measured mass less the liquid drop of myers1966.
    pub shell_correction: f64,
    /// Neutron separation energy S_n [MeV].
    pub neutron_separation: f64,
}

/// The level density of one nuclide, prepared once and evaluated often.
#[derive(Clone, Debug)]
pub struct LevelDensity<D> {
    /// dW [MeV].
    shell_correction: D,
    /// Asymptotic level-density parameter a_tilde [1/MeV].
    asymptotic: D,
    /// Damping of the shell correction gamma [1/MeV].
    damping: D,
    /// Delta [MeV].
    shift: D,
    /// `sigma_F^2 / sqrt(aU)`.
    inertia: D,
    /// sigma_d^2.
    discrete_cutoff: D,
    /// Where the spin cut-off of the Fermi gas is reached [MeV]: S_n, E_M or the critical energy.
    anchor: D,
    low_energy: LowEnergy<D>,
}

/// What the total density does at low energy.
#[derive(Clone, Copy, Debug)]
enum LowEnergy<D> {
    /// The finite limit at U = 0 of the back-shifted Fermi gas (grossjean1985).
    Limit,
    /// Constant temperature [MeV] below the matching energy, with the density [1/MeV] there.
    Constant { temperature: D, matched: D },
    /// Superfluid below the critical energy, with enhancements at all energies.
    Superfluid(Superfluid<D>),
}

impl<D: Real> LevelDensity<D> {
    /// The level density of `data.nuclide` with parameters `theta` (see [`parameters`]).
    pub fn prepare(model: LevelDensityModel, data: &NuclideData, theta: &Params<D>) -> Self {
        match model {
            LevelDensityModel::BackShiftedFermiGas => Self::back_shifted(data, theta),
            LevelDensityModel::ConstantTemperature => Self::constant_temperature(data, theta),
            LevelDensityModel::Superfluid => Self::superfluid(data, theta),
        }
    }

    /// `a_tilde = s (alpha A + beta A^(2/3))`, `gamma = gamma_1 / A^(1/3)`,
    /// `Delta = delta + n pairing / sqrt(A)` with n = -1, 0, 1 for odd-odd, odd, even-even (koning2008).
    fn back_shifted(data: &NuclideData, theta: &Params<D>) -> Self {
        let names = ["alpha", "beta", "gamma_1", "delta"].map(|n| format!("level_density.{n}"));
        let pairs = even_numbers(data.nuclide) - 1;
        let anchor = D::from(data.neutron_separation);
        Self::fermi_gas(data, theta, names.map(|n| theta[n.as_str()]), pairs, |_| anchor)
    }

    /// The same systematics fitted to the constant-temperature model, with n = 0, 1, 2 and
    /// `E_M = e + m / A + Delta` (koning2008, its estimate without discrete levels). The temperature is the
    /// one of the Fermi gas at E_M, so the density and its slope are continuous there.
    fn constant_temperature(data: &NuclideData, theta: &Params<D>) -> Self {
        let names = ["alpha", "beta", "gamma_1", "delta"].map(|n| format!("level_density.ct_{n}"));
        let a = f64::from(data.nuclide.a);
        let reach = theta["level_density.ct_matching_energy"] + theta["level_density.ct_matching_mass"] / a;
        let pairs = even_numbers(data.nuclide);
        let values = names.map(|n| theta[n.as_str()]);
        let mut gas = Self::fermi_gas(data, theta, values, pairs, |shift| reach + shift);
        let temperature = gas.slope(reach).recip();
        let matched = gas.inverse_fermi_gas(reach).recip() / (gas.fermi_cutoff(reach).sqrt() * 12.0);
        gas.low_energy = LowEnergy::Constant { temperature, matched };
        gas
    }

    /// A Fermi gas with `[alpha, beta, gamma_1, delta]` and `pairs` times the pairing shift.
    fn fermi_gas(
        data: &NuclideData,
        theta: &Params<D>,
        [alpha, beta, gamma_1, delta]: [D; 4],
        pairs: i32,
        anchor: impl Fn(D) -> D,
    ) -> Self {
        let a = f64::from(data.nuclide.a);
        let asymptotic = theta["level_density.a"] * (alpha * a + beta * a.powf(2.0 / 3.0));
        let shift = delta + theta["level_density.pairing"] * (f64::from(pairs) / a.sqrt());
        LevelDensity {
            shell_correction: D::from(data.shell_correction),
            asymptotic,
            damping: gamma_1 / a.cbrt(),
            shift,
            inertia: theta["level_density.spin_cutoff"] * a.powf(5.0 / 3.0) / asymptotic,
            discrete_cutoff: (theta["level_density.spin_cutoff_discrete"] * a.powf(DISCRETE_EXPONENT)).sq(),
            anchor: anchor(shift),
            low_energy: LowEnergy::Limit,
        }
    }

    /// Level density summed over spin and parity at `excitation` [MeV], in 1/MeV.
    ///
    /// Back-shifted Fermi gas: `1/rho = 12 sigma [sqrt(2 sqrt(aU)) U exp(-2 sqrt(aU)) + exp(-aU - 1) / a]`,
    /// and `rho = e a / (12 sigma)` for U <= 0 (koning2008 after grossjean1985). Constant temperature:
    /// `rho(E_M) exp((Ex - E_M) / T)` below E_M and the first term of the bracket alone above (gilbert1965).
    /// Superfluid model: `K_vib K_rot exp(S) / sqrt(2 pi sigma^2 Det)` (capote2009).
    pub fn total(&self, excitation: D) -> D {
        let u = excitation - self.shift;
        let inverse = match self.low_energy {
            LowEnergy::Constant { temperature, matched } if excitation.re() < self.anchor.re() => {
                return matched * ((excitation - self.anchor) / temperature).exp();
            }
            LowEnergy::Constant { .. } => self.inverse_fermi_gas(u),
            LowEnergy::Superfluid(ref model) => return self.superfluid_total(model, u),
            LowEnergy::Limit if u.re() <= 0.0 => (self.parameter(u) * E).recip(),
            LowEnergy::Limit => {
                let a = self.parameter(u);
                self.inverse_fermi_gas(u) + (-(a * u) - 1.0).exp() / a
            }
        };
        (inverse * self.spin_cutoff_sq(excitation).sqrt() * 12.0).recip()
    }

    /// Spin cut-off parameter sigma^2 at `excitation` [MeV] (koning2008).
    ///
    /// `sigma_F^2 = c A^(5/3) sqrt(aU) / a_tilde` from S_n up (E_M for constant temperature); below, linear
    /// in Ex from `sigma_d^2 = (d A^0.26)^2` at 0 to `sigma_F^2` at S_n. The latter is taken with `a` at Ex
    /// and U at S_n, as MARLEY does; both at S_n would move the density of 39Ar by up to 1 %.
    /// Superfluid model: from the moments of inertia (capote2009).
    pub fn spin_cutoff_sq(&self, excitation: D) -> D {
        if let LowEnergy::Superfluid(model) = &self.low_energy {
            return self.superfluid_cutoff(model, excitation - self.shift);
        }
        if excitation.re() >= self.anchor.re() {
            return self.fermi_cutoff(excitation - self.shift);
        }
        if excitation.re() <= 0.0 {
            return self.discrete_cutoff;
        }
        let a = self.parameter(excitation - self.shift);
        let top = self.cutoff(a, self.anchor - self.shift);
        self.discrete_cutoff + (top - self.discrete_cutoff) * (excitation / self.anchor)
    }

    /// Density of levels of spin J = `two_j` / 2 and ONE parity at `excitation` [MeV], in 1/MeV: half of
    /// that of both parities, which are taken to be equally many.
    pub fn density(&self, excitation: D, two_j: u16) -> D {
        self.total(excitation) * spin_fraction(self.spin_cutoff_sq(excitation), two_j) * 0.5
    }

    /// Temperature `T = sqrt(U / a)` [MeV] of the Fermi gas at `excitation` [MeV], as the gamma strength
    /// of the final state wants it (kopecky1990). Zero for U <= 0, linear in U up to [`SMALL_ENERGY`].
    pub fn temperature(&self, excitation: D) -> D {
        let u = excitation - self.shift;
        if let LowEnergy::Superfluid(model) = &self.low_energy {
            return self.superfluid_temperature(model, u);
        }
        if u.re() <= 0.0 {
            return D::zero();
        }
        let a = self.parameter(u);
        if u.re() < SMALL_ENERGY {
            return u / (a * SMALL_ENERGY).sqrt();
        }
        (u / a).sqrt()
    }

    /// Level-density parameter a(U) [1/MeV] (ignatyuk1975).
    fn parameter(&self, u: D) -> D {
        let factor = shell_damping(self.damping, u) * self.shell_correction + 1.0;
        self.asymptotic * factor.max(D::from(SMALLEST_A))
    }

    /// `sqrt(2 sqrt(aU)) U exp(-2 sqrt(aU))`, U > 0: the inverse density of the Fermi gas times 12 sigma.
    fn inverse_fermi_gas(&self, u: D) -> D {
        let root = (self.parameter(u) * u).sqrt();
        (root * 2.0).sqrt() * u * (root * -2.0).exp()
    }

    /// sigma_F^2 with `a` and U at the same energy.
    fn fermi_cutoff(&self, u: D) -> D {
        self.cutoff(self.parameter(u), u)
    }

    /// `c A^(5/3) sqrt(aU) / a_tilde`, with U held at [`SMALL_ENERGY`] below.
    fn cutoff(&self, a: D, u: D) -> D {
        self.inertia * (a * u.max(D::from(SMALL_ENERGY))).sqrt()
    }

    /// `d ln rho / dEx` [1/MeV] of the Fermi gas with sigma_F, that is of `2 s - ln s - ln U` with
    /// `s = sqrt(aU)`: `(s - 1/2) (a'/a + 1/U) - 1/U`.
    fn slope(&self, u: D) -> D {
        let a = self.parameter(u);
        let relative = self.relative_growth(a, u);
        ((a * u).sqrt() - 0.5) * (relative + u.recip()) - u.recip()
    }

    /// `a' / a` [1/MeV] where the parameter is `a`, U > 0.
    fn relative_growth(&self, a: D, u: D) -> D {
        if a.re() <= SMALLEST_A * self.asymptotic.re() {
            return D::zero();
        }
        let f = shell_damping(self.damping, u);
        let df = (self.damping * (-(self.damping * u)).exp() - f) / u;
        self.asymptotic * df * self.shell_correction / a
    }
}

/// How many of Z and N are even.
fn even_numbers(nuclide: Nuclide) -> i32 {
    i32::from(nuclide.z.is_multiple_of(2)) + i32::from(nuclide.n().is_multiple_of(2))
}

/// `(1 - exp(-gamma U)) / U` [1/MeV], and its limit gamma for U <= 0 (ignatyuk1975).
fn shell_damping<D: Real>(gamma: D, u: D) -> D {
    let x = gamma * u;
    if u.re() <= 0.0 {
        gamma
    } else if x.re() < 0.01 {
        // Taylor series: the difference would lose digits. The first term left out is below 1e-13.
        gamma * (D::one() - x / 2.0 * (D::one() - x / 3.0 * (D::one() - x / 4.0 * (D::one() - x / 5.0))))
    } else {
        (D::one() - (-x).exp()) / u
    }
}

/// Share of the levels that have spin J = `two_j` / 2:
/// `(2J + 1) / (2 sigma^2) exp(-(J + 1/2)^2 / (2 sigma^2))` (bethe1937, ericson1960).
pub fn spin_fraction<D: Real>(spin_cutoff_sq: D, two_j: u16) -> D {
    let multiplicity = f64::from(two_j) + 1.0;
    let twice = spin_cutoff_sq * 2.0;
    (D::from(-multiplicity * multiplicity / 4.0) / twice).exp() * multiplicity / twice
}
