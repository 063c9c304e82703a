//! Training against the definition of the flow, and against itself.

use super::gradient::{Model, Rows};
use super::graph::{Graph, periodic};
use super::network::{Networks, matrix, read};
use super::trainer::agree;
use super::*;
use crate::{Activation, Conditioner, Features, Flow, FlowSpec, Kind, Weights};
use gradino_core::{Axis, Condition, Density, Dual, Manifold, Space};
use std::f64::consts::TAU;

fn space() -> Space {
    let axes = vec![
        Axis::interval("omega", "MeV", 10.0, 30.0),
        Axis::circle("phi", "rad", 0.0, TAU),
        Axis::interval("cos_theta", "", -1.0, 1.0),
    ];
    let conditions =
        vec![Condition::range("E", "MeV", 200.0, 1000.0), Condition::category("shell", &["1s", "1p"])];
    Space { axes, conditions }
}

fn all_weights() -> Vec<Weights> {
    let per_axis = Conditioner::PerAxis { width: 9, layers: 2, activation: Activation::Silu };
    let masked = Conditioner::Masked { width: 9, blocks: 1, activation: Activation::Silu };
    let features = Features { interval: 2, circle: 2, condition: 2 };
    let mut all = Vec::new();
    for conditioner in [per_axis, masked] {
        for kind in [Kind::Autoregressive, Kind::Coupling] {
            let mut spec = FlowSpec::alternating(space(), features, 2, 5, conditioner);
            spec.transforms.iter_mut().for_each(|transform| transform.kind = kind);
            all.push(Weights::initial(spec, 7, 2.0).expect("the flow can be built"));
        }
    }
    all
}

/// Conditions and unit points of a few rows.
fn rows() -> (Vec<f64>, Vec<f64>) {
    let conditions = [[250.0, 0.0], [700.0, 1.0], [990.0, 0.0], [400.0, 1.0]];
    let unit = [[0.1, 0.2, 0.9], [0.75, 0.5, 0.3], [0.4, 0.99, 0.55], [0.05, 0.6, 0.02]];
    (conditions.concat(), unit.concat())
}

fn model<'a>(spec: &'a FlowSpec, networks: &'a Networks, numbers: &[f32]) -> Model<'a> {
    Model::new(spec, networks, numbers)
}

fn seen(spec: &FlowSpec, conditions: &[f64]) -> Vec<f32> {
    let mut seen: Vec<f64> = Vec::new();
    for row in conditions.chunks_exact(spec.space.conditions.len()) {
        spec.features.push_conditions(&spec.space.conditions, row, &mut seen);
    }
    seen.into_iter().map(|feature| feature as f32).collect()
}

#[test]
fn training_sees_the_flow_as_it_is_defined() {
    let (conditions, unit) = rows();
    for weights in all_weights() {
        let spec = weights.spec();
        let networks = Networks::new(spec, burn_tensor::Device::flex());
        let model = model(spec, &networks, &networks.flatten(&weights));
        let seen = seen(spec, &conditions);
        let (ln_q, _) = model.gradient(Rows { seen: &seen, unit: &unit }, |_, _| 1.0);
        let flow = Flow::new(weights.clone());
        for row in 0..4 {
            let condition = &conditions[2 * row..2 * row + 2];
            let base = &unit[3 * row..3 * row + 3];
            let exact = flow.to_base(condition, base).ln_volume;
            assert!((ln_q[row] - exact).abs() < 1e-5, "{} {exact}", ln_q[row]);
        }
    }
}

#[test]
fn the_graph_of_a_gpu_has_the_values_and_gradients_of_the_adjoints() {
    let (conditions, unit) = rows();
    for weights in all_weights() {
        let spec = weights.spec();
        let networks = Networks::new(spec, burn_tensor::Device::flex());
        let numbers = networks.flatten(&weights);
        let seen = seen(spec, &conditions);
        let rows = Rows { seen: &seen, unit: &unit };
        let weight = |row: usize, ln_q: f64| row as f64 - 1.2 + 0.1 * ln_q;
        let (ln_q, gradient) = model(spec, &networks, &numbers).gradient(rows, weight);
        let graph = Graph { spec, networks: &networks, loaded: networks.load(&numbers) };
        let (of_graph, gradient_of_graph) = graph.gradient(rows, weight).unwrap();
        for (a, b) in ln_q.iter().zip(of_graph) {
            assert!((a - b).abs() < 2e-5, "{a} {b}");
        }
        let size = gradient.iter().map(|g| g.abs()).fold(0.0, f32::max);
        assert_eq!(gradient.len(), gradient_of_graph.len());
        for (a, b) in gradient.iter().zip(gradient_of_graph) {
            assert!((a - b).abs() < 1e-4 * size, "{a} {b} of {size}");
        }
        let moved = gradient.iter().filter(|g| g.abs() > 1e-3 * size).count();
        assert!(4 * moved > gradient.len(), "{moved} of {} gradients are not zero", gradient.len());
    }
}

/// The features of circles as the graph computes them on a device, with their slopes, against those of the flow.
fn periodic_features_are_exact_to_single_precision(device: &burn_tensor::Device) {
    const COUNT: usize = 5;
    let numbers: Vec<f32> = (0..=1000).map(|i| i as f32 / 1000.0).collect();
    let u = matrix(numbers.clone(), numbers.len(), device);
    // A graph for each feature: its gradient by u is the slope.
    let slope = |number: usize| {
        let u = u.clone().autodiff().require_grad();
        let graph = periodic(&u, COUNT, device).narrow(1, number, 1).sum().backward();
        read(vec![u.grad(&graph).unwrap().flatten(0, 1)]).unwrap()
    };
    let slopes: Vec<Vec<f32>> = (0..2 * COUNT).map(slope).collect();
    let found = read(vec![periodic(&u, COUNT, device).flatten(0, 1)]).unwrap();
    let features = Features { interval: 1, circle: COUNT, condition: 1 };
    for (row, &u) in numbers.iter().enumerate() {
        let mut exact: Vec<Dual<f64, 1>> = Vec::new();
        features.push_axis(Manifold::Circle, Dual::variable(f64::from(u), 0), &mut exact);
        for (number, exact) in exact.iter().enumerate() {
            let order = (number / 2 + 1) as f64;
            let (value, slope) = (f64::from(found[2 * COUNT * row + number]), f64::from(slopes[number][row]));
            assert!((value - exact.re).abs() < 5e-7 * order, "{number} at {u}: {value} {}", exact.re);
            assert!((slope - exact.eps[0]).abs() < 5e-7 * TAU * order * order, "{number} at {u}: {slope}");
        }
    }
}

#[test]
fn periodic_features_of_the_graph_are_those_of_the_flow() {
    periodic_features_are_exact_to_single_precision(&burn_tensor::Device::flex());
}

#[test]
fn a_device_that_computes_wrongly_is_refused() {
    let expected = (0.75, vec![0.1, -0.2, 0.05]);
    let near = (0.7501, vec![0.1001, -0.2, 0.05]);
    assert!(agree(Device::Vulkan, &near, &expected).is_ok());
    for wrong in [
        (0.89, vec![0.1, -0.2, 0.05]),
        (0.75, vec![0.1, -0.2, 0.0]),
        (f64::NAN, vec![0.1, -0.2, 0.05]),
        (0.75, vec![f32::NAN, -0.2, 0.05]),
        (0.75, vec![0.1, -0.2, f32::INFINITY]),
    ] {
        let error = agree(Device::Vulkan, &wrong, &expected).unwrap_err();
        assert!(matches!(error, Error::DeviceWrong { .. }) && error.hint().is_some(), "{error}");
    }
}

#[cfg(feature = "vulkan")]
#[test]
fn periodic_features_on_a_device_of_vulkan_do_not_depend_on_its_sine() {
    match Device::Vulkan.open() {
        Ok(device) => periodic_features_are_exact_to_single_precision(&device),
        Err(error) => eprintln!("skipped: {error}"),
    }
}

#[cfg(feature = "vulkan")]
#[test]
fn a_device_of_vulkan_has_the_loss_and_gradient_of_the_processor() {
    if let Err(error) = Device::Vulkan.describe() {
        eprintln!("skipped: {error}");
        return;
    }
    let density = Peak(space());
    let source = Source { events: None, density: Some(&density) };
    for weights in all_weights() {
        let gradient = |device| {
            let training = Training { device, batch: 512, pool: 1024, ..Training::default() };
            Trainer::new(&weights, source, training).unwrap().next_gradient().unwrap()
        };
        let (expected, found) = (gradient(Device::Cpu), gradient(Device::Vulkan));
        agree(Device::Vulkan, &found, &expected).unwrap();
        let size = expected.1.iter().map(|g| g.abs()).fold(0.0, f32::max);
        let moved = found.1.iter().filter(|g| g.abs() > 1e-3 * size).count();
        assert!(4 * moved > found.1.len(), "{moved} of {} gradients are not zero", found.1.len());
    }
}

#[cfg(not(feature = "vulkan"))]
#[test]
fn a_device_for_which_the_program_was_not_built_is_refused() {
    let (spec, training) = small();
    let density = Peak(space());
    let source = Source { events: None, density: Some(&density) };
    let weights = Weights::initial(spec, 1, 0.0).unwrap();
    let training = Training { device: Device::Vulkan, ..training };
    let error = Trainer::new(&weights, source, training).err().unwrap();
    assert_eq!(error, Error::NotBuilt { device: "vulkan" });
    assert!(error.hint().unwrap().contains("--features vulkan"));
}

/// Sum of weight times ln q over the rows, by the definition of the flow.
fn loss(networks: &Networks, weights: &Weights, numbers: &[f32]) -> f64 {
    let (conditions, unit) = rows();
    let weights = Weights::new(weights.spec().clone(), networks.name(numbers)).unwrap();
    let flow = Flow::new(weights);
    let ln_q =
        |row: usize| flow.to_base(&conditions[2 * row..2 * row + 2], &unit[3 * row..3 * row + 3]).ln_volume;
    (0..4).map(|row| (row as f64 - 1.2) * ln_q(row)).sum()
}

#[test]
fn the_gradient_of_the_loss_is_its_finite_difference() {
    let (conditions, unit) = rows();
    for weights in all_weights() {
        let spec = weights.spec();
        let networks = Networks::new(spec, burn_tensor::Device::flex());
        let numbers = networks.flatten(&weights);
        let seen = seen(spec, &conditions);
        let model = model(spec, &networks, &numbers);
        let (_, gradient) = model.gradient(Rows { seen: &seen, unit: &unit }, |row, _| row as f64 - 1.2);
        let size = gradient.iter().map(|g| g.abs()).fold(0.0, f32::max);
        let (mut moved, mut compared) = (0, 0);
        for at in (0..numbers.len()).step_by(13) {
            let at_step = |step: f32| {
                let mut moved = numbers.clone();
                moved[at] += step;
                (f64::from(moved[at]), loss(&networks, &weights, &moved))
            };
            // Small, as ln q has kinks where a point goes from one bin into the next.
            let ((low, below), (high, above)) = (at_step(-2e-4), at_step(2e-4));
            let difference = (above - below) / (high - low);
            let found = f64::from(gradient[at]);
            assert!((found - difference).abs() < 2e-3 * f64::from(size), "{at}: {found} {difference}");
            moved += usize::from(found.abs() > 1e-3 * f64::from(size));
            compared += 1;
        }
        assert!(2 * moved > compared, "{moved} of {compared} gradients are not zero");
    }
}

/// A density with one peak that moves with the energy, and a wave on the circle.
struct Peak(Space);

impl Density for Peak {
    fn space(&self) -> &Space {
        &self.0
    }
    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        for (row, value) in values.iter_mut().enumerate() {
            let (energy, shell) = (conditions[2 * row], conditions[2 * row + 1]);
            let [omega, phi, cosine] = points[3 * row..3 * row + 3] else { unreachable!() };
            let centre = 15.0 + energy / 200.0 + cosine;
            *value = energy * (-((omega - centre) / 4.0).powi(2)).exp() * (1.2 + (phi - shell).cos());
        }
        Ok(())
    }
}

fn small() -> (FlowSpec, Training) {
    let conditioner = Conditioner::PerAxis { width: 16, layers: 2, activation: Activation::Silu };
    let features = Features { interval: 2, circle: 1, condition: 2 };
    let spec = FlowSpec::alternating(space(), features, 1, 8, conditioner);
    let training = Training {
        steps: 80,
        batch: 2048,
        pool: 4096,
        round: 20,
        warm_up: 10,
        rate: 1e-2,
        ..Training::default()
    };
    (spec, training)
}

#[test]
fn a_flow_learns_a_density_by_each_divergence() {
    let (spec, training) = small();
    let density = Peak(space());
    let source = Source { events: None, density: Some(&density) };
    for divergence in [Divergence::Forward, Divergence::Reverse, Divergence::Chi2] {
        let weights = Weights::initial(spec.clone(), 1, 0.0).unwrap();
        let training = Training { divergence, ..training };
        let mut trainer = Trainer::new(&weights, source, training).unwrap();
        let mut all = Vec::new();
        while !trainer.finished() {
            all.push(trainer.round().unwrap().quality.unwrap().ress);
        }
        assert!(all[0] < 0.5 && all[3] > 0.9, "{divergence:?}: {all:?}");
    }
}

/// Trains for some rounds.
fn rounds<'a>(mut trainer: Trainer<'a>, count: usize) -> Trainer<'a> {
    for _ in 0..count {
        trainer.round().expect("the loss stays a number");
    }
    trainer
}

#[test]
fn a_resumed_training_gives_the_bits_of_one_that_was_not_interrupted() {
    let (spec, training) = small();
    let density = Peak(space());
    let events = ([300.0, 0.0].repeat(40), [[12.0, 1.0, 0.5], [20.0, 3.0, -0.5]].concat().repeat(20));
    let source = Source { events: Some((&events.0, &events.1)), density: Some(&density) };
    let weights = Weights::initial(spec, 1, 0.0).unwrap();
    let start = || Trainer::new(&weights, source, training).unwrap();
    let whole = rounds(start(), 4);
    let state = rounds(start(), 2).state().unwrap().map(|weights| weights.to_bytes());
    let state = state.map(|bytes| Weights::from_bytes(&bytes).unwrap());
    let resumed = rounds(Trainer::resume(&state, source, training).unwrap(), 2);
    assert!(whole.finished() && resumed.finished());
    assert_eq!(whole.weights().unwrap().to_bytes(), resumed.weights().unwrap().to_bytes());
    let mixed = [&state[0], &whole.state().unwrap()[1], &state[2]].map(Weights::clone);
    assert!(Trainer::resume(&mixed, source, training).is_err());
}

#[test]
fn one_thread_trains_to_the_bits_of_two() {
    let (spec, training) = small();
    let density = Peak(space());
    let source = Source { events: None, density: Some(&density) };
    let weights = Weights::initial(spec, 1, 0.0).unwrap();
    let train = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let trainer = Trainer::new(&weights, source, training).unwrap();
        pool.install(|| rounds(trainer, 1)).weights().unwrap()
    };
    assert_eq!(train(1), train(2));
}

#[test]
fn events_are_learned_by_maximum_likelihood() {
    // Events even in a corner: ln q tends to -ln of the corner's share, 1 / 8.
    let (spec, training) = small();
    let mut stream = gradino_core::Stream::new(1, 0, gradino_core::Purpose::Test);
    let mut points = Vec::new();
    for axis in space().axes.iter().cycle().take(3 * 20_000) {
        points.push(axis.low + 0.5 * axis.length() * stream.uniform());
    }
    let conditions = [400.0, 1.0].repeat(20_000);
    let source = Source { events: Some((&conditions, &points)), density: None };
    let weights = Weights::initial(spec, 1, 0.0).unwrap();
    let mut trainer = Trainer::new(&weights, source, training).unwrap();
    let losses: Vec<f64> = (0..4).map(|_| trainer.round().unwrap().loss).collect();
    let best = -(8f64.ln());
    assert!(losses.is_sorted_by(|a, b| a > b) && losses[3] < 0.9 * best && losses[3] > best, "{losses:?}");
}

/// A density that is NaN in a corner.
struct Broken(Space);

impl Density for Broken {
    fn space(&self) -> &Space {
        &self.0
    }
    fn evaluate(&self, _: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        for (value, point) in values.iter_mut().zip(points.chunks(3)) {
            *value = if point[0] > 29.0 { f64::NAN } else { 1.0 };
        }
        Ok(())
    }
}

#[test]
fn what_cannot_be_learned_is_refused_and_the_weights_stay() {
    let (spec, training) = small();
    let weights = Weights::initial(spec, 1, 0.0).unwrap();
    let broken = Broken(space());
    let source = Source { events: None, density: Some(&broken) };
    let mut trainer = Trainer::new(&weights, source, training).unwrap();
    let error = trainer.round().unwrap_err();
    assert!(error.to_string().starts_with("the density is NaN at omega = 29."), "{error}");
    assert_eq!(trainer.weights().unwrap(), weights);
    let new = |source, training| Trainer::new(&weights, source, training).err();
    let none = Source { events: None, density: None };
    assert_eq!(new(none, training), Some(Error::NothingToLearn));
    let outside = ([400.0, 1.0], [9.0, 1.0, 0.0]);
    let events = Source { events: Some((&outside.0, &outside.1)), density: None };
    assert!(matches!(new(events, training), Some(Error::OutsideAxis { value: 9.0, .. })));
    let bad = Training { rate: f64::NAN, ..training };
    assert!(matches!(new(source, bad), Some(Error::BadTraining { name: "rate", .. })));
}

#[test]
fn a_training_that_diverges_stops_with_the_weights_before() {
    let (spec, training) = small();
    let density = Peak(space());
    let source = Source { events: None, density: Some(&density) };
    let weights = Weights::initial(spec, 1, 0.0).unwrap();
    // A step beyond what f32 can hold, so that no chance leaves finite numbers.
    let wild = Training { rate: 1e39, warm_up: 0, ..training };
    let mut trainer = Trainer::new(&weights, source, wild).unwrap();
    let error = trainer.round().unwrap_err();
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
    assert!(error.hint().unwrap().contains("learning rate"));
    assert_eq!(trainer.weights().unwrap(), weights);
}
