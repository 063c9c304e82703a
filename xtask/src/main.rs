//! Tasks of the repository: `cargo xtask TASK`.

mod process;
mod schema;
mod stubs;
mod tables;
mod test;
mod validate;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
tasks:
  test                      all tests: Rust, and Python in a virtual environment of their own
  validate                  measure and print the tables of docs/validation.md
  schema                    write docs/config.schema.json
  schema --check            compare docs/config.schema.json with the code
  stubs                     write the type stubs of the Python package
  stubs --check             compare them with the code
  make-tables --ripl PATH   write the tables of masses and levels; PATH holds `levels` and `masses` of RIPL-4";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["test"] => test::run(),
        ["validate"] => validate::run(),
        ["schema"] => schema::write(),
        ["schema", "--check"] => schema::check(),
        ["stubs"] => stubs::write(),
        ["stubs", "--check"] => stubs::check(),
        ["make-tables", "--ripl", path] => tables::make_tables(Path::new(path)),
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
