//! The probability of interactions that were drawn, at other values of the parameters and at fixed energies.

use super::{CHUNK, ChannelKind, PreparedPrimary, PrimaryDraw, Role, Slots};
use gradino_core::Dual;

/// What of an interaction its probability depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::chain) struct Place {
    /// Position of the channel at the origin.
    pub(in crate::chain) channel: u16,
    /// Cell of the energy table of the channel, and the fraction of it below the neutrino energy.
    cell: u32,
    fraction: f64,
    /// As in [`PrimaryDraw`].
    scatter: f64,
}

impl PreparedPrimary {
    /// The place of a draw, with energies that follow the cross section.
    pub(in crate::chain) fn place(&self, draw: &PrimaryDraw) -> Place {
        let table = self.tables.get(draw.channel);
        let (cell, fraction) = table.map_or((0, 0.0), |table| table.place(draw.energy));
        Place { channel: draw.channel as u16, cell: cell as u32, fraction, scatter: draw.scatter }
    }

    /// For each channel of `origin` the one here; none where the channel has closed.
    pub(in crate::chain) fn channels_of(&self, origin: &PreparedPrimary) -> Vec<Option<usize>> {
        let find = |o: &super::Channel| {
            self.channels.iter().position(|c| c.process == o.process && c.kind == o.kind)
        };
        origin.channels.iter().map(find).collect()
    }

    /// The probability of the channel number `channel` here, times the density of the energy there and of the
    /// scattering, for `place`. Adds its logarithmic derivatives to `score`, unless that is empty.
    pub(in crate::chain) fn density(&self, channel: usize, place: &Place, score: &mut [f64]) -> f64 {
        let cell = place.cell as usize;
        let table = self.tables.get(channel);
        let mut density = self.probability(channel);
        density *= table.map_or(1.0, |table| table.density(cell, place.fraction));
        let is_elastic = !matches!(self.channels[channel].kind, ChannelKind::Level { .. });
        let energy = table.map_or(self.rates.flux.range()[0], |table| table.energy(cell, place.fraction));
        if is_elastic {
            density *= self.rates.scatter_density(&self.channels[channel], energy, place.scatter);
        }
        if density <= 0.0 || score.is_empty() {
            return density.max(0.0);
        }
        let n = self.roles.len();
        score.iter_mut().zip(&self.score[channel * n..(channel + 1) * n]).for_each(|(s, r)| *s += r);
        if let Some(table) = table {
            table.log_slopes(cell, place.fraction, |slot, slope| score[self.wanted_of[slot]] += slope);
        }
        if is_elastic {
            self.add_scatter_score(channel, energy, place.scatter, score);
        }
        density
    }

    fn add_scatter_score(&self, channel: usize, energy: f64, scatter: f64, score: &mut [f64]) {
        for (chunk, rates) in self.chunks.iter().enumerate() {
            let (energy, scatter): (Slots, Slots) = (Dual::constant(energy), Dual::constant(scatter));
            let density = rates.scatter_density(&self.channels[channel], energy, scatter);
            for (s, role) in score.iter_mut().zip(&self.roles) {
                if let Role::Smooth(slot) = role
                    && slot / CHUNK == chunk
                {
                    *s += density.eps[slot % CHUNK] / density.re;
                }
            }
        }
    }
}
