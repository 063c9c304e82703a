//! Flows trained from nothing: how good they become, and what that takes.

use crate::Result;
use crate::cpu::timed;
use gradino::density;
use gradino_neural::train::{Quality, Source, Trainer, Training};
use gradino_neural::{FlowSpec, Preset, Weights};

/// A trained flow.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The density.
    pub density: String,
    /// How well the flow does at the beginning of its last round.
    pub quality: Quality,
    /// Processor time of the training [s].
    pub seconds: f64,
    /// Steps.
    pub steps: u64,
    /// Numbers of the flow.
    pub numbers: usize,
}

/// Trains the compact flow on a density by its name.
pub fn train(name: &str) -> Result<Trained> {
    let density = density::named(name)?;
    let training = Training::default();
    let spec = FlowSpec::preset(Preset::Compact, density.space().clone());
    let weights = Weights::initial(spec, training.seed, 0.0)?;
    let source = Source { events: None, density: Some(density.as_ref()) };
    let mut trainer = Trainer::new(&weights, source, training)?;
    let work = || -> Result<Quality> {
        let mut quality = Quality::default();
        while !trainer.finished() {
            quality = trainer.round()?.quality.unwrap_or_default();
        }
        Ok(quality)
    };
    let (quality, seconds) = timed(work);
    let (steps, numbers) = (training.steps, weights.count());
    Ok(Trained { density: name.into(), quality: quality?, seconds, steps, numbers })
}
