//! Fits of a simulation to data.
//!
//! A fit goes in rounds. Each draws a bank of events where the last one ended, minimises the objective over
//! the same events, moved and weighted, and stops where too few of them count or the point leaves the
//! neighbourhood of the bank. The objective of a bank is a smooth function with exact gradients, so that
//! no noise enters a minimisation; what is left of it, the choice of the bank, is measured: the gradient at
//! the start of a round is compared with its own statistical error. Where it is noise, the number of events
//! grows; where it is noise at the largest number, the fit has converged.

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
pub use objective::{Evaluation, Problem};
pub use scan::{Profile, profile};
pub use space::{Choice, Coordinate, Space};
pub use stochastic::{Descent, DescentSettings, Stepper, descend};

use crate::error::{Error, Result};
use method::Neighbourhood;
use serde::{Deserialize, Serialize};

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
    /// Squared signal to noise of the gradient below which more events are drawn, or the fit ends.
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
            least_signal: 0.02,
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
    if state.values.len() != problem.space.len() {
        return Err(Error::OtherFit { found: state.values.len(), wanted: problem.space.len() });
    }
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

/// One round: look at the gradient, then draw more events, or end, or move.
fn round(problem: &Problem<'_>, settings: &Settings, state: &mut State) -> Result<()> {
    let signal = step(problem, settings, state)?;
    if signal >= settings.least_signal {
        return Ok(());
    }
    if state.events >= settings.most_events {
        state.converged = true;
    }
    state.events = (2 * state.events).min(settings.most_events);
    Ok(())
}

/// Draws a bank and moves to its minimum; returns the squared signal to noise of the first gradient.
fn step(problem: &Problem<'_>, settings: &Settings, state: &mut State) -> Result<f64> {
    let x = problem.space.coordinates_of(&state.values);
    let bank = problem.draw(&x, state.events)?;
    let sample = bank.at(&problem.space.theta(&x))?;
    let here = problem.evaluate(&sample, &x, false)?;
    let signal = noise::signal(&here.gradient, &noise::of_simulation(problem, &sample, &x)?);
    // A bank may have uneven weights from the start; what counts is how many events are lost on the way.
    let least_effective = settings.least_effective * here.effective;
    let mut neighbourhood = Neighbourhood {
        problem,
        bank: bank.as_ref(),
        origin: x.clone(),
        radius: state.radius,
        least_effective,
    };
    let (found, there) = loop {
        let (found, there) = neighbourhood.minimise(settings.method)?;
        if there.effective >= least_effective {
            break (found, there);
        }
        neighbourhood.radius *= 0.5;
    };
    let reached = found.iter().zip(&x).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    // A minimum on the border of the neighbourhood lies farther out; one well inside needs no more room.
    let radius = neighbourhood.radius;
    state.radius = if reached > 0.9 * radius { (2.0 * radius).min(settings.radius) } else { radius };
    state.rounds.push(Round {
        events: state.events,
        values: state.values.clone(),
        objective: here.value,
        signal,
        effective: there.effective / here.effective,
    });
    state.values = problem.space.values(&found);
    Ok(signal)
}

/// Errors and diagnosis at the end.
fn finish(problem: &Problem<'_>, settings: &Settings, state: State) -> Result<Fit> {
    let x = problem.space.coordinates_of(&state.values);
    let bank = problem.draw(&x, state.events)?;
    let theta = problem.space.theta(&x);
    let sample = bank.at(&theta)?;
    let here = problem.evaluate(&sample, &x, false)?;
    let curvature = problem.curvature(bank.as_ref(), &x)?;
    let simulation = noise::of_simulation(problem, &sample, &x)?;
    let covariance =
        Covariance::new(problem, &curvature, simulation, noise::of_data(problem, &sample, &x)?, &x);
    let effective = state.rounds.last().map_or(1.0, |r| r.effective);
    let diagnosis = diagnosis::of(problem, settings, &state, &covariance);
    let names = problem.space.coordinates().iter().map(|c| c.name.clone()).collect();
    let values = state.values.clone();
    Ok(Fit { names, values, theta, objective: here.value, covariance, effective, state, diagnosis })
}
