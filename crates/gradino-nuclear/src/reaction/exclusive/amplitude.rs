//! The amplitudes of knockout from reduced elements, and the hadron tensor from the amplitudes.

use super::coupling::{Coupling, Harmonics, Helicity, LANES, Naturalness};
use super::hadron::{HadronTensor, TransitionCurrent};
use super::number::{Arithmetic, Number};
use crate::meanfield::form_factors::{FormFactors, NUCLEON_MASS};
use gradino_core::{Complex, Dual, Real};
use std::ops::{Mul, Neg};

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
    /// By [group of waves][parity][multipole][operator][wave of the group], see [`element_index`].
    pub values: &'a [S],
    /// cos(sigma_l + delta_lj) by wave.
    pub cos: &'a [S],
    /// sin(sigma_l + delta_lj) by wave.
    pub sin: &'a [S],
}

/// Position of an element of a hole with `multipoles` multipoles of either parity.
#[inline]
pub fn element_index(
    multipoles: usize,
    parity: Naturalness,
    multipole: usize,
    operator: usize,
    wave: usize,
) -> usize {
    let group = wave / LANES * 2 + parity as usize;
    ((group * multipoles + multipole) * OPERATORS + operator) * LANES + wave % LANES
}

impl<S: Copy> Elements<'_, S> {
    /// Number of waves.
    pub fn waves(&self) -> usize {
        self.cos.len()
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

/// Fills `out` with the amplitudes of every state of the hole at the angle of `harmonics`.
pub fn operator_amplitudes<S: Number>(
    coupling: &Coupling<S::Constant>,
    elements: &Elements<'_, S>,
    harmonics: &Harmonics<S::Constant>,
    out: &mut [OperatorAmplitudes<S>],
) {
    // The number of multipoles is known to the compiler, so that their sums stay in registers.
    match coupling.multipoles {
        1 => all_states::<S, 1>(coupling, elements, harmonics, out),
        2 => all_states::<S, 2>(coupling, elements, harmonics, out),
        3 => all_states::<S, 3>(coupling, elements, harmonics, out),
        4 => all_states::<S, 4>(coupling, elements, harmonics, out),
        5 => all_states::<S, 5>(coupling, elements, harmonics, out),
        6 => all_states::<S, 6>(coupling, elements, harmonics, out),
        7 => all_states::<S, 7>(coupling, elements, harmonics, out),
        more => unreachable!("a shell with {more} multipoles of one parity: j is at most 13/2"),
    }
}

fn all_states<S: Number, const M: usize>(
    coupling: &Coupling<S::Constant>,
    elements: &Elements<'_, S>,
    harmonics: &Harmonics<S::Constant>,
    out: &mut [OperatorAmplitudes<S>],
) {
    for (state, amplitudes) in out.iter_mut().enumerate() {
        let groups = |helicity| groups::<S, M>(coupling, elements, harmonics, (state, helicity));
        amplitudes.zero = longitudinal::<S, M>(groups(Helicity::Zero));
        amplitudes.plus = transverse::<S, M>(groups(Helicity::Plus), S::plus);
        amplitudes.minus = transverse::<S, M>(groups(Helicity::Minus), S::minus);
    }
}

/// One group of waves: coefficients by [parity][multipole], elements by [parity][multipole][operator], Y cos and Y sin.
type Part<'a, S> = (&'a [Group<<S as Number>::Constant>], &'a [Group<S>], [<S as Number>::Lanes; 2]);

/// The groups of waves for one state and helicity.
#[inline(always)]
fn groups<'a, S: Number, const M: usize>(
    coupling: &'a Coupling<S::Constant>,
    elements: &'a Elements<'a, S>,
    harmonics: &'a Harmonics<S::Constant>,
    (state, helicity): (usize, Helicity),
) -> impl Iterator<Item = Part<'a, S>> {
    let c = coupling.row(state, helicity).as_chunks::<LANES>().0.chunks_exact(2 * M);
    let x = elements.values.as_chunks::<LANES>().0.chunks_exact(2 * M * OPERATORS);
    let y = harmonics.row(coupling.m_l(state, helicity)).as_chunks::<LANES>().0;
    let phases = elements.cos.as_chunks::<LANES>().0.iter().zip(elements.sin.as_chunks::<LANES>().0);
    c.zip(x).zip(y.iter().zip(phases)).map(|((c, x), (y, (cos, sin)))| {
        let y = S::load_constants(y);
        (c, x, [S::scaled(S::load(cos), y), S::scaled(S::load(sin), y)])
    })
}

/// The sum over multipoles of coefficients times elements of one operator.
#[inline(always)]
fn contract<S: Number, const M: usize>(
    c: &[Group<S::Constant>],
    x: &[Group<S>],
    parity: Naturalness,
    operator: usize,
) -> S::Lanes {
    let mut sum = S::no_lanes();
    for t in 0..M {
        let (c, x) = (&c[parity as usize * M + t], &x[(parity as usize * M + t) * OPERATORS + operator]);
        sum = S::add_scaled(sum, S::load_constants(c), S::load(x));
    }
    sum
}

/// Adds `x` times the wave to the two sums.
#[inline(always)]
fn project<S: Number>(x: S::Lanes, wave: &[S::Lanes; 2], sums: &mut [S::Lanes; 2]) {
    sums[0] = S::add_product(sums[0], x, wave[0]);
    sums[1] = S::add_product(sums[1], x, wave[1]);
}

#[inline(always)]
fn longitudinal<'a, S: Number, const M: usize>(groups: impl Iterator<Item = Part<'a, S>>) -> [[S; 2]; 4] {
    use Naturalness::{Natural, Unnatural};
    let none = [S::no_lanes(); 2];
    let (mut charge, mut long, mut axial, mut spin) = (none, none, none, none);
    for (c, x, wave) in groups {
        project::<S>(contract::<S, M>(c, x, Natural, CHARGE), &wave, &mut charge);
        project::<S>(contract::<S, M>(c, x, Natural, LONG), &wave, &mut long);
        project::<S>(contract::<S, M>(c, x, Unnatural, AXIAL_CHARGE), &wave, &mut axial);
        project::<S>(contract::<S, M>(c, x, Unnatural, AXIAL_LONG), &wave, &mut spin);
    }
    [charge, long, axial, spin].map(|sums| sums.map(S::total))
}

/// Convection, magnetisation and sigma: electric and magnetic multipoles, joined as T^el + lambda T^mag.
#[inline(always)]
fn transverse<'a, S: Number, const M: usize>(
    groups: impl Iterator<Item = Part<'a, S>>,
    join: impl Fn(S::Lanes, S::Lanes) -> S::Lanes,
) -> [[S; 2]; 3] {
    use Naturalness::{Natural, Unnatural};
    let none = [S::no_lanes(); 2];
    let (mut convection, mut magnetisation, mut sigma) = (none, none, none);
    for (c, x, wave) in groups {
        let natural = |operator| contract::<S, M>(c, x, Natural, operator);
        let unnatural = |operator| contract::<S, M>(c, x, Unnatural, operator);
        project::<S>(join(natural(ELECTRIC), unnatural(CONVECTION)), &wave, &mut convection);
        project::<S>(join(natural(MAGNETISED), unnatural(SPIN)), &wave, &mut magnetisation);
        project::<S>(join(unnatural(AXIAL_ELECTRIC), natural(AXIAL_MAGNETIC)), &wave, &mut sigma);
    }
    [convection, magnetisation, sigma].map(|sums| sums.map(S::total))
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
    pub fn new<Q: Real>(f: &FormFactors<D>, omega: Q, q: f64) -> Self
    where
        D: Mul<Q, Output = D>,
    {
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

impl<D: Copy> CurrentFactors<D> {
    /// Each in another kind of number.
    pub fn map<F>(&self, f: impl Fn(D) -> F) -> CurrentFactors<F> {
        CurrentFactors {
            electric: f(self.electric),
            magnetic: f(self.magnetic),
            axial: f(self.axial),
            axial_time: f(self.axial_time),
            axial_long: f(self.axial_long),
        }
    }
}

impl CurrentFactors<f64> {
    /// The sum of the factors times what goes with each.
    pub(super) fn dot(&self, x: &[f64; 5]) -> f64 {
        let all = [self.electric, self.magnetic, self.axial, self.axial_time, self.axial_long];
        all.iter().zip(x).map(|(f, x)| f * x).sum()
    }

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
#[inline(always)]
pub fn currents<D: Arithmetic>(
    a: &OperatorAmplitudes<D>,
    f: &CurrentFactors<D>,
) -> [TransitionCurrent<D>; 2] {
    let c = |x: [D; 2], factor: D| x.map(|x| factor * x);
    let sum = |a: [D; 2], b: [D; 2]| [a[0] + b[0], a[1] + b[1]];
    let difference = |a: [D; 2], b: [D; 2]| [a[0] - b[0], a[1] - b[1]];
    let complex = |[re, im]: [D; 2]| Complex { re, im };
    let vector_time = c(a.zero[0], f.electric);
    let vector_long = c(a.zero[1], f.electric);
    let axial_time = difference(c(a.zero[2], f.axial), c(a.zero[3], f.axial_time));
    let axial_long = c(a.zero[3], f.axial_long);
    let transverse = |x: &[[D; 2]; 3]| (sum(c(x[0], f.electric), c(x[1], f.magnetic)), c(x[2], f.axial));
    let ((vector_plus, axial_plus), (vector_minus, axial_minus)) =
        (transverse(&a.plus), transverse(&a.minus));
    let up = TransitionCurrent {
        time: complex(difference(vector_time, axial_time)),
        long: complex(difference(vector_long, axial_long)),
        plus: complex(difference(vector_plus, axial_plus)),
        minus: complex(difference(vector_minus, axial_minus)),
    };
    let mirrored = TransitionCurrent {
        time: complex(sum(vector_time, axial_time)),
        long: complex(sum(vector_long, axial_long)),
        plus: complex(sum(vector_minus, axial_minus).map(Neg::neg)),
        minus: complex(sum(vector_plus, axial_plus).map(Neg::neg)),
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
