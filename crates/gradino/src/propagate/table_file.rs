//! The result as a Parquet file: one row for each bin.

use super::Spectrum;
use crate::error::{Error, Result};
use crate::io;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array, ListArray, RecordBatch};
use arrow_schema::{Field, Schema};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Writes the bins with their contents, uncertainties and covariances.
pub fn write_parquet(spectrum: &Spectrum, path: &Path, overwrite: bool) -> Result<()> {
    let list = columns(spectrum);
    let fields = list.iter().map(|column| {
        let mut metadata = HashMap::from([("description".to_string(), column.description.to_string())]);
        if !column.unit.is_empty() {
            metadata.insert("unit".into(), column.unit.to_string());
        }
        Field::new(column.name, column.values.data_type().clone(), false).with_metadata(metadata)
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let rows = RecordBatch::try_new(schema, list.iter().map(|c| c.values.clone()).collect());
    let rows = rows.map_err(|e| Error::Unwritable { path: path.to_path_buf(), reason: e.to_string() })?;
    io::write_table(path, &rows, metadata(spectrum), overwrite)
}

struct Column {
    name: &'static str,
    unit: &'static str,
    description: &'static str,
    values: ArrayRef,
}

/// The rows of a matrix as lists.
fn lists(rows: usize, columns: usize, at: impl Fn(usize, usize) -> f64) -> ArrayRef {
    let row = |i: usize| Some((0..columns).map(|j| Some(at(i, j))).collect::<Vec<_>>());
    let nullable = ListArray::from_iter_primitive::<Float64Type, _, _>((0..rows).map(row));
    let (_, offsets, values, nulls) = nullable.into_parts();
    let item = Arc::new(Field::new("item", values.data_type().clone(), false));
    Arc::new(ListArray::new(item, offsets, values, nulls))
}

fn columns(spectrum: &Spectrum) -> Vec<Column> {
    let (p, edges, unit) =
        (&spectrum.propagation, &spectrum.histogram.edges, spectrum.histogram.observable.unit());
    let n = p.content.len();
    let column = |name, unit, description, values| Column { name, unit, description, values };
    let numbers = |values: Vec<f64>| Arc::new(Float64Array::from(values)) as ArrayRef;
    vec![
        column("lower", unit, "lower edge of the bin", numbers(edges[..n].to_vec())),
        column("upper", unit, "upper edge of the bin", numbers(edges[1..].to_vec())),
        column("content", "events", "sum of the weights of the events", numbers(p.content.clone())),
        column("statistical_error", "events", "of the simulated sample", numbers(p.statistical_errors())),
        column("systematic_error", "events", "from the parameters", numbers(spectrum.bands())),
        column(
            "systematic_error_error",
            "events",
            "statistical error of systematic_error; NaN to second order",
            numbers(spectrum.band_errors().map_or_else(|| vec![f64::NAN; n], <[f64]>::to_vec)),
        ),
        column(
            "systematic_shift",
            "events",
            "mean over the parameters less the content at their values; 0 to first order",
            numbers(spectrum.beyond.as_ref().map_or_else(|| vec![0.0; n], |beyond| beyond.shift.clone())),
        ),
        column(
            "noise_variance",
            "events^2",
            "part of the square of the first-order systematic_error that is noise",
            numbers(p.noise.clone()),
        ),
        column(
            "systematic_covariance",
            "events^2",
            "row of the covariance of the bins from the parameters",
            lists(n, n, |i, j| spectrum.systematic()[(i, j)]),
        ),
        column(
            "statistical_covariance",
            "events^2",
            "row of the statistical covariance of the bins",
            lists(n, n, |i, j| p.statistical[(i, j)]),
        ),
        column(
            "effect",
            "events",
            "change by one standard deviation of each parameter; the names are in the metadata gradino.parameters",
            lists(n, p.parameters.len(), |i, j| p.parameters[j].effect[i]),
        ),
    ]
}

fn metadata(spectrum: &Spectrum) -> Vec<(&'static str, String)> {
    let p = &spectrum.propagation;
    let json = |list: Vec<String>| serde_json::to_string(&list).expect("a list of strings");
    vec![
        ("gradino.observable", spectrum.histogram.observable.name().into()),
        ("gradino.events", spectrum.events.to_string()),
        ("gradino.rate", spectrum.histogram.rate.to_string()),
        ("gradino.bands", spectrum.method_text()),
        ("gradino.parameters", json(p.parameters.iter().map(|c| c.name.clone()).collect())),
        ("gradino.missing", json(p.missing.clone())),
        ("gradino.without_uncertainty", json(spectrum.without_uncertainty.clone())),
        ("gradino.warnings", json(spectrum.warnings())),
    ]
}
