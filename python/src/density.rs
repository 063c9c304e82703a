//! Densities from Python and by name, their samplers, and assessments of them.

use crate::array::{Array, Given};
use crate::error::{config_error, raise};
use crate::flow::Flow;
use gradino::assess::{self, AssessJob, Preparation, SamplerName};
use gradino::density;
use gradino_core::{Axis, Condition, Density as Densities, Domain, Sampler as Samples, Space};
use gradino_infer::sampling::assess::Settings;
use gradino_infer::sampling::{Law, draw, evaluate};
use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// A density on all threads.
pub(crate) type Shared = Arc<dyn Densities + Send + Sync>;
/// An exception of the function, until it is raised.
pub(crate) type Slot = Arc<Mutex<Option<PyErr>>>;

/// A function of Python as a density.
struct Function {
    space: Space,
    function: Py<PyAny>,
    slot: Slot,
}

impl Function {
    /// Calls the function with rows of points and of conditions.
    fn call(&self, py: Python<'_>, conditions: &[f64], points: &[f64], values: &mut [f64]) -> PyResult<()> {
        let rows = values.len();
        let shaped = |flat: &[f64], width: usize| PyArray1::from_slice(py, flat).reshape([rows, width]);
        let points = shaped(points, self.space.axes.len())?;
        let conditions = shaped(conditions, self.space.conditions.len())?;
        let given = self.function.bind(py).call1((points, conditions))?;
        let array = py.import("numpy")?.call_method1("asarray", (given, "float64"))?;
        let shape: Vec<usize> = array.getattr("shape")?.extract()?;
        if shape != [rows] {
            let message = format!("the function gives an array of shape {shape:?} for {rows} points");
            return Err(config_error(&message, "return one number for each row of points"));
        }
        let array = py.import("numpy")?.call_method1("ascontiguousarray", (array,))?;
        let array: Given<'_, f64> = array.extract()?;
        values.copy_from_slice(array.0.as_slice()?);
        Ok(())
    }
}

impl Densities for Function {
    fn space(&self) -> &Space {
        &self.space
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        Python::attach(|py| self.call(py, conditions, points, values)).map_err(|error| {
            let reason = error.to_string();
            self.slot.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            gradino_core::Error::Simulation { reason, hint: None }
        })
    }
}

/// Does `work` without the interpreter lock; an exception of the function comes before any other error.
fn detached<T: Send>(
    py: Python<'_>,
    slot: &Slot,
    work: impl FnOnce() -> gradino::Result<T> + Send,
) -> PyResult<T> {
    first_of(slot, py.detach(work).map_err(raise))
}

/// An exception of the function comes before any other error.
pub(crate) fn first_of<T>(slot: &Slot, done: PyResult<T>) -> PyResult<T> {
    let raised = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    raised.map_or(done, Err)
}

/// Name, unit, whether a circle, lowest and highest value of an axis.
pub(crate) type AxisRow = (String, String, bool, f64, f64);
/// Name, unit, lowest and highest value, and the labels of a category, of a condition.
pub(crate) type ConditionRow = (String, String, f64, f64, Vec<String>);

/// The space of rows.
pub(crate) fn space_of(axes: Vec<AxisRow>, conditions: Vec<ConditionRow>) -> Space {
    let axis = |(name, unit, circle, low, high): AxisRow| match circle {
        true => Axis::circle(&name, &unit, low, high),
        false => Axis::interval(&name, &unit, low, high),
    };
    let condition = |(name, unit, low, high, labels): ConditionRow| match labels.is_empty() {
        true => Condition::range(&name, &unit, low, high),
        false => Condition { name, unit, domain: Domain::Category { labels } },
    };
    Space {
        axes: axes.into_iter().map(axis).collect(),
        conditions: conditions.into_iter().map(condition).collect(),
    }
}

/// The axes of a space.
pub(crate) fn axis_rows(space: &Space) -> Vec<AxisRow> {
    space.axes.iter().map(axis_row).collect()
}

fn axis_row(a: &Axis) -> AxisRow {
    let circle = a.manifold == gradino_core::Manifold::Circle;
    (a.name.clone(), a.unit.clone(), circle, a.low, a.high)
}

/// The conditions of a space.
pub(crate) fn condition_rows(space: &Space) -> Vec<ConditionRow> {
    let row = |c: &Condition| {
        let (low, high, labels) = match &c.domain {
            Domain::Range { low, high } => (*low, *high, Vec::new()),
            Domain::Category { labels } => (0.0, labels.len() as f64 - 1.0, labels.clone()),
        };
        (c.name.clone(), c.unit.clone(), low, high, labels)
    };
    space.conditions.iter().map(row).collect()
}

/// A density.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Density {
    pub(crate) inner: Shared,
    pub(crate) slot: Slot,
    pub(crate) name: String,
}

#[pymethods]
impl Density {
    /// Of a function of Python.
    #[new]
    #[pyo3(signature = (
        function: "object",
        axes: "list[tuple[str, str, bool, float, float]]",
        conditions: "list[tuple[str, str, float, float, list[str]]]",
        name: "str"
    ))]
    fn new(
        function: Py<PyAny>,
        axes: Vec<AxisRow>,
        conditions: Vec<ConditionRow>,
        name: String,
    ) -> PyResult<Self> {
        let space = space_of(axes, conditions);
        space.check().map_err(raise)?;
        let slot = Slot::default();
        let inner = Arc::new(Function { space, function, slot: slot.clone() });
        Ok(Density { inner, slot, name })
    }

    /// One of those that come with gradino.
    #[staticmethod]
    fn named(name: &str) -> PyResult<Self> {
        let inner: Shared = Arc::from(density::named(name).map_err(raise)?);
        Ok(Density { inner, slot: Slot::default(), name: name.into() })
    }

    /// Its axes.
    #[getter]
    fn axes(&self) -> Vec<AxisRow> {
        axis_rows(self.inner.space())
    }

    /// Its conditions.
    #[getter]
    fn conditions(&self) -> Vec<ConditionRow> {
        condition_rows(self.inner.space())
    }

    /// Values at rows of points under rows of conditions, both flat.
    fn evaluate(
        &self,
        py: Python<'_>,
        points: Given<'_, f64>,
        conditions: Given<'_, f64>,
    ) -> PyResult<Array<f64>> {
        let (points, conditions) = (points.0.as_slice()?.to_vec(), conditions.0.as_slice()?.to_vec());
        let work = || Ok(evaluate(&*self.inner, &conditions, &points)?);
        Ok(Array::new(py, detached(py, &self.slot, work)?))
    }

    /// The physical quantities for which its axes stand.
    #[getter]
    fn quantities(&self) -> Vec<AxisRow> {
        self.inner.quantities().iter().map(axis_row).collect()
    }

    /// Quantities at rows of points under rows of conditions, and |d(quantities)/d(point)|, all flat.
    fn to_quantities(
        &self,
        py: Python<'_>,
        points: Given<'_, f64>,
        conditions: Given<'_, f64>,
    ) -> PyResult<(Array<f64>, Array<f64>)> {
        let (points, conditions) = (points.0.as_slice()?.to_vec(), conditions.0.as_slice()?.to_vec());
        let rows = points.len() / self.inner.space().axes.len();
        let (mut quantities, mut volumes) = (vec![0.0; points.len()], vec![0.0; rows]);
        py.detach(|| self.inner.to_quantities(&conditions, &points, &mut quantities, &mut volumes))
            .map_err(raise)?;
        Ok((Array::new(py, quantities), Array::new(py, volumes)))
    }

    /// Points at rows of quantities under rows of conditions, all flat.
    fn points_at(
        &self,
        py: Python<'_>,
        quantities: Given<'_, f64>,
        conditions: Given<'_, f64>,
    ) -> PyResult<Array<f64>> {
        let (quantities, conditions) = (quantities.0.as_slice()?.to_vec(), conditions.0.as_slice()?.to_vec());
        let mut points = vec![0.0; quantities.len()];
        py.detach(|| self.inner.points_at(&conditions, &quantities, &mut points)).map_err(raise)?;
        Ok(Array::new(py, points))
    }

    /// Prepares a sampler of it, whose weights are capped at a quantile if they are to be unit weights.
    fn sampler(&self, py: Python<'_>, name: &str, seed: u64, quantile: f64) -> PyResult<Sampler> {
        let choice: SamplerName = name.parse().map_err(raise)?;
        let preparation = Preparation { seed, quantile };
        let work = || assess::sampler(&choice, self.inner.clone(), &preparation);
        self.prepared(py, choice.to_string(), detached(py, &self.slot, work)?)
    }

    /// The points of a flow as a sampler of it, as they are or with unit weights.
    fn sampler_of_flow(
        &self,
        py: Python<'_>,
        flow: &Flow,
        unweighted: bool,
        seed: u64,
        quantile: f64,
    ) -> PyResult<Sampler> {
        let preparation = Preparation { seed, quantile };
        let work = || assess::of_flow(flow.inner.clone(), unweighted, self.inner.clone(), &preparation);
        let name = if unweighted { "flow:unweighted" } else { "flow" };
        self.prepared(py, name.into(), detached(py, &self.slot, work)?)
    }
}

impl Density {
    fn prepared(&self, py: Python<'_>, name: String, inner: Box<dyn Samples + Send>) -> PyResult<Sampler> {
        let density = Density { inner: self.inner.clone(), slot: self.slot.clone(), name: self.name.clone() };
        Ok(Sampler { inner, density: Py::new(py, density)?, name })
    }
}

/// A sampler of a density.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Sampler {
    inner: Box<dyn Samples + Send>,
    density: Py<Density>,
    name: String,
}

/// Conditions, points and densities, all flat.
type Points = (Array<f64>, Array<f64>, Array<f64>);

#[pymethods]
impl Sampler {
    /// Its name.
    #[getter]
    fn name(&self) -> String {
        self.name.clone()
    }

    /// The density that it draws from.
    #[getter]
    fn density(&self, py: Python<'_>) -> Py<Density> {
        self.density.clone_ref(py)
    }

    /// Draws points number `first` to `first` + `count`: under one row of conditions, or with uniform ones if it is
    /// empty.
    fn draw(
        &self,
        py: Python<'_>,
        count: usize,
        seed: u64,
        first: u64,
        condition: Vec<f64>,
    ) -> PyResult<Points> {
        let work = || {
            let law = match condition.is_empty() {
                true => Law::uniform(self.inner.space()),
                false => Law::at(self.inner.space(), &condition)?,
            };
            Ok(draw(&*self.inner, &law, seed, first, count)?)
        };
        let drawn = detached(py, &self.density.get().slot, work)?;
        Ok((Array::new(py, drawn.conditions), Array::new(py, drawn.points), Array::new(py, drawn.densities)))
    }

    /// Assesses it; the figures as JSON. Counts are events, points of a set, sets, points of the reference and
    /// evaluations of the training of its grid.
    fn assess(
        &self,
        py: Python<'_>,
        flux: String,
        energies: Vec<f64>,
        counts: (usize, usize, usize, usize, u64),
        quantile: f64,
        seed: u64,
    ) -> PyResult<String> {
        let (events, set, sets, reference, training) = counts;
        let settings = Settings { events, quantile, set, sets, reference, training, seed };
        let job = AssessJob { flux, energies, settings };
        let density = self.density.get();
        let work = || {
            job.check(density.inner.space())?;
            job.run((&density.name, &*density.inner), (&self.name, &*self.inner), &|_| ())
        };
        Ok(detached(py, &density.slot, work)?.to_json())
    }
}
