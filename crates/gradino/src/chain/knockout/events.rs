//! Events that begin with a knockout.

use super::super::kinematics::Beginning;
use super::part::Part;
use super::{CHUNK, Energies, PreparedJob};
use gradino_core::particle::{lepton_charge, pdg};
use gradino_core::{
    Event, FourVector, NuclearState, Particle, Purpose, Status, Stream, Vertex, VertexStatus,
};
use gradino_nuclear::decay::Cascade;
use gradino_nuclear::meanfield::{Current, Nucleon};
use gradino_nuclear::reaction::exclusive::{FinalState, KnockoutDraw, SamplerSpace, Transfer};
use std::f64::consts::TAU;

/// NuHepMC keeps 200 to 249 for quasi-elastic scattering by charged currents, 250 to 299 by neutral ones (gardiner2025,
/// E.C.1), among which the photon is counted here.
pub(super) fn process_number(current: Current) -> u32 {
    match current {
        Current::Charged => 200,
        Current::Neutral => 250,
        Current::Electromagnetic => 260,
    }
}

/// Position of the residue among the particles of an event.
pub(in crate::chain) const RESIDUE: usize = 4;

/// A knockout with its hole.
#[derive(Clone, Copy, Debug)]
pub(in crate::chain) struct Knocked {
    /// Position of its part.
    part: usize,
    /// Position of the cascade of its residue.
    pub(in crate::chain) cascade: usize,
    draw: KnockoutDraw,
    /// Energy of the hole that was drawn, and the highest that it could have had [MeV].
    hole: [f64; 2],
    out: FinalState,
    /// The residue.
    pub(in crate::chain) state: NuclearState,
}

/// PDG number, mass [MeV] and charge [e] of a free nucleon.
pub(super) fn nucleon(nucleon: Nucleon) -> (i32, f64, i32) {
    match nucleon {
        Nucleon::Neutron => (pdg::NEUTRON, nucleon.mass(), 0),
        Nucleon::Proton => (pdg::PROTON, nucleon.mass(), 1),
    }
}

impl PreparedJob {
    /// Draws a knockout. Where the mean field gives the nucleon less than the masses of the nuclei take, close to the
    /// threshold of a shell, the residue gets the lowest energy of the hole, the nucleon moves with it, and the lepton pays. One
    /// for which the lepton has not enough, close to the threshold of the reaction, is drawn again.
    pub(in crate::chain) fn draw(
        &self,
        seed: u64,
        number: u64,
        cascades: &[Cascade],
        spaces: &mut [SamplerSpace],
    ) -> Knocked {
        let mut stream = Stream::new(seed, number, Purpose::Reaction);
        loop {
            let energy = match &self.source {
                Energies::One(energy) => *energy,
                Energies::Table(table) => table.sample(stream.uniform()),
            };
            let part = self.choose(energy, &mut stream);
            let Part { struck, cascade, sampler, holes, masses, .. } = &self.parts[part];
            let network = cascades[*cascade].network();
            let mass = |excitation| network.ion_mass(0, self.job.residue_charge(*struck), excitation);
            let draw = sampler.draw(energy, &mut stream, &mut spaces[part]);
            let draw = draw.expect("the sampler covers the energies of the source");
            let (azimuth, spread) = (TAU * stream.uniform(), stream.uniform());
            let transfer = Transfer::new(&draw, azimuth, masses);
            let most = transfer.largest_residue().map_or(-1.0, |most| most - mass(0.0));
            let hole = holes[draw.hole].draw(most, spread).unwrap_or_else(|| holes[draw.hole].lowest());
            let state = cascades[*cascade].stands_for(hole);
            let left = mass(state.excitation);
            if let Some(out) = transfer.leave(left).or_else(|| transfer.at_threshold(left)) {
                let hole = [hole.excitation, most];
                return Knocked { part, cascade: *cascade, draw, hole, out, state };
            }
        }
    }

    /// The part by its share of the cross section at `energy` [MeV].
    fn choose(&self, energy: f64, stream: &mut Stream) -> usize {
        let Some(last) = self.parts.len().checked_sub(1).filter(|&last| last > 0) else { return 0 };
        let all: f64 = self.parts.iter().map(|part| part.rate(energy)).sum();
        let mut left = stream.uniform() * all;
        let chosen = self.parts.iter().position(|part| {
            left -= part.rate(energy);
            left < 0.0
        });
        chosen.unwrap_or(last)
    }

    /// Writes the primary vertex with its particles.
    pub(in crate::chain) fn write(&self, begun: &Knocked, event: &mut Event) {
        let (job, Knocked { out, state, .. }) = (&self.job, begun);
        let Part { struck, masses, .. } = &self.parts[begun.part];
        event.process = process_number(job.vertex.current);
        event.weight = begun.draw.weight;
        let beam = FourVector::new(begun.draw.energy, 0.0, 0.0, masses.beam_momentum(begun.draw.energy));
        let particle = |pdg: i32, status: Status, momentum: FourVector, mass: f64, charge: i32| Particle {
            pdg,
            status,
            momentum,
            mass,
            charge,
            state: None,
        };
        let (incoming, lepton) = (job.vertex.incoming, job.vertex.outgoing);
        event.particles.push(particle(
            incoming,
            Status::Beam,
            beam,
            masses.incoming,
            lepton_charge(incoming),
        ));
        super::super::events::push_target(job.target, masses.target, event);
        event.particles.push(particle(
            lepton,
            Status::Final,
            out.lepton,
            masses.lepton,
            lepton_charge(lepton),
        ));
        let outgoing = self.parts[begun.part].model().of.table.outgoing;
        let (number, mass, charge) = nucleon(outgoing);
        event.particles.push(particle(number, Status::Final, out.nucleon, mass, charge));
        let status = if state.excitation > 0.0 { Status::Residue } else { Status::Final };
        let mass = out.residue.mass_sq().sqrt();
        event.particles.push(Particle {
            state: Some(*state),
            ..particle(job.residue(*struck).pdg(), status, out.residue, mass, job.residue_charge(*struck))
        });
        event.vertices.push(Vertex {
            status: VertexStatus::Primary,
            incoming: (0, Some(1)),
            first_out: 2,
            count_out: 3,
        });
    }

    /// The residue, before its first emission.
    pub(in crate::chain) fn beginning(&self, begun: &Knocked) -> Beginning<f64> {
        let charge = self.job.residue_charge(self.parts[begun.part].struck);
        Beginning { momentum: begun.out.residue, excitation: begun.state.excitation, charge }
    }

    /// Adds the score of a knockout: the derivative of the logarithm of its probability density, all angles and energies
    /// kept.
    pub(in crate::chain) fn add_score(&self, begun: &Knocked, space: &mut Space, out: &mut [f64]) {
        let (draw, part) = (&begun.draw, &self.parts[begun.part]);
        space.slopes.resize(self.roles.model.len(), 0.0);
        part.sampler.log_slopes(draw, &mut space.samplers[begun.part], &mut space.slopes);
        self.roles.model.iter().zip(&space.slopes).for_each(|(&slot, s)| out[slot] += s);
        let moved = part.holes[draw.hole].score_of_energy(begun.hole[0], begun.hole[1]);
        for (&slot, slope) in self.roles.model.iter().zip(&part.hole_slopes[draw.hole]) {
            out[slot] += moved * slope;
        }
        for (k, &slot) in self.roles.flux.iter().enumerate() {
            let density = self.slopes[k / CHUNK].pdf(draw.energy.into());
            out[slot] += density.eps[k % CHUNK] / density.re;
        }
        for slot in self.roles.model.iter().chain(&self.roles.flux) {
            out[*slot] -= self.total.gradient[*slot] / self.total.value;
        }
        let widths = part.holes[draw.hole].score(begun.hole[0], begun.hole[1]);
        for (slot, score) in self.roles.widths.iter().zip(widths) {
            if let Some(slot) = slot {
                out[*slot] += score;
            }
        }
    }
}

/// Memory of one thread.
#[derive(Clone, Debug)]
pub(in crate::chain) struct Space {
    /// One for each part.
    pub(in crate::chain) samplers: Vec<SamplerSpace>,
    slopes: Vec<f64>,
}

impl Space {
    /// For a prepared job.
    pub(in crate::chain) fn new(job: &PreparedJob) -> Self {
        let samplers = job.parts.iter().map(|part| part.sampler.space()).collect();
        Space { samplers, slopes: Vec::new() }
    }
}
