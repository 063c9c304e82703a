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

use super::radial::{RadialEquation, gain};
use gradino_core::{Complex, Dual};

/// The radial equation at one energy with the derivatives of its coefficients by `N` variables.
#[derive(Debug)]
pub(super) struct Adjoint<const N: usize> {
    equation: RadialEquation<f64>,
    /// d Re and d Im of the central term, then of the spin-orbit term per 2 l.s: variable, and the
    /// derivative at each point. Variables that a part does not depend on are left out.
    slopes: [Vec<(usize, Vec<f64>)>; 4],
    /// y_n and 1 / (1 - x_n/12).
    points: Vec<(Complex<f64>, Complex<f64>)>,
    /// Re nu_n and -Im nu_n.
    nu: [Vec<f64>; 2],
}

impl<const N: usize> Adjoint<N> {
    /// Of an equation in dual numbers.
    pub(super) fn new(equation: &RadialEquation<Dual<f64, N>>) -> Self {
        type Row<const N: usize> = [Complex<Dual<f64, N>>];
        let values = |row: &Row<N>| row.iter().map(|x| Complex::new(x.re.re, x.im.re)).collect();
        let (central, spin_orbit) = (&equation.central, &equation.spin_orbit);
        let count = central.len();
        Adjoint {
            slopes: [
                slopes(central.iter().map(|x| &x.re.eps)),
                slopes(central.iter().map(|x| &x.im.eps)),
                slopes(spin_orbit.iter().map(|x| &x.re.eps)),
                slopes(spin_orbit.iter().map(|x| &x.im.eps)),
            ],
            equation: RadialEquation {
                central: values(central),
                spin_orbit: values(spin_orbit),
                inner: equation.inner.clone(),
                outer: equation.outer.clone(),
            },
            points: Vec::with_capacity(count),
            nu: [vec![0.0; count], vec![0.0; count]],
        }
    }

    /// ln T of (l, j) with its derivatives, if T is positive.
    pub(super) fn ln_transmission(&mut self, l: u32, two_l_dot_s: f64) -> Option<Dual<f64, N>> {
        let Adjoint { equation, points, nu, slopes } = self;
        points.clear();
        let wave = equation.integrate(l, two_l_dot_s, |y, inverse| points.push((y, inverse)));
        let (transmission, forms) = equation.matched(l, &wave);
        let mut ln = Dual::constant(transmission.ln()?);
        let per_flux = wave.absorbed.recip();
        let mut outer = forms[0].scale(2.0);
        let mut lambda = forms[1].scale(-2.0);
        let first = equation.central.len() - points.len() - 1;
        nu.iter_mut().for_each(|row| row[..first].fill(0.0));
        for (k, &(y, inverse)) in points.iter().enumerate().rev() {
            let share = y.norm_sq() * per_flux;
            let at = (lambda * y + Complex::new(0.0, share)) * inverse * inverse;
            (nu[0][first + k], nu[1][first + k]) = (at.re, -at.im);
            let gain = gain(inverse);
            let absorption = y.conj().scale(-2.0 * gain.im * per_flux);
            (outer, lambda) = (lambda, gain * lambda - outer + absorption);
        }
        for (part, rows) in slopes.iter().enumerate() {
            let factor = if part < 2 { 1.0 } else { two_l_dot_s };
            for (variable, row) in rows {
                ln.eps[*variable] += factor * dot(row, &nu[part % 2]);
            }
        }
        Some(ln)
    }
}

/// Rows of derivatives by each variable that matters.
fn slopes<'a, const N: usize>(points: impl Iterator<Item = &'a [f64; N]> + Clone) -> Vec<(usize, Vec<f64>)> {
    let matters = |k: &usize| points.clone().any(|eps| eps[*k] != 0.0);
    (0..N).filter(matters).map(|k| (k, points.clone().map(|eps| eps[k]).collect())).collect()
}

/// Scalar product.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for i in 0..LANES {
            sums[i] += a[i] * b[i];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::Adjoint;
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
        let mut compared = 0;
        for fragment in [Fragment::Neutron, Fragment::Proton, Fragment::Deuteron, Fragment::Alpha] {
            let potential = OpticalPotential::prepare(residue, fragment, mass, &theta);
            for e_cm in [1e-3, 0.05, 0.7, 3.0, 12.0, 40.0] {
                let kinematics = Kinematics::new(residue, fragment, mass, e_cm);
                let row = potential.at_energy(kinematics.e_lab).to_array();
                let at: PotentialAtEnergy<Dual<f64, LOCAL>> =
                    PotentialAtEnergy::from_array(std::array::from_fn(|k| Dual::variable(row[k], k)));
                let form = FormFactors::new(residue, fragment, &at.geometry, STEP_FM);
                let equation = RadialEquation::new(&form, &at, &kinematics, 8);
                let mut adjoint = Adjoint::new(&equation);
                for (l, two_j) in fragment.channels(8) {
                    let l_dot_s = two_l_dot_s(l, two_j, fragment.two_s());
                    let along = equation.transmission(l, l_dot_s).ln();
                    let back = adjoint.ln_transmission(l, l_dot_s);
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
