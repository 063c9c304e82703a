use super::*;
use gradino_core::{Dual, ParamSet};
use proptest::prelude::*;

const MASS: f64 = 37_224.724;
const ARGON: Nuclide = Nuclide::new(18, 40);

fn process(form_factor: FormFactor) -> Cevns {
    Cevns { target: ARGON, form_factor }
}

fn prepared(form_factor: FormFactor) -> PreparedCevns<f64> {
    let p = process(form_factor);
    p.prepare(&ParamSet::new(p.parameters()).values(), MASS)
}

#[test]
fn low_energy_limit_is_the_point_nucleus_of_freedman1974() {
    // sigma -> G_F^2 Q_w^2 E^2 / (4 pi) as E -> 0.
    let charge = 22.0 - (1.0 - 4.0 * gradino_core::constants::SIN2_THETA_W) * 18.0;
    for model in [FormFactor::Helm, FormFactor::KleinNystrand] {
        let energy = 0.2;
        let point = GF * GF * charge * charge * energy * energy / (4.0 * PI) * CM2_PER_INVERSE_MEV2;
        assert!((prepared(model).total_at(energy) / point - 1.0).abs() < 1e-4, "{model}");
    }
}

#[test]
fn total_is_the_integral_of_the_differential_cross_section() {
    for model in [FormFactor::Helm, FormFactor::KleinNystrand] {
        let p = prepared(model);
        for energy in [3.0, 30.0, 150.0] {
            let top = maximum_recoil(energy, MASS);
            let n = 20_000;
            let sum: f64 =
                (0..n).map(|i| p.differential(energy, (f64::from(i) + 0.5) / f64::from(n) * top)).sum();
            assert!((sum * top / f64::from(n) / p.total_at(energy) - 1.0).abs() < 1e-6, "{model} {energy}");
        }
    }
}

#[test]
fn tabulated_form_factor_equals_the_formula_between_the_nodes() {
    for model in [FormFactor::Helm, FormFactor::KleinNystrand] {
        let p = prepared(model);
        let radius = process(model).parameters()[1].value;
        for i in 0..900 {
            let q = 0.37 + 1.1 * f64::from(i);
            let exact: f64 = model.at(q, radius);
            assert!((p.square(q * q) - exact * exact).abs() < 2e-6, "{model} at {q}");
        }
    }
}

#[test]
fn form_factor_falls_with_the_mean_square_radius() {
    // F(q) = 1 - q^2 R^2 / 6 + ...
    for model in [FormFactor::Helm, FormFactor::KleinNystrand] {
        let (q, radius) = (2.0, 3.5);
        let slope = (1.0 - model.at(q, radius)) * 6.0 / (q / HBAR_C).powi(2);
        assert!((slope / (radius * radius) - 1.0).abs() < 1e-3, "{model}");
    }
    let below = uniform_sphere(0.2 - 1e-9f64);
    assert!((below - uniform_sphere(0.2 + 1e-9)).abs() < 1e-10);
}

#[test]
fn total_moves_with_each_parameter_as_finite_differences_say() {
    for model in [FormFactor::Helm, FormFactor::KleinNystrand] {
        let p = process(model);
        let params = ParamSet::new(p.parameters());
        let dual = p.prepare(&params.chunk::<2>(0), MASS).total_at(Dual::from(45.0));
        for (slot, parameter) in params.iter().enumerate() {
            let at = |x: f64| {
                let mut moved = params.clone();
                moved.set(&parameter.name, x).expect("within bounds");
                p.prepare(&moved.values(), MASS).total_at(45.0)
            };
            let h = 1e-5;
            let difference = (at(parameter.value + h) - at(parameter.value - h)) / (2.0 * h);
            assert!((dual.eps[slot] / difference - 1.0).abs() < 1e-6, "{}", parameter.name);
        }
    }
}

#[test]
fn form_factors_are_read_by_name() {
    for model in [FormFactor::Helm, FormFactor::KleinNystrand] {
        assert_eq!(model.name().parse::<FormFactor>().expect("known"), model);
    }
    assert!(matches!("helm".parse::<FormFactor>(), Err(Error::UnknownModel { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn sampled_recoil_inverts_its_cdf_and_moves_as_finite_differences_say(
        energy in 2.0..120.0f64, u in 0.01..0.99f64
    ) {
        let p = process(FormFactor::Helm);
        let params = ParamSet::new(p.parameters());
        let values = prepared(FormFactor::Helm);
        let recoil = values.sample_recoil(energy, u);
        let top = maximum_recoil(energy, MASS);
        prop_assert!(recoil > 0.0 && recoil < top);
        let top_sq = 2.0 * MASS * top;
        let cdf = values.cumulative(2.0 * MASS * recoil, top_sq)
            / values.cumulative(top_sq, top_sq);
        prop_assert!((cdf - u).abs() < 1e-10);
        let theta = params.chunk::<3>(0);
        let dual = p.prepare(&theta, MASS).sample_recoil(Dual::variable(energy, 2), u);
        let h = 1e-4;
        let by_radius = |r: f64| {
            let mut moved = params.clone();
            moved.set(RADIUS, r).expect("within bounds");
            p.prepare(&moved.values(), MASS).sample_recoil(energy, u)
        };
        let radius = params.at(1).value;
        let r = (by_radius(radius + h) - by_radius(radius - h)) / (2.0 * h);
        let e = (values.sample_recoil(energy + h, u) - values.sample_recoil(energy - h, u)) / (2.0 * h);
        prop_assert!((dual.eps[1] - r).abs() < 1e-4 * top, "{} {}", dual.eps[1], r);
        prop_assert!((dual.eps[2] - e).abs() < 1e-4 * top / energy, "{} {}", dual.eps[2], e);
        prop_assert!(dual.eps[0].abs() < 1e-12);
    }
}
