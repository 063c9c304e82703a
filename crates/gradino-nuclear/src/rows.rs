//! Sums of rows of numbers: what a gradient is made of.

/// Lanes of a step of [`add_rows`].
const STEP: usize = 4;

/// Adds the sum of four rows with weights to `out`, all of the same length.
#[inline]
pub(crate) fn add_rows(rows: [&[f64]; 4], weights: [f64; 4], out: &mut [f64]) {
    let [a, b, c, d] = rows.map(|row| row.as_chunks::<STEP>());
    let (out, rest) = out.as_chunks_mut::<STEP>();
    let whole = a.0.iter().zip(b.0).zip(c.0.iter().zip(d.0));
    for (o, ((a, b), (c, d))) in out.iter_mut().zip(whole) {
        for i in 0..STEP {
            o[i] += (weights[0] * a[i] + weights[1] * b[i]) + (weights[2] * c[i] + weights[3] * d[i]);
        }
    }
    for (i, o) in rest.iter_mut().enumerate() {
        *o += (weights[0] * a.1[i] + weights[1] * b.1[i]) + (weights[2] * c.1[i] + weights[3] * d.1[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_any_length_are_summed_with_their_weights() {
        for n in [0, 1, 3, 4, 7, 8, 46] {
            let row = |k: usize| (0..n).map(|i| (i * 10 + k) as f64).collect::<Vec<_>>();
            let rows = [row(1), row(2), row(3), row(4)];
            let mut out = vec![0.5; n];
            add_rows([&rows[0], &rows[1], &rows[2], &rows[3]], [1.0, -2.0, 3.0, 0.25], &mut out);
            let exact = |i: usize| 0.5 + (0..4).map(|k| [1.0, -2.0, 3.0, 0.25][k] * rows[k][i]).sum::<f64>();
            assert!(out.iter().enumerate().all(|(i, o)| (o - exact(i)).abs() < 1e-9));
        }
    }
}
