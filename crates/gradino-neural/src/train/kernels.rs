//! Functions of many numbers with the vector instructions of the machine.

use crate::fused::Lanes;
use crate::spec::Activation;
use pulp::{Scalar, Simd, WithSimd};

/// Replaces numbers x by f(x), the activation, and writes its slopes f'(x).
pub(super) struct Bend<'a> {
    pub(super) activation: Activation,
    pub(super) values: &'a mut [f32],
    pub(super) slopes: &'a mut [f32],
}

impl WithSimd for Bend<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.activation {
            Activation::Relu => self.run::<S, true>(simd),
            Activation::Silu => self.run::<S, false>(simd),
        }
    }
}

impl Bend<'_> {
    #[inline(always)]
    fn run<S: Simd, const RELU: bool>(self, simd: S) {
        let (values, last_values) = S::as_mut_simd_f32s(self.values);
        let (slopes, last_slopes) = S::as_mut_simd_f32s(self.slopes);
        for (value, slope) in values.iter_mut().zip(slopes) {
            [*value, *slope] = bend::<S, RELU>(Lanes::new(simd, *value)).map(Lanes::value);
        }
        for (value, slope) in last_values.iter_mut().zip(last_slopes) {
            [*value, *slope] = bend::<Scalar, RELU>(Lanes::new(Scalar, *value)).map(Lanes::value);
        }
    }
}

/// The activation and its slope: of x s with s = 1 / (1 + exp(-x)) that is s + x s (1 - s).
#[inline(always)]
fn bend<S: Simd, const RELU: bool>(x: Lanes<S>) -> [Lanes<S>; 2] {
    let (zero, one) = (x.of(0.0), x.of(1.0));
    if RELU {
        let open = x.at_least(x.of(f32::MIN_POSITIVE));
        return [x.where_else(open, zero), one.where_else(open, zero)];
    }
    let share = x.logistic();
    let value = x * share;
    [value, value.mul_add(one - share, share)]
}

/// Replaces logarithms of sizes by their shares, exp(r_i) / sum exp(r_j): in each row of `wide` numbers the
/// `bins` from the number `start` on.
pub(super) struct Softmax<'a> {
    pub(super) rows: &'a mut [f32],
    pub(super) wide: usize,
    pub(super) start: usize,
    pub(super) bins: usize,
}

impl WithSimd for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for row in self.rows.chunks_exact_mut(self.wide) {
            let (sizes, last) = S::as_mut_simd_f32s(&mut row[self.start..self.start + self.bins]);
            let mut most = f32::NEG_INFINITY;
            for size in sizes.iter() {
                most = most.max(simd.reduce_max_f32s(*size));
            }
            for size in last.iter() {
                most = most.max(*size);
            }
            let mut total = 0.0;
            for size in sizes.iter_mut() {
                *size = (Lanes::new(simd, *size) - Lanes::splat(simd, most)).exp().value();
                total += simd.reduce_sum_f32s(*size);
            }
            for size in last.iter_mut() {
                *size = Lanes::new(Scalar, *size - most).exp().value();
                total += *size;
            }
            let factor = total.recip();
            for size in sizes.iter_mut() {
                *size = simd.mul_f32s(*size, simd.splat_f32s(factor));
            }
            for size in last.iter_mut() {
                *size *= factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::Instructions;
    use gradino_core::{Dual, Real};

    #[test]
    fn an_activation_has_its_value_and_slope_on_all_instructions() {
        let numbers: Vec<f32> = (-331..=331).map(|i| i as f32 * 0.05).collect();
        for instructions in Instructions::available() {
            for activation in [Activation::Relu, Activation::Silu] {
                let (mut values, mut slopes) = (numbers.clone(), vec![0.0; numbers.len()]);
                let arch = instructions.arch().expect("it is available");
                arch.dispatch(Bend { activation, values: &mut values, slopes: &mut slopes });
                for ((&x, value), slope) in numbers.iter().zip(values).zip(slopes) {
                    let exact: Dual<f64, 1> = activation.apply(Dual::variable(f64::from(x), 0));
                    assert!((f64::from(value) - exact.re).abs() < 3e-6, "{activation:?} {x} {value}");
                    let kink = activation == Activation::Relu && x == 0.0;
                    assert!(kink || (f64::from(slope) - exact.eps[0]).abs() < 1e-6, "{activation:?} {x}");
                }
            }
        }
    }

    #[test]
    fn shares_of_a_softmax_are_those_of_the_exponentials_and_the_rest_of_a_row_stays() {
        let (wide, start, bins) = (23, 2, 19);
        let numbers: Vec<f32> = (0..3 * wide).map(|i| ((i * i) as f32 * 0.37).sin() * 40.0).collect();
        for instructions in Instructions::available() {
            let mut rows = numbers.clone();
            let arch = instructions.arch().expect("it is available");
            arch.dispatch(Softmax { rows: &mut rows, wide, start, bins });
            for (found, given) in rows.chunks(wide).zip(numbers.chunks(wide)) {
                let total: f64 = given[start..start + bins].iter().map(|&r| f64::from(r).exp()).sum();
                for i in 0..wide {
                    let inside = (start..start + bins).contains(&i);
                    let exact = if inside { f64::from(given[i]).exp() / total } else { f64::from(given[i]) };
                    assert!((f64::from(found[i]) - exact).abs() < 1e-6 * exact.re().abs().max(1e-2), "{i}");
                }
            }
        }
    }
}
