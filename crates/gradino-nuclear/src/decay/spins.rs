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

/// The shares R(J') of the final spins, and their slopes with sigma^2 where the choice is scored.
struct Shares {
    spins: SpinSums<f64>,
    slopes: Option<SpinSums<f64>>,
}

/// The drawn spin and change of parity, whose probability is p = amplitude / total. What the score needs:
/// d ln p = sum_x factors[x] dT_x + cutoff dsigma^2.
struct Choice {
    two_j: u16,
    change: Parity,
    amplitude: f64,
    total: f64,
    cutoff: f64,
}

/// Which spin and change of parity it is.
#[derive(Clone, Copy)]
enum Pick {
    /// Where the running sum of weights passes this share of the whole.
    At(f64),
    /// The one that was drawn before.
    Given(u16, Parity),
}

impl Choice {
    /// Picks (J', change) with weight `amplitude(two_jf, change)`; `rate` is the sum of all weights.
    fn new(
        from: &From,
        reach: u16,
        pick: Pick,
        shares: &Shares,
        rate: impl Fn(&SpinSums<f64>) -> f64,
        amplitude: impl Fn(u16, Parity) -> f64,
    ) -> Self {
        let total = rate(&shares.spins);
        let (two_j, change, amplitude) = match pick {
            Pick::At(uniform) => find(from, reach, uniform * total, amplitude),
            Pick::Given(two_j, change) => (two_j, change, amplitude(two_j, change)),
        };
        let cutoff = match &shares.slopes {
            Some(slopes) if amplitude > 0.0 => {
                slopes.single(two_j) / shares.spins.single(two_j) - rate(slopes) / total
            }
            _ => 0.0,
        };
        Choice { two_j, change, amplitude, total, cutoff }
    }

    /// R(J') / amplitude, by which each T that leads to the spin raises ln p; none where nothing is scored.
    fn scored(&self, shares: &Shares) -> Option<f64> {
        let is_scored = shares.slopes.is_some() && self.amplitude > 0.0;
        is_scored.then(|| shares.spins.single(self.two_j) / self.amplitude)
    }
}

/// The (J, change of parity) where the running sum of `amplitude(two_jf, change)` passes `target`.
fn find(from: &From, reach: u16, target: f64, amplitude: impl Fn(u16, Parity) -> f64) -> (u16, Parity, f64) {
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
        let choice = self.choose_spin(from, Pick::At(stream.uniform()), record);
        (choice.two_j, from.parity.times(choice.change))
    }

    /// The probability that (J', pi') is drawn; scores it.
    pub(super) fn spin_probability(
        &self,
        from: &From,
        (two_j, parity): (u16, Parity),
        record: &mut CascadeRecord,
    ) -> f64 {
        let choice = self.choose_spin(from, Pick::Given(two_j, from.parity.times(parity)), record);
        if choice.amplitude > 0.0 { choice.amplitude / choice.total } else { 0.0 }
    }

    fn choose_spin(&self, from: &From, pick: Pick, record: &mut CascadeRecord) -> Choice {
        let density = self.network.density(from.residue);
        let at = density.at(from.e_final);
        let slopes = (!record.score.is_empty()).then(|| density.spin_slopes(&at));
        let shares = Shares { spins: density.spins(&at), slopes };
        let choice = match from.source {
            0 => self.choose_gamma_spin(from, pick, &shares, record),
            _ => self.choose_fragment_spin(from, pick, &shares, record),
        };
        if shares.slopes.is_some() {
            density.add_gradient(&at, 0.0, choice.cutoff, &mut record.score);
            if let Some(row) = from.moved_final {
                let (_, cutoff_slope) = density.energy_slopes(&at);
                add_moved(record, row, choice.cutoff * cutoff_slope);
            }
        }
        choice
    }

    fn choose_fragment_spin(
        &self,
        from: &From,
        pick: Pick,
        shares: &Shares,
        record: &mut CascadeRecord,
    ) -> Choice {
        let table = self.network.transmission(from.residue, Fragment::ALL[from.source - 1]);
        let rules = &self.network.rules[from.source - 1];
        let open = |c: usize| rules.channels[c].0 <= self.network.models.l_max;
        let count = rules.channels.len();
        let place = table.locate(from.e_out);
        let mut t = [0.0; MAX_CHANNELS];
        table.values(&place, &mut t);
        (0..count).filter(|&c| !open(c)).for_each(|c| t[c] = 0.0);
        let coupled = |sums: &SpinSums<f64>, c: usize| sums.coupled(from.two_j, rules.channels[c].1);
        let rate = |sums: &SpinSums<f64>| (0..count).map(|c| t[c] * coupled(sums, c)).sum();
        let reach = (0..count).filter(|&c| open(c)).map(|c| rules.channels[c].1).max().unwrap_or(0);
        let choice = Choice::new(from, reach, pick, shares, rate, |two_jf, change| {
            let mask = rules.couplings.mask(from.two_j, two_jf, change);
            if mask == 0 { 0.0 } else { shares.spins.single(two_jf) * widths::discrete_particle(mask, &t) }
        });
        let Some(chosen) = choice.scored(shares) else { return choice };
        let mask = rules.couplings.mask(from.two_j, choice.two_j, choice.change);
        let optical = self.network.slots.optical.slots();
        let mut by_energy = 0.0;
        let mut t_slopes = [0.0; MAX_CHANNELS];
        table.energy_derivatives(&place, &mut t_slopes);
        for c in (0..count).filter(|&c| open(c)) {
            let factor =
                f64::from(u8::from(mask >> c & 1 == 1)) * chosen - coupled(&shares.spins, c) / choice.total;
            if !optical.is_empty() {
                table.add_gradient(&place, c, factor, &mut record.score[optical.clone()]);
            }
            by_energy += factor * t_slopes[c];
        }
        self.score_motion(from, by_energy, -by_energy, record);
        choice
    }

    fn choose_gamma_spin(
        &self,
        from: &From,
        pick: Pick,
        shares: &Shares,
        record: &mut CascadeRecord,
    ) -> Choice {
        let l_max = self.network.l_max_gamma();
        let gamma = self.network.gamma(from.residue);
        let row = gamma.row(from.e_out, from.e_final);
        let pair = |l: usize| row[2 * l - 2] + row[2 * l - 1];
        let coupled = |sums: &SpinSums<f64>, l: usize| widths::coupled_gamma(sums, from.two_j, l);
        let rate = |sums: &SpinSums<f64>| (1..=l_max).map(|l| pair(l) * coupled(sums, l)).sum();
        let choice = Choice::new(from, 2 * l_max as u16, pick, shares, rate, |two_jf, change| {
            shares.spins.single(two_jf) * widths::discrete_gamma(from.two_j, two_jf, change, &row, l_max)
        });
        let Some(chosen) = choice.scored(shares) else { return choice };
        let mut factors = [0.0; RADIATIONS];
        for l in 1..=l_max {
            factors[2 * l - 2..2 * l].fill(-coupled(&shares.spins, l) / choice.total);
        }
        for l in couplings::multipolarities(from.two_j, choice.two_j, l_max) {
            factors[couplings::radiation_index(l, choice.change)] += chosen;
        }
        gamma.add_gradient(from.e_out, from.e_final, &factors, &mut record.score);
        let (by_photon, by_final) = gamma.energy_slopes(from.e_out, from.e_final);
        let dot = |slopes: &[f64; RADIATIONS]| factors.iter().zip(slopes).map(|(f, s)| f * s).sum::<f64>();
        let (by_photon, by_final) = (dot(&by_photon), dot(&by_final));
        self.score_motion(from, by_photon, by_final - by_photon, record);
        choice
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
