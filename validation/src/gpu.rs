//! Training on a GPU beside training on the processor.

use crate::Result;
use gradino::density;
use gradino_core::{Density, Domain, Purpose, Stream};
use gradino_neural::train::{Device, Quality, Source, Trainer, Training};
use gradino_neural::{Activation, Conditioner, FlowSpec, Kind, Preset, Weights};
use std::time::Instant;

/// The density that is learned.
const DENSITY: &str = "plane_wave";
/// Size of the random weights of the last layers: far from the identity, so that no derivative is small.
const ROUGH: f64 = 1.0;

/// Steps of the trainings that are compared, unless the command line says how many.
const STEPS: u64 = 60;
/// Time in which steps are counted [s].
const TIMED: f64 = 20.0;
/// Numbers of a flow above which a step is compared on fewer points, and the points of a step without and with
/// that: the widest flow has 29 million, too many for a software driver and many points.
const WIDE: (usize, [usize; 2]) = (100_000, [1024, 256]);
/// Largest difference of a loss, and of a gradient over its largest number, that rounding can make.
const LIMIT: f64 = 1e-3; // chosen: Vulkan permits sines and cosines to be off by 2^-11 = 5e-4

/// One step of a flow on both devices.
#[derive(Clone, Debug)]
pub struct Step {
    /// The flow.
    pub flow: String,
    /// Its numbers.
    pub numbers: usize,
    /// Loss on the processor.
    pub loss: f64,
    /// How far the loss of the device is from that.
    pub by_loss: f64,
    /// Largest difference of the gradients, over the largest number of the gradient.
    pub by_gradient: f64,
}

/// The same training on both devices.
#[derive(Clone, Debug)]
pub struct Trainings {
    /// Steps.
    pub steps: u64,
    /// Loss and quality at the end, on the processor and on the device.
    pub ends: [(f64, Quality); 2],
    /// Largest difference of the losses of a round.
    pub by_loss: f64,
}

/// Speed of a training.
#[derive(Clone, Debug)]
pub struct Speed {
    /// The flow.
    pub flow: String,
    /// Steps in a second on the processor and on the device.
    pub per_second: [f64; 2],
}

/// What is compared with the processor.
const DEVICES: [Device; 2] = [Device::Cpu, Device::Vulkan];

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
pub fn steps(mut see: impl FnMut(&Step)) -> Result<()> {
    let density = density::named(DENSITY)?;
    let source = Source { events: None, density: Some(density.as_ref()) };
    let step = |(flow, spec): (String, FlowSpec)| -> Result<Step> {
        let weights = Weights::initial(spec, 1, ROUGH)?;
        let gradient = |device| {
            let batch = WIDE.1[usize::from(weights.count() > WIDE.0)];
            let training = Training { device, batch, pool: 4 * batch, ..Training::default() };
            Trainer::new(&weights, source, training)?.next_gradient()
        };
        let (loss, wanted) = gradient(Device::Cpu)?;
        let (found_loss, found) = gradient(Device::Vulkan)?;
        let largest = |numbers: &mut dyn Iterator<Item = f32>| numbers.map(f32::abs).fold(0.0, f32::max);
        let difference = largest(&mut wanted.iter().zip(&found).map(|(a, b)| a - b));
        let by_gradient = f64::from(difference / largest(&mut wanted.iter().copied()));
        Ok(Step { flow, numbers: weights.count(), loss, by_loss: (found_loss - loss).abs(), by_gradient })
    };
    for flow in flows(density.as_ref()) {
        let step = step(flow)?;
        see(&step);
        if !(step.by_loss < LIMIT * step.loss.abs().max(1.0) && step.by_gradient < LIMIT) {
            return Err(format!("{}: the device computes wrongly", step.flow).into());
        }
    }
    Ok(())
}

/// The compact flow trained on both devices, with the same points in the first step.
pub fn trainings(steps: u64) -> Result<Trainings> {
    let density = density::named(DENSITY)?;
    let source = Source { events: None, density: Some(density.as_ref()) };
    let spec = FlowSpec::preset(Preset::Compact, density.space().clone());
    let weights = Weights::initial(spec, 1, 0.0)?;
    let mut by_loss: f64 = 0.0;
    let mut trainers = Vec::new();
    for device in DEVICES {
        let small = Training { batch: 1024, pool: 8192, round: 10, warm_up: 20, ..Training::default() };
        trainers.push(Trainer::new(&weights, source, Training { device, steps, ..small })?);
    }
    let mut ends = [(f64::NAN, Quality::default()); 2];
    while !trainers[0].finished() {
        for (trainer, end) in trainers.iter_mut().zip(&mut ends) {
            let progress = trainer.round()?;
            *end = (progress.loss, progress.quality.unwrap_or_default());
        }
        by_loss = by_loss.max((ends[0].0 - ends[1].0).abs());
    }
    Ok(Trainings { steps, ends, by_loss })
}

/// Speeds of steps of 4096 even points by maximum likelihood: networks and splines alone.
pub fn speeds(presets: &[Preset]) -> Result<Vec<Speed>> {
    let density = density::named(DENSITY)?;
    let events = even(density.as_ref());
    let speed = |&preset: &Preset| -> Result<Speed> {
        let spec = FlowSpec::preset(preset, density.space().clone());
        let weights = Weights::initial(spec, 1, 0.0)?;
        let mut per_second = [f64::NAN; 2];
        for (device, per_second) in DEVICES.into_iter().zip(&mut per_second) {
            let training = Training { device, round: 1, ..Training::default() };
            let source = Source { events: Some((&events.0, &events.1)), density: None };
            *per_second = steps_in_a_second(Trainer::new(&weights, source, training)?)?;
        }
        Ok(Speed { flow: format!("{preset:?}").to_lowercase(), per_second })
    };
    presets.iter().map(speed).collect()
}

fn steps_in_a_second(mut trainer: Trainer) -> Result<f64> {
    // In the first step the kernels are compiled and the device is checked.
    trainer.round()?;
    let begun = Instant::now();
    while begun.elapsed().as_secs_f64() < TIMED && !trainer.finished() {
        trainer.round()?;
    }
    Ok((trainer.step() - 1) as f64 / begun.elapsed().as_secs_f64())
}

/// Conditions and points, even over the space of a density.
fn even(density: &dyn Density) -> (Vec<f64>, Vec<f64>) {
    const POINTS: usize = 1 << 16;
    let space = density.space();
    let mut stream = Stream::new(1, 0, Purpose::Point);
    let (mut conditions, mut points) = (Vec::new(), Vec::new());
    for _ in 0..POINTS {
        conditions.extend(space.conditions.iter().map(|condition| match &condition.domain {
            Domain::Range { low, high } => low + (high - low) * stream.uniform(),
            Domain::Category { labels } => (stream.uniform() * labels.len() as f64).floor(),
        }));
        points.extend(space.axes.iter().map(|axis| axis.low + axis.length() * stream.uniform()));
    }
    (conditions, points)
}

/// The name of the device, or an error with what to do.
fn device() -> Result<String> {
    let hinted = |error: gradino_neural::Error| match error.hint() {
        Some(hint) => format!("{error}\nhint: {hint}"),
        None => error.to_string(),
    };
    Ok(Device::Vulkan.describe().map_err(hinted)?)
}

/// Prints the tables: the steps of the trainings are as many as the argument says.
pub fn print(steps: Option<&str>) -> Result<()> {
    let steps = steps.map_or(Ok(STEPS), str::parse)?;
    println!("device: {}", device()?);
    println!(
        "\n| one step of | numbers | loss | difference on the device | of the gradient, over its largest |"
    );
    println!("| --- | --- | --- | --- | --- |");
    self::steps(|Step { flow, numbers, loss, by_loss, by_gradient }| {
        println!("| {flow} | {numbers} | {loss:.5} | {by_loss:.1e} | {by_gradient:.1e} |");
    })?;
    println!("\n| device | steps | loss at the end | RESS [%] | efficiency [%] |");
    println!("| --- | --- | --- | --- | --- |");
    let Trainings { steps, ends, by_loss } = trainings(steps)?;
    for (device, (loss, quality)) in DEVICES.into_iter().zip(ends) {
        let [ress, efficiency] = [quality.ress, quality.efficiency].map(|share| 100.0 * share);
        println!("| {} | {steps} | {loss:.5} | {ress:.2} | {efficiency:.1} |", device.name());
    }
    println!("\nlargest difference of the losses of a round: {by_loss:.1e}");
    println!("\n| steps a second, 4096 points | cpu | device |\n| --- | --- | --- |");
    for Speed { flow, per_second: [cpu, device] } in speeds(&[Preset::Compact, Preset::Small])? {
        println!("| {flow} | {cpu:.2} | {device:.2} |");
    }
    Ok(())
}
