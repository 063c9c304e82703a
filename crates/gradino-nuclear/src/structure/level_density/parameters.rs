//! The parameters of the level density.

use gradino_core::Parameter;

/// The parameters `level_density.*`. Those with `ct_` belong to the constant-temperature model, those of
/// the same name without it to the back-shifted Fermi gas. Those with `egsm_` belong to the superfluid model,
/// which shares `a` and `pairing` with both. The publications give no uncertainties for their global fits,
/// so none has a prior width.
pub fn parameters() -> Vec<Parameter> {
    let mut rows = koning2008();
    rows.extend(capote2009());
    rows
}

/// Those of the two models of koning2008.
fn koning2008() -> Vec<Parameter> {
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

/// Those of the superfluid model. `alpha`, `beta` and `gamma_1` were fitted to the spacings of s-wave neutron
/// resonances, with shell corrections that lie higher than those of koning2008 by 1.1 MeV around A = 40.
/// The vibrational coefficient is `1.7 [3 m r_0^2 / (17 hbar^2)]^(2/3)` with r_0 = 1.26 fm: the liquid drop
/// with a surface energy of 17 MeV per `4 pi r_0^2`.
fn capote2009() -> Vec<Parameter> {
    let row = |name: &str, value: f64, unit: &str, [lower, upper]: [f64; 2], meaning: &str| {
        let name = format!("level_density.egsm_{name}");
        Parameter::new(&name, value, unit, "capote2009", meaning).bounded(lower, upper)
    };
    vec![
        row("alpha", 0.074_055, "MeV^-1", [0.02, 0.2], "volume term of the asymptotic parameter, EGSM"),
        row("beta", 2.8598e-4, "MeV^-1", [-0.2, 1.0], "surface term of the asymptotic parameter, EGSM"),
        row(
            "gamma_1",
            0.57248,
            "MeV^-1",
            [0.05, 2.0],
            "damping of the shell correction, times A^(-1/3), EGSM",
        ),
        row("shell", 1.1, "MeV", [-5.0, 5.0], "shell correction of EGSM less that of koning2008"),
        row("inertia", 0.01448, "MeV^-1", [0.005, 0.03], "rigid moment of inertia, times A^(5/3), EGSM"),
        row("vibration", 0.0606, "MeV^(-4/3)", [0.0, 0.2], "ln K_vib, times A^(2/3) T^(4/3), EGSM"),
        row("rotation", 1.0, "", [0.0, 1.5], "share of the rotational enhancement, EGSM"),
        row(
            "deformation",
            0.0,
            "",
            [-0.5, 0.8],
            "quadrupole deformation beta_2 in the moments of inertia, EGSM",
        ),
    ]
}
