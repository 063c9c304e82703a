//! The parameters of the gamma strengths.

use gradino_core::Parameter;

/// The parameters `gamma_strength.*`. Those with `smlo_` replace `e1_*` in the model `smlo`, with the fit
/// errors of plujko2018 as priors; belgya2006 gives no errors for the others.
pub fn parameters() -> Vec<Parameter> {
    let row = |source: &str, name: &str, value: f64, unit: &str, [lower, upper]: [f64; 2], meaning: &str| {
        let name = format!("gamma_strength.{name}");
        Parameter::new(&name, value, unit, source, meaning).bounded(lower, upper)
    };
    let ripl = |name, value, unit, bounds, meaning| row("belgya2006", name, value, unit, bounds, meaning);
    let smlo = |name, value, unit, bounds, meaning| row("plujko2018", name, value, unit, bounds, meaning);
    vec![
        ripl("e1_energy_a13", 31.2, "MeV", [15.0, 60.0], "E1 energy, times A^(-1/3)"),
        ripl("e1_energy_a16", 20.6, "MeV", [10.0, 40.0], "E1 energy, times A^(-1/6)"),
        ripl("e1_width", 0.026, "MeV", [0.01, 0.1], "E1 width, times (energy / MeV)^exponent"),
        ripl("e1_width_exponent", 1.91, "", [1.0, 3.0], "power of the E1 energy in the E1 width"),
        ripl("e1_sigma", 1.2, "", [0.1, 3.0], "E1 strength in units of 120 N Z / (A pi Gamma) mb"),
        row("kopecky1990", "glo_limit", 0.7, "", [0.0, 3.0], "weight of the limit at zero energy (glo)"),
        smlo("smlo_energy", 128.0, "MeV", [60.0, 250.0], "E1 energy of smlo, volume term").with_sigma(0.9),
        smlo("smlo_energy_surface", 8.5, "", [1.0, 30.0], "E1 energy of smlo, surface term").with_sigma(0.2),
        smlo("smlo_width", 0.42, "MeV", [0.1, 1.5], "E1 width of smlo, times (energy / MeV)^exponent")
            .with_sigma(0.05),
        smlo("smlo_width_exponent", 0.9, "", [0.5, 1.5], "power of the E1 energy in the width of smlo")
            .with_sigma(0.04),
        smlo("smlo_sum_rule", 1.2, "", [0.1, 3.0], "E1 strength of smlo in units of the TRK sum rule"),
        ripl("m1_energy", 41.0, "MeV", [20.0, 80.0], "M1 energy, times A^(-1/3)"),
        ripl("m1_width", 4.0, "MeV", [0.5, 12.0], "M1 width"),
        ripl("m1_strength", 0.0588, "", [0.005, 0.5], "f_E1 / f_M1 at 7 MeV, times A^exponent"),
        ripl("m1_exponent", 0.878, "", [0.3, 1.5], "power of A in f_E1 / f_M1 at 7 MeV"),
        ripl("e2_energy", 63.0, "MeV", [30.0, 120.0], "E2 energy, times A^(-1/3)"),
        ripl("e2_width_0", 6.11, "MeV", [4.0, 12.0], "E2 width, constant part"),
        ripl("e2_width_a", -0.012, "MeV", [-0.013, 0.02], "E2 width, times A"),
        ripl(
            "e2_strength",
            0.000_14,
            "mb",
            [1e-5, 1e-3],
            "E2 peak cross section, times Z^2 E / (A^(1/3) Gamma)",
        ),
        ripl("higher_l", 8e-4, "", [0.0, 0.1], "peak of each multipole relative to the one below"),
    ]
}
