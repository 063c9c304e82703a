//! Derivatives of ln T by one wave that is carried back, instead of one slot each carried along.
//!
//! With x_n = h^2 W(r_n) the wave follows y_n+1 = g_n y_n - y_n-1, g_n = 12 / (1 - x_n/12) - 10, and
//! ln T = ln sum_n a_n |y_n|^2 - ln |amplitude|^2 + constants, a_n = -Im g_n. Linear forms
//! d ln T = Re(lambda_n dy_n) follow the same recursion inwards,
//!
//! lambda_n = g_n lambda_n+1 - lambda_n+2 + 2 a_n y_n* / sum,
//!
//! and d ln T = sum_n Re(nu_n dx_n) with nu_n = (lambda_n+1 y_n + i |y_n|^2 / sum) / (1 - x_n/12)^2: the
//! chain rule of the same numbers, taken from the end, so it agrees with dual numbers to rounding. What x_n
//! depends on still comes from dual numbers.

use super::radial::{RadialEquation, ScaledTransmission, gain};
use gradino_core::{Complex, Dual};

/// Memory of one wave: y_n and 1 / (1 - x_n/12) of each point.
pub(super) type Points = Vec<(Complex<f64>, Complex<f64>)>;

impl<const N: usize> RadialEquation<Dual<f64, N>> {
    /// The equation without its derivatives.
    pub(super) fn values(&self) -> RadialEquation<f64> {
        let plain = |row: &[Complex<Dual<f64, N>>]| {
            row.iter().map(|x| Complex::new(x.re.re, x.im.re)).collect::<Vec<_>>()
        };
        RadialEquation {
            central: plain(&self.central),
            spin_orbit: plain(&self.spin_orbit),
            inner: self.inner.clone(),
            outer: self.outer.clone(),
        }
    }

    /// ln T of (l, j) with its derivatives, if T is positive; `values` is the same equation without them.
    pub(super) fn ln_transmission(
        &self,
        values: &RadialEquation<f64>,
        l: u32,
        two_l_dot_s: f64,
        points: &mut Points,
    ) -> Option<Dual<f64, N>> {
        points.clear();
        let wave = values.integrate(l, two_l_dot_s, |y, inverse| points.push((y, inverse)));
        let (transmission, forms): (ScaledTransmission<f64>, _) = values.matched(l, &wave);
        let mut ln = Dual::constant(transmission.ln()?);
        let mut outer = forms[0].scale(2.0);
        let mut lambda = forms[1].scale(-2.0);
        let first = values.central.len() - points.len();
        for (k, &(y, inverse)) in points.iter().enumerate().rev() {
            let share = y.norm_sq() / wave.absorbed;
            let nu = (lambda * y + Complex::new(0.0, share)) * inverse * inverse;
            self.add_point(first + k - 1, two_l_dot_s, nu, &mut ln.eps);
            let gain = gain(inverse);
            let absorption = y.conj().scale(-2.0 * gain.im / wave.absorbed);
            (outer, lambda) = (lambda, gain * lambda - outer + absorption);
        }
        Some(ln)
    }

    /// Adds Re(nu dx) of the point `n`.
    #[inline]
    fn add_point(&self, n: usize, two_l_dot_s: f64, nu: Complex<f64>, out: &mut [f64; N]) {
        let (central, spin_orbit) = (&self.central[n], &self.spin_orbit[n]);
        let (re, im) = (nu.re * two_l_dot_s, nu.im * two_l_dot_s);
        for k in 0..N {
            out[k] += nu.re * central.re.eps[k] - nu.im * central.im.eps[k] + re * spin_orbit.re.eps[k]
                - im * spin_orbit.im.eps[k];
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::emission::fragment::Fragment;
    use crate::emission::optical::{LOCAL, OpticalPotential, PotentialAtEnergy, parameters};
    use crate::emission::radial::{FormFactors, Kinematics, RadialEquation, STEP_FM, two_l_dot_s};
    use gradino_core::constants::ATOMIC_MASS_UNIT;
    use gradino_core::{Dual, Nuclide, ParamSet};

    #[test]
    fn one_wave_back_gives_the_derivatives_of_dual_numbers() {
        let residue = Nuclide::new(17, 36);
        let mass = 35.968 * ATOMIC_MASS_UNIT;
        let theta = ParamSet::new(parameters()).values();
        let (mut points, mut compared) = (Vec::new(), 0);
        for fragment in [Fragment::Neutron, Fragment::Proton, Fragment::Deuteron, Fragment::Alpha] {
            let potential = OpticalPotential::prepare(residue, fragment, mass, &theta);
            for e_cm in [1e-3, 0.05, 0.7, 3.0, 12.0, 40.0] {
                let kinematics = Kinematics::new(residue, fragment, mass, e_cm);
                let row = potential.at_energy(kinematics.e_lab).to_array();
                let at: PotentialAtEnergy<Dual<f64, LOCAL>> =
                    PotentialAtEnergy::from_array(std::array::from_fn(|k| Dual::variable(row[k], k)));
                let form = FormFactors::new(residue, fragment, &at.geometry, STEP_FM);
                let equation = RadialEquation::new(&form, &at, &kinematics, 8);
                let values = equation.values();
                for (l, two_j) in fragment.channels(8) {
                    let l_dot_s = two_l_dot_s(l, two_j, fragment.two_s());
                    let along = equation.transmission(l, l_dot_s).ln();
                    let back = equation.ln_transmission(&values, l, l_dot_s, &mut points);
                    let (Some(along), Some(back)) = (along, back) else {
                        assert!(along.is_none() && back.is_none());
                        continue;
                    };
                    assert!((along.re - back.re).abs() < 1e-11 * along.re.abs().max(1.0));
                    let size = along.eps.iter().fold(1e-3, |m: f64, e| m.max(e.abs()));
                    for k in 0..LOCAL {
                        let off = (along.eps[k] - back.eps[k]).abs() / size;
                        assert!(off < 1e-9, "{fragment:?} {e_cm} l {l} local {k}: {off:e}");
                    }
                    compared += 1;
                }
            }
        }
        assert!(compared > 200, "{compared}");
    }
}
