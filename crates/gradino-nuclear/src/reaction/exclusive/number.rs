//! The numbers in which amplitudes are summed: single precision where speed counts, `f64`, and duals.

use gradino_core::{Dual, Real};

/// A constant factor.
pub trait Coefficient: Copy + Send + Sync + 'static {
    /// From a double.
    fn of(x: f64) -> Self;
}

impl Coefficient for f32 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x as f32
    }
}

impl Coefficient for f64 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x
    }
}

/// A term of a sum.
pub trait Number: Copy + Send + Sync + 'static {
    /// The constants that go with it.
    type Constant: Coefficient;
    /// Zero.
    fn none() -> Self;
    /// `self + c x`.
    fn add_scaled(self, c: Self::Constant, x: Self) -> Self;
    /// `self + x y`.
    fn add_product(self, x: Self, y: Self) -> Self;
    /// `self + x`.
    fn plus(self, x: Self) -> Self;
    /// `self - x`.
    fn minus(self, x: Self) -> Self;
    /// `c self`.
    fn scaled(self, c: Self::Constant) -> Self;
}

macro_rules! float {
    ($($float:ty),*) => {$(
        impl Number for $float {
            type Constant = $float;
            #[inline(always)]
            fn none() -> Self {
                0.0
            }
            #[inline(always)]
            fn add_scaled(self, c: $float, x: Self) -> Self {
                c.mul_add(x, self)
            }
            #[inline(always)]
            fn add_product(self, x: Self, y: Self) -> Self {
                x.mul_add(y, self)
            }
            #[inline(always)]
            fn plus(self, x: Self) -> Self {
                self + x
            }
            #[inline(always)]
            fn minus(self, x: Self) -> Self {
                self - x
            }
            #[inline(always)]
            fn scaled(self, c: $float) -> Self {
                self * c
            }
        }
    )*};
}
float!(f32, f64);

impl<T: Real, const N: usize> Number for Dual<T, N> {
    type Constant = f64;
    fn none() -> Self {
        Dual::constant(T::zero())
    }
    fn add_scaled(self, c: f64, x: Self) -> Self {
        self + x * c
    }
    fn add_product(self, x: Self, y: Self) -> Self {
        self + x * y
    }
    fn plus(self, x: Self) -> Self {
        self + x
    }
    fn minus(self, x: Self) -> Self {
        self - x
    }
    fn scaled(self, c: f64) -> Self {
        self * c
    }
}
