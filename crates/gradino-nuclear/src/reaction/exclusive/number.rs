//! The numbers in which amplitudes are summed, eight at a time: single precision where speed counts, `f64`, and duals.

use gradino_core::{Dual, Real};
use std::ops::{Add, Mul, Neg, Sub};
use wide::f32x8;

/// Partial waves are dealt with in groups of this many, for the vector units.
pub const LANES: usize = 8;

/// What formulas of amplitudes need of a number, or of several in the lanes of a vector.
pub trait Arithmetic:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Neg<Output = Self>
{
}

impl<T> Arithmetic for T where T: Copy + Add<Output = T> + Sub<Output = T> + Mul<Output = T> + Neg<Output = T> {}

/// A constant factor.
pub trait Coefficient: Copy + Send + Sync + 'static {
    /// From a double.
    fn of(x: f64) -> Self;
    /// Columns from rows.
    #[inline(always)]
    fn transposed(rows: [[Self; LANES]; LANES]) -> [[Self; LANES]; LANES] {
        std::array::from_fn(|i| rows.map(|row| row[i]))
    }
}

impl Coefficient for f32 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x as f32
    }
    #[inline(always)]
    fn transposed(rows: [[f32; LANES]; LANES]) -> [[f32; LANES]; LANES] {
        f32x8::transpose(rows.map(f32x8::new)).map(f32x8::to_array)
    }
}

impl Coefficient for f64 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x
    }
}

/// A term of a sum, and [`LANES`] of them together.
pub trait Number: Copy + Send + Sync + 'static {
    /// The constants that go with it.
    type Constant: Coefficient;
    /// Eight of them.
    type Lanes: Copy;
    /// Eight constants.
    type Constants: Copy;
    /// Zero.
    fn none() -> Self;
    /// Eight zeros.
    fn no_lanes() -> Self::Lanes;
    /// Eight numbers.
    fn load(x: &[Self; LANES]) -> Self::Lanes;
    /// Eight constants.
    fn load_constants(c: &[Self::Constant; LANES]) -> Self::Constants;
    /// `sum + c x`.
    fn add_scaled(sum: Self::Lanes, c: Self::Constants, x: Self::Lanes) -> Self::Lanes;
    /// `sum - c x`.
    fn subtract_scaled(sum: Self::Lanes, c: Self::Constants, x: Self::Lanes) -> Self::Lanes;
    /// `sum + x y`.
    fn add_product(sum: Self::Lanes, x: Self::Lanes, y: Self::Lanes) -> Self::Lanes;
    /// `c x`.
    fn scaled(x: Self::Lanes, c: Self::Constants) -> Self::Lanes;
    /// The sum of the eight.
    fn total(x: Self::Lanes) -> Self;
}

impl Number for f32 {
    type Constant = f32;
    type Lanes = f32x8;
    type Constants = f32x8;
    #[inline(always)]
    fn none() -> Self {
        0.0
    }
    #[inline(always)]
    fn no_lanes() -> f32x8 {
        f32x8::ZERO
    }
    #[inline(always)]
    fn load(x: &[f32; LANES]) -> f32x8 {
        f32x8::new(*x)
    }
    #[inline(always)]
    fn load_constants(c: &[f32; LANES]) -> f32x8 {
        f32x8::new(*c)
    }
    #[inline(always)]
    fn add_scaled(sum: f32x8, c: f32x8, x: f32x8) -> f32x8 {
        c.mul_add(x, sum)
    }
    #[inline(always)]
    fn subtract_scaled(sum: f32x8, c: f32x8, x: f32x8) -> f32x8 {
        c.mul_neg_add(x, sum)
    }
    #[inline(always)]
    fn add_product(sum: f32x8, x: f32x8, y: f32x8) -> f32x8 {
        x.mul_add(y, sum)
    }
    #[inline(always)]
    fn scaled(x: f32x8, c: f32x8) -> f32x8 {
        x * c
    }
    #[inline(always)]
    fn total(x: f32x8) -> f32 {
        x.reduce_add()
    }
}

/// Numbers whose eight lanes are an array.
macro_rules! in_arrays {
    ($number:ty $(, $($generics:tt)+)?) => {
        impl $(<$($generics)+>)? Number for $number {
            type Constant = f64;
            type Lanes = [Self; LANES];
            type Constants = [f64; LANES];
            fn none() -> Self {
                <Self as Real>::zero()
            }
            fn no_lanes() -> Self::Lanes {
                [<Self as Real>::zero(); LANES]
            }
            fn load(x: &[Self; LANES]) -> Self::Lanes {
                *x
            }
            fn load_constants(c: &[f64; LANES]) -> Self::Constants {
                *c
            }
            fn add_scaled(sum: Self::Lanes, c: Self::Constants, x: Self::Lanes) -> Self::Lanes {
                std::array::from_fn(|i| sum[i] + x[i] * c[i])
            }
            fn subtract_scaled(sum: Self::Lanes, c: Self::Constants, x: Self::Lanes) -> Self::Lanes {
                std::array::from_fn(|i| sum[i] - x[i] * c[i])
            }
            fn add_product(sum: Self::Lanes, x: Self::Lanes, y: Self::Lanes) -> Self::Lanes {
                std::array::from_fn(|i| sum[i] + x[i] * y[i])
            }
            fn scaled(x: Self::Lanes, c: Self::Constants) -> Self::Lanes {
                std::array::from_fn(|i| x[i] * c[i])
            }
            fn total(x: Self::Lanes) -> Self {
                x.into_iter().fold(<Self as Real>::zero(), |sum, x| sum + x)
            }
        }
    };
}
in_arrays!(f64);
in_arrays!(Dual<T, N>, T: Real, const N: usize);
