//! Event files and reports.

use crate::columns::{Columns, Store, View};
use crate::record::Record;
use crate::watch::{Signals, watched};
use gradino::io::{self, SinkOptions};
use gradino::report::{Accumulator, ReportFacts, render};
use gradino::{Error, Result};
use gradino_core::Event;
use pyo3::prelude::*;
use std::path::{Path, PathBuf};

/// Events between two looks at the cancel flag.
const BATCH: usize = 1024;
/// Reads an event file.
#[pyfunction]
pub(crate) fn read(py: Python<'_>, path: PathBuf) -> PyResult<(Columns, Record)> {
    let (store, record) = watched(py, None, |signals| read_events(&path, signals))?;
    Ok((store.into_columns(py), record))
}

fn read_events(path: &Path, signals: &Signals) -> Result<(Store, Record)> {
    let mut source = io::open(path)?;
    let record = Record::of_file(source.provenance().clone())?;
    let mut store = Store::new(record.provenance.n_events, record.provenance.gradient_names.len());
    let mut event = Event::new();
    while signals.tell(store.event.len() as u64) && source.read(&mut event)? {
        store.push(&event);
    }
    Ok((store, record))
}

/// Hands each event to `each`, until the work is cancelled.
fn each_event(
    view: &View<'_>,
    signals: &Signals,
    mut each: impl FnMut(&Event) -> Result<()>,
) -> Result<bool> {
    let mut event = Event::new();
    for i in 0..view.events() {
        if i % BATCH == 0 && !signals.tell(i as u64) {
            return Ok(false);
        }
        view.event(i, &mut event);
        each(&event)?;
    }
    Ok(true)
}

/// Writes an event file; the ending of the name chooses the format.
#[pyfunction]
pub(crate) fn write(
    py: Python<'_>,
    path: PathBuf,
    columns: &Columns,
    record: &Record,
    overwrite: bool,
) -> PyResult<()> {
    let guard = columns.guard(py)?;
    let view = guard.view()?;
    watched(py, None, |signals| {
        let options = SinkOptions { overwrite, keep_partial: false };
        let mut sink = io::create(&path, &record.provenance, options)?;
        if each_event(&view, signals, |event| sink.write(event))? {
            sink.finish()?;
        }
        Ok(())
    })
}

/// Writes the report of a run as one HTML file. `seconds` is the time that the run took.
#[pyfunction]
pub(crate) fn report(
    py: Python<'_>,
    path: PathBuf,
    columns: &Columns,
    record: &Record,
    overwrite: bool,
    seconds: f64,
) -> PyResult<()> {
    let guard = columns.guard(py)?;
    let view = guard.view()?;
    watched(py, None, |signals| {
        if path.exists() && !overwrite {
            return Err(Error::AlreadyExists { path: path.clone() });
        }
        let set = record.parameter_set()?;
        let names = &record.provenance.gradient_names;
        let gradient_parameters =
            names.iter().map(|name| Ok(set.get(name)?.clone())).collect::<Result<_>>()?;
        let mut collected = Accumulator::for_parameters(gradient_parameters);
        let add = |event: &Event| {
            collected.add(event);
            Ok(())
        };
        if each_event(&view, signals, add)? {
            let (config, warnings) = (&record.config, record.warnings.clone());
            let facts = ReportFacts::of_run(config, &record.provenance, &set, warnings, seconds);
            io::write_text(&path, &render(&collected, &facts))?;
        }
        Ok(())
    })
}
