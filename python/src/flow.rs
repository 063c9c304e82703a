//! Trained flows: their files, points drawn from them, and their training.

use crate::array::{Array, Given};
use crate::configuration;
use crate::density::{AxisRow, ConditionRow, Density, Slot, axis_rows, condition_rows, first_of, space_of};
use crate::error::raise;
use crate::watch::beside;
use gradino::flow::{Conditions, Curve, FlowConfig, FlowJob, Rows, Step};
use gradino_core::{Sampler, Space};
use gradino_neural::train::Progress;
use gradino_neural::{FusedFlow, Weights};
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the state of a training is written.
const KEEP: Duration = Duration::from_secs(60);

/// A flow.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Flow {
    pub(crate) inner: Arc<FusedFlow>,
    curve: Curve,
}

impl Flow {
    fn of(weights: Weights, extrapolate: bool, curve: Curve) -> Self {
        let flow = gradino_neural::Flow::new(weights);
        let flow = if extrapolate { flow.extrapolating() } else { flow };
        Flow { inner: Arc::new(FusedFlow::new(flow)), curve }
    }

    fn space(&self) -> &Space {
        self.inner.space()
    }

    fn weights(&self) -> &Weights {
        self.inner.flow().weights()
    }
}

/// Step, loss, learning rate, and of a density the relative effective sample size and the efficiency.
type Round = (u64, f64, f64, Option<(f64, f64)>);

fn round(progress: &Progress) -> Round {
    let quality = progress.quality.map(|q| (q.ress, q.efficiency));
    (progress.step, progress.loss, progress.rate, quality)
}

#[pymethods]
impl Flow {
    /// The flow of a file; with `extrapolate` under conditions outside those of its training, too.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf, extrapolate: bool) -> PyResult<Self> {
        let load = || Ok(Flow::of(Weights::load(&path)?, extrapolate, Curve::default()));
        py.detach(load).map_err(|error: gradino::Error| raise(error))
    }

    /// Writes its file.
    fn save(&self, py: Python<'_>, path: PathBuf, overwrite: bool) -> PyResult<()> {
        if path.exists() && !overwrite {
            return Err(raise(gradino::Error::AlreadyExists { path }));
        }
        py.detach(|| self.weights().save(&path)).map_err(raise)
    }

    /// Its axes.
    #[getter]
    fn axes(&self) -> Vec<AxisRow> {
        axis_rows(self.space())
    }

    /// Its conditions.
    #[getter]
    fn conditions(&self) -> Vec<ConditionRow> {
        condition_rows(self.space())
    }

    /// What it is apart from its numbers, as JSON.
    #[getter]
    fn spec(&self) -> String {
        self.weights().spec_json()
    }

    /// How it came about.
    #[getter]
    fn notes(&self) -> BTreeMap<String, String> {
        self.weights().notes.clone()
    }

    /// How many numbers it has.
    #[getter]
    fn count(&self) -> usize {
        self.weights().count()
    }

    /// The rounds of its training: step, loss, learning rate, and of a density RESS and efficiency; none if it was
    /// read from a file.
    #[getter]
    fn rounds(&self) -> Vec<Round> {
        self.curve.0.iter().map(round).collect()
    }

    /// Conditions that follow laws like "E_nu=300:700" and "shell=1p3/2", of points number `first` to `first` +
    /// `count`; flat.
    fn draw_conditions(
        &self,
        py: Python<'_>,
        laws: Vec<String>,
        seed: u64,
        first: u64,
        count: usize,
    ) -> PyResult<Array<f64>> {
        let laws = Conditions::parse(self.space(), &laws).map_err(raise)?;
        Ok(Array::new(py, laws.draw(seed, first, count)))
    }

    /// Draws points number `first` to `first` + `count` under rows of conditions; points and densities, flat.
    fn draw(
        &self,
        py: Python<'_>,
        count: usize,
        conditions: Given<'_, f64>,
        seed: u64,
        first: u64,
    ) -> PyResult<(Array<f64>, Array<f64>)> {
        let conditions = conditions.0.as_slice()?.to_vec();
        let (mut points, mut densities) = (vec![0.0; count * self.space().axes.len()], vec![0.0; count]);
        py.detach(|| self.inner.draw(seed, first, &conditions, &mut points, &mut densities))
            .map_err(raise)?;
        Ok((Array::new(py, points), Array::new(py, densities)))
    }

    /// ln q of rows of points under rows of conditions, both flat; in double precision where `precise`.
    fn log_density(
        &self,
        py: Python<'_>,
        points: Given<'_, f64>,
        conditions: Given<'_, f64>,
        precise: bool,
    ) -> PyResult<Array<f64>> {
        let (points, conditions) = (points.0.as_slice()?.to_vec(), conditions.0.as_slice()?.to_vec());
        let mut values = vec![0.0; points.len() / self.space().axes.len()];
        let work = || match precise {
            true => self.inner.flow().ln_density(&conditions, &points, &mut values),
            false => self.inner.ln_density(&conditions, &points, &mut values),
        };
        py.detach(work).map_err(raise)?;
        Ok(Array::new(py, values))
    }
}

/// Axes, conditions, rows of conditions and rows of points, the last two flat.
type Events<'py> = (Vec<AxisRow>, Vec<ConditionRow>, Given<'py, f64>, Given<'py, f64>);

/// Trains a flow on a density, on events, on both, or on what the configuration names. `progress` hears each round;
/// the state for a later resume goes to the folder `state`.
#[pyfunction]
#[pyo3(signature = (
    config: "object", density, events: "tuple[list[tuple[str, str, bool, float, float]], \
    list[tuple[str, str, float, float, list[str]]], NDArray[float64], NDArray[float64]] | None", state, resume, progress: "object"
))]
pub(crate) fn train_flow(
    py: Python<'_>,
    config: &Bound<'_, PyAny>,
    density: Option<Py<Density>>,
    events: Option<Events<'_>>,
    state: Option<PathBuf>,
    resume: bool,
    progress: Py<PyAny>,
) -> PyResult<Flow> {
    let config: FlowConfig = configuration::read(config)?;
    let slot = density.as_ref().map_or_else(Slot::default, |density| density.get().slot.clone());
    let job = job(config, density.as_ref().map(Py::get), events)?;
    let teller = Teller::default();
    let look = |py: Python<'_>| teller.tell(py, &progress);
    let work = || train(&job, state.as_deref(), resume, &teller);
    let flow = first_of(&slot, beside(py, &teller.cancel, look, work))?;
    teller.tell(py, &progress)?;
    Ok(flow)
}

fn job(config: FlowConfig, density: Option<&Density>, events: Option<Events<'_>>) -> PyResult<FlowJob> {
    let mut config = config;
    let mut space = density.map(|density| density.inner.space().clone());
    let mut rows: Option<Rows> = None;
    if let Some((axes, conditions, given, points)) = events {
        space.get_or_insert_with(|| space_of(axes, conditions));
        rows = Some((given.0.as_slice()?.to_vec(), points.0.as_slice()?.to_vec()));
    }
    let Some(space) = space else { return FlowJob::new(config).map_err(raise) };
    config.data.density = density.map(|density| density.name.clone());
    let density = density.map(|density| Box::new(density.inner.clone()) as Box<dyn gradino_core::Density>);
    FlowJob::of(config, space, density, rows).map_err(raise)
}

/// What a training and the thread that called it tell each other.
#[derive(Default)]
struct Teller {
    cancel: AtomicBool,
    rounds: Mutex<Vec<Progress>>,
}

impl Teller {
    /// Tells `progress` of the rounds since the last time.
    fn tell(&self, py: Python<'_>, progress: &Py<PyAny>) -> PyResult<()> {
        let rounds = std::mem::take(&mut *self.rounds.lock().unwrap_or_else(PoisonError::into_inner));
        match progress.is_none(py) {
            true => Ok(()),
            false => rounds.iter().try_for_each(|told| progress.call1(py, round(told)).map(drop)),
        }
    }
}

fn train(job: &FlowJob, state: Option<&Path>, resume: bool, teller: &Teller) -> gradino::Result<Flow> {
    let mut kept = Instant::now();
    let observer = |progress: &Progress| {
        teller.rounds.lock().unwrap_or_else(PoisonError::into_inner).push(*progress);
        if teller.cancel.load(Ordering::Relaxed) {
            return Step::Stop;
        }
        if kept.elapsed() < KEEP {
            return Step::GoOn;
        }
        kept = Instant::now();
        Step::Keep
    };
    let (weights, curve) = job.run(state, resume, observer)?;
    Ok(Flow::of(weights, false, curve))
}
