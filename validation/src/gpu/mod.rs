//! Training on a GPU beside training on the processor.

pub mod speeds;
pub mod steps;
pub mod trainings;

use crate::Result;
use gradino::density;
use gradino_core::{Density, Purpose, Stream};
use gradino_infer::sampling::{Draws, Law, Uniform, UnweightSettings, Unweighted, draw};
use gradino_neural::Weights;
use gradino_neural::train::Device;
use speeds::Speed;
use steps::Step;
use trainings::{CASES, STEPS, Spread};

/// Events of a fixed set.
const EVENTS: usize = 1 << 14;
/// What is compared with the processor.
const DEVICES: [Device; 2] = [Device::Cpu, Device::Vulkan];

/// How far weights are moved, relatively, to see what differences of that size do on the processor: about those of
/// sums of some hundred numbers in single precision in another order.
const MOVED: f64 = 1e-6;
/// Seeds of the moves.
const MOVES: std::ops::Range<u64> = 1..5;

/// The density that is learned.
fn learned() -> Result<Box<dyn Density + Send + Sync>> {
    Ok(density::named("plane_wave")?)
}

/// A fixed set of events of a density, under even conditions.
fn events(density: &dyn Density) -> Result<Draws> {
    let space = density.space();
    let sampler = Unweighted::new(density, Uniform::new(space), &UnweightSettings::default())?;
    Ok(draw(&sampler, &Law::uniform(space), 1, 0, EVENTS)?)
}

/// The same weights, each larger or smaller by a share of at most [`MOVED`].
fn moved(weights: &Weights, seed: u64) -> Result<Weights> {
    let mut stream = Stream::new(seed, 0, Purpose::Point);
    let mut tensors = weights.tensors().clone();
    for value in tensors.values_mut().flat_map(|tensor| &mut tensor.values) {
        *value = (f64::from(*value) * (1.0 + MOVED * (2.0 * stream.uniform() - 1.0))) as f32;
    }
    Ok(Weights::new(weights.spec().clone(), tensors)?)
}

/// Largest difference of two lists of numbers, infinite where one is no number.
fn farthest(a: &[f32], b: &[f32]) -> f64 {
    let far = |(a, b): (&f32, &f32)| f64::from(a - b).abs();
    let most = |most: f64, far: f64| if far.is_nan() { f64::INFINITY } else { most.max(far) };
    a.iter().zip(b).map(far).fold(0.0, most)
}

/// The name of the device, or an error with what to do.
fn device() -> Result<String> {
    let hinted = |error: gradino_neural::Error| match error.hint() {
        Some(hint) => format!("{error}\nhint: {hint}"),
        None => error.to_string(),
    };
    Ok(Device::Vulkan.describe().map_err(hinted)?)
}

/// Prints the tables, all of them or the one with a name: `steps`, `trainings` or `speeds`.
pub fn print(part: Option<&str>) -> Result<()> {
    println!("device: {}", device()?);
    match part {
        None => print_steps().and_then(|()| print_trainings()).and_then(|()| print_speeds()),
        Some("steps") => print_steps(),
        Some("trainings") => print_trainings(),
        Some("speeds") => print_speeds(),
        Some(other) => Err(format!("there is no part \"{other}\" of gpu: steps, trainings, speeds").into()),
    }
}

fn print_steps() -> Result<()> {
    println!(
        "\nDifferences from the step on the processor: on the device / at most there with weights moved by {MOVED:.0e}\n"
    );
    println!("| one step of | numbers | loss | its difference | of the gradient, over its largest |");
    println!("| --- | --- | --- | --- | --- |");
    steps::compare(|Step { flow, numbers, loss, device, moved }| {
        let [by_loss, by_gradient] = [device.loss, device.gradient];
        let [moved_loss, moved_gradient] = [moved.loss, moved.gradient];
        println!(
            "| {flow} | {numbers} | {loss:.5} | {by_loss:.1e} / {moved_loss:.1e} | {by_gradient:.1e} / {moved_gradient:.1e} |"
        );
    })
}

fn print_trainings() -> Result<()> {
    for case in CASES {
        println!(
            "\n{STEPS} steps of the compact flow at the rate {:.0e}, {}:\n",
            case.rate,
            case.data.name()
        );
        println!(
            "| device | loss at the end | largest difference of the losses of a round | of the weights |"
        );
        println!("| --- | --- | --- | --- |");
        trainings::compare(case, |Spread { what, loss, by_loss, by_weights }| {
            println!("| {what} | {loss:.6} | {by_loss:.1e} | {by_weights:.1e} |");
        })?;
    }
    Ok(())
}

fn print_speeds() -> Result<()> {
    println!("\n| steps a second | points of a step | cpu | device |\n| --- | --- | --- | --- |");
    speeds::measure(|Speed { flow, points, per_second: [cpu, device] }| {
        println!("| {flow} | {points} | {cpu:.2} | {device:.2} |");
    })?;
    println!(
        "\nWider flows are left out where a step of {} points takes the device {} s.",
        speeds::POINTS[1],
        speeds::SLOW
    );
    Ok(())
}
