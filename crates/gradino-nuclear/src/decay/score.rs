//! The score of a cascade's choices, and the motion of its energies.
//!
//! Channels are scored: d ln p(c | E) / d theta. The energy E' = E_cut + R u(s) that a cascade's first
//! step reaches in the continuum moves by implicit differentiation of its cumulative distribution
//! (eq. (4) of barham2024), with the velocity v = dE'/d theta. Above the neutron threshold of the
//! residue the following widths grow as square roots at each level, and a moving energy would give
//! the score an infinite variance. There the velocity is turned off smoothly: with kappa v in place
//! of v the exact rest, (1 - kappa) d ln q(E') + kappa'(E') v, goes into the score (integration by
//! parts). Later steps keep their s: E' then moves along with E, and d ln p(s) is scored.

use super::cascade::{Cascade, Mixture, add_moved};
use super::network::Network;
use super::record::CascadeRecord;
use super::state::{DecayState, SOURCES};
use crate::emission::fragment::Fragment;
use gradino_core::Real;
use std::sync::OnceLock;

/// Below the neutron threshold, the range in which the velocity fades to zero [MeV].
const FADE: f64 = 0.5;

/// Scores of a state that many cascades start from, each computed at first use.
#[derive(Debug, Default)]
pub(super) struct StartScores {
    /// d ln p of each channel.
    channels: Vec<OnceLock<Box<[f64]>>>,
    /// Gradients along each continuum.
    pub(super) continua: ContinuumGradients,
}

/// Gradients along the continua of a state, each computed at first use.
#[derive(Debug, Default)]
pub(super) struct ContinuumGradients([OnceLock<ContinuumRows>; SOURCES]);

/// Gradients of a continuum at the nodes of its variable s.
#[derive(Debug)]
pub(super) struct ContinuumRows {
    /// Length of a row.
    n: usize,
    /// d(dN/ds), a row for each node.
    density: Vec<f64>,
    /// d(integral up to the node), a row for each node; computed at first use.
    running: OnceLock<Vec<f64>>,
}

impl ContinuumRows {
    pub(super) fn density_at(&self, node: usize) -> &[f64] {
        &self.density[node * self.n..][..self.n]
    }
    fn running_at(&self, node: usize) -> &[f64] {
        let running = self.running.get_or_init(|| {
            let (n, mut running) = (self.n, vec![0.0; self.density.len()]);
            let half_step = 0.5 / (self.density.len() / n - 1) as f64;
            for i in n..running.len() {
                running[i] = running[i - n] + half_step * (self.density[i - n] + self.density[i]);
            }
            running
        });
        &running[node * self.n..][..self.n]
    }
}

impl ContinuumGradients {
    /// Those of one source; the state has a continuum there and gradients are wanted.
    pub(super) fn rows(&self, network: &Network, state: &DecayState, source: usize) -> &ContinuumRows {
        self.0[source].get_or_init(|| {
            let n = network.slots.used;
            let nodes = state.continua[source].as_ref().map_or(0, |c| c.density.intervals() + 1);
            let mut density = vec![0.0; nodes * n];
            for (m, row) in density.chunks_exact_mut(n).enumerate() {
                network.add_node_gradient(state, source, m, 1.0, row);
            }
            ContinuumRows { n, density, running: OnceLock::new() }
        })
    }
}

impl StartScores {
    /// Of a state with so many channels.
    pub(super) fn new(channels: usize) -> Self {
        StartScores {
            channels: std::iter::repeat_with(OnceLock::new).take(channels).collect(),
            continua: Default::default(),
        }
    }
}

/// out += factor * row.
pub(super) fn add(out: &mut [f64], row: &[f64], factor: f64) {
    out.iter_mut().zip(row).for_each(|(o, r)| *o += factor * r);
}

impl<D: Real> Cascade<D> {
    /// kappa and its derivative with respect to the final energy [1/MeV].
    pub(super) fn velocity_factor(&self, residue: usize, e_final: f64) -> (f64, f64) {
        let Some(neutron) = self.network.entries[residue].daughters[Fragment::Neutron as usize] else {
            return (1.0, 0.0);
        };
        let x = ((neutron.separation - e_final) / FADE).clamp(0.0, 1.0);
        (x * x * (3.0 - 2.0 * x), -6.0 * x * (1.0 - x) / FADE)
    }
}

impl Cascade {
    /// Adds d ln p(channel | E) / d theta to the score, along the motion of E too.
    pub(super) fn score_channel(&self, mixture: &Mixture<'_>, channel: usize, record: &mut CascadeRecord) {
        if let Some(prepared) = mixture.prepared {
            let row = prepared.channels[channel].get_or_init(|| {
                let mut row = vec![0.0; self.network.slots.used];
                self.add_channel_score(mixture, channel, &mut row);
                row.into()
            });
            add(&mut record.score, row, 1.0);
            return;
        }
        self.add_channel_score(mixture, channel, &mut record.score);
        if let Some(row) = mixture.moved {
            let [a, b] = mixture.states;
            let slope = mixture.slope
                * ((b.channel(channel) - a.channel(channel)) / mixture.channel(channel)
                    - (b.total() - a.total()) / mixture.total());
            add_moved(record, row, slope);
        }
    }

    fn add_channel_score(&self, mixture: &Mixture<'_>, channel: usize, out: &mut [f64]) {
        let entry = mixture.states[0].entry;
        let (source, _) = self.network.decode(entry, channel);
        let is_continuum = channel + 1 == self.network.entries[entry].layout[source + 1];
        let (n_channel, n_total) = (mixture.channel(channel), mixture.total());
        for (state, w) in mixture.parts() {
            let gradient = self.network.gradient(state);
            add(out, &gradient.total, -w / n_total);
            if is_continuum {
                if let Some(row) = &gradient.continua[source] {
                    add(out, row, w / n_channel);
                }
            } else if state.channel(channel) > 0.0 {
                self.network.add_discrete_gradient(state, channel, w / n_channel, out);
            }
        }
    }

    /// Scores or moves the final energy at `s`; (range, u, du/ds) there. Returns the row of its
    /// derivative, if it moves.
    pub(super) fn score_energy(
        &self,
        mixture: &Mixture<'_>,
        source: usize,
        s: f64,
        at: (f64, f64, f64),
        record: &mut CascadeRecord,
    ) -> Option<usize> {
        if record.used == 0 {
            return None;
        }
        match mixture.prepared {
            Some(prepared) => self.move_energy(prepared, mixture.states[0], source, s, at, record),
            None => self.score_variable(mixture, source, s, at.1, record),
        }
    }

    /// First step: the energy moves, v = -R u'(s) (dF/d theta) / f, and what is faded out is scored.
    fn move_energy(
        &self,
        prepared: &StartScores,
        state: &DecayState,
        source: usize,
        s: f64,
        (range, u, du): (f64, f64, f64),
        record: &mut CascadeRecord,
    ) -> Option<usize> {
        let density = &state.continua[source].as_ref()?.density;
        let rows = prepared.continua.rows(&self.network, state, source);
        let (m, t) = density.locate(s);
        let (w0, w1) = density.partial_weights(t);
        let (value, total) = (density.at(s), density.total());
        if value <= 0.0 {
            return None;
        }
        let cumulative = density.integral(s) / total;
        let (residue, _) = self.residue(state.entry, source);
        let (kappa, kappa_slope) =
            self.velocity_factor(residue, self.network.entries[residue].cut() + range * u);
        let row = record.add_motion();
        let n = self.network.slots.used;
        let (near, far) = (rows.density_at(m), rows.density_at(m + 1));
        let (running, whole) = (rows.running_at(m), rows.running_at(density.intervals()));
        let (score, motion) = record.score_and_motion(row, n);
        let factor = -range * du / value;
        for i in 0..n {
            let partial = running[i] + w0 * near[i] + w1 * far[i];
            let velocity = factor * (partial - cumulative * whole[i]);
            let log_density = (near[i] + t * (far[i] - near[i])) / value - whole[i] / total;
            motion[i] = kappa * velocity;
            score[i] += (1.0 - kappa) * log_density + kappa_slope * velocity;
        }
        Some(row)
    }

    /// Later steps: d ln p(s) is scored at fixed s, and E' moves by u dE along with E.
    fn score_variable(
        &self,
        mixture: &Mixture<'_>,
        source: usize,
        s: f64,
        u: f64,
        record: &mut CascadeRecord,
    ) -> Option<usize> {
        let (mut total, mut value) = (0.0, 0.0);
        for (state, w) in mixture.parts() {
            if let Some(c) = &state.continua[source] {
                total += w * c.density.total();
                value += w * c.density.at(s);
            }
        }
        if value <= 0.0 {
            return None;
        }
        for (state, w) in mixture.parts() {
            let Some(c) = &state.continua[source] else { continue };
            let (m, t) = c.density.locate(s);
            let factor = w / value;
            self.network.add_node_gradient(state, source, m, factor * (1.0 - t), &mut record.score);
            self.network.add_node_gradient(state, source, m + 1, factor * t, &mut record.score);
            if let Some(row) = &self.network.gradient(state).continua[source] {
                add(&mut record.score, row, -w / total);
            }
        }
        let initial = mixture.moved?;
        let of = |f: &dyn Fn(&super::quadrature::PiecewiseLinear) -> f64| {
            let part = |state: &DecayState| state.continua[source].as_ref().map_or(0.0, |c| f(&c.density));
            part(mixture.states[1]) - part(mixture.states[0])
        };
        let slope = mixture.slope * (of(&|d| d.at(s)) / value - of(&|d| d.total()) / total);
        add_moved(record, initial, slope);
        Some(record.follow_motion(initial, u))
    }
}
