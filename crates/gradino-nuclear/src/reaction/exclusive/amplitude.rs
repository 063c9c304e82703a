//! The amplitudes of knockout from reduced elements, and the hadron tensor from the amplitudes.

use super::coupling::{Coupling, Harmonics, Helicity, LANES, Naturalness};
use super::hadron::{HadronTensor, TransitionCurrent};
use super::number::Number;
use crate::meanfield::form_factors::{FormFactors, NUCLEON_MASS};
use gradino_core::{Complex, Dual, Real};

/// Largest number of multipoles of one parity, j_h + 1/2, that is met: shells up to j = 15/2.
const MOST_MULTIPOLES: usize = 8;
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
        _ => all_states::<S, MOST_MULTIPOLES>(coupling, elements, harmonics, out),
    }
}

fn all_states<S: Number, const M: usize>(
    coupling: &Coupling<S::Constant>,
    elements: &Elements<'_, S>,
    harmonics: &Harmonics<S::Constant>,
    out: &mut [OperatorAmplitudes<S>],
) {
    for (state, amplitudes) in out.iter_mut().enumerate() {
        let row = Row { coupling, elements, harmonics, state };
        amplitudes.zero = row.longitudinal::<M>();
        amplitudes.plus = row.transverse::<M>(Helicity::Plus, |el, mag| el.plus(mag));
        amplitudes.minus = row.transverse::<M>(Helicity::Minus, |el, mag| el.minus(mag));
    }
}

/// One state of a hole.
struct Row<'a, S: Number> {
    coupling: &'a Coupling<S::Constant>,
    elements: &'a Elements<'a, S>,
    harmonics: &'a Harmonics<S::Constant>,
    state: usize,
}

/// The groups of a row of waves.
#[inline(always)]
fn groups<T>(row: &[T], number: usize) -> &[[T; LANES]] {
    &row.as_chunks::<LANES>().0[..number]
}

#[inline(always)]
fn fold<S: Number>(c: &Group<S::Constant>, x: &Group<S>, sum: Group<S>) -> Group<S> {
    std::array::from_fn(|i| sum[i].add_scaled(c[i], x[i]))
}

impl<S: Number> Row<'_, S> {
    /// The coefficients of all groups of waves.
    #[inline(always)]
    fn factors<const M: usize>(
        &self,
        parity: Naturalness,
        helicity: Helicity,
        number: usize,
    ) -> [&[Group<S::Constant>]; M] {
        std::array::from_fn(|t| {
            if t < self.coupling.multipoles {
                groups(self.coupling.row(parity, t, self.state, helicity), number)
            } else {
                &[]
            }
        })
    }

    /// The elements of an operator for all groups of waves.
    #[inline(always)]
    fn operator<const M: usize>(
        &self,
        parity: Naturalness,
        operator: usize,
        number: usize,
    ) -> [&[Group<S>]; M] {
        std::array::from_fn(|t| {
            if t < self.coupling.multipoles {
                groups(self.elements.row(self.coupling.multipoles, parity, t, operator), number)
            } else {
                &[]
            }
        })
    }

    /// Y cos and Y sin of a group of waves.
    #[inline(always)]
    fn wave(&self, y: &Group<S::Constant>, cos: &Group<S>, sin: &Group<S>) -> [Group<S>; 2] {
        [std::array::from_fn(|i| cos[i].scaled(y[i])), std::array::from_fn(|i| sin[i].scaled(y[i]))]
    }

    #[inline(always)]
    fn longitudinal<const M: usize>(&self) -> [[S; 2]; 4] {
        use Naturalness::{Natural, Unnatural};
        let number = self.elements.waves() / LANES;
        let factor = |parity| self.factors::<M>(parity, Helicity::Zero, number);
        let (natural, unnatural) = (factor(Natural), factor(Unnatural));
        let operators = [
            self.operator::<M>(Natural, CHARGE, number),
            self.operator::<M>(Natural, LONG, number),
            self.operator::<M>(Unnatural, AXIAL_CHARGE, number),
            self.operator::<M>(Unnatural, AXIAL_LONG, number),
        ];
        let y = groups(self.harmonics.row(self.coupling.m_l(self.state, Helicity::Zero)), number);
        let (cos, sin) = (groups(self.elements.cos, number), groups(self.elements.sin, number));
        let mut sums = [[[S::none(); LANES]; 2]; 4];
        for g in 0..number {
            let wave = self.wave(&y[g], &cos[g], &sin[g]);
            for (k, (operator, sum)) in operators.iter().zip(&mut sums).enumerate() {
                let c = if k < 2 { &natural } else { &unnatural };
                project(contract(c, operator, g), &wave, sum);
            }
        }
        sums.map(total)
    }

    #[inline(always)]
    fn transverse<const M: usize>(&self, helicity: Helicity, join: impl Fn(S, S) -> S + Copy) -> [[S; 2]; 3] {
        use Naturalness::{Natural, Unnatural};
        let number = self.elements.waves() / LANES;
        let factor = |parity| self.factors::<M>(parity, helicity, number);
        let (natural, unnatural) = (factor(Natural), factor(Unnatural));
        // Electric and magnetic multipoles: T^el + lambda T^mag.
        let pairs = [
            (&natural, ELECTRIC, Natural, &unnatural, CONVECTION, Unnatural),
            (&natural, MAGNETISED, Natural, &unnatural, SPIN, Unnatural),
            (&unnatural, AXIAL_ELECTRIC, Unnatural, &natural, AXIAL_MAGNETIC, Natural),
        ]
        .map(|(c_el, el, p_el, c_mag, mag, p_mag)| {
            (c_el, self.operator::<M>(p_el, el, number), c_mag, self.operator::<M>(p_mag, mag, number))
        });
        let y = groups(self.harmonics.row(self.coupling.m_l(self.state, helicity)), number);
        let (cos, sin) = (groups(self.elements.cos, number), groups(self.elements.sin, number));
        let mut sums = [[[S::none(); LANES]; 2]; 3];
        for g in 0..number {
            let wave = self.wave(&y[g], &cos[g], &sin[g]);
            for ((c_el, el, c_mag, mag), sum) in pairs.iter().zip(&mut sums) {
                let (el, mag) = (contract(c_el, el, g), contract(c_mag, mag, g));
                project(std::array::from_fn(|i| join(el[i], mag[i])), &wave, sum);
            }
        }
        sums.map(total)
    }
}

/// The sum over multipoles of coefficients times elements of one group.
#[inline(always)]
fn contract<S: Number, const M: usize>(
    c: &[&[Group<S::Constant>]; M],
    x: &[&[Group<S>]; M],
    g: usize,
) -> Group<S> {
    let mut sum = [S::none(); LANES];
    for (c, x) in c.iter().zip(x) {
        if let (Some(c), Some(x)) = (c.get(g), x.get(g)) {
            sum = fold::<S>(c, x, sum);
        }
    }
    sum
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
