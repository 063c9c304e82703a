//! The probability of cascades that were drawn, at other values of the parameters.
//!
//! All energies of a cascade stay. Its probability is the product over its choices: p(channel | E) into a level,
//! dp/ds = sum_i w_i f_i(s) / sum_i w_i N_i into the continuum, with the variable s, the tabulated states i, their
//! weights w_i, densities f_i and sums N_i, then p(J', pi' | E'), and p of each branch of a level without measured
//! decays. Where the continuum starts is no parameter, so the factor from ds to dE' is the same at all values.

use super::cascade::{Cascade, Mixture};
use super::paths::{Choice, Paths, TabulatedAt};
use super::record::CascadeRecord;
use super::score::{ContinuumGradients, add};
use super::spins::From;
use super::state::{DecayState, StateAt};
use gradino_core::{ParamSet, Parity};
use std::sync::OnceLock;

/// A network at some values of the parameters, with the decays that the cascades of [`Paths`] pass; these are
/// built at first use.
#[derive(Debug)]
pub struct Replay {
    cascade: Cascade,
    places: Vec<TabulatedAt>,
    states: Vec<OnceLock<Box<Prepared>>>,
}

#[derive(Debug)]
struct Prepared {
    state: DecayState,
    continua: ContinuumGradients,
}

/// One emission by the statistical model.
struct Decay<'a> {
    mixture: Mixture<'a>,
    continua: [&'a ContinuumGradients; 2],
}

/// What an emission into the continuum leads to.
struct Arrival {
    source: usize,
    s: f64,
    e_final: f64,
    spin: (u16, Parity),
}

impl Replay {
    /// For the `paths` of `origin`, at the values `params`.
    pub fn prepare(origin: &Cascade, paths: &Paths, params: &ParamSet) -> Self {
        Self::of(origin.at_values(params), paths)
    }

    /// The same without derivatives.
    pub fn prepare_values(origin: &Cascade, paths: &Paths, params: &ParamSet) -> Self {
        Self::of(origin.at_values_only(params), paths)
    }

    fn of(cascade: Cascade, paths: &Paths) -> Self {
        let states = std::iter::repeat_with(OnceLock::new).take(paths.states.len()).collect();
        Replay { cascade, places: paths.states.clone(), states }
    }

    /// The cascade at these values.
    pub fn cascade(&self) -> &Cascade {
        &self.cascade
    }

    /// The probability of cascade `i` of the paths, a density in the variables s of its continua. Writes its
    /// exact logarithmic derivatives into the score of `record`, if that has one. Where a cascade is impossible
    /// both are zero.
    pub fn probability(&self, paths: &Paths, i: usize, record: &mut CascadeRecord) -> f64 {
        record.clear();
        record.used = self.cascade.network.slots.used.min(record.score.len());
        let Some(start) = paths.start(i) else { return 1.0 };
        let mut first = self.cascade.start_mixture(start).map(|mixture| {
            let continua = mixture.prepared.map(|scores| &scores.continua);
            (mixture, continua)
        });
        let (mut excitation, ..) = self.cascade.start_state(start);
        let mut probability = 1.0;
        for choice in paths.of(i) {
            let mut decay = |from: [u32; 2]| match first.take() {
                Some((mixture, Some(continua))) => Decay { mixture, continua: [continua; 2] },
                _ => self.decay(from, excitation),
            };
            probability *= match *choice {
                Choice::Level { from, channel } => self.to_level(&decay(from), channel.into(), record),
                Choice::Continuum { from, channel, two_j, parity, s, e_final } => {
                    let decay = decay(from);
                    let (source, _) =
                        self.cascade.network.decode(decay.mixture.states[0].entry, channel.into());
                    excitation = e_final;
                    let arrival = Arrival { source, s, e_final, spin: (two_j.into(), parity) };
                    self.to_continuum(&decay, &arrival, record)
                }
                Choice::Completed { entry, level, to } => {
                    let branch = (entry.into(), level.into(), to.into());
                    self.cascade.levels.probability(&self.cascade.network, branch, record)
                }
            };
            if probability <= 0.0 {
                record.score.fill(0.0);
                return 0.0;
            }
        }
        probability
    }

    /// The tabulated state number `i`.
    fn state(&self, i: u32) -> &Prepared {
        self.states[i as usize].get_or_init(|| {
            let TabulatedAt { entry, at: StateAt { excitation, two_j, parity } } = self.places[i as usize];
            let state = self.cascade.network.build_state(entry, excitation, two_j, parity);
            Box::new(Prepared { state, continua: ContinuumGradients::default() })
        })
    }

    /// The decay between two tabulated states.
    fn decay(&self, from: [u32; 2], excitation: f64) -> Decay<'_> {
        let ends = from.map(|i| self.state(i));
        let mixture = Mixture::between(ends.map(|p| &p.state), excitation, None);
        Decay { mixture, continua: ends.map(|p| &p.continua) }
    }

    fn to_level(&self, decay: &Decay<'_>, channel: usize, record: &mut CascadeRecord) -> f64 {
        let mixture = &decay.mixture;
        let (value, total) = (mixture.channel(channel), mixture.total());
        if value <= 0.0 {
            return 0.0;
        }
        if record.used > 0 {
            self.cascade.score_channel(mixture, channel, record);
        }
        value / total
    }

    fn to_continuum(&self, decay: &Decay<'_>, arrival: &Arrival, record: &mut CascadeRecord) -> f64 {
        let (mixture, source) = (&decay.mixture, arrival.source);
        let density =
            |state: &DecayState| state.continua[source].as_ref().map_or(0.0, |c| c.density.at(arrival.s));
        let value: f64 = mixture.parts().map(|(state, w)| w * density(state)).sum();
        if value <= 0.0 {
            return 0.0;
        }
        if record.used > 0 {
            self.score_arrival(decay, arrival, value, &mut record.score);
        }
        let entry = mixture.states[0].entry;
        let (residue, separation) = self.cascade.residue(entry, source);
        let from = From {
            source,
            residue,
            two_j: mixture.states[0].two_j,
            parity: mixture.states[0].parity,
            e_final: arrival.e_final,
            e_out: (mixture.excitation - separation - arrival.e_final).max(0.0),
            moved_initial: None,
            moved_final: None,
        };
        value / mixture.total() * self.cascade.spin_probability(&from, arrival.spin, record)
    }

    /// Adds d ln(sum_i w_i f_i(s) / sum_i w_i N_i); `value` is the sum above the bar.
    fn score_arrival(&self, decay: &Decay<'_>, arrival: &Arrival, value: f64, out: &mut [f64]) {
        let (network, source, total) = (&self.cascade.network, arrival.source, decay.mixture.total());
        for (k, (state, w)) in decay.mixture.states.into_iter().zip(decay.mixture.weights).enumerate() {
            if w <= 0.0 {
                continue;
            }
            add(out, &network.gradient(state).total, -w / total);
            if let Some(continuum) = &state.continua[source] {
                let rows = decay.continua[k].rows(network, state, source);
                let (m, t) = continuum.density.locate(arrival.s);
                add(out, rows.density_at(m), w / value * (1.0 - t));
                add(out, rows.density_at(m + 1), w / value * t);
            }
        }
    }
}
