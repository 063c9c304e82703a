//! Simulations as functions of their parameters: events that are drawn once and seen at other points.

use crate::array::{Array, Given};
use crate::error::{config_error, raise};
use crate::physics::{Row, rows};
use gradino::chain::ChainSimulator;
use gradino::{Config, Observable};
use gradino_core::text::closest;
use gradino_core::{ParamSet, Sample, Simulator as Simulates};
use gradino_infer::loss::{Axis, Binning, Expectation, Sharing};
use gradino_nuclear::toy::{StartEnergy, ToyFeature, ToyNucleus, ToySimulator};
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// A simulation with the parameters that move.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Simulator {
    inner: Box<dyn Simulates + Send>,
    parameters: ParamSet,
    features: Vec<(String, String)>,
    seed: u64,
}

impl Simulator {
    fn new(inner: Box<dyn Simulates + Send>, features: Vec<(String, String)>, seed: u64) -> Self {
        let parameters = ParamSet::new(inner.parameters().to_vec());
        Simulator { inner, parameters, features, seed }
    }
}

/// The chain of a configuration (resolved TOML), with the parameters of its [gradients].
#[pyfunction]
pub(crate) fn chain_simulator(py: Python<'_>, config: &str, observables: Vec<String>) -> PyResult<Simulator> {
    let mut config = Config::from_toml(config).map_err(raise)?;
    let seed = config.settle_seed();
    let observables: Vec<Observable> =
        observables.iter().map(|name| name.parse()).collect::<Result<_, _>>().map_err(raise)?;
    let inner = py.detach(|| ChainSimulator::from_config(&config, &observables)).map_err(raise)?;
    let features = observables.iter().map(|o| (o.name().to_string(), o.unit().to_string())).collect();
    Ok(Simulator::new(Box::new(inner), features, seed))
}

/// The toy: decays from the energy `start`, with the standard deviation `spread` [MeV].
#[pyfunction]
pub(crate) fn toy_simulator(
    observables: Vec<String>,
    start: f64,
    spread: f64,
    seed: u64,
) -> PyResult<Simulator> {
    let features: Vec<ToyFeature> =
        observables.iter().map(|name| toy_feature(name)).collect::<PyResult<_>>()?;
    let start = match spread {
        0.0 => StartEnergy::Fixed(start),
        sigma => StartEnergy::Normal { mean: start, sigma },
    };
    let toy = ToySimulator::new(ToyNucleus { start, ..ToyNucleus::default() }, seed).map_err(raise)?;
    let toy = toy.with_features(&features).map_err(raise)?;
    let features = features.iter().map(|f| (f.name(), f.unit().to_string())).collect();
    Ok(Simulator::new(Box::new(toy), features, seed))
}

fn toy_feature(name: &str) -> PyResult<ToyFeature> {
    let after = name.strip_prefix("excitation_").and_then(|n| n.parse().ok()).map(ToyFeature::Excitation);
    let known = || ToyFeature::ALL.into_iter();
    known().find(|f| f.name() == name).or(after).ok_or_else(|| {
        let mut names: Vec<String> = known().map(ToyFeature::name).collect();
        names.push("excitation_1".into());
        let hint = match closest(name, names.iter().map(String::as_str)) {
            Some(suggestion) => format!("did you mean \"{suggestion}\"?"),
            None => format!("choose of {}", names.join(", ")),
        };
        config_error(&format!("unknown observable \"{name}\" of the toy"), &hint)
    })
}

#[pymethods]
impl Simulator {
    /// Name, value, unit, bounds, sigma, source and meaning of each parameter that moves.
    #[getter]
    fn parameters(&self) -> Vec<Row> {
        rows(&self.parameters)
    }

    /// Name and unit of each observable.
    #[getter]
    fn observables(&self) -> Vec<(String, String)> {
        self.features.clone()
    }

    /// Seed of the random numbers.
    #[getter]
    fn seed(&self) -> u64 {
        self.seed
    }

    /// The values of the parameters, with those of `values` in their place.
    fn point(&self, py: Python<'_>, values: Vec<(String, f64)>) -> PyResult<Array<f64>> {
        let mut set = self.parameters.clone();
        for (name, value) in values {
            set.set(&name, value).map_err(raise)?;
        }
        Ok(Array::new(py, set.iter().map(|p| p.value).collect()))
    }

    /// Draws the events from number `first` to `end` at `theta`.
    fn draw(&self, py: Python<'_>, theta: Given<'_, f64>, first: u64, end: u64) -> PyResult<Bank> {
        let names: Vec<String> = self.parameters.names().into_iter().map(String::from).collect();
        let theta = point(&names, &theta)?;
        let inner = py.detach(|| self.inner.draw(&theta, first..end)).map_err(raise)?;
        Ok(Bank { inner, names, last: Mutex::default() })
    }
}

/// The values of the parameters `names`.
fn point(names: &[String], theta: &Given<'_, f64>) -> PyResult<Vec<f64>> {
    let theta = theta.0.as_slice()?.to_vec();
    if theta.len() != names.len() {
        let message = format!("theta has {} values, but {} parameters move", theta.len(), names.len());
        return Err(config_error(&message, &format!("give values of {}", names.join(", "))));
    }
    Ok(theta)
}

/// A sample with its point.
type At = (Vec<f64>, Arc<Sample>);

/// Events that can be seen at other points.
#[pyclass(frozen, module = "gradino._gradino")]
pub(crate) struct Bank {
    inner: Box<dyn gradino_core::Bank>,
    names: Vec<String>,
    /// The last sample, so that derivatives behind a value cost no second evaluation.
    last: Mutex<Option<At>>,
}

impl Bank {
    fn sample(&self, py: Python<'_>, theta: &Given<'_, f64>) -> PyResult<Arc<Sample>> {
        let theta = point(&self.names, theta)?;
        py.detach(|| {
            let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, sample)) = last().as_ref().filter(|(at, _)| *at == theta) {
                return Ok(sample.clone());
            }
            let sample = Arc::new(self.inner.at(&theta).map_err(raise)?);
            *last() = Some((theta, sample.clone()));
            Ok(sample)
        })
    }
}

/// Expected counts, their variances, and their derivatives row by row.
type Counts = (Array<f64>, Array<f64>, Array<f64>);

/// Features, weights, derivatives of the features, derivatives of the weights, effective number of events.
type Events = (Array<f64>, Array<f64>, Array<f64>, Array<f64>, f64);

#[pymethods]
impl Bank {
    /// The point at which the events were drawn.
    #[getter]
    fn origin(&self, py: Python<'_>) -> Array<f64> {
        Array::new(py, self.inner.origin().to_vec())
    }

    /// The events at `theta`: features, weights, derivatives of both, effective number of events.
    fn at(&self, py: Python<'_>, theta: Given<'_, f64>) -> PyResult<Events> {
        let theta = point(&self.names, &theta)?;
        let sample = py.detach(|| self.inner.at(&theta)).map_err(raise)?;
        let effective = sample.effective_size();
        let Sample { values, weights, value_gradient, weight_gradient, .. } = sample;
        let [values, weights, value_gradient, weight_gradient] =
            [values, weights, value_gradient, weight_gradient].map(|column| Array::new(py, column));
        Ok((values, weights, value_gradient, weight_gradient, effective))
    }

    /// Features and weights alone, and the effective number of events.
    fn values(&self, py: Python<'_>, theta: Given<'_, f64>) -> PyResult<(Array<f64>, Array<f64>, f64)> {
        let sample = self.sample(py, &theta)?;
        let columns = [&sample.values, &sample.weights].map(|column| Array::new(py, column.clone()));
        let [values, weights] = columns;
        Ok((values, weights, sample.effective_size()))
    }

    /// The chain rule: derivatives with respect to theta of something whose derivatives with respect to the
    /// features and to the weights are given.
    fn pull_back(
        &self,
        py: Python<'_>,
        theta: Given<'_, f64>,
        by_value: Given<'_, f64>,
        by_weight: Given<'_, f64>,
    ) -> PyResult<Array<f64>> {
        let sample = self.sample(py, &theta)?;
        let (by_value, by_weight) = (by_value.0.as_slice()?, by_weight.0.as_slice()?);
        Ok(Array::new(py, py.detach(|| sample.pull_back(by_weight, by_value))))
    }

    /// Expected counts of the observable number `feature` between `edges`, times `scale`, with their variances
    /// and derivatives.
    fn histogram(
        &self,
        py: Python<'_>,
        theta: Given<'_, f64>,
        feature: usize,
        edges: Vec<f64>,
        scale: f64,
    ) -> PyResult<Counts> {
        let sample = self.sample(py, &theta)?;
        let binned = py.detach(|| {
            let binning = Binning::new(vec![Axis::new(feature, edges)?])?;
            Expectation::new(&sample, &binning, Sharing::Automatic, scale)
        });
        let Expectation { mean, variance, jacobian } = binned.map_err(raise)?;
        let [mean, variance, jacobian] = [mean, variance, jacobian].map(|column| Array::new(py, column));
        Ok((mean, variance, jacobian))
    }
}
