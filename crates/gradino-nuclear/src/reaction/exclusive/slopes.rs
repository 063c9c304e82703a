//! Derivatives of a table with respect to the parameters of the field of which it was made.
//!
//! They go through the self-consistent field to the orbitals and the waves, in dual numbers, and are kept as a second table
//! of the same layout: at every place the derivative of the number that the table has there. So the derivatives of a cross
//! section are those of what the model interpolates, and there are none where it has nothing.

use super::cache::Origin;
use super::source::MeanFieldSource;
use super::table::{Block, Hole, KnockoutTable, Row, Slice};
use crate::error::Result;
use gradino_core::{Dual, Parameter};
use rayon::prelude::*;
use std::path::Path;

/// The derivatives of all numbers of a table with respect to one parameter of the field.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSlope {
    /// The parameter, at the value for which the table was made.
    pub parameter: Parameter,
    /// Of the separation energies, of the cosines and sines of the phases, and of the elements.
    pub(super) numbers: KnockoutTable,
}

impl TableSlope {
    /// The derivative of the separation energy of a hole [MeV over the unit of the parameter].
    pub fn separation(&self, hole: usize) -> f64 {
        self.numbers.holes[hole].separation
    }

    /// Size in memory [bytes].
    pub fn bytes(&self) -> usize {
        self.numbers.bytes()
    }
}

impl KnockoutTable {
    /// The derivatives of this table with respect to `parameters`, those of the first slots of `source`, which is the source
    /// of the table in dual numbers; on all threads.
    ///
    /// # Errors
    /// Those of the waves.
    pub fn slopes<const N: usize>(
        &self,
        source: &MeanFieldSource<'_, Dual<f64, N>>,
        parameters: &[Parameter],
    ) -> Result<Vec<TableSlope>> {
        let tables = self.slope_tables(source, parameters.len())?.into_iter();
        let of = |(parameter, numbers): (&Parameter, _)| TableSlope { parameter: parameter.clone(), numbers };
        Ok(parameters.iter().zip(tables).map(of).collect())
    }

    /// The same, each from its file in `folder`, or computed and written there.
    ///
    /// # Errors
    /// A folder that cannot be written to; errors of the waves.
    pub fn cached_slopes<const N: usize>(
        &self,
        source: &MeanFieldSource<'_, Dual<f64, N>>,
        parameters: &[Parameter],
        folder: &Path,
    ) -> Result<Vec<(TableSlope, Origin)>> {
        let values = source.identity_of(|x| x.re);
        let mut computed: Vec<Option<KnockoutTable>> = Vec::new();
        let of_slot = |(slot, parameter): (usize, &Parameter)| {
            let identity = format!("{} {values} {}", parameter.name, source.identity_of(|x| x.eps[slot]));
            let (numbers, origin) = Self::stored(&identity, &self.grid, folder, || {
                if computed.is_empty() {
                    let all = self.slope_tables(source, parameters.len())?;
                    computed = all.into_iter().map(Some).collect();
                }
                Ok(computed[slot].take().expect("each slot is asked for once"))
            })?;
            Ok((TableSlope { parameter: parameter.clone(), numbers }, origin))
        };
        parameters.iter().enumerate().map(of_slot).collect()
    }

    /// The derivatives with respect to the first `count` slots.
    fn slope_tables<const N: usize>(
        &self,
        source: &MeanFieldSource<'_, Dual<f64, N>>,
        count: usize,
    ) -> Result<Vec<KnockoutTable>> {
        let of_row = |(&kinetic, like): (&f64, &Row)| -> Result<Vec<Row>> {
            if kinetic <= 0.0 {
                return Ok(vec![Row::empty(self.holes.len()); count]);
            }
            let slice = source.slice_at(kinetic)?;
            Ok((0..count).map(|slot| Row::of_slopes(&slice, slot, like, &self.holes)).collect())
        };
        let rows: Vec<Vec<Row>> =
            self.grid.kinetic.par_iter().zip(&self.rows).map(of_row).collect::<Result<_>>()?;
        let energies: Vec<Dual<f64, N>> = source.energies().collect();
        let table = |slot: usize| {
            let hole =
                |(hole, energy): (&Hole, &Dual<f64, N>)| Hole { separation: -energy.eps[slot], ..*hole };
            KnockoutTable {
                outgoing: self.outgoing,
                holes: self.holes.iter().zip(&energies).map(hole).collect(),
                grid: self.grid.clone(),
                rows: rows.iter().map(|of_row| of_row[slot].clone()).collect(),
            }
        };
        Ok((0..count).map(table).collect())
    }
}

impl Row {
    /// The derivatives in a slot of what `like`, the row of the values, keeps.
    fn of_slopes<const N: usize>(
        slice: &Slice<Dual<f64, N>>,
        slot: usize,
        like: &Row,
        holes: &[Hole],
    ) -> Self {
        let waves = like.cos.len();
        let block = |((hole, elements), kept): ((&Hole, &Vec<Dual<f64, N>>), &Block)| {
            let size = hole.elements() * slice.waves;
            let mut block = Block { first: kept.first, starts: vec![0], ..Block::default() };
            for node in elements.chunks_exact(size).skip(kept.first).take(kept.scales.len()) {
                let slopes: Vec<f64> = node[..hole.elements() * waves].iter().map(|x| x.eps[slot]).collect();
                block.append(&slopes, hole.multipoles());
            }
            block
        };
        let of = |turned: fn(f64) -> f64| {
            slice.phases[..waves].iter().map(|x| (turned(x.re) * x.eps[slot]) as f32).collect()
        };
        Row {
            cos: of(|phase| -phase.sin()),
            sin: of(f64::cos),
            blocks: holes.iter().zip(&slice.elements).zip(&like.blocks).map(block).collect(),
        }
    }
}
