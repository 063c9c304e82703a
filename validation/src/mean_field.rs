//! The Hartree-Fock field: levels of an independent program, published energies and radii, the step of the mesh and
//! derivatives.

use crate::Result;
use crate::agreement::{Agreement, print_row};
use crate::cpu;
use crate::reference::shared;
use gradino_core::{Dual, Nuclide, Real};
use gradino_nuclear::Error;
use gradino_nuclear::meanfield::{
    CoulombExchange, MeanField, Mesh, Nucleon, Options, Shell, Skyrme, SkyrmeForce,
};

/// Nuclei of the tables, with binding energies [MeV] (wang2021) and charge radii [fm] (angeli2013).
pub const NUCLEI: [(Nuclide, f64, f64); 5] = [
    (Nuclide::new(6, 12), 92.162, 2.4702),
    (Nuclide::new(8, 16), 127.619, 2.6991),
    (Nuclide::new(20, 40), 342.052, 3.4776),
    (Nuclide::new(18, 40), 343.810, 3.4274),
    (Nuclide::new(26, 56), 492.258, 3.7377),
];
/// Energy [MeV] and radii [fm] of neutrons and protons with SLy4 in the spherical program of carlson2023.
const PUBLISHED: [(Nuclide, [f64; 3]); 5] = [
    (Nuclide::new(8, 16), [128.504, 2.6614, 2.6862]),
    (Nuclide::new(20, 40), [344.283, 3.3721, 3.4197]),
    (Nuclide::new(20, 48), [417.862, 3.6066, 3.4530]),
    (Nuclide::new(50, 132), [1103.425, 4.8910, 4.6696]),
    (Nuclide::new(82, 208), [1635.587, 5.6175, 5.4577]),
];
/// Step of the central differences over the scale of a parameter.
const STEP: f64 = 2e-4;
/// A derivative below this share of the largest of its kind is not compared relative to itself.
const SMALL: f64 = 1e-3;

/// Prints the tables.
///
/// # Errors
/// A field that is not found.
pub fn print() -> Result<()> {
    println!("\n| mean field | points | largest difference | median |\n| --- | --- | --- | --- |");
    for name in SkyrmeForce::names() {
        let [energy, radii, levels] = independent(name)?.map_or([None, None, None], |all| all.map(Some));
        print_row(&format!("{name}: energy, against an independent program"), energy);
        print_row(&format!("{name}: radii"), radii);
        print_row(&format!("{name}: levels [MeV]"), levels);
    }
    let [energy, radii] = published()?;
    print_row("SLy4: energy, against carlson2023", Some(energy));
    print_row("SLy4: radii, against carlson2023", Some(radii));
    for name in SkyrmeForce::names() {
        print_row(&format!("{name}: step of 0.05 fm against 0.025 fm, levels [MeV]"), Some(mesh_step(name)?));
    }
    for (nuclide, name) in [("16O", "SLy4"), ("40Ar", "SkE2"), ("12C", "SIII"), ("56Fe", "SkM*")] {
        let found = derivatives(nuclide.parse()?, name)?;
        print_row(&format!("{nuclide}, {name}: derivatives against finite differences"), Some(found));
    }
    println!("\n| nucleus | force | energy [MeV] | measured | charge radius [fm] | measured | CPU time |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (nuclide, energy, radius) in NUCLEI {
        for name in SkyrmeForce::names() {
            let force = force(name)?;
            let (solved, time) = cpu::timed(|| MeanField::solve(nuclide, &force, &Options::default()));
            match solved {
                Ok(field) => println!(
                    "| {nuclide} | {name} | {:.2} | {:.2} | {:.3} | {radius:.3} | {:.0} ms |",
                    field.energy.total(),
                    -energy,
                    field.radii.charge,
                    1e3 * time
                ),
                Err(error) => println!("| {nuclide} | {name} | {error} | | | | |"),
            }
        }
    }
    Ok(())
}

/// A force in numbers.
pub fn force(name: &str) -> Result<Skyrme<f64>> {
    Ok(Skyrme::new(&SkyrmeForce::named(name)?.parameters.values()))
}

/// Energies, radii and levels of a force beside those of the independent program; levels are compared in units
/// of 1 MeV. None where the reference folder is absent.
pub fn independent(name: &str) -> Result<Option<[Agreement; 3]>> {
    let Some(path) = shared().map(|path| path.join("reference").join("hf_levels.txt")) else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(path)?;
    let mut all = [Agreement::default(), Agreement::default(), Agreement::default()];
    let lines: Vec<&str> = text.lines().collect();
    for rows in lines.chunks(3).filter(|rows| rows[0].split(' ').nth(1) == Some(name)) {
        let head: Vec<&str> = rows[0].split_whitespace().collect();
        let exchange = if head[3] == "slater" { CoulombExchange::Slater } else { CoulombExchange::None };
        let options = Options { centre_of_mass: head[2] == "cm", exchange, ..Options::default() };
        // The independent program drops the terms in J^2.
        let force = Skyrme { j2: 0.0, ..force(name)? };
        let ours = match MeanField::solve(head[0].parse()?, &force, &options) {
            Err(Error::Collapse { .. }) => continue,
            other => other?,
        };
        let named = format!("{} {} {}", head[0], head[2], head[3]);
        let theirs =
            |key: &str| head.iter().find_map(|w| w.strip_prefix(key)).map_or(Ok(f64::NAN), str::parse);
        all[0].add(ours.energy.total(), theirs("E=")?, named.clone());
        all[1].add(ours.radii.proton, theirs("rp=")?, format!("{named} protons"));
        all[1].add(ours.radii.neutron, theirs("rn=")?, format!("{named} neutrons"));
        for (nucleon, row) in Nucleon::BOTH.into_iter().zip(&rows[1..]) {
            for (shell, energy) in levels(row)? {
                let level = ours.orbital(nucleon, shell).map_or(f64::NAN, |o| o.energy);
                all[2].add_difference(level - energy, format!("{named} {nucleon} {shell}"));
            }
        }
    }
    Ok(Some(all))
}

/// The levels of a row like `n {'1s1/2': -32.95, ...}`.
fn levels(row: &str) -> Result<Vec<(Shell, f64)>> {
    let inside = row.split(['{', '}']).nth(1).unwrap_or("");
    let one = |item: &str| -> Result<(Shell, f64)> {
        let (shell, energy) = item.split_once(": ").ok_or("a level without an energy")?;
        Ok((shell.trim().trim_matches('\'').parse()?, energy.parse()?))
    };
    inside.split(", ").map(one).collect()
}

/// Energies, and radii, with SLy4 beside those of carlson2023.
pub fn published() -> Result<[Agreement; 2]> {
    let mut all = [Agreement::default(), Agreement::default()];
    for (nuclide, [energy, neutron, proton]) in PUBLISHED {
        let ours = MeanField::solve(nuclide, &force("SLy4")?, &Options::default())?;
        all[0].add(-ours.energy.total(), energy, format!("A = {}", nuclide.a));
        all[1].add(ours.radii.neutron, neutron, format!("A = {}, neutrons", nuclide.a));
        all[1].add(ours.radii.proton, proton, format!("A = {}, protons", nuclide.a));
    }
    Ok(all)
}

/// Levels [MeV] with the step of the mesh less those with half of it, for all nuclei of the tables.
pub fn mesh_step(name: &str) -> Result<Agreement> {
    let mut all = Agreement::default();
    let usual = Options::default();
    let mesh = Mesh { step_fm: 0.5 * usual.mesh.step_fm, points: 2 * usual.mesh.points };
    for (nuclide, _, _) in NUCLEI {
        let force = force(name)?;
        let coarse = match MeanField::solve(nuclide, &force, &usual) {
            Err(Error::Collapse { .. }) => continue,
            other => other?,
        };
        let fine = MeanField::solve(nuclide, &force, &Options { mesh, ..usual })?;
        for orbital in coarse.occupied() {
            let level = fine.orbital(orbital.nucleon, orbital.shell).map_or(f64::NAN, |o| o.energy);
            let named = format!("{nuclide} {} {}", orbital.nucleon, orbital.shell);
            all.add_difference(orbital.energy - level, named);
        }
    }
    Ok(all)
}

/// Derivatives of the energy, the radii and the filled levels with respect to all parameters of a force, beside
/// central differences of the fourth order.
pub fn derivatives(nuclide: Nuclide, name: &str) -> Result<Agreement> {
    let set = SkyrmeForce::named(name)?.parameters;
    let options = Options::default();
    let mut all = Agreement::default();
    for first in (0..set.len()).step_by(8) {
        let dual: MeanField<Dual<f64, 8>> =
            MeanField::solve(nuclide, &Skyrme::new(&set.chunk(first)), &options)?;
        for i in first..set.len().min(first + 8) {
            let value = set.at(i).value;
            let unit = match set.at(i).name.as_str() {
                _ if value != 0.0 => value.abs(),
                "skyrme.t4" => 1e4,
                _ => 1.0,
            };
            let at = |steps: f64| -> Result<Vec<(String, f64)>> {
                let moved = |k: usize, v: f64| if k == i { v + steps * STEP * unit } else { v };
                let theta = set.seeded(|k, p| moved(k, p.value));
                Ok(observables(&MeanField::solve(nuclide, &Skyrme::new(&theta), &options)?))
            };
            let [a, b, c, d] = [at(-2.0)?, at(-1.0)?, at(1.0)?, at(2.0)?];
            let difference = |k: usize| (8.0 * (c[k].1 - b[k].1) - (d[k].1 - a[k].1)) / (12.0 * STEP * unit);
            for (k, (what, ours)) in observables(&dual).into_iter().enumerate() {
                let exact = difference(k);
                let size = exact.abs().max(SMALL / unit);
                let named = format!("{} of {what}", set.at(i).name);
                all.add_difference((ours.slot(i - first) - exact) / size, named);
            }
        }
    }
    Ok(all)
}

fn observables<D: Real>(field: &MeanField<D>) -> Vec<(String, D)> {
    let r = &field.radii;
    let sums = [("energy", field.energy.total()), ("r_n", r.neutron), ("r_p", r.proton), ("r_ch", r.charge)];
    let levels = field.occupied().map(|o| (format!("{} {}", o.nucleon, o.shell), o.energy));
    sums.into_iter().map(|(name, x)| (name.to_string(), x)).chain(levels).collect()
}
