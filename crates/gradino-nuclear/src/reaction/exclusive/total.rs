//! Total cross sections, with their derivatives.

use super::model::{PreparedKnockout, cell};
use crate::quadrature::gauss_legendre;
use rayon::prelude::*;

/// Points of Gauss's quadrature in a cell of T and of q: the integrand is a polynomial of low degree but for the smooth
/// factors of the lepton.
const POINTS: usize = 3;

/// A total cross section [cm^2 per nucleus].
#[derive(Clone, Debug, PartialEq)]
pub struct TotalCrossSection {
    /// Value.
    pub value: f64,
    /// Of each hole.
    pub by_hole: Vec<f64>,
    /// Derivatives with respect to the wanted parameters.
    pub gradient: Vec<f64>,
}

/// Integrals over a hat times the factors of CC, CL, LL, T and T'.
type Weights = [f64; 5];

impl PreparedKnockout {
    /// The total cross section at `energy` [MeV]: the exact integral of the model but for Gauss's quadrature of the smooth
    /// factors of the lepton in each cell, whose part beyond reach is left out. On all threads.
    pub fn total(&self, energy: f64) -> TotalCrossSection {
        let mut by_hole = Vec::new();
        let mut gradient = vec![0.0; self.wanted()];
        for hole in 0..self.of.table.holes.len() {
            let (value, slopes) = self.total_of(hole, energy);
            by_hole.push(value);
            gradient.iter_mut().zip(slopes).for_each(|(g, s)| *g += s);
        }
        TotalCrossSection { value: by_hole.iter().sum(), by_hole, gradient }
    }

    fn total_of(&self, hole: usize, energy: f64) -> (f64, Vec<f64>) {
        let grid = &self.of.table.grid;
        let last = energy - self.of.vertex.lowest_outgoing() - self.of.table.holes[hole].separation;
        let cells = grid.kinetic.windows(2).take_while(|w| w[0] < last).count();
        // The cells in parallel, their sum in order: the same on any number of threads.
        let parts: Vec<(f64, Vec<f64>)> = (0..cells)
            .into_par_iter()
            .map(|i| {
                let (mut sum, mut slopes) = (0.0, vec![0.0; self.wanted()]);
                let sides = self.cell_weights(hole, i, last, energy);
                let rate = 1.0 / (grid.kinetic[i + 1] - grid.kinetic[i]);
                let open = |&momentum: &usize| sides.iter().any(|side| side[momentum] != [0.0; 5]);
                for momentum in (0..grid.momenta.len()).filter(open) {
                    let pair = [sides[0][momentum], sides[1][momentum]];
                    for side in 0..2 {
                        // The hats add up to one: where one falls with T the other grows.
                        let fall = if side == 0 { rate } else { -rate };
                        let moved = std::array::from_fn(|k| fall * (pair[0][k] + pair[1][k]));
                        sum += self.add_node((hole, i + side, momentum), &[pair[side], moved], &mut slopes);
                    }
                }
                (sum, slopes)
            })
            .collect();
        let mut total = (0.0, vec![0.0; self.wanted()]);
        for (sum, slopes) in parts {
            total.0 += sum;
            total.1.iter_mut().zip(slopes).for_each(|(t, s)| *t += s);
        }
        total
    }

    /// What a node contributes with the integral of its hat, with its derivatives added to `slopes`, for which the second
    /// of the weights has what the hat loses as T grows.
    fn add_node(
        &self,
        (hole, kinetic, momentum): (usize, usize, usize),
        [w, moved]: &[Weights; 2],
        slopes: &mut [f64],
    ) -> f64 {
        let filling = self.filling(hole);
        let dot = |w: &Weights, responses: [f64; 5]| {
            responses.iter().zip(w).map(|(r, w)| r * w).sum::<f64>() * filling
        };
        let of = |responses: [f64; 5]| dot(w, responses);
        let value = of(self.node_responses(hole, kinetic, momentum));
        if !slopes.is_empty() && value != 0.0 {
            let five = self.node_response_slopes(hole, kinetic, momentum);
            self.add_slopes(hole, (kinetic, momentum), five.map(of), slopes);
            self.add_field_responses((hole, kinetic, momentum), of, |r| dot(moved, r), slopes);
        }
        value
    }

    /// The integrals of the hats of the nodes at either side of cell `i` of T, by [side][node of q], up to T = `last`.
    fn cell_weights(&self, hole: usize, i: usize, last: f64, energy: f64) -> [Vec<Weights>; 2] {
        let (grid, vertex) = (&self.of.table.grid, &self.of.vertex);
        let [low, high] = [grid.kinetic[i], grid.kinetic[i + 1]];
        let end = high.min(last);
        let mut sums = [vec![[0.0; 5]; grid.momenta.len()], vec![[0.0; 5]; grid.momenta.len()]];
        let rule = gauss_legendre(POINTS);
        for (x, weight) in &rule {
            let t = low + 0.5 * (1.0 + x) * (end - low);
            let place = (t - low) / (high - low);
            let omega = t + self.of.table.holes[hole].separation;
            let Some((k, out)) = vertex.momenta(energy, omega) else { continue };
            let lowest = (k - out).abs().max(vertex.lowest_q(omega));
            let range = [lowest.max(grid.momenta[0]), k + out];
            let weight = 0.5 * weight * (end - low);
            for (q, share, node) in momentum_points(&grid.momenta, range, &rule) {
                let factors = vertex.inclusive_factors_in_q(energy, omega, q);
                for (side, hat) in [1.0 - place, place].into_iter().enumerate() {
                    for (momentum, weight_q) in [(node, share[0]), (node + 1, share[1])] {
                        let sum = &mut sums[side][momentum];
                        sum.iter_mut().zip(factors).for_each(|(s, f)| *s += f * hat * weight_q * weight);
                    }
                }
            }
        }
        sums
    }
}

/// Points q in the cells that `range` meets, with the weights of the nodes below and above, and the node below.
fn momentum_points(
    nodes: &[f64],
    [low, high]: [f64; 2],
    rule: &[(f64, f64)],
) -> impl Iterator<Item = (f64, [f64; 2], usize)> {
    let first = cell(nodes, low).map_or(nodes.len(), |(i, _)| i);
    let cells = (first..nodes.len().saturating_sub(1)).take_while(move |&i| nodes[i] < high);
    cells.flat_map(move |i| {
        let (start, end) = (nodes[i].max(low), nodes[i + 1].min(high));
        rule.iter().map(move |(x, w)| {
            let q = start + 0.5 * (1.0 + x) * (end - start);
            let place = (q - nodes[i]) / (nodes[i + 1] - nodes[i]);
            let weight = 0.5 * w * (end - start);
            (q, [(1.0 - place) * weight, place * weight], i)
        })
    })
}
