//! Fits of a simulation to data.
//!
//! A fit goes in rounds. Each draws a bank of events where the last one ended, minimises the objective over
//! the same events, moved and weighted, and stops where too few of them count or the point leaves the
//! neighbourhood of the bank. The objective of a bank is a smooth function with exact gradients, so that
//! no noise enters a minimisation; what is left of it, the choice of the bank, is measured: the gradient at
//! the start of a round is compared with its own statistical error. Where it may be noise, the number of events
//! grows; where it is nothing else at the largest number, the fit has converged.

mod covariance;
mod diagnosis;
mod method;
mod noise;
mod objective;
mod scan;
mod space;
mod stochastic;

pub use covariance::Covariance;
pub use diagnosis::Diagnosis;
pub use method::Method;
pub use objective::{Errors, Evaluation, Problem};
pub use scan::{Profile, profile};
pub use space::{Choice, Coordinate, Space};
pub use stochastic::{Descent, DescentSettings, Stepper, descend};

use crate::error::{Error, Result};
use crate::loss::Wanted;
use gradino_core::Bank;
use method::Neighbourhood;
use serde::{Deserialize, Serialize};

/// Squared signal to noise at which a gradient may be noise: then more events are drawn.
const NOISE: f64 = 1.0;

/// How a fit goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How the objective of a bank is minimised.
    pub method: Method,
    /// Events of the first bank.
    pub events: u64,
    /// Events of the largest bank.
    pub most_events: u64,
    /// Rounds, at most.
    pub rounds: usize,
    /// Share of the effective events of a bank below which it is drawn anew.
    pub least_effective: f64,
    /// Half the width of the neighbourhood of a bank, in units of the scales of the parameters.
    pub radius: f64,
    /// Squared signal to noise of the gradient below which the fit ends, with the largest number of events.
    pub least_signal: f64,
    /// Rounds behind the last one in which the number of events is doubled each time, as published with the
    /// toy (barhamalzas2024).
    pub doubled_rounds: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            method: Method::GaussNewton,
            events: 1000,
            most_events: 16_000,
            rounds: 60,
            least_effective: 0.3,
            radius: 3.0,
            least_signal: 0.5,
            doubled_rounds: 0,
        }
    }
}

impl Settings {
    fn check(&self) -> Result<()> {
        let share = |x: f64| x > 0.0 && x < 1.0;
        let settings = [
            ("the number of events", self.events as f64, self.events >= 40, "40 or more"),
            (
                "the largest number of events",
                self.most_events as f64,
                self.most_events >= self.events,
                "at least the first number of events",
            ),
            ("the number of rounds", self.rounds as f64, self.rounds > 0, "1 or more"),
            (
                "the least effective share",
                self.least_effective,
                share(self.least_effective),
                "a share between 0 and 1",
            ),
            ("the radius", self.radius, self.radius > 0.0, "a number above 0"),
            ("the least signal", self.least_signal, self.least_signal > 0.0, "a number above 0"),
        ];
        match settings.into_iter().find(|s| !s.2) {
            Some((what, value, _, allowed)) => Err(Error::BadSetting { what, value, allowed }),
            None => Ok(()),
        }
    }
}

/// One round of a fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Events of its bank.
    pub events: u64,
    /// Values of the free parameters at its start.
    pub values: Vec<f64>,
    /// The objective there.
    pub objective: f64,
    /// Squared signal to noise of the gradient there.
    pub signal: f64,
    /// Effective events at its end by those at its start.
    pub effective: f64,
}

/// Where a fit stands: enough to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Values of the free parameters.
    pub values: Vec<f64>,
    /// Events of the next bank.
    pub events: u64,
    /// Half the width of its neighbourhood.
    pub radius: f64,
    /// Rounds so far.
    pub rounds: Vec<Round>,
    /// Whether the gradient was noise at the largest number of events.
    pub converged: bool,
}

impl State {
    /// The start of a fit.
    pub fn start(problem: &Problem<'_>, settings: &Settings) -> Self {
        State {
            values: problem.space.coordinates().iter().map(|c| c.start).collect(),
            events: settings.events,
            radius: settings.radius,
            rounds: Vec::new(),
            converged: false,
        }
    }
}

/// The result of a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Names of the free parameters.
    pub names: Vec<String>,
    /// Their values.
    pub values: Vec<f64>,
    /// All parameters of the simulator.
    pub theta: Vec<f64>,
    /// The objective.
    pub objective: f64,
    /// Covariance matrices of the free parameters.
    pub covariance: Covariance,
    /// Effective events of the last bank at the end of its round by those at its start.
    pub effective: f64,
    /// The rounds.
    pub state: State,
    /// What the user should know.
    pub diagnosis: Vec<Diagnosis>,
}

/// Fits from the start. `observer` sees the state after each round, e.g. to store it; a fit ends early
/// where it says no.
pub fn fit(problem: &Problem<'_>, settings: &Settings, observer: impl FnMut(&State) -> bool) -> Result<Fit> {
    resume(problem, settings, State::start(problem, settings), observer)
}

/// Goes on with a fit from a state, to the same result as if it had never stopped.
pub fn resume(
    problem: &Problem<'_>,
    settings: &Settings,
    mut state: State,
    mut observer: impl FnMut(&State) -> bool,
) -> Result<Fit> {
    settings.check()?;
    check_state(problem, &state)?;
    while !state.converged && state.rounds.len() < settings.rounds {
        round(problem, settings, &mut state)?;
        if !observer(&state) {
            break;
        }
    }
    for _ in 0..settings.doubled_rounds {
        state.events *= 2;
        step(problem, settings, &mut state)?;
    }
    finish(problem, settings, state)
}

/// Fits over one bank alone, from the values of `state`, without drawing another one: the result is that of this
/// bank, and [`Fit::diagnosis`] says if it went too far for it. For many fits over the same events.
pub fn fit_bank(
    problem: &Problem<'_>,
    settings: &Settings,
    bank: &dyn Bank,
    mut state: State,
) -> Result<Fit> {
    settings.check()?;
    check_state(problem, &state)?;
    let (round, there) = over(problem, settings, &mut state, bank)?;
    let [from, to] = [&round.values, &state.values].map(|values| problem.space.coordinates_of(values));
    state.converged = from.iter().zip(&to).all(|(a, b)| (a - b).abs() < 0.9 * settings.radius);
    state.rounds.push(round);
    result(problem, settings, state, bank, there)
}

fn check_state(problem: &Problem<'_>, state: &State) -> Result<()> {
    match (state.values.len(), problem.space.len()) {
        (found, wanted) if found != wanted => Err(Error::OtherFit { found, wanted }),
        _ => Ok(()),
    }
}

/// One round: look at the gradient, move to the minimum of the bank, then draw more events, or end.
///
/// The events of a bank are unbiased at its minimum too, so that a bank that was drawn within its own noise of it is
/// as good as one drawn there: to draw again would only change the noise.
fn round(problem: &Problem<'_>, settings: &Settings, state: &mut State) -> Result<()> {
    let signal = step(problem, settings, state)?;
    if state.events >= settings.most_events {
        state.converged = signal < settings.least_signal;
    } else if signal < NOISE {
        state.events = (2 * state.events).min(settings.most_events);
    }
    Ok(())
}

/// Draws a bank and moves to its minimum; returns the squared signal to noise of the first gradient.
fn step(problem: &Problem<'_>, settings: &Settings, state: &mut State) -> Result<f64> {
    let x = problem.space.coordinates_of(&state.values);
    let bank = problem.draw(&x, state.events)?;
    let round = over(problem, settings, state, bank.as_ref())?.0;
    let signal = round.signal;
    state.rounds.push(round);
    Ok(signal)
}

/// Moves to the minimum of a bank, or as far as it goes; the round, and the objective at its end.
fn over(
    problem: &Problem<'_>,
    settings: &Settings,
    state: &mut State,
    bank: &dyn Bank,
) -> Result<(Round, Evaluation)> {
    let x = problem.space.coordinates_of(&state.values);
    let here = problem.at(bank, &x, Wanted { curvature: true, errors: true })?;
    let signal = here.errors.as_ref().map_or(0.0, |e| noise::signal(&here.gradient, &e.simulation));
    // A bank may have uneven weights from the start; what counts is how many events are lost on the way.
    let least_effective = settings.least_effective * here.effective;
    let origin = x.clone();
    let mut neighbourhood = Neighbourhood { problem, bank, origin, radius: state.radius, least_effective };
    let (found, there) = loop {
        let (found, there) = neighbourhood.minimise(settings.method, &here)?;
        if there.effective >= least_effective {
            break (found, there);
        }
        neighbourhood.radius *= 0.5;
    };
    let reached = found.iter().zip(&x).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    // A minimum on the border of the neighbourhood lies farther out; one well inside needs no more room.
    let radius = neighbourhood.radius;
    state.radius = if reached > 0.9 * radius { (2.0 * radius).min(settings.radius) } else { radius };
    let values = std::mem::replace(&mut state.values, problem.space.values(&found));
    let effective = there.effective / here.effective;
    Ok((Round { events: state.events, values, objective: here.value, signal, effective }, there))
}

/// Errors and diagnosis at the end, for new events.
fn finish(problem: &Problem<'_>, settings: &Settings, state: State) -> Result<Fit> {
    let x = problem.space.coordinates_of(&state.values);
    let bank = problem.draw(&x, state.events)?;
    let here = problem.at(bank.as_ref(), &x, Wanted { curvature: true, errors: true })?;
    result(problem, settings, state, bank.as_ref(), here)
}

/// The result of a fit that has ended where the objective of `bank` is `here`.
fn result(
    problem: &Problem<'_>,
    settings: &Settings,
    state: State,
    bank: &dyn Bank,
    here: Evaluation,
) -> Result<Fit> {
    let x = problem.space.coordinates_of(&state.values);
    let Evaluation { value: objective, curvature, errors, .. } = match here.errors {
        Some(_) => here,
        None => problem.at(bank, &x, Wanted { curvature: true, errors: true })?,
    };
    let errors = errors.expect("errors were asked for");
    let curvature = match errors.curvature.or(curvature) {
        Some(curvature) => curvature,
        None => problem.differences(bank, &x)?,
    };
    let covariance = Covariance::new(problem, &curvature, errors.simulation, errors.data, &x);
    let effective = state.rounds.last().map_or(1.0, |r| r.effective);
    let diagnosis = diagnosis::of(problem, settings, &state, &covariance);
    let names = problem.space.coordinates().iter().map(|c| c.name.clone()).collect();
    let (values, theta) = (state.values.clone(), problem.space.theta(&x));
    Ok(Fit { names, values, theta, objective, covariance, effective, state, diagnosis })
}
