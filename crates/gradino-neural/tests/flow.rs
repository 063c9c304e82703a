//! What a flow is: a normalised density that can be drawn from, with the axes depending on each other in order.

use gradino_core::{Axis, Condition, Dual, Sampler, Space};
use gradino_neural::{
    Activation, Conditioner, Features, Flow, FlowSpec, Kind, Preset, TransformSpec, Weights,
};
use std::f64::consts::TAU;

fn plane(first: Axis, second: Axis) -> Space {
    let conditions =
        vec![Condition::range("E", "MeV", 200.0, 1000.0), Condition::category("shell", &["1s", "1p"])];
    Space { axes: vec![first, second], conditions }
}

fn interval() -> Axis {
    Axis::interval("omega", "MeV", 10.0, 30.0)
}

fn circle() -> Axis {
    Axis::circle("phi", "rad", 0.0, TAU)
}

/// Flows of all kinds over `space`; the larger the `last` weights, the sharper their densities.
fn flows(space: &Space, last: f64) -> Vec<Flow> {
    let per_axis = Conditioner::PerAxis { width: 12, layers: 2, activation: Activation::Silu };
    let masked = Conditioner::Masked { width: 12, blocks: 2, activation: Activation::Relu };
    let features = Features { interval: 2, circle: 2, condition: 2 };
    let mut specs = Vec::new();
    for conditioner in [per_axis, masked] {
        for kind in [Kind::Autoregressive, Kind::Coupling] {
            let mut spec = FlowSpec::alternating(space.clone(), features, 2, 5, conditioner);
            spec.transforms.iter_mut().for_each(|transform| transform.kind = kind);
            specs.push(spec);
        }
    }
    let flow = |spec| Flow::new(Weights::initial(spec, 5, last).expect("the flow can be built"));
    specs.into_iter().map(flow).collect()
}

#[test]
fn a_flow_integrates_to_one_on_each_manifold() {
    let planes = [plane(interval(), interval()), plane(interval(), circle()), plane(circle(), circle())];
    for space in planes {
        for flow in flows(&space, 1.0) {
            let cells = 256;
            let mut points = Vec::new();
            for i in 0..cells * cells {
                for (axis, cell) in space.axes.iter().zip([i / cells, i % cells]) {
                    points.push(axis.low + axis.length() * (cell as f64 + 0.5) / cells as f64);
                }
            }
            let mut values = vec![0.0; cells * cells];
            flow.ln_density(&[700.0, 1.0].repeat(cells * cells), &points, &mut values).unwrap();
            let mean = values.iter().map(|ln| ln.exp()).sum::<f64>() / values.len() as f64;
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            assert!((mean * space.volume() - 1.0).abs() < 2e-4, "{}", mean * space.volume());
            assert!(most.exp() * space.volume() > 1.5, "the density is not even");
        }
    }
}

#[test]
fn drawn_points_have_the_density_that_the_flow_gives_them() {
    for flow in flows(&plane(interval(), circle()), 4.0) {
        let rows = 500;
        let conditions = [300.0, 0.0].repeat(rows);
        let (mut points, mut drawn, mut given) = (vec![0.0; 2 * rows], vec![0.0; rows], vec![0.0; rows]);
        let numbers: Vec<u64> = (10..).take(rows).collect();
        flow.sample(3, &numbers, &conditions, &mut points, &mut drawn).unwrap();
        flow.ln_density(&conditions, &points, &mut given).unwrap();
        for (drawn, given) in drawn.iter().zip(&given) {
            assert!((drawn - given).abs() < 1e-8, "{drawn} {given}");
        }
        let (mut last, mut density) = ([0.0; 2], [0.0]);
        flow.draw(3, 10 + rows as u64 - 1, &conditions[..2], &mut last, &mut density).unwrap();
        assert_eq!(last, points[2 * rows - 2..], "a point depends on its number, not on those before");
        assert_eq!(density[0], drawn[rows - 1].exp());
    }
}

#[test]
fn the_circle_closes_to_the_bit() {
    for flow in flows(&plane(interval(), circle()), 4.0) {
        let mut values = [0.0; 2];
        flow.ln_density(&[500.0, 1.0, 500.0, 1.0], &[17.0, 0.0, 17.0, TAU], &mut values).unwrap();
        assert_eq!(values[0].to_bits(), values[1].to_bits());
    }
}

/// d(out)/d(in) of a map of five coordinates, row by row.
fn jacobian(flow: &Flow, unit: [f64; 5]) -> Vec<[f64; 5]> {
    let unit: Vec<Dual<f64, 5>> = unit.iter().enumerate().map(|(i, &u)| Dual::variable(u, i)).collect();
    let conditions = [450.0, 1.0].map(Dual::from);
    flow.to_base(&conditions, &unit).point.iter().map(|x| x.eps).collect()
}

#[test]
fn a_transform_sees_only_what_comes_before_in_its_order() {
    let mut space = plane(interval(), circle());
    space.axes.extend([interval(), circle(), interval()]);
    let order = vec![3, 0, 4, 1, 2];
    for conditioner in [
        Conditioner::PerAxis { width: 15, layers: 2, activation: Activation::Silu },
        Conditioner::Masked { width: 15, blocks: 2, activation: Activation::Silu },
    ] {
        for kind in [Kind::Autoregressive, Kind::Coupling] {
            let transforms = vec![TransformSpec { kind, order: order.clone(), bins: 4, conditioner }];
            let features = Features { interval: 2, circle: 1, condition: 1 };
            let spec = FlowSpec { space: space.clone(), features, transforms };
            let flow = Flow::new(Weights::initial(spec, 11, 4.0).unwrap());
            let jacobian = jacobian(&flow, [0.3, 0.4, 0.6, 0.1, 0.8]);
            for (place, &to) in order.iter().enumerate() {
                for (before, &from) in order.iter().enumerate() {
                    let seen = match kind {
                        Kind::Autoregressive => before <= place,
                        Kind::Coupling => before == place || (place >= 2 && before < 2),
                    };
                    assert_eq!(jacobian[to][from] != 0.0, seen, "{kind:?}: {to} sees {from}");
                }
            }
        }
    }
}

#[test]
fn the_logarithm_of_the_volume_is_that_of_the_jacobian() {
    let mut space = plane(interval(), circle());
    space.axes.extend([interval(), circle(), interval()]);
    for flow in flows(&space, 4.0) {
        let unit = [0.3, 0.4, 0.6, 0.1, 0.8];
        let mut rows = jacobian(&flow, unit);
        let mut ln_det = 0.0;
        for pivot in 0..5 {
            let best = (pivot..5).max_by(|&i, &j| rows[i][pivot].abs().total_cmp(&rows[j][pivot].abs()));
            rows.swap(pivot, best.unwrap());
            ln_det += rows[pivot][pivot].abs().ln();
            for below in pivot + 1..5 {
                let factor = rows[below][pivot] / rows[pivot][pivot];
                for column in 0..5 {
                    rows[below][column] -= factor * rows[pivot][column];
                }
            }
        }
        let mapped = flow.to_base(&[450.0, 1.0], &unit);
        assert!((mapped.ln_volume - ln_det).abs() < 1e-9, "{} {ln_det}", mapped.ln_volume);
        let back = flow.from_base(&[450.0, 1.0], &mapped.point);
        assert!((back.ln_volume + mapped.ln_volume).abs() < 1e-8);
        unit.iter().zip(&back.point).for_each(|(u, back)| assert!((u - back).abs() < 1e-10));
    }
}

#[test]
fn conditions_outside_their_range_are_extrapolated_only_on_purpose() {
    let flow = flows(&plane(interval(), circle()), 4.0).remove(0);
    let mut value = [0.0];
    let point = [17.0, 1.0];
    let error = flow.ln_density(&[1100.0, 1.0], &point, &mut value).unwrap_err();
    assert_eq!(error.to_string(), "E = 1100 MeV is outside [200, 1000]");
    assert!(flow.ln_density(&[500.0, 1.0], &[31.0, 1.0], &mut value).is_err(), "a point outside");
    let flow = flow.extrapolating();
    flow.ln_density(&[1100.0, 1.0], &point, &mut value).unwrap();
    assert!(value[0].is_finite());
    assert!(flow.ln_density(&[f64::NAN, 1.0], &point, &mut value).is_err());
    assert!(flow.ln_density(&[500.0, 2.0], &point, &mut value).is_err(), "there is no third shell");
}

#[test]
fn the_presets_have_the_published_sizes() {
    let mut space = plane(interval(), interval());
    space.axes.extend([interval(), circle()]);
    // Megabytes of the published files, which hold the masks of the weights as well.
    for (preset, megabytes) in [(Preset::Small, 25.0), (Preset::Medium, 90.0), (Preset::Large, 225.0)] {
        let spec = FlowSpec::preset(preset, space.clone());
        spec.check().unwrap();
        let numbers = |layer: &gradino_neural::Layer| 2 * layer.inputs * layer.outputs + layer.outputs;
        let all: usize = spec.networks().iter().flat_map(|network| &network.layers).map(numbers).sum();
        let found = 4e-6 * all as f64;
        assert!((found / megabytes - 1.0).abs() < 0.07, "{preset:?}: {found} MB");
    }
}

#[test]
fn flows_that_cannot_be_built_are_refused() {
    let good = FlowSpec::preset(Preset::Compact, plane(interval(), circle()));
    assert!(good.check().is_ok());
    let broken = |change: fn(&mut FlowSpec)| {
        let mut spec = good.clone();
        change(&mut spec);
        spec.check().unwrap_err().to_string()
    };
    assert_eq!(broken(|spec| spec.transforms.clear()), "a flow with 0 transforms");
    assert_eq!(broken(|spec| spec.transforms[0].bins = 1), "a flow with 1 bins");
    let order = broken(|spec| spec.transforms[1].order = vec![1, 1]);
    assert_eq!(order, "the order [1, 1] of transform 1 does not name each axis once");
    assert_eq!(broken(|spec| spec.space.axes.clear()), "a density of 0 axes");
}
