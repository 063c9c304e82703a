//! The mean field of a nucleus.

use crate::error::{config_error, raise};
use gradino::config::{CoulombExchange, NamedChoice, NucleonMasses, Rest, select_parameters};
use gradino::meanfield::Ground;
use gradino_nuclear::meanfield::{FieldChoice, Options, Shell, SkyrmeForce};
use pyo3::prelude::*;
use std::path::PathBuf;

/// The nucleus; one whose field stands for its own, the shells of that one that are emptied, and what its field becomes.
type Choice = (String, Option<String>, Vec<String>, String);
/// Name of the force, or the file of one; values of some of its parameters.
type Force = (String, Option<PathBuf>, Vec<(String, f64)>);
/// The Coulomb exchange energy, the masses, and whether the motion of the centre of mass is corrected for.
type Details = (String, String, bool);

/// The ground state of a nucleus as JSON: once without derivatives, then once for each parameter that `gradients` name.
#[pyfunction]
pub(crate) fn mean_field(
    py: Python<'_>,
    choice: Choice,
    force: Force,
    details: Details,
    gradients: Vec<String>,
) -> PyResult<Vec<String>> {
    let choice = field_choice(choice, details)?;
    let (name, file, values) = force;
    let solve = || -> gradino::Result<Vec<String>> {
        let force = match file {
            Some(path) => SkyrmeForce::from_file(&path)?,
            None => SkyrmeForce::named(&name)?,
        };
        let wanted = select_parameters(&gradients, &force.parameters)?;
        let names = wanted.iter().map(|&position| force.parameters.at(position).name.as_str());
        let ground = |gradient| Ok(Ground::with(&choice, &force, &values, gradient)?.json());
        std::iter::once(None).chain(names.map(Some)).map(ground).collect()
    };
    py.detach(solve).map_err(raise)
}

fn field_choice(
    (nuclide, field, empty, rest): Choice,
    (exchange, masses, recoil): Details,
) -> PyResult<FieldChoice> {
    let nuclide = nuclide.parse().map_err(raise)?;
    let exchange = named::<CoulombExchange>("exchange", &exchange)?.into();
    let masses = named::<NucleonMasses>("masses", &masses)?.into();
    let rest = named::<Rest>("rest", &rest)?.into();
    let empty: Vec<Shell> = empty
        .iter()
        .map(|shell| shell.parse())
        .collect::<Result<_, _>>()
        .map_err(|e: gradino_nuclear::Error| raise(e))?;
    let of = field.map_or(Ok(nuclide), |field| field.parse()).map_err(raise)?;
    if empty.is_empty() != (of == nuclide) {
        return Err(config_error(
            "a field of another nuclide, or shells to empty, alone",
            "give both field= and empty=",
        ));
    }
    let options = Options { exchange, masses, centre_of_mass: recoil, ..Options::default() };
    Ok(FieldChoice { nuclide, of, empty, rest, options })
}

/// The choice of a name; `what` is the argument that gives it.
fn named<C: NamedChoice>(what: &str, name: &str) -> PyResult<C> {
    let names = || C::ALL.iter().map(|c| c.choice().name).collect::<Vec<_>>().join(" or ");
    C::named(name)
        .ok_or_else(|| config_error(&format!("unknown {what} \"{name}\""), &format!("choose {}", names())))
}
