//! Derivatives of a table with respect to the parameters of the field of which it was made.
//!
//! They go through the self-consistent field to the orbitals and the waves, in dual numbers, and are kept as a second table
//! of the same layout: at every place the derivative of the number that the table has there. So the derivatives of a cross
//! section are those of what the model interpolates, and there are none where it has nothing.

use super::cache::Origin;
use super::inclusive::ResponsePairs;
use super::memory::Aligned;
use super::packed::Block;
use super::source::MeanFieldSource;
use super::table::{Hole, KnockoutTable, Phases, Row, Slice};
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
    /// Size in memory of the derivatives with respect to one parameter [bytes]: about that of the table, and the pairs of
    /// form factors of the responses.
    pub fn bytes_of_slopes(&self) -> usize {
        let nodes = self.holes.len() * self.grid.kinetic.len() * self.grid.momenta.len();
        self.bytes() + nodes * size_of::<ResponsePairs<f64>>()
    }

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
        let of_row = |kinetic: usize| -> Result<Vec<Row>> {
            let energy = self.grid.kinetic[kinetic];
            if energy <= 0.0 {
                return Ok((0..count).map(|_| Row::empty(self.holes.len())).collect());
            }
            let slice = source.slice_at(energy)?;
            Ok((0..count).map(|slot| self.row_of_slopes(&slice, slot, kinetic)).collect())
        };
        let numbers = 0..self.grid.kinetic.len();
        let rows: Vec<Vec<Row>> = numbers.into_par_iter().map(of_row).collect::<Result<_>>()?;
        let mut by_slot: Vec<Vec<Row>> = (0..count).map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows.into_iter().flat_map(|row| row.into_iter().enumerate()) {
            by_slot[row.0].push(row.1);
        }
        let energies: Vec<Dual<f64, N>> = source.energies().collect();
        let table = |(slot, rows): (usize, Vec<Row>)| {
            let hole =
                |(hole, energy): (&Hole, &Dual<f64, N>)| Hole { separation: -energy.eps[slot], ..*hole };
            let holes = self.holes.iter().zip(&energies).map(hole).collect();
            KnockoutTable::of_rows(self.outgoing, holes, self.grid.clone(), rows)
        };
        Ok(by_slot.into_iter().enumerate().map(table).collect())
    }

    /// The derivatives in a slot of what the table keeps at a node of T.
    fn row_of_slopes<const N: usize>(&self, slice: &Slice<Dual<f64, N>>, slot: usize, kinetic: usize) -> Row {
        let waves = self.waves_of(kinetic);
        let block = |(number, (hole, elements)): (usize, (&Hole, &Vec<Dual<f64, N>>))| {
            let size = hole.elements() * slice.waves;
            let kept = |q: usize| self.packed.node(number, kinetic, q).map(|node| node.values.len());
            let nodes = 0..self.grid.momenta.len();
            let first = nodes.clone().find(|&q| kept(q).is_some()).unwrap_or(nodes.end);
            let last = nodes.rev().find(|&q| kept(q).is_some()).map_or(first, |last| last + 1);
            let mut block = Block { first, ..Block::empty() };
            for q in first..last {
                let elements = &elements[q * size..][..kept(q).unwrap_or(0)];
                let slopes: Vec<f64> = elements.iter().map(|x| x.eps[slot]).collect();
                block.append(&slopes, hole.multipoles());
            }
            block.values.shrink_to_fit();
            block
        };
        let of = |turned: fn(f64) -> f64| {
            let phases = slice.phases[..waves].iter();
            let slopes: Vec<f32> = phases.map(|x| (turned(x.re) * x.eps[slot]) as f32).collect();
            Aligned::from(&slopes[..])
        };
        Row {
            phases: Phases { cos: of(|phase| -phase.sin()), sin: of(f64::cos) },
            blocks: self.holes.iter().zip(&slice.elements).enumerate().map(block).collect(),
        }
    }
}
