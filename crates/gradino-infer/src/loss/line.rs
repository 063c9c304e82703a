//! Samples of one feature in order of size.

use super::pairs::Potential;
use rayon::prelude::*;

/// Rows in order of size, with their numbers.
pub(super) fn sorted(values: &[f64]) -> Vec<(f64, usize)> {
    let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    order.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order
}

/// A sample on a line, prepared for sums of distances to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Point that all others are measured from, in the middle to keep rounding small.
    middle: f64,
    /// Features in order.
    values: Vec<f64>,
    /// Sum of the weights of the rows before each, and of all.
    weights: Vec<f64>,
    /// Sum of weight times feature of the rows before each, and of all.
    moments: Vec<f64>,
}

impl Line {
    /// From rows in order and the weights of all rows.
    pub(super) fn new(order: &[(f64, usize)], weights: &[f64]) -> Self {
        let middle = order.get(order.len() / 2).map_or(0.0, |row| row.0);
        let mut line = Line { middle, values: Vec::new(), weights: vec![0.0], moments: vec![0.0] };
        let (mut weight, mut moment) = (0.0, 0.0);
        for &(x, row) in order {
            weight += weights[row];
            moment += weights[row] * (x - middle);
            line.values.push(x);
            line.weights.push(weight);
            line.moments.push(moment);
        }
        line
    }

    /// -sum_j w_j |x - y_j| for the rows x in order, from sums below and above x in one pass.
    /// Rows at x itself add nothing, also to the slope.
    pub(super) fn potential(&self, order: &[(f64, usize)]) -> Potential {
        let n = self.values.len();
        let (all, moment) = (self.weights[n], self.moments[n]);
        let mut potential = Potential { value: vec![0.0; order.len()], slope: vec![0.0; order.len()] };
        let (mut below, mut upto) = (0, 0);
        for &(x, row) in order {
            while below < n && self.values[below] < x {
                below += 1;
            }
            upto = upto.max(below);
            while upto < n && self.values[upto] <= x {
                upto += 1;
            }
            let (less, more) = (self.weights[below], all - self.weights[upto]);
            let centred = x - self.middle;
            let sum_below = centred * less - self.moments[below];
            let sum_above = moment - self.moments[upto] - centred * more;
            potential.value[row] = -(sum_below + sum_above);
            potential.slope[row] = more - less;
        }
        potential
    }
}
