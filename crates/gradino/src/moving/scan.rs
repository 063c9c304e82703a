//! How far events can be moved: each method beside fresh runs at growing shifts.

use super::compare::{Comparison, Histograms, OBSERVABLES};
use super::{DIFFERENT_BELOW, Run, Shift, redraw, shifted};
use crate::chain::{Chain, Method, Mover, Order, Setup};
use crate::error::{Error, Result};
use gradino_core::Error as Ground;
use std::path::Path;

/// The methods that are compared.
pub const METHODS: [Method; 4] = [
    Method::Expand(Order::First),
    Method::Expand(Order::Second),
    Method::Expand(Order::Third),
    Method::Reweight,
];

/// Factors by which a shift is scaled where no others are asked for.
pub const FACTORS: [f64; 6] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

/// All methods at one shift.
#[derive(Clone, Debug)]
pub struct ScanPoint {
    /// The shift in units of the one asked for.
    pub factor: f64,
    /// One comparison for each of [`METHODS`], all with the same fresh run.
    pub comparisons: Vec<Comparison>,
}

/// Methods at growing shifts.
#[derive(Clone, Debug)]
pub struct Scan {
    /// In ascending order of the factors.
    pub points: Vec<ScanPoint>,
    /// Factors at which a parameter leaves its bounds, or no run is possible, and why.
    pub beyond: Vec<(f64, Error)>,
}

impl Scan {
    /// Of the events of the file `path`, with the `shifts` times each of the `factors`; fresh runs have the seeds
    /// `seed`, `seed` + 1, ... Draws the events of the file again, and refuses a file that holds others.
    pub fn of_file(path: &Path, shifts: &[Shift], factors: &[f64], seed: u64) -> Result<Self> {
        let run = Run::of_file(path)?;
        let target = shifted(&run.params, shifts)?;
        let gradients = run.config.gradient_positions(&run.params)?;
        let setup = Setup::from_config(&run.config)?;
        let mover = Mover::prepare(&setup, &run.params, &gradients, &target, Some(Order::Third))?;
        redraw::check(path, &mover)?;
        let mut factors = factors.to_vec();
        factors.sort_by(f64::total_cmp);
        let mut scan = Scan { points: Vec::new(), beyond: Vec::new() };
        for (factor, seed) in factors.into_iter().zip(seed..) {
            match point(&mover, &Setup { seed, ..setup.clone() }, &run, factor) {
                Ok(point) => scan.points.push(point),
                Err(error @ Error::Ground(Ground::OutOfBounds { .. })) => scan.beyond.push((factor, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(scan)
    }

    /// The least factor at which the shape of the events of a method differs from that of fresh ones with
    /// p < [`DIFFERENT_BELOW`].
    pub fn breakdown(&self, method: Method) -> Option<f64> {
        self.first(method, |comparison| comparison.p() < DIFFERENT_BELOW)
    }

    /// The least factor at which the mean weight of the events of a method differs from 1 with
    /// p < [`DIFFERENT_BELOW`].
    pub fn imbalance(&self, method: Method) -> Option<f64> {
        self.first(method, |comparison| comparison.normalisation().p < DIFFERENT_BELOW)
    }

    fn first(&self, method: Method, is_wanted: impl Fn(&Comparison) -> bool) -> Option<f64> {
        let place = METHODS.iter().position(|m| *m == method)?;
        let wanted = self.points.iter().filter(|point| is_wanted(&point.comparisons[place]));
        wanted.map(|point| point.factor).reduce(f64::min)
    }
}

fn point(mover: &Mover, setup: &Setup, run: &Run, factor: f64) -> Result<ScanPoint> {
    let histograms = Histograms::new(&OBSERVABLES)?;
    let params = mover.point(factor)?;
    let threads = run.config.threads;
    let fresh = histograms.fill(&Chain::prepare(setup, &params, &[])?, &run.events, threads)?;
    let compared = METHODS.iter().map(|method| {
        let moved = histograms.fill(&mover.at(factor, *method)?, &run.events, threads)?;
        Ok(Comparison {
            events: run.events.end - run.events.start,
            seed: setup.seed,
            histograms: histograms.compare(&moved, &fresh),
            moved: moved.spread,
        })
    });
    Ok(ScanPoint { factor, comparisons: compared.collect::<Result<_>>()? })
}
