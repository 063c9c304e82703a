use super::*;
use gradino_core::{Dual, ParamSet};
use proptest::prelude::*;
use std::collections::HashMap;

type D24 = Dual<f64, 24>;

const K40: Nuclide = Nuclide::new(19, 40);
const ALL: [(Radiation, u16); 6] = [
    (Radiation::Electric, 1),
    (Radiation::Electric, 2),
    (Radiation::Electric, 4),
    (Radiation::Magnetic, 1),
    (Radiation::Magnetic, 2),
    (Radiation::Magnetic, 5),
];

fn set() -> ParamSet {
    ParamSet::new(parameters())
}

fn strengths(model: GammaStrengthModel) -> GammaStrength<f64> {
    GammaStrength::prepare(model, K40, &set().values())
}

fn observables<D: Real>(gamma: &GammaStrength<D>, e: D, temperature: D) -> Vec<D> {
    let pair = |&(kind, l): &(Radiation, u16)| {
        [gamma.strength(kind, l, e, temperature), gamma.transmission(kind, l, e, temperature)]
    };
    ALL.iter().flat_map(pair).collect()
}

#[test]
fn the_default_equals_marley() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/marley_gamma_transmission.csv");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: {path} is not there");
        return;
    };
    let gamma = strengths(GammaStrengthModel::default());
    let mut worst: f64 = 0.0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let kind = if cells[2] == "E" { Radiation::Electric } else { Radiation::Magnetic };
        let number = |i: usize| cells[i].parse::<f64>().expect("a number");
        let (l, e) = (number(3) as u16, number(4));
        worst = worst.max((gamma.transmission(kind, l, e, 1.0) / number(5) - 1.0).abs());
        worst = worst.max((gamma.strength(kind, l, e, 1.0) / number(6) - 1.0).abs());
    }
    println!("largest relative distance from MARLEY: {worst:.1e}");
    assert!(worst < 2e-7, "{worst}: their hbar c is 197.3269718 MeV fm, 9e-8 more in f");
}

#[test]
fn gradients_by_each_parameter_equal_finite_differences() {
    let mut seen = HashMap::new();
    let points = [(1e-4, 0.8), (1e-4, 0.0), (0.5, 0.0), (0.5, 1.2), (7.0, 1.0), (20.0, 0.7), (30.0, 1.5)];
    for (model, (e, t)) in GammaStrengthModel::ALL.into_iter().flat_map(|m| points.map(|p| (m, p))) {
        let at = |theta: &ParamSet| observables(&GammaStrength::prepare(model, K40, &theta.values()), e, t);
        let dual = GammaStrength::<D24>::prepare(model, K40, &set().chunk(0));
        let exact = observables(&dual, e.into(), t.into());
        for (slot, parameter) in parameters().iter().enumerate() {
            let h = 1e-5 * parameter.value.abs();
            let shifted = |step: f64| {
                let mut theta = set();
                theta.set(&parameter.name, parameter.value + step).expect("within bounds");
                at(&theta)
            };
            let (up, down) = (shifted(h), shifted(-h));
            for (i, f) in exact.iter().enumerate() {
                // In units of f per relative change of the parameter, because f spans 30 decades.
                let numeric = (up[i] - down[i]) * 0.5e5 / f.re().max(f64::MIN_POSITIVE);
                let found = f.slot(slot) * parameter.value.abs() / f.re().max(f64::MIN_POSITIVE);
                let ok = (found - numeric).abs() <= 1e-5 * numeric.abs() + 1e-8;
                assert!(ok, "{model:?} {} at {e}, {t} [{i}]: {found} {numeric}", parameter.name);
                *seen.entry(parameter.name.clone()).or_insert(0.0_f64) += found.abs();
            }
        }
    }
    assert!(seen.len() == parameters().len() && seen.values().all(|s| *s > 0.0), "{seen:?}");
}

#[test]
fn gradients_by_photon_energy_and_temperature_equal_finite_differences() {
    for model in GammaStrengthModel::ALL {
        let plain = strengths(model);
        let dual = GammaStrength::<Dual<f64, 2>>::prepare(model, K40, &set().seeded(|_, p| p.value.into()));
        for (e, t) in [(0.01, 0.8), (0.04, 0.7), (0.5, 0.9), (6.0, 0.2), (7.0, 0.1), (19.0, 1.3)] {
            let exact = observables(&dual, Dual::variable(e, 0), Dual::variable(t, 1));
            for (slot, (de, dt)) in [(1e-6, 0.0), (0.0, 1e-6)].into_iter().enumerate() {
                let (up, down) = (observables(&plain, e + de, t + dt), observables(&plain, e - de, t - dt));
                for (i, f) in exact.iter().enumerate() {
                    let (found, numeric) = (f.slot(slot) / f.re(), (up[i] - down[i]) * 0.5e6 / f.re());
                    let ok = (found - numeric).abs() <= 1e-6 * numeric.abs() + 1e-7;
                    assert!(ok, "{model:?} at {e}, {t}, slot {slot} [{i}]: {found} {numeric}");
                }
            }
        }
    }
}

#[test]
fn transmission_vanishes_at_zero_photon_energy_with_finite_derivatives() {
    for (model, t) in GammaStrengthModel::ALL.into_iter().flat_map(|m| [0.0, 1e-9, 1.0].map(|t| (m, t))) {
        let gamma = GammaStrength::<D24>::prepare(model, K40, &set().chunk(0));
        for (kind, l) in ALL {
            for e in [-1.0, 0.0, 1e-200, 1e-9] {
                let (e, t) = (D24::variable(e, 22), D24::variable(t, 23));
                let (f, transmission) = (gamma.strength(kind, l, e, t), gamma.transmission(kind, l, e, t));
                assert!(transmission.re() >= 0.0 && transmission.re() < 1e-20);
                let finite = |x: D24| x.re().is_finite() && x.eps.iter().all(|d| d.is_finite());
                assert!(finite(f) && finite(transmission), "{model:?} {kind:?}{l} at {e:?}");
            }
        }
    }
}

#[test]
fn at_low_energy_the_standard_e1_vanishes_and_the_others_have_a_thermal_limit() {
    let low = |model, t| strengths(model).strength(Radiation::Electric, 1, 0.0, t);
    let [slo, glo, smlo] = GammaStrengthModel::ALL;
    assert_eq!(low(slo, 1.0), 0.0);
    assert_eq!((low(glo, 0.0), low(smlo, 0.0)), (0.0, 0.0));
    assert!(low(glo, 1.0) > 1e-10 && low(smlo, 1.0) > 1e-10);
    // Both limits go like a power of T: kopecky1990 T^2, plujko2018 T T^2.
    assert!((low(glo, 1.0) / low(glo, 0.5) - 4.0).abs() < 1e-9);
    assert!((low(smlo, 0.2) / low(smlo, 0.1) - 8.0).abs() < 0.01);
}

#[test]
fn near_its_peak_each_model_is_the_lorentzian_of_its_resonance() {
    for model in GammaStrengthModel::ALL {
        let gamma = strengths(model);
        let (Dipole::Standard(r) | Dipole::Generalised(r, _) | Dipole::Smlo(r)) = gamma.e1;
        let lorentzian = |e: f64| r.shape(e) * e * per_millibarn(1);
        let at = |e| gamma.strength(Radiation::Electric, 1, e, 0.0);
        assert!((at(r.energy) / lorentzian(r.energy) - 1.0).abs() < 1e-12, "{model:?}");
        assert!((at(r.energy * 1.03) / lorentzian(r.energy * 1.03) - 1.0).abs() < 0.08, "{model:?}");
        assert!((at(r.energy) / (r.peak / r.energy * per_millibarn(1)) - 1.0).abs() < 1e-12, "{model:?}");
    }
}

#[test]
fn the_standard_dipole_exhausts_its_share_of_the_sum_rule() {
    // The absorption cross section is 3 pi^2 (hbar c)^2 E f_E1, and TRK is 60 N Z / A mb MeV.
    let gamma = strengths(GammaStrengthModel::StandardLorentzian);
    let (trk, step) = (60.0 * 21.0 * 19.0 / 40.0, 0.01);
    let integral: f64 = (0..200_000)
        .map(|i| (f64::from(i) + 0.5) * step)
        .map(|e| e * gamma.strength(Radiation::Electric, 1, e, 0.0) / per_millibarn(1) * step)
        .sum();
    assert!((integral / trk / 1.2 - 1.0).abs() < 0.01, "{integral}");
}

#[test]
fn m1_is_scaled_to_e1_at_7_mev_in_each_model() {
    for model in GammaStrengthModel::ALL {
        let gamma = strengths(model);
        let f = |kind| gamma.strength(kind, 1, 7.0, 0.0);
        let ratio = f(Radiation::Electric) / f(Radiation::Magnetic);
        assert!((ratio / (0.0588 * 40f64.powf(0.878)) - 1.0).abs() < 1e-12);
    }
}

#[test]
fn models_are_found_by_name() {
    for model in GammaStrengthModel::ALL {
        assert_eq!(model.name().parse(), Ok(model));
        assert!(!model.sources().is_empty());
    }
    let error = "smol".parse::<GammaStrengthModel>().expect_err("no such model");
    assert_eq!(error.hint().as_deref(), Some("did you mean \"slo\"?"));
}

proptest! {
    #[test]
    fn strengths_are_positive_and_finite_with_their_derivatives_for_any_nuclide(
        z in 0..90u8, excess in 0..60u16, e in 0.0..40.0f64, t in 0.0..4.0f64, l in 1..7u16,
    ) {
        let nuclide = Nuclide::new(z, u16::from(z) + excess.max(1));
        for model in GammaStrengthModel::ALL {
            let gamma = GammaStrength::<D24>::prepare(model, nuclide, &set().chunk(0));
            for kind in [Radiation::Electric, Radiation::Magnetic] {
                let (e, t) = (D24::variable(e, 22), D24::variable(t, 23));
                for f in [gamma.strength(kind, l, e, t), gamma.transmission(kind, l, e, t)] {
                    prop_assert!(f.re() >= 0.0 && f.re().is_finite());
                    prop_assert!(f.eps.iter().all(|d| d.is_finite()), "{nuclide} {kind:?}{l} {f:?}");
                }
            }
        }
    }
}
