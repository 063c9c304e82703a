//! Densities and samplers made of others: at one condition, and with a count of the evaluations.

use crate::error::Result;
use gradino_core::{Density, Sampler, Space};
use std::sync::atomic::{AtomicU64, Ordering};

/// A density with its conditions fixed, as a density without conditions.
pub struct Fixed<'a> {
    density: &'a dyn Density,
    condition: Vec<f64>,
    space: Space,
}

impl<'a> Fixed<'a> {
    /// The density at one condition.
    pub fn new(density: &'a dyn Density, condition: &[f64]) -> Result<Self> {
        for (wanted, value) in density.space().conditions.iter().zip(condition) {
            wanted.check(*value)?;
        }
        let space = Space { axes: density.space().axes.clone(), conditions: Vec::new() };
        Ok(Fixed { density, condition: condition.to_vec(), space })
    }
}

impl Density for Fixed<'_> {
    fn space(&self) -> &Space {
        &self.space
    }

    fn evaluate(&self, _conditions: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        let conditions = self.condition.repeat(values.len());
        self.density.evaluate(&conditions, points, values)
    }
}

/// A sampler with its conditions fixed, as a sampler without conditions.
pub struct FixedSampler<'a> {
    sampler: &'a dyn Sampler,
    condition: Vec<f64>,
    space: Space,
}

impl<'a> FixedSampler<'a> {
    /// The sampler at one condition.
    pub fn new(sampler: &'a dyn Sampler, condition: &[f64]) -> Result<Self> {
        for (wanted, value) in sampler.space().conditions.iter().zip(condition) {
            wanted.check(*value)?;
        }
        let space = Space { axes: sampler.space().axes.clone(), conditions: Vec::new() };
        Ok(FixedSampler { sampler, condition: condition.to_vec(), space })
    }
}

impl Sampler for FixedSampler<'_> {
    fn space(&self) -> &Space {
        &self.space
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        _conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> gradino_core::Result<()> {
        self.sampler.draw_numbers(seed, numbers, &self.condition.repeat(densities.len()), points, densities)
    }
}

/// A density that counts how often it is evaluated.
pub struct Counted<'a> {
    density: &'a dyn Density,
    evaluations: AtomicU64,
}

impl<'a> Counted<'a> {
    /// With a count of zero.
    pub fn new(density: &'a dyn Density) -> Self {
        Counted { density, evaluations: AtomicU64::new(0) }
    }

    /// Points evaluated since the last call.
    pub fn take(&self) -> u64 {
        self.evaluations.swap(0, Ordering::Relaxed)
    }
}

impl Density for Counted<'_> {
    fn space(&self) -> &Space {
        self.density.space()
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        self.evaluations.fetch_add(values.len() as u64, Ordering::Relaxed);
        self.density.evaluate(conditions, points, values)
    }

    fn exact(&self) -> gradino_core::Result<Option<Box<dyn Sampler + Send>>> {
        self.density.exact()
    }
}
