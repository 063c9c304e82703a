//! The functions of coordinates and conditions that a network sees.

use crate::spec::Features;
use gradino_core::{Condition, Domain, Manifold, Real};
use std::f64::consts::TAU;

impl Features {
    /// Appends the features of a coordinate `u` of the unit interval, or of the circle of circumference one:
    /// T_k(2 u - 1), k = 1, 2, ...; or cos(2 pi k u), sin(2 pi k u) in turns.
    pub fn push_axis<D: Real>(&self, manifold: Manifold, u: D, into: &mut Vec<D>) {
        match manifold {
            Manifold::Interval => chebyshev(u * 2.0 - 1.0, self.interval, into),
            Manifold::Circle => {
                for k in 1..=self.circle {
                    let angle = u * (TAU * k as f64);
                    into.extend([angle.cos(), angle.sin()]);
                }
            }
        }
    }

    /// Appends the features of conditions, one after the other, each in its own unit.
    pub fn push_conditions<D: Real>(&self, conditions: &[Condition], values: &[D], into: &mut Vec<D>) {
        if conditions.is_empty() {
            into.push(D::one());
        }
        for (condition, &value) in conditions.iter().zip(values) {
            match &condition.domain {
                Domain::Range { low, high } => {
                    chebyshev((value - *low) * (2.0 / (high - low)) - 1.0, self.condition, into);
                }
                Domain::Category { labels } => {
                    let is = |kind: usize| D::from(f64::from(value.re() == kind as f64));
                    into.extend((0..labels.len()).map(is));
                }
            }
        }
    }
}

/// Appends T_1(t) to T_n(t): T_k = 2 t T_(k-1) - T_(k-2).
fn chebyshev<D: Real>(t: D, n: usize, into: &mut Vec<D>) {
    let (mut before, mut now) = (D::one(), t);
    for _ in 0..n {
        into.push(now);
        (before, now) = (now, t * now * 2.0 - before);
    }
}
