//! Estimators of events that are drawn one by one: motion, score, baselines, control variates.

use super::target::Target;
use super::trajectory::{Stratified, Stratum, Trajectory};
use super::{Batch, Estimator, Settings};
use gradino_core::{Purpose, Stream};
use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

/// Relative ridge on the covariance of the scores.
const RIDGE: f64 = 1e-9;

/// Sums over the events of a batch. P parameters, O outputs.
#[derive(Clone, Debug)]
struct Sums {
    count: f64,
    /// Values, `[O]`.
    values: Vec<f64>,
    /// Scores, `[P]`.
    scores: Vec<f64>,
    /// Values times scores, `[O, P]`.
    scored: Vec<f64>,
    /// Motion, `[O, P]`.
    motion: Vec<f64>,
    /// Scores times scores, `[P, P]`, where control variates are wanted.
    squares: Vec<f64>,
    /// (Values times scores + motion) times scores, `[O, P, P]`.
    terms: Vec<f64>,
}

impl Sums {
    fn empty(outputs: usize, parameters: usize, with_controls: bool) -> Self {
        let controls = if with_controls { parameters * parameters } else { 0 };
        Sums {
            count: 0.0,
            values: vec![0.0; outputs],
            scores: vec![0.0; parameters],
            scored: vec![0.0; outputs * parameters],
            motion: vec![0.0; outputs * parameters],
            squares: vec![0.0; controls],
            terms: vec![0.0; outputs * controls],
        }
    }

    fn add(&mut self, target: &Target, event: &Trajectory, score: &[f64]) {
        let p = score.len();
        self.count += 1.0;
        add(&mut self.scores, score, 1.0);
        if !self.squares.is_empty() {
            add_outer(&mut self.squares, score, 1.0, score);
        }
        for (output, value, slope) in target.shares(event.value).into_iter().flatten() {
            self.values[output] += value;
            add(&mut self.scored[output * p..][..p], score, value);
            add(&mut self.motion[output * p..][..p], &event.motion, slope);
            if !self.squares.is_empty() {
                let terms = &mut self.terms[output * p * p..][..p * p];
                add_outer(terms, score, value, score);
                add_outer(terms, &event.motion, slope, score);
            }
        }
    }

    fn merge(&mut self, other: &Sums, sign: f64) {
        self.count += sign * other.count;
        let own = [
            &mut self.values,
            &mut self.scores,
            &mut self.scored,
            &mut self.motion,
            &mut self.squares,
            &mut self.terms,
        ];
        let theirs =
            [&other.values, &other.scores, &other.scored, &other.motion, &other.squares, &other.terms];
        own.into_iter().zip(theirs).for_each(|(a, b)| add(a, b, sign));
    }
}

/// out += factor * row.
fn add(out: &mut [f64], row: &[f64], factor: f64) {
    out.iter_mut().zip(row).for_each(|(o, r)| *o += factor * r);
}

/// out += factor * left right^T.
fn add_outer(out: &mut [f64], left: &[f64], factor: f64, right: &[f64]) {
    for (row, l) in out.chunks_exact_mut(right.len().max(1)).zip(left) {
        if *l != 0.0 {
            add(row, right, factor * l);
        }
    }
}

/// Estimates batch by batch.
pub(super) fn batches<S: Stratified>(
    source: &S,
    target: &Target,
    estimator: Estimator,
    settings: &Settings,
) -> Vec<Batch> {
    let size = settings.events / settings.batches as u64;
    let with_controls = estimator == Estimator::ControlVariates;
    let sums: Vec<Sums> = (0..settings.batches as u64)
        .into_par_iter()
        .map(|b| settings.first() + b * size)
        .map(|first| sums_of(source, target, settings.seed, first..first + size, with_controls))
        .collect();
    let mut all = Sums::empty(target.outputs(), source.parameters(), with_controls);
    sums.iter().for_each(|s| all.merge(s, 1.0));
    let of = |own: &Sums| {
        let mut others = all.clone();
        others.merge(own, -1.0);
        estimate(own, &others, estimator)
    };
    sums.iter().map(of).collect()
}

fn sums_of<S: Stratified>(
    source: &S,
    target: &Target,
    seed: u64,
    events: std::ops::Range<u64>,
    with_controls: bool,
) -> Sums {
    let (p, strata) = (source.parameters(), source.strata());
    let running = running(strata);
    let log_slopes: Vec<Vec<f64>> =
        strata.iter().map(|s| s.gradient.iter().map(|g| g / s.probability).collect()).collect();
    let (mut scratch, mut event) = (source.scratch(), Trajectory::default());
    let mut sums = Sums::empty(target.outputs(), p, with_controls);
    let mut score = vec![0.0; p];
    for number in events {
        let mut stream = Stream::new(seed, number, Purpose::Estimate);
        let uniform = stream.uniform();
        let stratum = running.partition_point(|r| *r <= uniform).min(strata.len() - 1);
        let uniforms = [stream.uniform(), stream.uniform()];
        source.draw(stratum, uniforms, number, false, &mut scratch, &mut event);
        score.copy_from_slice(&log_slopes[stratum]);
        add(&mut score, event.whole_score(), 1.0);
        sums.add(target, &event, &score);
    }
    sums
}

fn running(strata: &[Stratum]) -> Vec<f64> {
    let sums = strata.iter().scan(0.0, |sum, s| {
        *sum += s.probability;
        Some(*sum)
    });
    sums.collect()
}

/// The estimate of a batch; baselines and coefficients come from all others.
fn estimate(own: &Sums, others: &Sums, estimator: Estimator) -> Batch {
    let n = own.count;
    let mut value: Vec<f64> = own.values.iter().map(|v| v / n).collect();
    let mut gradient: Vec<f64> = own.motion.iter().map(|m| m / n).collect();
    if estimator == Estimator::Pathwise {
        return Batch { value, gradient, events: n };
    }
    add(&mut gradient, &own.scored, 1.0 / n);
    let p = own.scores.len();
    match estimator {
        Estimator::LeaveOneOut => {
            for (row, sum) in gradient.chunks_exact_mut(p.max(1)).zip(&others.values) {
                add(row, &own.scores, -sum / others.count / n);
            }
        }
        Estimator::ControlVariates => control(own, others, &mut value, &mut gradient),
        _ => {}
    }
    Batch { value, gradient, events: n }
}

/// Takes off the scores, whose means are zero, with the coefficients of least variance.
fn control(own: &Sums, others: &Sums, value: &mut [f64], gradient: &mut [f64]) {
    let p = own.scores.len();
    let mut matrix = DMatrix::from_row_slice(p, p, &others.squares);
    for i in 0..p {
        let own = matrix[(i, i)];
        matrix[(i, i)] = if own > 0.0 { own * (1.0 + RIDGE) } else { 1.0 };
    }
    let Some(solver) = matrix.cholesky() else { return };
    // sum_pq row_p (M^-1)_pq s_q = row . (M^-1 s).
    let solved = solver.solve(&DVector::from_row_slice(&own.scores));
    let dot = |row: &[f64]| row.iter().zip(solved.iter()).map(|(a, b)| a * b).sum::<f64>();
    for (v, row) in value.iter_mut().zip(others.scored.chunks_exact(p.max(1))) {
        *v -= dot(row) / own.count;
    }
    for (g, row) in gradient.iter_mut().zip(others.terms.chunks_exact(p.max(1))) {
        *g -= dot(row) / own.count;
    }
}
