//! The cross section as a Hermitian form of the transition currents, for four nodes or four states of a hole at once.

use super::amplitude::{CurrentFactors, OperatorAmplitudes, currents};
use super::hadron::TransitionCurrent;
use super::lepton::LeptonTensor;
use super::nodes::PARTS;
use gradino_core::Complex;
use wide::{f32x4, f64x4};

/// Number of lanes.
pub(super) const WIDTH: usize = 4;

/// The form L of L_mu_nu W^mu_nu = sum over transitions of J^+ L J at one azimuth phi_N [MeV^2], in the basis of time, z and
/// the helicities +1 and -1: the transpose of [`super::HadronTensor::structures`], applied to the factors of the lepton.
#[derive(Clone, Copy, Debug)]
pub struct LeptonForm {
    /// L_aa.
    diagonal: [f64x4; 4],
    /// L_ab of the pairs (0, z), (+, 0), (-, 0), (+, z), (-, z), (+, -).
    pairs: [[f64x4; 2]; 6],
}

/// The positions of the two components of each pair.
const PAIRS: [[usize; 2]; 6] = [[0, 1], [2, 0], [3, 0], [2, 1], [3, 1], [2, 3]];

/// Real and imaginary parts of J^0, J_z, J_+ and J_-.
type Components = [[f64x4; 2]; 4];

impl LeptonForm {
    /// Of `lepton` at the azimuth `phi` of the nucleon [rad].
    pub fn new(lepton: &LeptonTensor<f64>, phi: f64) -> Self {
        let (s, c) = phi.sin_cos();
        let [cc, cl, ll, t, t_prime] = lepton.inclusive_factors();
        let [tl, tc, tl_prime, tc_prime] = lepton.first_factors();
        let tt = lepton.second_factor();
        let real = [0.5 * cl, 0.5 * c * (tc_prime - tc), 0.5 * c * (tc_prime + tc)];
        let imaginary = [0.0, 0.5 * s * (tc - tc_prime), 0.5 * s * (tc + tc_prime)];
        let pairs = [
            [real[0], imaginary[0]],
            [real[1], imaginary[1]],
            [real[2], imaginary[2]],
            [0.5 * c * (tl_prime - tl), 0.5 * s * (tl - tl_prime)],
            [0.5 * c * (tl_prime + tl), 0.5 * s * (tl + tl_prime)],
            [0.5 * tt * (2.0 * c * c - 1.0), -tt * s * c],
        ];
        LeptonForm {
            diagonal: [cc, ll, t - t_prime, t + t_prime].map(f64x4::splat),
            pairs: pairs.map(|pair| pair.map(f64x4::splat)),
        }
    }

    /// L J.
    #[inline(always)]
    fn times(&self, j: &Components) -> Components {
        let mut out: Components = std::array::from_fn(|a| j[a].map(|x| x * self.diagonal[a]));
        for (l, [a, b]) in self.pairs.iter().zip(PAIRS) {
            // W^ab = J_a J_b^*: Re(L_ab^* W^ab) twice, from the pair and its conjugate.
            out[a][0] += l[0] * j[b][0] - l[1] * j[b][1];
            out[a][1] += l[0] * j[b][1] + l[1] * j[b][0];
            out[b][0] += l[0] * j[a][0] + l[1] * j[a][1];
            out[b][1] += l[0] * j[a][1] - l[1] * j[a][0];
        }
        out
    }

    /// L_mu_nu W^mu_nu, the sum over the states of `amplitudes`, in each lane.
    #[inline]
    pub fn value(
        &self,
        amplitudes: impl Iterator<Item = OperatorAmplitudes<f64x4>>,
        f: &CurrentFactors<f64x4>,
    ) -> f64x4 {
        let mut sum = f64x4::ZERO;
        for a in amplitudes {
            for current in currents(&a, f) {
                let j = components(&current);
                for (l, j) in self.times(&j).iter().zip(&j) {
                    sum = l[0].mul_add(j[0], l[1].mul_add(j[1], sum));
                }
            }
        }
        sum
    }

    /// What the value changes by with amplitudes that change, to first order, 2 Re sum dJ^+ L J, from pairs of amplitudes and
    /// their changes.
    pub fn along(
        &self,
        pairs: impl Iterator<Item = [OperatorAmplitudes<f64x4>; 2]>,
        f: &CurrentFactors<f64x4>,
    ) -> f64x4 {
        let mut sum = f64x4::ZERO;
        for [amplitudes, change] in pairs {
            for (current, change) in currents(&amplitudes, f).into_iter().zip(currents(&change, f)) {
                for (l, j) in self.times(&components(&current)).iter().zip(&components(&change)) {
                    sum += l[0] * j[0] + l[1] * j[1];
                }
            }
        }
        sum + sum
    }

    /// Its derivatives with respect to the factors of the current, in their order; as it is of second degree in them, it is
    /// half the sum of the factors times their derivatives.
    #[inline]
    pub fn slopes(
        &self,
        amplitudes: impl Iterator<Item = OperatorAmplitudes<f64x4>>,
        f: &CurrentFactors<f64x4>,
    ) -> [f64x4; 5] {
        let mut sums = [f64x4::ZERO; 5];
        for a in amplitudes {
            let [up, mirrored] = currents(&a, f).map(|current| self.times(&components(&current)));
            let parts = transposed(&a, &up, &mirrored);
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
        sums.map(|sum| sum + sum)
    }
}

/// The transpose of [`currents`]: what multiplies each factor of the current in Re(g^+ J), for the two currents of a state.
#[inline(always)]
fn transposed(a: &OperatorAmplitudes<f64x4>, up: &Components, mirrored: &Components) -> [f64x4; 5] {
    let dot = |x: [f64x4; 2], y: [f64x4; 2]| x[0] * y[0] + x[1] * y[1];
    let sum = |k: usize| [up[k][0] + mirrored[k][0], up[k][1] + mirrored[k][1]];
    let difference = |i: usize, k: usize| [up[i][0] - mirrored[k][0], up[i][1] - mirrored[k][1]];
    let turned = |i: usize, k: usize| [up[i][0] + mirrored[k][0], up[i][1] + mirrored[k][1]];
    // The mirror image exchanges the helicities, and turns the sign of the vector current of odd helicity.
    let (plus, minus) = (difference(2, 3), difference(3, 2));
    let (axial_plus, axial_minus) = (turned(2, 3), turned(3, 2));
    let (axial_time, axial_long) = (difference(0, 0), difference(1, 1));
    [
        dot(a.zero[0], sum(0)) + dot(a.zero[1], sum(1)) + dot(a.plus[0], plus) + dot(a.minus[0], minus),
        dot(a.plus[1], plus) + dot(a.minus[1], minus),
        -(dot(a.zero[2], axial_time) + dot(a.plus[2], axial_plus) + dot(a.minus[2], axial_minus)),
        dot(a.zero[3], axial_time),
        -dot(a.zero[3], axial_long),
    ]
}

/// Four sets of amplitudes in lanes.
#[inline(always)]
pub(super) fn in_lanes(four: [&[f32; PARTS]; WIDTH]) -> OperatorAmplitudes<f64x4> {
    let mut parts = [f64x4::ZERO; PARTS];
    for (k, parts) in parts.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
        let rows = f32x4::transpose(four.map(|set| f32x4::new(set.as_chunks().0[k])));
        for i in 0..WIDTH {
            parts[i] = f64x4::new(rows[i].to_array().map(f64::from));
        }
    }
    OperatorAmplitudes::of_flat(&parts)
}

#[inline(always)]
fn components(current: &TransitionCurrent<f64x4>) -> Components {
    [current.time, current.long, current.plus, current.minus].map(|Complex { re, im }| [re, im])
}

#[cfg(test)]
mod tests {
    use super::super::hadron::HadronTensor;
    use super::super::lepton::LeptonVertex;
    use super::*;
    use crate::meanfield::Current;
    use gradino_core::{Dual, Purpose, Stream};

    fn amplitudes(states: usize, stream: &mut Stream) -> Vec<OperatorAmplitudes<f32>> {
        let mut one = || {
            let mut random = || [0; 2].map(|_| stream.normal() as f32);
            OperatorAmplitudes {
                zero: [0; 4].map(|_| random()),
                plus: [0; 3].map(|_| random()),
                minus: [0; 3].map(|_| random()),
            }
        };
        (0..states).map(|_| one()).collect()
    }

    /// States in lanes.
    fn lanes(states: &[OperatorAmplitudes<f32>]) -> impl Iterator<Item = OperatorAmplitudes<f64x4>> {
        states.chunks(WIDTH).map(move |four| {
            let all: [_; WIDTH] = std::array::from_fn(|i| four.get(i).map_or([0.0; PARTS], |a| a.flat()));
            in_lanes(all.each_ref())
        })
    }

    #[test]
    fn the_form_is_the_contraction_of_the_tensors_with_its_derivatives() {
        let mut stream = Stream::new(11, 0, Purpose::Test);
        let factors =
            CurrentFactors { electric: 0.8, magnetic: 3.1, axial: -1.1, axial_time: 0.3, axial_long: -0.7 };
        let splat = factors.map(f64x4::splat);
        for incoming in [14, -14] {
            let vertex = LeptonVertex::new(Current::Charged, incoming).expect("a neutrino");
            let lepton = LeptonTensor::new(&vertex, 500.0, 120.0, 350.0).expect("in reach");
            for states in [2, 4, 6] {
                let amplitudes = amplitudes(states, &mut stream);
                let mut tensor = HadronTensor::<Dual<f64, 5>>::zero();
                for a in &amplitudes {
                    tensor.add_state(&a.map(|x| Dual::from(f64::from(x))), &factors.seeded());
                }
                for phi in [0.0, 0.4, 2.0, 5.5] {
                    let form = LeptonForm::new(&lepton, phi);
                    let expected = lepton.lifted().fourier(&tensor).at(phi);
                    let value = form.value(lanes(&amplitudes), &splat).reduce_add();
                    assert!((value / expected.re - 1.0).abs() < 1e-12, "{value} {expected:?}");
                    let slopes = form.slopes(lanes(&amplitudes), &splat).map(f64x4::reduce_add);
                    for (slope, exact) in slopes.into_iter().zip(expected.eps) {
                        assert!(
                            (slope - exact).abs() < 1e-12 * expected.re.abs().max(exact.abs()),
                            "{slope}"
                        );
                        assert!(exact != 0.0);
                    }
                    let f = [0.8, 3.1, -1.1, 0.3, -0.7];
                    let half: f64 = f.iter().zip(slopes).map(|(f, s)| 0.5 * f * s).sum();
                    assert!((half / value - 1.0).abs() < 1e-12);
                }
            }
        }
    }
}
