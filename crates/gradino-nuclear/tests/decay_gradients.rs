//! Gradients of widths: tables against finite differences, and against the direct computation in dual numbers.

mod decay_support;

use decay_support::*;
use gradino_core::{Dual, ParamSet, Parity};
use gradino_nuclear::decay::{CascadeModels, Network, StateAt, Widths};
use gradino_nuclear::emission::gamma_strength::GammaStrengthModel;
use gradino_nuclear::structure::level_density::LevelDensityModel;

const MAX_EXCITATION: f64 = 21.0;
/// Above the threshold of neutrons, and in the middle of the region of the job.
const STATES: [StateAt; 2] = [
    StateAt { excitation: 20.0, two_j: 2, parity: Parity::Plus },
    StateAt { excitation: 7.82, two_j: 2, parity: Parity::Plus },
];

/// Parameters that the default models do not use.
fn is_of_another_model(name: &str) -> bool {
    let others = ["level_density.ct_", "level_density.egsm_", "gamma_strength.smlo_", "gamma_strength.glo_"];
    others.iter().any(|p| name.starts_with(p))
}

fn models(level_density: LevelDensityModel, gamma_strength: GammaStrengthModel) -> CascadeModels {
    CascadeModels { level_density, gamma_strength, ..CascadeModels::default() }
}

/// Step of the central differences, in units of the scale of a parameter.
const STEP: f64 = 2e-4;

/// The value of a parameter, or, where it is zero, the width of its bounds.
fn scale_of(params: &ParamSet, i: usize) -> f64 {
    let p = params.at(i);
    if p.value != 0.0 { p.value.abs() } else { p.bounds[1] - p.bounds[0] }
}

fn shifted(params: &ParamSet, i: usize, by: f64) -> ParamSet {
    let mut list: Vec<_> = params.iter().cloned().collect();
    list[i].value += by;
    ParamSet::new(list)
}

/// Checks the parameters at `wanted` for one choice of models; gives back those without any effect.
fn check(models: &CascadeModels, wanted: &[usize], states: &[StateAt]) -> Vec<String> {
    let params = set();
    let make = |params: &ParamSet, wanted: &[usize]| {
        network_with(POTASSIUM_40, MAX_EXCITATION, models.clone(), params, wanted)
    };
    let network = make(&params, wanted);
    let mut effects = vec![false; wanted.len()];
    // The critical energy is a kink that moves with the parameters, and the tables integrate over it.
    let floor = if models.level_density == LevelDensityModel::Superfluid { 2e-2 } else { 3e-4 };
    for &state in states {
        let gradient = network.total_width_gradient(state);
        let rows = network.partial_width_gradients(state);
        let widths = network.widths(state);
        let total = widths.total();
        let direct = direct_gradient(&network, &params, wanted, state);
        for (slot, &i) in wanted.iter().enumerate() {
            let h = STEP * scale_of(&params, i);
            let [up, down] = [h, -h].map(|by| make(&shifted(&params, i, by), &[]).widths(state));
            let difference = (up.total() - down.total()) / (2.0 * h);
            let (name, scale) = (&params.at(i).name, total * STEP / h);
            let by_direct = gradient[slot] - direct[slot];
            let by_difference = gradient[slot] - difference;
            println!(
                "{name:34} {:8.3} MeV  d ln Gamma = {:11.3e}  direct {:8.1e}  difference {:8.1e}",
                state.excitation,
                gradient[slot] / scale,
                by_direct / scale,
                by_difference / scale
            );
            let near = |error: f64, floor: f64| error.abs() < 2e-3 * gradient[slot].abs() + floor * scale;
            assert!(near(by_direct, floor), "{name}: {} {}", gradient[slot], direct[slot]);
            assert!(near(by_difference, 2e-6), "{name}: {} {difference}", gradient[slot]);
            let sum: f64 = rows.iter().map(|row| row[slot]).sum();
            assert!(
                (sum - gradient[slot]).abs() < 1e-9 * (gradient[slot].abs() + scale),
                "{name}: sum of parts"
            );
            let slopes: Vec<f64> = rows.iter().map(|row| row[slot]).collect();
            check_branchings(name, h, [&widths, &up, &down], &slopes, gradient[slot]);
            effects[slot] |= rows.iter().any(|row| row[slot] != 0.0);
        }
    }
    let idle = wanted.iter().zip(effects).filter(|(_, effect)| !effect);
    idle.map(|(&i, _)| params.at(i).name.clone()).collect()
}

/// Checks the derivatives of all branching ratios; `slopes` are those of the partial widths.
fn check_branchings(name: &str, h: f64, [widths, up, down]: [&Widths; 3], slopes: &[f64], gradient: f64) {
    for (p, slope) in slopes.iter().enumerate() {
        let fraction = |w: &Widths| whole(&w.partial[p]) / w.total();
        let exact = (slope - fraction(widths) * gradient) / widths.total();
        let difference = (fraction(up) - fraction(down)) / (2.0 * h);
        let allowed = 2e-3 * exact.abs() + 2e-6 * STEP / h;
        assert!((exact - difference).abs() < allowed, "{name}, way {p}: {exact} {difference}");
    }
}

/// Derivatives of the directly computed total width, eight parameters at a time.
fn direct_gradient(network: &Network, params: &ParamSet, wanted: &[usize], state: StateAt) -> Vec<f64> {
    const INTERVALS: usize = 48;
    let mut gradient = Vec::new();
    for chunk in wanted.chunks(8) {
        let theta = params.seeded(|i, p| match chunk.iter().position(|&w| w == i) {
            Some(slot) => Dual::<f64, 8>::variable(p.value, slot),
            None => Dual::constant(p.value),
        });
        let total = network.direct_widths(&theta, state, INTERVALS).total();
        gradient.extend_from_slice(&total.eps[..chunk.len()]);
    }
    gradient
}

fn positions(wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    let params = set();
    (0..params.len()).filter(|&i| wanted(&params.at(i).name)).collect()
}

#[test]
fn every_optical_parameter_moves_the_widths_as_finite_differences_say() {
    let wanted = positions(|n| n.starts_with("optical."));
    assert_eq!(wanted.len(), 46);
    let idle = check(&CascadeModels::default(), &wanted, &STATES[..1]);
    assert!(idle.is_empty(), "without effect: {idle:?}");
}

#[test]
fn every_statistical_parameter_moves_the_widths_as_finite_differences_say() {
    let wanted = positions(|n| !n.starts_with("optical."));
    let idle = check(&CascadeModels::default(), &wanted, &STATES);
    let (expected, unexpected): (Vec<_>, Vec<_>) = idle.iter().partition(|n| is_of_another_model(n));
    println!("of other models: {expected:?}");
    assert!(unexpected.is_empty(), "without effect: {unexpected:?}");
}

#[test]
fn near_the_neutron_threshold_optical_gradients_equal_finite_differences() {
    let wanted = positions(|n| ["optical.v1_0", "optical.rv_0", "optical.d1_0", "optical.w1_0"].contains(&n));
    check(&CascadeModels::default(), &wanted, &STATES[1..]);
}

#[test]
fn parameters_of_the_other_models_move_the_widths_when_their_model_is_chosen() {
    use GammaStrengthModel::{GeneralisedLorentzian, Smlo, StandardLorentzian};
    use LevelDensityModel::{BackShiftedFermiGas, ConstantTemperature, Superfluid};
    let of = |prefixes: &'static [&str]| positions(move |n| prefixes.iter().any(|p| n.starts_with(p)));
    let density = of(&["level_density."]);
    let gamma = of(&["gamma_strength.", "level_density."]);
    let idle = check(&models(ConstantTemperature, StandardLorentzian), &density, &STATES);
    println!("ct: without effect {idle:?}");
    assert!(!idle.iter().any(|n| n.contains("ct_")), "{idle:?}");
    let idle = check(&models(Superfluid, StandardLorentzian), &density, &STATES);
    println!("egsm: without effect {idle:?}");
    assert!(!idle.iter().any(|n| n.contains("egsm_")), "{idle:?}");
    let idle = check(&models(BackShiftedFermiGas, GeneralisedLorentzian), &gamma, &STATES[1..]);
    println!("glo: without effect {idle:?}");
    assert!(!idle.iter().any(|n| n.contains("glo_") || n.contains(".e1_")), "{idle:?}");
    let idle = check(&models(BackShiftedFermiGas, Smlo), &gamma, &STATES[1..]);
    println!("smlo: without effect {idle:?}");
    assert!(!idle.iter().any(|n| n.contains("smlo_")), "{idle:?}");
}
