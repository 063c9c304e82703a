//! Integrals as sums over points.

use std::f64::consts::PI;

/// Points and weights of Gauss's quadrature on [-1, 1], by Newton's method on P_n (dlmf, 3.5.v).
pub fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let at = |x: f64| {
        let (mut before, mut here) = (1.0, x);
        for l in 1..n {
            let next = ((2 * l + 1) as f64 * x * here - l as f64 * before) / (l + 1) as f64;
            (before, here) = (here, next);
        }
        (here, n as f64 * (x * here - before) / (x * x - 1.0))
    };
    let root = |i: usize| {
        let mut x = (PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        for _ in 0..8 {
            let (value, slope) = at(x);
            x -= value / slope;
        }
        let slope = at(x).1;
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    match n {
        1 => vec![(0.0, 2.0)],
        _ => (0..n).map(root).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_up_to_twice_the_number_of_points_are_exact() {
        for n in [1, 2, 5, 48] {
            let rule = gauss_legendre(n);
            for power in 0..2 * n as i32 {
                let sum: f64 = rule.iter().map(|(x, w)| w * x.powi(power)).sum();
                let exact = if power % 2 == 0 { 2.0 / f64::from(power + 1) } else { 0.0 };
                assert!((sum - exact).abs() < 1e-13, "{n} points, power {power}: {sum}");
            }
        }
    }
}
