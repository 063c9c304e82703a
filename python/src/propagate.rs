//! Propagation of parameter uncertainties to histograms.

use crate::array::{Array, Given};
use crate::columns::{Columns, View};
use crate::error::{config_error, raise};
use crate::record::Record;
use crate::watch::{Signals, watched};
use gradino::io::{self, EventSource, Provenance};
use gradino::propagate::{
    Bands as Expansion, Histogram, Method, Spectrum, knowledge, of_events, read_covariance,
};
use gradino::{Error, Observable, Result};
use gradino_core::{Event, ParamSet};
use gradino_infer::ParameterCovariance;
use gradino_infer::propagate::Contribution;
use pyo3::prelude::*;
use std::path::PathBuf;

/// Events between two looks at the cancel flag.
const BATCH: u64 = 1024;

/// What is asked for.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Question {
    histogram: Histogram,
    only: Vec<String>,
    known: Known,
    method: Method,
}

/// What replaces the built-in knowledge of some parameters.
enum Known {
    Nothing,
    File(PathBuf),
    Matrix(ParameterCovariance),
}

/// A histogram of an observable, with bins as a text or as edges, and what is known of the parameters: those
/// that are uncertain (patterns; none for all), a file or names with a matrix. `method` has the order, the
/// number of drawn points (none for an expansion), of points for a check, and of events in a bank.
#[pyfunction]
pub(crate) fn question(
    observable: &str,
    bins: (Option<String>, Option<Vec<f64>>),
    rate: bool,
    only: Vec<String>,
    file: Option<PathBuf>,
    matrix: Option<(Vec<String>, Given<'_, f64>)>,
    method: (u8, Option<u64>, u64, u64),
) -> PyResult<Question> {
    let observable: Observable = observable.parse().map_err(raise)?;
    let mut histogram = Histogram::new(observable, bins.0.as_deref(), rate).map_err(raise)?;
    histogram.edges = bins.1.unwrap_or(histogram.edges);
    let known = match (file, matrix) {
        (Some(path), _) => Known::File(path),
        (None, Some((names, matrix))) => {
            let matrix = matrix.0.as_slice()?;
            Known::Matrix(ParameterCovariance::new(names, matrix).map_err(raise)?)
        }
        (None, None) => Known::Nothing,
    };
    Ok(Question { histogram, only, known, method: choose(method)? })
}

fn choose((order, draws, check, events): (u8, Option<u64>, u64, u64)) -> PyResult<Method> {
    let bands = match (draws, order) {
        (Some(draws), 1) if draws >= 2 => Expansion::Drawn(draws),
        (None, 1) => Expansion::First,
        (None, 2) => Expansion::Second,
        _ => {
            let draws = draws.map_or_else(|| "None".into(), |n| n.to_string());
            let message = format!("order = {order}, draws = {draws}");
            return Err(config_error(&message, "give order=1, order=2, or at least two draws"));
        }
    };
    Ok(Method { bands, check, events: events.max(1) })
}

impl Question {
    /// The covariance of the parameters of `set`.
    fn covariance(&self, set: &ParamSet) -> Result<ParameterCovariance> {
        let builtin = knowledge::builtin(set)?;
        let known = match &self.known {
            Known::Nothing => builtin,
            Known::File(path) => knowledge::replaced(&builtin, &read_covariance(path, set)?)?,
            Known::Matrix(own) => {
                own.names().iter().try_for_each(|name| set.position(name).map(drop))?;
                knowledge::replaced(&builtin, own)?
            }
        };
        if self.only.is_empty() { Ok(known) } else { knowledge::restricted(&known, set, &self.only) }
    }

    fn answer(&self, source: &mut dyn EventSource) -> Result<Bands> {
        let set = Record::of_file(source.provenance().clone())?.parameter_set()?;
        let known = self.covariance(&set)?;
        let spectrum = of_events(source, self.histogram.clone(), &known, self.method)?;
        let names = &spectrum.propagation.names;
        let values = names.iter().map(|name| Ok(set.get(name)?.value)).collect::<Result<_>>()?;
        Ok(Bands { covariance: known.of(names).as_slice().to_vec(), values, spectrum })
    }
}

/// A source that ends when the work is cancelled.
struct Cancellable<'a> {
    source: Box<dyn EventSource + 'a>,
    signals: &'a Signals,
    done: u64,
}

impl EventSource for Cancellable<'_> {
    fn provenance(&self) -> &Provenance {
        self.source.provenance()
    }

    fn read(&mut self, event: &mut Event) -> Result<bool> {
        self.done += 1;
        Ok((!self.done.is_multiple_of(BATCH) || self.signals.tell(self.done)) && self.source.read(event)?)
    }
}

/// Propagates to a histogram of an event file.
#[pyfunction]
pub(crate) fn propagate_file(py: Python<'_>, path: PathBuf, question: &Question) -> PyResult<Bands> {
    watched(py, None, |signals| {
        let source = io::open(&path)?;
        if source.provenance().gradient_names.is_empty() {
            return Err(Error::NoGradients { path: path.clone() });
        }
        question.answer(&mut Cancellable { source, signals, done: 0 })
    })
}

/// Propagates to a histogram of a run in memory.
#[pyfunction]
pub(crate) fn propagate_run(
    py: Python<'_>,
    columns: &Columns,
    record: &Record,
    question: &Question,
) -> PyResult<Bands> {
    if record.provenance.gradient_names.is_empty() {
        return Err(config_error("the run has no gradients", "make it with gradients=\"all\""));
    }
    let guard = columns.guard(py)?;
    let view = guard.view()?;
    let provenance = &record.provenance;
    watched(py, None, |signals| {
        let source = Box::new(InMemory { view, provenance, next: 0 });
        question.answer(&mut Cancellable { source, signals, done: 0 })
    })
}

/// The events of a run, one after the other.
struct InMemory<'a> {
    view: View<'a>,
    provenance: &'a Provenance,
    next: usize,
}

impl EventSource for InMemory<'_> {
    fn provenance(&self) -> &Provenance {
        self.provenance
    }

    fn read(&mut self, event: &mut Event) -> Result<bool> {
        let more = self.next < self.view.events();
        if more {
            self.view.event(self.next, event);
            self.next += 1;
        }
        Ok(more)
    }
}

/// A histogram with its uncertainties.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Bands {
    spectrum: Spectrum,
    /// Covariance of the parameters, row by row.
    covariance: Vec<f64>,
    /// Their values.
    values: Vec<f64>,
}

/// Name, effect in each bin, share of the variance.
type Share = (String, Array<f64>, f64);

fn shares(py: Python<'_>, list: &[Contribution]) -> Vec<Share> {
    list.iter().map(|c| (c.name.clone(), Array::new(py, c.effect.clone()), c.share)).collect()
}

#[pymethods]
impl Bands {
    /// Name and unit of the observable.
    #[getter]
    fn observable(&self) -> (&'static str, &'static str) {
        let observable = self.spectrum.histogram.observable;
        (observable.name(), observable.unit())
    }

    /// Edges of the bins.
    #[getter]
    fn edges(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.spectrum.histogram.edges.clone())
    }

    /// Expected counts.
    #[getter]
    fn content(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.spectrum.propagation.content.clone())
    }

    /// Systematic covariance, row by row.
    #[getter]
    fn systematic(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.spectrum.systematic().as_slice().to_vec())
    }

    /// Statistical covariance of the simulated events, row by row.
    #[getter]
    fn statistical(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.spectrum.propagation.statistical.as_slice().to_vec())
    }

    /// Statistical errors of the bands; none to second order.
    #[getter]
    fn band_errors(&self, py: Python<'_>) -> Option<Array<f64>> {
        self.spectrum.band_errors().map(|errors| Array::new(py, errors.to_vec()))
    }

    /// Mean counts over the parameters less those at their values; none to first order.
    #[getter]
    fn shift(&self, py: Python<'_>) -> Option<Array<f64>> {
        self.spectrum.beyond.as_ref().map(|beyond| Array::new(py, beyond.shift.clone()))
    }

    /// How the bands were made, in words.
    #[getter]
    fn method(&self) -> String {
        self.spectrum.method_text()
    }

    /// Part of the systematic variances that is noise.
    #[getter]
    fn noise(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.spectrum.propagation.noise.clone())
    }

    /// Derivatives of the counts, a row of parameters for each bin.
    #[getter]
    fn jacobian(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.spectrum.propagation.jacobian.transpose().as_slice().to_vec())
    }

    /// The parameters.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.spectrum.propagation.names.clone()
    }

    /// Their values.
    #[getter]
    fn values(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.values.clone())
    }

    /// Their covariance, row by row.
    #[getter]
    fn covariance(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.covariance.clone())
    }

    /// What each parameter does, the strongest first.
    #[getter]
    fn parameters(&self, py: Python<'_>) -> Vec<Share> {
        shares(py, &self.spectrum.propagation.parameters)
    }

    /// The same for families of parameters.
    #[getter]
    fn families(&self, py: Python<'_>) -> Vec<Share> {
        shares(py, &self.spectrum.propagation.families)
    }

    /// Parameters with an uncertainty but without derivatives.
    #[getter]
    fn missing(&self) -> Vec<String> {
        self.spectrum.propagation.missing.clone()
    }

    /// Parameters with derivatives of which no uncertainty is known.
    #[getter]
    fn without_uncertainty(&self) -> Vec<String> {
        self.spectrum.without_uncertainty.clone()
    }

    /// What should be known before the bands are believed.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.spectrum.warnings()
    }

    /// Number of events, and the sum of their weights.
    #[getter]
    fn events(&self) -> (u64, f64) {
        (self.spectrum.events, self.spectrum.weight)
    }

    /// Writes the Parquet file of the command line.
    fn write_parquet(&self, py: Python<'_>, path: PathBuf, overwrite: bool) -> PyResult<()> {
        py.detach(|| gradino::propagate::write_parquet(&self.spectrum, &path, overwrite)).map_err(raise)
    }
}
