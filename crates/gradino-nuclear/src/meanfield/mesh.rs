//! The uniform radial mesh and its calculus.

use gradino_core::Real;

/// Default step [fm]: levels move by less than 1 keV when it is halved.
const STEP_FM: f64 = 0.05;
/// Default number of points, up to 20 fm.
const POINTS: usize = 400;
/// Weights of f(x + k h) - f(x - k h), k = 1..=4, in the eighth-order central first derivative.
const FIRST: [f64; 4] = [4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0]; // fornberg1988, table 1

/// The mesh r_n = n h, n = 1..=`points`; element n - 1 of an array on the mesh belongs to r_n.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mesh {
    /// Step h [fm].
    pub step_fm: f64,
    /// Number of points N.
    pub points: usize,
}

impl Default for Mesh {
    fn default() -> Self {
        Mesh { step_fm: STEP_FM, points: POINTS }
    }
}

/// What a function on the mesh becomes at -r: f(-r) = +f(r) or -f(r).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symmetry {
    /// A density, or u = r R of odd l.
    Even,
    /// A vector density, or u = r R of even l.
    Odd,
}

impl Symmetry {
    /// That of u = r R: R has the parity of l.
    pub fn of_wave(l: u32) -> Self {
        if l.is_multiple_of(2) { Symmetry::Odd } else { Symmetry::Even }
    }
}

impl Mesh {
    /// The radius of element `i` (from 0) of an array on the mesh [fm].
    pub fn radius_fm(&self, i: usize) -> f64 {
        (i + 1) as f64 * self.step_fm
    }

    /// All radii [fm].
    pub fn radii_fm(&self) -> impl Iterator<Item = f64> + use<> {
        let mesh = *self;
        (0..mesh.points).map(move |i| mesh.radius_fm(i))
    }

    /// The last radius [fm].
    pub fn end_fm(&self) -> f64 {
        self.points as f64 * self.step_fm
    }

    /// The integral of f dr from 0 to the end by the trapezoidal rule, for f(0) = 0 = f(end).
    ///
    /// For f even in r and vanishing at the end, as r^2 times a density or a product u_a u_b of one l, its error
    /// falls faster than any power of the step (Euler and Maclaurin, eq. 2.10.1 of dlmf).
    pub fn integral<D: Real>(&self, f: impl IntoIterator<Item = D>) -> D {
        f.into_iter().fold(D::zero(), |sum, x| sum + x) * self.step_fm
    }

    /// df/dr by eighth-order central differences, with the symmetry of f across the origin; beyond the end the
    /// last ratio of neighbours goes on.
    pub fn derivative<D: Real>(&self, f: &[D], symmetry: Symmetry) -> Vec<D> {
        let at = self.extended(f, symmetry);
        let difference = |i: usize| {
            let terms = FIRST.iter().enumerate();
            terms.fold(D::zero(), |sum, (k, &w)| sum + (at[i + 5 + k] - at[i + 3 - k]) * w) / self.step_fm
        };
        (0..f.len()).map(|i| difference(i + 1)).collect()
    }

    /// f at r_n for n = -4..=N+4. The value at the origin follows from a polynomial of the symmetry.
    fn extended<D: Real>(&self, f: &[D], symmetry: Symmetry) -> Vec<D> {
        let sign = if symmetry == Symmetry::Even { 1.0 } else { -1.0 };
        let (last, before) = (f[f.len() - 1], f[f.len() - 2]);
        let ratio = if before.re() == 0.0 { D::zero() } else { last / before };
        // Even polynomial of degree 8 through the points 1..=5.
        let origin = match symmetry {
            Symmetry::Even => ORIGIN.iter().zip(f).fold(D::zero(), |sum, (&w, &x)| sum + x * w),
            Symmetry::Odd => D::zero(),
        };
        let mut all: Vec<D> = (0..4).rev().map(|k| f[k] * sign).collect();
        all.push(origin);
        all.extend_from_slice(f);
        let mut tail = last;
        for _ in 0..4 {
            tail *= ratio;
            all.push(tail);
        }
        all
    }
}

/// Weights of f(n h), n = 1..=5, in the value at 0 of the even polynomial of degree 8 through them:
/// 2 (-1)^(n+1) (5!)^2 / ((5 - n)! (5 + n)!), Lagrange's formula in r^2.
const ORIGIN: [f64; 5] = [5.0 / 3.0, -20.0 / 21.0, 5.0 / 14.0, -5.0 / 63.0, 1.0 / 126.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_smooth_functions_are_exact_to_the_order_of_the_differences() {
        let mesh = Mesh::default();
        let on = |f: &dyn Fn(f64) -> f64| (0..mesh.points).map(|i| f(mesh.radius_fm(i))).collect::<Vec<_>>();
        let even = on(&|r: f64| (-0.3 * r * r).exp());
        let odd = on(&|r: f64| r * (-0.3 * r * r).exp());
        let worst = |found: Vec<f64>, exact: Vec<f64>| {
            found.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
        };
        let d_even = on(&|r: f64| -0.6 * r * (-0.3 * r * r).exp());
        let d_odd = on(&|r: f64| (1.0 - 0.6 * r * r) * (-0.3 * r * r).exp());
        assert!(worst(mesh.derivative(&even, Symmetry::Even), d_even) < 1e-10);
        assert!(worst(mesh.derivative(&odd, Symmetry::Odd), d_odd) < 1e-10);
    }

    #[test]
    fn the_trapezoid_integrates_even_functions_to_rounding() {
        let mesh = Mesh::default();
        let sum = mesh.integral((0..mesh.points).map(|i| {
            let r = mesh.radius_fm(i);
            r * r * (-r * r).exp()
        }));
        assert!((sum - std::f64::consts::PI.sqrt() / 4.0).abs() < 1e-14);
    }
}
