//! Reader of the discrete level files of RIPL-3 and RIPL-4 (capote2009), `zNNN.dat`.
//!
//! A file holds the nuclides of one element: an identification record, then for each level a level
//! record followed by its gamma records, all in fixed columns (FORTRAN formats in the readme of
//! the library). Empty lines between nuclides, short records and "D" exponents are accepted.

use super::assignment::Evidence;
use super::levels::{ContinuumStart, Level, LevelScheme, MAX_INTENSITY, normalised};
use crate::error::{Error, Result};
use gradino_core::{Nuclide, Parity};
use std::path::Path;
use std::str::FromStr;

/// Pairing constant [MeV] of the back shift 12/sqrt(A), koning2008.
const PAIRING: f64 = 12.0;
/// Mass number up to which nuclides have no excited state.
const LARGEST_WITHOUT_CONTINUUM: u16 = 3;
/// Highest spin that is taken for one.
const MAX_SPIN: f64 = 100.0;

/// A nuclide as its RIPL file gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct RiplScheme {
    /// The nuclide.
    pub nuclide: Nuclide,
    /// Number of levels up to which the scheme is complete, Nmax; 1 where it was not assessed.
    pub complete: usize,
    /// Number of levels up to which spins and parities are unique, Nc.
    pub unique: usize,
    /// All levels, in order of energy.
    pub levels: Vec<RiplLevel>,
}

/// A level as its RIPL record gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct RiplLevel {
    /// Excitation energy [MeV].
    pub energy: f64,
    /// Twice the spin, if one is given.
    pub two_j: Option<u16>,
    /// Parity, if one is given.
    pub parity: Option<Parity>,
    /// The original assignment of the evaluation, e.g. "(3/2,5/2)-".
    pub text: String,
    /// Final level (from 0) and probability of the electromagnetic transition; 0 if unknown.
    pub transitions: Vec<(usize, f64)>,
}

/// Reads a RIPL level file.
pub fn read_file(path: &Path) -> Result<Vec<RiplScheme>> {
    let name = path.display().to_string();
    let bytes =
        std::fs::read(path).map_err(|e| Error::Unreadable { path: name.clone(), reason: e.to_string() })?;
    parse(&String::from_utf8_lossy(&bytes), &name)
}

/// Reads the text of a RIPL level file; `path` serves for messages.
pub fn parse(text: &str, path: &str) -> Result<Vec<RiplScheme>> {
    let mut records = Records { path, lines: text.lines(), number: 0, record: "" };
    let mut schemes = Vec::new();
    while records.next_filled() {
        schemes.push(parse_nuclide(&mut records)?);
    }
    Ok(schemes)
}

impl RiplScheme {
    /// The start of the continuum [MeV].
    ///
    /// Complete schemes end at level Nmax. Where RIPL did not assess completeness (Nmax = 1, few
    /// levels are known) the levels with unique spins are kept (Nc). If this is the ground state
    /// alone, the continuum starts at the first excited level, which it then stands for; without
    /// any, at the pairing energy 12/sqrt(A) of koning2008 for even-even nuclides and at 0 for others.
    /// Nuclides up to A = 3 have no excited state: their continuum starts at infinity.
    fn cut(&self, start: ContinuumStart) -> f64 {
        let assessed = if self.complete > 1 { self.complete } else { self.unique };
        let kept = match start {
            ContinuumStart::Completeness => assessed.clamp(1, self.levels.len()),
            ContinuumStart::LastLevel => self.levels.len(),
        };
        let last = self.levels[kept - 1].energy;
        if self.nuclide.a <= LARGEST_WITHOUT_CONTINUUM {
            return f64::INFINITY;
        }
        if last > 0.0 {
            return last;
        }
        let excited = self.levels.iter().map(|l| l.energy).find(|&e| e > 0.0);
        excited.unwrap_or_else(|| pairing_energy(self.nuclide))
    }

    /// The level scheme for use, with every spin and parity settled and branchings normalised. Levels
    /// above the cut are kept behind the others.
    pub fn scheme(&self, start: ContinuumStart) -> LevelScheme {
        let continuum_from = self.cut(start);
        let mut levels: Vec<Level> = Vec::with_capacity(self.levels.len());
        for raw in &self.levels {
            let transitions = normalised(&raw.transitions, raw.energy, |to| levels[to].energy);
            let finals = transitions
                .iter()
                .map(|t| (levels[t.to].two_j, levels[t.to].parity, t.probability))
                .collect();
            let odd = self.nuclide.a % 2 == 1;
            let evidence = Evidence { odd, two_j: raw.two_j, parity: raw.parity, text: &raw.text, finals };
            let (two_j, parity, assigned) = evidence.assign();
            levels.push(Level { energy: raw.energy, two_j, parity, assigned, transitions });
        }
        LevelScheme { nuclide: self.nuclide, levels, continuum_from, source: "RIPL (capote2009)".into() }
    }
}

/// Pairing energy [MeV]: 12/sqrt(A) of koning2008 if proton and neutron number are even, else 0.
fn pairing_energy(nuclide: Nuclide) -> f64 {
    let even = nuclide.z.is_multiple_of(2) && nuclide.n().is_multiple_of(2);
    if even { PAIRING / f64::from(nuclide.a).sqrt() } else { 0.0 }
}

/// Identification record (a5,6i5,2f12.6) and all levels behind it.
fn parse_nuclide(records: &mut Records) -> Result<RiplScheme> {
    let a: u16 = records.required(5, 10, "mass number")?;
    let z: u8 = records.required(10, 15, "charge number")?;
    if a == 0 || u16::from(z) > a || a > 400 {
        return Err(records.bad(format!("there is no nuclide with Z = {z} and A = {a}")));
    }
    let nuclide = Nuclide::new(z, a);
    let count: usize = records.required(15, 20, "number of levels")?;
    let complete: usize = records.optional(25, 30, "Nmax")?.unwrap_or(1);
    let unique: usize = records.optional(30, 35, "Nc")?.unwrap_or(1);
    if count == 0 {
        return Err(records.bad(format!("{nuclide} has no level")));
    }
    let mut levels: Vec<RiplLevel> = Vec::new();
    let mut numbers: Vec<usize> = Vec::new();
    while numbers.len() < count {
        if !records.next() {
            let next = numbers.len() + 1;
            return Err(records.bad(format!("the file ends before level {next} of {count} of {nuclide}")));
        }
        let level = parse_level(records, &levels, &numbers)?;
        if level.energy == 0.0 && !levels.is_empty() {
            numbers.push(0); // RIPL-4 gives the ground state of 17Ne and 35Na twice
        } else {
            numbers.push(levels.len());
            levels.push(level);
        }
    }
    let up_to = |number: usize| numbers[number.clamp(1, count) - 1] + 1;
    Ok(RiplScheme { nuclide, complete: up_to(complete), unique: up_to(unique), levels })
}

/// Level record (i3,1x,f10.6,1x,f5.1,i3,1x,e10.3,i3,1x,a1,1x,a4,1x,a18,...) and its gamma records.
/// The sequence number is not read: it overflows its three columns in long schemes. `numbers` holds
/// the index of the level for each record so far.
fn parse_level(records: &mut Records, below: &[RiplLevel], numbers: &[usize]) -> Result<RiplLevel> {
    let energy: f64 = records.number(4, 14, "level energy")?;
    let previous = below.last().map_or(0.0, |l| l.energy);
    if energy < previous {
        return Err(
            records.bad(format!("level energy {energy} MeV is below {previous} MeV of the level before"))
        );
    }
    if below.is_empty() && energy > 0.0 {
        return Err(records.bad(format!("the first level has {energy} MeV, not 0")));
    }
    let spin: f64 = records.number(15, 20, "spin")?;
    let two_j = match spin {
        s if s < 0.0 => None,
        s if s <= MAX_SPIN => Some((2.0 * s).round() as u16),
        s => return Err(records.bad(format!("spin {s} is above {MAX_SPIN}"))),
    };
    let parity = match records.optional::<i32>(20, 23, "parity")? {
        Some(1) => Some(Parity::Plus),
        Some(-1) => Some(Parity::Minus),
        Some(0) | None => None,
        Some(other) => return Err(records.bad(format!("parity {other} is none of -1, 0, 1"))),
    };
    let gammas: usize = records.optional(34, 37, "number of gammas")?.unwrap_or(0);
    let text = records.column(45, 63).to_string();
    let mut transitions = Vec::new();
    for gamma in 1..=gammas {
        if !records.next() {
            return Err(records.bad(format!("the file ends before gamma {gamma} of {gammas} of a level")));
        }
        transitions.push(parse_gamma(records, energy, below, numbers)?);
    }
    Ok(RiplLevel { energy, two_j, parity, text, transitions })
}

/// Gamma record (39x,i4,1x,f10.4,3(1x,e10.3)): final level and probability Pe.
fn parse_gamma(
    records: &Records,
    energy: f64,
    below: &[RiplLevel],
    numbers: &[usize],
) -> Result<(usize, f64)> {
    let number: usize = records.required(39, 43, "final level")?;
    let Some(&to) = number.checked_sub(1).and_then(|i| numbers.get(i)) else {
        let problem =
            format!("final level {number} is not one of the {} levels above this line", numbers.len());
        return Err(records.bad(problem));
    };
    if below[to].energy >= energy {
        return Err(records.bad(format!("final level {number} does not lie below the level at {energy} MeV")));
    }
    let probability = records.optional::<f64>(66, 76, "transition probability")?.unwrap_or(0.0);
    if !(0.0..=MAX_INTENSITY).contains(&probability) {
        return Err(
            records.bad(format!("transition probability {probability} is not between 0 and {MAX_INTENSITY}"))
        );
    }
    Ok((to, probability))
}

/// The lines of a file, one at a time, with columns counted from 0.
struct Records<'a> {
    path: &'a str,
    lines: std::str::Lines<'a>,
    number: usize,
    record: &'a str,
}

impl Records<'_> {
    /// Goes to the next line, if there is one.
    fn next(&mut self) -> bool {
        self.number += 1;
        let line = self.lines.next();
        self.record = line.unwrap_or("");
        line.is_some()
    }
    /// Goes to the next line that is not empty, if there is one.
    fn next_filled(&mut self) -> bool {
        while self.next() {
            if !self.record.trim().is_empty() {
                return true;
            }
        }
        false
    }
    /// An error at this line.
    fn bad(&self, problem: String) -> Error {
        Error::BadLine { path: self.path.into(), line: self.number, problem }
    }
    /// The trimmed text between two columns; empty beyond the end of the line.
    fn column(&self, from: usize, to: usize) -> &str {
        self.record.get(from..to.min(self.record.len())).unwrap_or("").trim()
    }
    /// What stands between two columns, or nothing if they are blank.
    fn optional<T: FromStr>(&self, from: usize, to: usize, name: &str) -> Result<Option<T>> {
        let text = self.column(from, to);
        if text.is_empty() {
            return Ok(None);
        }
        let value = text.parse().or_else(|_| text.replace(['D', 'd'], "E").parse());
        value.map(Some).map_err(|_| self.bad(format!("cannot read \"{text}\" as the {name}")))
    }
    /// What must stand between two columns.
    fn required<T: FromStr>(&self, from: usize, to: usize, name: &str) -> Result<T> {
        let missing = || self.bad(format!("the {name} is missing in columns {} to {to}", from + 1));
        self.optional(from, to, name)?.ok_or_else(missing)
    }
    /// A finite number that must stand between two columns.
    fn number(&self, from: usize, to: usize, name: &str) -> Result<f64> {
        let value: f64 = self.required(from, to, name)?;
        if value.is_finite() { Ok(value) } else { Err(self.bad(format!("the {name} is {value}"))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first levels of 40K, and a nuclide of which only the ground state is known.
    const SAMPLE: &str = concat!(
        " 40K    40   19    4    5    3    2    7.799619    7.582273\n",
        "  1   0.000000   4.0 -1  3.938E+16  0 u                     4-*  2 =  8.9280E+01 %B-\n",
        "  2   0.029830   3.0 -1  4.250E-09  1 u                      3-  0\n",
        "                                          1     0.0298  7.704E-01  1.000E+00  2.980E-01\n",
        "  3   0.800143  -1.0  0  2.600E-13  2\n",
        "                                          2     0.7703  9.984E-01  9.985E-01  9.650E-05\n",
        "                                          1     0.8003  1.468D-03  1.468D-03  1.447E-04\n",
        "  4   2.542790   7.0  1  1.090E-09  2 u                      7+  0\n",
        "                                          3     1.6513  0.000E+00  0.000E+00  8.990E-05\n",
        "                                          1     2.5428  0.000E+00  0.000E+00  3.850E-04\n",
        "\n",
        " 30Ar   30   18    1    0    1    1    1.000000    1.000000\n",
        "  1   0.000000   0.0  1             0                      0+#  0\n",
    );

    fn sample() -> Vec<RiplScheme> {
        parse(SAMPLE, "z019.dat").expect("a sound file")
    }

    fn problem_of(text: &str) -> (usize, String) {
        match parse(text, "z019.dat") {
            Err(Error::BadLine { line, problem, .. }) => (line, problem),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn completeness_and_last_level_cut_where_they_say() {
        let cut = sample()[0].scheme(ContinuumStart::Completeness);
        assert_eq!((cut.complete(), cut.levels.len(), cut.continuum_from), (3, 4, 0.800143));
        let full = sample()[0].scheme(ContinuumStart::LastLevel);
        assert_eq!((full.complete(), full.continuum_from), (4, 2.54279));
    }

    #[test]
    fn unknown_spins_are_inferred_and_unknown_intensities_shared() {
        let full = sample()[0].scheme(ContinuumStart::LastLevel);
        let inferred = &full.levels[2];
        // E1, M1 or E2 to 3- and 4-, the stronger to 3-: 2- is the lowest.
        assert_eq!((inferred.two_j, inferred.parity, inferred.assigned), (4, Parity::Minus, false));
        let shares: Vec<f64> = full.levels[3].transitions.iter().map(|t| t.probability).collect();
        assert!((shares[1] / shares[0] - (2.54279_f64 / (2.54279 - 0.800143)).powi(3)).abs() < 1e-12);
        assert!(full.levels[0].assigned);
    }

    #[test]
    fn a_nuclide_without_excited_levels_starts_its_continuum_at_the_pairing_energy() {
        let argon = sample()[1].scheme(ContinuumStart::Completeness);
        assert_eq!((argon.levels.len(), argon.continuum_from), (1, 12.0 / 30f64.sqrt()));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let cut: String = SAMPLE.split_inclusive('\n').take(5).collect();
        assert_eq!(problem_of(&cut), (6, "the file ends before gamma 1 of 2 of a level".into()));
        let cut: String = SAMPLE.split_inclusive('\n').take(2).collect();
        assert_eq!(problem_of(&cut), (3, "the file ends before level 2 of 4 of 40K".into()));
        let (line, problem) = problem_of(&SAMPLE.replace("0.029830", "0.0x9830"));
        assert_eq!((line, problem.as_str()), (3, "cannot read \"0.0x9830\" as the level energy"));
        let (line, problem) = problem_of(&SAMPLE.replace("  1     0.0298", "  2     0.0298"));
        assert_eq!((line, problem.contains("final level 2 is not one of the 1")), (4, true));
        let (line, problem) = problem_of(&SAMPLE.replace("2.542790", "0.542790"));
        assert_eq!((line, problem.contains("below 0.800143 MeV")), (8, true));
    }

    #[test]
    fn a_ground_state_given_twice_is_kept_once() {
        let text = concat!(
            " 17Ne   17   10    3    1    1    3    1.000000    1.000000\n",
            "  1   0.000000   0.5 -1  1.092E-01  0                    1/2-   0\n",
            "  2   0.000000   0.5 -1  1.092E-01  0                    1/2-   0\n",
            "  3   1.288100   1.5 -1             1                    3/2-   0\n",
            "                                          2     1.2881  1.000E+00  1.000E+00  0.000E+00\n",
        );
        let scheme = parse(text, "z010.dat").expect("a sound file")[0].scheme(ContinuumStart::Completeness);
        assert_eq!(scheme.levels.len(), 2);
        assert_eq!(scheme.levels[1].transitions[0].to, 0);
    }

    proptest! {
        #[test]
        fn damaged_files_never_panic(at in 0usize..1000, with in "[0-9 .+E\\-\n]{0,6}", gone in 0usize..30) {
            let mut text = SAMPLE.to_string();
            let at = at.min(text.len());
            text.replace_range(at..(at + gone).min(text.len()), &with);
            for scheme in parse(&text, "damaged").unwrap_or_default() {
                let _ = scheme.scheme(ContinuumStart::Completeness);
                let _ = scheme.scheme(ContinuumStart::LastLevel);
            }
        }
        #[test]
        fn any_text_never_panics(text in ".{0,120}") {
            let _ = parse(&text, "any");
        }
    }
}
