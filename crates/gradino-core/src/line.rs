//! Lines in parameter space, theta(t) = theta_0 + t delta, and Taylor series along them.
//!
//! Nested dual numbers of one slot each carry all derivatives with respect to t: of the numbers of order n every
//! part that has been differentiated k times is the k-th derivative.

use crate::params::{ParamSet, Params};
use crate::real::{Dual, Real};

/// A number with its first derivative.
pub type First = Dual<f64, 1>;
/// A number with its first and second derivatives.
pub type Second = Dual<First, 1>;
/// A number with its derivatives up to the third.
pub type Third = Dual<Second, 1>;

/// A number with derivatives along a line.
pub trait Along: Real {
    /// The highest derivative.
    const ORDER: usize;

    /// The number `value` + `slope` t at t = 0.
    fn along(value: f64, slope: f64) -> Self;

    /// The derivative number `k` <= ORDER; the value for `k` = 0.
    fn derivative(self, k: usize) -> f64;

    /// The Taylor polynomial of order `order` <= ORDER at `t`, less its value: sum_k f^(k) t^k / k!, k = 1..=order.
    fn change(self, order: usize, t: f64) -> f64 {
        // By Horner: t (f' + t/2 (f'' + t/3 f''')).
        (1..=order).rev().fold(0.0, |sum, k| (self.derivative(k) + sum) * t / k as f64)
    }

    /// The Taylor polynomial of order `order` at `t`.
    fn taylor(self, order: usize, t: f64) -> f64 {
        self.re() + self.change(order, t)
    }
}

impl Along for f64 {
    const ORDER: usize = 0;
    fn along(value: f64, _: f64) -> Self {
        value
    }
    fn derivative(self, k: usize) -> f64 {
        if k == 0 { self } else { 0.0 }
    }
}

impl<T: Along> Along for Dual<T, 1> {
    const ORDER: usize = T::ORDER + 1;
    fn along(value: f64, slope: f64) -> Self {
        Dual { re: T::along(value, slope), eps: [T::from(slope)] }
    }
    fn derivative(self, k: usize) -> f64 {
        if k == 0 { self.re() } else { self.eps[0].derivative(k - 1) }
    }
}

/// A straight line between two points of parameter space, at t = 0 and t = 1.
#[derive(Clone, Debug)]
pub struct Line {
    /// The point at t = 0.
    pub origin: ParamSet,
    /// The point at t = 1, with the same parameters.
    pub target: ParamSet,
}

impl Line {
    /// The parameters at t = 0 with their derivatives with respect to t.
    pub fn parameters<D: Along>(&self) -> Params<D> {
        self.origin.seeded(|i, p| D::along(p.value, self.target.at(i).value - p.value))
    }
}

/// The root x(t) of `g` with its derivatives along a line, from its value `x` at t = 0: Newton steps, each of which
/// doubles the number of exact derivatives. `g` gives its value and its slope dg/dx.
pub fn root_along<D: Along>(x: f64, g: impl Fn(D) -> (D, D)) -> D {
    let mut root = D::from(x);
    let mut exact = 0;
    while exact < D::ORDER {
        let (value, slope) = g(root);
        // The value at t = 0 is zero but for rounding.
        root -= (value - value.re()) / slope;
        exact = 2 * exact + 1;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Parameter;
    use num_dual::{Dual3_64, DualNum};
    use proptest::prelude::*;

    /// A formula with all functions, of x = a + b t.
    fn formula<D: Real>(x: D) -> D {
        (x * x.sin() + x.sq()).exp().ln() * x.sqrt() / (x.tanh() + 2.0) - x.powi(3) * x.powf(0.3)
            + x.atan() * x.cos()
            + x.pow(x)
    }

    fn oracle(x: Dual3_64) -> Dual3_64 {
        (x * x.sin() + x * x).exp().ln() * x.sqrt() / (x.tanh() + 2.0) - x.powi(3) * x.powf(0.3)
            + x.atan() * x.cos()
            + (x * x.ln()).exp()
    }

    proptest! {
        #[test]
        fn third_derivatives_equal_an_independent_number(a in 0.2..3.0f64, b in -2.0..2.0f64) {
            let exact = oracle(Dual3_64::from(a).derivative());
            let ours = formula(Third::along(a, b));
            for (k, exact) in [exact.re, exact.v1 * b, exact.v2 * b * b, exact.v3 * b.powi(3)].iter().enumerate() {
                let off = (ours.derivative(k) - exact).abs();
                prop_assert!(off <= 1e-9 * exact.abs().max(1.0), "{k}: {} {exact}", ours.derivative(k));
            }
            let second = formula(Second::along(a, b));
            prop_assert!((second.derivative(2) - ours.derivative(2)).abs() <= 1e-12 * ours.derivative(2).abs());
        }

        #[test]
        fn a_cubic_is_its_own_taylor_polynomial(a in -2.0..2.0f64, b in -2.0..2.0f64) {
            let cubic = |x: f64| 1.0 + x * (2.0 + x * (-3.0 + 4.0 * x));
            let x = Third::along(a, b);
            let series = x * (x * (x * 4.0 - 3.0) + 2.0) + 1.0;
            let exact = cubic(a + 0.7 * b);
            prop_assert!((series.taylor(3, 0.7) - exact).abs() < 1e-11 * exact.abs().max(1.0));
            prop_assert!(series.taylor(0, 0.7) == series.re() && series.change(3, 0.0) == 0.0);
        }
    }

    #[test]
    fn a_root_moves_with_all_its_derivatives() {
        // x^3 = 1 + t, x = (1 + t)^(1/3): derivatives 1/3, -2/9, 10/27.
        let p = Third::along(1.0, 1.0);
        let root: Third = root_along(1.0, |x: Third| (x.powi(3) - p, x.sq() * 3.0));
        for (k, exact) in [1.0, 1.0 / 3.0, -2.0 / 9.0, 10.0 / 27.0].into_iter().enumerate() {
            assert!((root.derivative(k) - exact).abs() < 1e-14, "{k} {}", root.derivative(k));
        }
        let (first, none): (First, f64) =
            (root_along(1.0, |x: First| (x.powi(3) - p.re.re, x.sq() * 3.0)), root_along(1.0, |x| (x, x)));
        assert_eq!((first.derivative(1), none), (1.0 / 3.0, 1.0));
    }

    #[test]
    fn only_what_differs_between_two_points_has_a_slope() {
        let set = |a: f64| {
            ParamSet::new(vec![Parameter::new("a", a, "", "", ""), Parameter::new("b", 7.0, "", "", "")])
        };
        let theta = Line { origin: set(2.0), target: set(2.5) }.parameters::<Third>();
        let all = |name: &str| [0, 1, 2, 3].map(|k| theta[name].derivative(k));
        assert_eq!((all("a"), all("b")), ([2.0, 0.5, 0.0, 0.0], [7.0, 0.0, 0.0, 0.0]));
    }
}
