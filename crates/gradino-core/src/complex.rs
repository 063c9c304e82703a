//! Complex numbers over any [`Real`].

use crate::real::Real;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A complex number `re + i im`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex<D> {
    /// Real part.
    pub re: D,
    /// Imaginary part.
    pub im: D,
}

impl<D: Real> Complex<D> {
    /// `re + i im`.
    #[inline(always)]
    pub fn new(re: D, im: D) -> Self {
        Complex { re, im }
    }
    /// A constant from values.
    #[inline(always)]
    pub fn from_values(re: f64, im: f64) -> Self {
        Complex { re: D::from(re), im: D::from(im) }
    }
    /// Complex conjugate.
    #[inline(always)]
    pub fn conj(self) -> Self {
        Complex { re: self.re, im: -self.im }
    }
    /// Squared modulus.
    #[inline(always)]
    pub fn norm_sq(self) -> D {
        self.re * self.re + self.im * self.im
    }
    /// Multiplies by a real scalar.
    #[inline(always)]
    pub fn scale(self, s: D) -> Self {
        Complex { re: self.re * s, im: self.im * s }
    }
    /// Reciprocal.
    #[inline(always)]
    pub fn recip(self) -> Self {
        let n = self.norm_sq().recip();
        Complex { re: self.re * n, im: -self.im * n }
    }
}

impl<D: Real> Add for Complex<D> {
    type Output = Self;
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        Complex { re: self.re + b.re, im: self.im + b.im }
    }
}
impl<D: Real> Sub for Complex<D> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        Complex { re: self.re - b.re, im: self.im - b.im }
    }
}
impl<D: Real> Neg for Complex<D> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Complex { re: -self.re, im: -self.im }
    }
}
impl<D: Real> Mul for Complex<D> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        Complex { re: self.re * b.re - self.im * b.im, im: self.re * b.im + self.im * b.re }
    }
}
impl<D: Real> Div for Complex<D> {
    type Output = Self;
    #[inline(always)]
    #[allow(clippy::suspicious_arithmetic_impl)]
    fn div(self, b: Self) -> Self {
        self * b.recip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotient_undoes_product() {
        let a = Complex::new(1.5, -0.25);
        let b = Complex::new(-0.5, 2.0);
        let c = (a * b) / b;
        assert!((c.re - a.re).abs() < 1e-15 && (c.im - a.im).abs() < 1e-15);
    }
}
