//! Estimators that sum over the strata: their probabilities, and the derivatives of these, are exact.
//!
//! With the probabilities p_c and the means f_c of the strata, `<f> = sum_c p_c f_c` and
//!
//! `d<f> = sum_c [dp_c f_c + p_c <sum_k s_k (f - b_k) + df>_c]`,
//!
//! s_k the score of choice k and b_k its baseline, a function of the state before it.

use super::baseline::Baseline;
use super::pilot::Pilot;
use super::points::Points;
use super::target::{Share, Target};
use super::trajectory::{Stratified, Stratum, Trajectory};
use super::{Batch, Settings};
use gradino_core::{Purpose, Stream};
use rayon::prelude::*;

/// Number of the first event after those of the pilot; blocks of points are numbered likewise.
const FIRST: u64 = 1 << 32;
/// Events of a stratum in a batch, at least.
const LEAST: u64 = 2;

/// Sums over the events of a stratum in a batch.
pub(super) struct Sums {
    /// Values, `[outputs]`.
    values: Vec<f64>,
    /// Scores, `[parameters]`, and values times scores, `[outputs, parameters]`, without learnt baselines.
    scores: Vec<f64>,
    scored: Vec<f64>,
    /// Derivatives within the stratum, `[outputs, parameters]`.
    pub(super) slopes: Vec<f64>,
}

impl Sums {
    pub(super) fn empty(outputs: usize, parameters: usize) -> Self {
        let slopes = vec![0.0; outputs * parameters];
        Sums { values: vec![0.0; outputs], scores: vec![0.0; parameters], scored: slopes.clone(), slopes }
    }

    pub(super) fn clear(&mut self) {
        let all = [&mut self.values, &mut self.scores, &mut self.scored, &mut self.slopes];
        all.into_iter().for_each(|sums| sums.fill(0.0));
    }

    /// Adds values and motion of an event that counts `weight` times.
    #[inline]
    pub(super) fn add_motion(&mut self, weight: f64, shares: &[Share; 2], event: &Trajectory) {
        let p = event.motion.len();
        for &(output, value, slope) in shares.iter().flatten() {
            self.values[output] += weight * value;
            add(&mut self.slopes[output * p..][..p], &event.motion, weight * slope);
        }
    }

    /// Adds values times the whole score.
    fn add_score(&mut self, shares: &[Share; 2], event: &Trajectory) {
        let (p, score) = (event.motion.len(), event.whole_score());
        add(&mut self.scores, score, 1.0);
        for &(output, value, _) in shares.iter().flatten() {
            add(&mut self.scored[output * p..][..p], score, value);
        }
    }

    /// Takes the mean value of all other events off each: sum_i s_i (f_i - f_others).
    fn leave_one_out(&mut self, count: f64) {
        let p = self.scores.len();
        for (row, value) in self.scored.chunks_exact_mut(p.max(1)).zip(&self.values) {
            add(row, &self.scores, -value / count);
        }
        add(&mut self.slopes, &self.scored, count / (count - 1.0));
    }

    /// Adds the score of each choice times what was not expected before it.
    #[inline]
    pub(super) fn add_choices(
        &mut self,
        weight: f64,
        shares: &[Share; 2],
        event: &Trajectory,
        baseline: &Baseline,
        unexpected: &mut [f64],
    ) {
        let (p, h) = (event.motion.len(), baseline.history());
        unexpected.copy_from_slice(baseline.mean());
        let mut before: &[f64] = &[];
        for (k, &class) in event.classes.iter().enumerate() {
            if baseline.expect(class, &event.history[k * h..][..h], unexpected) || k == 0 {
                unexpected.iter_mut().for_each(|u| *u = -*u);
                shares.iter().flatten().for_each(|&(output, value, _)| unexpected[output] += value);
            }
            let score = &event.scores[k * p..][..p];
            for (row, rest) in self.slopes.chunks_exact_mut(p.max(1)).zip(&*unexpected) {
                add(row, score, weight * rest);
                add(row, before, -weight * rest);
            }
            before = score;
        }
    }

    /// Adds what a stratum contributes to a batch.
    fn fold(&self, stratum: &Stratum, count: f64, out: &mut Batch) {
        let p = stratum.gradient.len();
        add(&mut out.value, &self.values, stratum.probability / count);
        add(&mut out.gradient, &self.slopes, stratum.probability / count);
        for (row, value) in out.gradient.chunks_exact_mut(p.max(1)).zip(&self.values) {
            add(row, &stratum.gradient, value / count);
        }
    }
}

/// out += factor * row.
#[inline]
pub(super) fn add(out: &mut [f64], row: &[f64], factor: f64) {
    out.iter_mut().zip(row).for_each(|(o, r)| *o += factor * r);
}

/// How the events of a batch are drawn.
struct Plan<'a, S> {
    source: &'a S,
    target: &'a Target,
    settings: &'a Settings,
    /// Events of each stratum.
    counts: Vec<u64>,
    /// What the pilot taught, with evenly spread events; else the mean of the others, and independent events.
    learnt: Option<Learnt>,
}

/// What is expected of events.
struct Learnt {
    /// Before each choice.
    baseline: Baseline,
    /// In each stratum.
    means: Vec<Vec<f64>>,
}

/// Memory of a batch.
struct Memory<T> {
    scratch: T,
    event: Trajectory,
    sums: Sums,
    unexpected: Vec<f64>,
}

impl<S: Stratified> Plan<'_, S> {
    fn events(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The estimate of batch number `batch`.
    fn batch(&self, batch: u64) -> Batch {
        let (outputs, p, events) = (self.target.outputs(), self.source.parameters(), self.events());
        let (value, gradient) = (vec![0.0; outputs], vec![0.0; outputs * p]);
        let mut out = Batch { value, gradient, events: events as f64 };
        let mut memory = Memory {
            scratch: self.source.scratch(),
            event: Trajectory::default(),
            sums: Sums::empty(outputs, p),
            unexpected: vec![0.0; outputs],
        };
        let first = self.settings.first() + FIRST;
        let mut number = first + batch * events;
        for (c, stratum) in self.source.strata().iter().enumerate() {
            let points = Points::new(
                self.settings.seed,
                first + batch * self.counts.len() as u64 + c as u64,
                self.counts[c],
            );
            self.draw_stratum(c, points, number, &mut memory);
            memory.sums.fold(stratum, self.counts[c] as f64, &mut out);
            number += self.counts[c];
        }
        out
    }

    /// Draws the events of stratum `c` from event `number` on, and sums them up.
    fn draw_stratum(&self, c: usize, points: Points, mut number: u64, memory: &mut Memory<S::Scratch>) {
        let Memory { scratch, event, sums, unexpected } = memory;
        sums.clear();
        let mut weights = 0.0;
        for even in points {
            let (uniforms, weight) = match self.learnt {
                Some(_) => even,
                None => (independent(self.settings.seed, number), 1.0),
            };
            self.source.draw(c, uniforms, number, self.learnt.is_some(), scratch, event);
            number += 1;
            weights += weight;
            let shares = self.target.shares(event.value);
            sums.add_motion(weight, &shares, event);
            match &self.learnt {
                Some(learnt) => sums.add_choices(weight, &shares, event, &learnt.baseline, unexpected),
                None => sums.add_score(&shares, event),
            }
        }
        let count = self.counts[c] as f64;
        match &self.learnt {
            // The weights are 1 on average: what their spread does to a constant is taken off.
            Some(learnt) => add(&mut sums.values, &learnt.means[c], count - weights),
            None => sums.leave_one_out(count),
        }
    }

    fn batches(&self, count: usize) -> Vec<Batch> {
        (0..count as u64).into_par_iter().map(|batch| self.batch(batch)).collect()
    }
}

/// The uniform numbers of an event that is drawn on its own.
fn independent(seed: u64, number: u64) -> [f64; 2] {
    let mut stream = Stream::new(seed, number, Purpose::Estimate);
    [stream.uniform(), stream.uniform()]
}

/// Numbers of events in proportion to `shares`, which add up to 1.
fn counts(events: u64, shares: impl Iterator<Item = f64>) -> Vec<u64> {
    shares.map(|share| ((events as f64 * share).round() as u64).max(LEAST)).collect()
}

/// The sum over the strata, with the mean of the others as baseline within each.
pub(super) fn tree<S: Stratified>(source: &S, target: &Target, settings: &Settings) -> Vec<Batch> {
    let size = settings.events / settings.batches as u64;
    let counts = counts(size, source.strata().iter().map(|s| s.probability));
    Plan { source, target, settings, counts, learnt: None }.batches(settings.batches)
}

/// The same with baselines learnt for each choice, evenly spread events, and more of them where the variance is.
/// Gives the number of pilot events too.
pub(super) fn combined<S: Stratified>(source: &S, target: &Target, settings: &Settings) -> (Vec<Batch>, u64) {
    let pilot = Pilot::run(source, target, settings);
    let size = settings.events.saturating_sub(pilot.events) / settings.batches as u64;
    let counts = counts(size, pilot.shares.into_iter());
    let learnt = Some(Learnt { baseline: pilot.baseline, means: pilot.means });
    (Plan { source, target, settings, counts, learnt }.batches(settings.batches), pilot.events)
}
