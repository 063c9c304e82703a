//! The embedded tables of this crate, made from a copy of RIPL-4 (capote2009): `cargo xtask make-tables`.

use gradino_core::Nuclide;
use gradino_nuclear::structure::{ContinuumStart, LevelScheme, StructureLibrary, builtin};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Highest charge and mass number in the mass table.
const MASSES_UP_TO: Nuclide = Nuclide::new(22, 50);
/// Highest charge and neutron number in the level table: what 40Ar, 40K, 41K and 40Ca can decay to.
const LEVELS_UP_TO: (u8, u16) = (20, 22);

/// Head of the mass table.
const MASSES_HEAD: &str = "\
# Mass excess of neutral atoms, AME2020 (wang2021), as given to 1 keV by RIPL-4 (capote2009).
# measured: 1 for measured, 0 for extrapolated from trends of the mass surface.
# Made by `cargo xtask make-tables`. Columns: z, a, mass excess [MeV], uncertainty [MeV], measured
";
/// Head of the level table.
const LEVELS_HEAD: &str = "\
# Discrete levels up to the completeness cut: evaluated data as published in Nuclear Data Sheets,
# through RIPL-4 (capote2009), ENSDF snapshot of November 2021; ground states of NUBASE2020.
# Made by `cargo xtask make-tables`. A nuclide: z, a, start of the continuum [MeV], number of levels.
# A level: energy [MeV], twice the spin and parity, 1 if these are evaluated and 0 if inferred,
# then final level (from 0):share of each electromagnetic decay.
";

fn main() -> ExitCode {
    let Some(ripl) = std::env::args_os().nth(1) else {
        eprintln!("error: no folder given; it holds `levels` and `masses` of RIPL-4");
        return ExitCode::FAILURE;
    };
    match make_tables(Path::new(&ripl)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Writes `Ame2020.csv` and `Levels.csv` into the data folder.
fn make_tables(ripl: &Path) -> Result<(), String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let masses = read(&ripl.join("masses").join("mass-ame20.dat"))?;
    write(&data.join("Ame2020.csv"), &mass_table(&masses)?)?;
    let library = StructureLibrary::empty()
        .with_ripl_dir(ripl.join("levels"), ContinuumStart::Completeness)
        .map_err(|e| e.to_string())?;
    let is_wanted = |s: &&LevelScheme| s.nuclide.z <= LEVELS_UP_TO.0 && s.nuclide.n() <= LEVELS_UP_TO.1;
    let schemes: Vec<LevelScheme> = library.iter().filter(is_wanted).map(embedded).collect();
    write(&data.join("Levels.csv"), &format!("{LEVELS_HEAD}{}", builtin::write(&schemes)))
}

/// The mass table from RIPL's, FORTRAN format (2i4,1x,a2,1x,i1,2f10.3).
fn mass_table(ripl: &str) -> Result<String, String> {
    let mut table = MASSES_HEAD.to_string();
    for (i, line) in ripl.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let row = mass_row(line).ok_or_else(|| format!("mass-ame20.dat, line {}: cannot be read", i + 1))?;
        if row.0.z <= MASSES_UP_TO.z && row.0.a <= MASSES_UP_TO.a {
            let (nuclide, excess, uncertainty, measured) = row;
            writeln!(table, "{},{},{excess},{uncertainty},{}", nuclide.z, nuclide.a, u8::from(measured))
                .map_err(|e| e.to_string())?;
        }
    }
    Ok(table)
}

/// Nuclide, mass excess [MeV], uncertainty [MeV] and whether measured (flag 2).
fn mass_row(line: &str) -> Option<(Nuclide, f64, f64, bool)> {
    let column = |from: usize, to: usize| line.get(from..to).map(str::trim);
    let nuclide = Nuclide::new(column(0, 4)?.parse().ok()?, column(4, 8)?.parse().ok()?);
    let measured = column(12, 13)? == "2";
    let excess = column(13, 23)?.parse().ok()?;
    Some((nuclide, excess, column(23, line.len().min(33))?.parse().ok()?, measured))
}

/// The text of a file.
fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

/// What is embedded of a scheme: the levels up to its cut. Of 40K, where cascades start after the charged
/// current on 40Ar, all levels below the lowest separation energy.
fn embedded(scheme: &LevelScheme) -> LevelScheme {
    const LOWEST_SEPARATION_40K: f64 = 6.438; // MeV, S_alpha of wang2021
    match scheme.nuclide {
        Nuclide { z: 19, a: 40 } => {
            let kept = scheme.levels.partition_point(|l| l.energy < LOWEST_SEPARATION_40K);
            LevelScheme { levels: scheme.levels[..kept].to_vec(), ..scheme.clone() }
        }
        _ if scheme.continuum_from.is_finite() => {
            let levels = scheme.levels[..scheme.complete()].to_vec();
            LevelScheme { levels, ..scheme.clone() }
        }
        _ => scheme.clone(),
    }
}

/// Writes a file and says so.
fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    println!("{}: {} bytes", path.display(), text.len());
    Ok(())
}
