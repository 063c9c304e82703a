//! The fast evaluation of a flow against the plain one, whose function it is.

use gradino_core::{Axis, Condition, Purpose, Sampler, Space, Stream};
use gradino_neural::{
    Activation, Conditioner, Features, Flow, FlowSpec, FusedFlow, Instructions, Kind, Preset, TransformSpec,
    Weights,
};
use std::f64::consts::PI;

fn space() -> Space {
    let axes = vec![
        Axis::interval("omega", "MeV", 0.0, 300.0),
        Axis::interval("cos_theta_l", "", -1.0, 1.0),
        Axis::interval("cos_theta_N", "", -1.0, 1.0),
        Axis::circle("phi_N", "rad", -PI, PI),
    ];
    let energy = Condition::range("E_nu", "MeV", 200.0, 1000.0);
    Space { axes, conditions: vec![energy, Condition::category("shell", &["1s1/2", "1p3/2", "1p1/2"])] }
}

/// Flows of all kinds.
fn specs() -> Vec<(&'static str, FlowSpec)> {
    let features = Features { interval: 3, circle: 2, condition: 4 };
    let masked = Conditioner::Masked { width: 30, blocks: 2, activation: Activation::Silu };
    let own = Conditioner::PerAxis { width: 17, layers: 3, activation: Activation::Relu };
    let coupling = |conditioner| {
        let transform = |order: &[usize]| TransformSpec {
            kind: Kind::Coupling,
            order: order.into(),
            bins: 7,
            conditioner,
        };
        let transforms = vec![transform(&[0, 1, 2, 3]), transform(&[3, 1, 0, 2])];
        FlowSpec { space: space(), features, transforms }
    };
    let circle = Space { axes: vec![Axis::circle("phi", "rad", 0.0, 2.0 * PI)], conditions: vec![] };
    vec![
        ("small", FlowSpec::preset(Preset::Small, space())),
        ("compact", FlowSpec::preset(Preset::Compact, space())),
        ("masked", FlowSpec::alternating(space(), features, 3, 5, masked)),
        ("per axis", FlowSpec::alternating(space(), features, 3, 5, own)),
        ("masked coupling", coupling(masked)),
        ("coupling per axis", coupling(own)),
        ("circle alone", FlowSpec::alternating(circle, features, 2, 6, masked)),
    ]
}

fn flow(spec: FlowSpec) -> Flow {
    Flow::new(Weights::initial(spec, 5, 0.5).expect("a good flow"))
}

fn conditions(space: &Space, rows: usize) -> Vec<f64> {
    let mut stream = Stream::new(1, 0, Purpose::Test);
    let row = |row: usize| {
        let all = [200.0 + 800.0 * stream.uniform(), (row % 3) as f64];
        all[..space.conditions.len()].to_vec()
    };
    (0..rows).flat_map(row).collect()
}

/// Points and densities.
fn drawn(
    sampler: &dyn Sampler,
    seed: u64,
    first: u64,
    conditions: &[f64],
    rows: usize,
) -> (Vec<f64>, Vec<f64>) {
    let mut points = vec![0.0; rows * sampler.space().axes.len()];
    let mut densities = vec![0.0; rows];
    sampler.draw(seed, first, conditions, &mut points, &mut densities).expect("good conditions");
    (points, densities)
}

#[test]
fn points_and_densities_are_those_of_the_plain_evaluation() {
    for (name, spec) in specs() {
        let flow = flow(spec);
        let (rows, axes) = (77, flow.space().axes.len());
        let conditions = conditions(flow.space(), rows);
        let fused = FusedFlow::new(flow.clone());
        let (points, densities) = drawn(&fused, 3, 100, &conditions, rows);
        let (plain_points, plain_densities) = drawn(&flow, 3, 100, &conditions, rows);
        let (mut given, mut fused_given) = (vec![0.0; rows], vec![0.0; rows]);
        flow.ln_density(&conditions, &points, &mut given).unwrap();
        fused.ln_density(&conditions, &points, &mut fused_given).unwrap();
        let mut worst = [0.0_f64; 3];
        for row in 0..rows {
            for (axis, Axis { low, high, .. }) in flow.space().axes.iter().enumerate() {
                let miss = (points[row * axes + axis] - plain_points[row * axes + axis]) / (high - low);
                assert!((miss - miss.round()).abs() < 5e-7, "{name}: coordinate {axis} is off by {miss:e}");
            }
            worst[0] = worst[0].max((densities[row] / plain_densities[row] - 1.0).abs());
            worst[1] = worst[1].max((densities[row].ln() - given[row]).abs());
            worst[2] = worst[2].max((fused_given[row] - given[row]).abs());
        }
        assert!(worst.iter().all(|&worst| worst < 1e-5), "{name}: {worst:?}");
    }
}

#[test]
fn all_instruction_sets_give_the_same_bits() {
    for (name, spec) in specs() {
        let flow = flow(spec);
        let conditions = conditions(flow.space(), 45);
        let with = |set| {
            let fused = FusedFlow::with_instructions(flow.clone(), set).unwrap();
            let (points, densities) = drawn(&fused, 9, 0, &conditions, 45);
            let mut given = vec![0.0; 45];
            fused.ln_density(&conditions, &points, &mut given).unwrap();
            (points, densities, given)
        };
        let sets = Instructions::available();
        let first = with(sets[0]);
        assert!(sets[1..].iter().all(|&set| with(set) == first), "{name}");
    }
}

/// FNV-1a of the bits of numbers.
fn fingerprint(numbers: &[f64]) -> u64 {
    let bytes = numbers.iter().flat_map(|x| x.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[test]
fn every_machine_draws_the_same_bits() {
    let drawn = |preset| {
        let flow = flow(FlowSpec::preset(preset, space()));
        let conditions = conditions(flow.space(), 500);
        let (mut points, densities) = drawn(&FusedFlow::new(flow), 11, 0, &conditions, 500);
        points.extend(densities);
        fingerprint(&points)
    };
    assert_eq!(
        [drawn(Preset::Compact), drawn(Preset::Small)],
        [17_666_163_945_227_501_355, 12_238_679_727_662_167_529]
    );
}

#[test]
fn a_point_depends_on_its_number_and_condition_alone_not_on_threads_or_neighbours() {
    for (name, spec) in specs() {
        let fused = FusedFlow::new(flow(spec));
        let rows = 2100;
        let conditions = conditions(fused.flow().space(), rows);
        let (axes, wide) = (fused.flow().space().axes.len(), conditions.len() / rows);
        let all = drawn(&fused, 4, 7, &conditions, rows);
        for threads in [1, 2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert!(
                pool.install(|| drawn(&fused, 4, 7, &conditions, rows)) == all,
                "{name}, {threads} threads"
            );
        }
        for (start, end) in [(0, 1), (31, 33), (1000, 1077), (2099, 2100)] {
            let own = &conditions[start * wide..end * wide];
            let (points, densities) = drawn(&fused, 4, 7 + start as u64, own, end - start);
            assert_eq!(points, all.0[start * axes..end * axes], "{name}");
            assert_eq!(densities, all.1[start..end], "{name}");
        }
    }
}

#[test]
fn both_ends_of_a_circle_are_one_point_to_the_bit() {
    let fused = FusedFlow::new(flow(FlowSpec::preset(Preset::Compact, space())));
    let mut values = [0.0; 2];
    fused
        .ln_density(&[500.0, 1.0].repeat(2), &[50.0, 0.1, 0.2, -PI, 50.0, 0.1, 0.2, PI], &mut values)
        .unwrap();
    assert_eq!(values[0].to_bits(), values[1].to_bits());
}

#[test]
fn no_rows_are_no_work() {
    let fused = FusedFlow::new(flow(FlowSpec::preset(Preset::Compact, space())));
    assert_eq!(drawn(&fused, 1, 0, &[], 0), (vec![], vec![]));
    fused.ln_density(&[], &[], &mut []).unwrap();
}

#[test]
fn conditions_outside_are_refused_unless_extrapolation_is_asked_for() {
    let flow = flow(FlowSpec::preset(Preset::Compact, space()));
    let draw = |flow: Flow, conditions: &[f64]| {
        let (mut points, mut densities) = ([0.0; 8], [0.0; 2]);
        FusedFlow::new(flow).draw(1, 0, conditions, &mut points, &mut densities).map(|()| densities)
    };
    let error = draw(flow.clone(), &[500.0, 0.0, 1100.0, 0.0]).unwrap_err();
    assert!(error.to_string().contains("E_nu = 1100 MeV"), "{error}");
    let densities = draw(flow.clone().extrapolating(), &[500.0, 0.0, 1100.0, 0.0]).unwrap();
    assert!(densities.iter().all(|&density| density.is_finite() && density > 0.0));
    for bad in [f64::NAN, f64::INFINITY] {
        assert!(draw(flow.clone().extrapolating(), &[500.0, 0.0, bad, 0.0]).is_err());
    }
    assert!(draw(flow.extrapolating(), &[500.0, 3.0, 500.0, 0.0]).is_err(), "no fourth shell");
}

#[test]
fn bad_points_and_wrong_lengths_are_refused() {
    let fused = FusedFlow::new(flow(FlowSpec::preset(Preset::Compact, space())));
    let ln_density = |conditions: &[f64], point: &[f64]| fused.ln_density(conditions, point, &mut [0.0]);
    assert!(ln_density(&[500.0, 0.0], &[50.0, 0.0, 0.0, 0.0]).is_ok());
    for bad in [[f64::NAN, 0.0, 0.0, 0.0], [301.0, 0.0, 0.0, 0.0], [50.0, 0.0, 0.0, f64::INFINITY]] {
        assert!(ln_density(&[500.0, 0.0], &bad).is_err(), "{bad:?}");
    }
    assert!(ln_density(&[500.0], &[50.0, 0.0, 0.0, 0.0]).is_err());
    assert!(ln_density(&[500.0, 0.0], &[50.0, 0.0, 0.0]).is_err());
}

#[test]
fn drawing_takes_a_sixth_of_the_operations_of_a_run_per_axis() {
    let fused = FusedFlow::new(flow(FlowSpec::preset(Preset::Small, space())));
    let networks = fused.flow().weights().spec().networks();
    let layers = networks.iter().flat_map(|network| &network.layers);
    let once: usize = layers.map(|layer| 2 * layer.inputs * layer.outputs).sum();
    let ratio = 4.0 * once as f64 / fused.operations_per_point();
    assert!(ratio > 6.0, "{ratio}");
}
