//! Descents that draw new events at every step, as they are common in machine learning: plain gradient
//! descent (as published with the toy, barhamalzas2024) and Adam (kingma2015). They are here to compare
//! with, and for simulators whose events cannot be moved.

use super::objective::Problem;
use crate::error::{Error, Result};
use ganesh::Vector;
use ganesh::algorithms::gradient::{Adam, AdamConfig};
use ganesh::core::{Callbacks, MaxSteps};
use ganesh::traits::{Algorithm, CostFunction, Gradient};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

/// How a step follows from a gradient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stepper {
    /// x - rate * gradient.
    Plain,
    /// Adam (kingma2015).
    Adam,
}

/// How a descent goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DescentSettings {
    /// How a step follows from a gradient.
    pub stepper: Stepper,
    /// Learning rate, in the scales of the parameters.
    pub rate: f64,
    /// Steps, at most, before those with doubled samples.
    pub steps: usize,
    /// Events of each step.
    pub events: u64,
    /// The loss at which the steps with doubled samples begin.
    pub threshold: f64,
    /// Steps at the end, each with twice the events of the one before.
    pub doubled_steps: usize,
    /// Whether each step has events of its own; else they have common random numbers.
    pub fresh: bool,
}

impl Default for DescentSettings {
    fn default() -> Self {
        DescentSettings {
            stepper: Stepper::Plain,
            rate: 1.0,
            steps: 200,
            events: 1000,
            threshold: 0.0,
            doubled_steps: 10,
            fresh: true,
        }
    }
}

/// The way of a descent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Descent {
    /// Values of the free parameters, step by step.
    pub path: Vec<Vec<f64>>,
    /// The loss, step by step.
    pub losses: Vec<f64>,
}

/// Descends from the start of the space.
pub fn descend(problem: &Problem<'_>, settings: &DescentSettings) -> Result<Descent> {
    if settings.rate <= 0.0 || !settings.rate.is_finite() {
        let value = settings.rate;
        return Err(Error::BadSetting { what: "the learning rate", value, allowed: "a number above 0" });
    }
    let walk =
        Walk { problem, settings, events: RefCell::new((0, settings.events)), way: RefCell::default() };
    let mut x = problem.space.start();
    match settings.stepper {
        Stepper::Plain => {
            for _ in 0..settings.steps {
                let (loss, next) = walk.plain_step(&x)?;
                x = next;
                if loss < settings.threshold {
                    break;
                }
            }
        }
        Stepper::Adam => x = walk.adam(&x)?,
    }
    for _ in 0..settings.doubled_steps {
        walk.events.borrow_mut().1 *= 2;
        x = walk.plain_step(&x)?.1;
    }
    let mut way = walk.way.into_inner();
    way.path.push(problem.space.values(&x));
    Ok(way)
}

/// A descent on its way.
struct Walk<'a> {
    problem: &'a Problem<'a>,
    settings: &'a DescentSettings,
    /// First event of the next step, and the number of its events.
    events: RefCell<(u64, u64)>,
    way: RefCell<Descent>,
}

impl Walk<'_> {
    /// The loss and its gradient at `x`, with the events of the next step.
    fn look(&self, x: &[f64]) -> Result<(f64, Vec<f64>)> {
        let (loss, gradient) = self.evaluate_here(x)?;
        if self.settings.fresh {
            let mut events = self.events.borrow_mut();
            events.0 += events.1;
        }
        let mut way = self.way.borrow_mut();
        way.path.push(self.problem.space.values(x));
        way.losses.push(loss);
        Ok((loss, gradient))
    }

    fn evaluate_here(&self, x: &[f64]) -> Result<(f64, Vec<f64>)> {
        let (first, count) = *self.events.borrow();
        let theta = self.problem.space.theta(x);
        let sample = self.problem.simulator.draw(&theta, first..first + count)?.at(&theta)?;
        let here = self.problem.evaluate(&sample, x, false)?;
        Ok((here.value, here.gradient.as_slice().to_vec()))
    }

    fn plain_step(&self, x: &[f64]) -> Result<(f64, Vec<f64>)> {
        let (loss, gradient) = self.look(x)?;
        let next = x.iter().zip(gradient).map(|(x, g)| x - self.settings.rate * g).collect();
        Ok((loss, next))
    }

    fn adam(&self, x: &[f64]) -> Result<Vec<f64>> {
        let odd = |e: ganesh::error::GaneshError| {
            Error::Core(gradino_core::Error::Simulation { reason: e.to_string(), hint: None })
        };
        let config = AdamConfig::<f64>::default().with_alpha(self.settings.rate).map_err(odd)?;
        let callbacks = Callbacks::empty().with_terminator(MaxSteps(self.settings.steps));
        let summary =
            Adam::<f64>::default().process(self, &(), Vector::from_vec(x.to_vec()), config, callbacks)?;
        Ok(summary.x.to_vec())
    }
}

impl CostFunction<f64, ganesh::NalgebraProvider, (), Error> for Walk<'_> {
    fn evaluate(&self, x: &Vector<f64>, (): &()) -> Result<f64> {
        Ok(self.evaluate_here(&x.to_vec())?.0)
    }
}

impl Gradient<f64, ganesh::NalgebraProvider, (), Error> for Walk<'_> {
    fn gradient(&self, x: &Vector<f64>, (): &()) -> Result<Vector<f64>> {
        Ok(Vector::from_vec(self.look(&x.to_vec())?.1))
    }
}
