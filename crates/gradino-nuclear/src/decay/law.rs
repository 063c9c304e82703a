//! The probability of a cascade that was drawn, at other values of the parameters or at moved energies.
//!
//! It is the product over the choices: p(channel | E) into a level, dp/ds = sum_i w_i f_i(s) / sum_i w_i N_i into the
//! continuum, with the variable s, the tabulated states i, their weights w_i, densities f_i and sums N_i, then
//! p(J', pi' | E'), and p of each branch of a level without measured decays: exactly the law that [`Cascade::draw`]
//! draws from.

use super::cascade::{Cascade, Mixture, Start};
use super::quadrature;
use super::record::{CascadeRecord, Step};
use super::spins::From;
use super::state::{DecayState, StateAt};

/// Where a cascade stands before a step.
enum Stand<'a> {
    Level { entry: usize, level: usize },
    Continuum(Mixture<'a>),
}

impl Cascade {
    /// The probability of the `steps` of a cascade from `start`, a density in the variables s of its continua; zero
    /// where it is impossible.
    pub fn probability(&self, start: Start, steps: &[Step]) -> f64 {
        let mut stand = match (self.start_level(start), self.start_mixture(start)) {
            (None, Some(mixture)) => Stand::Continuum(mixture),
            (level, _) => Stand::Level { entry: 0, level: level.unwrap_or(0) },
        };
        let mut probability = 1.0;
        for step in steps {
            probability *= match &stand {
                Stand::Level { entry, level } => self.branch_probability(*entry, *level, step),
                Stand::Continuum(mixture) => self.step_probability(mixture, step),
            };
            if probability <= 0.0 {
                return 0.0;
            }
            stand = self.stand_after(step);
        }
        probability
    }

    fn stand_after(&self, step: &Step) -> Stand<'_> {
        let StateAt { excitation, two_j, parity } = step.state();
        match step.level {
            Some(level) => Stand::Level { entry: step.entry, level },
            None => Stand::Continuum(self.mixture(step.entry, excitation, two_j, parity, None)),
        }
    }

    fn branch_probability(&self, entry: usize, level: usize, step: &Step) -> f64 {
        let branch = (entry, level, step.level.unwrap_or(0));
        self.levels.probability(&self.network, branch, &mut CascadeRecord::default())
    }

    /// The probability of one emission by the statistical model.
    fn step_probability(&self, mixture: &Mixture<'_>, step: &Step) -> f64 {
        let total = mixture.total();
        if total <= 0.0 {
            return 1.0; // No channel leaves it: the only way out is certain.
        }
        let (entry, source) = (mixture.states[0].entry, step.source());
        if let Some(level) = step.level {
            return mixture.channel(self.network.entries[entry].layout[source] + level) / total;
        }
        let (residue, separation) = self.residue(entry, source);
        let cut = self.network.entries[residue].cut();
        let range = mixture.excitation - separation - cut;
        if range <= 0.0 {
            return 0.0;
        }
        let s = quadrature::unstretch((step.excitation - cut) / range);
        let density = |state: &DecayState| state.continua[source].as_ref().map_or(0.0, |c| c.density.at(s));
        let value: f64 = mixture.parts().map(|(state, w)| w * density(state)).sum();
        if value <= 0.0 {
            return 0.0;
        }
        let from = From {
            source,
            residue,
            two_j: mixture.states[0].two_j,
            parity: mixture.states[0].parity,
            e_final: step.excitation,
            e_out: (mixture.excitation - separation - step.excitation).max(0.0),
            moved_initial: None,
            moved_final: None,
        };
        let spin = (step.two_j, step.parity);
        value / total * self.spin_probability(&from, spin, &mut CascadeRecord::default())
    }
}
