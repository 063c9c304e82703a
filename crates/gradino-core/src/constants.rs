//! Constants of nature, each with its source.

/// hbar c [MeV fm], CODATA 2018 (tiesinga2021).
pub const HBAR_C: f64 = 197.326_980_4;
/// Fine-structure constant, CODATA 2018 (tiesinga2021).
pub const ALPHA: f64 = 7.297_352_569_3e-3;
/// Fermi constant [1/MeV^2], as used by MARLEY and PDG 2012 (gardiner2021, table 1).
pub const GF: f64 = 1.166_37e-11;
/// |V_ud|, as used by MARLEY (gardiner2021, table 1).
pub const VUD: f64 = 0.974_27;
/// sin^2 of the weak mixing angle, the MS-bar value at the Z mass, as MARLEY uses it (gardiner2021, table 1);
/// at low energy it is 3 % larger.
pub const SIN2_THETA_W: f64 = 0.231_22;
/// Electron mass [MeV], CODATA 2018 (tiesinga2021).
pub const ELECTRON_MASS: f64 = 0.510_998_950_00;
/// Muon mass [MeV], CODATA 2018 (tiesinga2021).
pub const MUON_MASS: f64 = 105.658_375_5;
/// Unified atomic mass unit [MeV], CODATA 2018 (tiesinga2021).
pub const ATOMIC_MASS_UNIT: f64 = 931.494_102_42;
/// Charged pion mass [MeV] (workman2022).
pub const PION_MASS: f64 = 139.570_39;
/// 1 MeV^-2 in cm^2: (hbar c)^2 with 1 fm = 1e-13 cm.
pub const CM2_PER_INVERSE_MEV2: f64 = HBAR_C * HBAR_C * 1e-26;
