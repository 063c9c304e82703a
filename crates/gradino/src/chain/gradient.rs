//! Gradients of an event: the score, and the motion of every laboratory energy.
//!
//! All energies of an event are functions of a few coordinates: the neutrino energy and the moving
//! excitation energies. Their exact derivatives with respect to the coordinates come from dual numbers,
//! as many slots wide as there are coordinates (one or two for most events), up to eight a pass; the
//! derivatives of the coordinates with respect to the parameters come from the samplers.

use super::kinematics::{self, Beginning};
use super::knockout::{self, Knocked, PreparedJob};
use super::primary::{ChannelKind, PrimaryDraw};
use super::{Chain, Interaction, Kind, Scratch};
use gradino_core::{Dual, Event, FourVector, Real};
use gradino_nuclear::decay::{Cascade, Start};

/// Most coordinates of a pass.
const LANES: usize = 8;

/// The coordinates of one pass over an event.
#[derive(Clone, Copy)]
struct Pass {
    /// The first of them.
    first: usize,
    /// Number of coordinates of the event.
    all: usize,
    /// Whether the neutrino energy is one of them: it comes first, then the moving excitation energies.
    neutrino_moves: bool,
}

/// What comes before a cascade.
#[derive(Clone, Copy)]
enum First<'a> {
    /// A primary interaction whose energies may move, or a fixed state.
    Drawn(Option<&'a PrimaryDraw>, Option<Start>),
    /// A knockout, all of whose energies are kept.
    Kept(&'a Cascade, Beginning<f64>),
}

/// Writes the derivatives of one energy after the other into the rows of the energy jacobian.
struct Rows<'a> {
    jacobian: std::slice::ChunksExactMut<'a, f64>,
    pass: Pass,
}

impl Rows<'_> {
    fn push<const N: usize>(&mut self, slopes: [f64; N]) {
        let Some(row) = self.jacobian.next() else { return };
        let row = &mut row[self.pass.first..];
        let count = N.min(row.len());
        row[..count].copy_from_slice(&slopes[..count]);
    }
}

impl Chain {
    /// Writes the score, and the derivatives of the energies if any of them moves.
    pub(super) fn write_gradients(
        &self,
        primary: Option<&PrimaryDraw>,
        start: Option<Start>,
        scratch: &Scratch,
        event: &mut Event,
    ) {
        let n = self.gradients.len();
        event.weight_gradient.extend_from_slice(&scratch.record.score);
        let mut neutrino_moves = false;
        if let (Kind::Neutrino(interaction), Some(draw)) = (&self.kind, primary) {
            interaction.primary.add_score(draw, &mut event.weight_gradient);
            event.coordinate_gradient.resize(n, 0.0);
            interaction.primary.energy_gradient(draw, &mut event.coordinate_gradient);
            if let ChannelKind::ElectronElastic | ChannelKind::Cevns =
                interaction.primary.channels()[draw.channel].kind
            {
                write_elastic(interaction, draw, event);
                return;
            }
            neutrino_moves = event.coordinate_gradient.iter().any(|d| *d != 0.0);
            if !neutrino_moves {
                event.coordinate_gradient.clear();
            }
        }
        self.write_energies(First::Drawn(primary, start), neutrino_moves, scratch, event);
    }

    /// The same for an event that begins with a knockout, whose own energies are kept: they are scored.
    pub(super) fn write_knockout_gradients(
        &self,
        job: &PreparedJob,
        knocked: &Knocked,
        scratch: &mut Scratch,
        event: &mut Event,
    ) {
        event.weight_gradient.extend_from_slice(&scratch.record.score);
        if let Some(space) = &mut scratch.knockout {
            job.add_score(knocked, space, &mut event.weight_gradient);
        }
        let cascade = &self.cascades[knocked.cascade];
        self.write_energies(First::Kept(cascade, job.beginning(knocked)), false, scratch, event);
    }

    /// Writes the derivatives of all energies, those of the cascade's coordinates after that of the neutrino.
    fn write_energies(
        &self,
        first_part: First<'_>,
        neutrino_moves: bool,
        scratch: &Scratch,
        event: &mut Event,
    ) {
        event.coordinate_gradient.extend_from_slice(&scratch.record.moves);
        let all = event.coordinates();
        event.energy_jacobian.resize(event.particles.len() * all, 0.0);
        for first in (0..all).step_by(LANES) {
            let pass = Pass { first, all, neutrino_moves };
            match all - first {
                1 => self.energies_along::<1>(first_part, pass, scratch, event),
                2 => self.energies_along::<2>(first_part, pass, scratch, event),
                3 | 4 => self.energies_along::<4>(first_part, pass, scratch, event),
                _ => self.energies_along::<LANES>(first_part, pass, scratch, event),
            }
        }
    }

    /// dE of each particle with respect to the N coordinates of a pass.
    fn energies_along<const N: usize>(
        &self,
        first_part: First<'_>,
        pass: Pass,
        scratch: &Scratch,
        event: &mut Event,
    ) {
        let lift = |coordinate: usize, value: f64| match coordinate.checked_sub(pass.first) {
            Some(lane) if lane < N => Dual::<f64, N>::variable(value, lane),
            _ => Dual::constant(value),
        };
        let mut rows = Rows { jacobian: event.energy_jacobian.chunks_exact_mut(pass.all), pass };
        let (cascade, beginning) = match first_part {
            First::Drawn(primary, start) => {
                (self.cascade(), self.beginning_along(primary, start, pass, &lift, &mut rows))
            }
            First::Kept(cascade, Beginning { momentum: p, excitation, charge }) => {
                (0..=knockout::RESIDUE).for_each(|_| rows.push([0.0; N]));
                let [e, x, y, z] = [p.e, p.x, p.y, p.z].map(Dual::constant);
                let momentum = FourVector::new(e, x, y, z);
                (Some(cascade), Some(Beginning { momentum, excitation, charge }))
            }
        };
        let (Some(cascade), Some(beginning)) = (cascade, beginning) else { return };
        kinematics::follow(
            cascade,
            &beginning,
            &scratch.record.steps,
            &scratch.directions,
            |row, e| lift(row + usize::from(pass.neutrino_moves), e),
            |_, emission| {
                rows.push(emission.emitted.e.eps);
                rows.push(emission.nucleus.e.eps);
            },
        );
    }

    /// The nucleus whose cascade begins, with the derivatives of the energies of all particles up to it.
    fn beginning_along<const N: usize>(
        &self,
        primary: Option<&PrimaryDraw>,
        start: Option<Start>,
        pass: Pass,
        lift: &impl Fn(usize, f64) -> Dual<f64, N>,
        rows: &mut Rows<'_>,
    ) -> Option<Beginning<Dual<f64, N>>> {
        let cascade = self.cascade()?;
        let (excitation, ..) = cascade.start_state(start?);
        if let (Kind::Neutrino(interaction), Some(draw)) = (&self.kind, primary) {
            let ChannelKind::Level { transition, .. } = interaction.primary.channels()[draw.channel].kind
            else {
                return None;
            };
            let energy = if pass.neutrino_moves { lift(0, draw.energy) } else { Dual::constant(draw.energy) };
            let out = interaction.transition(draw, transition, energy);
            for slopes in [energy.eps, [0.0; N], out.lepton.e.eps, out.residue.e.eps] {
                rows.push(slopes);
            }
            return Some(Beginning { momentum: out.residue, excitation, charge: 1 });
        }
        rows.push([0.0; N]);
        let mass = Dual::from(cascade.network().ion_mass(0, 0, excitation));
        let zero = Dual::zero();
        Some(Beginning { momentum: FourVector::new(mass, zero, zero, zero), excitation, charge: 0 })
    }
}

/// Elastic channels: neutrino, target at rest, outgoing neutrino, recoiling target. Scattering angle and
/// energies depend on several parameters at once: each outgoing energy is a coordinate of its own.
fn write_elastic(interaction: &Interaction, draw: &PrimaryDraw, event: &mut Event) {
    let n = event.weight_gradient.len();
    event.coordinate_gradient.resize(3 * n, 0.0);
    let (lepton, residue) = event.coordinate_gradient[n..].split_at_mut(n);
    interaction.primary.final_state_gradient(draw, lepton, residue);
    const ENERGIES: [[f64; 3]; 4] = [[1.0, 0.0, 0.0], [0.0; 3], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    event.energy_jacobian.extend(ENERGIES.iter().flatten());
}
