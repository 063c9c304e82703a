//! Formulas of neutrino spectra, each up to its normalisation.

use gradino_core::Real;
use gradino_core::constants::{MUON_MASS, PION_MASS};

/// End of the spectra of muon decay at rest [MeV], m_mu / 2 without the electron mass.
pub const MICHEL_END: f64 = 0.5 * MUON_MASS;
/// Energy of the nu_mu of a pion that decays at rest [MeV]: (m_pi^2 - m_mu^2) / (2 m_pi) = 29.79.
pub const PION_LINE: f64 = (PION_MASS * PION_MASS - MUON_MASS * MUON_MASS) / (2.0 * PION_MASS);

/// Exponents beyond this give zero, where exp would overflow.
const LARGEST_EXPONENT: f64 = 690.0;

/// Fermi-Dirac: E^2 / (exp(E / T - eta) + 1), in MeV^2.
pub fn fermi_dirac<D: Real>(energy: D, temperature: D, eta: D) -> D {
    let exponent = energy / temperature - eta;
    if exponent.re() > LARGEST_EXPONENT {
        return D::zero();
    }
    energy.sq() / (exponent.exp() + 1.0)
}

/// Pinched thermal: (E / E_mean)^alpha exp(-(alpha + 1) E / E_mean) (keil2003), without unit.
pub fn pinched<D: Real>(energy: D, mean: D, alpha: D) -> D {
    let ratio = energy / mean;
    if ratio.re() <= 0.0 {
        return if alpha.re() == 0.0 { D::one() } else { D::zero() };
    }
    (alpha * ratio.ln() - (alpha + 1.0) * ratio).exp()
}

/// nu_e of muon decay at rest: 6 x^2 (1 - x) with x = 2 E / m_mu, zero beyond its end (michel1950).
pub fn michel_nu_e<D: Real>(energy: D) -> D {
    let x = energy / MICHEL_END;
    if x.re() >= 1.0 {
        return D::zero();
    }
    x.sq() * (D::one() - x) * 6.0
}

/// Anti-nu_mu of muon decay at rest: x^2 (3 - 2 x) with x = 2 E / m_mu, zero beyond its end (michel1950).
pub fn michel_anti_nu_mu<D: Real>(energy: D) -> D {
    let x = energy / MICHEL_END;
    if x.re() > 1.0 {
        return D::zero();
    }
    x.sq() * (D::from(3.0) - x * 2.0)
}

/// The 7-point rule of Kronrod with the 3-point rule of Gauss inside it (kronrod1965).
pub struct Gauss;

impl Gauss {
    /// Nodes on [-1, 1], their weights in the 7-point and in the 3-point rule.
    pub const POINTS: [(f64, f64, f64); 7] = [
        (-0.960_491_268_708_020_3, 0.104_656_226_026_467_27, 0.0),
        (-0.774_596_669_241_483_4, 0.268_488_089_868_333_44, 5.0 / 9.0),
        (-0.434_243_749_346_802_56, 0.401_397_414_775_962_2, 0.0),
        (0.0, 0.450_916_538_658_474_14, 8.0 / 9.0),
        (0.434_243_749_346_802_56, 0.401_397_414_775_962_2, 0.0),
        (0.774_596_669_241_483_4, 0.268_488_089_868_333_44, 5.0 / 9.0),
        (0.960_491_268_708_020_3, 0.104_656_226_026_467_27, 0.0),
    ];

    /// Integral of `f` from `low` to `high` by the 7-point rule.
    pub fn integrate<D: Real>(low: f64, high: f64, f: impl Fn(f64) -> D) -> D {
        let half = 0.5 * (high - low);
        let term = |(x, weight, _): (f64, f64, f64)| f(low + half * (x + 1.0)) * (weight * half);
        Gauss::POINTS.into_iter().fold(D::zero(), |sum, point| sum + term(point))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadrature_is_exact_for_polynomials_up_to_its_degree() {
        for n in 0..12 {
            let exact = (3f64.powi(n + 1) - 1.0) / f64::from(n + 1);
            let ours = Gauss::integrate(1.0, 3.0, |x: f64| x.powi(n));
            assert!((ours / exact - 1.0).abs() < 1e-14, "{n}");
        }
        for n in 0..6 {
            let three: f64 = Gauss::POINTS.iter().map(|(x, _, w)| w * (x + 2.0).powi(n)).sum();
            assert!((three * f64::from(n + 1) / (3f64.powi(n + 1) - 1.0) - 1.0).abs() < 1e-14, "{n}");
        }
    }

    #[test]
    fn the_pion_line_is_at_29_79_mev() {
        assert!((PION_LINE - 29.79).abs() < 0.005, "{PION_LINE}");
    }
}
