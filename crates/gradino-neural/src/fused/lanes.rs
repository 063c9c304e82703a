//! Vectors of points: one lane is one point, and no lane looks at another. Every operation is a correctly
//! rounded one, so that a point comes out the same whatever the width of the vectors.

use pulp::Simd;
use std::f32::consts::{LN_2, LOG2_E};
use std::ops::{Add, Mul, Sub};

/// A vector of numbers, one for each of some points.
#[derive(Clone, Copy)]
pub(crate) struct Lanes<S: Simd> {
    simd: S,
    value: S::f32s,
}

impl<S: Simd> Lanes<S> {
    #[inline(always)]
    pub(crate) fn new(simd: S, value: S::f32s) -> Self {
        Lanes { simd, value }
    }

    #[inline(always)]
    pub(crate) fn splat(simd: S, value: f32) -> Self {
        Lanes { simd, value: simd.splat_f32s(value) }
    }

    /// The same number in all lanes.
    #[inline(always)]
    pub(crate) fn of(self, value: f32) -> Self {
        Lanes::splat(self.simd, value)
    }

    #[inline(always)]
    pub(crate) fn value(self) -> S::f32s {
        self.value
    }

    /// self * factor + term, rounded once.
    #[inline(always)]
    pub(crate) fn mul_add(self, factor: Self, term: Self) -> Self {
        Lanes { value: self.simd.mul_add_f32s(self.value, factor.value, term.value), ..self }
    }

    #[inline(always)]
    pub(crate) fn max(self, other: Self) -> Self {
        Lanes { value: self.simd.max_f32s(self.value, other.value), ..self }
    }

    #[inline(always)]
    pub(crate) fn min(self, other: Self) -> Self {
        Lanes { value: self.simd.min_f32s(self.value, other.value), ..self }
    }

    #[inline(always)]
    pub(crate) fn div(self, other: Self) -> Self {
        Lanes { value: self.simd.div_f32s(self.value, other.value), ..self }
    }

    #[inline(always)]
    pub(crate) fn sqrt(self) -> Self {
        Lanes { value: self.simd.sqrt_f32s(self.value), ..self }
    }

    /// Where self >= limit.
    #[inline(always)]
    pub(crate) fn at_least(self, limit: Self) -> S::m32s {
        self.simd.greater_than_or_equal_f32s(self.value, limit.value)
    }

    /// self where `mask` holds, `other` elsewhere.
    #[inline(always)]
    pub(crate) fn where_else(self, mask: S::m32s, other: Self) -> Self {
        Lanes { value: self.simd.select_f32s(mask, self.value, other.value), ..self }
    }

    /// term - self * factor, rounded once.
    #[inline(always)]
    fn minus_from(self, factor: Self, term: Self) -> Self {
        Lanes { value: self.simd.negate_mul_add_f32s(self.value, factor.value, term.value), ..self }
    }

    /// A polynomial by Horner's rule, the highest coefficient first.
    #[inline(always)]
    fn polynomial<const N: usize>(self, coefficients: [f32; N]) -> Self {
        let mut sum = self.of(coefficients[0]);
        for &coefficient in &coefficients[1..] {
            sum = sum.mul_add(self, self.of(coefficient));
        }
        sum
    }

    /// The nearest whole number n, and (bits of n + 0x4B400000) as they stand after adding 1.5 2^23.
    #[inline(always)]
    fn nearest(self) -> (Self, S::u32s) {
        let shift = self.of(12_582_912.0); // 1.5 * 2^23: beyond it the last bit of an f32 is 1
        let shifted = self + shift;
        (shifted - shift, self.simd.transmute_u32s_f32s(shifted.value))
    }

    /// exp(x) to 1.2e-7 of its value for x in [-87, 88], and what it is at the end of that range outside.
    ///
    /// 2^n exp(r) with n = nearest(x / ln 2); exp(r) = 1 + r + r^2 q(r), q the best polynomial of degree 4 on
    /// |r| <= ln(2) / 2.
    #[inline(always)]
    pub(crate) fn exp(self) -> Self {
        const LN_2_HIGH: f32 = 355.0 / 512.0; // nine bits, so that n times it is exact
        const LN_2_LOW: f32 = -2.121_944_4e-4; // ln 2 - LN_2_HIGH
        const Q: [f32; 5] = [0.001_392_618_2, 0.008_363_178, 0.041_666_556, 0.166_665_76, 0.5];
        let x = self.max(self.of(-87.0)).min(self.of(88.0));
        let (n, bits) = (x * self.of(LOG2_E)).nearest();
        let r = n.mul_add(self.of(-LN_2_LOW), n.mul_add(self.of(-LN_2_HIGH), x));
        let y = r.polynomial(Q).mul_add(r * r, r) + self.of(1.0);
        let simd = self.simd;
        let power =
            simd.wrapping_dyn_shl_u32s(simd.add_u32s(bits, simd.splat_u32s(127)), simd.splat_u32s(23));
        y * Lanes::new(simd, simd.transmute_f32s_u32s(power))
    }

    /// ln(1 + e) to 2e-7 of its value for e in [0, 1]: 2 artanh(s), s = e / (2 + e), with the best polynomial
    /// of degree 5 in s^2.
    #[inline(always)]
    fn ln_1p(self) -> Self {
        const Q: [f32; 6] =
            [0.103_938_09, 0.087_323_51, 0.111_323_56, 0.142_851_53, 0.200_000_05, 0.333_333_34];
        let s = self.div(self + self.of(2.0));
        let s2 = s * s;
        let twice = s + s;
        s2.polynomial(Q).mul_add(s2 * twice, twice)
    }

    /// ln(1 + exp(x)), to 3e-7 of its value.
    #[inline(always)]
    pub(crate) fn softplus(self) -> Self {
        let zero = self.of(0.0);
        let above = self.max(zero);
        above + (self - above - above).exp().ln_1p()
    }

    /// 2^x for x in [-126, 126], to 3e-7 of its value: 2^n 2^f with n = nearest(x), the second factor the best
    /// polynomial of degree 5 with 2^0 = 1.
    #[inline(always)]
    fn exp2(self) -> Self {
        const P: [f32; 6] = [0.001_338_130_2, 0.009_666_368, 0.055_503_81, 0.240_223_5, LN_2, 1.0];
        let (n, bits) = self.nearest();
        let y = (self - n).polynomial(P);
        let simd = self.simd;
        let power = simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(23));
        Lanes::new(simd, simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(y.value), power)))
    }

    /// 1 / x to 2e-7 of its value for x in [1e-37, 1e37], by two third-order steps of Newton's kind from a guess that
    /// reads the bits: a few times faster than a division.
    #[inline(always)]
    fn reciprocal(self) -> Self {
        const GUESS: u32 = 0x7EF3_11C7; // bits of the guess and of x sum to this; its error is below 12.5 %
        let simd = self.simd;
        let bits = simd.sub_u32s(simd.splat_u32s(GUESS), simd.transmute_u32s_f32s(self.value));
        let mut guess = Lanes::new(simd, simd.transmute_f32s_u32s(bits));
        for _ in 0..2 {
            let error = self.minus_from(guess, self.of(1.0));
            guess = guess.mul_add(error.mul_add(error, error), guess);
        }
        guess
    }

    /// 1 / (1 + exp(-x)), to 2e-7.
    #[inline(always)]
    pub(crate) fn logistic(self) -> Self {
        let turned = self * self.of(-LOG2_E);
        let power = turned.min(self.of(120.0)).max(self.of(-120.0)).exp2();
        (power + self.of(1.0)).reciprocal()
    }

    /// x / (1 + exp(-x)), to 2e-7 of the larger of its value and one.
    #[inline(always)]
    pub(crate) fn silu(self) -> Self {
        self * self.logistic()
    }

    /// max(x, 0).
    #[inline(always)]
    pub(crate) fn relu(self) -> Self {
        self.max(self.of(0.0))
    }

    /// cos(2 pi u) and sin(2 pi u) for u in [0, 1], to 1e-7; 0 and 1 give the same bits.
    #[inline(always)]
    pub(crate) fn cos_sin_of_turns(self) -> (Self, Self) {
        const SIN: [f32; 5] = [41.472_83, -76.697_87, 81.605_2, -41.341_7, 6.283_185_5];
        const COS: [f32; 5] = [59.220_17, -85.442_85, 64.939_316, -19.739_208, 1.0];
        let simd = self.simd;
        let (quarter, bits) = (self * self.of(4.0)).nearest();
        let r = quarter.mul_add(self.of(-0.25), self);
        let r2 = r * r;
        let (sine, cosine) = (r * r2.polynomial(SIN), r2.polynomial(COS));
        let (one, two) = (simd.splat_u32s(1), simd.splat_u32s(2));
        let odd = simd.equal_u32s(simd.and_u32s(bits, one), one);
        let half = simd.equal_u32s(simd.and_u32s(bits, two), two);
        let (c, s) = ((self.of(0.0) - sine).where_else(odd, cosine), cosine.where_else(odd, sine));
        ((self.of(0.0) - c).where_else(half, c), (self.of(0.0) - s).where_else(half, s))
    }
}

impl<S: Simd> Add for Lanes<S> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Lanes { value: self.simd.add_f32s(self.value, other.value), ..self }
    }
}

impl<S: Simd> Sub for Lanes<S> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Lanes { value: self.simd.sub_f32s(self.value, other.value), ..self }
    }
}

impl<S: Simd> Mul for Lanes<S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Lanes { value: self.simd.mul_f32s(self.value, other.value), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulp::Scalar;

    /// Largest error of `fast` against `exact` over evenly spaced numbers, as a share of `scale`.
    fn worst(
        range: (f64, f64),
        fast: impl Fn(Lanes<Scalar>) -> Lanes<Scalar>,
        exact: impl Fn(f64) -> f64,
        scale: impl Fn(f64) -> f64,
    ) -> f64 {
        const STEPS: u32 = 400_000;
        let miss = |step: u32| {
            let x = (range.0 + (range.1 - range.0) * f64::from(step) / f64::from(STEPS)) as f32;
            let y = f64::from(fast(Lanes::new(Scalar, x)).value());
            let exact = exact(f64::from(x));
            ((y - exact) / scale(exact)).abs()
        };
        (0..=STEPS).map(miss).fold(0.0, f64::max)
    }

    #[test]
    fn functions_are_as_accurate_as_stated() {
        let relative = |exact: f64| exact;
        let absolute = |_: f64| 1.0;
        let of_one = |exact: f64| exact.abs().max(1.0);
        let turn = |x: f64| std::f64::consts::TAU * x;
        let misses = [
            ("exp", 1.2e-7, worst((-87.0, 88.0), Lanes::exp, f64::exp, relative)),
            ("ln(1 + x)", 2e-7, worst((1e-9, 1.0), Lanes::ln_1p, f64::ln_1p, relative)),
            ("softplus", 3e-7, worst((-30.0, 30.0), Lanes::softplus, |x| x.exp().ln_1p(), relative)),
            ("reciprocal", 2e-7, worst((1.0, 2.0), Lanes::reciprocal, f64::recip, relative)),
            ("reciprocal of little", 2e-7, worst((1e-37, 1e-36), Lanes::reciprocal, f64::recip, relative)),
            ("reciprocal of much", 2e-7, worst((1e36, 1e37), Lanes::reciprocal, f64::recip, relative)),
            ("2^x", 3e-7, worst((-126.0, 126.0), Lanes::exp2, f64::exp2, relative)),
            (
                "logistic",
                2e-7,
                worst((-200.0, 100.0), Lanes::logistic, |x| (1.0 + (-x).exp()).recip(), absolute),
            ),
            ("silu", 2e-7, worst((-200.0, 100.0), Lanes::silu, |x| x / (1.0 + (-x).exp()), of_one)),
            ("cos", 1e-7, worst((0.0, 1.0), |u| u.cos_sin_of_turns().0, |u| turn(u).cos(), absolute)),
            ("sin", 1e-7, worst((0.0, 1.0), |u| u.cos_sin_of_turns().1, |u| turn(u).sin(), absolute)),
        ];
        for (name, stated, miss) in misses {
            assert!(miss < stated, "{name}: {miss:e} instead of {stated:e}");
        }
    }

    #[test]
    fn the_ends_of_a_turn_are_the_same_bits() {
        let bits = |u: f32| {
            let (c, s) = Lanes::new(Scalar, u).cos_sin_of_turns();
            (c.value().to_bits(), s.value().to_bits())
        };
        assert_eq!(bits(0.0), bits(1.0));
    }
}
