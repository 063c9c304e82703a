//! The structures of the hadron tensor at a point, with their derivatives.

use super::amplitude::OperatorAmplitudes;
use super::cell::Workspace;
use super::hadron::{HadronTensor, STRUCTURES};
use super::model::PreparedKnockout;
use gradino_core::Dual;

/// Number of factors of the current.
const FACTORS: usize = 5;

impl PreparedKnockout {
    /// The structures of [`HadronTensor::structures`] for the nucleons of one hole at energy transfer `omega` and momentum
    /// transfer `q` [MeV] and cos(theta_N) = `x` [1/(MeV sr)], zero outside the grid. Their derivatives with respect to the
    /// wanted parameters are written to `gradient`, a row of parameters for each structure.
    pub fn structures(
        &self,
        hole: usize,
        [omega, q, x]: [f64; 3],
        space: &mut Workspace,
        gradient: &mut [f64],
    ) -> [f64; STRUCTURES] {
        let mut sum = [0.0; STRUCTURES];
        gradient.fill(0.0);
        let Some(corners) = self.corners(omega - self.of.table.holes[hole].separation, q) else { return sum };
        for (kinetic, momentum, weight) in corners {
            let node = (kinetic, momentum);
            self.fill_harmonics(hole, x, kinetic, space);
            let Some(amplitudes) = self.amplitudes(hole, node, space) else { continue };
            let factors = self.factors_at(hole, node).seeded();
            let mut tensor = HadronTensor::<Dual<f64, FACTORS>>::zero();
            let lifted = |a: &OperatorAmplitudes<f32>| a.map(|x| Dual::from(f64::from(x)));
            amplitudes.iter().for_each(|a| tensor.add_state(&lifted(a), &factors));
            let share = weight * self.filling(hole);
            for (k, structure) in tensor.structures().into_iter().enumerate() {
                sum[k] += structure.re * share;
                let row = k * self.wanted()..(k + 1) * self.wanted();
                self.add_slopes(hole, node, structure.eps.map(|slope| slope * share), &mut gradient[row]);
            }
        }
        sum
    }
}
