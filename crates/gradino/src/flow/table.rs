//! Tables of numbers and kinds with named columns, as Parquet or as comma-separated values.

use crate::error::{Error, Result};
use crate::io;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use gradino_core::{Domain, Space};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Cells of a column.
#[derive(Clone, Debug, PartialEq)]
enum Cells {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Name, unit, cells.
    columns: Vec<(String, String, Cells)>,
}

/// Rows of conditions, and rows of points.
pub type Rows = (Vec<f64>, Vec<f64>);

impl Table {
    /// Adds a column of numbers.
    pub fn push(&mut self, name: &str, unit: &str, values: Vec<f64>) {
        self.columns.push((name.into(), unit.into(), Cells::Numbers(values)));
    }

    /// Adds a column of kinds, given as numbers of their labels.
    pub fn push_kinds(&mut self, name: &str, labels: &[String], values: &[f64]) {
        let texts = values.iter().map(|&kind| labels[kind as usize].clone()).collect();
        self.columns.push((name.into(), String::new(), Cells::Texts(texts)));
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self.columns.first() {
            None => 0,
            Some((_, _, Cells::Numbers(values))) => values.len(),
            Some((_, _, Cells::Texts(texts))) => texts.len(),
        }
    }

    /// The cells of a column of numbers.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        match self.columns.iter().find(|(known, _, _)| known == name) {
            Some((_, _, Cells::Numbers(values))) => Some(values),
            _ => None,
        }
    }

    /// Writes the table; the ending of the name, .parquet or .csv, chooses the form.
    pub fn write(&self, path: &Path, notes: Vec<(&str, String)>, overwrite: bool) -> Result<()> {
        match ending(path)? {
            Ending::Parquet => io::write_table(path, &self.batch(path)?, notes, overwrite),
            Ending::Csv if path.exists() && !overwrite => {
                Err(Error::AlreadyExists { path: path.to_path_buf() })
            }
            Ending::Csv => io::write_text(path, &self.csv()),
        }
    }

    /// Refuses a name whose ending names no form, and a file that is there already.
    pub fn check_target(path: &Path, overwrite: bool) -> Result<()> {
        ending(path)?;
        if path.exists() && !overwrite {
            return Err(Error::AlreadyExists { path: path.to_path_buf() });
        }
        Ok(())
    }

    fn batch(&self, path: &Path) -> Result<RecordBatch> {
        let array = |cells: &Cells| -> ArrayRef {
            match cells {
                Cells::Numbers(values) => Arc::new(Float64Array::from(values.clone())),
                Cells::Texts(texts) => Arc::new(StringArray::from(texts.clone())),
            }
        };
        let arrays: Vec<ArrayRef> = self.columns.iter().map(|(_, _, cells)| array(cells)).collect();
        let field = |((name, unit, _), array): (&(String, String, Cells), &ArrayRef)| {
            let unit = (!unit.is_empty()).then(|| ("unit".to_string(), unit.clone()));
            Field::new(name, array.data_type().clone(), false).with_metadata(HashMap::from_iter(unit))
        };
        let fields: Vec<Field> = self.columns.iter().zip(&arrays).map(field).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|e| Error::Unwritable { path: path.to_path_buf(), reason: e.to_string() })
    }

    /// As comma-separated values: a line of names, then the rows.
    pub fn csv(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _, _)| name.as_str()).collect();
        let mut text = names.join(",") + "\n";
        for row in 0..self.rows() {
            let cell = |(_, _, cells): &(String, String, Cells)| match cells {
                Cells::Numbers(values) => values[row].to_string(),
                Cells::Texts(texts) => texts[row].clone(),
            };
            text += &(self.columns.iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
        }
        text
    }

    /// Reads a table.
    pub fn read(path: &Path) -> Result<Self> {
        match ending(path)? {
            Ending::Parquet => read_parquet(path),
            Ending::Csv => read_csv(path),
        }
    }

    /// The columns named after the conditions and the axes of a space, row by row. A kind is a label or its
    /// number.
    pub fn rows_of(&self, space: &Space, path: &Path) -> Result<Rows> {
        let bad = |problem: String| Error::BadTable { path: path.to_path_buf(), problem };
        let cells = |name: &str| {
            let column = self.columns.iter().find(|(known, _, _)| known == name);
            column.map(|(_, _, cells)| cells).ok_or_else(|| bad(format!("it has no column {name}")))
        };
        let numbers = |name: &str, labels: &[String]| match cells(name)? {
            Cells::Numbers(values) => Ok(values.clone()),
            Cells::Texts(texts) => {
                let number = |text: &String| {
                    let place = labels.iter().position(|label| label == text).map(|place| place as f64);
                    place.ok_or_else(|| bad(format!("{name} is \"{text}\" in it")))
                };
                texts.iter().map(number).collect::<Result<Vec<f64>>>()
            }
        };
        let conditions = space.conditions.iter().map(|condition| match &condition.domain {
            Domain::Range { .. } => numbers(&condition.name, &[]),
            Domain::Category { labels } => numbers(&condition.name, labels),
        });
        let conditions = conditions.collect::<Result<Vec<_>>>()?;
        let axes: Vec<Vec<f64>> =
            space.axes.iter().map(|axis| numbers(&axis.name, &[])).collect::<Result<_>>()?;
        let by_rows = |columns: &[Vec<f64>]| -> Vec<f64> {
            (0..self.rows()).flat_map(|row| columns.iter().map(move |column| column[row])).collect()
        };
        Ok((by_rows(&conditions), by_rows(&axes)))
    }
}

enum Ending {
    Parquet,
    Csv,
}

fn ending(path: &Path) -> Result<Ending> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("parquet") => Ok(Ending::Parquet),
        Some("csv") => Ok(Ending::Csv),
        _ => Err(Error::BadEnding { path: path.to_path_buf(), endings: ".parquet or .csv" }),
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Unreadable { path: path.to_path_buf(), reason: error.to_string() }
}

fn read_parquet(path: &Path) -> Result<Table> {
    let file = std::fs::File::open(path).map_err(|e| unreadable(path, &e))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.build());
    let mut table = Table::default();
    for batch in reader.map_err(|e| unreadable(path, &e))? {
        let batch = batch.map_err(|e| unreadable(path, &e))?;
        for (place, field) in batch.schema().fields().iter().enumerate() {
            // Columns of lists and the like are passed over: no axis or condition is one.
            let Some(cells) = cells(batch.column(place)) else { continue };
            let unit = field.metadata().get("unit").cloned().unwrap_or_default();
            match table.columns.iter_mut().find(|(name, _, _)| name == field.name()) {
                None => table.columns.push((field.name().clone(), unit, cells)),
                Some((_, _, Cells::Numbers(all))) => {
                    if let Cells::Numbers(more) = cells {
                        all.extend(more);
                    }
                }
                Some((_, _, Cells::Texts(all))) => {
                    if let Cells::Texts(more) = cells {
                        all.extend(more);
                    }
                }
            }
        }
    }
    Ok(table)
}

/// Cells of a column of numbers or texts without gaps.
fn cells(array: &ArrayRef) -> Option<Cells> {
    if array.null_count() > 0 {
        return None;
    }
    let numbers = |values: Vec<f64>| Some(Cells::Numbers(values));
    match array.data_type() {
        DataType::Float64 => numbers(array.as_primitive::<Float64Type>().values().to_vec()),
        DataType::Float32 => {
            numbers(array.as_primitive::<Float32Type>().values().iter().map(|&x| x.into()).collect())
        }
        DataType::Int64 => {
            numbers(array.as_primitive::<Int64Type>().values().iter().map(|&x| x as f64).collect())
        }
        DataType::Int32 => {
            numbers(array.as_primitive::<Int32Type>().values().iter().map(|&x| x.into()).collect())
        }
        DataType::Utf8 => {
            let texts = array.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_string());
            Some(Cells::Texts(texts.collect()))
        }
        _ => None,
    }
}

fn read_csv(path: &Path) -> Result<Table> {
    let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some((_, names)) = lines.next() else {
        return Err(Error::BadTable { path: path.to_path_buf(), problem: "it is empty".into() });
    };
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    let mut texts: Vec<Vec<String>> = vec![Vec::new(); names.len()];
    for (number, line) in lines {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        if cells.len() != names.len() {
            let problem = format!("it has {} columns, the first line {}", cells.len(), names.len());
            return Err(Error::BadLine { path: path.to_path_buf(), line: number as u64 + 1, problem });
        }
        cells.iter().zip(&mut texts).for_each(|(cell, column)| column.push((*cell).into()));
    }
    let mut table = Table::default();
    for (name, texts) in names.into_iter().zip(texts) {
        let numbers: Option<Vec<f64>> = texts.iter().map(|text| text.parse().ok()).collect();
        let cells = numbers.map_or_else(|| Cells::Texts(texts), Cells::Numbers);
        table.columns.push((name.into(), String::new(), cells));
    }
    Ok(table)
}
