//! The vectors in which the amplitudes at a node of the grid are summed, or those at two nodes with the same waves together:
//! what does not depend on the node is then read once, and where the machine has vectors of 512 bits two nodes are as fast as
//! one.

use super::number::{LANES, Number};
use std::marker::PhantomData;
use wide::f32x8;

/// Sums at a node: real and imaginary parts of the amplitudes of ten operators from one state.
pub(super) const PARTS: usize = 20;

/// How the elements of nodes lie in memory, and their vectors.
pub trait Nodes: Copy + 'static {
    /// Of one node.
    type Number: Number;
    /// The elements of a group of waves.
    type Group: 'static;
    /// A vector of elements or sums.
    type Vector: Copy;
    /// A vector of constants.
    type Factor: Copy;
    /// Zeros.
    fn none(self) -> Self::Vector;
    /// The groups of elements in their order.
    fn groups(self, values: &[Self::Number]) -> &[Self::Group];
    /// Elements.
    fn load(self, group: &Self::Group) -> Self::Vector;
    /// Constants, the same for all nodes.
    fn constants(self, c: &[<Self::Number as Number>::Constant; LANES]) -> Self::Factor;
    /// Waves, the same for all nodes.
    fn waves(self, waves: <Self::Number as Number>::Lanes) -> Self::Vector;
    /// `sum + c x`.
    fn add_scaled(self, sum: Self::Vector, c: Self::Factor, x: Self::Vector) -> Self::Vector;
    /// `sum - c x`.
    fn subtract_scaled(self, sum: Self::Vector, c: Self::Factor, x: Self::Vector) -> Self::Vector;
    /// `sum + x y`.
    fn add_product(self, sum: Self::Vector, x: Self::Vector, y: Self::Vector) -> Self::Vector;
}

/// One node.
#[derive(Clone, Copy, Debug)]
pub struct One<S>(PhantomData<S>);

impl<S> One<S> {
    /// Of this kind of number.
    pub fn node() -> Self {
        One(PhantomData)
    }
}

impl<S: Number> Nodes for One<S> {
    type Number = S;
    type Group = [S; LANES];
    type Vector = S::Lanes;
    type Factor = S::Constants;
    #[inline(always)]
    fn none(self) -> S::Lanes {
        S::no_lanes()
    }
    #[inline(always)]
    fn groups(self, values: &[S]) -> &[[S; LANES]] {
        values.as_chunks().0
    }
    #[inline(always)]
    fn load(self, group: &[S; LANES]) -> S::Lanes {
        S::load(group)
    }
    #[inline(always)]
    fn constants(self, c: &[S::Constant; LANES]) -> S::Constants {
        S::load_constants(c)
    }
    #[inline(always)]
    fn waves(self, waves: S::Lanes) -> S::Lanes {
        waves
    }
    #[inline(always)]
    fn add_scaled(self, sum: S::Lanes, c: S::Constants, x: S::Lanes) -> S::Lanes {
        S::add_scaled(sum, c, x)
    }
    #[inline(always)]
    fn subtract_scaled(self, sum: S::Lanes, c: S::Constants, x: S::Lanes) -> S::Lanes {
        S::subtract_scaled(sum, c, x)
    }
    #[inline(always)]
    fn add_product(self, sum: S::Lanes, x: S::Lanes, y: S::Lanes) -> S::Lanes {
        S::add_product(sum, x, y)
    }
}

/// The sums over the lanes of each row, in one order whatever the width of the vectors.
#[inline(always)]
pub(super) fn totals(rows: &[f32x8; PARTS]) -> [f32; PARTS] {
    let mut totals = [0.0; PARTS];
    for (rows, totals) in rows.chunks(LANES).zip(totals.chunks_mut(LANES)) {
        let eight = std::array::from_fn(|i| rows.get(i).copied().unwrap_or(f32x8::ZERO));
        let [a, b, c, d, e, f, g, h] = f32x8::transpose(eight);
        let sums = (((a + c) + (b + d)) + ((e + g) + (f + h))).to_array();
        totals.copy_from_slice(&sums[..totals.len()]);
    }
    totals
}

/// Elements of a group of waves at two nodes, one after the other.
pub(super) type Pair = [f32; 2 * LANES];

/// Sums over the waves that share a lane, from elements of two nodes.
pub(super) trait Sums {
    /// Those of one of the nodes, or of both.
    fn at<N: Nodes<Number = f32, Group = Pair>>(&self, nodes: N) -> [N::Vector; PARTS];
}

/// A way to two nodes.
pub(super) trait Two: Copy {
    /// The sums over the lanes at the first and at the second node, as [`totals`] adds them.
    fn totals(self, of: &impl Sums) -> [[f32; PARTS]; 2];
}

/// What is to be done in vectors of two nodes.
pub(super) trait OfTwo {
    /// Does it.
    fn with<N: Two>(self, nodes: N);
}

/// Does `work` in the widest vectors of this machine.
#[inline]
pub(super) fn in_widest(work: impl OfTwo) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V4::try_new() {
        return simd.vectorize(InWide { simd, work });
    }
    work.with(Halves);
}

/// Two nodes one after the other: vectors of 256 bits are too few for the sums of both.
#[derive(Clone, Copy, Debug)]
struct Halves;

impl Two for Halves {
    #[inline(always)]
    fn totals(self, of: &impl Sums) -> [[f32; PARTS]; 2] {
        [totals(&of.at(Half::<0>)), totals(&of.at(Half::<1>))]
    }
}

/// The first or the second of two nodes.
#[derive(Clone, Copy, Debug)]
struct Half<const NODE: usize>;

impl<const NODE: usize> Nodes for Half<NODE> {
    type Number = f32;
    type Group = Pair;
    type Vector = f32x8;
    type Factor = f32x8;
    #[inline(always)]
    fn none(self) -> f32x8 {
        f32x8::ZERO
    }
    #[inline(always)]
    fn groups(self, values: &[f32]) -> &[Pair] {
        values.as_chunks().0
    }
    #[inline(always)]
    fn load(self, group: &Pair) -> f32x8 {
        f32x8::new(group.as_chunks().0[NODE])
    }
    #[inline(always)]
    fn constants(self, c: &[f32; LANES]) -> f32x8 {
        f32x8::new(*c)
    }
    #[inline(always)]
    fn waves(self, waves: f32x8) -> f32x8 {
        waves
    }
    #[inline(always)]
    fn add_scaled(self, sum: f32x8, c: f32x8, x: f32x8) -> f32x8 {
        c.mul_add(x, sum)
    }
    #[inline(always)]
    fn subtract_scaled(self, sum: f32x8, c: f32x8, x: f32x8) -> f32x8 {
        c.mul_neg_add(x, sum)
    }
    #[inline(always)]
    fn add_product(self, sum: f32x8, x: f32x8, y: f32x8) -> f32x8 {
        x.mul_add(y, sum)
    }
}

#[cfg(target_arch = "x86_64")]
mod wide512 {
    use super::{LANES, Nodes, OfTwo, PARTS, Pair, Sums, Two};
    use core::arch::x86_64::{__m512, __m512d};
    use pulp::x86::V4;
    use pulp::{NullaryFnOnce, Simd, cast, f32x16};
    use wide::f32x8;

    /// Two nodes in the halves of vectors of 512 bits.
    #[derive(Clone, Copy, Debug)]
    struct Wide(V4);

    impl Nodes for Wide {
        type Number = f32;
        type Group = Pair;
        type Vector = f32x16;
        type Factor = f32x16;
        #[inline(always)]
        fn none(self) -> f32x16 {
            self.0.splat_f32s(0.0)
        }
        #[inline(always)]
        fn groups(self, values: &[f32]) -> &[Pair] {
            values.as_chunks().0
        }
        #[inline(always)]
        fn load(self, group: &Pair) -> f32x16 {
            cast(*group)
        }
        #[inline(always)]
        fn constants(self, c: &[f32; LANES]) -> f32x16 {
            cast(self.0.avx512dq._mm512_broadcast_f32x8(cast(*c)))
        }
        #[inline(always)]
        fn waves(self, waves: f32x8) -> f32x16 {
            self.constants(&waves.to_array())
        }
        #[inline(always)]
        fn add_scaled(self, sum: f32x16, c: f32x16, x: f32x16) -> f32x16 {
            self.0.mul_add_f32s(c, x, sum)
        }
        #[inline(always)]
        fn subtract_scaled(self, sum: f32x16, c: f32x16, x: f32x16) -> f32x16 {
            self.0.negate_mul_add_f32s(c, x, sum)
        }
        #[inline(always)]
        fn add_product(self, sum: f32x16, x: f32x16, y: f32x16) -> f32x16 {
            self.0.mul_add_f32s(x, y, sum)
        }
    }

    impl Two for Wide {
        #[inline(always)]
        fn totals(self, of: &impl Sums) -> [[f32; PARTS]; 2] {
            let (rows, mut totals) = (of.at(self), [[0.0; PARTS]; 2]);
            let fours = rows.as_chunks::<4>().0;
            for (k, four) in fours.iter().enumerate() {
                let blocks: [[f32; 4]; 4] = cast(self.sums_in_blocks(four));
                for (node, totals) in totals.iter_mut().enumerate() {
                    for i in 0..4 {
                        totals[4 * k + i] = blocks[2 * node][i] + blocks[2 * node + 1][i];
                    }
                }
            }
            totals
        }
    }

    impl Wide {
        /// The sums over every four lanes of each row, those of the four rows beside each other.
        #[inline(always)]
        fn sums_in_blocks(self, rows: &[f32x16; 4]) -> __m512 {
            let f = self.0.avx512f;
            let half = |a: f32x16, b: f32x16| -> __m512d {
                let sum = f._mm512_add_ps(
                    f._mm512_unpacklo_ps(cast(a), cast(b)),
                    f._mm512_unpackhi_ps(cast(a), cast(b)),
                );
                cast(sum)
            };
            let (first, second) = (half(rows[0], rows[1]), half(rows[2], rows[3]));
            f._mm512_add_ps(
                cast(f._mm512_unpacklo_pd(first, second)),
                cast(f._mm512_unpackhi_pd(first, second)),
            )
        }
    }

    /// Work that is compiled for vectors of 512 bits.
    pub(super) struct InWide<W> {
        pub(super) simd: V4,
        pub(super) work: W,
    }

    impl<W: OfTwo> NullaryFnOnce for InWide<W> {
        type Output = ();
        #[inline(always)]
        fn call(self) {
            self.work.with(Wide(self.simd));
        }
    }
}
#[cfg(target_arch = "x86_64")]
use wide512::InWide;

#[cfg(test)]
mod tests {
    use super::super::amplitude::{Elements, OPERATORS, OperatorAmplitudes, Waves, operator_sums};
    use super::super::cell::State;
    use super::super::coupling::{Coupling, Harmonics};
    use super::*;
    use gradino_core::{Purpose, Stream};

    const WAVES: usize = 24;

    /// The amplitudes of a state at two nodes.
    struct Both<'a> {
        of: State<'a>,
        found: &'a mut [[f32; PARTS]; 2],
    }

    impl OfTwo for Both<'_> {
        #[inline(always)]
        fn with<N: Two>(self, nodes: N) {
            *self.found = nodes.totals(&self.of);
        }
    }

    #[test]
    fn two_nodes_together_give_the_bits_of_each_in_vectors_of_any_width() {
        let mut stream = Stream::new(5, 0, Purpose::Test);
        for shell in ["1s1/2", "1p3/2", "1f7/2"] {
            let shell = shell.parse().expect("a shell");
            let coupling = Coupling::<f32>::new(shell, (WAVES as u32 - 1) / 2);
            let mut harmonics = Harmonics::new(&coupling);
            harmonics.fill(0.3, WAVES);
            let mut random = |n: usize| (0..n).map(|_| stream.normal() as f32).collect::<Vec<f32>>();
            let size = 2 * coupling.multipoles * OPERATORS * WAVES;
            let (nodes, cos, sin) = ([random(size), random(size)], random(WAVES), random(WAVES));
            let (first, second) = (nodes[0].as_chunks::<LANES>().0, nodes[1].as_chunks::<LANES>().0);
            let beside: Vec<f32> = first.iter().zip(second).flat_map(|(a, b)| [*a, *b].concat()).collect();
            let mut waves = Waves::new(&coupling);
            waves.fill(&Elements { values: &beside, cos: &cos, sin: &sin }, &harmonics);
            for state in 0..=shell.two_j as usize {
                let mut found = [[0.0; PARTS]; 2];
                let of = State { coupling: &coupling, of: (&beside, &waves), state };
                in_widest(Both { of, found: &mut found });
                let mut halves = [[0.0; PARTS]; 2];
                Both { of, found: &mut halves }.with(Halves);
                assert_eq!(found, halves, "{shell} {state}");
                for (node, found) in nodes.iter().zip(found) {
                    let mut sums = OperatorAmplitudes::none(f32x8::ZERO);
                    operator_sums(One::node(), &coupling, (node, &waves), state, &mut sums);
                    assert_eq!(found, totals(&sums.flat()), "{shell} {state}");
                    for (total, row) in found.into_iter().zip(sums.flat()) {
                        assert!((total - row.reduce_add()).abs() < 1e-5 * row.abs().reduce_add());
                    }
                    assert!(found.iter().any(|x| x.abs() > 0.1));
                }
            }
        }
    }
}
