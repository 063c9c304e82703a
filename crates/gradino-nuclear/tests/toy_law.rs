//! The law of the toy: its distribution, the inverse and their derivatives.

mod toy_support;

use gradino_core::{Dual, Real};
use gradino_nuclear::toy::{InverseTable, Next, ToyLaw, ToyNucleus};
use proptest::prelude::*;
use std::sync::Arc;
use toy_support::*;

fn nucleus() -> Arc<ToyNucleus> {
    Arc::new(ToyNucleus::default())
}

fn law(alpha: f64, lambda: f64) -> ToyLaw<f64> {
    ToyLaw::prepare(&nucleus(), &set(alpha, lambda).values())
}

fn dual_law(alpha: f64, lambda: f64) -> ToyLaw<Dual<f64, 2>> {
    ToyLaw::prepare(&nucleus(), &set(alpha, lambda).chunk::<2>(0))
}

/// Value and derivatives against central differences of the plain law, to `tolerance` of the scale.
fn check_slopes(
    (alpha, lambda): (f64, f64),
    tolerance: f64,
    dual: impl Fn(&ToyLaw<Dual<f64, 2>>) -> Dual<f64, 2>,
    plain: impl Fn(&ToyLaw<f64>) -> f64,
) -> Result<(), TestCaseError> {
    let exact = dual(&dual_law(alpha, lambda));
    let h = 1e-4;
    // Fourth order, so that steps are far above rounding.
    let slope = |f: &dyn Fn(f64) -> f64| (8.0 * (f(h) - f(-h)) - f(2.0 * h) + f(-2.0 * h)) / (12.0 * h);
    let by_alpha = slope(&|d| plain(&law(alpha + d, lambda)));
    let by_lambda = slope(&|d| plain(&law(alpha, lambda + d)));
    for (found, wanted) in [(exact.eps[0], by_alpha), (exact.eps[1], by_lambda)] {
        let scale = found.abs().max(1e-3 * exact.re.abs());
        // The differences have the rounding of energies of 8 MeV over the step.
        let allowed = tolerance * scale + 3e-10;
        prop_assert!((found - wanted).abs() < allowed, "{found} {wanted} of {}", exact.re);
        prop_assert!(found != 0.0);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_inverse_undoes_the_distribution(
        alpha in 0.5..15.0f64, lambda in 1.0..6.0f64, energy in 4.001..8.0f64, u in 0.0..1.0f64
    ) {
        let law = law(alpha, lambda);
        match law.inverse(energy, u) {
            Next::Continuum(next) => prop_assert!((law.cdf(energy, next) - u).abs() < 1e-12),
            Next::Level(k) => {
                let upper = law.cdf(energy, law.nucleus().levels[k]);
                let lower = law.cdf(energy, law.nucleus().levels[k] - 1e-9);
                prop_assert!(lower <= u && u <= upper);
                prop_assert!((upper - lower - law.level_probability(energy, k)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn probabilities_of_an_emission_add_up_and_their_derivatives_to_zero(
        alpha in 0.5..15.0f64, lambda in 1.0..6.0f64, energy in 4.0..12.0f64
    ) {
        let law = dual_law(alpha, lambda);
        let energy = Dual::from(energy);
        let levels = (0..10).fold(law.continuum_probability(energy), |s, k| s + law.level_probability(energy, k));
        prop_assert!((levels.re - 1.0).abs() < 1e-12);
        prop_assert!(levels.eps.iter().all(|d| d.abs() < 1e-11), "{levels:?}");
    }

    #[test]
    fn energies_in_the_continuum_have_the_derivatives_of_finite_differences(
        alpha in 1.0..14.0f64, lambda in 1.5..5.5f64, energy in 4.2..8.0f64, v in 0.02..0.98f64
    ) {
        let ln_tail = f64::ln(v);
        check_slopes((alpha, lambda), 1e-6,
            |law| law.continuum_inverse(Dual::from(energy), Dual::from(ln_tail)),
            |law| law.continuum_inverse(energy, ln_tail))?;
    }

    #[test]
    fn probabilities_have_the_derivatives_of_finite_differences(
        alpha in 1.0..14.0f64, lambda in 1.5..5.5f64, energy in 4.001..8.0f64, k in 0usize..10
    ) {
        check_slopes((alpha, lambda), 1e-6,
            |law| law.continuum_probability(Dual::from(energy)), |law| law.continuum_probability(energy))?;
        check_slopes((alpha, lambda), 1e-5,
            |law| law.level_probability(Dual::from(energy), k), |law| law.level_probability(energy, k))?;
    }

    #[test]
    fn the_derivative_of_the_inverse_at_the_edge_is_that_of_finite_differences(
        alpha in 1.0..14.0f64, lambda in 1.5..5.5f64, open in 1e-3..0.05f64, v in 0.05..0.95f64
    ) {
        // Just above the edge, and just above it after the emission.
        for energy in [4.0 + open, 8.0] {
            let v = if energy == 8.0 { 1.0 - 0.1 * open * v } else { v };
            check_slopes((alpha, lambda), 1e-5,
                |law| law.continuum_inverse(Dual::from(energy), Dual::from(v.ln())) - 4.0,
                |law| law.continuum_inverse(energy, v.ln()) - 4.0)?;
        }
    }

    #[test]
    fn the_tables_equal_the_law(
        alpha in 0.5..15.0f64, lambda in 1.0..6.0f64, energy in 4.001..8.0f64, v in 1e-6..1.0f64
    ) {
        let law = dual_law(alpha, lambda);
        let table = InverseTable::prepare(&law, 8.0);
        let energy = Dual { re: energy, eps: [0.3, -0.2] };
        let exact = law.continuum_inverse(energy, Dual::from(v.ln()));
        let (continuum, levels) = table.ln_widths(energy);
        let pairs = [
            (table.inverse(energy, v.ln()), exact),
            (table.sliced(energy.re).inverse(Dual::from(energy.re), v.ln()),
                law.continuum_inverse(Dual::from(energy.re), Dual::from(v.ln()))),
            (continuum, law.continuum_width(energy).ln()),
            (levels, law.levels_width(energy).ln()),
        ];
        for (found, wanted) in pairs {
            prop_assert!((found.re - wanted.re).abs() < 1e-7, "{found:?} {wanted:?}");
            for i in 0..2 {
                prop_assert!((found.eps[i] - wanted.eps[i]).abs() < 3e-6, "{found:?} {wanted:?}");
            }
        }
    }
}

#[test]
fn the_tables_equal_the_law_at_the_corners_of_the_bounds() {
    let mut worst = 0.0f64;
    for (alpha, lambda) in [(0.5, 1.0), (0.5, 6.0), (15.0, 1.0), (15.0, 6.0), (5.0, 3.0)] {
        let law = law(alpha, lambda);
        let table = InverseTable::prepare(&law, 8.0);
        for (m, k) in (0..50).flat_map(|m| (1..100).map(move |k| (m, k))) {
            let (energy, w) = (4.0 + 0.08 * (f64::from(m) + 0.5), f64::from(k) / 100.0);
            let ln_tail = (lambda + 1.0) * w.ln();
            worst =
                worst.max((table.inverse(energy, ln_tail) - law.continuum_inverse(energy, ln_tail)).abs());
        }
    }
    println!("largest difference {worst:e} MeV");
    assert!(worst < 1e-7);
}
