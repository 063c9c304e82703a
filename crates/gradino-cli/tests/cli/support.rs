//! The program and what it says.

use std::path::PathBuf;
use std::process::Command;

/// What a command leaves behind.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn gradino(arguments: &[&str]) -> Said {
    let output =
        Command::new(env!("CARGO_BIN_EXE_gradino")).args(arguments).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().expect("it was not killed");
    Said { code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// An empty folder of its own for each test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}
