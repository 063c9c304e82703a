//! Knockout of one nucleon beside measured electron scattering, beside free nucleons, and of 12C in two fields.

use crate::Result;
use crate::reference;
use gradino::Config;
use gradino::chain::{Origin, Setup};
use gradino_core::constants::{CM2_PER_INVERSE_MEV2, GF, MUON_MASS, VUD};
use gradino_nuclear::meanfield::form_factors::NUCLEON_MASS;
use gradino_nuclear::meanfield::{Current, Nucleon};
use gradino_nuclear::quadrature::gauss_legendre;
use gradino_nuclear::reaction::exclusive::PreparedKnockout;
use nalgebra::{DMatrix, DVector};
use std::f64::consts::PI;
use std::sync::Arc;

/// Settings of measurements that are compared: nuclide, beam energy [GeV], angle [degrees]. Momentum transfers of 0.2 to
/// 0.6 GeV, where the quasi-elastic peak stands by itself.
const SETTINGS: [(&str, f64, f64); 15] = [
    ("12C", 0.24, 36.0),
    ("12C", 0.32, 36.0),
    ("12C", 0.4, 36.0),
    ("12C", 0.48, 36.0),
    ("12C", 0.401, 60.0),
    ("12C", 0.56, 36.0),
    ("12C", 0.4798, 60.0),
    ("12C", 0.3601, 145.0),
    ("12C", 0.68, 36.0),
    ("16O", 0.7, 32.0),
    ("16O", 0.737, 37.1),
    ("16O", 0.88, 32.0),
    ("40Ca", 0.34, 60.0),
    ("40Ca", 0.408, 45.5),
    ("40Ca", 0.545, 45.5),
];
/// 1 cm^2/(MeV sr) in nb/(GeV sr).
const NANOBARN_PER_GEV: f64 = 1e33 * 1e3;
/// Width of the Lorentzian that the calculated spectra are folded with [MeV].
const FOLDING: f64 = 3.0; // pandey2015
/// Step of the calculated spectra [MeV].
const STEP: f64 = 1.0;

/// A calculated spectrum beside a measured one.
#[derive(Clone, Debug)]
pub struct Electrons {
    /// Nuclide.
    pub nuclide: &'static str,
    /// Beam energy [MeV] and angle [degrees].
    pub setting: [f64; 2],
    /// Momentum transfer at the calculated peak [MeV].
    pub momentum: f64,
    /// Energy transfer at the peak [MeV], calculated and, where there are points enough, measured.
    pub peaks: [Option<f64>; 2],
    /// Measured points within the half-height of the calculated peak.
    pub points: usize,
    /// Sum of the calculated cross section over that of the measured one at these points.
    pub ratio: f64,
}

/// The prepared models of a job, one for each kind of nucleon that is struck.
pub fn models(toml: &str) -> Result<Vec<Arc<PreparedKnockout>>> {
    let config = Config::from_toml(toml)?;
    let setup = Setup::from_config(&config)?;
    let mut params = setup.parameters();
    config.apply_parameters(&mut params)?;
    let Origin::Knockout(job) = &setup.origin else { return Ok(Vec::new()) };
    Ok(job.models(&params, &[])?.iter().map(|model| model.prepare(&params, &[])).collect())
}

fn job(flux: &str, nuclide: &str, energy: f64, knockout: &str) -> String {
    format!(
        "[flux]\n{flux}\nkind = \"mono\"\nenergy = \"{energy} MeV\"\n[target]\nnuclide = \"{nuclide}\"\n\
         [reaction]\nprocesses = [\"1p1h\"]\n[knockout]\n{knockout}"
    )
}

/// d2 sigma / (d omega d cos(theta)) of all nucleons [cm^2/MeV].
fn inclusive(models: &[Arc<PreparedKnockout>], energy: f64, omega: f64, cos_theta: f64) -> f64 {
    let of = |model: &Arc<PreparedKnockout>| {
        let holes = 0..model.of.table.holes.len();
        holes.map(|hole| model.inclusive(hole, energy, omega, cos_theta)).sum::<f64>()
    };
    models.iter().map(of).sum()
}

/// A spectrum at equal steps folded with the Lorentzian.
fn folded(spectrum: &[f64]) -> Vec<f64> {
    let half = 0.5 * FOLDING;
    let share = |distance: f64| {
        let angle = |x: f64| (x / half).atan();
        (angle(distance + 0.5 * STEP) - angle(distance - 0.5 * STEP)) / PI
    };
    let at = |i: usize| {
        let term = |(k, x): (usize, &f64)| x * share(STEP * (k as f64 - i as f64));
        spectrum.iter().enumerate().map(term).sum()
    };
    (0..spectrum.len()).map(at).collect()
}

/// Straight lines between values at equal steps from 0.
fn between(values: &[f64], x: f64) -> f64 {
    let place = x / STEP;
    let at = (place as usize).min(values.len() - 2);
    values[at] + (place - at as f64) * (values[at + 1] - values[at])
}

/// The place of the maximum of the parabola that fits best through points above a share of the largest, if there are
/// enough of them.
fn peak(points: &[[f64; 2]]) -> Option<f64> {
    const TOP: f64 = 0.85;
    const ENOUGH: usize = 5;
    let largest = points.iter().map(|p| p[1]).fold(0.0, f64::max);
    let top: Vec<_> = points.iter().filter(|p| p[1] > TOP * largest).collect();
    if top.len() < ENOUGH {
        return None;
    }
    let middle = top.iter().map(|p| p[0]).sum::<f64>() / top.len() as f64;
    let row = |i: usize, power: usize| (top[i][0] - middle).powi(power as i32);
    let powers = DMatrix::from_fn(top.len(), 3, row);
    let values = DVector::from_iterator(top.len(), top.iter().map(|p| p[1]));
    let fit = powers.svd(true, true).solve(&values, f64::EPSILON).ok()?;
    (fit[2] < 0.0).then(|| middle - 0.5 * fit[1] / fit[2])
}

/// Electron scattering beside the measurements of a nuclide; none if they are absent.
pub fn electrons(nuclide: &'static str) -> Result<Option<Vec<Electrons>>> {
    let Some(rows) = reference::measured(nuclide) else { return Ok(None) };
    let settings = SETTINGS.iter().filter(|s| s.0 == nuclide);
    let highest = settings.clone().map(|s| 1e3 * s.1).fold(0.0, f64::max);
    let models = models(&job("lepton = \"e-\"", nuclide, highest, "min_q2 = \"100 MeV2\""))?;
    let mut found = Vec::new();
    for &(_, energy, angle) in settings {
        let of = |r: &&reference::Row| r.number(2) == energy && r.number(3) == angle;
        let points: Vec<[f64; 2]> =
            rows.iter().filter(of).map(|r| [1e3 * r.number(4), r.number(5)]).collect();
        found.push(beside(&models, nuclide, [1e3 * energy, angle], &points));
    }
    Ok(Some(found))
}

fn beside(
    models: &[Arc<PreparedKnockout>],
    nuclide: &'static str,
    [energy, angle]: [f64; 2],
    points: &[[f64; 2]],
) -> Electrons {
    let cos = angle.to_radians().cos();
    let steps = (0.8 * energy / STEP) as usize;
    let raw = |i: usize| inclusive(models, energy, STEP * i as f64, cos) / (2.0 * PI) * NANOBARN_PER_GEV;
    let ours = folded(&(0..steps).map(raw).collect::<Vec<_>>());
    let curve: Vec<[f64; 2]> = ours.iter().enumerate().map(|(i, &y)| [STEP * i as f64, y]).collect();
    let largest = ours.iter().copied().fold(0.0, f64::max);
    let inside = |p: &&[f64; 2]| p[0] < STEP * (steps - 1) as f64 && between(&ours, p[0]) > 0.5 * largest;
    let compared: Vec<&[f64; 2]> = points.iter().filter(inside).collect();
    let sum = |of: &dyn Fn(&[f64; 2]) -> f64| compared.iter().map(|p| of(p)).sum::<f64>();
    let ratio = sum(&|p| between(&ours, p[0])) / sum(&|p| p[1]);
    let peaks = [peak(&curve), peak(&compared.iter().map(|p| **p).collect::<Vec<_>>())];
    let vertex = &models[0].of.vertex;
    let momentum = vertex.momentum_transfer(energy, peaks[0].unwrap_or(0.0), cos).unwrap_or(0.0);
    Electrons { nuclide, setting: [energy, angle], momentum, peaks, points: compared.len(), ratio }
}

/// The total cross section of nu_mu on a free neutron at rest [cm^2], by llewellyn1972 with the form factors of `model`.
pub fn free_neutron(model: &PreparedKnockout, params: &gradino_core::ParamSet, energy: f64) -> f64 {
    let (m, mass) = (NUCLEON_MASS, MUON_MASS);
    let form_factors = model.of.form_factors.prepare(&params.values());
    let s = m * m + 2.0 * m * energy;
    let (k, e_out) = ((s - m * m) / (2.0 * s.sqrt()), (s + mass * mass - m * m) / (2.0 * s.sqrt()));
    let p_out = (e_out * e_out - mass * mass).sqrt();
    let differential = |cos: f64| {
        let q2 = 2.0 * k * (e_out - p_out * cos) - mass * mass;
        let f = form_factors.of(Current::Charged, Nucleon::Neutron, q2);
        let tau = q2 / (4.0 * m * m);
        let (f1, f2) =
            ((f.electric + tau * f.magnetic) / (1.0 + tau), (f.magnetic - f.electric) / (1.0 + tau));
        let (fa, fp) = (-f.axial, -f.pseudoscalar / 2.0);
        let mu = mass * mass / (m * m);
        let (first, second) = ((1.0 + tau) * fa * fa, (1.0 - tau) * f1 * f1);
        let rest = (f1 + f2).powi(2) + (fa + 2.0 * fp).powi(2) - 4.0 * (tau + 1.0) * fp * fp;
        let a = 0.25
            * (mu + 4.0 * tau)
            * (4.0 * (first - second + tau * (1.0 - tau) * f2 * f2 + 4.0 * tau * f1 * f2) - mu * rest);
        let b = 4.0 * tau * fa * (f1 + f2);
        let c = 0.25 * (fa * fa + f1 * f1 + tau * f2 * f2);
        let x = 4.0 * energy * m - q2 - mass * mass;
        let bracket = a - b * x / (m * m) + c * x * x / m.powi(4);
        let scale = (GF * VUD * m / energy).powi(2) / (8.0 * PI);
        scale * bracket * 2.0 * k * p_out
    };
    gauss_legendre(64).into_iter().map(|(x, w)| w * differential(x)).sum::<f64>() * CM2_PER_INVERSE_MEV2
}

/// Energies of the neutrino [MeV] at which total cross sections are compared.
pub const ENERGIES: [f64; 5] = [200.0, 400.0, 600.0, 800.0, 1000.0];

/// Total cross sections of nu_mu on a nucleus for each of its neutrons, beside those of free neutrons [cm^2], at
/// [`ENERGIES`].
pub fn neutrons(nuclide: &str, count: f64) -> Result<Vec<[f64; 2]>> {
    let toml = job("neutrino = \"nu_mu\"", nuclide, ENERGIES[4], "");
    let models = models(&toml)?;
    let params = Setup::from_config(&Config::from_toml(&toml)?)?.parameters();
    let at = |energy: f64| [models[0].total(energy).value / count, free_neutron(&models[0], &params, energy)];
    Ok(ENERGIES.map(at).to_vec())
}

/// 12C by nu_mu in two fields: self-consistent of SLy4, and that of the published tables.
pub struct TwoFields {
    /// Total cross sections [cm^2] at [`ENERGIES`].
    pub totals: Vec<[f64; 2]>,
    /// Energy transfer [MeV], d sigma / d omega [cm^2/MeV] in both at [`SPECTRUM_ENERGY`].
    pub spectrum: Vec<(f64, [f64; 2])>,
}

/// Energy of the neutrino of the spectra [MeV].
pub const SPECTRUM_ENERGY: f64 = 500.0;
/// Width of the bins of the spectra [MeV].
const BIN: f64 = 20.0;

/// Both fields of 12C.
pub fn carbon() -> Result<TwoFields> {
    let tables = "force = \"SkE2\"\nexchange = \"none\"\nfield = \"16O\"\nempty = [\"1p1/2\"]";
    let make = |knockout| models(&job("neutrino = \"nu_mu\"", "12C", ENERGIES[4], knockout));
    let both = [make("")?, make(tables)?];
    let totals = ENERGIES.map(|energy| both.each_ref().map(|models| models[0].total(energy).value)).to_vec();
    let angles = gauss_legendre(48);
    let at = |models: &[Arc<PreparedKnockout>], omega: f64| {
        angles.iter().map(|(x, w)| w * inclusive(models, SPECTRUM_ENERGY, omega, *x)).sum::<f64>()
    };
    // The mean over a bin, in which the resonances lie.
    let mean = |models: &[Arc<PreparedKnockout>], low: f64| {
        let n = 80;
        (0..n).map(|i| at(models, low + BIN * (f64::from(i) + 0.5) / f64::from(n))).sum::<f64>()
            / f64::from(n)
    };
    let bins = (1..16).map(|i| BIN * f64::from(i));
    let spectrum =
        bins.map(|low| (low + 0.5 * BIN, both.each_ref().map(|models| mean(models, low)))).collect();
    Ok(TwoFields { totals, spectrum })
}

/// Prints all tables.
pub fn print() -> Result<()> {
    print_electrons()?;
    print_neutrons()?;
    print_carbon()
}

fn print_electrons() -> Result<()> {
    println!("\nElectron scattering beside measurements, folded with {FOLDING} MeV\n");
    println!(
        "| nucleus | E [MeV] | angle | q [MeV] | peak, ours [MeV] | measured | points | ours / measured |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for nuclide in ["12C", "16O", "40Ca"] {
        let Some(rows) = electrons(nuclide)? else {
            println!("| {nuclide} | no measurements | | | | | | |");
            continue;
        };
        for e in rows {
            let peak = |place: Option<f64>| place.map_or("-".into(), |omega| format!("{omega:.0}"));
            let ([energy, angle], [ours, measured]) = (e.setting, e.peaks.map(peak));
            println!(
                "| {} | {energy:.0} | {angle} | {:.0} | {ours} | {measured} | {} | {:.2} |",
                e.nuclide, e.momentum, e.points, e.ratio
            );
        }
    }
    Ok(())
}

fn print_neutrons() -> Result<()> {
    println!("\nnu_mu, total cross sections for each neutron [1e-38 cm2]\n");
    println!("| E [MeV] | 16O | 40Ca | free, llewellyn1972 |\n| --- | --- | --- | --- |");
    let (oxygen, calcium) = (neutrons("16O", 8.0)?, neutrons("40Ca", 20.0)?);
    for ((energy, o), ca) in ENERGIES.iter().zip(oxygen).zip(calcium) {
        let [o, ca, free] = [o[0], ca[0], o[1]].map(|x| 1e38 * x);
        println!("| {energy} | {o:.4} | {ca:.4} | {free:.4} |");
    }
    Ok(())
}

fn print_carbon() -> Result<()> {
    let TwoFields { totals, spectrum } = carbon()?;
    println!("\n12C (nu_mu, mu-) in two fields\n");
    println!("| E [MeV] | SLy4, self-consistent [1e-38 cm2] | SkE2, 16O without 1p1/2 | difference |");
    println!("| --- | --- | --- | --- |");
    let difference = |[a, b]: [f64; 2]| 100.0 * (a / b - 1.0);
    for (energy, both) in ENERGIES.iter().zip(totals) {
        let [a, b] = both.map(|x| 1e38 * x);
        println!("| {energy} | {a:.4} | {b:.4} | {:+.1} % |", difference(both));
    }
    println!("\n| omega [MeV], E = {SPECTRUM_ENERGY} MeV | SLy4 [1e-42 cm2/MeV] | SkE2 | difference |");
    println!("| --- | --- | --- | --- |");
    for (omega, both) in spectrum {
        let [a, b] = both.map(|x| 1e42 * x);
        println!("| {omega} | {a:.3} | {b:.3} | {:+.1} % |", difference(both));
    }
    Ok(())
}
