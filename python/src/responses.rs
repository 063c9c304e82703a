//! Inclusive responses of a nucleus.

use crate::array::{Array, Given};
use crate::configuration::knockout_choices;
use crate::error::raise;
use gradino::config::Knockout;
use gradino::responses::{Curves, ResponseJob, ResponseTable, SumCurves};
use gradino_nuclear::meanfield::Nucleon;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Momentum and energy transfers [MeV].
type GridPoints<'py> = (Given<'py, f64>, Given<'py, f64>);
/// Nuclide, probe, and the kind of nucleon that is struck alone.
type Subject = (String, String, Option<String>);
/// Values of parameters, and patterns of those of the derivatives.
type Numbers = (Vec<(String, f64)>, Vec<String>);
/// Responses [1/MeV] in the order of momentum transfer, energy transfer; CC, CL, LL, T, T' one after the other; then the
/// derivatives of all that with respect to each parameter.
type Columns = (Array<f64>, Array<f64>);

/// What the responses were made of, as JSON and in lines, the sum of all shells, and each shell. `choices` are keys of
/// [knockout].
#[pyfunction]
#[pyo3(signature = (subject, choices: "dict[str, object]", grid, numbers))]
pub(crate) fn responses(
    py: Python<'_>,
    subject: Subject,
    choices: &Bound<'_, PyDict>,
    grid: GridPoints<'_>,
    numbers: Numbers,
) -> PyResult<(String, Vec<String>, Columns, Vec<Columns>)> {
    let (nuclide, probe, struck) = subject;
    let choices = Knockout::from(knockout_choices(choices)?).for_responses().map_err(raise)?;
    let struck: Option<Nucleon> = struck.map(|kind| kind.parse()).transpose().map_err(refuse)?;
    let job = ResponseJob {
        nuclide: nuclide.parse().map_err(raise)?,
        probe: probe.parse().map_err(refuse)?,
        struck,
        force: choices.skyrme_force().map_err(raise)?,
        choices,
        values: numbers.0,
        gradients: numbers.1,
        momenta: grid.0.0.as_slice()?.to_vec(),
        omegas: grid.1.0.as_slice()?.to_vec(),
    };
    let flat = py.detach(|| job.table().map(Flat::of)).map_err(raise)?;
    let columns = |[values, slopes]: [Vec<f64>; 2]| (Array::new(py, values), Array::new(py, slopes));
    Ok((flat.json, flat.head, columns(flat.total), flat.shells.into_iter().map(columns).collect()))
}

fn refuse(error: gradino_nuclear::Error) -> PyErr {
    raise(error)
}

/// A table with its curves in flat columns: values and derivatives.
struct Flat {
    /// The record, without curves.
    json: String,
    head: Vec<String>,
    total: [Vec<f64>; 2],
    shells: Vec<[Vec<f64>; 2]>,
}

impl Flat {
    fn of(mut table: ResponseTable) -> Self {
        let take = |curves: &mut SumCurves| {
            let values = Curves(std::mem::take(&mut curves.values.0));
            let derivatives = std::mem::take(&mut curves.derivatives);
            [column(&values), derivatives.iter().flat_map(column).collect()]
        };
        let total = take(&mut table.total);
        let shells = table.shells.iter_mut().map(|shell| take(&mut shell.curves)).collect();
        Flat { json: table.json(), head: table.head(), total, shells }
    }
}

fn column(curves: &Curves) -> Vec<f64> {
    curves.0.iter().flatten().flatten().copied().collect()
}
