//! Parameters, widths, cross sections and covariances of a configuration.

use crate::array::Array;
use crate::error::{config_error, raise};
use crate::record::parameter_set;
use gradino::chain::{Setup, cross_section_table};
use gradino::config::{Config, Source};
use gradino_core::ParamSet;
use gradino_nuclear::decay::{Network, StateAt};
use gradino_nuclear::emission::{Fragment, kduq};
use pyo3::prelude::*;

/// Name, value, unit, bounds, sigma, source and meaning of a parameter.
pub(crate) type Row = (String, f64, String, (f64, f64), f64, String, String);

/// The parameters of a set.
pub(crate) fn rows(set: &ParamSet) -> Vec<Row> {
    set.iter()
        .map(|p| {
            let bounds = (p.bounds[0], p.bounds[1]);
            (p.name.clone(), p.value, p.unit.clone(), bounds, p.sigma, p.source.clone(), p.meaning.clone())
        })
        .collect()
}

/// Name, value, unit, bounds, sigma, source and meaning of each parameter of a configuration.
#[pyfunction]
pub(crate) fn parameters(config: &str) -> PyResult<Vec<Row>> {
    let config = Config::from_toml(config).map_err(raise)?;
    Ok(rows(&parameter_set(&config).map_err(raise)?))
}

/// Emitted fragment, residue, width to levels and width to the continuum [MeV].
type Width = (String, String, f64, f64);

/// Level density, partial widths, names of the parameters, derivatives of the total width.
type StateWidths<Gradient> = (f64, Vec<Width>, Vec<String>, Gradient);

/// Widths of the state of a configuration: level density of its spin and parity [1/MeV], the partial
/// widths [MeV], names of the parameters whose gradients are wanted, and the derivatives of the total
/// width.
#[pyfunction]
pub(crate) fn widths(py: Python<'_>, config: &str) -> PyResult<StateWidths<Array<f64>>> {
    let config = Config::from_toml(config).map_err(raise)?;
    let (density, partial, names, gradient) = py.detach(|| state_widths(&config)).map_err(raise)?;
    Ok((density, partial, names, Array::new(py, gradient)))
}

fn state_widths(config: &Config) -> gradino::Result<StateWidths<Vec<f64>>> {
    let Source::State(state) = &config.source else {
        return Err(gradino::Error::NoProcess { reason: "widths belong to a fixed state".into() });
    };
    let set = parameter_set(config)?;
    let wanted = config.gradient_positions(&set)?;
    let setup = Setup::from_config(config)?;
    let excitation = state.state.excitation;
    let network = Network::prepare(state.nuclide, excitation, setup.models, &setup.library, &set, &wanted)?;
    let at = StateAt { excitation, two_j: state.state.two_j, parity: state.state.parity };
    let widths = network.widths(at);
    if widths.total() <= 0.0 {
        let nuclide = state.nuclide;
        return Err(gradino_nuclear::Error::NoOpenChannel { nuclide, excitation }.into());
    }
    let partial = widths.partial.iter().map(|w| {
        let emitted = w.fragment.map_or("gamma", Fragment::name);
        (emitted.to_string(), w.residue.to_string(), w.discrete, w.continuum)
    });
    let names = wanted.iter().map(|&i| set.at(i).name.clone()).collect();
    let gradient = if wanted.is_empty() { Vec::new() } else { network.total_width_gradient(at) };
    Ok((widths.density, partial.collect(), names, gradient))
}

/// Total cross section of each process [cm^2 per atom] at the energies [MeV].
#[pyfunction]
pub(crate) fn cross_section(
    py: Python<'_>,
    config: &str,
    energies: Vec<f64>,
) -> PyResult<Vec<(String, Array<f64>)>> {
    let config = Config::from_toml(config).map_err(raise)?;
    let Source::Beam(beam) = &config.source else {
        return Err(config_error("a fixed state has no cross section", "give a configuration with [flux]"));
    };
    let table = || cross_section_table(beam, &parameter_set(&config)?, &energies);
    let (names, rows) = py.detach(table).map_err(raise)?;
    let column = |k: usize| Array::new(py, rows.iter().map(|row| row[k]).collect());
    Ok(names.into_iter().enumerate().map(|(k, name)| (name, column(k))).collect())
}

/// Prior covariance of the parameters `names`, row by row: that of KDUQ (pruitt2023) among the optical
/// parameters, the squared sigmas of all others.
#[pyfunction]
pub(crate) fn covariance(py: Python<'_>, config: &str, names: Vec<String>) -> PyResult<Array<f64>> {
    let config = Config::from_toml(config).map_err(raise)?;
    let set = parameter_set(&config).map_err(raise)?;
    let known = kduq::names();
    let place = |name: &str| known.iter().position(|n| *n == name);
    let sigma: Vec<f64> =
        names.iter().map(|name| set.get(name).map(|p| p.sigma).map_err(raise)).collect::<PyResult<_>>()?;
    let element = |i: usize, j: usize| match (place(&names[i]), place(&names[j])) {
        // One half of the matrix for both: the other differs in its last bits.
        (Some(a), Some(b)) => kduq::covariance()[a.max(b) * known.len() + a.min(b)],
        _ if names[i] == names[j] => sigma[i] * sigma[i],
        _ => 0.0,
    };
    let n = names.len();
    Ok(Array::new(py, (0..n * n).map(|k| element(k / n, k % n)).collect()))
}
