//! The embedded table of levels and its compact text format.
//!
//! A nuclide starts with `z,a,continuum_from,levels`; each of its levels follows as
//! `energy,two_j parity,assigned,final:share,...` (energies in MeV, levels counted from 0, assigned
//! 0 or 1). "#" starts a comment line. `cargo xtask make-tables` writes the table.

use super::levels::{Level, LevelScheme, MAX_INTENSITY, normalised};
use crate::error::{Error, Result};
use gradino_core::{Nuclide, Parity};
use std::fmt::Write as _;
use std::sync::OnceLock;

/// The embedded table.
const TABLE: &str = include_str!("../../data/Levels.csv");
/// Its name in messages and as the source of a scheme.
const NAME: &str = "Levels.csv (capote2009)";

/// The embedded level schemes, in order of Z and A: levels up to the completeness cut.
pub fn schemes() -> &'static [LevelScheme] {
    static SCHEMES: OnceLock<Vec<LevelScheme>> = OnceLock::new();
    SCHEMES.get_or_init(|| parse(TABLE, NAME).expect("a test reads the whole embedded table"))
}

/// Writes schemes in the compact format; branchings are rounded to five digits.
pub fn write(schemes: &[LevelScheme]) -> String {
    let mut text = String::new();
    for scheme in schemes {
        let (nuclide, from, count) = (scheme.nuclide, scheme.continuum_from, scheme.levels.len());
        writeln!(text, "{},{},{from},{count}", nuclide.z, nuclide.a)
            .expect("writing to a string cannot fail");
        for level in &scheme.levels {
            let assigned = u8::from(level.assigned);
            write!(text, "{},{}{},{assigned}", level.energy, level.two_j, level.parity)
                .expect("writing to a string cannot fail");
            for transition in &level.transitions {
                write!(text, ",{}:{}", transition.to, five_digits(transition.probability))
                    .expect("writing to a string cannot fail");
            }
            text.push('\n');
        }
    }
    text
}

/// The number rounded to five significant digits.
fn five_digits(number: f64) -> f64 {
    format!("{number:.4e}").parse().expect("a printed number can be read")
}

/// Reads schemes in the compact format; `path` serves for messages.
pub fn parse(text: &str, path: &str) -> Result<Vec<LevelScheme>> {
    let lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    let mut lines = lines.filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
    let mut schemes = Vec::new();
    while let Some((number, line)) = lines.next() {
        let at = At { path, line: number };
        let (nuclide, continuum_from, count) = at.header(line)?;
        let mut levels: Vec<Level> = Vec::new();
        while levels.len() < count {
            let (number, line) = lines.next().ok_or_else(|| at.bad("too few levels follow"))?;
            let level = At { path, line: number }.level(line, &levels)?;
            levels.push(level);
        }
        schemes.push(LevelScheme { nuclide, levels, continuum_from, source: path.into() });
    }
    Ok(schemes)
}

/// A place in a file.
#[derive(Clone, Copy)]
struct At<'a> {
    path: &'a str,
    line: usize,
}

impl At<'_> {
    /// An error at this place.
    fn bad(self, problem: &str) -> Error {
        Error::BadLine { path: self.path.into(), line: self.line, problem: problem.into() }
    }

    /// A field as a number.
    fn number<T: std::str::FromStr>(self, field: Option<&str>, name: &str) -> Result<T> {
        let text = field.ok_or_else(|| self.bad(&format!("the {name} is missing")))?;
        text.parse().map_err(|_| self.bad(&format!("cannot read \"{text}\" as the {name}")))
    }

    /// `z,a,continuum_from,levels`.
    fn header(self, line: &str) -> Result<(Nuclide, f64, usize)> {
        let mut fields = line.split(',');
        let z: u8 = self.number(fields.next(), "charge number")?;
        let a: u16 = self.number(fields.next(), "mass number")?;
        if a == 0 || u16::from(z) > a {
            return Err(self.bad(&format!("there is no nuclide with Z = {z} and A = {a}")));
        }
        let continuum_from = self.number(fields.next(), "start of the continuum")?;
        let count: usize = self.number(fields.next(), "number of levels")?;
        Ok((Nuclide::new(z, a), continuum_from, count))
    }

    /// `energy,two_j parity,assigned,final:share,...`.
    fn level(self, line: &str, below: &[Level]) -> Result<Level> {
        let mut fields = line.split(',');
        let energy: f64 = self.number(fields.next(), "level energy")?;
        if !energy.is_finite() || energy < below.last().map_or(0.0, |l| l.energy) {
            return Err(self.bad("levels are not in order of energy"));
        }
        let state = fields.next().unwrap_or("");
        let (spin, parity) = match (state.strip_suffix('+'), state.strip_suffix('-')) {
            (Some(spin), _) => (spin, Parity::Plus),
            (_, Some(spin)) => (spin, Parity::Minus),
            _ => return Err(self.bad(&format!("cannot read \"{state}\" as spin and parity"))),
        };
        let two_j = self.number(Some(spin), "spin")?;
        let assigned = self.number::<u8>(fields.next(), "mark of the assignment")? == 1;
        let shares = fields.map(|f| self.transition(f, energy, below)).collect::<Result<Vec<_>>>()?;
        let transitions = normalised(&shares, energy, |to| below[to].energy);
        Ok(Level { energy, two_j, parity, assigned, transitions })
    }

    /// `final:share`.
    fn transition(self, field: &str, energy: f64, below: &[Level]) -> Result<(usize, f64)> {
        let mut parts = field.split(':');
        let to: usize = self.number(parts.next(), "final level")?;
        let share: f64 = self.number(parts.next(), "share")?;
        let lies_below = below.get(to).is_some_and(|l| l.energy < energy);
        if !lies_below || !(0.0..=MAX_INTENSITY).contains(&share) {
            return Err(self.bad(&format!("transition \"{field}\" does not go down, or its share is none")));
        }
        Ok((to, share))
    }
}
