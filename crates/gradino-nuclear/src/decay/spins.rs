//! The spin and parity of a continuum state that was just reached.

use super::cascade::{Cascade, add_moved};
use super::couplings::{self, MAX_TWO_J};
use super::network::Network;
use super::record::CascadeRecord;
use super::state::MAX_CHANNELS;
use super::widths::{self, ParticleRules, RADIATIONS, SpinSums};
use crate::emission::fragment::Fragment;
use gradino_core::{Parity, Real, Stream};

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

/// Transmissions of a transition into the continuum.
enum Rates<'a, D> {
    /// Of photons, up to a multipolarity.
    Photons { row: [D; RADIATIONS], l_max: usize },
    /// Of a fragment, zero in partial waves that are not followed.
    Fragment { t: [D; MAX_CHANNELS], rules: &'a ParticleRules, l_max: u32 },
}

impl<'a, D: Real> Rates<'a, D> {
    fn new(network: &'a Network<D>, from: &From) -> Self {
        let Some(f) = from.source.checked_sub(1) else {
            let row = network.gamma(from.residue).row(from.e_out, from.e_final);
            return Rates::Photons { row, l_max: network.l_max_gamma() };
        };
        let (rules, l_max) = (&network.rules[f], network.models.l_max);
        let table = network.transmission(from.residue, Fragment::ALL[f]);
        let mut t = [D::zero(); MAX_CHANNELS];
        table.values(&table.locate(from.e_out), &mut t);
        let closed = rules.channels.iter().zip(&mut t).filter(|(channel, _)| channel.0 > l_max);
        closed.for_each(|(_, t)| *t = D::zero());
        Rates::Fragment { t, rules, l_max }
    }

    /// Twice the largest change of spin.
    fn reach(&self) -> u16 {
        match self {
            Rates::Photons { l_max, .. } => 2 * *l_max as u16,
            Rates::Fragment { rules, l_max, .. } => {
                let open = rules.channels.iter().filter(|channel| channel.0 <= *l_max);
                open.map(|channel| channel.1).max().unwrap_or(0)
            }
        }
    }

    /// Sum of R(J') T over all final spins, with the sums of R.
    fn total(&self, two_j: u16, sums: &SpinSums<D>) -> D {
        let add = |sum: D, (t, coupled): (D, D)| sum + t * coupled;
        match self {
            Rates::Photons { row, l_max } => {
                let pair =
                    |l: usize| (row[2 * l - 2] + row[2 * l - 1], widths::coupled_gamma(sums, two_j, l));
                (1..=*l_max).map(pair).fold(D::zero(), add)
            }
            Rates::Fragment { t, rules, .. } => {
                let waves = rules.channels.iter().zip(t);
                waves.map(|(channel, &t)| (t, sums.coupled(two_j, channel.1))).fold(D::zero(), add)
            }
        }
    }

    /// R(J') T to one final spin and change of parity.
    fn amplitude(&self, two_j: u16, (two_jf, change): (u16, Parity), sums: &SpinSums<D>) -> D {
        let t = match self {
            Rates::Photons { row, l_max } => widths::discrete_gamma(two_j, two_jf, change, row, *l_max),
            Rates::Fragment { t, rules, .. } => {
                widths::discrete_particle(rules.couplings.mask(two_j, two_jf, change), t)
            }
        };
        sums.single(two_jf) * t
    }
}

impl<D: Real> Cascade<D> {
    /// The probability of a spin and parity after a transition.
    pub(super) fn spin_share(&self, from: &From, (two_j, parity): (u16, Parity)) -> D {
        let density = self.network.density(from.residue);
        let sums = density.spins(&density.at(from.e_final));
        let rates = Rates::new(&self.network, from);
        let amplitude = rates.amplitude(from.two_j, (two_j, from.parity.times(parity)), &sums);
        if amplitude.re() > 0.0 { amplitude / rates.total(from.two_j, &sums) } else { D::zero() }
    }
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
    /// Picks (J', change) with the probability that `rates` give it.
    fn new(from: &From, rates: &Rates<'_, f64>, pick: Pick, shares: &Shares) -> Self {
        let total = rates.total(from.two_j, &shares.spins);
        let amplitude = |two_j, change| rates.amplitude(from.two_j, (two_j, change), &shares.spins);
        let (two_j, change, amplitude) = match pick {
            Pick::At(uniform) => find(from, rates.reach(), uniform * total, amplitude),
            Pick::Given(two_j, change) => (two_j, change, amplitude(two_j, change)),
        };
        let cutoff = match &shares.slopes {
            Some(slopes) if amplitude > 0.0 => {
                slopes.single(two_j) / shares.spins.single(two_j) - rates.total(from.two_j, slopes) / total
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
        let rates = Rates::new(&self.network, from);
        let choice = Choice::new(from, &rates, pick, &shares);
        if let Some(chosen) = choice.scored(&shares) {
            match &rates {
                Rates::Photons { l_max, .. } => {
                    self.score_gamma_spin(from, &choice, (chosen, &shares.spins), *l_max, record);
                }
                Rates::Fragment { rules, .. } => {
                    self.score_fragment_spin(from, &choice, (chosen, &shares.spins), rules, record);
                }
            }
        }
        if shares.slopes.is_some() {
            density.add_gradient(&at, 0.0, choice.cutoff, &mut record.score);
            if let Some(row) = from.moved_final {
                let (_, cutoff_slope) = density.energy_slopes(&at);
                add_moved(record, row, choice.cutoff * cutoff_slope);
            }
        }
        choice
    }

    fn score_fragment_spin(
        &self,
        from: &From,
        choice: &Choice,
        (chosen, spins): (f64, &SpinSums<f64>),
        rules: &ParticleRules,
        record: &mut CascadeRecord,
    ) {
        let table = self.network.transmission(from.residue, Fragment::ALL[from.source - 1]);
        let place = table.locate(from.e_out);
        let mask = rules.couplings.mask(from.two_j, choice.two_j, choice.change);
        let optical = self.network.slots.optical.slots();
        let mut by_energy = 0.0;
        let mut t_slopes = [0.0; MAX_CHANNELS];
        table.energy_derivatives(&place, &mut t_slopes);
        let open = |c: usize| rules.channels[c].0 <= self.network.models.l_max;
        for c in (0..rules.channels.len()).filter(|&c| open(c)) {
            let coupled = spins.coupled(from.two_j, rules.channels[c].1);
            let factor = f64::from(u8::from(mask >> c & 1 == 1)) * chosen - coupled / choice.total;
            if !optical.is_empty() {
                table.add_gradient(&place, c, factor, &mut record.score[optical.clone()]);
            }
            by_energy += factor * t_slopes[c];
        }
        self.score_motion(from, by_energy, -by_energy, record);
    }

    fn score_gamma_spin(
        &self,
        from: &From,
        choice: &Choice,
        (chosen, spins): (f64, &SpinSums<f64>),
        l_max: usize,
        record: &mut CascadeRecord,
    ) {
        let gamma = self.network.gamma(from.residue);
        let mut factors = [0.0; RADIATIONS];
        for l in 1..=l_max {
            factors[2 * l - 2..2 * l].fill(-widths::coupled_gamma(spins, from.two_j, l) / choice.total);
        }
        for l in couplings::multipolarities(from.two_j, choice.two_j, l_max) {
            factors[couplings::radiation_index(l, choice.change)] += chosen;
        }
        gamma.add_gradient(from.e_out, from.e_final, &factors, &mut record.score);
        let (by_photon, by_final) = gamma.energy_slopes(from.e_out, from.e_final);
        let dot = |slopes: &[f64; RADIATIONS]| factors.iter().zip(slopes).map(|(f, s)| f * s).sum::<f64>();
        let (by_photon, by_final) = (dot(&by_photon), dot(&by_final));
        self.score_motion(from, by_photon, by_final - by_photon, record);
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
