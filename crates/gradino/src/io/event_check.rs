//! What every event must obey before it is written.

use super::provenance::Provenance;
use crate::error::{Error, Result};
use gradino_core::{Event, Particle, Status, Vertex, VertexStatus};

/// What the events of a file must be like, from its provenance.
#[derive(Clone)]
pub(super) struct EventCheck {
    processes: Vec<u32>,
    gradients: usize,
}

impl EventCheck {
    /// The expectation.
    pub(super) fn new(provenance: &Provenance) -> Self {
        EventCheck {
            processes: provenance.processes.iter().map(|p| p.id).collect(),
            gradients: provenance.gradient_names.len(),
        }
    }

    /// Refuses an event that no file can hold.
    pub(super) fn check(&self, event: &Event) -> Result<()> {
        self.problem(event).map_err(|problem| Error::BadEvent { event: event.number, problem })
    }

    /// As [`EventCheck::check`], with the bare problem.
    pub(super) fn problem(&self, event: &Event) -> std::result::Result<(), String> {
        self.numbers(event)?;
        structure(event)?;
        finite(event)
    }

    /// Process and length of the gradients.
    fn numbers(&self, event: &Event) -> std::result::Result<(), String> {
        if !self.processes.contains(&event.process) {
            return Err(format!("its process {} is not in the list of the run", event.process));
        }
        if event.weight_gradient.len() != self.gradients {
            let found = event.weight_gradient.len();
            return Err(format!(
                "it has {found} derivatives of its weight, {} were asked for",
                self.gradients
            ));
        }
        let coordinates = event.coordinates();
        if event.coordinate_gradient.len() != coordinates * self.gradients {
            let found = event.coordinate_gradient.len();
            return Err(format!(
                "{found} derivatives of coordinates are no whole rows of {}",
                self.gradients
            ));
        }
        let wanted = event.particles.len() * coordinates;
        let found = event.energy_jacobian.len();
        if found != wanted {
            return Err(format!("it has {found} derivatives of energies instead of {wanted}"));
        }
        Ok(())
    }
}

/// Refuses an event that does not follow on the `accepted` ones of a file.
pub(super) fn follows(
    event: &Event,
    provenance: &Provenance,
    accepted: u64,
) -> std::result::Result<(), String> {
    let next = provenance.first_event + accepted;
    if event.number == next { Ok(()) } else { Err(format!("event {next} should come next")) }
}

/// Particles come out of vertices in order, and go into vertices after they came out of one.
fn structure(event: &Event) -> std::result::Result<(), String> {
    let count = event.particles.len();
    let mut end = 0;
    for (i, vertex) in event.vertices.iter().enumerate() {
        let Some(out) = outgoing(vertex).filter(|out| out.start >= end && out.end <= count) else {
            return Err(format!("the particles out of its vertex {i} are not in order"));
        };
        let (first, second) = vertex.incoming;
        if first as usize >= out.start || second.is_some_and(|s| s as usize >= out.start) {
            return Err(format!("a particle into its vertex {i} comes behind those out of it"));
        }
        end = out.end;
    }
    Ok(())
}

/// The range of outgoing particles, if it is not empty.
fn outgoing(vertex: &Vertex) -> Option<std::ops::Range<usize>> {
    let end = vertex.first_out.checked_add(vertex.count_out)?;
    (vertex.count_out > 0).then_some(vertex.first_out as usize..end as usize)
}

/// No number of an event may be infinite or undefined.
fn finite(event: &Event) -> std::result::Result<(), String> {
    let motion = event.coordinate_gradient.iter().chain(&event.energy_jacobian);
    let gradients = event.weight_gradient.iter().chain(motion);
    if !event.weight.is_finite() || gradients.copied().any(|g| !g.is_finite()) {
        return Err("its weight or a derivative is not finite".into());
    }
    match event.particles.iter().position(|p| !is_finite(p)) {
        Some(i) => Err(format!("a number of its particle {i} is not finite")),
        None => Ok(()),
    }
}

fn is_finite(particle: &Particle) -> bool {
    let p = particle.momentum;
    let excitation = particle.state.map_or(0.0, |state| state.excitation);
    [p.e, p.x, p.y, p.z, particle.mass, excitation].iter().all(|v| v.is_finite())
}

/// NuHepMC asks for one primary vertex (E.R.6), one beam particle and one target (E.R.7). Without a
/// beam there is none of them, and the first particle is the nucleus that deexcites.
pub(super) fn roles(event: &Event, has_beam: bool) -> Result<()> {
    let primary = event.vertices.iter().filter(|v| v.status == VertexStatus::Primary).count();
    let with = |status: Status| event.particles.iter().filter(|p| p.status == status).count();
    let counts =
        [("primary vertices", primary), ("beams", with(Status::Beam)), ("targets", with(Status::Target))];
    let wanted = usize::from(has_beam);
    let problem = match counts.into_iter().find(|(_, count)| *count != wanted) {
        Some((what, count)) if has_beam => format!("it has {count} {what} instead of 1"),
        Some((what, count)) => format!("it has {count} {what}, but its run has no beam"),
        None if has_beam || event.particles.first().is_some_and(|p| p.state.is_some()) => return Ok(()),
        None => "its run has no beam, but its first particle is no nucleus with a state".into(),
    };
    Err(Error::BadEvent { event: event.number, problem })
}
