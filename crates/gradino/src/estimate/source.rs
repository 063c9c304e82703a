//! The chain as the estimators see it: strata are the channels of the primary interaction.

use crate::Observable;
use crate::chain::{Chain, Scratch};
use gradino_core::Event;
use gradino_core::constants::ELECTRON_MASS;
use gradino_infer::estimate::{Stratified, Stratum, Trajectory};
use gradino_nuclear::decay::{Network, Step};
use gradino_nuclear::emission::fragment::Fragment;

/// Width of the classes of excitation energy above the lowest separation energy [MeV], and their number.
const CLASS_WIDTH: f64 = 1.0;
const ENERGY_CLASSES: usize = 8;

/// Events of a chain with one observable.
#[derive(Debug)]
pub(super) struct ChainEvents {
    chain: Chain,
    observable: Observable,
    strata: Vec<Stratum>,
    /// Classes of the neutrino energy, for bins that a moving energy passes.
    neutrino_classes: usize,
    /// Mass of each fragment with its electrons [MeV].
    masses: [f64; 6],
    /// Lowest separation energy of each nuclide of the cascade [MeV].
    separations: Vec<f64>,
}

/// Memory of a thread.
pub(super) struct Memory {
    scratch: Scratch,
    event: Event,
}

/// What is known before a choice.
struct Before {
    entry: usize,
    excitation: f64,
    /// Energy given to photons and charged fragments so far [MeV].
    visible: f64,
    photons: f64,
}

impl ChainEvents {
    pub(super) fn new(chain: Chain, observable: Observable, neutrino_classes: usize) -> Self {
        let shares = chain.channel_shares().into_iter();
        let strata = shares.map(|s| Stratum { probability: s.probability, gradient: s.gradient }).collect();
        let masses = Fragment::ALL.map(|f| f.nuclear_mass() + f64::from(f.nuclide().z) * ELECTRON_MASS);
        let separations = chain.cascade().map_or(Vec::new(), |c| {
            let entries = 0..c.network().nuclides().count();
            entries.map(|entry| c.network().lowest_separation(entry)).collect()
        });
        ChainEvents { chain, observable, strata, neutrino_classes, masses, separations }
    }

    /// The state after a step.
    fn after(&self, network: &Network, before: &Before, step: &Step) -> Before {
        let (visible, photons) = match step.fragment {
            None => (before.excitation - step.excitation, 1.0),
            Some(f) if f.nuclide().z == 0 => (0.0, 0.0),
            Some(f) => {
                let mass = network.ion_mass(before.entry, 0, before.excitation);
                let rest = network.ion_mass(step.entry, 0, step.excitation) + self.masses[f as usize];
                (mass - rest, 0.0)
            }
        };
        Before {
            entry: step.entry,
            excitation: step.excitation,
            visible: before.visible + visible,
            photons: before.photons + photons,
        }
    }

    /// Writes class and history of each choice with a score.
    fn write_history(
        &self,
        stratum: usize,
        energy: (f64, f64),
        start: f64,
        memory: &Memory,
        out: &mut Trajectory,
    ) {
        let (Some(cascade), Some(marks)) = (self.chain.cascade(), &memory.scratch.record().marks) else {
            return;
        };
        let (network, (energy, uniform)) = (cascade.network(), energy);
        let steps = &memory.scratch.record().steps;
        let neutrino = (uniform * self.neutrino_classes as f64) as usize;
        let mut before = Before { entry: 0, excitation: start, visible: 0.0, photons: 0.0 };
        let mut passed = 0;
        for &step in &marks.steps {
            for step in &steps[passed..step] {
                before = self.after(network, &before, step);
            }
            passed = step;
            let above = (before.excitation - self.separations[before.entry]) / CLASS_WIDTH;
            let height = if above > 0.0 { (above as usize + 1).min(ENERGY_CLASSES - 1) } else { 0 };
            let class = (stratum * self.separations.len() + before.entry) * ENERGY_CLASSES + height;
            out.classes.push(class * self.neutrino_classes + neutrino);
            out.history.extend([energy, before.excitation, before.visible, before.photons]);
        }
    }
}

impl Stratified for ChainEvents {
    type Scratch = Memory;

    fn parameters(&self) -> usize {
        self.chain.gradients().len()
    }

    fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    fn history(&self) -> usize {
        4
    }

    fn scratch(&self) -> Memory {
        Memory { scratch: self.chain.scratch_with_marks(), event: Event::new() }
    }

    fn draw(
        &self,
        stratum: usize,
        uniforms: [f64; 2],
        number: u64,
        with_history: bool,
        memory: &mut Memory,
        out: &mut Trajectory,
    ) {
        let Memory { scratch, event } = memory;
        let (start, primary) = self.chain.draw_within(stratum, uniforms, number, scratch, event);
        out.clear(self.parameters());
        out.value = self.observable.value(event);
        self.observable.add_motion(event, &mut out.motion);
        let Some(marks) = &scratch.record().marks else { return };
        if !with_history {
            out.scores.extend_from_slice(&scratch.record().score);
            return;
        }
        out.scores.extend_from_slice(&marks.scores);
        if let (Some(cascade), Some(start)) = (self.chain.cascade(), start) {
            let (excitation, ..) = cascade.start_state(start);
            let energy = primary.map_or(0.0, |p| p.energy);
            self.write_history(stratum, (energy, uniforms[0]), excitation, memory, out);
        }
    }
}
