//! Three derivatives of the physics below the tables along a line in parameter space, against finite differences.

mod decay_support;

use decay_support::*;
use gradino_core::{Along, Line, ParamSet, Params, Real, Third};
use gradino_nuclear::decay::StateAt;
use gradino_nuclear::emission::fragment::Fragment;
use gradino_nuclear::emission::optical::OpticalPotential;
use gradino_nuclear::emission::radial::STEP_FM;
use gradino_nuclear::emission::transmission;
use gradino_nuclear::structure::level_density::{LevelDensity, LevelDensityModel, NuclideData};
use gradino_nuclear::structure::masses;

/// The line from the published values to these parts more.
fn line(shifts: &[(&str, f64)]) -> Line {
    let (origin, mut target) = (set(), set());
    for (name, part) in shifts {
        let value = origin.get(name).expect("a parameter").value;
        target.set(name, value * (1.0 + part)).expect("within the bounds");
    }
    Line { origin, target }
}

/// The derivatives of number 1, 2, 3 from values at t = -4h, ..., 4h, exact for polynomials up to the seventh power.
fn differences(line: &Line, h: f64, f: impl Fn(&Params<f64>) -> f64) -> [f64; 3] {
    const FIRST: [f64; 4] = [4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0];
    const SECOND: [f64; 4] = [8.0 / 5.0, -1.0 / 5.0, 8.0 / 315.0, -1.0 / 560.0];
    const THIRD: [f64; 4] = [-61.0 / 30.0, 169.0 / 120.0, -3.0 / 10.0, 7.0 / 240.0];
    let at = |k: i32| {
        let t = f64::from(k) * h;
        f(&line.origin.seeded(|i, p| p.value + t * (line.target.at(i).value - p.value)))
    };
    let pairs = [1, 2, 3, 4].map(|k| (at(k), at(-k)));
    let middle = at(0);
    let odd = |c: &[f64; 4]| pairs.iter().zip(c).map(|((a, b), c)| c * (a - b)).sum::<f64>();
    let even = pairs.iter().zip(SECOND).map(|((a, b), c)| c * (a + b - 2.0 * middle)).sum::<f64>();
    [odd(&FIRST) / h, even / h.powi(2), odd(&THIRD) / h.powi(3)]
}

fn check(what: &str, exact: Third, differences: [f64; 3]) {
    // An order counts by what it does to a step of size one.
    let size = (1..=3).map(|k| exact.derivative(k).abs()).fold(0.0, f64::max);
    for (k, difference) in differences.into_iter().enumerate() {
        let own = exact.derivative(k + 1);
        println!("{what}, derivative {}: {own:.9e}, differences {difference:.9e}", k + 1);
        assert!((own - difference).abs() < [1e-9, 1e-7, 1e-5][k] * size, "{what} {k}");
    }
}

#[test]
fn level_densities_have_three_derivatives() {
    let data = NuclideData {
        nuclide: POTASSIUM_40,
        shell_correction: masses::shell_correction(POTASSIUM_40).expect("a mass"),
        neutron_separation: 7.8,
    };
    let line = line(&[
        ("level_density.a", 0.3),
        ("level_density.gamma_1", -0.3),
        ("level_density.spin_cutoff", 0.3),
    ]);
    for model in [LevelDensityModel::BackShiftedFermiGas, LevelDensityModel::ConstantTemperature] {
        for excitation in [4.0, 15.0] {
            fn ln<D: Real>(of: &LevelDensity<D>, excitation: f64) -> D {
                of.density(D::from(excitation), 4).ln()
            }
            let exact = ln(&LevelDensity::prepare(model, &data, &line.parameters::<Third>()), excitation);
            let by_values =
                differences(&line, 0.05, |theta| ln(&LevelDensity::prepare(model, &data, theta), excitation));
            check(&format!("{model:?} at {excitation} MeV"), exact, by_values);
        }
    }
}

#[test]
fn transmission_coefficients_have_three_derivatives() {
    let line = line(&[
        ("optical.v1_0", 0.05),
        ("optical.rv_0", -0.03),
        ("optical.d1_0", 0.2),
        ("optical.av_0", 0.05),
    ]);
    let mass = masses::atomic_mass(POTASSIUM_40).expect("a mass");
    for (fragment, energy, l, two_j) in
        [(Fragment::Neutron, 1.5, 1, 3), (Fragment::Proton, 4.0, 2, 5), (Fragment::Alpha, 6.0, 0, 0)]
    {
        fn ln<D: Real>(theta: &Params<D>, mass: f64, fragment: Fragment, at: (f64, u32, u32)) -> D {
            let potential = OpticalPotential::prepare(POTASSIUM_40, fragment, mass, theta);
            transmission::direct(&potential, at.0, at.1, at.2, STEP_FM).ln()
        }
        let at = (energy, l, two_j);
        let exact = ln(&line.parameters::<Third>(), mass, fragment, at);
        check(
            &format!("{fragment:?}"),
            exact,
            differences(&line, 0.05, |theta| ln(theta, mass, fragment, at)),
        );
    }
}

#[test]
fn widths_have_three_derivatives() {
    let line = line(&[("level_density.a", 0.1), ("gamma_strength.e1_width", 0.3), ("optical.v1_0", 0.02)]);
    let network = network(POTASSIUM_40, 11.0, &[]);
    let state = StateAt { excitation: 10.5, two_j: 2, parity: gradino_core::Parity::Plus };
    let ways = network.direct_widths(&line.parameters::<Third>(), state, 8).partial;
    for (k, way) in ways.iter().enumerate().filter(|(_, way)| way.discrete.re() > 0.0).take(3) {
        let by_values = differences(&line, 0.1, |theta| {
            let way = &network.direct_widths(theta, state, 8).partial[k];
            (way.discrete + way.continuum).ln()
        });
        check(&format!("{:?}", way.fragment), (way.discrete + way.continuum).ln(), by_values);
    }
}

#[test]
fn a_line_has_the_parameters_of_its_ends() {
    let ends = line(&[("level_density.a", 0.1)]);
    let theta = ends.parameters::<Third>();
    let same = |set: &ParamSet, t: f64| {
        set.iter().all(|p| (theta[p.name.as_str()].taylor(3, t) - p.value).abs() < 1e-12)
    };
    assert!(same(&ends.origin, 0.0) && same(&ends.target, 1.0));
}
