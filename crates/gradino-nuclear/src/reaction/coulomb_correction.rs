//! Coulomb correction of charged-current cross sections: the pull of the residue on the electron.

use crate::error::{Error, Result};
use gradino_core::constants::{ALPHA, ELECTRON_MASS, HBAR_C};
use gradino_core::{Complex, Nuclide, Parameter, Real};
use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

/// Name of the parameter of the charge radius: R = `coulomb.radius` A^(1/3).
pub const RADIUS: &str = "coulomb.radius";

/// Width of the blend of [`CoulombMode::Smooth`], in the logarithm of the factor.
const BLEND_WIDTH: f64 = 0.02; // chosen: at most 0.57 % off fermi-mema

/// How the Coulomb correction is made.
///
/// The differentiable default is [`CoulombMode::Smooth`]. Between 0.5 and 150 MeV of electron energy
/// it differs from the choice of gardiner2021, [`CoulombMode::FermiMema`], by at most 0.57 % for 40K,
/// by more than 0.1 % only for momenta of 33 to 54 MeV around the crossing at 41 MeV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CoulombMode {
    /// No correction.
    None,
    /// Fermi function everywhere.
    Fermi,
    /// Effective momentum approximation, (p_eff / p)^2 (engel1998).
    Ema,
    /// Modified effective momentum approximation, p_eff E_eff / (p E) (engel1998).
    Mema,
    /// Of Fermi function and EMA the one nearer to 1, which has a kink where they cross.
    FermiEma,
    /// Of Fermi function and MEMA the one nearer to 1, which has a kink where they cross (gardiner2021).
    FermiMema,
    /// Fermi function and MEMA blended in the logarithm, ln f = w ln F + (1 - w) ln M with
    /// w = 1 / (1 + exp((|ln F| - |ln M|) / 0.02)): smooth, equal to either where they differ much
    /// and to both where they cross.
    #[default]
    Smooth,
}

impl CoulombMode {
    /// All modes.
    pub const ALL: [CoulombMode; 7] = [
        CoulombMode::None,
        CoulombMode::Fermi,
        CoulombMode::Ema,
        CoulombMode::Mema,
        CoulombMode::FermiEma,
        CoulombMode::FermiMema,
        CoulombMode::Smooth,
    ];

    /// The name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            CoulombMode::None => "none",
            CoulombMode::Fermi => "fermi",
            CoulombMode::Ema => "ema",
            CoulombMode::Mema => "mema",
            CoulombMode::FermiEma => "fermi-ema",
            CoulombMode::FermiMema => "fermi-mema",
            CoulombMode::Smooth => "smooth",
        }
    }
}

impl fmt::Display for CoulombMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for CoulombMode {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let known = CoulombMode::ALL.map(CoulombMode::name);
        CoulombMode::ALL.into_iter().find(|m| m.name() == text).ok_or_else(|| Error::UnknownModel {
            kind: "coulomb correction",
            name: text.to_string(),
            known: known.to_vec(),
        })
    }
}

/// The parameter `coulomb.radius`, 1.2 fm (gardiner2021).
pub fn parameters() -> Vec<Parameter> {
    let meaning = "charge radius of the residue, divided by A^(1/3)";
    vec![Parameter::new(RADIUS, 1.2, "fm", "gardiner2021", meaning).bounded(0.1, 3.0)]
}

/// The correction for electrons that leave `residue`.
#[derive(Clone, Copy, Debug)]
pub struct CoulombCorrection<D> {
    mode: CoulombMode,
    /// Radius of the charge [1/MeV].
    radius: D,
    /// |V_C| at the centre [MeV].
    depth: D,
    fermi: FermiFunction,
}

/// The Fermi function of a lepton in the field of a nucleus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FermiFunction {
    /// alpha Z, positive where lepton and nucleus attract each other.
    alpha_z: f64,
    /// sqrt(1 - (alpha Z)^2).
    s: f64,
    /// The factor that depends on Z alone, 2 (1 + S) / Gamma(1 + 2 S)^2.
    scale: f64,
}

impl FermiFunction {
    /// Of a lepton of charge `charge` [e] in the field of `nucleus`.
    pub fn new(charge: i32, nucleus: Nuclide) -> Self {
        let alpha_z = -ALPHA * f64::from(charge) * f64::from(nucleus.z);
        let s = (1.0 - alpha_z * alpha_z).sqrt();
        let scale = 2.0 * (1.0 + s) / gamma_norm_sq(Complex::new(1.0 + 2.0 * s, 0.0));
        FermiFunction { alpha_z, s, scale }
    }

    /// 2 (1 + S) (2 p R)^(2 S - 2) exp(pi eta) |Gamma(S + i eta)|^2 / Gamma(1 + 2 S)^2, S = sqrt(1 - (alpha Z)^2),
    /// eta = alpha Z / beta (gardiner2021), at the speed `beta` and at the `reach` p R of momentum times radius.
    pub fn at<D: Real>(&self, beta: D, reach: D) -> D {
        let eta = beta.recip() * self.alpha_z;
        (reach * 2.0).powf(2.0 * self.s - 2.0) * penetration(self.s, eta) * self.scale
    }
}

impl<D: Real> CoulombCorrection<D> {
    /// With R = `radius_fm` A^(1/3) and |V_C| = 3 Z alpha / (2 R) (engel1998).
    pub fn new(mode: CoulombMode, residue: Nuclide, radius_fm: D) -> Self {
        let alpha_z = ALPHA * f64::from(residue.z);
        let radius = radius_fm * (f64::from(residue.a).cbrt() / HBAR_C);
        let fermi = FermiFunction::new(-1, residue);
        CoulombCorrection { mode, radius, depth: radius.recip() * (1.5 * alpha_z), fermi }
    }

    /// The factor on the cross section at relative speed `beta` of electron and residue (0 < beta < 1).
    pub fn factor(&self, beta: D) -> D {
        match self.mode {
            CoulombMode::None => D::one(),
            CoulombMode::Fermi => self.fermi(beta),
            CoulombMode::Ema => self.ema(beta),
            CoulombMode::Mema => self.mema(beta),
            CoulombMode::FermiEma => nearer_to_one(self.fermi(beta), self.ema(beta)),
            CoulombMode::FermiMema => nearer_to_one(self.fermi(beta), self.mema(beta)),
            CoulombMode::Smooth => blend(self.fermi(beta), self.mema(beta)),
        }
    }

    /// The Fermi function, see [`FermiFunction::at`].
    pub fn fermi(&self, beta: D) -> D {
        let (_, momentum) = energy_momentum(beta);
        self.fermi.at(beta, momentum * self.radius)
    }

    /// Effective momentum approximation: (p_eff / p)^2 with E_eff = E + |V_C| (engel1998).
    pub fn ema(&self, beta: D) -> D {
        let (energy, momentum) = energy_momentum(beta);
        let effective = energy + self.depth;
        (effective.sq() - ELECTRON_MASS * ELECTRON_MASS) / momentum.sq()
    }

    /// Modified effective momentum approximation: p_eff E_eff / (p E) (engel1998).
    pub fn mema(&self, beta: D) -> D {
        let (energy, momentum) = energy_momentum(beta);
        let effective = energy + self.depth;
        (effective.sq() - ELECTRON_MASS * ELECTRON_MASS).sqrt() * effective / (momentum * energy)
    }
}

impl CoulombCorrection<f64> {
    /// The same correction, ready for arguments with derivatives.
    pub fn lifted<D: Real>(&self) -> CoulombCorrection<D> {
        let CoulombCorrection { mode, radius, depth, fermi } = *self;
        CoulombCorrection { mode, radius: radius.into(), depth: depth.into(), fermi }
    }
}

/// exp(pi eta) |Gamma(s + i eta)|^2; beyond eta = 1e5, where its logarithm has lost its digits, the
/// limit 2 pi eta^(2 s - 1), which is then right to 1e-10 (eq. (5.11.9) of olver2010).
fn penetration<D: Real>(s: f64, eta: D) -> D {
    const ASYMPTOTIC_FROM: f64 = 1e5;
    if eta.re() > ASYMPTOTIC_FROM {
        return eta.powf(2.0 * s - 1.0) * (2.0 * PI);
    }
    (ln_gamma_norm_sq(Complex::new(D::from(s), eta)) + eta * PI).exp()
}

/// Energy and momentum [MeV] of an electron of speed `beta`.
fn energy_momentum<D: Real>(beta: D) -> (D, D) {
    let energy = ((D::one() - beta) * (beta + 1.0)).sqrt().recip() * ELECTRON_MASS;
    (energy, energy * beta)
}

fn nearer_to_one<D: Real>(a: D, b: D) -> D {
    if (a.re() - 1.0).abs() <= (b.re() - 1.0).abs() { a } else { b }
}

/// The blend of [`CoulombMode::Smooth`].
fn blend<D: Real>(fermi: D, mema: D) -> D {
    let (a, b) = (fermi.ln(), mema.ln());
    // (1 + tanh(x / 2)) / 2 is the logistic function without overflow.
    let weight = ((b.abs() - a.abs()) / (2.0 * BLEND_WIDTH)).tanh() * 0.5 + 0.5;
    (b + weight * (a - b)).exp()
}

/// |Gamma(z)|^2 for Re z > 0.
pub fn gamma_norm_sq<D: Real>(z: Complex<D>) -> D {
    ln_gamma_norm_sq(z).exp()
}

/// ln |Gamma(z)|^2 for Re z > 0, by the approximation of lanczos1964 with g = 7 and 9 terms, to 1e-13.
///
/// Gamma(z + 1) = sqrt(2 pi) (z + g + 1/2)^(z + 1/2) exp(-(z + g + 1/2)) A(z).
pub fn ln_gamma_norm_sq<D: Real>(z: Complex<D>) -> D {
    // godfrey2001: coefficients for g = 7, n = 9.
    const G: f64 = 7.0;
    const FIRST: f64 = 0.999_999_999_999_809_9;
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let mut series = Complex::from_values(FIRST, 0.0);
    for (k, c) in TERMS.iter().enumerate() {
        series = series + Complex::new(z.re + k as f64, z.im).recip().scale(D::from(*c));
    }
    let shifted = Complex::new(z.re + (G - 0.5), z.im);
    let log_modulus = shifted.norm_sq().ln() * 0.5;
    let argument = (shifted.im / shifted.re).atan();
    let real_log = (z.re - 0.5) * log_modulus - z.im * argument - shifted.re;
    real_log * 2.0 + (series.norm_sq() * (2.0 * PI)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Dual;

    const POTASSIUM: Nuclide = Nuclide::new(19, 40);

    fn speed(momentum: f64) -> f64 {
        momentum / (momentum * momentum + ELECTRON_MASS * ELECTRON_MASS).sqrt()
    }

    #[test]
    fn gamma_equals_its_exact_values() {
        let at = |x: f64, y: f64| gamma_norm_sq(Complex::new(x, y));
        assert!((at(5.0, 0.0) - 576.0).abs() < 1e-10);
        assert!((at(0.5, 0.0) - PI).abs() < 1e-13);
        for y in [0.01f64, 0.3, 1.0, 4.0, 20.0] {
            // |Gamma(1 + i y)|^2 = pi y / sinh(pi y); |Gamma(1/2 + i y)|^2 = pi / cosh(pi y).
            let one = PI * y / (PI * y).sinh();
            let half = PI / (PI * y).cosh();
            assert!((at(1.0, y) / one - 1.0).abs() < 1e-12, "{y}");
            assert!((at(0.5, y) / half - 1.0).abs() < 1e-12, "{y}");
        }
    }

    #[test]
    fn gamma_moves_as_its_exact_derivative() {
        let y = 0.3f64;
        let z = Complex::new(Dual::<f64, 1>::from(1.0), Dual::variable(y, 0));
        let value = PI * y / (PI * y).sinh();
        let exact = value * (1.0 / y - PI / (PI * y).tanh());
        assert!((gamma_norm_sq(z).eps[0] - exact).abs() < 1e-12);
    }

    #[test]
    fn cross_section_stays_finite_at_the_threshold() {
        // beta F tends to a constant: the cross section starts with a step.
        let c = CoulombCorrection::new(CoulombMode::Fermi, POTASSIUM, 1.2);
        let at = |beta: f64| c.fermi(beta) * beta;
        for beta in [1e-3, 1e-4, 1.5e-6, 1.3e-6, 1e-9] {
            assert!((at(beta) / at(1e-3) - 1.0).abs() < 1e-4, "{beta}: {}", at(beta));
        }
        for s in [0.9, 1.0] {
            let (below, above) = (penetration(s, 0.999_999e5), penetration(s, 1.000_001e5));
            assert!((above / below - 1.0).abs() < 1e-5, "{s}");
        }
    }

    #[test]
    fn without_charge_nothing_is_corrected() {
        for mode in CoulombMode::ALL {
            let factor = CoulombCorrection::new(mode, Nuclide::new(0, 40), 1.2).factor(0.7);
            assert!((factor - 1.0).abs() < 1e-12, "{mode}: {factor}");
        }
    }

    #[test]
    fn combined_modes_take_the_factor_nearer_to_one() {
        let of = |mode| CoulombCorrection::new(mode, POTASSIUM, 1.2);
        for momentum in [0.1, 1.0, 10.0, 30.0, 60.0, 120.0] {
            let beta = speed(momentum);
            let [f, e, m] =
                [CoulombMode::Fermi, CoulombMode::Ema, CoulombMode::Mema].map(|m| of(m).factor(beta));
            assert_eq!(of(CoulombMode::FermiEma).factor(beta), f.min(e));
            assert_eq!(of(CoulombMode::FermiMema).factor(beta), f.min(m));
            assert!(f > 1.0 && m > 1.0 && e >= m);
        }
    }

    #[test]
    fn smooth_mode_stays_within_its_documented_distance_of_fermi_mema() {
        let smooth = CoulombCorrection::new(CoulombMode::Smooth, POTASSIUM, 1.2);
        let kinked = CoulombCorrection::new(CoulombMode::FermiMema, POTASSIUM, 1.2);
        let (mut worst, mut low) = (0.0f64, 0.0f64);
        for i in 1..1500 {
            let momentum = 0.1 * f64::from(i);
            let beta = speed(momentum);
            let off = (smooth.factor(beta) / kinked.factor(beta) - 1.0).abs();
            worst = worst.max(off);
            if momentum < 25.0 {
                low = low.max(off);
            }
        }
        assert!(worst < 0.0057 && worst > 0.004, "{worst}");
        assert!(low < 1e-5, "{low}");
    }

    #[test]
    fn smooth_mode_has_a_continuous_slope_at_the_crossing() {
        let slope = |momentum: f64| {
            let c = CoulombCorrection::new(CoulombMode::Smooth, POTASSIUM, Dual::<f64, 1>::from(1.2));
            c.factor(Dual::variable(speed(momentum), 0)).eps[0] * ELECTRON_MASS.powi(2) / momentum.powi(3)
        };
        let slopes: Vec<f64> = (0..400).map(|i| slope(20.0 + 0.1 * f64::from(i))).collect();
        let scale = slopes.iter().fold(0.0f64, |m, s| m.max(s.abs()));
        assert!(slopes.windows(2).all(|w| (w[1] - w[0]).abs() < 0.1 * scale));
    }

    #[test]
    fn each_mode_moves_with_the_radius_and_the_speed_as_finite_differences_say() {
        for mode in CoulombMode::ALL {
            for momentum in [0.5, 8.0, 39.0, 70.0] {
                let beta = speed(momentum);
                let at =
                    |radius: f64, beta: f64| CoulombCorrection::new(mode, POTASSIUM, radius).factor(beta);
                let dual = CoulombCorrection::new(mode, POTASSIUM, Dual::<f64, 2>::variable(1.2, 0))
                    .factor(Dual::variable(beta, 1));
                let h = 1e-5;
                let by_radius = (at(1.2 + h, beta) - at(1.2 - h, beta)) / (2.0 * h);
                let step = h * (1.0 - beta);
                let by_speed = (at(1.2, beta + step) - at(1.2, beta - step)) / (2.0 * step);
                assert!((dual.eps[0] - by_radius).abs() < 1e-7, "{mode} {momentum}");
                let scale = by_speed.abs().max(1.0);
                assert!((dual.eps[1] - by_speed).abs() < 1e-5 * scale, "{mode} {momentum}: {by_speed}");
            }
        }
    }

    #[test]
    fn modes_are_read_by_name() {
        for mode in CoulombMode::ALL {
            assert_eq!(mode.name().parse::<CoulombMode>().expect("a known mode"), mode);
        }
        let error = "smoth".parse::<CoulombMode>().expect_err("unknown");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"smooth\"?"));
    }
}
