//! Fixed points x = F(x) by Anderson's mixing (anderson1965), of values and of their derivatives.

use gradino_core::Real;

/// Number of earlier steps that are mixed.
const DEPTH: usize = 10;
/// Regularisation of the least squares, relative to their diagonal.
const RIDGE: f64 = 1e-14;

/// The history of a fixed-point iteration.
///
/// The coefficients of the mixture are numbers without derivatives. They minimise the sum of the squared residuals of
/// the values, or of all derivatives: these obey one linear equation with as many right-hand sides, so that
/// one mixture serves all.
pub(super) struct Mixing<D> {
    /// Share of the residual that is added in a step.
    share: f64,
    /// Squared weights of the elements of x in the residual.
    weights: Vec<f64>,
    /// Weights of the value (slot 0) and of the derivatives in the residual.
    slots: Vec<f64>,
    /// Points x and residuals F(x) - x of the last steps.
    history: Vec<(Vec<D>, Vec<D>)>,
}

impl<D: Real> Mixing<D> {
    /// A new iteration that mixes `share` of the residual in. `weights` are those of the elements; `slots` are those of
    /// the value and of the derivatives, as [`squares`] counts them.
    pub(super) fn new(share: f64, weights: Vec<f64>, slots: Vec<f64>) -> Self {
        Mixing { share, weights, slots, history: Vec::new() }
    }

    /// Square of the size of a residual.
    pub(super) fn size_sq(&self, residual: &[D]) -> f64 {
        self.dot(residual, residual)
    }

    /// Drops the earlier steps.
    pub(super) fn forget(&mut self) {
        self.history.clear();
    }

    /// The next x, from the present one and its residual F(x) - x.
    pub(super) fn next(&mut self, x: Vec<D>, residual: Vec<D>) -> Vec<D> {
        if self.history.len() > DEPTH {
            self.history.remove(0);
        }
        self.history.push((x, residual));
        let coefficients = self.coefficients();
        let mut next = vec![D::zero(); self.weights.len()];
        for ((x, f), &c) in self.history.iter().zip(&coefficients) {
            for (n, (&x, &f)) in next.iter_mut().zip(x.iter().zip(f)) {
                *n += (x + f * self.share) * c;
            }
        }
        next
    }

    /// The coefficients with sum 1 of the mixture with the smallest residual.
    fn coefficients(&self) -> Vec<f64> {
        let (last, earlier) = self.history.split_last().expect("a step was just added");
        let m = earlier.len();
        let differences: Vec<Vec<D>> =
            earlier.iter().map(|(_, f)| f.iter().zip(&last.1).map(|(&a, &b)| a - b).collect()).collect();
        let mut matrix: Vec<Vec<f64>> =
            (0..m).map(|i| (0..m).map(|j| self.dot(&differences[i], &differences[j])).collect()).collect();
        for (i, row) in matrix.iter_mut().enumerate() {
            row[i] *= 1.0 + RIDGE;
        }
        let right = differences.iter().map(|d| -self.dot(d, &last.1)).collect();
        let mut c = solve(matrix, right);
        c.push(1.0 - c.iter().sum::<f64>());
        c
    }

    fn dot(&self, a: &[D], b: &[D]) -> f64 {
        let terms = self.weights.iter().zip(a.iter().zip(b));
        terms.map(|(w, (&a, &b))| w * self.slots_dot(a, b)).sum()
    }

    fn slots_dot(&self, a: D, b: D) -> f64 {
        let derivatives = self.slots[1..].iter().enumerate();
        self.slots[0] * a.re() * b.re() + derivatives.map(|(i, w)| w * a.slot(i) * b.slot(i)).sum::<f64>()
    }
}

/// Sums of the squares of the value (first) and of each derivative, with weights of the elements.
pub(super) fn squares<D: Real>(weights: &[f64], x: &[D]) -> Vec<f64> {
    let sum = |of: &dyn Fn(D) -> f64| weights.iter().zip(x).map(|(w, &x)| w * of(x).powi(2)).sum();
    std::iter::once(sum(&|x| x.re())).chain((0..D::SLOTS).map(|i| sum(&|x| x.slot(i)))).collect()
}

/// Solves a small symmetric system by elimination with pivots; directions without weight get 0.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|&a, &b| matrix[a][i].abs().total_cmp(&matrix[b][i].abs())).unwrap_or(i);
        matrix.swap(i, pivot);
        right.swap(i, pivot);
        if matrix[i][i] == 0.0 {
            continue;
        }
        for row in i + 1..n {
            let factor = matrix[row][i] / matrix[i][i];
            for k in i..n {
                matrix[row][k] -= factor * matrix[i][k];
            }
            right[row] -= factor * right[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = if matrix[i][i] == 0.0 { 0.0 } else { (right[i] - known) / matrix[i][i] };
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Dual;

    /// A contraction of four numbers that depends on p.
    fn map<D: Real>(x: &[D], p: D) -> Vec<D> {
        (0..4).map(|i| (x[(i + 1) % 4] * (0.9 - 0.3 * i as f64) + p * (i as f64 + 1.0)).sin() + 0.2).collect()
    }

    fn fixed_point<D: Real>(mut x: Vec<D>, p: D, slots: Vec<f64>) -> (Vec<D>, usize) {
        let mut mixing = Mixing::new(0.5, vec![1.0; 4], slots);
        for step in 0..200 {
            let residual: Vec<D> = map(&x, p).iter().zip(&x).map(|(&f, &x)| f - x).collect();
            if mixing.size_sq(&residual) < 1e-26 {
                return (x, step);
            }
            x = mixing.next(x, residual);
        }
        panic!("no fixed point");
    }

    #[test]
    fn the_derivative_of_a_fixed_point_equals_a_finite_difference() {
        let at = |p: f64| fixed_point(vec![0.0; 4], p, vec![1.0]).0;
        let (x, steps) = fixed_point(vec![0.0; 4], 0.3, vec![1.0]);
        assert!(steps < 30, "{steps}");
        let lifted: Vec<Dual<f64, 2>> = x.iter().map(|&x| Dual::constant(x)).collect();
        let (moved, _) = fixed_point(lifted, Dual::variable(0.3, 1), vec![0.0, 1.0, 1.0]);
        let (up, down) = (at(0.3 + 1e-5), at(0.3 - 1e-5));
        for i in 0..4 {
            let exact = (up[i] - down[i]) / 2e-5;
            assert!(exact.abs() > 0.1 && (moved[i].slot(1) - exact).abs() < 1e-7, "{i}: {exact}");
            assert_eq!(moved[i].slot(0), 0.0);
        }
    }
}
