//! Pilot events: they teach the baselines, and tell where the variance is.

use super::Settings;
use super::baseline::Baseline;
use super::points::Points;
use super::strata::{Sums, add};
use super::target::{Share, Target};
use super::trajectory::{Stratified, Trajectory};
use rayon::prelude::*;

/// Share of all events that the pilot has, and its bounds.
const SHARE: f64 = 0.1;
const FEWEST: u64 = 1000;
const MOST: u64 = 20_000;
/// Events of a stratum, at least.
const LEAST: u64 = 16;
/// Bits of the number of an event within its stratum.
const STRATUM_BITS: u32 = 20;
/// Share of the later events that is spread by probability, whatever the pilot says.
const BY_PROBABILITY: f64 = 0.35;

/// What a pilot run found.
pub(super) struct Pilot {
    pub(super) baseline: Baseline,
    /// Best share of the events for each stratum.
    pub(super) shares: Vec<f64>,
    /// Number of pilot events, which count for nothing else.
    pub(super) events: u64,
}

impl Pilot {
    pub(super) fn run<S: Stratified>(source: &S, target: &Target, settings: &Settings) -> Self {
        let size = (settings.events as f64 * SHARE).clamp(FEWEST as f64, MOST as f64);
        let drawn: Vec<Vec<(Trajectory, f64)>> = (0..source.strata().len())
            .into_par_iter()
            .map(|c| draw(source, settings, c, (size * source.strata()[c].probability) as u64))
            .collect();
        let mut baseline = Baseline::new(source.history());
        for (event, _) in drawn.iter().flatten() {
            baseline.add(event, &target.shares(event.value), target.outputs());
        }
        baseline.fit();
        let shares = shares(source, target, &baseline, &drawn);
        let events = drawn.iter().map(|d| d.len() as u64).sum();
        Pilot { baseline, shares, events }
    }
}

fn draw<S: Stratified>(
    source: &S,
    settings: &Settings,
    stratum: usize,
    count: u64,
) -> Vec<(Trajectory, f64)> {
    let count = count.max(LEAST);
    let mut scratch = source.scratch();
    let first = settings.first() + ((stratum as u64) << STRATUM_BITS);
    let one = |(number, (uniforms, weight))| {
        let mut event = Trajectory::default();
        source.draw(stratum, uniforms, number, true, &mut scratch, &mut event);
        (event, weight)
    };
    (first..).zip(Points::new(settings.seed, settings.first() + stratum as u64, count)).map(one).collect()
}

/// Shares in proportion to p_c sigma_c, sigma_c^2 the variance within the stratum, relative to that of all strata
/// and summed over outputs and parameters (neyman1934), mixed with the probabilities themselves.
fn shares<S: Stratified>(
    source: &S,
    target: &Target,
    baseline: &Baseline,
    drawn: &[Vec<(Trajectory, f64)>],
) -> Vec<f64> {
    let strata = source.strata();
    let variances: Vec<Vec<f64>> = (0..strata.len())
        .into_par_iter()
        .map(|c| variances(target, baseline, &drawn[c], &log_slopes(&strata[c])))
        .collect();
    let mut all = vec![0.0; target.outputs() * source.parameters()];
    for (stratum, own) in strata.iter().zip(&variances) {
        add(&mut all, own, stratum.probability);
    }
    let relative = |own: &[f64]| -> f64 {
        own.iter().zip(&all).filter(|(_, all)| **all > 0.0).map(|(own, all)| own / all).sum()
    };
    let weights: Vec<f64> =
        strata.iter().zip(&variances).map(|(s, own)| s.probability * relative(own).sqrt()).collect();
    let sum: f64 = weights.iter().sum();
    let share = |(stratum, weight): (&super::Stratum, &f64)| match sum > 0.0 {
        true => BY_PROBABILITY * stratum.probability + (1.0 - BY_PROBABILITY) * weight / sum,
        false => stratum.probability,
    };
    strata.iter().zip(&weights).map(share).collect()
}

fn log_slopes(stratum: &super::Stratum) -> Vec<f64> {
    let p = stratum.probability.max(f64::MIN_POSITIVE);
    stratum.gradient.iter().map(|g| g / p).collect()
}

/// Variances of the derivatives that single events contribute, `[outputs, parameters]`; what the baseline of the
/// first choice explains is left out, as even points take it away.
fn variances(
    target: &Target,
    baseline: &Baseline,
    events: &[(Trajectory, f64)],
    log_slopes: &[f64],
) -> Vec<f64> {
    let (outputs, p) = (target.outputs(), log_slopes.len());
    let (mut sums, mut unexpected) = (Sums::empty(outputs, p), vec![0.0; outputs]);
    let (mut means, mut squares) = (vec![0.0; outputs * p], vec![0.0; outputs * p]);
    for (event, weight) in events {
        sums.clear();
        let shares = target.shares(event.value);
        sums.add_motion(*weight, &shares, event);
        sums.add_choices(*weight, &shares, event, baseline, &mut unexpected);
        residue(baseline, event, &shares, &mut unexpected);
        for (row, rest) in sums.slopes.chunks_exact_mut(p.max(1)).zip(&unexpected) {
            add(row, log_slopes, weight * rest);
        }
        add(&mut means, &sums.slopes, 1.0);
        squares.iter_mut().zip(&sums.slopes).for_each(|(q, x)| *q += x * x);
    }
    let n = events.len() as f64;
    squares.iter().zip(&means).map(|(q, m)| (q / n - (m / n) * (m / n)).max(0.0)).collect()
}

/// The values less what the first baseline expects of them; zero where no choice was scored.
fn residue(baseline: &Baseline, event: &Trajectory, shares: &[Share; 2], out: &mut [f64]) {
    out.fill(0.0);
    let Some(&class) = event.classes.first() else { return };
    if baseline.expect(class, &event.history[..baseline.history()], out) {
        out.iter_mut().for_each(|o| *o = -*o);
        shares.iter().flatten().for_each(|&(output, value, _)| out[output] += value);
    }
}
