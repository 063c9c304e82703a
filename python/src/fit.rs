//! Fits.

use crate::array::{Array, Given};
use crate::columns::Columns;
use crate::configuration::read;
use crate::error::raise;
use crate::watch::watched;
use gradino::fit::{FitConfig, FitJob, FitRecord, ModelKind, StoredFit};
use gradino::{Observable, Result};
use gradino_core::{Event, Sample};
use gradino_infer::fit::{Fit, State, profile};
use pyo3::prelude::*;
use std::path::PathBuf;

/// The example of a fit with comments on every key, as TOML.
#[pyfunction]
pub(crate) fn example_fit() -> &'static str {
    FitConfig::annotated()
}

/// The model of a fit, and what it observes of an event.
#[pyfunction]
#[pyo3(signature = (config: "object") -> "tuple[str, list[str]]")]
pub(crate) fn fit_observables(config: &Bound<'_, PyAny>) -> PyResult<(&'static str, Vec<String>)> {
    Ok(observables(&read(config)?))
}

fn observables(config: &FitConfig) -> (&'static str, Vec<String>) {
    match config.model {
        ModelKind::Toy => ("toy", config.toy.features.iter().map(|f| f.name()).collect()),
        ModelKind::Chain => {
            let names = config.chain.observables.iter().map(|o| o.name().to_string());
            ("chain", names.collect())
        }
    }
}

/// Observables of the events, row by row; 0 where an event has nothing of the kind.
#[pyfunction]
pub(crate) fn observed(py: Python<'_>, columns: &Columns, names: Vec<String>) -> PyResult<Array<f64>> {
    let observables: Vec<Observable> =
        names.iter().map(|name| name.parse()).collect::<Result<_>>().map_err(raise)?;
    let guard = columns.guard(py)?;
    let view = guard.view()?;
    let values = py.detach(|| {
        let mut event = Event::new();
        let mut values = Vec::with_capacity(view.events() * observables.len());
        for i in 0..view.events() {
            view.event(i, &mut event);
            values.extend(observables.iter().map(|o| o.value(&event).unwrap_or(0.0)));
        }
        values
    });
    Ok(Array::new(py, values))
}

/// A fit that was done.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Fitted {
    config: FitConfig,
    data: Option<Sample>,
    /// Number of data.
    rows: usize,
    fit: Fit,
}

/// Fits a configuration: a path, a TOML text, a mapping, or None for the example. Rows of `data` with their
/// weights replace the data that it names. `progress` is called now and then with the number of rounds.
#[pyfunction]
#[pyo3(signature = (
    config: "object",
    data: "tuple[NDArray[float64], NDArray[float64]] | None" = None,
    seed: "int | None" = None,
    checkpoint: "str | None" = None,
    resume: "bool" = false,
    progress: "object" = None
) -> "Fitted")]
pub(crate) fn fit(
    py: Python<'_>,
    config: &Bound<'_, PyAny>,
    data: Option<(Given<'_, f64>, Given<'_, f64>)>,
    seed: Option<u64>,
    checkpoint: Option<PathBuf>,
    resume: bool,
    progress: Option<Py<PyAny>>,
) -> PyResult<Fitted> {
    let mut config: FitConfig = read(config)?;
    config.seed = seed.unwrap_or(config.seed);
    let data = data.map(|(values, weights)| sample(&config, &values, &weights)).transpose()?;
    let kept = checkpoint.as_ref().filter(|path| resume && path.exists());
    watched(py, progress, |signals| {
        let job = job(&config, data.as_ref())?;
        let mut failure = None;
        let after_round = |state: &State| {
            let stored = StoredFit { config: job.config().resolved_toml(), state: state.clone() };
            failure = checkpoint.as_ref().and_then(|path| stored.write(path).err());
            signals.tell(state.rounds.len() as u64) && failure.is_none()
        };
        let fit = match kept {
            Some(path) => job.resume(StoredFit::read(path, job.config())?, after_round)?,
            None => job.run(after_round)?,
        };
        match failure {
            Some(error) => Err(error),
            None => Ok(Fitted { config: job.config().clone(), rows: job.data().len(), data, fit }),
        }
    })
}

/// Data from rows of features and their weights.
fn sample(config: &FitConfig, values: &Given<'_, f64>, weights: &Given<'_, f64>) -> PyResult<Sample> {
    let mut sample = Sample::new(observables(config).1.len(), 0);
    sample.values = values.0.as_slice()?.to_vec();
    sample.weights = weights.0.as_slice()?.to_vec();
    Ok(sample)
}

fn job(config: &FitConfig, data: Option<&Sample>) -> Result<FitJob> {
    match data {
        Some(data) => FitJob::with_data(config.clone(), data.clone()),
        None => FitJob::new(config.clone()),
    }
}

/// The objective at each value, and there the values of the other parameters, row by row.
type Scan = (Array<f64>, Array<f64>);

#[pymethods]
impl Fitted {
    /// The result as JSON.
    #[getter]
    fn record(&self) -> String {
        FitRecord::new(&self.config, &self.fit, self.rows).to_json()
    }

    /// Covariance of the errors that come from the simulated events, row by row.
    #[getter]
    fn simulation(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.fit.covariance.simulation.as_slice().to_vec())
    }

    /// The objective at `values` of the parameter `name`, with all others at their best.
    fn profile(&self, py: Python<'_>, name: &str, values: Vec<f64>) -> PyResult<Scan> {
        let scan = py.detach(|| {
            let job = job(&self.config, self.data.as_ref())?;
            Ok(profile(&job.problem()?, &self.config.fit, &self.fit, name, &values)?)
        });
        let scan = scan.map_err(|error: gradino::Error| raise(error))?;
        Ok((Array::new(py, scan.objective), Array::new(py, scan.others.concat())))
    }
}
