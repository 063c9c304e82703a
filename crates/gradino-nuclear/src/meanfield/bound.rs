//! Bound states of a radial field.

use crate::meanfield::mesh::Symmetry;
use crate::meanfield::radial_field::RadialField;
use crate::meanfield::shell::{Nucleon, Orbital, Shell};
use gradino_core::real::implicit_root;
use gradino_core::{Along, First, Real};

/// Levels above this [MeV] are not taken for bound.
const WEAKEST: f64 = -1e-3;
/// Steps of the search for an energy.
const MAX_STEPS: usize = 200;
/// Relative precision of an energy.
const PRECISION: f64 = 1e-13;

/// A bound state: energy [MeV], u = r R and du/dr on the mesh.
#[derive(Clone, Debug)]
pub(super) struct Bound<D> {
    pub(super) energy: D,
    pub(super) u: Vec<D>,
    pub(super) du: Vec<D>,
}

impl<D: Real> Bound<D> {
    /// The state as an orbital with nucleons in it.
    pub(super) fn orbital(self, nucleon: Nucleon, shell: Shell, occupation: f64) -> Orbital<D> {
        Orbital { shell, nucleon, energy: self.energy, occupation, u: self.u, du: self.du }
    }
}

/// The solutions v of v'' = w v from both ends, joined at a point where v is 1.
struct Joined<D> {
    /// v on the mesh.
    v: Vec<D>,
    /// What is left of the recurrence at the point where the two solutions join, times y there.
    rest: D,
    /// Nodes of the outward solution.
    nodes: u32,
}

/// The state of the given shell, if it is bound; `guess` is an energy near it [MeV].
///
/// The energy is found in values; its derivatives follow from the recurrence at that energy.
pub(super) fn state<D: Real>(field: &RadialField<D>, shell: Shell, guess: f64) -> Option<Bound<D>> {
    let values = field.values();
    let energy = level(&values, shell, guess)?;
    let join = join_point(&values.curvature(shell.l, shell.two_j, energy), shell.l);
    let energy = match D::SLOTS {
        0 => D::from(energy),
        _ => implicit_root(
            energy,
            joined(field, shell, D::from(energy), join)?.rest,
            slope(&values, shell, energy, join)?,
        ),
    };
    let v = joined(field, shell, energy, join)?.v;
    let u: Vec<D> = v.iter().zip(&field.b).map(|(&v, b)| v / b.sqrt()).collect();
    let sign = if u[0].re() < 0.0 { -1.0 } else { 1.0 };
    let size = field.mesh.integral(u.iter().map(|u| u.sq())).sqrt().recip() * sign;
    let u: Vec<D> = u.into_iter().map(|u| u * size).collect();
    let du = field.mesh.derivative(&u, Symmetry::of_wave(shell.l));
    Some(Bound { energy, u, du })
}

/// The number of bound shells of given l and j: the nodes of the outward solution at the threshold.
pub(super) fn bound_shells<D: Real>(field: &RadialField<D>, l: u32, two_j: u32) -> u32 {
    let values = field.values();
    let t = scaled_curvature(&values, l, two_j, WEAKEST);
    nodes(&outward(&t, l, t.len() - 1))
}

/// The energy of a shell [MeV]: bisection by nodes and by the sign of what is left of the recurrence where
/// the solutions from both ends join, with the steps of cooley1961 where they stay between the bounds.
fn level(field: &RadialField<f64>, shell: Shell, guess: f64) -> Option<f64> {
    if bound_shells(field, shell.l, shell.two_j) < shell.n {
        return None;
    }
    let (mut low, mut high) = (bottom(field, shell.l, shell.two_j), WEAKEST);
    let mut energy = if guess > low && guess < high { guess } else { 0.5 * (low + high) };
    for _ in 0..MAX_STEPS {
        let join = join_point(&field.curvature(shell.l, shell.two_j, energy), shell.l);
        let solution = joined(field, shell, energy, join)?;
        let nodes = solution.nodes;
        let step = -solution.rest / norm(field, shell, energy, &solution);
        let too_low = if nodes == shell.n - 1 { step > 0.0 } else { nodes < shell.n };
        if too_low {
            low = energy
        } else {
            high = energy
        }
        let next = energy + step;
        let taken = nodes == shell.n - 1 && next > low && next < high;
        let next = if taken { next } else { 0.5 * (low + high) };
        let done = (next - energy).abs() <= PRECISION * energy.abs().max(1.0);
        energy = next;
        if done {
            break;
        }
    }
    Some(energy)
}

/// A bound from below on the energies: the lowest value of the effective potential [MeV].
pub(super) fn bottom(field: &RadialField<f64>, l: u32, two_j: u32) -> f64 {
    let w = field.curvature(l, two_j, 0.0);
    w.iter().zip(&field.b).map(|(w, b)| w * b).fold(f64::INFINITY, f64::min)
}

/// The first point, from 1, that the recurrence starts from.
fn first(l: u32) -> usize {
    (l as usize).max(1)
}

/// h^2 w / 12 on the mesh.
pub(super) fn scaled_curvature<D: Real>(field: &RadialField<D>, l: u32, two_j: u32, energy: D) -> Vec<D> {
    let factor = field.mesh.step_fm.powi(2) / 12.0;
    field.curvature(l, two_j, energy).into_iter().map(|w| w * factor).collect()
}

/// Where the solutions of v'' = w v are joined: the last point, as an index from 0, where the motion is allowed, w < 0.
pub(super) fn join_point(w: &[f64], l: u32) -> usize {
    let last = w.iter().rposition(|&w| w < 0.0).unwrap_or(0);
    last.clamp(first(l) + 2, w.len() - 4)
}

/// v from the origin to the index `end`: the series r^(l+1) (1 + c r^2) of the regular solution up to the point that
/// Numerov's recurrence y_n+1 = (2 + 10 t_n) v_n - y_n-1 of y = (1 - t) v starts from.
pub(super) fn outward<D: Real>(t: &[D], l: u32, end: usize) -> Vec<D> {
    let start = first(l);
    let barrier = f64::from(l * (l + 1)) / 12.0;
    // h^2 times the part of w that is finite at the origin, over 2 (2l + 3).
    let bend = (t[start - 1] - barrier / (start * start) as f64) * (12.0 / f64::from(4 * l + 6));
    let series = |n: usize| (bend * (n * n) as f64 + 1.0) * (n as f64 / start as f64).powi(l as i32 + 1);
    let mut v: Vec<D> = (1..=start).map(series).collect();
    // At the origin t v has a finite limit for l = 1 only.
    let at_origin = if l == 1 { D::from(-barrier) } else { D::zero() };
    let mut before = if start == 1 { at_origin } else { v[start - 2] * (D::one() - t[start - 2]) };
    for i in start - 1..end {
        let next = (t[i] * 10.0 + 2.0) * v[i] - before;
        before = v[i] * (D::one() - t[i]);
        v.push(next / (D::one() - t[i + 1]));
    }
    v
}

/// v from the end inwards to the index `end`, decaying outwards.
fn inward<D: Real>(t: &[D], end: usize) -> Vec<D> {
    let last = t.len() - 1;
    // v'/v = -sqrt(w) - w'/(4 w) (Wentzel, Kramers, Brillouin), over one step.
    let root = |i: usize| (t[i].max(D::from(1e-12)) * 12.0).sqrt();
    let decay = (root(last) + root(last - 1)) * 0.5 + (root(last) / root(last - 1)).ln() * 0.5;
    backward(t, end, [decay.exp(), D::one()])
}

/// v from its values at the last two points inwards to the index `end`; what is below that is 1.
pub(super) fn backward<D: Real>(t: &[D], end: usize, last_two: [D; 2]) -> Vec<D> {
    let last = t.len() - 1;
    let mut v = vec![D::one(); last - 1];
    v.extend(last_two);
    for i in (end + 1..last).rev() {
        let next = (t[i] * 10.0 + 2.0) * v[i] - v[i + 1] * (D::one() - t[i + 1]);
        v[i - 1] = next / (D::one() - t[i - 1]);
    }
    v
}

/// Number of changes of sign.
pub(super) fn nodes<D: Real>(v: &[D]) -> u32 {
    v.windows(2).filter(|pair| (pair[0].re() < 0.0) != (pair[1].re() < 0.0)).count() as u32
}

/// The solutions from both ends, joined at the index `join`.
fn joined<D: Real>(field: &RadialField<D>, shell: Shell, energy: D, join: usize) -> Option<Joined<D>> {
    let t = scaled_curvature(field, shell.l, shell.two_j, energy);
    let inner = outward(&t, shell.l, join);
    let outer = inward(&t, join);
    let (at_inner, at_outer) = (inner[join].recip(), outer[join].recip());
    let mut v: Vec<D> = inner[..join].iter().map(|&v| v * at_inner).collect();
    v.push(D::one());
    v.extend(outer[join + 1..].iter().map(|&v| v * at_outer));
    let y = |i: usize| v[i] * (D::one() - t[i]);
    let rest = (y(join + 1) + y(join - 1) - (t[join] * 10.0 + 2.0)) * y(join);
    rest.re().is_finite().then(|| Joined { nodes: nodes(&inner), v, rest })
}

/// The exact derivative of what is left of the recurrence with respect to the energy.
fn slope(field: &RadialField<f64>, shell: Shell, energy: f64, join: usize) -> Option<f64> {
    let rest = joined(&field.map(First::from), shell, First::along(energy, 1.0), join)?.rest;
    Some(rest.derivative(1))
}

/// The derivative of what is left of the recurrence with respect to the energy: h^2 sum v^2 / B, exact for the
/// recurrence (cooley1961), with about the share of the tail beyond the mesh.
fn norm(field: &RadialField<f64>, shell: Shell, energy: f64, solution: &Joined<f64>) -> f64 {
    let h = field.mesh.step_fm;
    let sq = |i: usize| solution.v[i].powi(2) / field.b[i];
    let last = solution.v.len() - 1;
    let w = field.curvature(shell.l, shell.two_j, energy)[last].max(1e-6);
    h * (h * (0..=last).map(sq).sum::<f64>() + sq(last) * (0.5 / w.sqrt() - 0.5 * h))
}
