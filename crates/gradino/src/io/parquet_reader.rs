//! Reading the Parquet files that gradino writes.

use super::atomic::read_error;
use super::codes::{particle_status, vertex_status};
use super::event_check::{EventCheck, follows};
use super::parquet_columns::schema;
use super::provenance::Provenance;
use super::quiet;
use super::run_info::PROVENANCE_ATTRIBUTE;
use super::sink::EventSource;
use crate::error::{Error, Result};
use ::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int32Type, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::Schema;
use gradino_core::{Event, FourVector, NuclearState, Parity, Particle, Vertex};
use std::fmt::Display;
use std::fs::File;
use std::path::{Path, PathBuf};

/// What is wrong with a file.
type Checked<T> = std::result::Result<T, String>;

/// A Parquet file that is being read.
pub(super) struct ParquetSource {
    path: PathBuf,
    batches: ParquetRecordBatchReader,
    batch: Option<RecordBatch>,
    row: usize,
    provenance: Provenance,
    check: EventCheck,
    /// Events that were read.
    accepted: u64,
}

impl ParquetSource {
    /// Opens a file and reads its provenance.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let bad = |problem: String| Error::BadContent { path: path.to_path_buf(), problem };
        let file = File::open(path).map_err(|e| read_error(path, &e, 0))?;
        let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file)).map_err(bad)?;
        let metadata = builder.metadata().file_metadata().key_value_metadata();
        let entry = metadata.and_then(|all| all.iter().find(|entry| entry.key == PROVENANCE_ATTRIBUTE));
        let json = entry.and_then(|entry| entry.value.as_deref());
        let json = json.ok_or_else(|| bad(format!("it has no metadata {PROVENANCE_ATTRIBUTE}")))?;
        let provenance = Provenance::from_json(json).map_err(bad)?;
        same_columns(builder.schema(), &schema(&provenance)).map_err(bad)?;
        let rows = builder.metadata().file_metadata().num_rows();
        if u64::try_from(rows) != Ok(provenance.n_events) {
            return Err(bad(format!("it holds {rows} events instead of {}", provenance.n_events)));
        }
        let batches = guarded(|| builder.build()).map_err(bad)?;
        let check = EventCheck::new(&provenance);
        let path = path.to_path_buf();
        Ok(ParquetSource { path, batches, batch: None, row: 0, provenance, check, accepted: 0 })
    }

    fn bad(&self, problem: String) -> Error {
        Error::BadContent { path: self.path.clone(), problem }
    }
}

impl EventSource for ParquetSource {
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    fn read(&mut self, event: &mut Event) -> Result<bool> {
        while self.batch.as_ref().is_none_or(|batch| self.row == batch.num_rows()) {
            let next = guarded(|| self.batches.next().transpose());
            let Some(batch) = next.map_err(|problem| self.bad(problem))? else { return Ok(false) };
            self.batch = Some(batch);
            self.row = 0;
        }
        let batch = self.batch.as_ref().expect("the loop above ends with a batch or returns");
        let filled = fill(batch, self.row, event)
            .and_then(|()| follows(event, &self.provenance, self.accepted))
            .and_then(|()| self.check.problem(event));
        filled.map_err(|problem| self.bad(format!("event {}: {problem}", event.number)))?;
        self.accepted += 1;
        self.row += 1;
        Ok(true)
    }
}

/// Runs a step of the Parquet library, which panics on some damaged files; here that is an error
/// like others. A source is not read any further behind it.
fn guarded<T, E: Display>(step: impl FnOnce() -> std::result::Result<T, E>) -> Checked<T> {
    match quiet::catch(step) {
        Some(result) => result.map_err(|e| e.to_string()),
        None => Err("it is damaged".into()),
    }
}

/// Names and types of the columns must be ours.
fn same_columns(found: &Schema, ours: &Schema) -> Checked<()> {
    let same = |a: &Schema, b: &Schema| {
        a.fields().len() == b.fields().len()
            && a.fields()
                .iter()
                .zip(b.fields())
                .all(|(a, b)| a.name() == b.name() && a.data_type() == b.data_type())
    };
    if same(found, ours) { Ok(()) } else { Err("its columns are not those of an event file".into()) }
}

/// The list in a row of a column.
fn list<'a, T: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str, row: usize) -> Checked<Row<'a, T>> {
    let column = batch.column_by_name(name).and_then(|column| column.as_list_opt::<i32>());
    let lists = column.ok_or_else(|| format!("the column {name} is missing"))?;
    let values = lists.values().as_primitive_opt::<T>().ok_or_else(|| format!("the column {name} is odd"))?;
    let offsets = lists.value_offsets();
    let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
    Ok(Row { values: &values.values()[start..end], column: values, start })
}

/// The list in a row, of which values may be missing.
struct Row<'a, T: ArrowPrimitiveType> {
    values: &'a [T::Native],
    column: &'a arrow_array::PrimitiveArray<T>,
    start: usize,
}

impl<T: ArrowPrimitiveType> Row<'_, T> {
    /// The value at an index; it must exist.
    fn at(&self, i: usize) -> Checked<T::Native> {
        self.values.get(i).copied().ok_or_else(|| "its lists have different lengths".to_string())
    }
    /// The value at an index, or none if it is missing.
    fn hole(&self, i: usize) -> Checked<Option<T::Native>> {
        let value = self.at(i)?;
        Ok(self.column.is_valid(self.start + i).then_some(value))
    }
}

/// The value in a row of a column without lists.
fn single<T: ArrowPrimitiveType>(batch: &RecordBatch, name: &str, row: usize) -> Checked<T::Native> {
    let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<T>());
    Ok(column.ok_or_else(|| format!("the column {name} is missing"))?.value(row))
}

/// Makes an event of a row.
fn fill(batch: &RecordBatch, row: usize, event: &mut Event) -> Checked<()> {
    event.clear(single::<UInt64Type>(batch, "event", row)?);
    event.process = single::<UInt32Type>(batch, "process", row)?;
    event.weight = single::<Float64Type>(batch, "weight", row)?;
    event.weight_gradient.extend(list::<Float64Type>(batch, "weight_gradient", row)?.values);
    event.coordinate_gradient.extend(list::<Float64Type>(batch, "coordinate_gradient", row)?.values);
    event.energy_jacobian.extend(list::<Float64Type>(batch, "energy_jacobian", row)?.values);
    fill_particles(batch, row, event)?;
    fill_vertices(batch, row, event)
}

fn fill_particles(batch: &RecordBatch, row: usize, event: &mut Event) -> Checked<()> {
    let whole = |name: &str| list::<Int32Type>(batch, name, row);
    let real = |name: &str| list::<Float64Type>(batch, name, row);
    let (pdg, status, charge) = (whole("pdg")?, whole("status")?, whole("charge")?);
    let (px, py, pz, e, mass) = (real("px")?, real("py")?, real("pz")?, real("e")?, real("mass")?);
    let (excitation, two_j, parity) = (real("excitation")?, whole("two_j")?, whole("parity")?);
    for i in 0..pdg.values.len() {
        let code = status.at(i)?;
        let state = match (excitation.hole(i)?, two_j.hole(i)?, parity.hole(i)?) {
            (Some(excitation), Some(two_j), Some(sign)) => Some(nuclear_state(excitation, two_j, sign)?),
            (None, None, None) => None,
            _ => return Err("a nuclear state is not whole".into()),
        };
        event.particles.push(Particle {
            pdg: pdg.at(i)?,
            status: particle_status(code).ok_or_else(|| format!("the status {code} is unknown"))?,
            momentum: FourVector::new(e.at(i)?, px.at(i)?, py.at(i)?, pz.at(i)?),
            mass: mass.at(i)?,
            charge: charge.at(i)?,
            state,
        });
    }
    Ok(())
}

fn nuclear_state(excitation: f64, two_j: i32, sign: i32) -> Checked<NuclearState> {
    let two_j = u16::try_from(two_j).map_err(|_| format!("twice a spin is {two_j}"))?;
    let parity = match sign {
        1 => Parity::Plus,
        -1 => Parity::Minus,
        _ => return Err(format!("a parity is {sign}")),
    };
    Ok(NuclearState { excitation, two_j, parity })
}

fn fill_vertices(batch: &RecordBatch, row: usize, event: &mut Event) -> Checked<()> {
    let links = |name: &str| list::<UInt32Type>(batch, name, row);
    let status = list::<Int32Type>(batch, "vertex_status", row)?;
    let (first, second) = (links("vertex_in")?, links("vertex_in_second")?);
    let (first_out, count_out) = (links("vertex_first_out")?, links("vertex_count_out")?);
    for i in 0..status.values.len() {
        let code = status.at(i)?;
        event.vertices.push(Vertex {
            status: vertex_status(code).ok_or_else(|| format!("the vertex status {code} is unknown"))?,
            incoming: (first.at(i)?, second.hole(i)?),
            first_out: first_out.at(i)?,
            count_out: count_out.at(i)?,
        });
    }
    Ok(())
}
