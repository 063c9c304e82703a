//! Cross sections and kinematics of the channels, written once over the scalar.

use crate::flux::PreparedFlux;
use gradino_core::particle::pdg;
use gradino_core::{Parameter, Params, Real};
use gradino_nuclear::reaction::kinematics::{self, TwoBody};
use gradino_nuclear::reaction::{
    AllowedReaction, Cevns, ElectronElastic, PreparedAllowed, PreparedCevns, PreparedElectronElastic,
    Transition, allowed, strengths,
};

use super::AtomicMasses;

/// A process that a neutrino can start on the target.
#[derive(Clone, Debug)]
pub enum Process {
    /// Charged-current absorption of nu_e; one channel for each transition.
    Allowed(AllowedReaction),
    /// Elastic scattering off the electrons of the atom.
    ElectronElastic(ElectronElastic),
    /// Coherent elastic scattering off the nucleus.
    Cevns(Cevns),
}

impl Process {
    /// The name in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Process::Allowed(_) => "nu_e charged current",
            Process::ElectronElastic(_) => "nu-e elastic scattering",
            Process::Cevns(_) => "coherent elastic scattering",
        }
    }

    /// Parameters of the process.
    pub fn parameters(&self) -> Vec<Parameter> {
        match self {
            Process::Allowed(p) => p.parameters(),
            Process::ElectronElastic(p) => p.parameters(),
            Process::Cevns(p) => p.parameters(),
        }
    }

    /// Whether the neutrino with this PDG number can start it.
    pub fn allows(&self, neutrino: i32) -> bool {
        match self {
            Process::Allowed(_) => neutrino == pdg::NU_E,
            Process::ElectronElastic(p) => neutrino == p.neutrino,
            Process::Cevns(_) => true,
        }
    }
}

/// What happens in a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ChannelKind {
    /// Charged-current transition to a state of the residue.
    Level {
        /// Position in the list of strengths of the reaction.
        level: usize,
        /// Excitation energy of the residue [MeV].
        excitation: f64,
        /// Fermi or Gamow-Teller.
        transition: Transition,
    },
    /// Elastic scattering off an electron.
    ElectronElastic,
    /// Coherent elastic scattering off the nucleus.
    Cevns,
}

/// One way in which a primary interaction can go.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Position in the list of processes.
    pub process: usize,
    /// What happens.
    pub kind: ChannelKind,
    /// Lowest neutrino energy [MeV].
    pub threshold: f64,
    /// Name of the parameter that the cross section is proportional to, for transitions.
    pub strength: Option<String>,
}

#[derive(Clone, Debug)]
enum Prepared<D> {
    Allowed(PreparedAllowed<D>),
    ElectronElastic(PreparedElectronElastic<D>),
    Cevns(PreparedCevns<D>),
}

/// Flux and processes, ready for use.
#[derive(Clone, Debug)]
pub(super) struct Rates<D> {
    pub(super) flux: PreparedFlux<D>,
    processes: Vec<Prepared<D>>,
}

impl<D: Real> Rates<D> {
    pub(super) fn new(
        flux: PreparedFlux<D>,
        processes: &[Process],
        theta: &Params<D>,
        masses: &AtomicMasses,
    ) -> Self {
        let prepare = |p: &Process| match p {
            Process::Allowed(p) => Prepared::Allowed(p.prepare(theta, masses.target, masses.residue)),
            Process::ElectronElastic(p) => Prepared::ElectronElastic(p.prepare(theta)),
            Process::Cevns(p) => Prepared::Cevns(p.prepare(theta, masses.target)),
        };
        Rates { flux, processes: processes.iter().map(prepare).collect() }
    }

    /// Cross section [cm^2] at `energy` [MeV], divided by the strength for transitions.
    pub(super) fn per_strength(&self, channel: &Channel, energy: D) -> D {
        match (&self.processes[channel.process], channel.kind) {
            (Prepared::Allowed(p), ChannelKind::Level { level, .. }) => {
                p.levels[level].per_strength(energy, &p.coulomb)
            }
            (Prepared::ElectronElastic(p), _) => p.total_at(energy),
            (Prepared::Cevns(p), _) => p.total_at(energy),
            (Prepared::Allowed(_), _) => D::zero(),
        }
    }

    /// The strength of a transition, 1 for other channels.
    pub(super) fn strength(&self, channel: &Channel) -> D {
        match (&self.processes[channel.process], channel.kind) {
            (Prepared::Allowed(p), ChannelKind::Level { level, .. }) => p.levels[level].strength,
            _ => D::one(),
        }
    }

    /// Cosine of the lepton's angle in the centre-of-momentum frame for transitions, recoil energy
    /// [MeV] of the target for elastic channels, at the uniform number `u`.
    #[inline]
    pub(super) fn scatter(&self, channel: &Channel, energy: D, u: f64) -> D {
        match (&self.processes[channel.process], channel.kind) {
            (Prepared::Allowed(p), ChannelKind::Level { level, .. }) => {
                allowed::sample_cosine(p.levels[level].asymmetry(energy), u)
            }
            (Prepared::ElectronElastic(p), _) => p.sample_recoil(energy, u),
            (Prepared::Cevns(p), _) => p.sample_recoil(energy, u),
            (Prepared::Allowed(_), _) => D::zero(),
        }
    }

    /// Probability density of `scatter` in elastic channels [1/MeV]; 1 for transitions, whose angular law has
    /// no parameters.
    pub(super) fn scatter_density(&self, channel: &Channel, energy: D, scatter: D) -> D {
        match &self.processes[channel.process] {
            Prepared::Allowed(_) => D::one(),
            Prepared::ElectronElastic(p) => p.differential(energy, scatter) / p.total_at(energy),
            Prepared::Cevns(p) => p.differential(energy, scatter) / p.total_at(energy),
        }
    }

    /// The outgoing particles in the laboratory; none below the threshold.
    pub(super) fn final_state(
        &self,
        channel: &Channel,
        energy: D,
        scatter: D,
        phi: f64,
    ) -> Option<TwoBody<D>> {
        match (&self.processes[channel.process], channel.kind) {
            (Prepared::Allowed(p), ChannelKind::Level { level, .. }) => {
                kinematics::scatter(energy, &p.levels[level].masses, scatter, phi)
            }
            (Prepared::ElectronElastic(_), _) => {
                let electron = D::from(gradino_core::constants::ELECTRON_MASS);
                Some(kinematics::recoil_scatter(energy, electron, scatter, phi))
            }
            (Prepared::Cevns(p), _) => {
                Some(kinematics::recoil_scatter(energy, D::from(p.mass()), scatter, phi))
            }
            (Prepared::Allowed(_), _) => None,
        }
    }
}

impl Rates<f64> {
    /// All channels that the neutrino can start, open or not.
    pub(super) fn channels(&self, processes: &[Process], neutrino: i32) -> Vec<Channel> {
        let mut list = Vec::new();
        for (process, (p, definition)) in self.processes.iter().zip(processes).enumerate() {
            if !definition.allows(neutrino) {
                continue;
            }
            let elastic = |kind| Channel { process, kind, threshold: 0.0, strength: None };
            match (p, definition) {
                (Prepared::Allowed(p), Process::Allowed(reaction)) => {
                    let names = strengths::parameter_names(&reaction.strengths);
                    for ((level, l), name) in p.levels.iter().enumerate().zip(names) {
                        let kind = ChannelKind::Level { level, excitation: l.excitation, transition: l.kind };
                        list.push(Channel { process, kind, threshold: l.threshold(), strength: Some(name) });
                    }
                }
                (Prepared::ElectronElastic(_), _) => list.push(elastic(ChannelKind::ElectronElastic)),
                _ => list.push(elastic(ChannelKind::Cevns)),
            }
        }
        list
    }
}
