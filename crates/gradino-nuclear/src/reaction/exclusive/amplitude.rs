//! The amplitudes of knockout from reduced elements, and the hadron tensor from the amplitudes.

use super::coupling::{Coupling, Harmonics, Helicity, LANES, Naturalness};
use super::hadron::{HadronTensor, TransitionCurrent};
use super::number::Number;
use crate::meanfield::form_factors::{FormFactors, NUCLEON_MASS};
use gradino_core::{Complex, Dual, Real};

/// Number of operators of one parity.
pub const OPERATORS: usize = 5;
/// Operators of natural parity: charge, longitudinal and electric convection, electric magnetisation, axial magnetic.
pub(super) const CHARGE: usize = 0;
pub(super) const LONG: usize = 1;
pub(super) const ELECTRIC: usize = 2;
pub(super) const MAGNETISED: usize = 3;
pub(super) const AXIAL_MAGNETIC: usize = 4;
/// Operators of unnatural parity: magnetic convection and magnetisation, axial charge, axial longitudinal and electric.
pub(super) const CONVECTION: usize = 0;
pub(super) const SPIN: usize = 1;
pub(super) const AXIAL_CHARGE: usize = 2;
pub(super) const AXIAL_LONG: usize = 3;
pub(super) const AXIAL_ELECTRIC: usize = 4;

/// The reduced elements of one hole at one (omega, q), and the phases of the waves.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a, S> {
    /// By [parity][multipole][operator][wave].
    pub values: &'a [S],
    /// cos(sigma_l + delta_lj) by wave.
    pub cos: &'a [S],
    /// sin(sigma_l + delta_lj) by wave.
    pub sin: &'a [S],
}

impl<S: Copy> Elements<'_, S> {
    /// Number of waves.
    pub fn waves(&self) -> usize {
        self.cos.len()
    }

    /// The elements of one operator for all waves.
    #[inline(always)]
    pub fn row(&self, multipoles: usize, parity: Naturalness, multipole: usize, operator: usize) -> &[S] {
        let waves = self.waves();
        let start = ((parity as usize * multipoles + multipole) * OPERATORS + operator) * waves;
        &self.values[start..start + waves]
    }
}

/// The amplitudes of the operators from one state m_h of the hole to spin up, for unit form factors, real and
/// imaginary part, i^l_h left out.
#[derive(Clone, Copy, Debug)]
pub struct OperatorAmplitudes<S> {
    /// Charge, longitudinal convection, axial charge, sigma_z.
    pub zero: [[S; 2]; 4],
    /// Convection, magnetisation and sigma of helicity +1.
    pub plus: [[S; 2]; 3],
    /// The same of helicity -1.
    pub minus: [[S; 2]; 3],
}

/// A group of waves.
type Group<S> = [S; LANES];

#[inline(always)]
fn group<T: Copy>(row: &[T], at: usize) -> [T; LANES] {
    std::array::from_fn(|i| row[at + i])
}

#[inline(always)]
fn fold<S: Number>(c: [S::Constant; LANES], x: Group<S>, sum: Group<S>) -> Group<S> {
    std::array::from_fn(|i| sum[i].add_scaled(c[i], x[i]))
}

/// Adds `x` times the wave to the two sums.
#[inline(always)]
fn project<S: Number>(x: Group<S>, wave: &[Group<S>; 2], sums: &mut [Group<S>; 2]) {
    for (sum, part) in sums.iter_mut().zip(wave) {
        *sum = std::array::from_fn(|i| sum[i].add_product(x[i], part[i]));
    }
}

#[inline(always)]
fn total<S: Number>(sums: [Group<S>; 2]) -> [S; 2] {
    sums.map(|sum| sum.into_iter().fold(S::none(), S::plus))
}

/// Fills `out` with the amplitudes of every state of the hole at the angle of `harmonics`.
pub fn operator_amplitudes<S: Number>(
    coupling: &Coupling<S::Constant>,
    elements: &Elements<'_, S>,
    harmonics: &Harmonics<S::Constant>,
    out: &mut [OperatorAmplitudes<S>],
) {
    for (state, amplitudes) in out.iter_mut().enumerate() {
        amplitudes.zero = zero_helicity(coupling, elements, harmonics, state);
        [amplitudes.plus, amplitudes.minus] = [Helicity::Plus, Helicity::Minus]
            .map(|helicity| transverse(coupling, elements, harmonics, state, helicity));
    }
}

/// The waves at one m_l: Y cos and Y sin.
#[inline(always)]
fn wave<S: Number>(y: [S::Constant; LANES], elements: &Elements<'_, S>, at: usize) -> [Group<S>; 2] {
    let (cos, sin) = (group(elements.cos, at), group(elements.sin, at));
    [std::array::from_fn(|i| cos[i].scaled(y[i])), std::array::from_fn(|i| sin[i].scaled(y[i]))]
}

#[inline(always)]
fn zero_helicity<S: Number>(
    coupling: &Coupling<S::Constant>,
    elements: &Elements<'_, S>,
    harmonics: &Harmonics<S::Constant>,
    state: usize,
) -> [[S; 2]; 4] {
    let multipoles = coupling.multipoles;
    let y = harmonics.row(coupling.m_l(state, Helicity::Zero));
    let mut sums = [[[S::none(); LANES]; 2]; 4];
    for at in (0..elements.waves()).step_by(LANES) {
        let mut x = [[S::none(); LANES]; 4];
        for t in 0..multipoles {
            let c = |parity| group(coupling.row(parity, t, state, Helicity::Zero), at);
            let (natural, unnatural) = (c(Naturalness::Natural), c(Naturalness::Unnatural));
            let r = |parity, operator| group(elements.row(multipoles, parity, t, operator), at);
            x[0] = fold::<S>(natural, r(Naturalness::Natural, CHARGE), x[0]);
            x[1] = fold::<S>(natural, r(Naturalness::Natural, LONG), x[1]);
            x[2] = fold::<S>(unnatural, r(Naturalness::Unnatural, AXIAL_CHARGE), x[2]);
            x[3] = fold::<S>(unnatural, r(Naturalness::Unnatural, AXIAL_LONG), x[3]);
        }
        let waves = wave(group(y, at), elements, at);
        x.into_iter().zip(&mut sums).for_each(|(x, sum)| project(x, &waves, sum));
    }
    sums.map(total)
}

#[inline(always)]
fn transverse<S: Number>(
    coupling: &Coupling<S::Constant>,
    elements: &Elements<'_, S>,
    harmonics: &Harmonics<S::Constant>,
    state: usize,
    helicity: Helicity,
) -> [[S; 2]; 3] {
    let multipoles = coupling.multipoles;
    let y = harmonics.row(coupling.m_l(state, helicity));
    let mut sums = [[[S::none(); LANES]; 2]; 3];
    for at in (0..elements.waves()).step_by(LANES) {
        // Electric and magnetic multipoles apart: T^el + lambda T^mag.
        let (mut el, mut mag) = ([[S::none(); LANES]; 3], [[S::none(); LANES]; 3]);
        for t in 0..multipoles {
            let c = |parity| group(coupling.row(parity, t, state, helicity), at);
            let (natural, unnatural) = (c(Naturalness::Natural), c(Naturalness::Unnatural));
            let r = |parity, operator| group(elements.row(multipoles, parity, t, operator), at);
            el[0] = fold::<S>(natural, r(Naturalness::Natural, ELECTRIC), el[0]);
            el[1] = fold::<S>(natural, r(Naturalness::Natural, MAGNETISED), el[1]);
            el[2] = fold::<S>(unnatural, r(Naturalness::Unnatural, AXIAL_ELECTRIC), el[2]);
            mag[0] = fold::<S>(unnatural, r(Naturalness::Unnatural, CONVECTION), mag[0]);
            mag[1] = fold::<S>(unnatural, r(Naturalness::Unnatural, SPIN), mag[1]);
            mag[2] = fold::<S>(natural, r(Naturalness::Natural, AXIAL_MAGNETIC), mag[2]);
        }
        let waves = wave(group(y, at), elements, at);
        for k in 0..3 {
            let (a, b) = (el[k], mag[k]);
            let x = std::array::from_fn(|i| match helicity {
                Helicity::Minus => a[i].minus(b[i]),
                _ => a[i].plus(b[i]),
            });
            project(x, &waves, &mut sums[k]);
        }
    }
    sums.map(total)
}

/// What multiplies the operators in the components of the current.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurrentFactors<D> {
    /// G_E.
    pub electric: D,
    /// G_M.
    pub magnetic: D,
    /// G_A.
    pub axial: D,
    /// omega q G_P / 4 M^2: times -sigma_z in A^0.
    pub axial_time: D,
    /// G_A - q^2 G_P / 4 M^2: times sigma_z in A_z.
    pub axial_long: D,
}

impl<D: Real> CurrentFactors<D> {
    /// From the form factors at (omega, q) [MeV]. The non-relativistic limit of
    /// A^mu = G_A gamma^mu gamma_5 + G_P/(2M) q^mu gamma_5 (walecka1975):
    /// A^0 = G_A sigma.(p + p')/2M - omega G_P sigma.q / 4 M^2, A = G_A sigma - q G_P sigma.q / 4 M^2.
    pub fn new(f: &FormFactors<D>, omega: f64, q: f64) -> Self {
        let pole = f.pseudoscalar / (4.0 * NUCLEON_MASS * NUCLEON_MASS);
        CurrentFactors {
            electric: f.electric,
            magnetic: f.magnetic,
            axial: f.axial,
            axial_time: pole * (omega * q),
            axial_long: f.axial - pole * (q * q),
        }
    }
}

impl<S: Number> OperatorAmplitudes<S> {
    /// No amplitude.
    pub fn none() -> Self {
        let none = [S::none(); 2];
        OperatorAmplitudes { zero: [none; 4], plus: [none; 3], minus: [none; 3] }
    }

    /// In another kind of number.
    pub fn lifted<D>(&self, lift: impl Fn(S) -> D + Copy) -> OperatorAmplitudes<D> {
        OperatorAmplitudes {
            zero: self.zero.map(|x| x.map(lift)),
            plus: self.plus.map(|x| x.map(lift)),
            minus: self.minus.map(|x| x.map(lift)),
        }
    }
}

impl CurrentFactors<f64> {
    /// With the derivative one in a slot for each factor.
    pub(super) fn seeded(&self) -> CurrentFactors<Dual<f64, 5>> {
        CurrentFactors {
            electric: Dual::variable(self.electric, 0),
            magnetic: Dual::variable(self.magnetic, 1),
            axial: Dual::variable(self.axial, 2),
            axial_time: Dual::variable(self.axial_time, 3),
            axial_long: Dual::variable(self.axial_long, 4),
        }
    }
}

/// The current V - A of one state of the hole to spin up, and the one of its mirror image (-m_h, spin down), whose
/// helicities are exchanged, with the opposite sign for odd helicity and for the axial part.
pub fn currents<D: Real>(a: &OperatorAmplitudes<D>, f: &CurrentFactors<D>) -> [TransitionCurrent<D>; 2] {
    let c = |x: [D; 2], factor: D| Complex::new(factor * x[0], factor * x[1]);
    let vector_time = c(a.zero[0], f.electric);
    let vector_long = c(a.zero[1], f.electric);
    let axial_time = c(a.zero[2], f.axial) - c(a.zero[3], f.axial_time);
    let axial_long = c(a.zero[3], f.axial_long);
    let transverse = |x: &[[D; 2]; 3]| (c(x[0], f.electric) + c(x[1], f.magnetic), c(x[2], f.axial));
    let ((vector_plus, axial_plus), (vector_minus, axial_minus)) =
        (transverse(&a.plus), transverse(&a.minus));
    let up = TransitionCurrent {
        time: vector_time - axial_time,
        long: vector_long - axial_long,
        plus: vector_plus - axial_plus,
        minus: vector_minus - axial_minus,
    };
    let mirrored = TransitionCurrent {
        time: vector_time + axial_time,
        long: vector_long + axial_long,
        plus: -(vector_minus + axial_minus),
        minus: -(vector_plus + axial_plus),
    };
    [up, mirrored]
}

impl<D: Real> HadronTensor<D> {
    /// Adds the transitions from one state of the hole to either spin.
    pub fn add_state(&mut self, amplitudes: &OperatorAmplitudes<D>, factors: &CurrentFactors<D>) {
        for current in currents(amplitudes, factors) {
            self.add(&current);
        }
    }
}

#[cfg(test)]
#[path = "amplitude_tests.rs"]
mod tests;
