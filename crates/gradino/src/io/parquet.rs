//! Writing Parquet: one row for each event, with units on the columns and the provenance inside.
//!
//! Events are handed on in blocks that their numbers decide, and pages are compressed by Zstandard, so
//! that the same events give the same bytes.

use super::atomic::{AtomicFile, write_error};
use super::event_check::EventCheck;
use super::parquet_columns::{Columns, REPETITIVE, schema};
use super::provenance::Provenance;
use super::run_info::PROVENANCE_ATTRIBUTE;
use super::sink::{Body, Encoder, EventFile, SinkOptions};
use crate::error::{Error, Result};
use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use ::parquet::schema::types::ColumnPath;
use arrow_schema::SchemaRef;
use gradino_core::Event;
use std::path::{Path, PathBuf};

/// Events in a row group, the piece of a file that is read at once.
const ROW_GROUP: usize = 1 << 16;

/// Makes rows of events.
pub(super) struct RowEncoder {
    path: PathBuf,
    schema: SchemaRef,
    columns: Columns,
    check: EventCheck,
}

impl RowEncoder {
    /// For a file with this provenance.
    pub(super) fn new(path: &Path, provenance: &Provenance) -> Self {
        let (schema, check) = (schema(provenance), EventCheck::new(provenance));
        RowEncoder { path: path.to_path_buf(), schema, columns: Columns::default(), check }
    }
}

impl Encoder for RowEncoder {
    fn another(&self) -> Box<dyn Encoder> {
        let (path, schema, check) = (self.path.clone(), self.schema.clone(), self.check.clone());
        Box::new(RowEncoder { path, schema, columns: Columns::default(), check })
    }

    fn push(&mut self, event: &Event) -> Result<()> {
        self.check.check(event)?;
        self.columns.push(event);
        Ok(())
    }

    fn take(&mut self) -> Result<Body> {
        let batch = self.columns.take(&self.schema).map_err(ParquetError::from);
        batch.map(Body::Rows).map_err(|e| failed_write(&self.path, &e))
    }
}

/// A Parquet file that is being written.
pub(super) struct ParquetFile {
    path: PathBuf,
    writer: ArrowWriter<AtomicFile>,
    provenance: Provenance,
}

impl ParquetFile {
    /// Creates the file.
    pub(super) fn create(path: &Path, provenance: &Provenance, options: SinkOptions) -> Result<Self> {
        let file = AtomicFile::create(path, options.overwrite, options.keep_partial)?;
        let writer = ArrowWriter::try_new(file, schema(provenance), Some(properties(provenance)));
        Ok(ParquetFile {
            path: path.to_path_buf(),
            writer: writer.map_err(|e| failed_write(path, &e))?,
            provenance: provenance.clone(),
        })
    }
}

impl EventFile for ParquetFile {
    fn append(&mut self, body: Body) -> Result<()> {
        let Body::Rows(rows) = body else { return Err(Error::ForeignBlock { path: self.path.clone() }) };
        self.writer.write(&rows).map_err(|e| failed_write(&self.path, &e))
    }

    fn finish(mut self: Box<Self>, n_events: u64) -> Result<u64> {
        self.provenance.n_events = n_events;
        // The footer is written last, so that it can tell the number of events that came.
        metadata(&self.provenance).into_iter().for_each(|row| self.writer.append_key_value_metadata(row));
        let file = self.writer.into_inner().map_err(|e| failed_write(&self.path, &e))?;
        file.commit()
    }
}

/// How the file is laid out, and what it says about itself.
fn properties(provenance: &Provenance) -> WriterProperties {
    let start = WriterProperties::builder()
        .set_created_by(format!("gradino {}", provenance.version))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_dictionary_enabled(false);
    let path = |column: &[&str]| ColumnPath::from(column.iter().map(|s| s.to_string()).collect::<Vec<_>>());
    let with_dictionaries = REPETITIVE
        .iter()
        .fold(start, |builder, column| builder.set_column_dictionary_enabled(path(column), true));
    with_dictionaries.build()
}

/// The provenance as a whole, and what readers look for most.
fn metadata(provenance: &Provenance) -> Vec<KeyValue> {
    let citations: Vec<_> = provenance.citations.iter().map(|c| c.key.as_str()).collect();
    let rows = [
        (PROVENANCE_ATTRIBUTE, provenance.to_json()),
        ("gradino.version", provenance.version.clone()),
        ("gradino.config", provenance.config_toml.clone()),
        ("gradino.seed", provenance.seed.to_string()),
        ("gradino.citations", citations.join(" ")),
        ("gradino.gradient_names", provenance.gradient_names.join(" ")),
    ];
    rows.into_iter().map(|(key, value)| KeyValue::new(key.to_string(), value)).collect()
}

/// The error of a failed write: that of the system if there is one.
pub(super) fn failed_write(path: &Path, error: &ParquetError) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(found) = cause {
        if let Some(io) = found.downcast_ref::<std::io::Error>() {
            return write_error(path, io);
        }
        cause = found.source();
    }
    Error::Unwritable { path: path.to_path_buf(), reason: error.to_string() }
}
