//! The spin and parity of a continuum state that was just reached.

use super::cascade::{Cascade, add_moved};
use super::couplings::{self, MAX_TWO_J};
use super::record::CascadeRecord;
use super::state::MAX_CHANNELS;
use super::widths::{self, RADIATIONS, SpinSums};
use crate::emission::fragment::Fragment;
use gradino_core::{Parity, Stream};

/// The transition whose final spin is drawn.
pub(super) struct From {
    pub(super) source: usize,
    pub(super) residue: usize,
    pub(super) two_j: u16,
    pub(super) parity: Parity,
    pub(super) e_final: f64,
    pub(super) e_out: f64,
    pub(super) moved_initial: Option<usize>,
    pub(super) moved_final: Option<usize>,
}

/// The drawn spin with what the score needs: d ln p = sum_x factors[x] dT_x + cutoff dsigma^2.
struct Choice {
    two_j: u16,
    parity: Parity,
    cutoff: f64,
}

/// Picks (J, pi) with weight `amplitude(two_jf, change)`, where `change` is the change of parity.
fn pick(
    from: &From,
    reach: u16,
    target: f64,
    mut amplitude: impl FnMut(u16, Parity) -> f64,
) -> (u16, Parity, f64) {
    let low = from.two_j.saturating_sub(reach).max((from.two_j + reach) % 2);
    let mut rest = target;
    let mut last = (low, Parity::Plus, 0.0);
    let mut two_jf = low;
    while two_jf <= (from.two_j + reach).min(MAX_TWO_J) {
        for change in [Parity::Plus, Parity::Minus] {
            let a = amplitude(two_jf, change);
            if a > 0.0 {
                last = (two_jf, change, a);
                rest -= a;
                if rest <= 0.0 {
                    return last;
                }
            }
        }
        two_jf += 2;
    }
    last
}

impl Cascade {
    /// Draws the spin and parity with p(J', pi') proportional to R(J') sum T, and scores the choice.
    pub(super) fn draw_spin(
        &self,
        from: &From,
        stream: &mut Stream,
        record: &mut CascadeRecord,
    ) -> (u16, Parity) {
        let density = self.network.density(from.residue);
        let at = density.at(from.e_final);
        let spins = density.spins(&at);
        let slopes = (!record.score.is_empty()).then(|| density.spin_slopes(&at));
        let choice = match from.source {
            0 => self.draw_gamma_spin(from, stream.uniform(), &spins, slopes.as_ref(), record),
            _ => self.draw_fragment_spin(from, stream.uniform(), &spins, slopes.as_ref(), record),
        };
        if slopes.is_some() {
            density.add_gradient(&at, 0.0, choice.cutoff, &mut record.score);
            if let Some(row) = from.moved_final {
                let (_, cutoff_slope) = density.energy_slopes(&at);
                add_moved(record, row, choice.cutoff * cutoff_slope);
            }
        }
        (choice.two_j, choice.parity)
    }

    fn draw_fragment_spin(
        &self,
        from: &From,
        uniform: f64,
        spins: &SpinSums<f64>,
        slopes: Option<&SpinSums<f64>>,
        record: &mut CascadeRecord,
    ) -> Choice {
        let fragment = Fragment::ALL[from.source - 1];
        let table = self.network.transmission(from.residue, fragment);
        let rules = &self.network.rules[from.source - 1];
        let open = |c: usize| rules.channels[c].0 <= self.network.models.l_max;
        let count = rules.channels.len();
        let place = table.locate(from.e_out);
        let mut t = [0.0; MAX_CHANNELS];
        table.values(&place, &mut t);
        (0..count).filter(|&c| !open(c)).for_each(|c| t[c] = 0.0);
        let coupled = |sums: &SpinSums<f64>, c: usize| sums.coupled(from.two_j, rules.channels[c].1);
        let total: f64 = (0..count).map(|c| t[c] * coupled(spins, c)).sum();
        let reach = (0..count).filter(|&c| open(c)).map(|c| rules.channels[c].1).max().unwrap_or(0);
        let (two_j, change, amplitude) = pick(from, reach, uniform * total, |two_jf, change| {
            let mask = rules.couplings.mask(from.two_j, two_jf, change);
            if mask == 0 { 0.0 } else { spins.single(two_jf) * widths::discrete_particle(mask, &t) }
        });
        let parity = from.parity.times(change);
        let Some(slopes) = slopes else { return Choice { two_j, parity, cutoff: 0.0 } };
        if amplitude <= 0.0 {
            return Choice { two_j, parity, cutoff: 0.0 };
        }
        let mask = rules.couplings.mask(from.two_j, two_j, change);
        let chosen = spins.single(two_j) / amplitude;
        let factor = |c: usize| (mask >> c & 1) as f64 * chosen - coupled(spins, c) / total;
        let optical = self.network.slots.optical.slots();
        let mut by_energy = 0.0;
        let mut t_slopes = [0.0; MAX_CHANNELS];
        table.energy_derivatives(&place, &mut t_slopes);
        for c in (0..count).filter(|&c| open(c)) {
            let f = factor(c);
            if !optical.is_empty() {
                table.add_gradient(&place, c, f, &mut record.score[optical.clone()]);
            }
            by_energy += f * t_slopes[c];
        }
        self.score_motion(from, by_energy, -by_energy, record);
        let mean: f64 = (0..count).map(|c| t[c] * coupled(slopes, c)).sum();
        Choice { two_j, parity, cutoff: slopes.single(two_j) / spins.single(two_j) - mean / total }
    }

    fn draw_gamma_spin(
        &self,
        from: &From,
        uniform: f64,
        spins: &SpinSums<f64>,
        slopes: Option<&SpinSums<f64>>,
        record: &mut CascadeRecord,
    ) -> Choice {
        let l_max = self.network.l_max_gamma();
        let gamma = self.network.gamma(from.residue);
        let row = gamma.row(from.e_out, from.e_final);
        let pair = |l: usize| row[2 * l - 2] + row[2 * l - 1];
        let coupled = |sums: &SpinSums<f64>, l: usize| widths::coupled_gamma(sums, from.two_j, l);
        let total: f64 = (1..=l_max).map(|l| pair(l) * coupled(spins, l)).sum();
        let (two_j, change, amplitude) = pick(from, 2 * l_max as u16, uniform * total, |two_jf, change| {
            spins.single(two_jf) * widths::discrete_gamma(from.two_j, two_jf, change, &row, l_max)
        });
        let parity = from.parity.times(change);
        let Some(slopes) = slopes else { return Choice { two_j, parity, cutoff: 0.0 } };
        if amplitude <= 0.0 {
            return Choice { two_j, parity, cutoff: 0.0 };
        }
        let mut factors = [0.0; RADIATIONS];
        for l in 1..=l_max {
            let all = -coupled(spins, l) / total;
            factors[2 * l - 2] = all;
            factors[2 * l - 1] = all;
        }
        for l in couplings::multipolarities(from.two_j, two_j, l_max) {
            factors[couplings::radiation_index(l, change)] += spins.single(two_j) / amplitude;
        }
        gamma.add_gradient(from.e_out, from.e_final, &factors, &mut record.score);
        let (by_photon, by_final) = gamma.energy_slopes(from.e_out, from.e_final);
        let dot = |slopes: &[f64; RADIATIONS]| factors.iter().zip(slopes).map(|(f, s)| f * s).sum::<f64>();
        let (by_photon, by_final) = (dot(&by_photon), dot(&by_final));
        self.score_motion(from, by_photon, by_final - by_photon, record);
        let mean: f64 = (1..=l_max).map(|l| pair(l) * coupled(slopes, l)).sum();
        Choice { two_j, parity, cutoff: slopes.single(two_j) / spins.single(two_j) - mean / total }
    }

    /// d ln p along the motion of the initial and final excitation energies.
    fn score_motion(&self, from: &From, by_initial: f64, by_final: f64, record: &mut CascadeRecord) {
        if let Some(row) = from.moved_initial {
            add_moved(record, row, by_initial);
        }
        if let Some(row) = from.moved_final {
            add_moved(record, row, by_final);
        }
    }
}
