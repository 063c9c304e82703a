//! Event files and reports.

use crate::columns::{Columns, Store, View};
use crate::record::Record;
use crate::watch::{Signals, watched};
use gradino::config::{Config, Source};
use gradino::io::{self, SinkOptions};
use gradino::report::{
    Accumulator, AccumulatorConfig, CitationFact, Measured, ProcessFact, ReportFacts, render,
};
use gradino::{Error, Result, literature};
use gradino_core::Event;
use pyo3::prelude::*;
use std::path::{Path, PathBuf};

/// Events between two looks at the cancel flag.
const BATCH: usize = 1024;
/// Energies above this are one bin of the report's plots [MeV]: all sources of the field end below.
const REPORT_ENERGY: f64 = 60.0;
/// Unit of cross sections in the report [cm^2].
const REPORT_CROSS_SECTION: f64 = 1e-42;

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
        let config = AccumulatorConfig { gradient_parameters, e_max: REPORT_ENERGY };
        let mut collected = Accumulator::new(config);
        let add = |event: &Event| {
            collected.add(event);
            Ok(())
        };
        if each_event(&view, signals, add)? {
            io::write_text(&path, &render(&collected, &facts(record, seconds)?))?;
        }
        Ok(())
    })
}

fn facts(record: &Record, seconds: f64) -> Result<ReportFacts> {
    let p = &record.provenance;
    let measured = |value: f64, error: f64| Measured {
        value: value / REPORT_CROSS_SECTION,
        error: error / REPORT_CROSS_SECTION,
    };
    let process =
        |p: &io::ProcessInfo| ProcessFact { number: p.id, name: p.name.clone(), cross_section: None };
    let citation =
        |c: &io::Citation| CitationFact { reference: literature::reference(&c.key), key: c.key.clone() };
    let total = measured(p.flux_averaged_cross_section_cm2, p.flux_averaged_cross_section_error_cm2);
    Ok(ReportFacts {
        title: title(&record.config),
        version: p.version.clone(),
        seed: p.seed,
        duration: seconds,
        processes: p.processes.iter().map(process).collect(),
        cross_section: matches!(record.config.source, Source::Beam(_)).then_some(total),
        cross_section_unit: "1e-42 cm2 per atom".into(),
        warnings: record.warnings.clone(),
        configuration: record.config.resolved_toml(),
        citations: p.citations.iter().map(citation).collect(),
        parameters: record.parameter_set()?.iter().cloned().collect(),
        ..ReportFacts::default()
    })
}

fn title(config: &Config) -> String {
    match &config.source {
        Source::State(s) => format!("{} at {} MeV", s.nuclide, s.state.excitation),
        Source::Beam(beam) => format!("{} on {}", beam.flux.neutrino.name(), beam.target),
    }
}
