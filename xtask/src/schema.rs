//! The JSON schema of the configuration, as it is checked in.

use crate::process::{Done, built, root};
use std::path::PathBuf;

fn path() -> PathBuf {
    root().join("docs/config.schema.json")
}

/// The schema that the code prints.
fn current() -> Done<Vec<u8>> {
    let output = built("--bin", "gradino")?
        .arg("schema")
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start gradino: {error}"))?;
    if output.status.success() { Ok(output.stdout) } else { Err("gradino does not print its schema".into()) }
}

/// Writes the schema.
pub(crate) fn write() -> Done {
    std::fs::write(path(), current()?).map_err(|error| format!("cannot write {}: {error}", path().display()))
}

/// Compares the stored schema with the code.
pub(crate) fn check() -> Done {
    let stored =
        std::fs::read(path()).map_err(|error| format!("cannot read {}: {error}", path().display()))?;
    if stored == current()? {
        return Ok(());
    }
    Err("docs/config.schema.json differs from the code; run `cargo xtask schema`".into())
}
