//! Laws that every event obeys.

use gradino_core::particle::pdg;
use gradino_core::{Event, FourVector, Particle, Status};

/// Baryon number by the PDG number.
pub(crate) fn baryons(p: &Particle) -> i32 {
    match p.pdg {
        pdg::NEUTRON | pdg::PROTON => 1,
        n if n > 1_000_000_000 => (n / 10) % 1000,
        _ => 0,
    }
}

/// Number of protons in it, by the PDG number.
pub(crate) fn protons(p: &Particle) -> i32 {
    match p.pdg {
        pdg::PROTON => 1,
        n if n > 1_000_000_000 => (n / 10_000) % 1000,
        _ => 0,
    }
}

fn sum<'a>(particles: impl Iterator<Item = &'a Particle>) -> (FourVector, i32, i32) {
    particles.fold((FourVector::zero(), 0, 0), |(p, charge, baryon), x| {
        (p + x.momentum, charge + x.charge, baryon + baryons(x))
    })
}

/// Largest of the violations of energy and momentum at the vertices of an event [MeV].
pub(crate) fn violation(event: &Event) -> f64 {
    let mut worst = 0.0f64;
    let mut check = |before: (FourVector, i32, i32), after: (FourVector, i32, i32), what: &str| {
        let d = before.0 - after.0;
        worst = [d.e, d.x, d.y, d.z].iter().fold(worst, |w, x| w.max(x.abs()));
        assert_eq!(before.1, after.1, "charge, {what}, event {}", event.number);
        assert_eq!(before.2, after.2, "baryon number, {what}, event {}", event.number);
    };
    for vertex in &event.vertices {
        let (first, second) = vertex.incoming;
        let incoming = std::iter::once(first).chain(second).map(|i| &event.particles[i as usize]);
        check(sum(incoming), sum(event.particles[vertex.outgoing()].iter()), "vertex");
    }
    let incoming = event.particles.iter().filter(|p| matches!(p.status, Status::Beam | Status::Target));
    check(sum(incoming), sum(event.final_state()), "whole event");
    worst
}

/// Largest distance of a particle's energy from that of its momentum and mass [MeV].
pub(crate) fn off_mass_shell(event: &Event) -> f64 {
    let off = |p: &Particle| ((p.momentum.momentum_sq() + p.mass * p.mass).sqrt() - p.momentum.e).abs();
    event.particles.iter().map(off).fold(0.0, f64::max)
}
