//! The structures of the hadron tensor at a point, with their derivatives.

use super::amplitude::OperatorAmplitudes;
use super::cell::Workspace;
use super::form::WIDTH;
use super::hadron::{HadronTensor, STRUCTURES};
use super::model::{Corner, PreparedKnockout};
use super::moving_field::FieldSlope;
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
        if self.field_moves() {
            self.add_structure_slopes((hole, x), &corners, space, gradient);
        }
        sum
    }

    /// Adds to `gradient` the derivatives of the structures in a cell, for cos(theta_N) = `x`, with respect to the parameters of
    /// the field at fixed omega and q.
    fn add_structure_slopes(
        &self,
        (hole, x): (usize, f64),
        corners: &[Corner; WIDTH],
        space: &mut Workspace,
        gradient: &mut [f64],
    ) {
        let filling = self.filling(hole);
        let falling = self.falling(corners, corners.map(|(.., weight)| weight));
        for (slot, slope) in self.field_slots() {
            self.fill_harmonics(hole, x, corners[WIDTH - 1].0, space);
            let separation = slope.table.separation(hole);
            for (number, (&corner, falls)) in corners.iter().zip(falling).enumerate() {
                if number == WIDTH / 2 {
                    // The other node of T has other phases.
                    space.waves[hole].clear();
                }
                let tensor = self.moving_tensor((hole, number), corner, slope, space);
                let (weight, moved) = (corner.2 * filling, falls * filling * separation);
                for (k, structure) in tensor.structures().into_iter().enumerate() {
                    gradient[k * self.wanted() + slot] += structure.eps[0] * weight + structure.re * moved;
                }
            }
        }
    }

    /// The tensor of a full shell at a corner, with its derivative with respect to a parameter of the field at fixed T.
    fn moving_tensor(
        &self,
        (hole, number): (usize, usize),
        corner: Corner,
        slope: &FieldSlope,
        space: &mut Workspace,
    ) -> HadronTensor<Dual<f64, 1>> {
        let (kinetic, momentum, _) = corner;
        let mut tensor = HadronTensor::zero();
        self.add_change((hole, number), corner, &slope.table.numbers, space);
        if self.amplitudes(hole, (kinetic, momentum), space).is_none() {
            return tensor;
        }
        let by_omega = self.factor_slopes_at(hole, (kinetic, momentum));
        let factors =
            self.factors_at(hole, (kinetic, momentum)).along(by_omega, slope.table.separation(hole));
        let states = self.of.table.holes[hole].states();
        for (a, change) in space.amplitudes[..states].iter().zip(&space.change.sums) {
            let (here, change) = (a.flat(), change[number]);
            let both = |k: usize| Dual { re: f64::from(here[k]), eps: [f64::from(change[k])] };
            tensor.add_state(&OperatorAmplitudes::of_flat(&std::array::from_fn(both)), &factors);
        }
        tensor
    }
}
