//! Unit weights: points of a sampler kept in proportion to their weights. With the uniform sampler this is
//! accept-reject (vonneumann1951).

use super::climb::climb;
use super::draws::weighted;
use super::{Draws, Law, Normalisation, Uniform};
use crate::error::{Error, Result};
use gradino_core::{Density, Domain, Purpose, Sampler, Space, Stream};
use std::sync::atomic::{AtomicU64, Ordering};

/// Number of a point that is drawn again: the high bit, the point, the attempt.
const AGAIN: u64 = 1 << 63;
/// Bits of the number of an attempt: after so many a point is given up.
const ATTEMPT_BITS: u32 = 20;
/// Points drawn together for one that is wanted, in units of those that it takes on average, and at most.
const TOGETHER: f64 = 0.5;
const MOST_TOGETHER: f64 = 1024.0;
/// Points that are drawn together for all that are wanted, at most.
const BATCH: usize = 16_384;
/// The maximum that accept-reject has found is raised by this factor, since the true one may be higher.
const MARGIN: f64 = 1.02;

/// How points are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnweightSettings {
    /// Points by which the cap is found, for each kind of conditions.
    pub pilot: usize,
    /// Quantile of the weights at which they are capped; 1 caps at the largest.
    pub quantile: f64,
    /// Seed of the pilot points.
    pub seed: u64,
}

impl Default for UnweightSettings {
    fn default() -> Self {
        UnweightSettings { pilot: 500_000, quantile: 0.9999, seed: 0 }
    }
}

/// What lay above the cap.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Excess {
    /// Points drawn above it.
    pub points: u64,
    /// Largest weight in units of the cap; 0 where none was above it.
    pub largest: f64,
}

/// The cap of a kind of conditions.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cap {
    /// In units of the mean weight under the same conditions.
    cap: f64,
    /// Share of the integral below it.
    kept: f64,
}

/// A sampler with unit weights. A point is kept with the probability min(1, w / (cap I(c))), w = f / q, else another
/// one is drawn; what it draws follows min(f, cap I q). Below the cap that is f itself, exactly; I(c) enters the
/// efficiency and the density that is told with a point, not the distribution.
pub struct Unweighted<D, S> {
    density: D,
    proposal: S,
    normalisation: Normalisation,
    caps: Vec<Cap>,
    excess: [AtomicU64; 2],
}

impl<D: Density> Unweighted<D, Uniform> {
    /// Accept-reject: uniform points, kept in proportion to f up to the largest f that is found, by points and by
    /// climbing from the best of them. The `normalisation` is that of a better sampler.
    pub fn accept_reject(
        density: D,
        normalisation: Normalisation,
        settings: &UnweightSettings,
    ) -> Result<Self> {
        let settings = UnweightSettings { quantile: 1.0, ..*settings };
        let uniform = Uniform::new(density.space());
        let pilot = Pilot::run(&density, &uniform, Some(normalisation), &settings)?;
        let Pilot { draws, weights, normalisation, mut caps } = pilot;
        let top = climb(&density, &normalisation, &draws, &weights, settings.seed)?;
        caps.iter_mut().zip(top).for_each(|(c, top)| c.cap = MARGIN * c.cap.max(top));
        Ok(Unweighted { density, proposal: uniform, normalisation, caps, excess: Default::default() })
    }
}

/// Points from which the caps are found.
struct Pilot {
    draws: Draws,
    /// Divided by the mean weight under the same conditions.
    weights: Vec<f64>,
    normalisation: Normalisation,
    caps: Vec<Cap>,
}

impl Pilot {
    fn run(
        density: &dyn Density,
        proposal: &dyn Sampler,
        normalisation: Option<Normalisation>,
        settings: &UnweightSettings,
    ) -> Result<Self> {
        if !(settings.quantile > 0.0 && settings.quantile <= 1.0) {
            return Err(Error::BadShare { what: "the quantile of the cap", value: settings.quantile });
        }
        let space = density.space();
        let kinds = kinds(space);
        let (law, count) = (Law::uniform(space), settings.pilot * kinds);
        let (draws, mut weights) = weighted(density, proposal, &law, settings.seed, AGAIN >> 1, count)?;
        let normalisation = match normalisation {
            Some(known) => known,
            None => Normalisation::fit(space, &draws.conditions, &weights)?,
        };
        let wide = space.conditions.len();
        let mut of_kind = vec![Vec::new(); kinds];
        for (i, w) in weights.iter_mut().enumerate() {
            let condition = &draws.conditions[i * wide..(i + 1) * wide];
            *w /= normalisation.at(condition);
            of_kind[normalisation.kind(condition)].push(*w);
        }
        let caps = of_kind.iter_mut().map(|w| cap(w, settings.quantile)).collect();
        Ok(Pilot { draws, weights, normalisation, caps })
    }
}

impl<D: Density, S: Sampler> Unweighted<D, S> {
    /// Points of `proposal`, kept in proportion to f / q up to the cap at a quantile.
    pub fn new(density: D, proposal: S, settings: &UnweightSettings) -> Result<Self> {
        let Pilot { normalisation, caps, .. } = Pilot::run(&density, &proposal, None, settings)?;
        Ok(Unweighted { density, proposal, normalisation, caps, excess: Default::default() })
    }

    /// Expected share of the points that are kept, for each kind of conditions.
    pub fn efficiencies(&self) -> Vec<f64> {
        self.caps.iter().map(|c| c.kept / c.cap).collect()
    }

    /// Share of the integral that the cap cuts off, for each kind of conditions.
    pub fn lost(&self) -> Vec<f64> {
        self.caps.iter().map(|c| 1.0 - c.kept).collect()
    }

    /// What has lain above the cap since the sampler was made.
    pub fn excess(&self) -> Excess {
        let [points, largest] = [0, 1].map(|i| self.excess[i].load(Ordering::Relaxed));
        Excess { points, largest: f64::from_bits(largest) }
    }

    /// I(c), by which the weights were made comparable.
    pub fn normalisation(&self) -> &Normalisation {
        &self.normalisation
    }

    /// Keeps or drops points: the density of each that is kept.
    fn keep(&self, seed: u64, drawn: Rows<'_>) -> Result<Vec<Option<f64>>> {
        let Rows { numbers, conditions, points, densities } = drawn;
        let mut values = vec![0.0; densities.len()];
        self.density.evaluate_checked(conditions, points, &mut values)?;
        let wide = self.density.space().conditions.len();
        let kept = (0..densities.len()).map(|i| {
            let condition = &conditions[i * wide..(i + 1) * wide];
            let Cap { cap, kept } = self.caps[self.normalisation.kind(condition)];
            let integral = self.normalisation.at(condition);
            let share = values[i] / (densities[i] * integral * cap);
            if share > 1.0 {
                self.excess[0].fetch_add(1, Ordering::Relaxed);
                // The order of positive numbers is that of their bits.
                self.excess[1].fetch_max(share.to_bits(), Ordering::Relaxed);
            }
            let is_kept = share > Stream::new(seed, numbers[i], Purpose::Acceptance).uniform();
            is_kept.then(|| values[i].min(share.recip() * values[i]) / (integral * kept))
        });
        Ok(kept.collect())
    }

    fn fill(&self, seed: u64, numbers: &[u64], conditions: &[f64], out: Out<'_>) -> Result<()> {
        let Out { points, densities } = out;
        self.proposal.draw_numbers(seed, numbers, conditions, points, densities)?;
        let drawn = Rows { numbers, conditions, points, densities };
        let mut open = Vec::new();
        for (i, kept) in self.keep(seed, drawn)?.into_iter().enumerate() {
            match kept {
                Some(density) => densities[i] = density,
                None => open.push((i, 0)),
            }
        }
        while !open.is_empty() {
            // Those that come last in this pass come first in the next one.
            let pass = open.split_off(open.len().saturating_sub(BATCH / self.most_together()));
            open.extend(self.again(seed, numbers, conditions, pass, Out { points, densities })?);
        }
        Ok(())
    }

    /// The most points that are drawn together for one.
    fn most_together(&self) -> usize {
        self.caps.iter().map(|cap| cap.together()).max().unwrap_or(1)
    }

    /// Draws some points again, each a few times; gives those of which none was kept, with their attempts.
    fn again(
        &self,
        seed: u64,
        own: &[u64],
        conditions: &[f64],
        open: Vec<(usize, u64)>,
        out: Out<'_>,
    ) -> Result<Vec<(usize, u64)>> {
        let (axes, wide) = (self.density.space().axes.len(), self.density.space().conditions.len());
        let condition = |i: usize| &conditions[i * wide..(i + 1) * wide];
        let (mut numbers, mut repeated, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for &(i, attempt) in &open {
            let together = self.caps[self.normalisation.kind(condition(i))].together();
            let number = AGAIN | own[i] << ATTEMPT_BITS | attempt;
            numbers.extend((number..).take(together));
            (0..together).for_each(|_| repeated.extend_from_slice(condition(i)));
            ends.push(numbers.len());
        }
        let (mut points, mut densities) = (vec![0.0; numbers.len() * axes], vec![0.0; numbers.len()]);
        self.proposal.draw_numbers(seed, &numbers, &repeated, &mut points, &mut densities)?;
        let drawn = Rows { numbers: &numbers, conditions: &repeated, points: &points, densities: &densities };
        let kept = self.keep(seed, drawn)?;
        let (mut begin, mut left) = (0, Vec::new());
        for ((i, attempt), end) in open.into_iter().zip(ends) {
            match (begin..end).find_map(|row| kept[row].map(|density| (row, density))) {
                Some((row, density)) => {
                    out.points[i * axes..(i + 1) * axes]
                        .copy_from_slice(&points[row * axes..(row + 1) * axes]);
                    out.densities[i] = density;
                }
                None => left.push((i, self.next_attempt(attempt + (end - begin) as u64, condition(i))?)),
            }
            begin = end;
        }
        Ok(left)
    }

    /// The number of the next attempt; refuses to go on for ever.
    fn next_attempt(&self, attempt: u64, condition: &[f64]) -> Result<u64> {
        if attempt + MOST_TOGETHER as u64 <= 1 << ATTEMPT_BITS {
            return Ok(attempt);
        }
        let names =
            self.density.space().conditions.iter().zip(condition).map(|(c, x)| format!("{} = {x}", c.name));
        Err(Error::NothingThere { points: attempt, condition: names.collect::<Vec<_>>().join(", ") })
    }
}

/// Points as they were drawn.
struct Rows<'a> {
    numbers: &'a [u64],
    conditions: &'a [f64],
    points: &'a [f64],
    densities: &'a [f64],
}

/// Where points and their densities go.
struct Out<'a> {
    points: &'a mut [f64],
    densities: &'a mut [f64],
}

impl Cap {
    /// Points drawn together for one that is wanted.
    fn together(&self) -> usize {
        (TOGETHER * self.cap / self.kept).clamp(1.0, MOST_TOGETHER) as usize
    }
}

/// Number of combinations of kinds.
pub(super) fn kinds(space: &Space) -> usize {
    let count = |domain: &Domain| match domain {
        Domain::Category { labels } => labels.len(),
        Domain::Range { .. } => 1,
    };
    space.conditions.iter().map(|c| count(&c.domain)).product()
}

/// The cap at a quantile of weights whose mean is about 1, and the share below it.
fn cap(weights: &mut [f64], quantile: f64) -> Cap {
    if weights.is_empty() {
        return Cap { cap: 1.0, kept: 1.0 };
    }
    weights.sort_unstable_by(f64::total_cmp);
    let rank = (quantile * weights.len() as f64).ceil() as usize;
    let cap = weights[rank.clamp(1, weights.len()) - 1];
    let all: f64 = weights.iter().sum();
    let kept: f64 = weights.iter().map(|w| w.min(cap)).sum();
    if cap > 0.0 { Cap { cap, kept: kept / all } } else { Cap { cap: 1.0, kept: 1.0 } }
}

impl<D: Density, S: Sampler> Sampler for Unweighted<D, S> {
    fn space(&self) -> &Space {
        self.density.space()
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> gradino_core::Result<()> {
        self.fill(seed, numbers, conditions, Out { points, densities }).map_err(|error| match error {
            Error::Core(error) => error,
            other => gradino_core::Error::Simulation { reason: other.to_string(), hint: other.hint() },
        })
    }
}
