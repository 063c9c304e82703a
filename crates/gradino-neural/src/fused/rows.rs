//! Numbers of a block of points: a row holds one number of each point.

use super::lanes::Lanes;
use pulp::Simd;

/// Points that are worked on together: two vectors of AVX-512, four of AVX2, eight of NEON.
pub(super) const BLOCK: usize = 32;

/// One number of each point of a block.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Row(pub(super) [f32; BLOCK]);

impl Row {
    pub(super) const ZERO: Row = Row([0.0; BLOCK]);

    /// The vector that begins at a lane.
    #[inline(always)]
    pub(super) fn lanes<S: Simd>(&self, simd: S, first: usize) -> Lanes<S> {
        Lanes::new(simd, S::as_simd_f32s(&self.0[first..first + S::F32_LANES]).0[0])
    }

    /// Stores a vector from a lane on.
    #[inline(always)]
    pub(super) fn store<S: Simd>(&mut self, first: usize, x: Lanes<S>) {
        S::as_mut_simd_f32s(&mut self.0[first..first + S::F32_LANES]).0[0] = x.value();
    }
}
