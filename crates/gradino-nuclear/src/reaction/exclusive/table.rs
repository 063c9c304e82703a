//! Reduced elements on a grid of the nucleon's kinetic energy T and the momentum transfer q.
//!
//! They are kept in 16 bits with a scale for each operator of a node, because what a cross section costs is mostly to read
//! them: the error is below 2e-5 of the largest element of the operator, far below that of the interpolation. Everything
//! that a model gives follows from these elements, so that its laws hold whatever they are.
//!
//! The nodes of T are shared by all holes, so that the resonances of the waves, which depend on T alone, lie at the same
//! nodes for each of them: omega = T + separation energy.

use super::amplitude::{Elements, OPERATORS};
use super::coupling::LANES;
use super::grid::Grid;
use super::memory::fetch;
use crate::error::Result;
use crate::meanfield::{Nucleon, Shell};
use rayon::prelude::*;
use wide::{f32x8, i16x8, i32x8};

/// Shares of a row of T below which momentum transfers and partial waves are left out.
const NEGLIGIBLE: f64 = 1e-7; // chosen: far below the error of interpolation

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

/// Scales of the operators of both parities.
pub(super) type Scales = [f32; 2 * OPERATORS];

/// The elements of one hole at one node of T.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    /// First node of q that is kept.
    pub(super) first: usize,
    /// By q - first: groups of waves before the node, and after the last one.
    pub(super) starts: Vec<u32>,
    /// By q - first.
    pub(super) scales: Vec<Scales>,
    /// By q - first and, for each, in the order of [`Elements`], over the scale of the operator.
    pub(super) values: Vec<i16>,
}

/// All holes at one node of T.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) cos: Vec<f32>,
    pub(super) sin: Vec<f32>,
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
    pub(super) rows: Vec<Row>,
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
        Ok(KnockoutTable { outgoing: source.outgoing(), holes, grid, rows })
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
        let (packed, scales) = self.packed(hole, kinetic, momentum)?;
        room.resize(packed.len(), 0.0);
        let scales = scales.map(f32x8::splat);
        let multipoles = self.holes[hole].multipoles();
        let fives = packed.as_chunks::<LANES>().0.as_chunks::<OPERATORS>().0.chunks_exact(multipoles);
        let rooms = room.as_chunks_mut::<LANES>().0.as_chunks_mut::<OPERATORS>().0;
        for (part, (fives, rooms)) in fives.zip(rooms.chunks_exact_mut(multipoles)).enumerate() {
            let scales = &scales.as_chunks::<OPERATORS>().0[part % 2];
            for (five, room) in fives.iter().zip(rooms) {
                for i in 0..OPERATORS {
                    let lanes = f32x8::from_i32x8(i32x8::from_i16x8(i16x8::new(five[i])));
                    room[i] = (lanes * scales[i]).to_array();
                }
            }
        }
        let (row, waves) = (&self.rows[kinetic], packed.len() / self.holes[hole].elements());
        Some(Elements { values: room, cos: &row.cos[..waves], sin: &row.sin[..waves] })
    }

    /// The elements as they are kept, with their scales.
    #[inline]
    fn packed(&self, hole: usize, kinetic: usize, momentum: usize) -> Option<(&[i16], &Scales)> {
        let (block, size) = (&self.rows[kinetic].blocks[hole], self.holes[hole].elements() * LANES);
        let node = momentum.checked_sub(block.first)?;
        let scales = block.scales.get(node)?;
        let (start, end) = (block.starts[node] as usize, block.starts[node + 1] as usize);
        Some((&block.values[start * size..end * size], scales)).filter(|(values, _)| !values.is_empty())
    }

    /// Asks for the memory of the elements at a node.
    #[inline]
    pub(super) fn fetch(&self, hole: usize, kinetic: usize, momentum: usize) {
        if let Some((values, _)) = self.packed(hole, kinetic, momentum) {
            fetch(values);
        }
    }

    /// Largest number of partial waves of a node of T.
    pub(super) fn waves_of(&self, kinetic: usize) -> usize {
        self.rows[kinetic].cos.len()
    }

    /// Number of partial waves that serves a node of T and the one before.
    pub(super) fn waves_at(&self, kinetic: usize) -> usize {
        let before = self.rows[kinetic.saturating_sub(1)].cos.len();
        self.rows[kinetic].cos.len().max(before)
    }

    /// Largest number of partial waves of a node.
    pub fn waves(&self) -> usize {
        self.rows.iter().map(|row| row.cos.len()).max().unwrap_or(0)
    }

    /// Size in memory [bytes].
    pub fn bytes(&self) -> usize {
        let block = |b: &Block| size_of_val(&b.starts[..]) + size_of_val(&b.scales[..]) + 2 * b.values.len();
        let row = |row: &Row| 8 * row.cos.len() + row.blocks.iter().map(block).sum::<usize>();
        self.rows.iter().map(row).sum()
    }
}

impl Row {
    pub(super) fn empty(holes: usize) -> Self {
        let blocks = vec![Block { starts: vec![0], ..Block::default() }; holes];
        Row { cos: Vec::new(), sin: Vec::new(), blocks }
    }

    /// Keeps what is not negligible: space-like q within the range of the hole, and the waves that matter.
    fn new(slice: &Slice, holes: &[Hole], kinetic: f64, momenta: &[f64]) -> Self {
        let waves = slice.kept_waves(holes);
        let blocks = holes.iter().zip(&slice.elements).map(|(hole, elements)| {
            let size = hole.elements() * slice.waves;
            let strength: Vec<f64> =
                elements.chunks_exact(size).map(|node| node.iter().map(|x| x * x).sum()).collect();
            let cut = NEGLIGIBLE * strength.iter().fold(0.0, |a: f64, &b| a.max(b));
            // One node below the light cone is kept for the interpolation.
            let cone = momenta.partition_point(|&q| q <= kinetic + hole.separation).saturating_sub(1);
            let first = strength.iter().position(|&s| s > cut).unwrap_or(momenta.len()).max(cone);
            let last = strength.iter().rposition(|&s| s > cut).map_or(first, |i| (i + 1).max(first));
            let kept = hole.elements() * waves;
            let mut block = Block { first, starts: vec![0], ..Block::default() };
            for node in elements[first * size..last * size].chunks_exact(size) {
                block.append(&node[..kept], hole.multipoles());
            }
            block
        });
        let of = |f: fn(f64) -> f64| slice.phases[..waves].iter().map(|&x| f(x) as f32).collect();
        Row { cos: of(f64::cos), sin: of(f64::sin), blocks: blocks.collect() }
    }
}

impl Block {
    /// Adds the elements of a node, without the groups of waves at the end that are too small for 16 bits.
    pub(super) fn append(&mut self, elements: &[f64], multipoles: usize) {
        let operator = |i: usize| i / (multipoles * OPERATORS) % 2 * OPERATORS + i % OPERATORS;
        let lanes = elements.as_chunks::<LANES>().0;
        let mut scales = [0.0; 2 * OPERATORS];
        for (i, eight) in lanes.iter().enumerate() {
            let scale: &mut f32 = &mut scales[operator(i)];
            *scale = eight.iter().fold(*scale, |most, x| most.max(x.abs() as f32 / f32::from(i16::MAX)));
        }
        let of = |i: usize, x: f64| {
            let scale = f64::from(scales[operator(i)]);
            if scale > 0.0 { (x / scale).round() as i16 } else { 0 }
        };
        let (before, group) = (self.values.len(), 2 * multipoles * OPERATORS * LANES);
        self.values.extend(lanes.iter().enumerate().flat_map(|(i, eight)| eight.map(|x| of(i, x))));
        let last = self.values[before..].iter().rposition(|&x| x != 0);
        self.values.truncate(before + last.map_or(0, |last| (last + 1).next_multiple_of(group)));
        self.starts.push((self.values.len() / group) as u32);
        self.scales.push(scales);
    }
}

impl Slice {
    /// The number of waves, a multiple of [`LANES`], beyond which all of them together are negligible.
    fn kept_waves(&self, holes: &[Hole]) -> usize {
        let mut strength = vec![0.0; self.waves];
        for (elements, hole) in self.elements.iter().zip(holes) {
            for (group, block) in elements.chunks_exact(hole.elements() * LANES).enumerate() {
                let first = group % (self.waves / LANES) * LANES;
                for lanes in block.chunks_exact(LANES) {
                    strength[first..].iter_mut().zip(lanes).for_each(|(s, x)| *s += x * x);
                }
            }
        }
        let total: f64 = strength.iter().sum();
        let mut tail = 0.0;
        let kept = strength.iter().rposition(|s| {
            tail += s;
            tail > NEGLIGIBLE * total
        });
        kept.map_or(LANES, |k| (k + 1).next_multiple_of(LANES))
    }
}
