use super::*;
use gradino_core::{Dual, ParamSet};
use proptest::prelude::*;
use std::collections::HashMap;

/// All parameters, and the energy last.
pub(super) type D23 = Dual<f64, 23>;

const DATA: NuclideData = NuclideData {
    nuclide: Nuclide::new(19, 40),
    shell_correction: 0.147_866_034,
    neutron_separation: 7.79962,
};

/// Odd-odd, odd and even-even; light with a shell correction that would make `a` negative; S_n below Delta.
pub(super) fn nuclides() -> [NuclideData; 5] {
    let data = |z, a, shell_correction, neutron_separation| NuclideData {
        nuclide: Nuclide::new(z, a),
        shell_correction,
        neutron_separation,
    };
    [DATA, data(18, 39, 1.357_921_418, 6.59869), data(18, 40, 2.4, 9.869), data(2, 4, -9.0, 20.578), {
        data(8, 28, 1.0, 0.6)
    }]
}

pub(super) fn set() -> ParamSet {
    ParamSet::new(parameters())
}

pub(super) fn shared(path: &str) -> Option<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/");
    let text = std::fs::read_to_string(format!("{root}{path}"));
    if text.is_err() {
        println!("skipped: {root}{path} is not there");
    }
    text.ok()
}

/// Largest relative distance from MARLEY 1.2.1, with `[(Z, dW, S_n)]`.
fn distance_from_marley(text: &str, inputs: &[(u8, f64, f64)]) -> f64 {
    let mut worst: f64 = 0.0;
    for line in text.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|c| c.parse().expect("a number")).collect();
        let [z, a, energy, two_j, both_parities, total] = cells[..] else { panic!("six columns") };
        let &(_, shell_correction, neutron_separation) =
            inputs.iter().find(|i| f64::from(i.0) == z).expect("inputs for each nuclide");
        let nuclide = Nuclide::new(z as u8, a as u16);
        let data = NuclideData { nuclide, shell_correction, neutron_separation };
        let rho = LevelDensity::prepare(LevelDensityModel::default(), &data, &set().values());
        worst = worst.max((rho.total(energy) / total - 1.0).abs());
        worst = worst.max((2.0 * rho.density(energy, two_j as u16) / both_parities - 1.0).abs());
    }
    worst
}

#[test]
fn the_default_equals_marley_with_ame2012_masses() {
    let Some(text) = shared("reference/marley_level_density.csv") else { return };
    let worst = distance_from_marley(&text, &[(19, 0.147_866_034, 7.79962), (18, 1.357_921_418, 6.59869)]);
    println!("largest relative distance from MARLEY, AME2012: {worst:.1e}");
    assert!(worst < 1e-7, "{worst}");
}

#[test]
fn ame2020_masses_move_the_density_by_less_than_a_thousandth() {
    let (Some(text), Some(table)) =
        (shared("reference/marley_level_density.csv"), shared("data/ripl4/masses/mass-ame20.dat"))
    else {
        return;
    };
    let masses: HashMap<(i32, i32), f64> = table
        .lines()
        .filter(|l| !l.starts_with('#') && l.len() >= 23)
        .map(|l| {
            let cell = |r: std::ops::Range<usize>| l[r].trim().parse::<f64>().expect("a number");
            ((cell(0..4) as i32, cell(4..8) as i32), cell(13..23))
        })
        .collect();
    let inputs: Vec<_> = [(19, 40), (18, 39)]
        .map(|(z, a)| {
            let separation = masses[&(z, a - 1)] + masses[&(0, 1)] - masses[&(z, a)];
            (z as u8, masses[&(z, a)] - liquid_drop(f64::from(z), f64::from(a)), separation)
        })
        .to_vec();
    let worst = distance_from_marley(&text, &inputs);
    println!("{inputs:?}, largest relative distance from MARLEY, AME2020: {worst:.1e}");
    assert!(worst < 1e-3, "{worst}");
}

/// Mass excess [MeV] of the spherical liquid drop, myers1966 with the constants of myers1966.
fn liquid_drop(z: f64, a: f64) -> f64 {
    let n = a - z;
    let symmetry = 1.0 - 1.79 * ((n - z) / a).powi(2);
    let pairing = [11.0, 0.0, -11.0][even_numbers(Nuclide::new(z as u8, a as u16)) as usize] / a.sqrt();
    8.07144 * n + 7.28899 * z + symmetry * (18.56 * a.powf(2.0 / 3.0) - 15.677 * a) + 0.717 * z * z / a.cbrt()
        - 1.21129 * z * z / a
        + pairing
}

/// Energies [MeV] close to, but not on, each kink, and some between.
fn energies(rho: &LevelDensity<f64>, separation: f64) -> Vec<f64> {
    let kinks = [rho.shift, rho.shift + SMALL_ENERGY, separation, rho.anchor, 0.0];
    let near = kinks.into_iter().flat_map(|k| [k - 1e-3, k + 1e-3]);
    near.chain([0.5, 2.0, 5.0, 11.9, 30.0]).filter(|e| *e > 0.0).collect()
}

pub(super) fn observables<D: Real>(rho: &LevelDensity<D>, energy: D) -> [D; 5] {
    let fraction = spin_fraction(rho.spin_cutoff_sq(energy), 3);
    [rho.total(energy), rho.spin_cutoff_sq(energy), rho.density(energy, 2), rho.temperature(energy), fraction]
}

pub(super) fn close(exact: f64, numeric: f64, scale: f64) -> bool {
    exact.is_finite() && (exact - numeric).abs() <= 1e-5 * numeric.abs() + 1e-7 * scale.abs()
}

#[test]
fn gradients_by_each_parameter_equal_finite_differences_also_near_each_kink() {
    let mut seen = HashMap::new();
    for (model, data) in LevelDensityModel::ALL.into_iter().flat_map(|m| nuclides().map(|d| (m, d))) {
        let at = |theta: &ParamSet| LevelDensity::prepare(model, &data, &theta.values());
        let dual = LevelDensity::<D23>::prepare(model, &data, &set().chunk(0));
        for energy in energies(&at(&set()), data.neutron_separation) {
            let exact = observables(&dual, energy.into());
            for (slot, parameter) in parameters().iter().enumerate() {
                let h = 1e-6 * parameter.value.abs().max(0.1);
                let shifted = |step: f64| {
                    let mut theta = set();
                    theta.set(&parameter.name, parameter.value + step).expect("within bounds");
                    observables(&at(&theta), energy)
                };
                let (up, down) = (shifted(h), shifted(-h));
                for (i, e) in exact.iter().enumerate() {
                    let numeric = (up[i] - down[i]) / (2.0 * h);
                    let what = format!("{model:?} {} {} {energy} [{i}]", data.nuclide, parameter.name);
                    assert!(
                        close(e.slot(slot), numeric, e.re() / parameter.value.abs().max(0.1)),
                        "{what}: {} {numeric}",
                        e.slot(slot)
                    );
                    *seen.entry(parameter.name.clone()).or_insert(0.0_f64) += e.slot(slot).abs();
                }
            }
        }
    }
    assert!(seen.len() == parameters().len() && seen.values().all(|s| *s > 0.0), "{seen:?}");
}

#[test]
fn gradients_by_the_energy_equal_finite_differences_and_are_finite_on_the_kinks() {
    for (model, data) in LevelDensityModel::ALL.into_iter().flat_map(|m| nuclides().map(|d| (m, d))) {
        let rho = LevelDensity::prepare(model, &data, &set().values());
        let dual = LevelDensity::<Dual<f64, 1>>::prepare(model, &data, &set().seeded(|_, p| p.value.into()));
        for energy in energies(&rho, data.neutron_separation) {
            let (up, down) = (observables(&rho, energy + 1e-6), observables(&rho, energy - 1e-6));
            let exact = observables(&dual, Dual::variable(energy, 0));
            for (i, e) in exact.iter().enumerate() {
                let numeric = (up[i] - down[i]) / 2e-6;
                let ok = (e.slot(0) - numeric).abs() <= 1e-4 * numeric.abs() + 1e-6 * e.re().abs();
                assert!(ok, "{model:?} {} {energy} [{i}]: {} {numeric}", data.nuclide, e.slot(0));
            }
        }
        let kinks =
            [0.0, rho.shift, rho.shift + 1e-300, rho.shift + 1e-12, rho.anchor, data.neutron_separation];
        for o in kinks.map(|e| observables(&dual, Dual::variable(e, 0))).as_flattened() {
            assert!(o.re().is_finite() && o.slot(0).is_finite(), "{model:?} {}: {o:?}", data.nuclide);
        }
    }
}

#[test]
fn densities_are_continuous_at_zero_effective_energy_and_at_the_neutron_threshold() {
    for data in nuclides() {
        let rho = LevelDensity::prepare(LevelDensityModel::default(), &data, &set().values());
        for kink in [rho.shift, data.neutron_separation] {
            let (low, high) = (observables(&rho, kink - 1e-9), observables(&rho, kink + 1e-9));
            let same = low.iter().zip(high).all(|(l, h)| (l - h).abs() <= 1e-7 * h.abs().max(1.0));
            assert!(same, "{} at {kink}: {low:?} {high:?}", data.nuclide);
        }
    }
}

#[test]
fn the_density_at_zero_effective_energy_is_the_grossjean_feldmeier_limit() {
    let data = nuclides()[2];
    let rho = LevelDensity::prepare(LevelDensityModel::default(), &data, &set().values());
    let a = rho.asymptotic * (1.0 + rho.damping * data.shell_correction);
    let sigma = rho.spin_cutoff_sq(rho.shift).sqrt();
    assert!(rho.shift > 2.0);
    assert!((rho.total(rho.shift) / (E * a / (12.0 * sigma)) - 1.0).abs() < 1e-12);
}

#[test]
fn the_constant_temperature_joins_the_fermi_gas_with_its_slope() {
    for data in nuclides() {
        let rho = LevelDensity::prepare(LevelDensityModel::ConstantTemperature, &data, &set().values());
        let (e, h) = (rho.anchor, 1e-5);
        let below = rho.total(e - 1e-12);
        assert!((below / rho.total(e) - 1.0).abs() < 1e-9, "{}", data.nuclide);
        let left = (rho.total(e - h) / rho.total(e - 2.0 * h)).ln();
        let right = (rho.total(e + 2.0 * h) / rho.total(e + h)).ln();
        assert!((left / right - 1.0).abs() < 1e-4, "{}: {left} {right}", data.nuclide);
    }
}

#[test]
fn both_models_agree_within_a_factor_of_three_at_the_neutron_threshold() {
    for data in &nuclides()[..3] {
        let at = |m| LevelDensity::prepare(m, data, &set().values()).total(data.neutron_separation);
        let ratio = at(LevelDensityModel::ConstantTemperature) / at(LevelDensityModel::BackShiftedFermiGas);
        println!("{}: ct / bsfg at S_n = {ratio:.3}", data.nuclide);
        assert!((1.0 / 3.0..3.0).contains(&ratio), "{ratio}");
    }
}

#[test]
fn spins_and_parities_sum_to_the_total() {
    let rho = LevelDensity::prepare(LevelDensityModel::default(), &DATA, &set().values());
    for energy in [1.0, 8.0, 20.0] {
        let sum: f64 = (0..60).map(|j| 2.0 * rho.density(energy, 2 * j)).sum();
        assert!((sum / rho.total(energy) - 1.0).abs() < 0.02, "{energy}: {sum}");
    }
}

#[test]
fn models_are_found_by_name() {
    for model in LevelDensityModel::ALL {
        assert_eq!(model.name().parse(), Ok(model));
        assert!(!model.sources().is_empty());
    }
    let error = "bsgf".parse::<LevelDensityModel>().expect_err("no such model");
    assert_eq!(error.hint().as_deref(), Some("did you mean \"bsfg\"?"));
}

proptest! {
    #[test]
    fn densities_and_their_derivatives_are_finite_for_any_nuclide(
        z in 1..90u8, excess in 0..60u16, shell in -15.0..10.0f64, separation in -3.0..25.0f64,
        energy in 0.0..60.0f64,
    ) {
        let nuclide = Nuclide::new(z, (u16::from(z) * 2 + excess).min(230).max(u16::from(z)));
        let data = NuclideData { nuclide, shell_correction: shell, neutron_separation: separation };
        for model in LevelDensityModel::ALL {
            let rho = LevelDensity::<D23>::prepare(model, &data, &set().chunk(0));
            let found = observables(&rho, D23::variable(energy, 22));
            prop_assert!(found[0].re() > 0.0 && found[1].re() > 0.0);
            prop_assert!(found.iter().all(|o| o.re().is_finite() && o.eps.iter().all(|e| e.is_finite())));
        }
    }

    #[test]
    fn the_damping_series_joins_the_exponential(gamma in 0.05..2.0f64, x in 0.009..0.011f64) {
        let u = x / gamma;
        prop_assert!((shell_damping(gamma, u) * u + (-x).exp_m1()).abs() < 1e-13);
    }
}
