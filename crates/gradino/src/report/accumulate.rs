//! What a run collects for its report, event by event.

use super::histogram::{Histogram, Tally};
use super::sensitivity::SmoothSpectrum;
use gradino_core::particle::pdg;
use gradino_core::{
    Event, FourVector, NuclearState, Nuclide, Parameter, Parity, Particle, Status, VertexStatus,
};
use std::collections::BTreeMap;

/// Bins of an energy spectrum, at most. The report joins them where there are few entries.
const ENERGY_BINS: usize = 500;
/// Bins of the gamma spectrum, at most.
const GAMMA_BINS: usize = 1000;
/// Upper end of the gamma spectrum [MeV]: above all discrete levels and giant resonances.
const GAMMA_END: f64 = 25.0;
/// Multiplicities from 0 to one less than this have a bin of their own.
const MULTIPLICITIES: usize = 16;
/// Bins of the cosine of the lepton's angle.
const ANGLE_BINS: usize = 40;

/// What an [`Accumulator`] must know beforehand.
#[derive(Clone, Debug, PartialEq)]
pub struct AccumulatorConfig {
    /// The parameters whose gradients the events carry, in the order of `Event::weight_gradient`.
    pub gradient_parameters: Vec<Parameter>,
    /// Upper end of the energy spectra [MeV], e.g. the highest energy of the source.
    pub e_max: f64,
}

/// A discrete level: what a transition starts from or goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level {
    /// Excitation energy [eV], rounded.
    pub excitation_ev: u64,
    /// Twice the spin.
    pub two_j: u16,
    /// Parity.
    pub parity: Parity,
}

impl Level {
    /// The level of a nuclear state.
    fn of(state: NuclearState) -> Self {
        let excitation_ev = (state.excitation * 1e6).round() as u64;
        Level { excitation_ev, two_j: state.two_j, parity: state.parity }
    }
    /// Excitation energy [MeV].
    pub fn excitation(self) -> f64 {
        self.excitation_ev as f64 * 1e-6
    }
}

/// A gamma transition between discrete levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    /// The nuclide.
    pub nuclide: Nuclide,
    /// The level it starts from.
    pub from: Level,
    /// The level it goes to.
    pub to: Level,
}

/// Emitted hadrons that have a spectrum of their own: PDG number and symbol.
pub(super) const HADRONS: [(i32, &str); 6] = [
    (pdg::NEUTRON, "n"),
    (pdg::PROTON, "p"),
    (pdg::DEUTERON, "d"),
    (pdg::TRITON, "t"),
    (pdg::HELION, "³He"),
    (pdg::ALPHA, "α"),
];

/// The final state without its leptons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FinalState {
    /// The nucleus that is left, if there is one.
    pub residue: Option<Nuclide>,
    /// Numbers of neutrons, protons, deuterons, tritons, helions and alphas.
    pub hadrons: [u8; 6],
    /// Number of other particles that are neither leptons nor gammas.
    pub others: u8,
    /// Whether there are gammas.
    pub gammas: bool,
}

/// The collected histograms and tallies of a run, cheap to fill: once all nuclides and transitions
/// have been met, an event allocates nothing.
///
/// # Any number of threads, the same bits
///
/// Sums of floating-point numbers depend on their order. So give every block of consecutive events
/// (a fixed size that does not depend on the number of threads) an accumulator of its own, add its
/// events in order, and merge the blocks from first to last into one. Which thread did which block
/// then changes nothing, to the bit.
#[derive(Clone, Debug, PartialEq)]
pub struct Accumulator {
    parameters: Vec<Parameter>,
    motion: Vec<f64>,
    pub(super) total: Tally,
    pub(super) processes: Vec<Tally>,
    /// Energy of the beam.
    pub(super) beam: Histogram,
    /// PDG number of the beam, positive; 0 while there is none.
    pub(super) beam_pdg: i32,
    /// Kinetic energy and angle of the charged lepton, and its PDG number, positive; 0 while there is none.
    pub(super) lepton: Histogram,
    pub(super) lepton_angle: Histogram,
    pub(super) lepton_pdg: i32,
    pub(super) gamma: Histogram,
    pub(super) hadrons: [Histogram; 6],
    /// Multiplicities of gammas, neutrons, protons.
    pub(super) multiplicities: [Histogram; 3],
    pub(super) visible: Histogram,
    pub(super) smooth_visible: SmoothSpectrum,
    pub(super) nuclides: BTreeMap<Nuclide, Tally>,
    pub(super) final_states: BTreeMap<FinalState, Tally>,
    pub(super) transitions: BTreeMap<Transition, Tally>,
}

impl Accumulator {
    /// An empty one.
    pub fn new(config: AccumulatorConfig) -> Self {
        let e_max = config.e_max;
        let energy = || Histogram::up_to(e_max, ENERGY_BINS);
        let count = || Histogram::new(-0.5, 1.0, MULTIPLICITIES);
        Accumulator {
            motion: vec![0.0; config.gradient_parameters.len()],
            total: Tally::default(),
            processes: Vec::new(),
            beam: energy(),
            beam_pdg: 0,
            lepton: energy(),
            lepton_pdg: 0,
            lepton_angle: Histogram::new(-1.0, 2.0 / ANGLE_BINS as f64, ANGLE_BINS),
            gamma: Histogram::up_to(e_max.min(GAMMA_END), GAMMA_BINS),
            hadrons: std::array::from_fn(|_| energy()),
            multiplicities: std::array::from_fn(|_| count()),
            visible: energy(),
            smooth_visible: SmoothSpectrum::new(e_max, config.gradient_parameters.len()),
            nuclides: BTreeMap::new(),
            final_states: BTreeMap::new(),
            transitions: BTreeMap::new(),
            parameters: config.gradient_parameters,
        }
    }

    /// The parameters with gradients.
    pub fn gradient_parameters(&self) -> &[Parameter] {
        &self.parameters
    }
    /// All events: their number, and sums of weights.
    pub fn total(&self) -> Tally {
        self.total
    }
    /// The final nuclides with their events, in order of Z and A.
    pub fn nuclides(&self) -> impl Iterator<Item = (Nuclide, Tally)> {
        self.nuclides.iter().map(|(n, t)| (*n, *t))
    }
    /// The exclusive final states with their events.
    pub fn final_states(&self) -> impl Iterator<Item = (FinalState, Tally)> {
        self.final_states.iter().map(|(s, t)| (*s, *t))
    }
    /// The visible-energy spectrum with its derivatives.
    pub fn visible_energy(&self) -> &SmoothSpectrum {
        &self.smooth_visible
    }

    /// Name of the particles of the beam.
    pub(super) fn beam_name(&self) -> &'static str {
        match self.beam_pdg {
            pdg::ELECTRON => "electron",
            pdg::MUON => "muon",
            _ => "neutrino",
        }
    }

    /// Name of the charged lepton.
    pub(super) fn lepton_name(&self) -> &'static str {
        if self.lepton_pdg == pdg::MUON { "muon" } else { "electron" }
    }

    /// Adds one event.
    pub fn add(&mut self, event: &Event) {
        let w = event.weight;
        self.total.add(w);
        let process = event.process as usize;
        if process >= self.processes.len() {
            self.processes.resize(process + 1, Tally::default());
        }
        self.processes[process].add(w);
        let beam = event.particles.iter().find(|p| p.status == Status::Beam);
        if let Some(beam) = beam {
            self.beam_pdg = beam.pdg.abs();
            self.beam.fill(beam.momentum.e, w);
        }
        let beam = beam.map(|p| p.momentum);
        self.add_final_state(event, beam);
        self.add_transitions(event);
        self.add_visible_energy(event);
    }

    fn add_final_state(&mut self, event: &Event, beam: Option<FourVector>) {
        let w = event.weight;
        let mut state = FinalState::default();
        let mut gammas = 0usize;
        for particle in event.final_state() {
            if particle.state.is_some() {
                state.residue = Nuclide::from_pdg(particle.pdg);
            } else if let Some(i) = HADRONS.iter().position(|h| h.0 == particle.pdg) {
                state.hadrons[i] = state.hadrons[i].saturating_add(1);
                self.hadrons[i].fill(particle.kinetic_energy(), w);
            } else if particle.pdg == pdg::PHOTON {
                gammas += 1;
                self.gamma.fill(particle.momentum.e, w);
            } else if matches!(particle.pdg.abs(), pdg::ELECTRON | pdg::MUON) {
                self.lepton_pdg = particle.pdg.abs();
                self.lepton.fill(particle.kinetic_energy(), w);
                self.lepton_angle.fill(cosine(particle, beam), w);
            } else if !is_lepton(particle.pdg) {
                state.others = state.others.saturating_add(1);
            }
        }
        state.gammas = gammas > 0;
        let counts = [gammas, usize::from(state.hadrons[0]), usize::from(state.hadrons[1])];
        self.multiplicities.iter_mut().zip(counts).for_each(|(h, n)| h.fill(n as f64, w));
        if let Some(nuclide) = state.residue {
            self.nuclides.entry(nuclide).or_default().add(w);
        }
        self.final_states.entry(state).or_default().add(w);
    }

    fn add_transitions(&mut self, event: &Event) {
        for vertex in event.vertices.iter().filter(|v| v.status == VertexStatus::Gamma) {
            let before = &event.particles[vertex.incoming.0 as usize];
            let after = event.particles[vertex.outgoing()].iter().find(|p| p.state.is_some());
            let nuclide = Nuclide::from_pdg(before.pdg);
            if let (Some(nuclide), Some(from), Some(to)) =
                (nuclide, before.state, after.and_then(|p| p.state))
            {
                let transition = Transition { nuclide, from: Level::of(from), to: Level::of(to) };
                self.transitions.entry(transition).or_default().add(event.weight);
            }
        }
    }

    fn add_visible_energy(&mut self, event: &Event) {
        let (w, energy) = (event.weight, event.visible_energy());
        self.visible.fill(energy, w);
        self.motion.fill(0.0);
        event.add_visible_energy_gradient(&mut self.motion);
        self.smooth_visible.fill(event.number, w, energy, &event.weight_gradient, &self.motion);
    }

    /// Adds everything that another accumulator of the same configuration has collected. The order of
    /// merging is the order of summation: see the note on threads at [`Accumulator`].
    pub fn merge(&mut self, other: Accumulator) {
        self.total.merge(other.total);
        if other.processes.len() > self.processes.len() {
            self.processes.resize(other.processes.len(), Tally::default());
        }
        self.processes.iter_mut().zip(&other.processes).for_each(|(a, b)| a.merge(*b));
        self.beam_pdg = self.beam_pdg.max(other.beam_pdg);
        self.lepton_pdg = self.lepton_pdg.max(other.lepton_pdg);
        let own = self.histograms_mut();
        own.into_iter().zip(other.histograms()).for_each(|(a, b)| a.merge(b));
        self.smooth_visible.merge(&other.smooth_visible);
        merge_maps(&mut self.nuclides, other.nuclides);
        merge_maps(&mut self.final_states, other.final_states);
        merge_maps(&mut self.transitions, other.transitions);
    }

    fn histograms(&self) -> [&Histogram; 14] {
        let [a, b, c, d, e, f] = &self.hadrons;
        let [x, y, z] = &self.multiplicities;
        let (nu, el, angle) = (&self.beam, &self.lepton, &self.lepton_angle);
        [nu, el, angle, &self.gamma, a, b, c, d, e, f, x, y, z, &self.visible]
    }
    fn histograms_mut(&mut self) -> [&mut Histogram; 14] {
        let [a, b, c, d, e, f] = &mut self.hadrons;
        let [x, y, z] = &mut self.multiplicities;
        let (nu, el, angle) = (&mut self.beam, &mut self.lepton, &mut self.lepton_angle);
        [nu, el, angle, &mut self.gamma, a, b, c, d, e, f, x, y, z, &mut self.visible]
    }
}

fn merge_maps<K: Ord>(into: &mut BTreeMap<K, Tally>, from: BTreeMap<K, Tally>) {
    for (key, tally) in from {
        into.entry(key).or_default().merge(tally);
    }
}

/// Charged leptons and neutrinos of the PDG scheme.
fn is_lepton(number: i32) -> bool {
    (11..=18).contains(&number.abs())
}

/// Cosine of the angle to the beam, or to the z axis without one.
fn cosine(particle: &Particle, beam: Option<FourVector>) -> f64 {
    let axis = beam.filter(|b| b.momentum_sq() > 0.0).unwrap_or(FourVector::new(1.0, 0.0, 0.0, 1.0));
    let p = particle.momentum;
    let dot = p.x * axis.x + p.y * axis.y + p.z * axis.z;
    // Rounding must not push an electron that goes straight ahead out of the last bin.
    (dot / (p.momentum_sq() * axis.momentum_sq()).sqrt()).clamp(-1.0, 1.0 - f64::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn filled(numbers: std::ops::Range<u64>) -> Accumulator {
        let mut accumulator = Accumulator::new(sample::config());
        let mut event = Event::new();
        for number in numbers {
            sample::fill(&mut event, number);
            accumulator.add(&event);
        }
        accumulator
    }

    /// Blocks as any number of threads would do them, merged in order.
    fn in_blocks(events: u64, block: u64) -> Accumulator {
        let blocks: Vec<_> = (0..events / block).map(|b| filled(b * block..(b + 1) * block)).collect();
        let mut whole = Accumulator::new(sample::config());
        blocks.into_iter().for_each(|b| whole.merge(b));
        whole
    }

    #[test]
    fn every_event_is_counted_once_in_every_per_event_histogram() {
        let a = filled(0..500);
        for h in [&a.beam, &a.visible, &a.lepton, &a.lepton_angle].into_iter().chain(&a.multiplicities) {
            let inside: u64 = h.bins().iter().map(|t| t.entries).sum();
            assert_eq!(inside + h.underflow().entries + h.overflow().entries, 500);
        }
        assert_eq!(a.final_states.values().map(|t| t.entries).sum::<u64>(), 500);
        assert_eq!(a.nuclides.values().map(|t| t.entries).sum::<u64>(), 500);
        assert_eq!(a.processes.iter().map(|t| t.entries).sum::<u64>(), 500);
        assert!((a.smooth_visible.contents().iter().sum::<f64>() - 500.0).abs() < 1e-9);
        let gammas = a.multiplicities[0].mean().expect("there are events").0 * 500.0;
        assert!((gammas - a.gamma.total().entries as f64).abs() < 1e-9);
    }

    #[test]
    fn merging_equals_adding() {
        let (whole, merged) = (filled(0..600), in_blocks(600, 100));
        for (a, b) in whole.histograms().into_iter().zip(merged.histograms()) {
            let counts = |h: &Histogram| h.bins().iter().map(|t| t.entries).collect::<Vec<_>>();
            assert_eq!(counts(a), counts(b));
        }
        assert_eq!(whole.nuclides, merged.nuclides);
        assert_eq!(whole.final_states, merged.final_states);
        assert_eq!(whole.transitions, merged.transitions);
        let pairs = whole.smooth_visible.derivative(0).into_iter().zip(merged.smooth_visible.derivative(0));
        pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-9 * (1.0 + a.abs())));
    }

    #[test]
    fn blocks_merged_in_order_give_the_same_bits_for_any_number_of_threads() {
        let one = in_blocks(400, 50);
        let handles: Vec<_> =
            (0..8).rev().map(|b| (b, std::thread::spawn(move || filled(b * 50..(b + 1) * 50)))).collect();
        let mut blocks: Vec<_> =
            handles.into_iter().map(|(b, h)| (b, h.join().expect("the block was filled"))).collect();
        blocks.sort_by_key(|b| b.0);
        let mut many = Accumulator::new(sample::config());
        blocks.into_iter().for_each(|b| many.merge(b.1));
        assert_eq!(one, many);
    }

    #[test]
    fn a_forward_electron_is_inside_the_angle_histogram() {
        let particle = Particle {
            pdg: pdg::ELECTRON,
            status: Status::Final,
            momentum: FourVector::new(10.0, 0.1, 0.2, 9.98),
            mass: 0.511,
            charge: -1,
            state: None,
        };
        let c = cosine(&particle, Some(FourVector::new(1.0, 0.1, 0.2, 9.98)));
        assert!(c < 1.0 && c > 1.0 - 1e-12);
    }
}
