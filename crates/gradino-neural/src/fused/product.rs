//! Matrix times block of points: y = W x + b.
//!
//! Each number is one chain of fused multiply-adds over the inputs in their order, so that its bits depend on no
//! vector width and on no neighbour. Some outputs are summed at once in registers, in as many as there are.

use super::lanes::Lanes;
use super::rows::Row;
use pulp::{Simd, WithSimd};

/// Vectors of points beside each other in registers.
const BESIDE: usize = 2;

/// A matrix and a bias, put as the kernel reads them: panels of some outputs, the weights of all outputs of a panel
/// beside each other for each input.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    inputs: usize,
    /// How many outputs each panel has.
    panels: Vec<usize>,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Matrix {
    /// Packs `weight(input, output)` for panels of at most `tallest` outputs.
    pub(super) fn pack(
        inputs: usize,
        bias: Vec<f32>,
        tallest: usize,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let outputs = bias.len();
        let count = outputs.div_ceil(tallest);
        let start = |panel: usize| panel * outputs / count;
        let panels: Vec<usize> = (0..count).map(|panel| start(panel + 1) - start(panel)).collect();
        let mut weights = Vec::with_capacity(inputs * outputs);
        for panel in 0..count {
            for input in 0..inputs {
                weights.extend((start(panel)..start(panel + 1)).map(|output| weight(input, output)));
            }
        }
        Matrix { inputs, panels, weights, bias }
    }

    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(super) fn outputs(&self) -> usize {
        self.bias.len()
    }
}

/// How many outputs a panel can have: their sums and what they are made of fill the registers.
pub(super) fn tallest(arch: pulp::Arch) -> usize {
    struct Registers;
    impl WithSimd for Registers {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::REGISTER_COUNT
        }
    }
    let registers = arch.dispatch(Registers);
    (registers - BESIDE - 1) / BESIDE
}

/// What becomes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// It is stored.
    Store,
    /// It is added to what is there.
    Add,
}

/// The work of one product: `into` = or += `matrix` `from`.
pub(super) struct Product<'a> {
    pub(super) matrix: &'a Matrix,
    pub(super) from: &'a [Row],
    pub(super) into: &'a mut [Row],
    pub(super) then: Then,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Product { matrix, from, into, then } = self;
        let from = &from[..matrix.inputs];
        let (mut weights, mut bias, mut into) = (&matrix.weights[..], &matrix.bias[..], into);
        for &outputs in &matrix.panels {
            let (panel, rest) = weights.split_at(outputs * from.len());
            let (panel_bias, rest_bias) = bias.split_at(outputs);
            let (rows, rest_rows) = into.split_at_mut(outputs);
            tile_of(simd, outputs, panel, panel_bias, from, rows, then);
            (weights, bias, into) = (rest, rest_bias, rest_rows);
        }
    }
}

/// The tile for a number of outputs that is known only now.
#[inline(always)]
fn tile_of<S: Simd>(
    simd: S,
    outputs: usize,
    weights: &[f32],
    bias: &[f32],
    from: &[Row],
    into: &mut [Row],
    then: Then,
) {
    macro_rules! tiles {
        ($($n:literal)*) => {
            match outputs {
                $($n => tile::<S, $n>(simd, weights, bias, from, into, then),)*
                _ => unreachable!("panels are no taller than the tallest tile"),
            }
        };
    }
    if S::REGISTER_COUNT > 16 {
        tiles!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    } else {
        tiles!(1 2 3 4 5 6);
    }
}

/// `N` outputs of all points of a block.
#[inline(always)]
fn tile<S: Simd, const N: usize>(
    simd: S,
    weights: &[f32],
    bias: &[f32],
    from: &[Row],
    into: &mut [Row],
    then: Then,
) {
    let (weights, _) = weights.as_chunks::<N>();
    let step = BESIDE * S::F32_LANES;
    for first in (0..super::rows::BLOCK).step_by(step) {
        let mut sums = [[Lanes::splat(simd, 0.0); BESIDE]; N];
        for (row, sums) in sums.iter_mut().enumerate() {
            let before = S::as_simd_f32s(&into[row].0[first..first + step]).0;
            for (beside, sum) in sums.iter_mut().enumerate() {
                *sum = sum.of(bias[row]);
                if then == Then::Add {
                    *sum = *sum + Lanes::new(simd, before[beside]);
                }
            }
        }
        for (weights, x) in weights.iter().zip(from) {
            let x = S::as_simd_f32s(&x.0[first..first + step]).0;
            let x = [Lanes::new(simd, x[0]), Lanes::new(simd, x[1])];
            for row in 0..N {
                let weight = Lanes::splat(simd, weights[row]);
                for beside in 0..BESIDE {
                    sums[row][beside] = weight.mul_add(x[beside], sums[row][beside]);
                }
            }
        }
        for (row, sums) in into.iter_mut().zip(sums) {
            let row = S::as_mut_simd_f32s(&mut row.0[first..first + step]).0;
            for beside in 0..BESIDE {
                row[beside] = sums[beside].value();
            }
        }
    }
}
