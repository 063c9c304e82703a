//! Reader of MARLEY's own structure files (gardiner2021).
//!
//! Numbers separated by white space: `Z A levels`, then for each level `energy twoJ parity gammas`
//! and for each gamma `energy intensity final_level` (energies in MeV, levels counted from 0).
//! Several nuclides may follow one another; "#" starts a comment.

use super::levels::{Level, LevelScheme, MAX_INTENSITY, normalised};
use crate::error::{Error, Result};
use gradino_core::{Nuclide, Parity};
use std::path::Path;
use std::str::FromStr;

/// Reads a MARLEY structure file. The continuum of each scheme starts at its last level.
pub fn read_file(path: &Path) -> Result<Vec<LevelScheme>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Error::Unreadable { path: name.clone(), reason: e.to_string() })?;
    parse(&text, &name)
}

/// Reads the text of a MARLEY structure file; `path` serves for messages.
pub fn parse(text: &str, path: &str) -> Result<Vec<LevelScheme>> {
    let mut words = Words { path, words: words_of(text), next: 0 };
    let mut schemes = Vec::new();
    while words.next < words.words.len() {
        schemes.push(parse_nuclide(&mut words)?);
    }
    Ok(schemes)
}

/// `Z A levels` and the levels.
fn parse_nuclide(words: &mut Words) -> Result<LevelScheme> {
    let z: u8 = words.read("charge number")?;
    let a: u16 = words.read("mass number")?;
    if a == 0 || u16::from(z) > a || a > 400 {
        return Err(words.bad(format!("there is no nuclide with Z = {z} and A = {a}")));
    }
    let nuclide = Nuclide::new(z, a);
    let count: usize = words.read("number of levels")?;
    if count == 0 {
        return Err(words.bad(format!("{nuclide} has no level")));
    }
    let mut levels: Vec<Level> = Vec::new();
    while levels.len() < count {
        let level = parse_level(words, nuclide, &levels)?;
        levels.push(level);
    }
    let continuum_from = levels.last().map_or(0.0, |l| l.energy);
    Ok(LevelScheme { nuclide, levels, continuum_from, source: words.path.into() })
}

/// `energy twoJ parity gammas` and the gammas.
fn parse_level(words: &mut Words, nuclide: Nuclide, below: &[Level]) -> Result<Level> {
    let energy: f64 = words.read("level energy")?;
    let previous = below.last().map_or(0.0, |l| l.energy);
    if !energy.is_finite() || energy < previous {
        return Err(
            words.bad(format!("level energy {energy} MeV is not above {previous} MeV of the level before"))
        );
    }
    if below.is_empty() && energy > 0.0 {
        return Err(words.bad(format!("the first level has {energy} MeV, not 0")));
    }
    let two_j: u16 = words.read("twice the spin")?;
    if two_j % 2 != nuclide.a % 2 {
        return Err(
            words.bad(format!("twice the spin is {two_j} in {nuclide}, which has the wrong statistics"))
        );
    }
    let parity = match words.word("parity")? {
        "+" => Parity::Plus,
        "-" => Parity::Minus,
        other => return Err(words.bad(format!("parity \"{other}\" is neither + nor -"))),
    };
    let gammas: usize = words.read("number of gammas")?;
    let mut intensities = Vec::new();
    for _ in 0..gammas {
        intensities.push(parse_gamma(words, energy, below)?);
    }
    let transitions = normalised(&intensities, energy, |to| below[to].energy);
    // The format has no mark for inferred assignments.
    Ok(Level { energy, two_j, parity, assigned: true, transitions })
}

/// `energy intensity final_level`: the final level and the intensity.
fn parse_gamma(words: &mut Words, energy: f64, below: &[Level]) -> Result<(usize, f64)> {
    let _energy: f64 = words.read("gamma energy")?;
    let intensity: f64 = words.read("gamma intensity")?;
    if !(0.0..=MAX_INTENSITY).contains(&intensity) {
        return Err(words.bad(format!("gamma intensity {intensity} is not between 0 and {MAX_INTENSITY}")));
    }
    let to: usize = words.read("final level")?;
    let own = below.len();
    match below.get(to) {
        None => Err(words.bad(format!("final level {to} of level {own} is not below it"))),
        Some(level) if level.energy >= energy => {
            Err(words.bad(format!("final level {to} does not lie below level {own}")))
        }
        Some(_) => Ok((to, intensity)),
    }
}

/// Words with their line numbers, without comments.
fn words_of(text: &str) -> Vec<(usize, &str)> {
    let code = |line: &'_ str| line.split('#').next().unwrap_or("").len();
    text.lines()
        .enumerate()
        .flat_map(|(i, line)| line[..code(line)].split_whitespace().map(move |word| (i + 1, word)))
        .collect()
}

/// The words of a file, one at a time.
struct Words<'a> {
    path: &'a str,
    words: Vec<(usize, &'a str)>,
    next: usize,
}

impl<'a> Words<'a> {
    /// An error at the line of the word read last.
    fn bad(&self, problem: String) -> Error {
        let line = self.words.get(self.next.saturating_sub(1)).map_or(1, |w| w.0);
        Error::BadLine { path: self.path.into(), line, problem }
    }
    /// The next word.
    fn word(&mut self, name: &str) -> Result<&'a str> {
        let Some(&(_, word)) = self.words.get(self.next) else {
            return Err(self.bad(format!("the file ends where the {name} is expected")));
        };
        self.next += 1;
        Ok(word)
    }
    /// The next word as a number.
    fn read<T: FromStr>(&mut self, name: &str) -> Result<T> {
        let word = self.word(name)?;
        word.parse().map_err(|_| self.bad(format!("cannot read \"{word}\" as the {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TWO_NUCLIDES: &str = "\
# two nuclides, shortened
19 40 3
  0.0 8 - 0
  0.03 6 - 1
    0.03 12.5 0
  0.8 4 - 2
    0.77 300 1
    0.80 100 0
18 39 1
  0.0 7 - 0
";

    fn problem_of(text: &str) -> (usize, String) {
        match parse(text, "K40.txt") {
            Err(Error::BadLine { line, problem, .. }) => (line, problem),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nuclides_follow_one_another_and_intensities_are_normalised() {
        let schemes = parse(TWO_NUCLIDES, "K40.txt").expect("a sound file");
        assert_eq!(schemes.len(), 2);
        assert_eq!(schemes[0].nuclide, Nuclide::new(19, 40));
        assert_eq!(schemes[0].continuum_from, 0.8);
        let shares: Vec<_> = schemes[0].levels[2].transitions.iter().map(|t| (t.to, t.probability)).collect();
        assert_eq!(shares, vec![(1, 0.75), (0, 0.25)]);
        assert_eq!(schemes[1].levels[0].two_j, 7);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let (line, problem) = problem_of("19 40 2\n0 8 - 0\n");
        assert_eq!((line, problem.contains("file ends")), (2, true));
        let (line, problem) = problem_of("19 40 2\n0 8 - 0\n0.1 6 - 1\n0.1 1 1\n");
        assert_eq!((line, problem.contains("not below")), (4, true));
        let (line, problem) = problem_of("19 40 1\n0 8 x 0\n");
        assert_eq!((line, problem.contains("parity \"x\"")), (2, true));
        assert!(problem_of("19 40 1\n0 7 - 0\n").1.contains("statistics"));
        assert!(problem_of("19 40 99999999999999999\n0 8 - 0\n").1.contains("file ends"));
    }

    proptest! {
        #[test]
        fn damaged_files_never_panic(at in 0usize..200, with in "[0-9 .+\\-e\n#]{0,4}", gone in 0usize..5) {
            let mut text = TWO_NUCLIDES.to_string();
            let at = at.min(text.len());
            text.replace_range(at..(at + gone).min(text.len()), &with);
            let _ = parse(&text, "damaged");
        }
        #[test]
        fn any_text_never_panics(text in ".{0,60}") {
            let _ = parse(&text, "any");
        }
    }
}
