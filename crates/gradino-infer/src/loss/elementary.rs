//! Exponentials, waves and sums in loops that the processor runs several rows at a time.

use std::f64::consts::{FRAC_2_PI, LOG2_E};

/// Added and taken away again, it rounds to an integer, which then sits in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
/// ln 2 and pi / 2 in parts of which the first has enough zeros at its end for exact products.
const LN2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10]; // fdlibm, e_exp.c
const HALF_PI: [f64; 3] = [1.570_796_326_734_125_6, 6.077_100_506_303_966e-11, 2.022_266_248_795_950_6e-21]; // fdlibm, e_rem_pio2.c

/// The polynomial with coefficients from the highest power down.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

/// 1 / n!.
const fn inverse_factorial(n: u32) -> f64 {
    let (mut product, mut k) = (1.0, 2);
    while k <= n {
        product *= k as f64;
        k += 1;
    }
    1.0 / product
}

/// `N` coefficients 1 / n! of every `step`-th power, the last one of power `last`, with alternating sign if
/// `alternating`.
const fn taylor<const N: usize>(last: u32, step: u32, alternating: bool) -> [f64; N] {
    let (mut coefficients, mut k) = ([0.0; N], 0);
    while k < N {
        let sign = if alternating && k % 2 == 1 { -1.0 } else { 1.0 };
        coefficients[N - 1 - k] = sign * inverse_factorial(last + step * k as u32);
        k += 1;
    }
    coefficients
}

const EXP: [f64; 14] = taylor(0, 1, false);
const SIN: [f64; 8] = taylor(1, 2, true);
const COS: [f64; 9] = taylor(0, 2, true);

/// e^x for x <= 0, to a relative 1e-15; below x = -690 the tiny value there.
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    const LEAST: f64 = -690.0;
    let x = if x > LEAST { x } else { LEAST };
    let shifted = x * LOG2_E + ROUND;
    let power = shifted - ROUND;
    let rest = (x - power * LN2[0]) - power * LN2[1];
    // The integer in the lowest bits becomes the exponent.
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0f64.to_bits()));
    polynomial(rest, EXP) * scale
}

/// Replaces angles by their cosines and gives the sines, to 1e-15.
pub(super) fn cos_sin(angles: &mut [f64], sines: &mut [f64]) {
    /// Beyond, rounding of the reduction would show.
    const FAR: f64 = 1e5;
    let far = angles.iter().fold(false, |far, x| far | (x.abs() > FAR));
    let pairs = angles.iter_mut().zip(sines);
    if far {
        pairs.for_each(|(x, s)| (*s, *x) = x.sin_cos());
    } else {
        pairs.for_each(|(x, s)| (*s, *x) = near_sin_cos(*x));
    }
}

#[inline(always)]
fn near_sin_cos(x: f64) -> (f64, f64) {
    let shifted = x * FRAC_2_PI + ROUND;
    let turns = shifted - ROUND;
    let rest = ((x - turns * HALF_PI[0]) - turns * HALF_PI[1]) - turns * HALF_PI[2];
    let square = rest * rest;
    let (sin, cos) = (rest * polynomial(square, SIN), polynomial(square, COS));
    // Odd quarter turns swap the two, without a branch; the second bit of their number is the sign.
    let quarter = shifted.to_bits();
    let swap = (quarter & 1).wrapping_neg() & (sin.to_bits() ^ cos.to_bits());
    let sign = |quarter: u64| (quarter & 2) << 62;
    let s = sin.to_bits() ^ swap ^ sign(quarter);
    let c = cos.to_bits() ^ swap ^ sign(quarter.wrapping_add(1));
    (f64::from_bits(s), f64::from_bits(c))
}

/// sum_j a_j b_j.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    lanes(a.len(), |j| a[j] * b[j])
}

/// A sum in four lanes, which the processor can add side by side.
#[inline(always)]
pub(super) fn lanes(n: usize, term: impl Fn(usize) -> f64) -> f64 {
    let mut sums = [0.0; 4];
    for first in (0..n - n % 4).step_by(4) {
        sums.iter_mut().enumerate().for_each(|(lane, sum)| *sum += term(first + lane));
    }
    let rest: f64 = (n - n % 4..n).map(&term).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_those_of_the_library() {
        for i in 0..700_000 {
            let x = -f64::from(i) * 1e-3;
            let (found, exact) = (exp(x), x.max(-690.0).exp());
            assert!((found - exact).abs() <= 1e-15 * exact, "{x}: {found} {exact}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f64::NEG_INFINITY) < 1e-299 && exp(-1e300) < 1e-299);
    }

    #[test]
    fn cosines_and_sines_are_those_of_the_library() {
        let check = |angles: Vec<f64>| {
            let (mut cosines, mut sines) = (angles.clone(), vec![0.0; angles.len()]);
            cos_sin(&mut cosines, &mut sines);
            for ((x, c), s) in angles.iter().zip(cosines).zip(sines) {
                assert!((c - x.cos()).abs() < 1e-15 && (s - x.sin()).abs() < 1e-15, "{x}: {c} {s}");
            }
        };
        check((-300_000..300_000).map(|i| f64::from(i) * 1e-4).collect());
        check((-300_000..300_000).map(|i| f64::from(i) * 0.3).collect());
        check(vec![0.0, 1.0, 1e12, -1e300]);
    }
}
