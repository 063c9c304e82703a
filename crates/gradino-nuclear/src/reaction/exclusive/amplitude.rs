//! The amplitudes of knockout from reduced elements, and the hadron tensor from the amplitudes.

use super::coupling::{Coupling, Harmonics, Helicity, LANES, Naturalness};
use super::hadron::{HadronTensor, TransitionCurrent};
use super::nodes::{Nodes, One, PARTS};
use super::number::{Arithmetic, Number};
use crate::meanfield::form_factors::{FormFactors, NUCLEON_MASS};
use gradino_core::{Complex, Dual, Real};
use std::ops::{Mul, Neg};
use wide::f64x4;

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

/// Fills `out` with the amplitudes of every state of the hole at the angle of `harmonics`.
pub fn operator_amplitudes<S: Number>(
    coupling: &Coupling<S::Constant>,
    elements: &Elements<'_, S>,
    harmonics: &Harmonics<S::Constant>,
    out: &mut [OperatorAmplitudes<S>],
) {
    let mut waves = Waves::new(coupling);
    waves.fill(elements, harmonics);
    for (state, out) in out.iter_mut().enumerate() {
        let mut sums = OperatorAmplitudes::none(S::no_lanes());
        operator_sums(One::node(), coupling, (elements.values, &waves), state, &mut sums);
        *out = sums.map(S::total);
    }
}

/// The distorted waves exp(i (sigma_l + delta_lj)) Y_lm(theta, 0) at one energy and angle, for all m_l of a coupling.
#[derive(Clone, Debug)]
pub struct Waves<S: Number> {
    first: i32,
    /// Groups of waves for which there is room, and which are filled.
    groups: usize,
    filled: usize,
    /// By [m][group of waves], real and imaginary part.
    values: Vec<[S::Lanes; 2]>,
}

impl<S: Number> Waves<S> {
    /// Room for the waves of `coupling`.
    pub fn new(coupling: &Coupling<S::Constant>) -> Self {
        let (first, last) = coupling.m_l_range();
        let groups = coupling.waves / LANES;
        let values = vec![[S::no_lanes(); 2]; (last - first + 1) as usize * groups];
        Waves { first, groups, filled: 0, values }
    }

    /// Makes it empty, for another energy or angle.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Fills in the waves of `elements` at the angle of `harmonics`, but for those that were filled since it was empty.
    #[inline]
    pub fn fill(&mut self, elements: &Elements<'_, S>, harmonics: &Harmonics<S::Constant>) {
        let groups = elements.waves() / LANES;
        let missing = self.filled.min(groups)..groups;
        let cos = &elements.cos.as_chunks::<LANES>().0[missing.clone()];
        let sin = &elements.sin.as_chunks::<LANES>().0[missing.clone()];
        for (m, row) in (self.first..).zip(self.values.chunks_exact_mut(self.groups)) {
            let y = &harmonics.row(m).as_chunks::<LANES>().0[missing.clone()];
            for (((wave, y), cos), sin) in row[missing.clone()].iter_mut().zip(y).zip(cos).zip(sin) {
                let y = S::load_constants(y);
                *wave = [S::scaled(S::load(cos), y), S::scaled(S::load(sin), y)];
            }
        }
        self.filled = self.filled.max(groups);
    }

    /// All waves at one m.
    #[inline]
    fn row(&self, m: i32) -> &[[S::Lanes; 2]] {
        &self.values[(m - self.first) as usize * self.groups..][..self.groups]
    }
}

/// The elements at nodes with the same waves, in the order of [`Elements`], and these waves.
pub type OfNodes<'a, S> = (&'a [S], &'a Waves<S>);

/// Fills `out` with the amplitudes of one state of the hole at `nodes`, each as the sums over the waves that share a lane,
/// which are still to be added.
#[inline(always)]
pub fn operator_sums<N: Nodes>(
    nodes: N,
    coupling: &Coupling<Constant<N>>,
    of: OfNodes<'_, N::Number>,
    state: usize,
    out: &mut OperatorAmplitudes<N::Vector>,
) {
    // The number of multipoles is known to the compiler, so that their sums stay in registers.
    match coupling.multipoles {
        1 => of_state::<N, 1>(nodes, coupling, of, state, out),
        2 => of_state::<N, 2>(nodes, coupling, of, state, out),
        3 => of_state::<N, 3>(nodes, coupling, of, state, out),
        4 => of_state::<N, 4>(nodes, coupling, of, state, out),
        5 => of_state::<N, 5>(nodes, coupling, of, state, out),
        6 => of_state::<N, 6>(nodes, coupling, of, state, out),
        7 => of_state::<N, 7>(nodes, coupling, of, state, out),
        more => unreachable!("a shell with {more} multipoles of one parity: j is at most 13/2"),
    }
}

/// The constants of nodes.
type Constant<N> = <<N as Nodes>::Number as Number>::Constant;

#[inline(always)]
fn of_state<N: Nodes, const M: usize>(
    nodes: N,
    coupling: &Coupling<Constant<N>>,
    of: OfNodes<'_, N::Number>,
    state: usize,
    out: &mut OperatorAmplitudes<N::Vector>,
) {
    let groups = |helicity| groups::<N, M>(nodes, coupling, of, (state, helicity));
    let (add, subtract) = (N::add_scaled, N::subtract_scaled);
    out.zero = longitudinal::<N, M>(nodes, groups(Helicity::Zero));
    out.plus = transverse::<N, M>(nodes, groups(Helicity::Plus), add);
    out.minus = transverse::<N, M>(nodes, groups(Helicity::Minus), subtract);
}

/// One group of waves: coefficients by [parity][multipole], elements by [parity][multipole][operator], and the waves.
type Part<'a, N> =
    (&'a [[Constant<N>; LANES]], &'a [<N as Nodes>::Group], &'a [<<N as Nodes>::Number as Number>::Lanes; 2]);

/// The groups of waves for one state and helicity.
#[inline(always)]
fn groups<'a, N: Nodes, const M: usize>(
    nodes: N,
    coupling: &'a Coupling<Constant<N>>,
    (values, waves): OfNodes<'a, N::Number>,
    (state, helicity): (usize, Helicity),
) -> impl Iterator<Item = Part<'a, N>> {
    let c = coupling.row(state, helicity).as_chunks::<LANES>().0.chunks_exact(2 * M);
    let x = nodes.groups(values).chunks_exact(2 * M * OPERATORS);
    c.zip(x).zip(waves.row(coupling.m_l(state, helicity))).map(|((c, x), wave)| (c, x, wave))
}

/// `sum` and the sum over multipoles of coefficients times elements of one operator.
#[inline(always)]
fn contract<N: Nodes, const M: usize>(
    nodes: N,
    mut sum: N::Vector,
    (c, x, _): &Part<'_, N>,
    (parity, operator): (Naturalness, usize),
    term: impl Fn(N, N::Vector, N::Factor, N::Vector) -> N::Vector,
) -> N::Vector {
    for t in 0..M {
        let (c, x) = (&c[parity as usize * M + t], &x[(parity as usize * M + t) * OPERATORS + operator]);
        sum = term(nodes, sum, nodes.constants(c), nodes.load(x));
    }
    sum
}

/// Adds `x` times the wave to the two sums.
#[inline(always)]
fn project<N: Nodes>(nodes: N, x: N::Vector, (.., wave): &Part<'_, N>, sums: &mut [N::Vector; 2]) {
    sums[0] = nodes.add_product(sums[0], x, nodes.waves(wave[0]));
    sums[1] = nodes.add_product(sums[1], x, nodes.waves(wave[1]));
}

#[inline(always)]
fn longitudinal<'a, N: Nodes + 'a, const M: usize>(
    nodes: N,
    groups: impl Iterator<Item = Part<'a, N>>,
) -> [[N::Vector; 2]; 4] {
    use Naturalness::{Natural, Unnatural};
    let none = nodes.none();
    let mut all = [[none; 2]; 4];
    for part in groups {
        let operators =
            [(Natural, CHARGE), (Natural, LONG), (Unnatural, AXIAL_CHARGE), (Unnatural, AXIAL_LONG)];
        for (sums, operator) in all.iter_mut().zip(operators) {
            project(nodes, contract::<N, M>(nodes, none, &part, operator, N::add_scaled), &part, sums);
        }
    }
    all
}

/// Convection, magnetisation and sigma: electric and magnetic multipoles, joined as T^el + lambda T^mag; `term` adds or
/// subtracts the magnetic ones.
#[inline(always)]
fn transverse<'a, N: Nodes + 'a, const M: usize>(
    nodes: N,
    groups: impl Iterator<Item = Part<'a, N>>,
    term: impl Fn(N, N::Vector, N::Factor, N::Vector) -> N::Vector + Copy,
) -> [[N::Vector; 2]; 3] {
    use Naturalness::{Natural, Unnatural};
    let none = nodes.none();
    let mut all = [[none; 2]; 3];
    for part in groups {
        let operators = [
            ((Natural, ELECTRIC), (Unnatural, CONVECTION)),
            ((Natural, MAGNETISED), (Unnatural, SPIN)),
            ((Unnatural, AXIAL_ELECTRIC), (Natural, AXIAL_MAGNETIC)),
        ];
        for (sums, (electric, magnetic)) in all.iter_mut().zip(operators) {
            let first = contract::<N, M>(nodes, none, &part, electric, N::add_scaled);
            project(nodes, contract::<N, M>(nodes, first, &part, magnetic, term), &part, sums);
        }
    }
    all
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

impl<S: Copy> OperatorAmplitudes<S> {
    /// No amplitude, for `zero` of this kind of number.
    pub fn none(zero: S) -> Self {
        let none = [zero; 2];
        OperatorAmplitudes { zero: [none; 4], plus: [none; 3], minus: [none; 3] }
    }

    /// Each in another kind of number.
    #[inline(always)]
    pub fn map<D>(&self, f: impl Fn(S) -> D + Copy) -> OperatorAmplitudes<D> {
        OperatorAmplitudes {
            zero: self.zero.map(|x| x.map(f)),
            plus: self.plus.map(|x| x.map(f)),
            minus: self.minus.map(|x| x.map(f)),
        }
    }

    /// All parts in a row.
    #[inline(always)]
    pub(super) fn flat(&self) -> [S; PARTS] {
        let mut flat = [self.zero[0][0]; PARTS];
        let (zero, rest) = flat.as_chunks_mut::<2>().0.split_at_mut(self.zero.len());
        let (plus, minus) = rest.split_at_mut(self.plus.len());
        zero.copy_from_slice(&self.zero);
        plus.copy_from_slice(&self.plus);
        minus.copy_from_slice(&self.minus);
        flat
    }

    /// From all parts in a row.
    #[inline(always)]
    pub(super) fn of_flat(flat: &[S; PARTS]) -> Self {
        let pair = |k: usize| [flat[2 * k], flat[2 * k + 1]];
        OperatorAmplitudes {
            zero: std::array::from_fn(pair),
            plus: std::array::from_fn(|k| pair(4 + k)),
            minus: std::array::from_fn(|k| pair(7 + k)),
        }
    }
}

impl<F> CurrentFactors<F> {
    /// Each from the same one of other sets, which `make` is told how to find in them.
    #[inline(always)]
    fn each<D: Copy>(make: impl Fn(fn(&CurrentFactors<D>) -> D) -> F) -> Self {
        CurrentFactors {
            electric: make(|f| f.electric),
            magnetic: make(|f| f.magnetic),
            axial: make(|f| f.axial),
            axial_time: make(|f| f.axial_time),
            axial_long: make(|f| f.axial_long),
        }
    }
}

impl<D: Copy> CurrentFactors<D> {
    /// Each in another kind of number.
    #[inline(always)]
    pub fn map<F>(&self, f: impl Fn(D) -> F) -> CurrentFactors<F> {
        CurrentFactors::each(|of: fn(&Self) -> D| f(of(self)))
    }
}

impl<D: Arithmetic> CurrentFactors<D> {
    /// The sum of the factors times what goes with each.
    pub(super) fn dot(&self, x: &[D; 5]) -> D {
        let [e, m, a, time, long] = *x;
        self.electric * e
            + self.magnetic * m
            + self.axial * a
            + self.axial_time * time
            + self.axial_long * long
    }
}

impl CurrentFactors<f64x4> {
    /// Four sets in lanes.
    #[inline(always)]
    pub(super) fn in_lanes(four: &[CurrentFactors<f64>; 4]) -> Self {
        CurrentFactors::each(|of: fn(&CurrentFactors<f64>) -> f64| f64x4::new(four.each_ref().map(of)))
    }
}

impl CurrentFactors<f64> {
    /// With the derivatives `slopes` times `rate`.
    pub(super) fn along(&self, slopes: &Self, rate: f64) -> CurrentFactors<Dual<f64, 1>> {
        CurrentFactors::each(|of: fn(&Self) -> f64| Dual { re: of(self), eps: [of(slopes) * rate] })
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
