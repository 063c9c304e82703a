//! Writing a small table as Parquet.

use super::atomic::AtomicFile;
use super::parquet::failed_write;
use crate::error::Result;
use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use arrow_array::RecordBatch;
use std::path::Path;

/// Writes `rows` with `metadata` as a Parquet file that appears whole or not at all.
pub(crate) fn write_table(
    path: &Path,
    rows: &RecordBatch,
    metadata: Vec<(&str, String)>,
    overwrite: bool,
) -> Result<()> {
    let file = AtomicFile::create(path, overwrite, false)?;
    let properties = WriterProperties::builder()
        .set_created_by(format!("gradino {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::default()));
    let failed = |error| failed_write(path, &error);
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties.build())).map_err(failed)?;
    writer.write(rows).map_err(failed)?;
    let entries = metadata.into_iter().map(|(key, value)| KeyValue::new(key.to_string(), value));
    entries.for_each(|entry| writer.append_key_value_metadata(entry));
    writer.into_inner().map_err(failed)?.commit().map(|_| ())
}
