//! What a fit minimises: the loss of events at a point, with priors, as a function of the free coordinates.

use super::noise;
use super::space::Space;
use crate::error::{Error, Result};
use crate::loss::{AtPoint, Loss, Prepared, Wanted};
use gradino_core::{Bank, Sample, Simulator};
use nalgebra::{DMatrix, DVector};

/// Relative step of the differences that stand for a curvature which no formula gives.
const STEP: f64 = 1e-3;

/// A simulator, data, a loss between them, and the parameters that move.
pub struct Problem<'a> {
    /// Makes the events.
    pub simulator: &'a dyn Simulator,
    /// What they are compared with.
    pub data: &'a Sample,
    /// How.
    pub loss: &'a dyn Loss,
    /// The free coordinates.
    pub space: Space,
    prepared: Box<dyn Prepared + 'a>,
}

/// The objective at a point, with derivatives with respect to the free coordinates x.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Loss and priors.
    pub value: f64,
    /// Its gradient.
    pub gradient: DVector<f64>,
    /// Gauss-Newton approximation of its second derivatives, where the loss has one.
    pub curvature: Option<DMatrix<f64>>,
    /// Effective number of events over their number.
    pub effective: f64,
    /// Statistical errors of the gradient, if they were asked for.
    pub errors: Option<Errors>,
}

/// Statistical errors of the gradient of the objective, in the free coordinates.
#[derive(Clone, Debug)]
pub struct Errors {
    /// Its covariance from the simulated events.
    pub simulation: DMatrix<f64>,
    /// Its covariance from the data.
    pub data: DMatrix<f64>,
    /// The curvature without the bias that the noise of the simulation brings into it, where the loss has one.
    pub curvature: Option<DMatrix<f64>>,
}

impl<'a> Problem<'a> {
    /// Refuses data that the simulator cannot be compared with, and priors without a likelihood.
    pub fn new(
        simulator: &'a dyn Simulator,
        data: &'a Sample,
        loss: &'a dyn Loss,
        space: Space,
    ) -> Result<Self> {
        data.check()?;
        if data.dimension() != simulator.dimension() {
            let (first, second) = (simulator.dimension(), data.dimension());
            return Err(gradino_core::Error::DifferentDimensions { first, second }.into());
        }
        if let Some(c) = space.coordinates().iter().find(|c| c.prior.is_some())
            && !loss.is_likelihood()
        {
            return Err(Error::PriorWithoutLikelihood { name: c.name.clone() });
        }
        Ok(Problem { simulator, data, loss, space, prepared: loss.prepare(data)? })
    }

    /// The objective for a sample that was made at `x`.
    pub fn evaluate(&self, sample: &Sample, x: &[f64], with_curvature: bool) -> Result<Evaluation> {
        let by = self.prepared.by_parameters(sample, with_curvature)?;
        let effective = sample.effective_size() / sample.len() as f64;
        self.in_coordinates(AtPoint { by, effective, errors: None }, x)
    }

    /// As [`Problem::evaluate`], against other data.
    pub fn compare(&self, sample: &Sample, data: &Sample, x: &[f64]) -> Result<Evaluation> {
        let by = self.loss.prepare(data)?.by_parameters(sample, false)?;
        let effective = sample.effective_size() / sample.len() as f64;
        self.in_coordinates(AtPoint { by, effective, errors: None }, x)
    }

    /// With the priors, and with derivatives with respect to the free coordinates.
    fn in_coordinates(&self, loss: AtPoint, x: &[f64]) -> Result<Evaluation> {
        let slopes = self.space.slopes(x);
        let mut value = loss.by.value;
        let mut gradient = DVector::from_vec(self.space.gather(&loss.by.gradient));
        for (k, coordinate) in self.space.coordinates().iter().enumerate() {
            if let Some([mean, sigma]) = coordinate.prior {
                let at = coordinate.value(x[k]);
                value += coordinate.prior_term(at);
                gradient[k] += 2.0 * (at - mean) / (sigma * sigma);
            }
            gradient[k] *= slopes[k];
        }
        if !value.is_finite() || gradient.iter().any(|g| !g.is_finite()) {
            return Err(Error::NotALoss { value, point: self.point(x) });
        }
        let curvature = loss.by.curvature.map(|c| self.matrix(&c, &slopes, true));
        let errors = loss.errors.map(|e| Errors {
            simulation: self.matrix(&e.simulation, &slopes, false),
            data: self.matrix(&e.data, &slopes, false),
            curvature: Some(self.matrix(&e.curvature, &slopes, true)),
        });
        Ok(Evaluation { value, gradient, curvature, effective: loss.effective, errors })
    }

    /// A matrix over all parameters in the free coordinates, with the second derivatives of the priors if wanted.
    fn matrix(&self, by_theta: &[f64], slopes: &[f64], with_priors: bool) -> DMatrix<f64> {
        let m = self.space.len();
        let mut matrix = DMatrix::from_row_slice(m, m, &self.space.gather_matrix(by_theta));
        for (k, coordinate) in self.space.coordinates().iter().enumerate() {
            if let Some([_, sigma]) = coordinate.prior.filter(|_| with_priors) {
                matrix[(k, k)] += 2.0 / (sigma * sigma);
            }
        }
        DMatrix::from_fn(m, m, |i, j| slopes[i] * matrix[(i, j)] * slopes[j])
    }

    /// Draws events at `x`.
    pub fn draw(&self, x: &[f64], events: u64) -> Result<Box<dyn Bank>> {
        Ok(self.simulator.draw(&self.space.theta(x), 0..events)?)
    }

    /// The objective of a bank at `x`.
    pub fn at(&self, bank: &dyn Bank, x: &[f64], wanted: Wanted) -> Result<Evaluation> {
        let theta = self.space.theta(x);
        if let Some(loss) = self.prepared.of_bank(bank, &theta, wanted)? {
            return self.in_coordinates(loss, x);
        }
        let sample = bank.at(&theta)?;
        let mut here = self.evaluate(&sample, x, wanted.curvature)?;
        if wanted.errors {
            here.errors = Some(Errors {
                simulation: noise::of_simulation(self, &sample, x)?,
                data: noise::of_data(self, &sample, x)?,
                curvature: None,
            });
        }
        Ok(here)
    }

    /// Second derivatives of the objective of a bank at `x` by differences of its gradients.
    pub fn differences(&self, bank: &dyn Bank, x: &[f64]) -> Result<DMatrix<f64>> {
        let m = self.space.len();
        let mut matrix = DMatrix::zeros(m, m);
        for k in 0..m {
            let mut moved = [x.to_vec(), x.to_vec()];
            moved[0][k] += STEP;
            moved[1][k] -= STEP;
            let at = |x: &[f64]| self.at(bank, x, Wanted::default());
            let [plus, minus] = [at(&moved[0])?, at(&moved[1])?];
            matrix.set_column(k, &((plus.gradient - minus.gradient) / (2.0 * STEP)));
        }
        Ok((&matrix + matrix.transpose()) / 2.0)
    }

    /// Parameters with their values, for messages.
    fn point(&self, x: &[f64]) -> String {
        let pairs = self.space.coordinates().iter().zip(self.space.values(x));
        pairs.map(|(c, v)| format!("{} = {v}", c.name)).collect::<Vec<_>>().join(", ")
    }
}
