//! Moving cascades along a line in parameter space.
//!
//! The continuum variable s of the first step follows the quantile of its distribution, F_t(s(t)) = F_0(s_0), to some
//! order in t, and its energy with it. Near the neutron threshold of the residue the motion is faded out as in `score`:
//! s_1 = s_0 + kappa (s^ - s_0) with the quantile s^ and kappa at s_0. Later steps keep their s, so that their energies
//! follow. All choices are weighted by the ratio of their probabilities, at t and the moved energies to those at 0 and
//! the energies that were drawn: ln p along the line is a Taylor polynomial at fixed energies. What the motion does to
//! the density of s is in the factor
//!
//! ds_1/ds_0 = 1 + kappa' (s^ - s_0) + kappa (q_0(s_0) / q_t(s^) - 1),
//!
//! with the densities q: where kappa = 1, energies that follow the quantile need no weight.

use super::cascade::{Cascade, Start};
use super::law::{Arrival, Stand};
use super::quadrature::{PiecewiseLinear, stretch};
use super::record::Step;
use gradino_core::Along;

/// A cascade with its derivatives along a line.
pub trait Transport: Send + Sync {
    /// The highest order of its Taylor polynomials.
    fn order(&self) -> usize;

    /// Moves the energies of the `steps` of a cascade that was drawn from `start` at t = 0 to `t`, by polynomials of
    /// the order `order`, and returns its weight there. Where the moved cascade cannot happen the weight is zero and
    /// all energies stay.
    fn transport(&self, start: Start, steps: &mut [Step], order: usize, t: f64) -> f64;
}

/// How the first energy of a cascade moves.
struct Motion {
    /// By how much [MeV].
    shift: f64,
    /// ds_1/ds_0; negative where the motion folds the distribution.
    jacobian: f64,
}

impl<D: Along> Transport for Cascade<D> {
    fn order(&self) -> usize {
        D::ORDER
    }

    fn transport(&self, start: Start, steps: &mut [Step], order: usize, t: f64) -> f64 {
        let before = self.probability(start, steps);
        if before.re() <= 0.0 {
            return 1.0; // Rounding has hidden where at the very edge of a continuum an energy was drawn.
        }
        let Some(motion) = self.motion(start, steps, order, t) else {
            return before.ln().change(order, t).exp();
        };
        let kept: Vec<f64> = steps.iter().map(|step| step.excitation).collect();
        let moved = motion.and_then(|motion| {
            self.shift(start, steps, motion.shift)?;
            let after = self.probability(start, steps);
            let ratio = || (after.ln().taylor(order, t) - before.re().ln()).exp() * motion.jacobian;
            (after.re() > 0.0).then(ratio).filter(|weight| weight.is_finite())
        });
        if moved.is_none() {
            steps.iter_mut().zip(kept).for_each(|(step, energy)| step.excitation = energy);
        }
        moved.unwrap_or(0.0)
    }
}

impl<D: Along> Cascade<D> {
    /// How the first energy of a cascade moves; nothing if it stays, and then nothing inside if it leaves the range of
    /// energies that are open.
    fn motion(&self, start: Start, steps: &[Step], order: usize, t: f64) -> Option<Option<Motion>> {
        let step = steps.first().filter(|step| step.statistical && step.level.is_none())?;
        let Stand::Continuum(mixture) = self.stand_at(start) else { return None };
        let arrival = self.arrival(&mixture, step)?;
        let (kappa, slope) = self.velocity_factor(arrival.residue, step.excitation);
        if kappa <= 0.0 {
            return None;
        }
        let density = &mixture.states[0].continua[arrival.source].as_ref()?.density;
        let by = density.quantile_along(arrival.s).change(order, t);
        if by == 0.0 {
            return None;
        }
        Some(arrival.motion(density, (kappa, slope), (by, order, t)))
    }

    /// Moves the first energy by `shift`, and those that follow it; none if a step is closed then.
    fn shift(&self, start: Start, steps: &mut [Step], shift: f64) -> Option<()> {
        let (mut entry, mut before) = (0, self.start_state(start).0);
        let mut by = shift;
        for (k, step) in steps.iter_mut().enumerate() {
            let (residue, separation) = self.residue(entry, step.source());
            let floor = step.level.map_or(self.network.entries[residue].cut(), |_| step.excitation);
            let range = before - separation - floor;
            if k > 0 && range + by <= 0.0 {
                return None;
            }
            if step.level.is_some() {
                return Some(());
            }
            if k > 0 {
                by *= (step.excitation - floor) / range;
            }
            (entry, before) = (step.entry, step.excitation);
            step.excitation += by;
        }
        Some(())
    }
}

impl Arrival {
    /// The motion of s by `by` along its quantile, faded by kappa with the slope dkappa/dE; none if it leaves (0, 1).
    fn motion<D: Along>(
        &self,
        density: &PiecewiseLinear<D>,
        (kappa, slope): (f64, f64),
        (by, order, t): (f64, usize, f64),
    ) -> Option<Motion> {
        let (u, du) = stretch(self.s);
        let (quantile, s) = (self.s + by, self.s + kappa * by);
        if !(quantile > 0.0 && quantile < 1.0) {
            return None;
        }
        let ln_share = |s: f64| (density.at(s) / density.total()).ln();
        let stretched = (ln_share(self.s).re() - ln_share(quantile).taylor(order, t)).exp();
        let jacobian = 1.0 + slope * self.range * du * by + kappa * (stretched - 1.0);
        Some(Motion { shift: self.range * (stretch(s).0 - u), jacobian })
    }
}

#[cfg(test)]
mod tests;
