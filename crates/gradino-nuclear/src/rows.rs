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
