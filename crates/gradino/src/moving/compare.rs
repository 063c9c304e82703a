//! Moved events beside those of a fresh run at the new point.

use super::Moved;
use crate::Observable;
use crate::chain::{Chain, Setup};
use crate::error::Result;
use crate::propagate::Histogram;
use crate::run::{Collector, EventSource, Plan, run};
use gradino_core::Event;
use gradino_infer::compare::{ChiSquare, Weights, tail};
use std::ops::Range;
use std::sync::atomic::AtomicBool;

/// What is compared.
pub const OBSERVABLES: [Observable; 7] = [
    Observable::VisibleEnergy,
    Observable::GammaMultiplicity,
    Observable::GammaEnergy,
    Observable::LargestGammaEnergy,
    Observable::NeutronMultiplicity,
    Observable::ProtonMultiplicity,
    Observable::NucleonEnergy,
];

/// Samples of the same law differ by chance so much with this probability: below it they count as different.
pub const DIFFERENT_BELOW: f64 = 1e-3;

/// One histogram of moved and fresh events.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What was filled.
    pub observable: Observable,
    /// Edges of the bins; what lies outside is in the first and last bin, and events without the observable have one
    /// of their own.
    pub edges: Vec<f64>,
    /// Weights of the moved and of the fresh events.
    pub weights: [Weights; 2],
    /// chi2 of the two.
    pub chi2: ChiSquare,
}

/// Moved events beside fresh ones.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Number of events in each sample.
    pub events: u64,
    /// Seed of the fresh run.
    pub seed: u64,
    /// The histograms.
    pub histograms: Vec<Compared>,
    /// The weights of the moved events.
    pub moved: Spread,
}

/// How far the weights of a sample spread, which takes statistical power from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// Number of events.
    pub events: u64,
    /// Sum of their weights.
    pub sum: f64,
    /// Sum of the squares.
    pub squares: f64,
    /// Events that cannot happen at the new point.
    pub impossible: u64,
    /// Events of negative weight.
    pub negative: u64,
}

impl Spread {
    fn add(&mut self, weight: f64) {
        self.events += 1;
        self.sum += weight;
        self.squares += weight * weight;
        self.impossible += u64::from(weight == 0.0);
        self.negative += u64::from(weight < 0.0);
    }

    fn merge(&mut self, other: &Spread) {
        self.events += other.events;
        self.sum += other.sum;
        self.squares += other.squares;
        self.impossible += other.impossible;
        self.negative += other.negative;
    }

    /// Effective number of events for each event, (sum w)^2 / (n sum w^2) (kish1965).
    pub fn effective(&self) -> f64 {
        if self.squares > 0.0 { self.sum.powi(2) / self.squares / self.events as f64 } else { 0.0 }
    }

    /// Mean weight and its standard error: 1 within it where the events cover the new point.
    pub fn mean(&self) -> (f64, f64) {
        let n = self.events.max(1) as f64;
        let mean = self.sum / n;
        (mean, ((self.squares / n - mean * mean).max(0.0) / n).sqrt())
    }
}

impl Comparison {
    /// The histogram in which the samples differ most.
    pub fn worst(&self) -> Option<&Compared> {
        self.histograms.iter().min_by(|a, b| a.chi2.p.total_cmp(&b.chi2.p))
    }

    /// How far the mean weight of the moved events is from 1.
    pub fn normalisation(&self) -> ChiSquare {
        let (mean, error) = self.moved.mean();
        let value = if mean == 1.0 { 0.0 } else { ((mean - 1.0) / error).powi(2) };
        ChiSquare { value, freedom: 1, p: tail(value, 1) }
    }

    /// The probability that the most different histogram is at least so different by chance for events of the same
    /// law: the least p times the number of histograms. The mean weight does not count, because a sample can be
    /// divided by it.
    pub fn p(&self) -> f64 {
        let least = self.worst().map_or(1.0, |h| h.chi2.p);
        (least * self.histograms.len() as f64).min(1.0)
    }
}

/// The histograms of a sample.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    pub(super) weights: Vec<Weights>,
    pub(super) spread: Spread,
}

/// Histograms of several observables.
pub(super) struct Histograms(Vec<Histogram>);

impl Histograms {
    /// In their default bins.
    pub(super) fn new(observables: &[Observable]) -> Result<Self> {
        observables.iter().map(|o| Histogram::new(*o, None, false)).collect::<Result<_>>().map(Histograms)
    }

    fn empty(&self) -> Filled {
        // One more for events without the observable.
        let weights = self.0.iter().map(|h| Weights::empty(h.bins() + 1)).collect();
        Filled { weights, spread: Spread::default() }
    }

    /// Fills them with the events of `source`.
    pub(super) fn fill<S: EventSource>(
        &self,
        source: &S,
        events: &Range<u64>,
        threads: usize,
    ) -> Result<Filled> {
        let mut all = self.empty();
        let filler = || Filler { histograms: self, filled: self.empty() };
        let write = |part: Filled| {
            all.weights.iter_mut().zip(&part.weights).for_each(|(a, b)| a.merge(b));
            all.spread.merge(&part.spread);
            Ok(())
        };
        let plan = Plan::new(events.clone(), threads);
        run(source, &plan, &AtomicBool::new(false), filler, write, |_| {})?;
        Ok(all)
    }

    /// Both samples side by side.
    pub(super) fn compare(&self, moved: &Filled, fresh: &Filled) -> Vec<Compared> {
        let pairs = moved.weights.iter().zip(&fresh.weights);
        let rows = self.0.iter().zip(pairs);
        rows.map(|(h, (a, b))| Compared {
            observable: h.observable,
            edges: h.edges.clone(),
            weights: [a.clone(), b.clone()],
            chi2: ChiSquare::of_shapes(a, b),
        })
        .collect()
    }
}

struct Filler<'a> {
    histograms: &'a Histograms,
    filled: Filled,
}

impl Collector for Filler<'_> {
    type Part = Filled;
    fn take(&mut self, event: &Event) -> Result<()> {
        for (histogram, weights) in self.histograms.0.iter().zip(&mut self.filled.weights) {
            let bins = histogram.bins();
            let bin = histogram.observable.value(event).map_or(bins, |value| {
                histogram.edges.partition_point(|edge| *edge <= value).clamp(1, bins) - 1
            });
            weights.add(bin, event.weight);
        }
        self.filled.spread.add(event.weight);
        Ok(())
    }
    fn end_block(&mut self) -> Result<Filled> {
        Ok(std::mem::replace(&mut self.filled, self.histograms.empty()))
    }
}

impl Moved {
    /// The moved events beside as many of a fresh run at the new point with the seed `seed`.
    pub fn compare(&self, observables: &[Observable], seed: u64) -> Result<Comparison> {
        let histograms = Histograms::new(observables)?;
        let (events, threads) = (&self.run.events, self.run.config.threads);
        let moved = histograms.fill(&self.chain, events, threads)?;
        let mut setup = Setup::from_config(&self.run.config)?;
        setup.seed = seed;
        let fresh = Chain::prepare(&setup, self.chain.params(), &[])?;
        let fresh = histograms.fill(&fresh, events, threads)?;
        Ok(Comparison {
            events: events.end - events.start,
            seed,
            histograms: histograms.compare(&moved, &fresh),
            moved: moved.spread,
        })
    }
}
