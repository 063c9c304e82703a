//! Writing what was drawn as an event: particles and vertices.

use super::kinematics::{self, Beginning};
use super::primary::{ChannelKind, PrimaryDraw, Process};
use super::{Chain, Interaction, Kind, Scratch};
use gradino_core::particle::pdg;
use gradino_core::{
    Event, FourVector, NuclearState, Nuclide, Parity, Particle, Real, Status, Vertex, VertexStatus,
};
use gradino_nuclear::decay::{Cascade, Start, Step};
use gradino_nuclear::reaction::Transition;
use gradino_nuclear::reaction::allowed::sample_cosine;
use gradino_nuclear::reaction::kinematics::{CentreOfMass, Masses, TwoBody, scatter};

/// Process number of jobs that start from a fixed state.
pub(super) const DEEXCITATION: u32 = 1;

/// Process number in files: NuHepMC keeps 100 to 149 for charged-current and 150 to 199 for
/// neutral-current scattering at low energy (gardiner2025, E.C.1).
pub(super) fn process_number(process: &Process) -> u32 {
    match process {
        Process::Allowed(_) => 100,
        Process::Cevns(_) => 150,
        Process::ElectronElastic(_) => 160,
    }
}

/// First of the particles that a cascade appends, for events that start from a neutrino.
const RESIDUE: u32 = 3;

impl Interaction {
    /// Lepton and residue of a transition at neutrino energy `energy`, the scattering angle moving along.
    pub(super) fn transition<D: Real>(&self, draw: &PrimaryDraw, kind: Transition, energy: D) -> TwoBody<D> {
        let masses = &self.outcomes[draw.channel].masses;
        let lifted = Masses {
            target: D::from(masses.target),
            lepton: D::from(masses.lepton),
            residue: D::from(masses.residue),
        };
        let beta = CentreOfMass::new(energy, &lifted).map_or(D::zero(), |cm| cm.lepton_speed());
        let asymmetry = match kind {
            Transition::Fermi => beta,
            Transition::GamowTeller => beta / -3.0,
        };
        let cosine = sample_cosine(asymmetry, draw.scatter_uniform);
        scatter(energy, &lifted, cosine, draw.phi).unwrap_or_else(|| at_threshold(energy, &lifted))
    }
}

/// Both particles at rest in their common frame: for energies between the threshold of the tabulated
/// transition energy and that of the nearest level, a few keV apart at most.
fn at_threshold<D: Real>(energy: D, masses: &Masses<D>) -> TwoBody<D> {
    let share = masses.lepton / (masses.lepton + masses.residue);
    let total = FourVector::new(energy + masses.target, D::zero(), D::zero(), energy);
    let lepton = FourVector::new(total.e * share, D::zero(), D::zero(), total.z * share);
    TwoBody { lepton, residue: total - lepton }
}

fn particle(number: i32, status: Status, momentum: FourVector, mass: f64, charge: i32) -> Particle {
    Particle { pdg: number, status, momentum, mass, charge, state: None }
}

impl Chain {
    /// Writes particles and vertices of what was drawn.
    pub(super) fn write_event(
        &self,
        primary: Option<&PrimaryDraw>,
        start: Option<Start>,
        scratch: &Scratch,
        event: &mut Event,
    ) {
        let beginning = match (&self.kind, primary) {
            (Kind::Neutrino(interaction), Some(draw)) => self.write_primary(interaction, draw, start, event),
            _ => self.write_state(start, event),
        };
        if let (Some(beginning), Some(cascade)) = (beginning, self.cascade()) {
            self.write_cascade(cascade, &beginning, scratch, event);
        }
    }

    /// Writes the emissions of the last particle, a nucleus.
    pub(super) fn write_cascade(
        &self,
        cascade: &Cascade,
        beginning: &Beginning<f64>,
        scratch: &Scratch,
        event: &mut Event,
    ) {
        let steps = &scratch.record.steps;
        let mut parent = event.particles.len() as u32 - 1;
        kinematics::follow(
            cascade,
            beginning,
            steps,
            &scratch.directions,
            |_, e| e,
            |k, emission| {
                let first = event.particles.len() as u32;
                let step = &steps[k];
                let (number, charge) =
                    step.fragment.map_or((pdg::PHOTON, 0), |f| (f.pdg(), i32::from(f.nuclide().z)));
                event.particles.push(particle(
                    number,
                    Status::Final,
                    emission.emitted,
                    emission.emitted_mass,
                    charge,
                ));
                let status = if k + 1 == steps.len() { Status::Final } else { Status::Decayed };
                event.particles.push(Particle {
                    state: Some(state_after(step)),
                    ..particle(
                        emission.nuclide.pdg(),
                        status,
                        emission.nucleus,
                        emission.nucleus_mass,
                        emission.charge,
                    )
                });
                let kind = if step.statistical { VertexStatus::Statistical } else { VertexStatus::Gamma };
                event.vertices.push(Vertex {
                    status: kind,
                    incoming: (parent, None),
                    first_out: first,
                    count_out: 2,
                });
                parent = first + 1;
            },
        );
    }

    /// The nucleus at rest of a fixed-state job.
    fn write_state(&self, start: Option<Start>, event: &mut Event) -> Option<Beginning<f64>> {
        event.process = DEEXCITATION;
        let cascade = self.cascade()?;
        let (excitation, two_j, parity) = cascade.start_state(start?);
        let nuclide = cascade.network().nuclide(0);
        let mass = cascade.network().ion_mass(0, 0, excitation);
        let momentum = FourVector::new(mass, 0.0, 0.0, 0.0);
        let state = Some(NuclearState { excitation, two_j, parity });
        let status = if excitation > 0.0 { Status::Residue } else { Status::Final };
        event.particles.push(Particle { state, ..particle(nuclide.pdg(), status, momentum, mass, 0) });
        Some(Beginning { momentum, excitation, charge: 0 })
    }

    /// Neutrino, target, lepton and residue with the vertex that joins them.
    fn write_primary(
        &self,
        interaction: &Interaction,
        draw: &PrimaryDraw,
        start: Option<Start>,
        event: &mut Event,
    ) -> Option<Beginning<f64>> {
        let outcome = &interaction.outcomes[draw.channel];
        event.process = outcome.process;
        event.weight = draw.weight;
        let kind = interaction.primary.channels()[draw.channel].kind;
        let neutrino = FourVector::new(draw.energy, 0.0, 0.0, draw.energy);
        event.particles.push(particle(interaction.neutrino, Status::Beam, neutrino, 0.0, 0));
        event.vertices.push(Vertex {
            status: VertexStatus::Primary,
            incoming: (0, Some(1)),
            first_out: RESIDUE - 1,
            count_out: 2,
        });
        match kind {
            ChannelKind::Level { transition, .. } => {
                let cascade = self.cascade()?;
                let (excitation, two_j, parity) = cascade.start_state(start?);
                let out = interaction.transition(draw, transition, draw.energy);
                push_target(interaction.target, interaction.target_mass, event);
                event.particles.push(particle(
                    pdg::ELECTRON,
                    Status::Final,
                    out.lepton,
                    outcome.masses.lepton,
                    -1,
                ));
                let status = if excitation > 0.0 { Status::Residue } else { Status::Final };
                let number = cascade.network().nuclide(0).pdg();
                event.particles.push(Particle {
                    state: Some(NuclearState { excitation, two_j, parity }),
                    ..particle(number, status, out.residue, outcome.masses.residue, 1)
                });
                Some(Beginning { momentum: out.residue, excitation, charge: 1 })
            }
            ChannelKind::ElectronElastic => {
                let out = interaction.primary.final_state(draw);
                let mass = outcome.masses.target;
                let at_rest = FourVector::new(mass, 0.0, 0.0, 0.0);
                event.particles.push(particle(pdg::ELECTRON, Status::Target, at_rest, mass, -1));
                event.particles.push(particle(interaction.neutrino, Status::Final, out.lepton, 0.0, 0));
                event.particles.push(particle(pdg::ELECTRON, Status::Final, out.residue, mass, -1));
                None
            }
            ChannelKind::Cevns => {
                let out = interaction.primary.final_state(draw);
                push_target(interaction.target, interaction.target_mass, event);
                event.particles.push(particle(interaction.neutrino, Status::Final, out.lepton, 0.0, 0));
                event.particles.push(Particle {
                    state: Some(GROUND),
                    ..particle(
                        interaction.target.pdg(),
                        Status::Final,
                        out.residue,
                        outcome.masses.residue,
                        0,
                    )
                });
                None
            }
        }
    }
}

/// State of a target: an even-even nucleus in its ground state.
const GROUND: NuclearState = NuclearState { excitation: 0.0, two_j: 0, parity: Parity::Plus };

pub(super) fn push_target(target: Nuclide, mass: f64, event: &mut Event) {
    let at_rest = FourVector::new(mass, 0.0, 0.0, 0.0);
    event
        .particles
        .push(Particle { state: Some(GROUND), ..particle(target.pdg(), Status::Target, at_rest, mass, 0) });
}

fn state_after(step: &Step) -> NuclearState {
    NuclearState { excitation: step.excitation, two_j: step.two_j, parity: step.parity }
}
