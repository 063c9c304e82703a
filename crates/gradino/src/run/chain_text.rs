//! An event as a readable decay chain.

use gradino_core::particle::name;
use gradino_core::{Event, NuclearState, Particle, Status, Vertex, VertexStatus};
use std::fmt::Write;

/// Below this excitation energy [MeV] a state is printed as the ground state.
const GROUND: f64 = 1e-9;
/// Below this kinetic energy [MeV] a particle is printed as at rest.
const AT_REST: f64 = 1e-12;

/// The decay chain of an event: one block for each vertex, with energies, spins and parities.
///
/// ```text
/// event 7, weight 1
/// nu_e, 20.0000 MeV + 40Ar, ground state, at rest: primary interaction
/// ├─ e-, 14.1124 MeV
/// └─ 40K, excitation 4.3840 MeV, 0+, 3.1 keV
/// 40K, excitation 4.3840 MeV, 0+, 3.1 keV: gamma transition
/// ├─ gamma, 2.2900 MeV
/// └─ 40K, ...
/// visible energy 18.4964 MeV
/// ```
///
/// The energy behind a name or a state is the kinetic energy in the laboratory.
pub fn chain_text(event: &Event) -> String {
    let mut text = format!("event {}, weight {}\n", event.number, event.weight);
    if event.vertices.is_empty() {
        event.particles.iter().for_each(|p| line(&mut text, &particle_text(p)));
    }
    for vertex in &event.vertices {
        write_vertex(&mut text, event, vertex);
    }
    line(&mut text, &format!("visible energy {:.4} MeV", event.visible_energy()));
    text
}

fn line(text: &mut String, content: &str) {
    writeln!(text, "{content}").expect("a string takes all text");
}

fn write_vertex(text: &mut String, event: &Event, vertex: &Vertex) {
    let (first, second) = vertex.incoming;
    let incoming: Vec<String> = std::iter::once(first)
        .chain(second)
        .filter_map(|i| event.particles.get(i as usize))
        .map(particle_text)
        .collect();
    line(text, &format!("{}: {}", incoming.join(" + "), vertex_text(vertex.status)));
    let outgoing = event.particles.get(vertex.outgoing()).unwrap_or_default();
    for (i, particle) in outgoing.iter().enumerate() {
        let branch = if i + 1 == outgoing.len() { "└─" } else { "├─" };
        line(text, &format!("{branch} {}", particle_text(particle)));
    }
}

fn vertex_text(status: VertexStatus) -> &'static str {
    match status {
        VertexStatus::Primary => "primary interaction",
        VertexStatus::Statistical => "statistical emission",
        VertexStatus::Gamma => "gamma transition",
    }
}

fn particle_text(particle: &Particle) -> String {
    let mut text = name(particle.pdg);
    if let Some(state) = particle.state {
        text += &state_text(state);
    }
    let kinetic = particle.kinetic_energy();
    match particle.status {
        Status::Target | Status::Decayed | Status::Residue if kinetic.abs() < AT_REST => text + ", at rest",
        _ => text + ", " + &energy_text(kinetic),
    }
}

/// ", excitation 4.3840 MeV, 0+".
fn state_text(state: NuclearState) -> String {
    let spin = match state.two_j % 2 {
        0 => (state.two_j / 2).to_string(),
        _ => format!("{}/2", state.two_j),
    };
    let energy = match state.excitation.abs() < GROUND {
        true => "ground state".to_string(),
        false => format!("excitation {:.4} MeV", state.excitation),
    };
    format!(", {energy}, {spin}{}", state.parity)
}

/// An energy in the unit in which it is readable.
fn energy_text(mev: f64) -> String {
    match mev.abs() {
        e if e >= 0.1 => format!("{mev:.4} MeV"),
        e if e >= 1e-4 => format!("{:.4} keV", mev * 1e3),
        _ => format!("{:.4} eV", mev * 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{FourVector, Nuclide, Parity};

    fn particle(pdg: i32, status: Status, mass: f64, kinetic: f64) -> Particle {
        let momentum = FourVector::new(mass + kinetic, 0.0, 0.0, (kinetic * (kinetic + 2.0 * mass)).sqrt());
        Particle { pdg, status, momentum, mass, charge: i32::from(pdg == 11), state: None }
    }

    fn nucleus(z: u8, a: u16, status: Status, state: (f64, u16, Parity), kinetic: f64) -> Particle {
        let mut nucleus = particle(Nuclide::new(z, a).pdg(), status, 931.0 * f64::from(a) + state.0, kinetic);
        let (excitation, two_j, parity) = state;
        nucleus.state = Some(NuclearState { excitation, two_j, parity });
        nucleus
    }

    fn vertex(status: VertexStatus, incoming: (u32, Option<u32>), first_out: u32) -> Vertex {
        Vertex { status, incoming, first_out, count_out: 2 }
    }

    #[test]
    fn a_chain_names_every_state_and_energy_with_its_unit() {
        let mut event = Event::new();
        event.number = 7;
        event.particles = vec![
            particle(12, Status::Beam, 0.0, 20.0),
            nucleus(18, 40, Status::Target, (0.0, 0, Parity::Plus), 0.0),
            particle(11, Status::Final, 0.511, 7.1234),
            nucleus(19, 40, Status::Residue, (11.5, 2, Parity::Plus), 0.0031),
            particle(2112, Status::Final, 939.565, 2.25),
            nucleus(19, 39, Status::Decayed, (1.25, 3, Parity::Minus), 0.05),
            particle(22, Status::Final, 0.0, 1.25),
            nucleus(19, 39, Status::Final, (0.0, 3, Parity::Plus), 0.00005),
        ];
        event.vertices = vec![
            vertex(VertexStatus::Primary, (0, Some(1)), 2),
            vertex(VertexStatus::Statistical, (3, None), 4),
            vertex(VertexStatus::Gamma, (5, None), 6),
        ];
        let expected = "\
event 7, weight 1
nu_e, 20.0000 MeV + 40Ar, ground state, 0+, at rest: primary interaction
├─ e-, 7.1234 MeV
└─ 40K, excitation 11.5000 MeV, 1+, 3.1000 keV
40K, excitation 11.5000 MeV, 1+, 3.1000 keV: statistical emission
├─ n, 2.2500 MeV
└─ 39K, excitation 1.2500 MeV, 3/2-, 50.0000 keV
39K, excitation 1.2500 MeV, 3/2-, 50.0000 keV: gamma transition
├─ gamma, 1.2500 MeV
└─ 39K, ground state, 3/2+, 50.0000 eV
visible energy 8.3734 MeV
";
        assert_eq!(chain_text(&event), expected);
    }

    #[test]
    fn an_event_with_broken_indices_is_printed_without_a_panic() {
        let mut event = Event::new();
        event.vertices = vec![vertex(VertexStatus::Gamma, (5, Some(9)), 40)];
        assert!(chain_text(&event).contains("gamma transition"));
    }
}
