//! The type stubs of the native half of the Python package, as they are checked in.

use crate::process::{Done, root, succeed};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where maturin puts the stubs that it reads out of the extension.
const FOLDER: &str = "target/stubs";

fn path() -> PathBuf {
    root().join("python/gradino/_gradino.pyi")
}

/// The virtual environment with maturin in it; its folder of programs.
pub(crate) fn environment() -> Done<PathBuf> {
    let venv = root().join(".venv");
    let bin = venv.join("bin");
    if !bin.join("python").exists() {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    if !bin.join("maturin").exists() {
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "maturin>=1.16,<2"];
        succeed(Command::new(bin.join("python")).args(pip))?;
    }
    Ok(bin)
}

/// The stubs that the code gives.
fn current(bin: &Path) -> Done<String> {
    let mut generate = Command::new(bin.join("maturin"));
    generate.args(["generate-stubs", "--quiet", "--profile", "release", "--out", FOLDER]);
    succeed(generate.current_dir(root()).env("VIRTUAL_ENV", root().join(".venv")))?;
    read(&root().join(FOLDER).join("gradino/_gradino.pyi"))
}

fn read(path: &Path) -> Done<String> {
    std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Writes the stubs.
pub(crate) fn write() -> Done {
    let text = current(&environment()?)?;
    std::fs::write(path(), text).map_err(|error| format!("cannot write {}: {error}", path().display()))
}

/// Compares the stored stubs with the code.
pub(crate) fn check() -> Done {
    let text = current(&environment()?)?;
    if read(&path())? == text {
        return Ok(());
    }
    Err("python/gradino/_gradino.pyi differs from the code; run `cargo xtask stubs`".into())
}
