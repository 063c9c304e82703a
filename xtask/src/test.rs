//! All tests of the repository, with their counts.

use crate::process::{Done, cargo, root, succeed, watch};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the Python tests need beside the package.
const PYTHON_TOOLS: [&str; 3] = ["maturin>=1.9,<2", "pytest", "numpy"];

/// Counts of a kind of tests.
#[derive(Default)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Runs all tests; the release profile, so that one target folder serves all tasks.
pub(crate) fn run() -> Done {
    let rust = rust_tests()?;
    let mut all_well = report("rust", &rust);
    if root().join("python/pyproject.toml").exists() {
        let python = environment()?;
        all_well &= report("python", &python_tests(&python)?);
        all_well &= report("examples", &examples(&python)?);
    } else {
        println!("python: there is no Python package yet");
    }
    if all_well { Ok(()) } else { Err("there are failed tests".into()) }
}

fn report(kind: &str, counts: &(Counts, bool)) -> bool {
    let (Counts { passed, failed, skipped }, succeeded) = counts;
    let verdict = if *succeeded { "" } else { "; FAILED" };
    println!("{kind}: {passed} passed, {failed} failed, {skipped} skipped{verdict}");
    *succeeded
}

fn rust_tests() -> Done<(Counts, bool)> {
    let mut counts = Counts::default();
    let mut command = cargo(&["test", "--workspace", "--release", "--no-fail-fast"]);
    let succeeded = watch(&mut command, |line| {
        if line.starts_with("test result: ") {
            counts.passed += number_before(line, " passed");
            counts.failed += number_before(line, " failed");
            counts.skipped += number_before(line, " ignored");
        }
    })?;
    Ok((counts, succeeded))
}

/// The virtual environment with the package in it; its interpreter.
fn environment() -> Done<PathBuf> {
    let venv = root().join(".venv");
    let bin = venv.join("bin");
    let python = bin.join("python");
    if !python.exists() {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    succeed(Command::new(&python).args(pip).args(PYTHON_TOOLS))?;
    let mut build = Command::new(bin.join("maturin"));
    build.args(["develop", "--release", "--quiet"]).current_dir(root().join("python"));
    succeed(build.env("VIRTUAL_ENV", &venv))?;
    Ok(python)
}

fn python_tests(python: &Path) -> Done<(Counts, bool)> {
    let mut counts = Counts::default();
    if !root().join("python/tests").exists() {
        return Ok((counts, true));
    }
    let mut command = Command::new(python);
    command.args(["-m", "pytest", "--quiet", "python/tests"]).current_dir(root());
    let succeeded = watch(&mut command, |line| {
        if line.contains(" in ") && [" passed", " failed", " error"].iter().any(|word| line.contains(word)) {
            counts.passed = number_before(line, " passed");
            counts.failed = number_before(line, " failed") + number_before(line, " error");
            counts.skipped = number_before(line, " skipped");
        }
    })?;
    Ok((counts, succeeded))
}

/// Each Python example is run as a program.
fn examples(python: &Path) -> Done<(Counts, bool)> {
    let mut counts = Counts::default();
    for path in scripts(&root().join("examples"))? {
        let mut command = Command::new(python);
        command.arg(&path).current_dir(root()).env("MPLBACKEND", "Agg");
        match watch(&mut command, |_| {})? {
            true => counts.passed += 1,
            false => {
                println!("{} failed", path.display());
                counts.failed += 1;
            }
        }
    }
    let succeeded = counts.failed == 0;
    Ok((counts, succeeded))
}

/// Python files of a folder, in order; none where there is no folder.
fn scripts(folder: &Path) -> Done<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "py"));
    paths.sort();
    Ok(paths)
}

/// The number before a word: 12 in "12 passed; 3 failed" for " passed"; 0 where it is not there.
fn number_before(line: &str, word: &str) -> u64 {
    let head = line.split(word).next().filter(|head| head.len() < line.len()).unwrap_or("");
    head.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_the_summaries_of_cargo_and_pytest() {
        let cargo = "test result: ok. 38 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(number_before(cargo, " passed"), 38);
        assert_eq!(number_before(cargo, " failed"), 2);
        assert_eq!(number_before("1 failed, 12 passed in 0.31s", " passed"), 12);
        assert_eq!(number_before("12 passed in 0.31s", " failed"), 0);
    }
}
