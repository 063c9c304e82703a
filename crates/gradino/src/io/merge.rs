//! Merging the files of one run.

use super::provenance::Provenance;
use super::sink::{EventSource, SinkOptions, Summary, create, open};
use crate::error::{Error, Result};
use gradino_core::Event;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A file to merge.
struct Piece {
    path: PathBuf,
    source: Box<dyn EventSource>,
}

/// Merges files of the same run, in any order and format, into one, ordered by event. It is the
/// same file, to the bit, as that of a run over all events at once. All must have the same
/// provenance but for the range of events, and the ranges must lie side by side.
pub fn merge(inputs: &[PathBuf], output: &Path, options: SinkOptions) -> Result<Summary> {
    let mut pieces = inputs
        .iter()
        .map(|path| Ok(Piece { path: path.clone(), source: open(path)? }))
        .collect::<Result<Vec<_>>>()?;
    pieces.sort_by_key(|piece| piece.source.provenance().first_event);
    let provenance = merged_provenance(&pieces)?;
    let mut sink = create(output, &provenance, options)?;
    let mut event = Event::new();
    for piece in &mut pieces {
        while piece.source.read(&mut event)? {
            sink.write(&event)?;
        }
    }
    sink.finish()
}

/// The provenance of the whole run, if the pieces are of one.
fn merged_provenance(pieces: &[Piece]) -> Result<Provenance> {
    let first = pieces.first().ok_or(Error::NothingToMerge)?;
    for piece in &pieces[1..] {
        check_same_run(first, piece)?;
    }
    for pair in pieces.windows(2) {
        check_side_by_side(&pair[0], &pair[1])?;
    }
    let mut whole = first.source.provenance().clone();
    whole.n_events = pieces.iter().map(|piece| piece.source.provenance().n_events).sum();
    Ok(whole)
}

fn check_same_run(first: &Piece, second: &Piece) -> Result<()> {
    let value = |piece: &Piece| {
        let mut provenance = piece.source.provenance().clone();
        (provenance.first_event, provenance.n_events) = (0, 0);
        serde_json::to_value(provenance).expect("a provenance has only strings and numbers")
    };
    match difference("", &value(first), &value(second)) {
        None => Ok(()),
        Some((item, first_value, second_value)) => Err(Error::DifferentRuns {
            first: first.path.clone(),
            second: second.path.clone(),
            item,
            first_value,
            second_value,
        }),
    }
}

fn check_side_by_side(first: &Piece, second: &Piece) -> Result<()> {
    let (before, behind) = (first.source.provenance(), second.source.provenance());
    let end = before.first_event + before.n_events;
    let start = behind.first_event;
    let (first, second) = (first.path.clone(), second.path.clone());
    if start < end {
        let to = end.min(start + behind.n_events).saturating_sub(1);
        return Err(Error::OverlappingEvents { first, second, from: start, to });
    }
    if start > end {
        return Err(Error::MissingEvents { first, second, from: end, to: start - 1 });
    }
    Ok(())
}

/// The first item in which two values differ, with what they are there. Of texts of many lines
/// it is the first line that differs.
fn difference(name: &str, a: &Value, b: &Value) -> Option<(String, String, String)> {
    let inside = |key: &str| if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
    match (a, b) {
        (a, b) if a == b => None,
        (Value::Object(a), Value::Object(b)) => {
            let null = Value::Null;
            a.iter().find_map(|(key, a)| difference(&inside(key), a, b.get(key).unwrap_or(&null)))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let rows = a.iter().zip(b).enumerate();
            rows.into_iter().find_map(|(i, (a, b))| {
                let label = a.get("name").or(a.get("key")).and_then(Value::as_str);
                difference(&inside(&label.map_or(i.to_string(), String::from)), a, b)
            })
        }
        (Value::Array(a), Value::Array(b)) => {
            Some((format!("the length of {name}"), a.len().to_string(), b.len().to_string()))
        }
        (Value::String(a), Value::String(b)) => {
            let lines = a.lines().chain(std::iter::repeat("")).zip(b.lines().chain(std::iter::repeat("")));
            let most = a.lines().count().max(b.lines().count());
            let found = lines.take(most).find(|(a, b)| a != b).unwrap_or((a, b));
            Some((name.to_string(), format!("\"{}\"", found.0), format!("\"{}\"", found.1)))
        }
        (a, b) => Some((name.to_string(), a.to_string(), b.to_string())),
    }
}
