//! Scalars with derivatives: the [`Real`] trait, `f64`, and the forward-mode [`Dual`] numbers.
//!
//! A formula is written once, generic over `D: Real`, and branches on values only
//! (`if x.re() > 0.0`). Seeds: `Dual::variable(x, i)` has derivative 1 in slot `i`.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A real scalar, possibly carrying derivatives.
pub trait Real:
    Copy
    + Debug
    + Send
    + Sync
    + 'static
    + From<f64>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// Number of derivatives carried.
    const SLOTS: usize;

    /// The value, without derivatives.
    fn re(self) -> f64;

    /// The first derivative in slot `i` (its value, for nested numbers).
    fn slot(self, i: usize) -> f64;

    /// Exponential function.
    fn exp(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Integer power.
    fn powi(self, n: i32) -> Self;
    /// Real power with a constant exponent.
    fn powf(self, p: f64) -> Self;
    /// Sine.
    fn sin(self) -> Self;
    /// Cosine.
    fn cos(self) -> Self;
    /// Arc tangent.
    fn atan(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;

    /// Reciprocal.
    fn recip(self) -> Self {
        Self::from(1.0) / self
    }
    /// Zero.
    fn zero() -> Self {
        Self::from(0.0)
    }
    /// One.
    fn one() -> Self {
        Self::from(1.0)
    }
    /// The square.
    fn sq(self) -> Self {
        self * self
    }
    /// Power with a variable exponent, `self^p = exp(p ln self)`; `self > 0`.
    fn pow(self, p: Self) -> Self {
        (p * self.ln()).exp()
    }
    /// The larger by value.
    fn max(self, other: Self) -> Self {
        if self.re() >= other.re() { self } else { other }
    }
    /// The smaller by value.
    fn min(self, other: Self) -> Self {
        if self.re() <= other.re() { self } else { other }
    }
    /// Absolute value (derivative of the right-hand branch at zero).
    fn abs(self) -> Self {
        if self.re() < 0.0 { -self } else { self }
    }
}

impl Real for f64 {
    const SLOTS: usize = 0;
    #[inline(always)]
    fn re(self) -> f64 {
        self
    }
    #[inline(always)]
    fn slot(self, _: usize) -> f64 {
        0.0
    }
    #[inline(always)]
    fn exp(self) -> Self {
        f64::exp(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        f64::ln(self)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        f64::powi(self, n)
    }
    #[inline(always)]
    fn powf(self, p: f64) -> Self {
        f64::powf(self, p)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        f64::sin(self)
    }
    #[inline(always)]
    fn cos(self) -> Self {
        f64::cos(self)
    }
    #[inline(always)]
    fn atan(self) -> Self {
        f64::atan(self)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        f64::tanh(self)
    }
}

/// A number with `N` first derivatives. Nest (`Dual<Dual<f64, 8>, 1>`) for second order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual<T, const N: usize> {
    /// The value.
    pub re: T,
    /// The derivatives.
    pub eps: [T; N],
}

impl<T: Real, const N: usize> Dual<T, N> {
    /// A constant.
    #[inline(always)]
    pub fn constant(re: T) -> Self {
        Dual { re, eps: [T::zero(); N] }
    }

    /// The independent variable of slot `i`: derivative one there.
    pub fn variable(re: T, i: usize) -> Self {
        let mut eps = [T::zero(); N];
        eps[i] = T::one();
        Dual { re, eps }
    }

    /// Chain rule: a function with value `f` and derivative `df` at `self.re`.
    #[inline(always)]
    fn chain(self, f: T, df: T) -> Self {
        Dual { re: f, eps: self.eps.map(|e| e * df) }
    }
}

impl<T: Real, const N: usize> From<f64> for Dual<T, N> {
    #[inline(always)]
    fn from(x: f64) -> Self {
        Dual::constant(T::from(x))
    }
}

impl<T: Real, const N: usize> Real for Dual<T, N> {
    const SLOTS: usize = N;
    #[inline(always)]
    fn re(self) -> f64 {
        self.re.re()
    }
    #[inline(always)]
    fn slot(self, i: usize) -> f64 {
        self.eps[i].re()
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let f = self.re.exp();
        self.chain(f, f)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.chain(self.re.ln(), self.re.recip())
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let f = self.re.sqrt();
        self.chain(f, (f + f).recip())
    }
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        if n == 0 {
            return Self::one();
        }
        self.chain(self.re.powi(n), self.re.powi(n - 1) * f64::from(n))
    }
    #[inline(always)]
    fn powf(self, p: f64) -> Self {
        self.chain(self.re.powf(p), self.re.powf(p - 1.0) * p)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        self.chain(self.re.sin(), self.re.cos())
    }
    #[inline(always)]
    fn cos(self) -> Self {
        self.chain(self.re.cos(), -self.re.sin())
    }
    #[inline(always)]
    fn atan(self) -> Self {
        self.chain(self.re.atan(), (self.re.sq() + 1.0).recip())
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        let f = self.re.tanh();
        self.chain(f, T::one() - f.sq())
    }
}

impl<T: Real, const N: usize> Neg for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Dual { re: -self.re, eps: self.eps.map(|e| -e) }
    }
}

impl<T: Real, const N: usize> Add for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(mut self, b: Self) -> Self {
        self.re += b.re;
        for i in 0..N {
            self.eps[i] += b.eps[i];
        }
        self
    }
}

impl<T: Real, const N: usize> Sub for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(mut self, b: Self) -> Self {
        self.re -= b.re;
        for i in 0..N {
            self.eps[i] -= b.eps[i];
        }
        self
    }
}

impl<T: Real, const N: usize> Mul for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        let mut eps = self.eps;
        for i in 0..N {
            eps[i] = eps[i] * b.re + b.eps[i] * self.re;
        }
        Dual { re: self.re * b.re, eps }
    }
}

impl<T: Real, const N: usize> Div for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        let inv = b.re.recip();
        let re = self.re * inv;
        let mut eps = self.eps;
        for i in 0..N {
            eps[i] = (eps[i] - b.eps[i] * re) * inv;
        }
        Dual { re, eps }
    }
}

impl<T: Real, const N: usize> Add<f64> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(mut self, b: f64) -> Self {
        self.re = self.re + b;
        self
    }
}

impl<T: Real, const N: usize> Sub<f64> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(mut self, b: f64) -> Self {
        self.re = self.re - b;
        self
    }
}

impl<T: Real, const N: usize> Mul<f64> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, b: f64) -> Self {
        Dual { re: self.re * b, eps: self.eps.map(|e| e * b) }
    }
}

impl<T: Real, const N: usize> Div<f64> for Dual<T, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, b: f64) -> Self {
        self * (1.0 / b)
    }
}

macro_rules! assign {
    ($($trait:ident $method:ident $op:tt),*) => {$(
        impl<T: Real, const N: usize> $trait for Dual<T, N> {
            #[inline(always)]
            fn $method(&mut self, b: Self) {
                *self = *self $op b;
            }
        }
    )*};
}
assign!(AddAssign add_assign +, SubAssign sub_assign -, MulAssign mul_assign *, DivAssign div_assign /);

/// Implicit differentiation: given `x` with `g(x, theta) = 0`, the derivative-carrying root.
///
/// `residual` is `g` evaluated at the (constant) root with the parameters in `D`, and `slope` is
/// `dg/dx` there: `x(theta) = x - g(x, theta) / (dg/dx)`, exact to first order
/// (eq. (4) of barham2024).
pub fn implicit_root<D: Real>(x: f64, residual: D, slope: f64) -> D {
    D::from(x) - (residual - residual.re()) / slope
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_dual::{Dual64, DualNum};
    use proptest::prelude::*;

    fn formula<D: Real>(x: D, y: D) -> D {
        (x * y.sin() + y.sq()).exp().ln() * x.sqrt() / (y.tanh() + 2.0) - x.powi(3) * y.powf(0.3)
            + x.atan() * y.cos()
            + x.pow(y)
    }

    fn oracle(x: Dual64, y: Dual64) -> Dual64 {
        (x * y.sin() + y * y).exp().ln() * x.sqrt() / (y.tanh() + 2.0) - x.powi(3) * y.powf(0.3)
            + x.atan() * y.cos()
            + (y * x.ln()).exp()
    }

    proptest! {
        #[test]
        fn first_derivatives_equal_an_independent_dual_number(x in 0.1..3.0f64, y in 0.1..3.0f64) {
            let ours = formula(Dual::<f64, 2>::variable(x, 0), Dual::variable(y, 1));
            let by_x = oracle(Dual64::from(x).derivative(), Dual64::from(y));
            let by_y = oracle(Dual64::from(x), Dual64::from(y).derivative());
            prop_assert!((ours.re - by_x.re).abs() <= 1e-12 * by_x.re.abs().max(1.0));
            prop_assert!((ours.eps[0] - by_x.eps).abs() <= 1e-10 * by_x.eps.abs().max(1.0));
            prop_assert!((ours.eps[1] - by_y.eps).abs() <= 1e-10 * by_y.eps.abs().max(1.0));
        }

        #[test]
        fn nested_duals_give_the_second_derivative(x in 0.2..3.0f64) {
            // f = x^3 ln x: f'' = 6 x ln x + 5 x. Eight lanes inside, where a vectoriser went wrong once.
            let inner = Dual::<f64, 8>::variable(x, 3);
            let v = Dual::<Dual<f64, 8>, 1>::variable(inner, 0);
            let f = v.powi(3) * v.ln();
            let expected = 6.0 * x * x.ln() + 5.0 * x;
            prop_assert!((f.eps[0].eps[3] - expected).abs() <= 1e-10 * expected.abs().max(1.0));
            prop_assert!(f.eps[0].eps[0] == 0.0);
        }
    }

    #[test]
    fn implicit_root_moves_with_its_parameter() {
        // x^2 = p: dx/dp = 1 / (2 x).
        let p = Dual::<f64, 1>::variable(2.0, 0);
        let x = 2f64.sqrt();
        let root = implicit_root(x, Dual::from(x).sq() - p, 2.0 * x);
        assert!((root.eps[0] - 0.5 / x).abs() < 1e-15);
    }
}
