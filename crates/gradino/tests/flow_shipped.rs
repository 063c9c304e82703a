//! The flow that comes along, and the density that it has learned.

use gradino::assess::law;
use gradino::density::named;
use gradino_core::Density;
use gradino_infer::sampling::assess::{Settings, overall};
use gradino_neural::{Flow, FusedFlow};
use std::path::{Path, PathBuf};

/// Points along each angle of a mean over the angles.
const ANGLES: usize = 8;

fn shipped(ending: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flows/knockout").with_extension(ending)
}

#[test]
fn the_shipped_flow_is_as_good_as_its_page_says() {
    let flow = FusedFlow::new(Flow::load(&shipped("safetensors")).unwrap());
    let density = named("knockout").unwrap();
    let settings = Settings { events: 20_000, seed: 7, ..Settings::default() };
    let found = overall(&*density, &flow, &law(density.space(), "flat").unwrap(), &settings).unwrap();
    assert_eq!(found.figures.len(), 3, "both shells together, and each");
    for (kind, figures) in found.figures {
        assert!(figures.ress.value > 0.995 && figures.efficiency.value > 0.6, "{kind}: {figures:?}");
    }
}

#[cfg(feature = "train")]
#[test]
fn the_shipped_flow_says_how_it_was_made() {
    let config = gradino::flow::FlowConfig::from_file(&shipped("toml")).unwrap();
    let weights = gradino_neural::Weights::load(&shipped("safetensors")).unwrap();
    assert_eq!(weights.notes["configuration"], config.resolved_toml());
    assert_eq!(weights.notes["steps"], config.training.steps.to_string());
}

/// The mean of a density over the angles, at an energy [MeV], a shell and a place x.
fn over_angles(density: &dyn Density, energy: f64, shell: usize, x: f64) -> f64 {
    let share = |i: usize| (i as f64 + 0.5) / ANGLES as f64;
    let axes = &density.space().axes;
    let angle = |axis: usize, i: usize| axes[axis].low + axes[axis].length() * share(i);
    let all = (0..ANGLES.pow(3)).map(|n| [n / (ANGLES * ANGLES), n / ANGLES % ANGLES, n % ANGLES]);
    let points: Vec<f64> = all.flat_map(|[l, n, phi]| [x, angle(1, l), angle(2, n), angle(3, phi)]).collect();
    let mut values = vec![0.0; ANGLES.pow(3)];
    density
        .evaluate(&[energy, shell as f64].repeat(values.len()), &points, &mut values)
        .expect("points inside");
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn the_density_that_flows_learn_has_no_wall_at_the_threshold() {
    // T of the nucleon up to its first resonance: the cross section climbs there by four orders of magnitude.
    let density = named("knockout").unwrap();
    for energy in [250.0, 600.0, 1000.0] {
        for shell in 0..2 {
            let places = (1..=150).map(|i| f64::from(i) * 1e-4);
            let values: Vec<f64> = places.map(|x| over_angles(&*density, energy, shell, x)).collect();
            let peak = (0..values.len() - 1).find(|&i| values[i + 1] < values[i]).unwrap();
            let [low, high] = [f64::min, f64::max]
                .map(|pick: fn(f64, f64) -> f64| values[..=peak].iter().copied().reduce(pick).unwrap());
            assert!(low > 0.2 * high, "{energy} MeV, shell {shell}: {low:e} to {high:e}");
        }
    }
}
