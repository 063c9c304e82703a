//! Minimising the objective of one bank, within a distance of the point where it was drawn.

use super::objective::{Evaluation, Problem};
use crate::error::{Error, Result};
use crate::loss::Wanted;
use ganesh::Vector;
use ganesh::algorithms::gradient::lbfgsb::{LBFGSB, LBFGSBConfig, LBFGSBErrorMode};
use ganesh::algorithms::gradient::{Adam, AdamConfig};
use ganesh::core::{Callbacks, MaxSteps};
use ganesh::traits::{Algorithm, CostFunction, Gradient};
use gradino_core::Bank;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Steps of one minimisation, at most.
const MOST_STEPS: usize = 60;
/// A step that is shorter than this in all coordinates, whose unit is the scale of the parameter, ends it.
const SMALL_STEP: f64 = 1e-6;
/// First damping of Gauss-Newton steps, and the factor by which it grows and falls (marquardt1963).
const DAMPING: f64 = 1e-4;
const DAMPING_FACTOR: f64 = 8.0;
/// Damping at which no step helps any more.
const MOST_DAMPING: f64 = 1e10;
/// A step that is expected to lower a likelihood -2 ln L by less, a tenth of a standard error long at most, is taken
/// on trust and is the last one: what it leaves is a small part of its length.
const SMALL_GAIN: f64 = 0.01;

/// Length of a step of Adam at first, in the scales of the parameters, and number of steps.
const ADAM_RATE: f64 = 0.1;
const ADAM_STEPS: usize = 200;

/// How the objective of a bank is minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Gauss-Newton steps with damping (marquardt1963), with the Fisher matrix of the loss, or with
    /// differences of gradients where it has none.
    GaussNewton,
    /// L-BFGS with bounds (byrd1995).
    Lbfgs,
    /// Adam (kingma2015): slow, and with nothing to set up.
    Adam,
}

/// The objective of one bank inside a box around its origin.
pub(super) struct Neighbourhood<'a> {
    pub(super) problem: &'a Problem<'a>,
    pub(super) bank: &'a dyn Bank,
    pub(super) origin: Vec<f64>,
    /// Half the width of the box, in units of the scales of the parameters.
    pub(super) radius: f64,
    /// Share of effective events below which the bank is not believed.
    pub(super) least_effective: f64,
}

impl Neighbourhood<'_> {
    /// The lowest point that was found, from the origin, where the objective is `here`.
    pub(super) fn minimise(&self, method: Method, here: &Evaluation) -> Result<(Vec<f64>, Evaluation)> {
        match method {
            Method::GaussNewton => self.gauss_newton(here.clone()),
            Method::Lbfgs => self.lbfgs(here),
            Method::Adam => self.adam(here),
        }
    }

    /// What Gauss-Newton steps ask for. Sums over the bins of a likelihood give the errors too, at no cost.
    pub(super) fn wanted(problem: &Problem<'_>) -> Wanted {
        Wanted { curvature: true, errors: problem.loss.is_likelihood() }
    }

    fn inside(&self, k: usize, x: f64) -> f64 {
        x.clamp(self.origin[k] - self.radius, self.origin[k] + self.radius)
    }

    fn gauss_newton(&self, mut here: Evaluation) -> Result<(Vec<f64>, Evaluation)> {
        let mut x = self.origin.clone();
        let mut damping = DAMPING;
        for _ in 0..MOST_STEPS {
            let curvature = match here.curvature.clone() {
                Some(curvature) => curvature,
                None => self.problem.differences(self.bank, &x)?,
            };
            if let Some(step) = self.last_step(&x, &here, &curvature) {
                here.value -= 0.5 * step.dot(&here.gradient);
                x.iter_mut().zip(step.iter()).for_each(|(x, step)| *x -= step);
                break;
            }
            let Some((next, there)) = self.damped_step(&x, &here, &curvature, &mut damping)? else { break };
            let length = x.iter().zip(&next).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            (x, here) = (next, there);
            if length < SMALL_STEP {
                break;
            }
        }
        Ok((x, here))
    }

    /// The step to the minimum of a likelihood, if that is so near that it need not be looked at.
    fn last_step(&self, x: &[f64], here: &Evaluation, curvature: &DMatrix<f64>) -> Option<DVector<f64>> {
        let step = curvature.clone().cholesky()?.solve(&here.gradient);
        let is_inside = (0..x.len()).all(|k| self.inside(k, x[k] - step[k]) == x[k] - step[k]);
        let is_small = 0.5 * step.dot(&here.gradient) < SMALL_GAIN;
        (self.problem.loss.is_likelihood() && is_inside && is_small).then_some(step)
    }

    /// A step that lowers the objective, with as much damping as that needs; none if no step does.
    fn damped_step(
        &self,
        x: &[f64],
        here: &Evaluation,
        curvature: &DMatrix<f64>,
        damping: &mut f64,
    ) -> Result<Option<(Vec<f64>, Evaluation)>> {
        let floor = curvature.diagonal().amax().max(f64::MIN_POSITIVE) * 1e-12;
        while *damping < MOST_DAMPING {
            let mut matrix = curvature.clone();
            for k in 0..x.len() {
                matrix[(k, k)] = curvature[(k, k)].abs() * (1.0 + *damping) + floor;
            }
            if let Some(cholesky) = matrix.cholesky() {
                let step = cholesky.solve(&here.gradient);
                let next: Vec<f64> = (0..x.len()).map(|k| self.inside(k, x[k] - step[k])).collect();
                if next == x {
                    return Ok(None);
                }
                let there = self.problem.at(self.bank, &next, Self::wanted(self.problem))?;
                if there.value < here.value && there.effective >= self.least_effective {
                    *damping = (*damping / DAMPING_FACTOR).max(1e-12);
                    return Ok(Some((next, there)));
                }
            }
            *damping *= DAMPING_FACTOR;
        }
        Ok(None)
    }

    fn lbfgs(&self, here: &Evaluation) -> Result<(Vec<f64>, Evaluation)> {
        let bounds: Vec<_> = self.origin.iter().map(|x| (x - self.radius, x + self.radius)).collect();
        let config = LBFGSBConfig::<f64>::default()
            .with_error_mode(LBFGSBErrorMode::Skip)
            .with_bounds(bounds)
            .map_err(|e| gradino_core::Error::Simulation { reason: e.to_string(), hint: None })?;
        let callbacks: Callbacks<_, _, _, _, _, _> =
            LBFGSB::<f64>::default_callbacks().with_terminator(MaxSteps(MOST_STEPS));
        let start = Vector::from_vec(self.origin.clone());
        let summary = LBFGSB::<f64>::default().process(self, &(), start, config, callbacks)?;
        self.better_of(here, &summary.x)
    }

    fn adam(&self, here: &Evaluation) -> Result<(Vec<f64>, Evaluation)> {
        let config = AdamConfig::<f64>::default()
            .with_alpha(ADAM_RATE)
            .map_err(|e| gradino_core::Error::Simulation { reason: e.to_string(), hint: None })?;
        let callbacks = Callbacks::empty().with_terminator(MaxSteps(ADAM_STEPS));
        let start = Vector::from_vec(self.origin.clone());
        let summary = Adam::<f64>::default().process(self, &(), start, config, callbacks)?;
        self.better_of(here, &summary.x)
    }

    /// The objective at `x`, brought inside, if it is below that of the origin.
    fn better_of(&self, here: &Evaluation, x: &Vector<f64>) -> Result<(Vec<f64>, Evaluation)> {
        let x: Vec<f64> = x.to_vec().into_iter().enumerate().map(|(k, x)| self.inside(k, x)).collect();
        let there = self.problem.at(self.bank, &x, Wanted::default())?;
        if there.value < here.value { Ok((x, there)) } else { Ok((self.origin.clone(), here.clone())) }
    }
}

impl CostFunction<f64, ganesh::NalgebraProvider, (), Error> for Neighbourhood<'_> {
    fn evaluate(&self, x: &Vector<f64>, (): &()) -> Result<f64> {
        Ok(self.problem.at(self.bank, &x.to_vec(), Wanted::default())?.value)
    }
}

impl Gradient<f64, ganesh::NalgebraProvider, (), Error> for Neighbourhood<'_> {
    fn gradient(&self, x: &Vector<f64>, (): &()) -> Result<Vector<f64>> {
        let gradient: DVector<f64> = self.problem.at(self.bank, &x.to_vec(), Wanted::default())?.gradient;
        Ok(Vector::from_vec(gradient.as_slice().to_vec()))
    }
    fn evaluate_with_gradient(&self, x: &Vector<f64>, (): &()) -> Result<(f64, Vector<f64>)> {
        let here = self.problem.at(self.bank, &x.to_vec(), Wanted::default())?;
        Ok((here.value, Vector::from_vec(here.gradient.as_slice().to_vec())))
    }
}
