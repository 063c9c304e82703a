//! The parameters of the level density.

use gradino_core::Parameter;

/// The parameters `level_density.*`. Those with `ct_` belong to the constant-temperature model, those of
/// the same name without it to the back-shifted Fermi gas, the others to both. koning2008 gives no
/// uncertainties for its global fits, so none has a prior width.
pub fn parameters() -> Vec<Parameter> {
    let row = |name: &str, value: f64, unit: &str, [lower, upper]: [f64; 2], meaning: &str| {
        let name = format!("level_density.{name}");
        Parameter::new(&name, value, unit, "koning2008", meaning).bounded(lower, upper)
    };
    vec![
        row("a", 1.0, "", [0.5, 2.0], "scale factor on the asymptotic level-density parameter"),
        row("alpha", 0.072_239_6, "MeV^-1", [0.02, 0.2], "volume term of the asymptotic parameter"),
        row("beta", 0.195_267, "MeV^-1", [0.0, 1.0], "surface term of the asymptotic parameter"),
        row("gamma_1", 0.410_289, "MeV^-1", [0.05, 2.0], "damping of the shell correction, times A^(-1/3)"),
        row("delta", 0.173_015, "MeV", [-5.0, 5.0], "energy shift beside pairing"),
        row("pairing", 12.0, "MeV", [0.0, 30.0], "pairing shift, times A^(-1/2)"),
        row("spin_cutoff", 0.013_89, "MeV^-1", [0.005, 0.03], "rigid-body spin cut-off, times A^(5/3)"),
        row("spin_cutoff_discrete", 0.83, "", [0.3, 2.0], "spin cut-off of discrete levels, times A^0.26"),
        row("ct_alpha", 0.069_255_9, "MeV^-1", [0.02, 0.2], "alpha of the constant-temperature model"),
        row("ct_beta", 0.282_769, "MeV^-1", [0.0, 1.0], "beta of the constant-temperature model"),
        row("ct_gamma_1", 0.433_090, "MeV^-1", [0.05, 2.0], "gamma_1 of the constant-temperature model"),
        row("ct_delta", 0.0, "MeV", [-5.0, 5.0], "delta of the constant-temperature model"),
        row("ct_matching_energy", 2.33, "MeV", [1.5, 10.0], "matching energy above Delta, constant part"),
        row("ct_matching_mass", 253.0, "MeV", [0.0, 600.0], "matching energy above Delta, times 1/A"),
    ]
}
