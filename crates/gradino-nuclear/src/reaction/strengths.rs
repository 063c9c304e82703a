//! Fermi and Gamow-Teller strengths of 40Ar -> 40K: three measured sets, completed by theory.
//!
//! The measured part comes from bhattacharya2009, bhattacharya1998 or liu1998, the part above it
//! from the QRPA calculation of cheoun2012; the two are joined as in gardiner2021.
//! The standard deviations are assumptions, not the published errors: 10 % of a measured value
//! (at least one unit of its last digit), 1 % for the Fermi strength, 30 % for the QRPA part.

use crate::error::{Error, Result};
use gradino_core::Parameter;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

/// Kind of an allowed transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transition {
    /// Fermi: spin and parity stay, 0+ to 0+.
    Fermi,
    /// Gamow-Teller: 0+ to 1+.
    GamowTeller,
}

/// The strength B(F) or B(GT) of one transition.
#[derive(Clone, Debug, PartialEq)]
pub struct Strength {
    /// Excitation energy of the residue [MeV].
    pub energy: f64,
    /// B(F), or B(GT) with the factor g_A^2 included, so that the two add (gardiner2021).
    pub value: f64,
    /// Standard deviation of the value.
    pub sigma: f64,
    /// Fermi or Gamow-Teller.
    pub kind: Transition,
    /// Citation key.
    pub source: String,
}

/// A set of measured strengths, by its paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StrengthSet {
    /// 40Ar(p,n)40K, bhattacharya2009.
    #[default]
    Bhattacharya2009,
    /// Beta decay of 40Ti, bhattacharya1998.
    Bhattacharya1998,
    /// Beta decay of 40Ti, liu1998.
    Liu1998,
}

const THEORY: &str = include_str!("../../data/StrengthsCheoun2012.csv");
const HEADER: &str = "energy_MeV,strength,sigma,kind";

impl StrengthSet {
    /// All sets.
    pub const ALL: [StrengthSet; 3] =
        [StrengthSet::Bhattacharya2009, StrengthSet::Bhattacharya1998, StrengthSet::Liu1998];

    /// The name, which is also the citation key.
    pub fn name(self) -> &'static str {
        match self {
            StrengthSet::Bhattacharya2009 => "bhattacharya2009",
            StrengthSet::Bhattacharya1998 => "bhattacharya1998",
            StrengthSet::Liu1998 => "liu1998",
        }
    }

    /// The measured table.
    fn measured(self) -> &'static str {
        match self {
            StrengthSet::Bhattacharya2009 => include_str!("../../data/StrengthsBhattacharya2009.csv"),
            StrengthSet::Bhattacharya1998 => include_str!("../../data/StrengthsBhattacharya1998.csv"),
            StrengthSet::Liu1998 => include_str!("../../data/StrengthsLiu1998.csv"),
        }
    }

    /// Excitation energy [MeV] above which the strength of cheoun2012 is taken (gardiner2021).
    fn theory_from(self) -> f64 {
        match self {
            StrengthSet::Bhattacharya2009 => 11.5,
            StrengthSet::Bhattacharya1998 => 8.0,
            StrengthSet::Liu1998 => 10.0,
        }
    }

    /// The transitions in order of energy: the measured ones, then those of cheoun2012.
    pub fn strengths(self) -> Vec<Strength> {
        let embedded = "the embedded table is well formed, as its test shows";
        let mut list = read_strengths(self.name(), self.name(), self.measured()).expect(embedded);
        let theory = read_strengths("cheoun2012", "cheoun2012", THEORY).expect(embedded);
        list.extend(theory.into_iter().filter(|s| s.energy > self.theory_from()));
        list
    }
}

impl fmt::Display for StrengthSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for StrengthSet {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let known = StrengthSet::ALL.map(StrengthSet::name);
        StrengthSet::ALL.into_iter().find(|s| s.name() == text).ok_or_else(|| Error::UnknownModel {
            kind: "strength set",
            name: text.to_string(),
            known: known.to_vec(),
        })
    }
}

/// Reads a table of strengths: lines `energy_MeV,strength,sigma,kind` after a header line of that
/// text, in order of energy; `kind` is `fermi` or `gamow-teller`; lines that start with `#` and
/// empty lines do not count. `path` names the table in errors.
pub fn read_strengths(path: &str, source: &str, text: &str) -> Result<Vec<Strength>> {
    let mut list: Vec<Strength> = Vec::new();
    let mut header_seen = false;
    let bad = |line: usize, problem: String| Error::BadLine { path: path.to_string(), line, problem };
    for (i, raw) in text.lines().enumerate() {
        let row = raw.trim();
        if row.is_empty() || row.starts_with('#') {
            continue;
        }
        if !header_seen {
            if row != HEADER {
                return Err(bad(i + 1, format!("the header must be \"{HEADER}\"")));
            }
            header_seen = true;
            continue;
        }
        let strength = read_row(row, source).map_err(|problem| bad(i + 1, problem))?;
        if list.last().is_some_and(|last| last.energy >= strength.energy) {
            return Err(bad(i + 1, format!("energy {} does not rise", strength.energy)));
        }
        list.push(strength);
    }
    if list.is_empty() {
        return Err(bad(text.lines().count().max(1), "there is no transition".into()));
    }
    Ok(list)
}

fn read_row(row: &str, source: &str) -> std::result::Result<Strength, String> {
    let fields: Vec<&str> = row.split(',').map(str::trim).collect();
    let &[energy, value, sigma, kind] = fields.as_slice() else {
        return Err(format!("{} columns, but 4 are wanted", fields.len()));
    };
    let number = |name: &str, text: &str| match text.parse::<f64>() {
        Ok(x) if x.is_finite() && x >= 0.0 => Ok(x),
        _ => Err(format!("{name} \"{text}\" is not a number from 0 up")),
    };
    let kind = match kind {
        "fermi" => Transition::Fermi,
        "gamow-teller" => Transition::GamowTeller,
        other => return Err(format!("kind \"{other}\" is neither fermi nor gamow-teller")),
    };
    Ok(Strength {
        energy: number("energy", energy)?,
        value: number("strength", value)?,
        sigma: number("sigma", sigma)?,
        kind,
        source: source.to_string(),
    })
}

/// Names of the parameters, one for each strength: `strength.f_4.384`, `strength.gt_2.290`; the
/// energy in MeV has 3 decimals, or more where they are needed to tell two transitions apart.
pub fn parameter_names(strengths: &[Strength]) -> Vec<String> {
    let mut seen = HashSet::new();
    let name = |s: &Strength, digits: usize| {
        let kind = if s.kind == Transition::Fermi { "f" } else { "gt" };
        format!("strength.{kind}_{:.digits$}", s.energy)
    };
    let mut names = Vec::with_capacity(strengths.len());
    for s in strengths {
        let unique = (3..18).map(|digits| name(s, digits)).find(|n| !seen.contains(n));
        let unique = unique.unwrap_or_else(|| format!("{}_{}", name(s, 3), names.len()));
        seen.insert(unique.clone());
        names.push(unique);
    }
    names
}

/// The parameters, one for each strength, bounded from below by zero.
pub fn parameters(strengths: &[Strength]) -> Vec<Parameter> {
    let names = parameter_names(strengths);
    let parameter = |(s, name): (&Strength, &String)| {
        let kind = if s.kind == Transition::Fermi { "Fermi" } else { "Gamow-Teller" };
        let meaning = format!("{kind} strength to the state at {} MeV", s.energy);
        Parameter::new(name, s.value, "", &s.source, &meaning).bounded(0.0, f64::INFINITY).with_sigma(s.sigma)
    };
    strengths.iter().zip(&names).map(parameter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_set_is_well_formed_with_one_fermi_transition_of_strength_four() {
        for set in StrengthSet::ALL {
            let list = set.strengths();
            assert!(list.windows(2).all(|w| w[0].energy < w[1].energy), "{set}");
            let fermi: Vec<_> = list.iter().filter(|s| s.kind == Transition::Fermi).collect();
            assert_eq!(fermi.len(), 1);
            assert_eq!((fermi[0].value, fermi[0].energy), (4.0, 4.3837));
            assert!(list.iter().all(|s| s.value > 0.0 && s.sigma > 0.0));
            assert_eq!(set.name().parse::<StrengthSet>().expect("a known set"), set);
        }
    }

    #[test]
    fn measured_sums_below_8_mev_are_kept() {
        // Sums of the tabulated Gamow-Teller strengths.
        let sum = |set: StrengthSet| -> f64 {
            let low = |s: &&Strength| s.kind == Transition::GamowTeller && s.energy < 8.0;
            set.strengths().iter().filter(low).map(|s| s.value).sum()
        };
        for (set, expected) in StrengthSet::ALL.into_iter().zip([8.29, 5.52, 5.85]) {
            assert!((sum(set) - expected).abs() < 0.005, "{set}: {}", sum(set));
        }
    }

    #[test]
    fn parameter_names_are_unique_and_as_documented() {
        for set in StrengthSet::ALL {
            let list = set.strengths();
            let names = parameter_names(&list);
            let unique: HashSet<_> = names.iter().collect();
            assert_eq!(unique.len(), list.len());
            assert!(names.iter().any(|n| n == "strength.f_4.384"));
            assert_eq!(names[0], "strength.gt_2.290");
        }
        let twin = |energy| Strength {
            energy,
            value: 1.0,
            sigma: 0.1,
            kind: Transition::GamowTeller,
            source: String::new(),
        };
        let names = parameter_names(&[twin(1.0), twin(1.0001), twin(1.0001)]);
        assert_eq!(names, ["strength.gt_1.000", "strength.gt_1.0001", "strength.gt_1.00010"]);
    }

    #[test]
    fn a_bad_table_is_refused_with_its_line() {
        let line = |text: &str| match read_strengths("t.csv", "x", text) {
            Err(Error::BadLine { line, .. }) => line,
            other => panic!("{other:?}"),
        };
        assert_eq!(line(""), 1);
        assert_eq!(line("# a\nwrong"), 2);
        assert_eq!(line(&format!("{HEADER}\n1,2,3")), 2);
        assert_eq!(line(&format!("{HEADER}\n1,2,3,fermi\n\n1,2,3,fermi")), 4);
        assert_eq!(line(&format!("{HEADER}\n1,-2,3,fermi")), 2);
        assert_eq!(line(&format!("{HEADER}\n1,NaN,3,fermi")), 2);
        assert!(matches!("liu".parse::<StrengthSet>(), Err(Error::UnknownModel { .. })));
    }

    proptest! {
        #[test]
        fn reading_strengths_never_panics(text in "(energy_MeV,strength,sigma,kind\n)?[0-9a-z,.\n#-]{0,80}") {
            let _ = read_strengths("fuzz", "fuzz", &text);
        }
    }
}
