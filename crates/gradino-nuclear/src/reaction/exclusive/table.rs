//! Reduced elements on a grid of the nucleon's kinetic energy T and the momentum transfer q.
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
    fn elements(&self) -> usize {
        2 * self.multipoles() * OPERATORS
    }
}

/// Reduced elements at one kinetic energy of the nucleon.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Number of partial waves, a multiple of [`LANES`].
    pub waves: usize,
    /// sigma_l + delta_lj of the waves [rad].
    pub phases: Vec<f64>,
    /// For each hole by q and, for each, in the order of [`Elements`] [MeV^(-1/2)].
    pub elements: Vec<Vec<f64>>,
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

/// The elements of one hole at one node of T.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    /// First node of q that is kept.
    pub(super) first: usize,
    /// By q - first and, for each, in the order of [`Elements`].
    pub(super) values: Vec<f32>,
}

/// All holes at one node of T.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) cos: Vec<f32>,
    pub(super) sin: Vec<f32>,
    pub(super) blocks: Vec<Block>,
}

/// The reduced elements of all holes on the grid, in single precision.
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

    /// The elements of a hole at the node (`kinetic`, `momentum`) of the grid; none where they are negligible.
    #[inline]
    pub fn elements(&self, hole: usize, kinetic: usize, momentum: usize) -> Option<Elements<'_, f32>> {
        let row = &self.rows[kinetic];
        let (block, size) = (&row.blocks[hole], self.holes[hole].elements() * row.cos.len());
        let start = momentum.checked_sub(block.first)? * size;
        let values = block.values.get(start..start + size).filter(|v| !v.is_empty())?;
        Some(Elements { values, cos: &row.cos, sin: &row.sin })
    }

    /// Asks for the memory of the elements at a node.
    #[inline]
    pub(super) fn fetch(&self, hole: usize, kinetic: usize, momentum: usize) {
        if let Some(elements) = self.elements(hole, kinetic, momentum) {
            fetch(elements.values);
        }
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
        let numbers =
            |row: &Row| 2 * row.cos.len() + row.blocks.iter().map(|b| b.values.len()).sum::<usize>();
        4 * self.rows.iter().map(numbers).sum::<usize>()
    }
}

impl Row {
    fn empty(holes: usize) -> Self {
        let blocks = vec![Block { first: 0, values: Vec::new() }; holes];
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
            let (kept, nodes) =
                (hole.elements() * waves, elements[first * size..last * size].chunks_exact(size));
            Block { first, values: nodes.flat_map(|node| node[..kept].iter().map(|&x| x as f32)).collect() }
        });
        let of = |f: fn(f64) -> f64| slice.phases[..waves].iter().map(|&x| f(x) as f32).collect();
        Row { cos: of(f64::cos), sin: of(f64::sin), blocks: blocks.collect() }
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
