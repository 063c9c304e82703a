//! Tasks of the repository: `cargo xtask make-tables --ripl PATH`.

mod tables;

use std::path::Path;
use std::process::ExitCode;

/// How to call it.
const USAGE: &str =
    "usage: cargo xtask make-tables --ripl PATH   (PATH holds `levels` and `masses` of RIPL-4)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["make-tables", "--ripl", path] => tables::make_tables(Path::new(path)),
        _ => Err(USAGE.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
