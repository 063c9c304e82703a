//! Speeds of training on the device and on the processor.

use super::{DEVICES, events, learned};
use crate::Result;
use gradino_neural::train::{Source, Trainer, Training};
use gradino_neural::{FlowSpec, Preset, Weights};
use std::time::Instant;

/// Time in which steps are counted [s].
const TIMED: f64 = 10.0;
/// Points of a step: the default of a training, and as few as a step has, for a device that is slow.
pub(super) const POINTS: [usize; 2] = [4096, 512];
/// A device that takes longer for a step of few points [s] is not given many, or wider flows.
pub(super) const SLOW: f64 = 1.0;

/// Speed of a training.
#[derive(Clone, Debug)]
pub struct Speed {
    /// The flow.
    pub flow: String,
    /// Points of a step.
    pub points: usize,
    /// Steps in a second on the processor and on the device.
    pub per_second: [f64; 2],
}

/// Speeds of steps by maximum likelihood, networks and splines alone, of the named flows in the order of their
/// width, up to the first for which the device is slow.
pub fn measure(mut see: impl FnMut(&Speed)) -> Result<()> {
    let density = learned()?;
    let events = events(density.as_ref())?;
    let source = Source { events: Some((&events.conditions, &events.points)), density: None };
    for preset in [Preset::Compact, Preset::Small, Preset::Medium, Preset::Large] {
        let weights = Weights::initial(FlowSpec::preset(preset, density.space().clone()), 1, 0.0)?;
        let trainer = |device, batch| -> Result<Trainer> {
            let mut trainer =
                Trainer::new(&weights, source, Training { device, batch, round: 1, ..Training::default() })?;
            // In the first step the kernels are compiled and the device is checked.
            trainer.round()?;
            Ok(trainer)
        };
        let [many, few] = POINTS;
        let slow = seconds_of_a_step(&mut trainer(DEVICES[1], few)?, 0.0)? > SLOW;
        let points = if slow { few } else { many };
        let mut per_second = [f64::NAN; 2];
        for (device, per_second) in DEVICES.into_iter().zip(&mut per_second) {
            *per_second = seconds_of_a_step(&mut trainer(device, points)?, TIMED)?.recip();
        }
        see(&Speed { flow: format!("{preset:?}").to_lowercase(), points, per_second });
        if slow {
            break;
        }
    }
    Ok(())
}

/// Mean time of the steps that are begun within a time [s], one at least.
fn seconds_of_a_step(trainer: &mut Trainer, within: f64) -> Result<f64> {
    let (begun, first) = (Instant::now(), trainer.step());
    loop {
        trainer.round()?;
        let spent = begun.elapsed().as_secs_f64();
        if spent >= within || trainer.finished() {
            return Ok(spent / (trainer.step() - first) as f64);
        }
    }
}
