//! Tables on a uniform grid with rows of values, interpolated by the four-point Lagrange rule.
//!
//! The rule is linear in the rows, so a table of derivatives interpolated with the same weights is
//! the exact derivative of the interpolated values.

use crate::rows::add_rows;
use gradino_core::Real;

/// A place on a grid: first of four rows, weights, and weights of the derivative.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    first: usize,
    weights: [f64; 4],
    slopes: [f64; 4],
}

/// Rows of numbers on the grid `origin + step * i`.
#[derive(Clone, Debug)]
pub(crate) struct RowTable<D = f64> {
    origin: f64,
    step: f64,
    width: usize,
    rows: usize,
    data: Vec<D>,
}

impl<D: Real> RowTable<D> {
    /// From a function that writes one row.
    pub(crate) fn build(
        origin: f64,
        step: f64,
        rows: usize,
        width: usize,
        mut row: impl FnMut(f64, &mut [D]),
    ) -> Self {
        let mut data = vec![D::zero(); rows * width];
        for (i, out) in data.chunks_exact_mut(width).enumerate() {
            row(origin + step * i as f64, out);
        }
        RowTable { origin, step, width, rows, data }
    }

    /// The place of `x`; outside the grid the outermost cubic is continued.
    #[inline]
    pub(crate) fn place(&self, x: f64) -> Place {
        let position = (x - self.origin) / self.step;
        let cell = (position as usize).clamp(1, self.rows - 3);
        let t = position - cell as f64;
        let (p, q, r) = (t + 1.0, t - 1.0, t - 2.0);
        let weights = [-t * q * r / 6.0, p * q * r / 2.0, -p * t * r / 2.0, p * t * q / 6.0];
        let per_step = 1.0 / self.step;
        let slopes = [
            -(q * r + t * r + t * q) / 6.0 * per_step,
            (q * r + p * r + p * q) / 2.0 * per_step,
            -(t * r + p * r + p * t) / 2.0 * per_step,
            (t * q + p * q + p * t) / 6.0 * per_step,
        ];
        Place { first: cell - 1, weights, slopes }
    }

    /// Value of one column.
    #[inline]
    pub(crate) fn value(&self, at: &Place, column: usize) -> D {
        self.combine(at, &at.weights, column)
    }

    /// Derivative of one column with respect to the grid variable.
    #[inline]
    pub(crate) fn slope(&self, at: &Place, column: usize) -> D {
        self.combine(at, &at.slopes, column)
    }

    #[inline]
    fn combine(&self, at: &Place, weights: &[f64; 4], column: usize) -> D {
        let base = at.first * self.width + column;
        let term = |k: usize| self.data[base + k * self.width] * weights[k];
        term(0) + term(1) + term(2) + term(3)
    }

    /// The columns from `first` to the end in groups of `group`: those of a group that are not zero in all
    /// rows and groups, as one range.
    pub(crate) fn nonzero(&self, first: usize, group: usize) -> std::ops::Range<usize> {
        let mut found = group..0;
        for row in self.data.chunks_exact(self.width) {
            for columns in row[first..].chunks_exact(group.max(1)) {
                if let Some(start) = columns.iter().position(|d| d.re() != 0.0) {
                    let last = columns.iter().rposition(|d| d.re() != 0.0).unwrap_or(start);
                    found = found.start.min(start)..found.end.max(last + 1);
                }
            }
        }
        if found.is_empty() { 0..0 } else { found }
    }

    /// The same numbers without derivatives along a line.
    pub(crate) fn lifted<E: Real>(&self) -> RowTable<E> {
        let data = self.data.iter().map(|d| E::from(d.re())).collect();
        RowTable { origin: self.origin, step: self.step, width: self.width, rows: self.rows, data }
    }
}

impl RowTable {
    /// Adds `factor` times the columns from `column` on to `out`.
    #[inline]
    pub(crate) fn add(&self, at: &Place, column: usize, factor: f64, out: &mut [f64]) {
        let base = at.first * self.width + column;
        let rows = [0, 1, 2, 3].map(|k| &self.data[base + k * self.width..][..out.len()]);
        add_rows(rows, at.weights.map(|w| w * factor), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cubics_are_reproduced_with_their_slope() {
        let table = RowTable::build(1.0, 0.25, 12, 2, |x, out| {
            out[0] = x * x * x - 2.0 * x;
            out[1] = 3.0;
        });
        for x in [1.0, 1.1, 2.37, 3.6, 3.75] {
            let at = table.place(x);
            assert!((table.value(&at, 0) - (x * x * x - 2.0 * x)).abs() < 1e-12);
            assert!((table.slope(&at, 0) - (3.0 * x * x - 2.0)).abs() < 1e-11);
            assert!((table.value(&at, 1) - 3.0).abs() < 1e-14);
        }
    }

    #[test]
    fn columns_that_vanish_in_all_groups_and_rows_are_left_out() {
        // One value, then two groups of four derivatives.
        let table = RowTable::build(0.0, 1.0, 6, 9, |x, out| {
            out[0] = 7.0;
            out[1 + 2] = x;
            out[5 + 1] = -1.0;
        });
        assert_eq!(table.nonzero(1, 4), 1..3);
        assert!(table.nonzero(9, 0).is_empty());
        let none = RowTable::build(0.0, 1.0, 6, 5, |_, out| out[0] = 1.0);
        assert!(none.nonzero(1, 4).is_empty());
    }
}
