//! Tasks of the repository: `cargo xtask TASK`.

mod process;
mod schema;
mod test;

use std::process::ExitCode;

const USAGE: &str = "\
tasks:
  test             all tests: Rust, and Python where python/ exists
  schema           write docs/config.schema.json
  schema --check   compare docs/config.schema.json with the code";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["test"] => test::run(),
        ["schema"] => schema::write(),
        ["schema", "--check"] => schema::check(),
        _ => Err(format!("no such task\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
