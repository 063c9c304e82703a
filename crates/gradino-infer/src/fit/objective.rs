//! What a fit minimises: the loss of events at a point, with priors, as a function of the free coordinates.

use super::space::Space;
use crate::error::{Error, Result};
use crate::loss::{ByParameters, Loss, Prepared};
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
        let loss = self.prepared.by_parameters(sample, with_curvature)?;
        self.in_coordinates(sample, loss, x)
    }

    /// As [`Problem::evaluate`], against other data.
    pub fn compare(&self, sample: &Sample, data: &Sample, x: &[f64]) -> Result<Evaluation> {
        let loss = self.loss.prepare(data)?.by_parameters(sample, false)?;
        self.in_coordinates(sample, loss, x)
    }

    /// With the priors, and with derivatives with respect to the free coordinates.
    fn in_coordinates(&self, sample: &Sample, loss: ByParameters, x: &[f64]) -> Result<Evaluation> {
        let m = self.space.len();
        let slopes = self.space.slopes(x);
        let mut value = loss.value;
        let mut gradient = DVector::from_vec(self.space.gather(&loss.gradient));
        let gathered = loss.curvature.map(|c| self.space.gather_matrix(&c));
        let mut curvature = gathered.map(|c| DMatrix::from_row_slice(m, m, &c));
        for (k, coordinate) in self.space.coordinates().iter().enumerate() {
            let Some([mean, sigma]) = coordinate.prior else { continue };
            let pull = (coordinate.value(x[k]) - mean) / sigma;
            value += coordinate.prior_term(coordinate.value(x[k]));
            gradient[k] += 2.0 * pull / sigma;
            if let Some(c) = &mut curvature {
                c[(k, k)] += 2.0 / (sigma * sigma);
            }
        }
        for k in 0..m {
            gradient[k] *= slopes[k];
            if let Some(c) = &mut curvature {
                c.row_mut(k).scale_mut(slopes[k]);
                c.column_mut(k).scale_mut(slopes[k]);
            }
        }
        let effective = sample.effective_size() / sample.len() as f64;
        if !value.is_finite() || gradient.iter().any(|g| !g.is_finite()) {
            return Err(Error::NotALoss { value, point: self.point(x) });
        }
        Ok(Evaluation { value, gradient, curvature, effective })
    }

    /// Draws events at `x`.
    pub fn draw(&self, x: &[f64], events: u64) -> Result<Box<dyn Bank>> {
        Ok(self.simulator.draw(&self.space.theta(x), 0..events)?)
    }

    /// The objective of a bank at `x`.
    pub fn at(&self, bank: &dyn Bank, x: &[f64], with_curvature: bool) -> Result<Evaluation> {
        self.evaluate(&bank.at(&self.space.theta(x))?, x, with_curvature)
    }

    /// Second derivatives at `x`: those of the loss, or differences of the gradients of the bank.
    pub fn curvature(&self, bank: &dyn Bank, x: &[f64]) -> Result<DMatrix<f64>> {
        if let Some(curvature) = self.at(bank, x, true)?.curvature {
            return Ok(curvature);
        }
        let m = self.space.len();
        let mut matrix = DMatrix::zeros(m, m);
        for k in 0..m {
            let mut moved = [x.to_vec(), x.to_vec()];
            moved[0][k] += STEP;
            moved[1][k] -= STEP;
            let [plus, minus] = [self.at(bank, &moved[0], false)?, self.at(bank, &moved[1], false)?];
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
