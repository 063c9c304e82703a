//! 3j, 6j and 9j symbols, by the sums of racah1942; all arguments are twice the angular momenta.

/// ln n! for n = 0..=`MOST`.
const MOST: usize = 400;

/// Logarithms of factorials.
pub(super) struct Symbols {
    ln_factorials: Vec<f64>,
}

fn triangle(a: i32, b: i32, c: i32) -> bool {
    (a + b + c) % 2 == 0 && (a - b).abs() <= c && c <= a + b
}

fn sign(n: i32) -> f64 {
    if n % 2 == 0 { 1.0 } else { -1.0 }
}

impl Symbols {
    pub(super) fn new() -> Self {
        let mut ln_factorials = vec![0.0; MOST + 1];
        for n in 1..=MOST {
            ln_factorials[n] = ln_factorials[n - 1] + (n as f64).ln();
        }
        Symbols { ln_factorials }
    }

    /// ln n!, n given as twice n.
    fn half(&self, two_n: i32) -> f64 {
        self.ln_factorials[(two_n / 2) as usize]
    }

    fn ln_triangle(&self, a: i32, b: i32, c: i32) -> f64 {
        self.half(a + b - c) + self.half(a - b + c) + self.half(b + c - a) - self.half(a + b + c + 2)
    }

    /// The 3j symbol (a b c; 0 0 0), eq. 34.3.5 of dlmf.
    pub(super) fn three_j_zero(&self, a: i32, b: i32, c: i32) -> f64 {
        let sum = a + b + c;
        if !triangle(a, b, c) || sum % 4 != 0 {
            return 0.0;
        }
        let half = sum / 2;
        let ln = 0.5 * self.ln_triangle(a, b, c) + self.half(half)
            - self.half(half - a)
            - self.half(half - b)
            - self.half(half - c);
        sign(half / 2) * ln.exp()
    }

    /// The 6j symbol {a b c; d e f}, eq. 34.4.3 of dlmf.
    pub(super) fn six_j(&self, [a, b, c]: [i32; 3], [d, e, f]: [i32; 3]) -> f64 {
        let triads = [(a, b, c), (a, e, f), (d, b, f), (d, e, c)];
        if triads.iter().any(|&(x, y, z)| !triangle(x, y, z)) {
            return 0.0;
        }
        let ln_root: f64 = triads.iter().map(|&(x, y, z)| 0.5 * self.ln_triangle(x, y, z)).sum();
        let low = triads.map(|(x, y, z)| x + y + z);
        let high = [a + b + d + e, b + c + e + f, c + a + f + d];
        let (first, last) = (low.into_iter().max().unwrap_or(0), high.into_iter().min().unwrap_or(-2));
        (first..=last)
            .step_by(2)
            .map(|k| {
                let below: f64 = low.iter().map(|x| self.half(k - x)).sum::<f64>()
                    + high.iter().map(|x| self.half(x - k)).sum::<f64>();
                sign(k / 2) * (ln_root + self.half(k + 2) - below).exp()
            })
            .sum()
    }

    /// The 9j symbol of three rows, eq. 34.6.2 of dlmf.
    pub(super) fn nine_j(&self, [a, b, c]: [i32; 3], [d, e, f]: [i32; 3], [g, h, i]: [i32; 3]) -> f64 {
        let first = (a - i).abs().max((d - h).abs()).max((b - f).abs());
        let last = (a + i).min(d + h).min(b + f);
        (first..=last)
            .step_by(2)
            .map(|k| {
                sign(k)
                    * f64::from(k + 1)
                    * self.six_j([a, b, c], [f, i, k])
                    * self.six_j([d, e, f], [b, k, h])
                    * self.six_j([g, h, i], [k, a, d])
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_equal_closed_forms() {
        let s = Symbols::new();
        let close = |x: f64, exact: f64| assert!((x - exact).abs() < 1e-14, "{x} {exact}");
        close(s.three_j_zero(4, 4, 4), -(2.0f64 / 35.0).sqrt());
        close(s.three_j_zero(2, 4, 6), -(3.0f64 / 35.0).sqrt());
        close(s.three_j_zero(2, 2, 2), 0.0);
        close(s.six_j([2, 2, 2], [2, 2, 2]), 1.0 / 6.0);
        close(s.six_j([1, 2, 3], [4, 3, 2]), -(24.0f64).sqrt().recip());
        close(s.nine_j([2, 4, 2], [1, 1, 2], [3, 3, 4]), -(1800.0f64).sqrt().recip());
        // {a b c; d e f; g h 0} = delta_cf delta_gh (-1)^(b+c+d+g) {a b c; e d g} / sqrt((2c+1)(2g+1)).
        let exact = sign((4 + 4 + 3 + 1) / 2) / (5.0f64 * 2.0).sqrt() * s.six_j([2, 4, 4], [5, 3, 1]);
        close(s.nine_j([2, 4, 4], [3, 5, 4], [1, 1, 0]), exact);
    }

    #[test]
    fn six_j_symbols_are_orthogonal_at_large_angular_momenta() {
        let s = Symbols::new();
        let (a, b, c, d) = (61, 58, 1, 2);
        for f in [59, 61] {
            let sum: f64 =
                (0..=124).map(|x| f64::from((x + 1) * (f + 1)) * s.six_j([a, b, x], [c, d, f]).powi(2)).sum();
            let allowed = triangle(a, d, f) && triangle(c, b, f);
            assert!((sum - if allowed { 1.0 } else { 0.0 }).abs() < 1e-11, "{f} {sum}");
        }
    }
}
