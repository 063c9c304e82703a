//! Reduced elements on a grid of the nucleon's kinetic energy T and the momentum transfer q.
//!
//! Everything that a model gives follows from these elements, so that its laws hold whatever they are.
//!
//! The nodes of T are shared by all holes, so that the resonances of the waves, which depend on T alone, lie at the same
//! nodes for each of them: omega = T + separation energy.

use super::amplitude::{Elements, OPERATORS};
use super::coupling::LANES;
use super::grid::Grid;
use super::memory::{Aligned, fetch};
use super::packed::{Block, Node, Packed};
use crate::error::Result;
use crate::meanfield::{Nucleon, Shell};
use rayon::prelude::*;

/// Share of the strength at the strongest momentum transfer of a row of T below which others are left out.
const NEGLIGIBLE: f64 = 1e-7; // chosen: far below the error of interpolation
/// Share of the strength at a node that is left out with the highest partial waves, the most.
pub(super) const NEGLIGIBLE_WAVES: f64 = 3e-8; // chosen: below the error of interpolation also forward, where amplitudes add up

/// A shell from which a nucleon can be knocked out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hole {
    /// The shell.
    pub shell: Shell,
    /// Number of nucleons in it.
    pub occupation: f64,
    /// Separation energy, minus the energy of the orbital [MeV].
    pub separation: f64,
}

impl Hole {
    /// Number of multipoles of one parity per partial wave, j + 1/2.
    pub fn multipoles(&self) -> usize {
        self.shell.two_j.div_ceil(2) as usize
    }

    /// Number of reduced elements of a group of waves.
    pub(super) fn group(&self) -> usize {
        self.elements() * LANES
    }

    /// Number of states, 2j + 1.
    pub(super) fn states(&self) -> usize {
        self.shell.two_j as usize + 1
    }

    /// Number of reduced elements of one partial wave.
    pub(super) fn elements(&self) -> usize {
        2 * self.multipoles() * OPERATORS
    }
}

/// Reduced elements at one kinetic energy of the nucleon.
#[derive(Clone, Debug)]
pub struct Slice<D = f64> {
    /// Number of partial waves, a multiple of [`LANES`].
    pub waves: usize,
    /// sigma_l + delta_lj of the waves [rad].
    pub phases: Vec<D>,
    /// For each hole by q and, for each, in the order of [`Elements`] [MeV^(-1/2)].
    pub elements: Vec<Vec<D>>,
}

/// What reduced elements are made by.
pub trait ElementSource: Sync {
    /// The kind of the nucleon that is knocked out.
    fn outgoing(&self) -> Nucleon;
    /// The holes.
    fn holes(&self) -> &[Hole];
    /// The elements at the kinetic energy `kinetic` [MeV] for all momentum transfers `momenta` [MeV].
    fn slice(&self, kinetic: f64, momenta: &[f64]) -> Result<Slice>;
    /// The probability to find a nucleon of kinetic energy `kinetic` [MeV] inside the nucleus, summed over partial waves
    /// [1/MeV]: it peaks at the resonances.
    fn interior(&self, kinetic: f64) -> Result<f64>;
    /// Everything that the elements depend on, as text.
    fn identity(&self) -> String;
}

/// All holes at one node of T.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) phases: Phases,
    pub(super) blocks: Vec<Block>,
}

/// The reduced elements of all holes on the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct KnockoutTable {
    /// The kind of the nucleon that is knocked out.
    pub outgoing: Nucleon,
    /// The holes.
    pub holes: Vec<Hole>,
    /// The nodes.
    pub grid: Grid,
    /// By node of T.
    pub(super) phases: Vec<Phases>,
    pub(super) packed: Packed,
}

/// cos and sin of sigma_l + delta_lj by wave.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Phases {
    pub(super) cos: Aligned<f32>,
    pub(super) sin: Aligned<f32>,
}

impl KnockoutTable {
    /// Computes the table, on all threads.
    ///
    /// # Errors
    /// Those of the source.
    pub fn build(source: &dyn ElementSource, grid: Grid) -> Result<Self> {
        let holes = source.holes().to_vec();
        let row = |&kinetic: &f64| -> Result<Row> {
            if kinetic <= 0.0 {
                return Ok(Row::empty(holes.len()));
            }
            Ok(Row::new(&source.slice(kinetic, &grid.momenta)?, &holes, kinetic, &grid.momenta))
        };
        let rows = grid.kinetic.par_iter().map(row).collect::<Result<_>>()?;
        Ok(KnockoutTable::of_rows(source.outgoing(), holes, grid, rows))
    }

    /// From its rows by node of T.
    pub(super) fn of_rows(outgoing: Nucleon, holes: Vec<Hole>, grid: Grid, rows: Vec<Row>) -> Self {
        let sizes = holes.iter().map(Hole::group).collect();
        let (phases, blocks): (Vec<Phases>, Vec<Vec<Block>>) =
            rows.into_iter().map(|row| (row.phases, row.blocks)).unzip();
        let packed = Packed::new(blocks, sizes, grid.momenta.len());
        KnockoutTable { outgoing, holes, grid, phases, packed }
    }

    /// The elements of a hole at the node (`kinetic`, `momentum`) of the grid, written to `room`; none where they are
    /// negligible.
    #[inline]
    pub fn elements<'a>(
        &'a self,
        hole: usize,
        kinetic: usize,
        momentum: usize,
        room: &'a mut Vec<f32>,
    ) -> Option<Elements<'a, f32>> {
        let node = self.packed.node(hole, kinetic, momentum)?;
        room.resize(node.values.len(), 0.0);
        Some(self.unpack((hole, kinetic), &node, room))
    }

    /// Writes the elements of a node to `room`.
    #[inline]
    pub(super) fn unpack<'a>(
        &'a self,
        (hole, kinetic): (usize, usize),
        node: &Node<'_>,
        room: &'a mut [f32],
    ) -> Elements<'a, f32> {
        let multipoles = self.holes[hole].multipoles();
        node.unpack::<1>(multipoles, 0, room);
        self.with_phases((hole, kinetic), &room[..node.values.len()], node.values.len())
    }

    /// Writes the elements of two nodes of the same T to `room`, those of each group of waves beside each other, with zeros
    /// where one of them has fewer; none where both are negligible.
    #[inline]
    pub(super) fn unpack_two<'a>(
        &'a self,
        (hole, kinetic): (usize, usize),
        nodes: &[Option<Node<'_>>; 2],
        room: &'a mut [f32],
    ) -> Option<Elements<'a, f32>> {
        let multipoles = self.holes[hole].multipoles();
        let words = nodes.iter().flatten().map(|node| node.values.len()).max()?;
        let room = &mut room[..2 * words];
        for (which, node) in nodes.iter().enumerate() {
            let filled = node.as_ref().map_or(0, |node| {
                node.unpack::<2>(multipoles, which, room);
                node.values.len()
            });
            let rest = &mut room[2 * filled..];
            rest.as_chunks_mut::<LANES>()
                .0
                .iter_mut()
                .skip(which)
                .step_by(2)
                .for_each(|eight| eight.fill(0.0));
        }
        Some(self.with_phases((hole, kinetic), room, words))
    }

    /// `values` with the phases of the waves of `words` elements of a node.
    #[inline]
    fn with_phases<'a>(
        &'a self,
        (hole, kinetic): (usize, usize),
        values: &'a [f32],
        words: usize,
    ) -> Elements<'a, f32> {
        let waves = words / self.holes[hole].elements();
        let Phases { cos, sin } = &self.phases[kinetic];
        Elements { values, cos: &cos[..waves], sin: &sin[..waves] }
    }

    /// Asks for the memory of the phases at a node of T.
    #[inline]
    pub(super) fn fetch_phases(&self, kinetic: usize) {
        let Phases { cos, sin } = &self.phases[kinetic];
        fetch(&cos[..]);
        fetch(&sin[..]);
    }

    /// Largest number of elements of a node.
    pub(super) fn most_elements(&self) -> usize {
        let elements = self.holes.iter().map(Hole::elements).max().unwrap_or(0);
        elements * self.waves()
    }

    /// Largest number of partial waves of a node of T.
    pub(super) fn waves_of(&self, kinetic: usize) -> usize {
        self.phases[kinetic].cos.len()
    }

    /// Number of partial waves that serves a node of T and the one before.
    pub(super) fn waves_at(&self, kinetic: usize) -> usize {
        let before = self.phases[kinetic.saturating_sub(1)].cos.len();
        self.phases[kinetic].cos.len().max(before)
    }

    /// Largest number of partial waves of a node.
    pub fn waves(&self) -> usize {
        self.phases.iter().map(|phases| phases.cos.len()).max().unwrap_or(0)
    }

    /// Size in memory [bytes].
    pub fn bytes(&self) -> usize {
        self.packed.bytes() + self.phases.iter().map(|phases| 8 * phases.cos.len()).sum::<usize>()
    }
}

impl Row {
    pub(super) fn empty(holes: usize) -> Self {
        let phases = Phases { cos: Aligned::from(&[][..]), sin: Aligned::from(&[][..]) };
        Row { phases, blocks: vec![Block::empty(); holes] }
    }

    /// Keeps what is not negligible: space-like q within the range of the hole, and the waves that matter.
    fn new(slice: &Slice, holes: &[Hole], kinetic: f64, momenta: &[f64]) -> Self {
        let blocks = holes.iter().zip(&slice.elements).map(|(hole, elements)| {
            let size = hole.elements() * slice.waves;
            let strength: Vec<f64> =
                elements.chunks_exact(size).map(|node| node.iter().map(|x| x * x).sum()).collect();
            let cut = NEGLIGIBLE * strength.iter().fold(0.0, |a: f64, &b| a.max(b));
            // One node below the light cone is kept for the interpolation.
            let cone = momenta.partition_point(|&q| q <= kinetic + hole.separation).saturating_sub(1);
            let first = strength.iter().position(|&s| s > cut).unwrap_or(momenta.len()).max(cone);
            let last = strength.iter().rposition(|&s| s > cut).map_or(first, |i| (i + 1).max(first));
            let mut block = Block { first, ..Block::empty() };
            for node in elements[first * size..last * size].chunks_exact(size) {
                block.append(&node[..kept_elements(node, hole.group())], hole.multipoles());
            }
            block.values.shrink_to_fit();
            block
        });
        let blocks: Vec<Block> = blocks.collect();
        let groups = blocks.iter().flat_map(Block::groups).max().unwrap_or(0);
        let waves = groups.max(1) * LANES;
        let of = |f: fn(f64) -> f64| {
            let values: Vec<f32> = slice.phases[..waves].iter().map(|&x| f(x) as f32).collect();
            Aligned::from(&values[..])
        };
        Row { phases: Phases { cos: of(f64::cos), sin: of(f64::sin) }, blocks }
    }
}

/// The number of elements, whole groups of waves of `group` elements, beyond which all of them together are negligible.
fn kept_elements(elements: &[f64], group: usize) -> usize {
    let strength = |elements: &[f64]| elements.iter().map(|x| x * x).sum::<f64>();
    let cut = NEGLIGIBLE_WAVES * strength(elements);
    let mut tail = 0.0;
    let last = elements.chunks_exact(group).rposition(|elements| {
        tail += strength(elements);
        tail > cut
    });
    last.map_or(0, |last| (last + 1) * group)
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
