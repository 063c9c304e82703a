//! Events: particles and vertices, one to one with HepMC3 and NuHepMC.

use crate::vector::FourVector;
use std::fmt;

/// Parity of a nuclear state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Parity {
    /// Positive.
    Plus,
    /// Negative.
    Minus,
}

impl Parity {
    /// +1 or -1.
    pub fn sign(self) -> i32 {
        match self {
            Parity::Plus => 1,
            Parity::Minus => -1,
        }
    }
    /// The parity (-1)^l.
    pub fn of_orbital(l: u32) -> Self {
        if l.is_multiple_of(2) { Parity::Plus } else { Parity::Minus }
    }
    /// The other one.
    pub fn flipped(self) -> Self {
        self.times(Parity::Minus)
    }
    /// The product of two parities.
    pub fn times(self, other: Parity) -> Self {
        if self == other { Parity::Plus } else { Parity::Minus }
    }
    /// 0 for plus, 1 for minus: an index into tables.
    pub fn index(self) -> usize {
        usize::from(self == Parity::Minus)
    }
}

impl fmt::Display for Parity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Parity::Plus { "+" } else { "-" })
    }
}

/// State of a nucleus in an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NuclearState {
    /// Excitation energy [MeV].
    pub excitation: f64,
    /// Twice the spin.
    pub two_j: u16,
    /// Parity.
    pub parity: Parity,
}

/// Role of a particle (HepMC3 and NuHepMC status codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Undecayed final state: 1.
    Final,
    /// Decayed particle, e.g. a nucleus between two emissions: 2.
    Decayed,
    /// Incoming beam: 4.
    Beam,
    /// Target: 20 (NuHepMC).
    Target,
    /// Residual nucleus of the primary interaction before its deexcitation: 23.
    Residue,
}

impl Status {
    /// The status code.
    pub fn code(self) -> i32 {
        match self {
            Status::Final => 1,
            Status::Decayed => 2,
            Status::Beam => 4,
            Status::Target => 20,
            Status::Residue => 23,
        }
    }
}

/// Kind of a vertex (NuHepMC vertex status codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VertexStatus {
    /// The primary interaction: 1.
    Primary,
    /// Emission from the continuum by the statistical model: 22.
    Statistical,
    /// Gamma transition between discrete levels: 23.
    Gamma,
}

impl VertexStatus {
    /// The status code.
    pub fn code(self) -> i32 {
        match self {
            VertexStatus::Primary => 1,
            VertexStatus::Statistical => 22,
            VertexStatus::Gamma => 23,
        }
    }
}

/// A particle of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Particle {
    /// PDG number.
    pub pdg: i32,
    /// Role.
    pub status: Status,
    /// Energy and momentum in the laboratory [MeV].
    pub momentum: FourVector,
    /// Mass [MeV]; for a nucleus with its excitation energy and electrons.
    pub mass: f64,
    /// Electric charge [e]; of the ion for nuclei.
    pub charge: i32,
    /// Nuclear state, for nuclei other than emitted fragments.
    pub state: Option<NuclearState>,
}

impl Particle {
    /// Kinetic energy [MeV].
    pub fn kinetic_energy(&self) -> f64 {
        self.momentum.e - self.mass
    }
}

/// A vertex: indices into the particles of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vertex {
    /// Kind.
    pub status: VertexStatus,
    /// Particles that go in; the second may be absent.
    pub incoming: (u32, Option<u32>),
    /// First particle that comes out.
    pub first_out: u32,
    /// Number of particles that come out (they lie side by side).
    pub count_out: u32,
}

impl Vertex {
    /// Indices of the particles that come out.
    pub fn outgoing(&self) -> std::ops::Range<usize> {
        self.first_out as usize..(self.first_out + self.count_out) as usize
    }
}

/// One simulated event. Reused from event to event: [`Event::clear`] keeps the memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// Number of the event in its run, from 0.
    pub number: u64,
    /// Identity of the process in the run's list.
    pub process: u32,
    /// Weight; 1 for unweighted events.
    pub weight: f64,
    /// Derivative of ln(weight): the score of the discrete choices, one entry for each
    /// parameter whose gradient was asked for; empty without gradients.
    pub weight_gradient: Vec<f64>,
    /// Derivatives of the coordinates that move (the neutrino energy, excitation energies in the
    /// continuum) with respect to those parameters [MeV per unit]: a row for each coordinate.
    pub coordinate_gradient: Vec<f64>,
    /// Derivatives of the laboratory energy of each particle with respect to the coordinates: a row
    /// for each particle; empty where no energy moves.
    pub energy_jacobian: Vec<f64>,
    /// Particles.
    pub particles: Vec<Particle>,
    /// Vertices, the primary one first.
    pub vertices: Vec<Vertex>,
}

impl Event {
    /// An empty event.
    pub fn new() -> Self {
        Event { weight: 1.0, ..Event::default() }
    }
    /// Empties it, keeping the memory.
    pub fn clear(&mut self, number: u64) {
        self.number = number;
        self.process = 0;
        self.weight = 1.0;
        self.weight_gradient.clear();
        self.coordinate_gradient.clear();
        self.energy_jacobian.clear();
        self.particles.clear();
        self.vertices.clear();
    }
    /// Particles of the final state.
    pub fn final_state(&self) -> impl Iterator<Item = &Particle> {
        self.particles.iter().filter(|p| p.status == Status::Final)
    }
    /// Visible energy [MeV]: kinetic energies of charged final-state particles lighter than a
    /// nuclear remnant, and energies of gammas. Neutrons, neutrinos and the remnant do not count.
    pub fn visible_energy(&self) -> f64 {
        self.final_state().filter(|p| is_visible(p)).map(Particle::kinetic_energy).sum()
    }
    /// Number of coordinates that move with the parameters.
    pub fn coordinates(&self) -> usize {
        match self.weight_gradient.len() {
            0 => 0,
            n => self.coordinate_gradient.len() / n,
        }
    }
    /// Adds `factor` times the derivative of the energy of particle `i` to `out`, one entry for each
    /// parameter: dE/dtheta = sum_c (dE/dc) (dc/dtheta).
    pub fn add_energy_gradient(&self, i: usize, factor: f64, out: &mut [f64]) {
        let k = self.coordinates();
        if k == 0 {
            return;
        }
        let (slopes, n) = (&self.energy_jacobian[i * k..(i + 1) * k], out.len());
        for (slope, row) in slopes.iter().zip(self.coordinate_gradient.chunks_exact(n)) {
            let slope = factor * slope;
            if slope != 0.0 {
                out.iter_mut().zip(row).for_each(|(o, r)| *o += slope * r);
            }
        }
    }
    /// Adds the derivatives of [`Event::visible_energy`] to `out`, one entry for each parameter.
    pub fn add_visible_energy_gradient(&self, out: &mut [f64]) {
        let k = self.coordinates();
        for c in 0..k {
            let visible = self.particles.iter().enumerate();
            let visible = visible.filter(|(_, p)| p.status == Status::Final && is_visible(p));
            let slope: f64 = visible.map(|(i, _)| self.energy_jacobian[i * k + c]).sum();
            let row = &self.coordinate_gradient[c * out.len()..(c + 1) * out.len()];
            out.iter_mut().zip(row).for_each(|(o, r)| *o += slope * r);
        }
    }
    /// Number of final-state particles with this PDG number.
    pub fn count(&self, pdg: i32) -> usize {
        self.final_state().filter(|p| p.pdg == pdg).count()
    }
}

fn is_visible(p: &Particle) -> bool {
    use crate::particle::pdg;
    p.state.is_none() && (p.charge != 0 || p.pdg == pdg::PHOTON)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energies_move_by_the_chain_rule() {
        let mut event = Event::new();
        let momentum = FourVector::new(2.0, 0.0, 0.0, 2.0);
        let (status, mass) = (Status::Final, 0.0);
        event.particles = vec![Particle { pdg: 22, status, momentum, mass, charge: 0, state: None }; 2];
        event.weight_gradient = vec![0.0; 3];
        event.coordinate_gradient = vec![1.0, 2.0, 3.0, 10.0, 20.0, 30.0];
        event.energy_jacobian = vec![1.0, 0.0, 0.5, 2.0];
        let mut second = [0.0; 3];
        event.add_energy_gradient(1, 1.0, &mut second);
        assert_eq!(second, [20.5, 41.0, 61.5]);
        let mut both = [0.0; 3];
        event.add_visible_energy_gradient(&mut both);
        assert_eq!(both, [21.5, 43.0, 64.5]);
    }

    #[test]
    fn parity_multiplies_as_signs_do() {
        for a in [Parity::Plus, Parity::Minus] {
            for b in [Parity::Plus, Parity::Minus] {
                assert_eq!(a.times(b).sign(), a.sign() * b.sign());
            }
        }
        assert_eq!(Parity::of_orbital(3), Parity::Minus);
    }
}
