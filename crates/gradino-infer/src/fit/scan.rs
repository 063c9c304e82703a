//! Profiles of the objective: one parameter at given values, all others at their best.

use super::method::Neighbourhood;
use super::objective::Problem;
use super::{Fit, Settings};
use crate::error::{Error, Result};
use crate::fit::space::Space;
use crate::loss::Wanted;

/// The objective along one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The parameter.
    pub name: String,
    /// Its values.
    pub values: Vec<f64>,
    /// The objective there, with all other parameters at their best.
    pub objective: Vec<f64>,
    /// Values of the other parameters there, row by row in the order of the fit.
    pub others: Vec<Vec<f64>>,
}

/// The profile of a fitted parameter at `values`, over a bank that is drawn at each of them.
pub fn profile(
    problem: &Problem<'_>,
    settings: &Settings,
    fit: &Fit,
    name: &str,
    values: &[f64],
) -> Result<Profile> {
    let Some(k) = fit.names.iter().position(|n| n == name) else {
        let suggestion = gradino_core::text::closest(name, fit.names.iter().map(String::as_str));
        return Err(Error::Core(gradino_core::Error::UnknownParameter { name: name.into(), suggestion }));
    };
    let mut profile =
        Profile { name: name.into(), values: values.to_vec(), objective: Vec::new(), others: Vec::new() };
    for &value in values {
        let Some(space) = problem.space.with_fixed(k, value) else {
            profile.objective.push(single(problem, fit, k, value)?);
            profile.others.push(Vec::new());
            continue;
        };
        let (objective, others) = best(problem, settings, fit, space, k)?;
        profile.objective.push(objective + problem.space.coordinates()[k].prior_term(value));
        profile.others.push(others);
    }
    Ok(profile)
}

/// The objective of the only free parameter.
fn single(problem: &Problem<'_>, fit: &Fit, k: usize, value: f64) -> Result<f64> {
    let mut values = fit.values.clone();
    values[k] = value;
    let x = problem.space.coordinates_of(&values);
    let bank = problem.draw(&x, fit.state.events)?;
    Ok(problem.at(bank.as_ref(), &x, Wanted::default())?.value)
}

/// The best values of the others, and the objective there.
fn best(
    problem: &Problem<'_>,
    settings: &Settings,
    fit: &Fit,
    space: Space,
    k: usize,
) -> Result<(f64, Vec<f64>)> {
    let mut others = fit.values.clone();
    others.remove(k);
    let reduced = Problem::new(problem.simulator, problem.data, problem.loss, space)?;
    let x = reduced.space.coordinates_of(&others);
    let bank = reduced.draw(&x, fit.state.events)?;
    let here = reduced.at(bank.as_ref(), &x, Neighbourhood::wanted(&reduced))?;
    let neighbourhood = Neighbourhood {
        problem: &reduced,
        bank: bank.as_ref(),
        origin: x,
        radius: settings.radius,
        least_effective: settings.least_effective * here.effective,
    };
    let (x, there) = neighbourhood.minimise(settings.method, &here)?;
    Ok((there.value, reduced.space.values(&x)))
}
