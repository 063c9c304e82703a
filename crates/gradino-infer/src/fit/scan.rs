//! Profiles of the objective: one parameter at given values, all others at their best.

use super::method::Neighbourhood;
use super::objective::{Evaluation, Problem};
use super::{Fit, Settings};
use crate::error::{Error, Result};
use crate::loss::Wanted;
use gradino_core::Bank;
use serde::{Deserialize, Serialize};

/// The objective along one parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// The profile of a fitted parameter at `values`, over one bank that is drawn where the fit ended, so that it is
/// smooth; where too few of its events count, over one that is drawn there.
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
    let x = problem.space.coordinates_of(&fit.values);
    let bank = problem.draw(&x, fit.state.events)?;
    let effective = problem.at(bank.as_ref(), &x, Wanted::default())?.effective;
    let scan = Scan { problem, settings, fit, k, bank: bank.as_ref(), effective };
    let mut profile =
        Profile { name: name.into(), values: values.to_vec(), objective: Vec::new(), others: Vec::new() };
    for &value in values {
        let (objective, others) = scan.at(value)?;
        profile.objective.push(objective);
        profile.others.push(others);
    }
    Ok(profile)
}

/// A scan of parameter number `k` over a bank.
struct Scan<'a> {
    problem: &'a Problem<'a>,
    settings: &'a Settings,
    fit: &'a Fit,
    k: usize,
    bank: &'a dyn Bank,
    /// Share of its events that is effective where the fit ended.
    effective: f64,
}

impl Scan<'_> {
    /// The objective at `value`, and the best values of the others.
    fn at(&self, value: f64) -> Result<(f64, Vec<f64>)> {
        let Some(space) = self.problem.space.with_fixed(self.k, value) else {
            return Ok((self.single(value)?, Vec::new()));
        };
        let mut others = self.fit.values.clone();
        others.remove(self.k);
        let reduced = Problem::new(self.problem.simulator, self.problem.data, self.problem.loss, space)?;
        let x = reduced.space.coordinates_of(&others);
        let least = self.settings.least_effective * self.effective;
        let (x, mut there) = self.best(&reduced, self.bank, x, least)?;
        let mut others = reduced.space.values(&x);
        if there.effective < least {
            let bank = reduced.draw(&x, self.fit.state.events)?;
            let (x, own) = self.best(&reduced, bank.as_ref(), x, 0.0)?;
            (there, others) = (own, reduced.space.values(&x));
        }
        let prior = self.problem.space.coordinates()[self.k].prior_term(value);
        Ok((there.value + prior, others))
    }

    fn best(
        &self,
        reduced: &Problem<'_>,
        bank: &dyn Bank,
        origin: Vec<f64>,
        least_effective: f64,
    ) -> Result<(Vec<f64>, Evaluation)> {
        let here = reduced.at(bank, &origin, Neighbourhood::wanted(reduced))?;
        let radius = self.settings.radius;
        let neighbourhood = Neighbourhood { problem: reduced, bank, origin, radius, least_effective };
        neighbourhood.minimise(self.settings.method, &here)
    }

    /// The objective of the only free parameter.
    fn single(&self, value: f64) -> Result<f64> {
        let mut values = self.fit.values.clone();
        values[self.k] = value;
        let x = self.problem.space.coordinates_of(&values);
        let here = self.problem.at(self.bank, &x, Wanted::default())?;
        if here.effective >= self.settings.least_effective * self.effective {
            return Ok(here.value);
        }
        let bank = self.problem.draw(&x, self.fit.state.events)?;
        Ok(self.problem.at(bank.as_ref(), &x, Wanted::default())?.value)
    }
}
