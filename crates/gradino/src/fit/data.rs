//! Data of a fit from a file of comma-separated values.

use super::config::{FitConfig, ModelKind};
use crate::Observable;
use crate::error::{Error, Result};
use crate::io::{self, Format};
use gradino_core::{Event, Sample};
use std::path::Path;

/// Reads the data of a fit: events, of which the chain's observables are taken, or rows of numbers.
pub(super) fn read(path: &Path, config: &FitConfig) -> Result<Sample> {
    match config.model {
        ModelKind::Toy => read_rows(path, config.toy.features.len()),
        ModelKind::Chain if Format::of(path).is_ok() => read_events(path, &config.chain.observables),
        ModelKind::Chain => read_rows(path, config.chain.observables.len()),
    }
}

fn read_events(path: &Path, observables: &[Observable]) -> Result<Sample> {
    let mut source = io::open(path)?;
    let (mut event, mut values, mut weights) = (Event::new(), Vec::new(), Vec::new());
    while source.read(&mut event)? {
        values.extend(observables.iter().map(|o| o.value(&event).unwrap_or(0.0)));
        weights.push(event.weight);
    }
    let mut sample = Sample::of_data(observables.len(), values)?;
    sample.weights = weights;
    sample.check()?;
    Ok(sample)
}

/// Reads rows of `dimension` numbers. Empty lines and lines that begin with # are passed over, and so is a
/// first line of names.
fn read_rows(path: &Path, dimension: usize) -> Result<Sample> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Unreadable { path: path.to_path_buf(), reason: error.to_string() })?;
    let bad = |line: usize, problem: String| Error::BadLine {
        path: path.to_path_buf(),
        line: line as u64 + 1,
        problem,
    };
    let mut values = Vec::new();
    let mut is_first = true;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let numbers: Vec<Option<f64>> = cells.iter().map(|c| c.parse().ok()).collect();
        let is_header = is_first && numbers.iter().all(Option::is_none);
        is_first = false;
        if is_header {
            continue;
        }
        if cells.len() != dimension {
            return Err(bad(
                number,
                format!("it has {} columns, the model observes {dimension}", cells.len()),
            ));
        }
        for (cell, value) in cells.iter().zip(numbers) {
            match value.filter(|v| v.is_finite()) {
                Some(value) => values.push(value),
                None => return Err(bad(number, format!("\"{cell}\" is no finite number"))),
            }
        }
    }
    Ok(Sample::of_data(dimension, values)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_text(name: &str, text: &str, dimension: usize) -> Result<Sample> {
        let path = std::env::temp_dir().join(format!("gradino-data-{}-{name}.csv", std::process::id()));
        std::fs::write(&path, text).expect("a file");
        let sample = read_rows(&path, dimension);
        std::fs::remove_file(&path).expect("the file can go");
        sample
    }

    #[test]
    fn rows_are_read_and_mistakes_have_their_line() {
        let sample = read_text("good", "# gammas\ne, n\n1.5, 2\n\n 2.5,3\n", 2).expect("good data");
        assert_eq!(sample.values, [1.5, 2.0, 2.5, 3.0]);
        let error = |text: &str| read_text("bad", text, 2).expect_err("bad data").to_string();
        assert!(error("1,2\n3\n").contains("line 2"), "{}", error("1,2\n3\n"));
        assert!(error("1,2\n3,x\n").contains("\"x\""));
        assert!(error("1,2\n3,nan\n").contains("no finite number"));
        assert!(error("").contains("empty"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn no_text_makes_it_panic(text in "[-+.,0-9a-z# \n]{0,80}") {
            let _ = read_text("fuzz", &text, 2);
        }
    }
}
