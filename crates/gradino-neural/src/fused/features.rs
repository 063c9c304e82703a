//! Activations, and the features of coordinates that the networks see, of a block of points.

use super::lanes::Lanes;
use super::rows::{BLOCK, Row};
use crate::spec::Activation;
use gradino_core::Manifold;
use pulp::{Simd, WithSimd};

/// Applies an activation to rows, in their place or into others.
pub(super) struct Activate<'a> {
    pub(super) activation: Activation,
    /// Where they come from, if not from where they go.
    pub(super) from: Option<&'a [Row]>,
    pub(super) into: &'a mut [Row],
}

impl WithSimd for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for row in 0..self.into.len() {
            for first in (0..BLOCK).step_by(S::F32_LANES) {
                let x = match self.from {
                    Some(from) => from[row].lanes(simd, first),
                    None => self.into[row].lanes(simd, first),
                };
                let activated = match self.activation {
                    Activation::Relu => x.relu(),
                    Activation::Silu => x.silu(),
                };
                self.into[row].store(first, activated);
            }
        }
    }
}

/// Writes the features of a coordinate, as [`crate::Features::push_axis`] defines them, into rows.
pub(super) struct See<'a> {
    pub(super) manifold: Manifold,
    pub(super) coordinate: &'a Row,
    pub(super) rows: &'a mut [Row],
}

impl WithSimd for See<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for first in (0..BLOCK).step_by(S::F32_LANES) {
            let u = self.coordinate.lanes(simd, first);
            match self.manifold {
                Manifold::Interval => chebyshev(u, self.rows, first),
                Manifold::Circle => turns(u, self.rows, first),
            }
        }
    }
}

/// T_1(t), T_2(t), ... of t = 2 u - 1.
#[inline(always)]
fn chebyshev<S: Simd>(u: Lanes<S>, rows: &mut [Row], first: usize) {
    let t = u.mul_add(u.of(2.0), u.of(-1.0));
    let (mut before, mut now) = (u.of(1.0), t);
    for row in rows {
        row.store(first, now);
        (before, now) = (now, (t + t).mul_add(now, before.of(0.0) - before));
    }
}

/// cos(2 pi k u) and sin(2 pi k u) in turns, k = 1, 2, ...
#[inline(always)]
fn turns<S: Simd>(u: Lanes<S>, rows: &mut [Row], first: usize) {
    let (cos, sin) = u.cos_sin_of_turns();
    let (mut c, mut s) = (cos, sin);
    for pair in rows.chunks_exact_mut(2) {
        pair[0].store(first, c);
        pair[1].store(first, s);
        (c, s) = (c.mul_add(cos, u.of(0.0) - s * sin), s.mul_add(cos, c * sin));
    }
}
