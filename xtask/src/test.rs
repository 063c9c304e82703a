//! All tests of the repository, with their counts.

use crate::process::{Done, cargo, root, succeed, watch};
use crate::stubs;
use std::path::Path;
use std::process::Command;

/// Counts of a kind of tests.
#[derive(Default)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Runs all tests; the release profile, so that one target folder serves all tasks. The Python package is
/// installed with its optional dependencies `extras`.
pub(crate) fn run(extras: &str) -> Done {
    let rust = rust_tests()?;
    let mut all_well = report("rust", &rust);
    let bin = stubs::environment()?;
    install(&bin, extras)?;
    all_well &= report("python", &python_tests(&bin)?);
    if let Err(message) = stubs::check() {
        println!("stubs: {message}");
        all_well = false;
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

/// Installs the package with what its tests need. It is built in the target folder of the Rust tests,
/// under the same profile, so that nothing is built twice.
fn install(bin: &Path, extras: &str) -> Done {
    let mut build = Command::new(bin.join("maturin"));
    build.args(["develop", "--release", "--quiet", "--extras", extras]).current_dir(root());
    succeed(build.env("VIRTUAL_ENV", root().join(".venv")))
}

/// All Python tests, the examples among them.
fn python_tests(bin: &Path) -> Done<(Counts, bool)> {
    let mut counts = Counts::default();
    let mut command = Command::new(bin.join("python"));
    command
        .args(["-m", "pytest", "--quiet", "-rs", "python/tests"])
        .current_dir(root())
        .env("MPLBACKEND", "Agg");
    let succeeded = watch(&mut command, |line| {
        if line.contains(" in ") && [" passed", " failed", " error"].iter().any(|word| line.contains(word)) {
            counts.passed = number_before(line, " passed");
            counts.failed = number_before(line, " failed") + number_before(line, " error");
            counts.skipped = number_before(line, " skipped");
        }
    })?;
    Ok((counts, succeeded))
}

/// The number before a word: 12 in "12 passed; 3 failed" for " passed"; 0 where it is not there.
fn number_before(line: &str, word: &str) -> u64 {
    let head = line.split(word).next().filter(|head| head.len() < line.len()).unwrap_or("");
    head.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The packages that are compiled, each with its features.
    fn units(edges: &str, selection: &[&str]) -> BTreeSet<String> {
        let mut tree =
            cargo(&["tree", "--locked", "--prefix", "none", "--format", "{p} {f}", "--edges", edges]);
        let output = tree.args(selection).output().expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).expect("names of packages");
        lines.lines().map(|line| line.trim_end_matches(" (*)").trim_end().to_string()).collect()
    }

    // Elsewhere other packages take part.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_python_package_shares_its_units_with_the_tests_of_the_workspace() {
        for edges in ["normal,no-proc-macro", "normal,build"] {
            let all = units(edges, &["--workspace"]);
            let python = units(edges, &["--package", "gradino-python"]);
            let own: Vec<&String> = python.difference(&all).collect();
            assert!(own.is_empty(), "built twice; state their features in python/Cargo.toml: {own:?}");
        }
    }

    #[test]
    fn the_examples_that_tasks_run_are_there() {
        let main = include_str!("main.rs");
        let named = main.split("built(\"--example\", \"").skip(1).filter_map(|rest| rest.split('"').next());
        let names: Vec<&str> = named.collect();
        assert!(names.contains(&"make-tables"), "{names:?}");
        for name in names {
            let of = |krate: std::fs::DirEntry| krate.path().join(format!("examples/{name}.rs")).is_file();
            let mut crates = root().join("crates").read_dir().expect("the crates").map_while(Result::ok);
            assert!(crates.any(of), "no example {name}");
        }
    }

    #[test]
    fn counts_are_read_from_the_summaries_of_cargo_and_pytest() {
        let cargo = "test result: ok. 38 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(number_before(cargo, " passed"), 38);
        assert_eq!(number_before(cargo, " failed"), 2);
        assert_eq!(number_before("1 failed, 12 passed in 0.31s", " passed"), 12);
        assert_eq!(number_before("12 passed in 0.31s", " failed"), 0);
    }
}
