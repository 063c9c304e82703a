//! The works that a run used, with their identifiers.

use crate::config::{Config, Source};
use crate::io::Citation;
use gradino_core::cite::Citations;

/// References of all citation keys.
const BIBLIOGRAPHY: &str = concat!(
    include_str!("../../gradino-nuclear/data/literature.bib"),
    "\n",
    include_str!("../../gradino-infer/data/literature.bib"),
    "\n",
    include_str!("../../gradino-neural/data/literature.bib")
);

/// The works that a run with this configuration uses.
pub fn citations(config: &Config) -> Vec<Citation> {
    let mut used = Citations::new();
    for choice in config.chosen() {
        if !choice.source.is_empty() {
            used.cite(choice.source, choice.meaning);
        }
    }
    used.cite("hauser1952", "statistical decay of compound nuclei");
    used.cite("koning2003", "optical potential of nucleons, folded for composite fragments");
    used.cite("watanabe1958", "folding of the optical potential");
    used.cite("pruitt2023", "prior of the optical parameters");
    used.cite("wang2021", "atomic masses");
    used.cite("capote2009", "discrete levels and where they are complete");
    used.cite("salmon2011", "random numbers");
    match &config.source {
        Source::State(_) => {}
        Source::Beam(beam) if beam.reaction.knocks_out() => {
            used.cite("vautherin1972", "Hartree-Fock with Skyrme forces");
            used.cite("donnelly1979", "reduced matrix elements of one-body currents");
        }
        Source::Beam(_) => {
            used.cite("gardiner2021", "allowed approximation with exact recoil");
            used.cite("cheoun2012", "Gamow-Teller strengths above the measured ones");
        }
    }
    let with_ids = |(key, what_for): (&str, &str)| Citation {
        key: key.into(),
        what_for: what_for.into(),
        doi: field(key, "doi").unwrap_or_default(),
        arxiv: field(key, "eprint").unwrap_or_default(),
    };
    used.iter().map(with_ids).collect()
}

/// A field of an entry of the bibliography.
pub fn field(key: &str, name: &str) -> Option<String> {
    let start = BIBLIOGRAPHY.find(&format!("{{{key},"))?;
    let entry = &BIBLIOGRAPHY[start..];
    let entry = &entry[..entry.find("\n}").unwrap_or(entry.len())];
    let value =
        entry.lines().find_map(|l| l.trim_start().strip_prefix(name)?.trim_start().strip_prefix('='))?;
    let plain: String = value.trim().trim_end_matches(',').chars().filter(|c| !"{}".contains(*c)).collect();
    Some(plain.replace("--", "–"))
}

/// A reference in one line: author, title, journal and year as far as the bibliography has them.
pub fn reference(key: &str) -> String {
    let parts = ["author", "note", "title", "journal", "volume", "pages"];
    let mut known: Vec<String> = parts.iter().filter_map(|p| field(key, p)).collect();
    if field(key, "note").is_none() {
        known.extend(field(key, "year"));
    }
    known.extend(field(key, "doi").map(|doi| format!("doi:{doi}")));
    if known.is_empty() { key.to_string() } else { known.join(", ").replace(" and ", ", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_work_of_the_default_job_is_in_the_bibliography() {
        let used = citations(&Config::default());
        assert!(used.len() > 8);
        for citation in used {
            assert!(field(&citation.key, "year").is_some(), "{} is missing", citation.key);
        }
    }
}
