//! The probability of a cascade that was drawn, at other values of the parameters or at moved energies.
//!
//! It is the product over the choices: p(channel | E) into a level, dp/ds = sum_i w_i f_i(s) / sum_i w_i N_i into the
//! continuum, with the variable s, the tabulated states i, their weights w_i, densities f_i and sums N_i, then
//! p(J', pi' | E'), and p of each branch of a level without measured decays: exactly the law that [`Cascade::draw`]
//! draws from. A cascade along a line gives it with its derivatives.

use super::cascade::{Cascade, Mixture, Start};
use super::quadrature;
use super::record::Step;
use super::spins::From;
use super::state::StateAt;
use gradino_core::Real;

/// Where a cascade stands before a step.
pub(super) enum Stand<'a, D> {
    Level { entry: usize, level: usize },
    Continuum(Mixture<'a, D>),
}

/// A step into the continuum.
pub(super) struct Arrival {
    pub(super) source: usize,
    pub(super) residue: usize,
    /// Where the continuum of the residue starts, and the range of energies above it that are open [MeV].
    pub(super) cut: f64,
    pub(super) range: f64,
    /// The continuum variable.
    pub(super) s: f64,
}

impl<D: Real> Cascade<D> {
    /// The probability of the `steps` of a cascade from `start`, a density in the variables s of its continua; zero
    /// where it is impossible.
    pub fn probability(&self, start: Start, steps: &[Step]) -> D {
        let mut stand = self.stand_at(start);
        let mut probability = D::one();
        for step in steps {
            probability *= self.step_probability(&stand, step);
            if probability.re() <= 0.0 {
                return D::zero();
            }
            stand = self.stand_after(step);
        }
        probability
    }

    pub(super) fn stand_at(&self, start: Start) -> Stand<'_, D> {
        match (self.start_level(start), self.start_mixture(start)) {
            (None, Some(mixture)) => Stand::Continuum(mixture),
            (level, _) => Stand::Level { entry: 0, level: level.unwrap_or(0) },
        }
    }

    fn stand_after(&self, step: &Step) -> Stand<'_, D> {
        let StateAt { excitation, two_j, parity } = step.state();
        match step.level {
            Some(level) => Stand::Level { entry: step.entry, level },
            None => Stand::Continuum(self.mixture(step.entry, excitation, two_j, parity, None)),
        }
    }

    /// The probability of one step.
    fn step_probability(&self, stand: &Stand<'_, D>, step: &Step) -> D {
        match stand {
            Stand::Level { entry, level } => {
                self.levels.branch(&self.network, *entry, *level, step.level.unwrap_or(0))
            }
            Stand::Continuum(mixture) => self.emission_probability(mixture, step),
        }
    }

    /// The probability of one emission by the statistical model.
    fn emission_probability(&self, mixture: &Mixture<'_, D>, step: &Step) -> D {
        let total = mixture.total();
        if total.re() <= 0.0 {
            return D::one(); // No channel leaves it: the only way out is certain.
        }
        if let Some(level) = step.level {
            let entry = &self.network.entries[mixture.states[0].entry];
            return mixture.channel(entry.layout[step.source()] + level) / total;
        }
        let Some(arrival) = self.arrival(mixture, step) else { return D::zero() };
        let value = mixture.density(arrival.source, arrival.s);
        if value.re() <= 0.0 {
            return D::zero();
        }
        let from = From {
            source: arrival.source,
            residue: arrival.residue,
            two_j: mixture.states[0].two_j,
            parity: mixture.states[0].parity,
            e_final: step.excitation,
            e_out: (arrival.cut + arrival.range - step.excitation).max(0.0),
            moved_initial: None,
            moved_final: None,
        };
        value / total * self.spin_share(&from, (step.two_j, step.parity))
    }

    /// Where a step into the continuum arrives; nowhere if it is closed.
    pub(super) fn arrival(&self, mixture: &Mixture<'_, D>, step: &Step) -> Option<Arrival> {
        let source = step.source();
        let (residue, separation) = self.residue(mixture.states[0].entry, source);
        let cut = self.network.entries[residue].cut();
        let range = mixture.excitation - separation - cut;
        let s = quadrature::unstretch((step.excitation - cut) / range);
        (range > 0.0).then_some(Arrival { source, residue, cut, range, s })
    }
}

impl<D: Real> Mixture<'_, D> {
    /// dN/ds of the continuum that a source leads to.
    fn density(&self, source: usize, s: f64) -> D {
        let parts = self.parts().filter_map(|(state, w)| Some((state.continua[source].as_ref()?, w)));
        parts.fold(D::zero(), |sum, (continuum, w)| sum + continuum.density.at(s) * w)
    }
}
