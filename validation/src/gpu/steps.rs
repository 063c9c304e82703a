//! One step of each kind of flow on the device and on the processor.

use super::{DEVICES, MOVES, farthest, learned, moved};
use crate::Result;
use gradino_core::Density;
use gradino_neural::train::{Source, Trainer, Training};
use gradino_neural::{Activation, Conditioner, FlowSpec, Kind, Preset, Weights};

/// Size of the random weights of the last layers: far from the identity, so that no derivative is small.
const ROUGH: f64 = 1.0;
/// Numbers of a flow above which a step is compared on fewer points: the widest flow has 29 million, too many for a
/// software driver and many points.
const WIDE: usize = 100_000;
/// Points of a step and of the pool from which they come, of a flow without and with that. At other points of a wide
/// flow an activation may be within rounding of its kink, where the gradient jumps on any device.
const POINTS: [[usize; 2]; 2] = [[1024, 4096], [512, 1024]];
/// Largest difference of a loss, and of a gradient over its largest number, that rounding can make.
const LIMIT: f64 = 1e-3; // chosen: of the widest flow rounding makes about half of it

/// One step of a flow on both devices.
#[derive(Clone, Debug)]
pub struct Step {
    /// The flow.
    pub flow: String,
    /// Its numbers.
    pub numbers: usize,
    /// Loss on the processor.
    pub loss: f64,
    /// How far the device is from the processor.
    pub device: Far,
    /// How far the processor at most is from itself with weights moved by a millionth.
    pub moved: Far,
}

/// How far a step is from another.
#[derive(Clone, Copy, Debug)]
pub struct Far {
    /// Difference of the losses.
    pub loss: f64,
    /// Largest difference of the gradients, over the largest number of the gradient.
    pub gradient: f64,
}

/// Small flows of each kind of transform with each kind of network, and all that have a name.
fn flows(density: &dyn Density) -> Vec<(String, FlowSpec)> {
    let preset = |preset| FlowSpec::preset(preset, density.space().clone());
    let compact = preset(Preset::Compact);
    let conditioner = Conditioner::Masked { width: 32, blocks: 2, activation: Activation::Relu };
    let masked = FlowSpec::alternating(compact.space.clone(), compact.features, 2, 10, conditioner);
    let coupling = |spec: &FlowSpec| {
        let mut spec = spec.clone();
        spec.transforms.iter_mut().for_each(|transform| transform.kind = Kind::Coupling);
        spec
    };
    let coupled = [coupling(&compact), coupling(&masked)];
    let names = ["coupling, a network for each axis", "coupling, masked", "autoregressive, masked"];
    let named = names.map(String::from).into_iter().zip(coupled.into_iter().chain([masked]));
    let presets = [Preset::Compact, Preset::Small, Preset::Medium, Preset::Large];
    named.chain(presets.map(|name| (format!("{name:?}").to_lowercase(), preset(name)))).collect()
}

/// Loss and gradient of one step of each flow, on both devices; a difference that is no rounding is an error.
pub fn compare(mut see: impl FnMut(&Step)) -> Result<()> {
    let density = learned()?;
    for (flow, spec) in flows(density.as_ref()) {
        let step = step(density.as_ref(), flow, spec)?;
        see(&step);
        if !(step.device.loss < LIMIT * step.loss.abs().max(1.0) && step.device.gradient < LIMIT) {
            return Err(format!("{}: the device computes wrongly", step.flow).into());
        }
    }
    Ok(())
}

fn step(density: &dyn Density, flow: String, spec: FlowSpec) -> Result<Step> {
    let source = Source { events: None, density: Some(density) };
    let weights = Weights::initial(spec, 1, ROUGH)?;
    let [batch, pool] = POINTS[usize::from(weights.count() > WIDE)];
    let gradient = |weights: &Weights, device| {
        let training = Training { device, batch, pool, ..Training::default() };
        Trainer::new(weights, source, training)?.next_gradient()
    };
    let (loss, wanted) = gradient(&weights, DEVICES[0])?;
    let size = farthest(&wanted, &vec![0.0; wanted.len()]);
    let far = |(found_loss, found): (f64, Vec<f32>)| Far {
        loss: (found_loss - loss).abs(),
        gradient: farthest(&found, &wanted) / size,
    };
    let device = far(gradient(&weights, DEVICES[1])?);
    let mut most = Far { loss: 0.0, gradient: 0.0 };
    for seed in MOVES {
        let far = far(gradient(&moved(&weights, seed)?, DEVICES[0])?);
        most = Far { loss: most.loss.max(far.loss), gradient: most.gradient.max(far.gradient) };
    }
    Ok(Step { flow, numbers: weights.count(), loss, device, moved: most })
}
