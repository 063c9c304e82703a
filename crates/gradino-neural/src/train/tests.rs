//! Training against the definition of the flow, and against itself.

use super::gradient::{Model, Rows};
use super::network::Networks;
use super::*;
use crate::{Activation, Conditioner, Features, Flow, FlowSpec, Kind, Weights};
use burn::tensor::Device;
use gradino_core::{Axis, Condition, Density, Space};
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
    Model { spec, networks, loaded: networks.load(numbers) }
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
        let networks = Networks::new(spec, Device::flex());
        let model = model(spec, &networks, &networks.flatten(&weights));
        let seen = seen(spec, &conditions);
        let ln_q = model.ln_density(Rows { seen: &seen, unit: &unit });
        let (with_gradient, _) = model.gradient(Rows { seen: &seen, unit: &unit }, |_, _| 1.0);
        assert_eq!(ln_q, with_gradient);
        let mut drawn = unit.clone();
        let ln_drawn = model.draw(&seen, &mut drawn);
        let flow = Flow::new(weights.clone());
        for row in 0..4 {
            let condition = &conditions[2 * row..2 * row + 2];
            let base = &unit[3 * row..3 * row + 3];
            let exact = flow.to_base(condition, base).ln_volume;
            assert!((ln_q[row] - exact).abs() < 1e-5, "{} {exact}", ln_q[row]);
            let point = flow.from_base(condition, base);
            assert!((ln_drawn[row] + point.ln_volume).abs() < 1e-4, "{} {}", ln_drawn[row], point.ln_volume);
            for (drawn, exact) in drawn[3 * row..].iter().zip(&point.point) {
                assert!((drawn - exact).abs() < 1e-5, "{drawn} {exact}");
            }
        }
    }
}

/// Sum of weight times ln q over the rows, by the definition of the flow.
fn loss(networks: &Networks, weights: &Weights, numbers: &[f32]) -> f64 {
    let (conditions, unit) = rows();
    let weights = Weights::new(weights.spec().clone(), networks.name(numbers)).unwrap();
    let flow = Flow::new(weights);
    let ln_q = |row: usize| {
        flow.to_base(&conditions[2 * row..2 * row + 2], &unit[3 * row..3 * row + 3]).ln_volume
    };
    (0..4).map(|row| (row as f64 - 1.2) * ln_q(row)).sum()
}

#[test]
fn the_gradient_of_the_loss_is_its_finite_difference() {
    let (conditions, unit) = rows();
    for weights in all_weights() {
        let spec = weights.spec();
        let networks = Networks::new(spec, Device::flex());
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
        let mut trainer = Trainer::new(&weights, source, training, Device::flex());
        let mut all = Vec::new();
        while !trainer.finished() {
            all.push(trainer.round().unwrap().quality.unwrap().ress);
        }
        assert!(all[0] < 0.5 && all[3] > 0.9, "{divergence:?}: {all:?}");
    }
}
