use super::super::tests::{D23, close, nuclides, observables, set, shared};
use super::super::{LevelDensityModel, parameters, spin_fraction};
use super::*;
use gradino_core::{Nuclide, ParamSet};

const EGSM: LevelDensityModel = LevelDensityModel::Superfluid;

fn data(z: u8, a: u16, shell_correction: f64, neutron_separation: f64) -> NuclideData {
    NuclideData { nuclide: Nuclide::new(z, a), shell_correction, neutron_separation }
}

/// 40K, 39K and 56Fe, with AME2020 masses.
fn three() -> [NuclideData; 3] {
    [data(19, 40, 0.148, 7.800), data(19, 39, -1.351, 13.077), data(26, 56, -2.152, 11.197)]
}

fn with(values: &[(&str, f64)]) -> ParamSet {
    let mut theta = set();
    for (name, value) in values {
        theta.set(&format!("level_density.{name}"), *value).expect("within bounds");
    }
    theta
}

fn prepared(data: &NuclideData, values: &[(&str, f64)]) -> (LevelDensity<f64>, Superfluid<f64>) {
    let rho = LevelDensity::prepare(EGSM, data, &with(values).values());
    let LowEnergy::Superfluid(model) = rho.low_energy else { panic!("superfluid") };
    (rho, model)
}

#[test]
fn the_critical_point_solves_its_equation_and_all_is_continuous_there() {
    for data in nuclides().iter().chain(&three()) {
        let (rho, model) = prepared(data, &[]);
        let thermal = model.critical_energy - model.condensation;
        assert!((rho.parameter(thermal) / model.critical_parameter - 1.0).abs() < 1e-12, "{}", data.nuclide);
        let (low, high) = (observables(&rho, rho.anchor - 1e-9), observables(&rho, rho.anchor + 1e-9));
        for (l, h) in low.iter().zip(high) {
            assert!((l - h).abs() <= 1e-7 * h.abs(), "{}: {low:?} {high:?}", data.nuclide);
        }
        let (below, above) =
            (model.condensed(model.critical_energy), rho.state(&model, model.critical_energy));
        assert!((below.entropy / above.entropy - 1.0).abs() < 1e-12);
        assert!((below.determinant / above.determinant - 1.0).abs() < 1e-12);
        assert!((below.reduction - 1.0).abs() < 1e-12);
    }
}

#[test]
fn without_enhancement_the_density_at_high_energy_is_that_of_a_fermi_gas() {
    for data in three() {
        let (rho, model) = prepared(&data, &[("egsm_vibration", 0.0), ("egsm_rotation", 0.0)]);
        for energy in [20.0, 60.0, 150.0] {
            let x = energy - rho.shift - model.condensation;
            let gas = (rho.inverse_fermi_gas(x) * 12.0 * rho.spin_cutoff_sq(energy).sqrt()).recip();
            assert!((rho.total(energy) / gas - 1.0).abs() < 1e-12, "{} {energy}", data.nuclide);
            let rigid = 0.01448 * f64::from(data.nuclide.a).powf(5.0 / 3.0) * rho.temperature(energy);
            assert!((rho.spin_cutoff_sq(energy) / rigid - 1.0).abs() < 1e-12);
        }
        // Shell effects and condensation matter less and less: a goes to a_tilde.
        assert!((rho.parameter(500.0) / rho.asymptotic - 1.0).abs() < 0.005);
    }
}

#[test]
fn enhancements_fade_with_energy() {
    let (_, model) = prepared(&three()[0], &[]);
    assert!((model.vibrational(3.0) - 1.0).abs() < 1e-7 && model.vibrational(0.9) > 1.3);
    let state = |temperature| State { temperature, entropy: 0.0, determinant: 1.0, reduction: 1.0 };
    let full = model.perpendicular * 1.5;
    assert!((model.rotational(&state(1.5), 0.0) / full - 1.0).abs() < 1e-12);
    assert!(model.rotational(&state(1.5), 200.0) < 0.15 * full);
    assert!(model.vibrational(1e3) == 1.0 && model.rotational(&state(1e3), 1e9).is_finite());
}

#[test]
fn the_density_is_positive_and_rises_from_twenty_nucleons_on() {
    let light = [data(10, 20, 1.0, 16.9), data(18, 39, 1.358, 6.599), data(18, 40, 2.4, 9.869)];
    let heavy = [data(50, 120, -1.0, 9.1), data(28, 58, -3.5, 12.2), data(92, 238, -1.0, 6.2)];
    for data in light.iter().chain(&three()).chain(&heavy) {
        let (rho, _) = prepared(data, &[]);
        let mut last = rho.total(0.0);
        assert!(last > 0.0 && rho.total(-50.0) > 0.0);
        for k in 1..600 {
            let next = rho.total(0.1 * f64::from(k));
            assert!(next >= last, "{} at {k}", data.nuclide);
            last = next;
        }
    }
}

#[test]
fn gradients_equal_finite_differences_away_from_the_defaults_and_beside_the_kinks() {
    let values = [("egsm_deformation", 0.25), ("egsm_rotation", 0.6), ("a", 1.1), ("pairing", 10.0)];
    let start = with(&values);
    for data in three().into_iter().chain([data(20, 44, 2.0, 11.1)]) {
        let (rho, model) = prepared(&data, &values);
        let dual = LevelDensity::<D23>::prepare(EGSM, &data, &start.chunk(0));
        let floor = SMALLEST_CUTOFF / (model.inertia * model.critical_temperature) * model.critical_energy;
        let kinks =
            [model.critical_energy * SMALLEST_SHARE, model.critical_energy, floor].map(|u| u + rho.shift);
        let beside = kinks.into_iter().flat_map(|k| [k - 1e-3, k + 1e-3, k - 0.03, k + 0.03]);
        for energy in beside.chain([1.0, 6.0, 12.0, 40.0]) {
            let exact = observables(&dual, energy.into());
            for (slot, parameter) in parameters().iter().enumerate() {
                let value = start.at(slot).value;
                let h = 1e-6 * value.abs().max(0.1);
                let shifted = |step: f64| {
                    let mut theta = start.clone();
                    theta.set(&parameter.name, value + step).expect("within bounds");
                    observables(&LevelDensity::prepare(EGSM, &data, &theta.values()), energy)
                };
                let (up, down) = (shifted(h), shifted(-h));
                for (i, e) in exact.iter().enumerate() {
                    let numeric = (up[i] - down[i]) / (2.0 * h);
                    let ok = close(e.slot(slot), numeric, e.re() / value.abs().max(0.1));
                    assert!(
                        ok,
                        "{} {energy} {} [{i}]: {} {numeric}",
                        data.nuclide,
                        parameter.name,
                        e.slot(slot)
                    );
                }
            }
        }
    }
}

#[test]
fn all_is_finite_without_pairing() {
    let theta = with(&[("pairing", 0.0)]);
    for data in three() {
        let dual = LevelDensity::<D23>::prepare(EGSM, &data, &theta.chunk(0));
        for energy in [0.0, 1e-9, 1e-3, 0.5, 8.0] {
            for o in observables(&dual, D23::variable(energy, 22)) {
                assert!(o.re().is_finite() && o.eps.iter().all(|e| e.is_finite()), "{energy}: {o:?}");
            }
        }
    }
}

#[test]
fn the_density_of_the_argon_region_and_of_iron_is_of_the_order_of_the_back_shifted_fermi_gas() {
    for data in three() {
        let gas = LevelDensity::prepare(LevelDensityModel::default(), &data, &set().values());
        let (rho, _) = prepared(&data, &[]);
        for energy in [5.0, 8.0, 10.0, 15.0, 20.0] {
            let ratio = rho.total(energy) / gas.total(energy);
            println!("{} {energy} MeV: {:.4e}, egsm / bsfg {ratio:.3}", data.nuclide, rho.total(energy));
            assert!((0.1..10.0).contains(&ratio), "{} {energy}: {ratio}", data.nuclide);
        }
    }
}

/// A row of RIPL's table of s-wave neutron resonance spacings, with the compound nucleus's data.
struct Spacing {
    data: NuclideData,
    target_spin: f64,
    /// D_0 [MeV].
    spacing: f64,
    deformation: f64,
    /// The parameter a [1/MeV] at S_n with which the model of capote2009 has this spacing.
    fitted: f64,
}

fn spacings(text: &str) -> Vec<Spacing> {
    let rows = text.lines().filter(|l| !l.starts_with('#')).filter_map(|line| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let number = |i: usize| cells.get(i)?.parse::<f64>().ok();
        number(14)?;
        Some(Spacing {
            // Its shell corrections are those that the parameters were fitted with.
            data: data(number(0)? as u8, number(1)? as u16, number(7)? - 1.1, number(4)?),
            target_spin: number(3)?,
            spacing: number(5)? / 1e3,
            deformation: number(8)?,
            fitted: number(11)?,
        })
    });
    rows.collect()
}

/// ln of the computed over the measured spacing, for `values`.
fn distance(row: &Spacing, values: &[(&str, f64)]) -> f64 {
    let (rho, _) = prepared(&row.data, values);
    let energy = row.data.neutron_separation;
    let two_i = (2.0 * row.target_spin).round() as u16;
    let spins = [two_i.checked_sub(1), Some(two_i + 1)].into_iter().flatten();
    let share: f64 = spins.map(|j| spin_fraction(rho.spin_cutoff_sq(energy), j)).sum();
    -(rho.total(energy) * 0.5 * share * row.spacing).ln()
}

/// The scale on a_tilde with which a(S_n) is the fitted one.
fn scale(row: &Spacing) -> f64 {
    (0..30).fold(1.0, |s, _| {
        let (rho, model) = prepared(&row.data, &[("a", s)]);
        let x = row.data.neutron_separation - rho.shift - model.condensation;
        (s * row.fitted / rho.parameter(x)).clamp(0.5, 2.0)
    })
}

#[test]
fn resonance_spacings_are_reproduced_as_well_as_in_the_fit_of_capote2009() {
    let Some(text) = shared("data/ripl4/densities/level-densities-egsm.dat") else { return };
    let rows = spacings(&text);
    assert!(rows.len() > 250, "{}", rows.len());
    let rms = |x: &[f64]| (x.iter().map(|d| d * d).sum::<f64>() / x.len() as f64).sqrt();
    let global: Vec<f64> = rows.iter().map(|r| distance(r, &[])).collect();
    println!("{} spacings: root mean square factor {:.3}", rows.len(), rms(&global).exp());
    // The fit of its authors has the factor 1.70.
    assert!((rms(&global).exp() - 1.70).abs() < 0.05);
    let spherical = rows.iter().filter(|r| r.deformation.abs() < 0.005);
    let local: Vec<f64> = spherical.map(|r| distance(r, &[("a", scale(r))])).collect();
    println!("{} spherical, with the fitted a: factor {:.3}", local.len(), rms(&local).exp());
    assert!(local.len() > 30 && rms(&local).exp() < 1.12);
    let off: Vec<f64> = rows.iter().map(|r| distance(r, &[("egsm_rotation", 0.0)])).collect();
    println!("without rotational enhancement: {:.1}", rms(&off).exp());
    assert!(rms(&off).exp() > 20.0);
}
