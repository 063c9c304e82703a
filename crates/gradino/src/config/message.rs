//! From what the TOML reader says to an error with its place and a hint.

use super::choices::{ChargedLepton, NamedChoice, Neutrino};
use super::quantity::HINT_MARK;
use crate::error::{Error, Place};
use gradino_core::text::closest;
use toml::de::DeTable;

/// What is wrong with a value, before its line is known.
#[derive(Debug)]
pub(crate) struct Complaint {
    section: String,
    key: String,
    kind: Kind,
    hint: Option<String>,
}

/// A value that was checked.
pub(crate) type Checked<T> = std::result::Result<T, Complaint>;

#[derive(Debug)]
enum Kind {
    Bad(String),
    Missing(String),
    Conflict(&'static str),
}

/// A complaint about the value of `key`.
pub(crate) fn complaint(key: &str, reason: impl Into<String>) -> Complaint {
    Complaint { section: String::new(), key: key.into(), kind: Kind::Bad(reason.into()), hint: None }
}

impl Complaint {
    /// With what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    /// With the section that holds the key.
    pub(crate) fn within(mut self, section: &str) -> Self {
        self.section = section.into();
        self
    }
    /// The key is missing, and may look like `example`.
    pub(crate) fn missing(mut self, example: impl Into<String>) -> Self {
        self.kind = Kind::Missing(example.into());
        self
    }
    /// The key is a section that excludes the section `first`.
    pub(crate) fn conflict(mut self, first: &'static str) -> Self {
        self.kind = Kind::Conflict(first);
        self
    }
}

/// The error of a complaint about `text`.
pub(super) fn from_complaint(text: &str, complaint: Complaint) -> Error {
    let Complaint { section, key, kind, hint } = complaint;
    let line = line_of(text, &section, &key);
    match kind {
        Kind::Conflict(first) => Error::Conflict { first: first.into(), second: key, line },
        Kind::Bad(reason) => Error::BadValue { key, place: Place { section, line }, reason, hint },
        Kind::Missing(example) => Error::MissingKey { key, place: Place { section, line }, example },
    }
}

/// The error of a failure to read `text`.
pub(crate) fn from_toml(text: &str, error: &toml::de::Error) -> Error {
    let offset = error.span().map(|span| span.start);
    let line = offset.map(|offset| line_at(text, offset));
    let message = error.message();
    let Ok(table) = DeTable::parse(text) else {
        return Error::Syntax { reason: one_line(message), line };
    };
    let (section, key) = offset.map_or_else(Default::default, |offset| path_at(table.get_ref(), offset));
    let place = Place { section, line };
    let quoted = in_backticks(message);
    if message.starts_with("unknown field") && !quoted.is_empty() {
        let known = quoted[1..].to_vec();
        let suggestion = closest(&quoted[0], known.iter().map(String::as_str));
        let is_section = key.is_empty() && place.section == quoted[0];
        let section = if is_section { String::new() } else { place.section };
        return Error::UnknownKey {
            key: quoted[0].clone(),
            place: Place { section, line },
            suggestion,
            known,
        };
    }
    if message.starts_with("missing field") && !quoted.is_empty() {
        let example = example_of(&quoted[0]);
        return Error::MissingKey { key: quoted[0].clone(), place, example };
    }
    let (reason, hint) = reason_and_hint(message, &key, &place.section, &quoted);
    Error::BadValue { key, place, reason, hint }
}

/// The reason and the hint in a message of serde about a value.
fn reason_and_hint(message: &str, key: &str, section: &str, quoted: &[String]) -> (String, Option<String>) {
    if let Some((reason, hint)) = message.split_once(HINT_MARK) {
        return (reason.into(), Some(one_line(hint)));
    }
    if message.starts_with("unknown variant") && !quoted.is_empty() {
        let known = &quoted[1..];
        let closest = || closest(&quoted[0], known.iter().map(String::as_str));
        let hint = match key_of_beam(key, &quoted[0]) {
            Some(other) => format!("write {other} = \"{}\" in its place", quoted[0]),
            None => match closest() {
                Some(suggestion) => format!("did you mean \"{suggestion}\"?"),
                None => format!("choose of {}", known.join(", ")),
            },
        };
        return (format!("\"{}\" is not known", quoted[0]), Some(hint));
    }
    if section == "parameters" && message.starts_with("invalid type: map") {
        let reason = format!("\"{key}\" is a table, but a number is wanted");
        return (reason, Some(format!("write the full name in quotes, like \"{key}.name\" = 1.0")));
    }
    let Some((found, wanted)) = message.strip_prefix("invalid type: ").and_then(split_expected) else {
        return match message.strip_prefix("invalid value: ").and_then(split_expected) {
            Some((found, wanted)) => (format!("{found} is not {wanted}"), None),
            None => (one_line(message), None),
        };
    };
    (format!("{found} is not {wanted}"), None)
}

/// The key that takes a value of the beam that was given to the other one.
fn key_of_beam(key: &str, value: &str) -> Option<&'static str> {
    match key {
        "lepton" => Neutrino::named(value).map(|_| "neutrino"),
        "neutrino" => ChargedLepton::named(value).map(|_| "lepton"),
        _ => None,
    }
}

/// "integer `-5`, expected u64" as ("-5", "a whole number from 0").
fn split_expected(message: &str) -> Option<(String, String)> {
    let (found, wanted) = message.split_once(", expected ")?;
    let found = match in_backticks(found).into_iter().next() {
        Some(value) => value,
        None => found.trim_start_matches("string ").to_string(),
    };
    let wanted = match wanted.trim() {
        "u64" | "u32" | "usize" => "a whole number from 0",
        "f64" | "a floating point number" => "a number",
        "a string" | "path string" => "a text in quotes",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        other if other.starts_with("struct ") => "a section",
        other => other,
    };
    Some((found, one_line(wanted)))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words between backticks.
fn in_backticks(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_string).collect()
}

fn example_of(key: &str) -> String {
    let value = match key {
        "nuclide" => "40K",
        "excitation" => "15 MeV",
        "spin" => "1",
        "parity" => "+",
        _ => "...",
    };
    format!("{key} = \"{value}\"")
}

/// Line, from 1, of a byte offset.
fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|b| **b == b'\n').count()
}

/// Section and key at a byte offset; the key is empty in the header of a section.
fn path_at(table: &DeTable<'_>, offset: usize) -> (String, String) {
    for (key, value) in table {
        let name = key.get_ref().to_string();
        let Some(section) = value.get_ref().as_table() else {
            if key.span().contains(&offset) || value.span().contains(&offset) {
                return (String::new(), name);
            }
            continue;
        };
        for (key, value) in section {
            if key.span().contains(&offset) || value.span().contains(&offset) {
                return (name, key.get_ref().to_string());
            }
        }
        if key.span().contains(&offset) || value.span().contains(&offset) {
            return (name, String::new());
        }
    }
    Default::default()
}

/// Line of a key; of the section where the key is absent.
fn line_of(text: &str, section: &str, key: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let find = |table: &DeTable<'_>, name: &str| {
        table.iter().find(|(k, _)| k.get_ref().as_ref() == name).map(|(k, _)| k.span().start)
    };
    let top = table.get_ref();
    if section.is_empty() {
        return find(top, key).map(|offset| line_at(text, offset));
    }
    let (header, value) = top.iter().find(|(k, _)| k.get_ref().as_ref() == section)?;
    let inner = value.get_ref().as_table().and_then(|table| find(table, key));
    Some(line_at(text, inner.unwrap_or(header.span().start)))
}

impl Error {
    /// The error without the line of a text that its reader has never seen.
    pub fn without_line(mut self) -> Self {
        match &mut self {
            Error::UnknownKey { place, .. }
            | Error::MissingKey { place, .. }
            | Error::BadValue { place, .. } => {
                place.line = None;
            }
            Error::Syntax { line, .. } | Error::Conflict { line, .. } => *line = None,
            _ => {}
        }
        self
    }
}
