//! Tasks of the repository: `cargo xtask TASK`.
//!
//! No dependencies: what needs the crates is a program of theirs, built with the whole workspace selected.
//! Cargo unites the features of what is selected, so all tasks and tests share one build.

mod process;
mod schema;
mod stubs;
mod test;

use process::{built, built_with, succeed};
use std::process::ExitCode;

const USAGE: &str = "\
tasks:
  test                      all tests: Rust, and Python in a virtual environment of their own
  test --torch              the same with PyTorch in that environment, which takes 5 GB
  validate                  measure and print the tables of docs/validation.md
  validate gpu              build with Vulkan, and compare training on its device with training on the processor
  schema                    write docs/config.schema.json
  schema --check            compare docs/config.schema.json with the code
  stubs                     write the type stubs of the Python package
  stubs --check             compare them with the code
  make-tables --ripl PATH   write the tables of masses and levels; PATH holds `levels` and `masses` of RIPL-4";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["test"] => test::run("test"),
        ["test", "--torch"] => test::run("test,torch"),
        ["validate"] => built("--bin", "gradino-validation").and_then(|mut program| succeed(&mut program)),
        ["validate", "gpu"] => {
            built_with(&["--features", "gradino-validation/vulkan"], "--bin", "gradino-validation")
                .and_then(|mut program| succeed(program.arg("gpu")))
        }
        ["schema"] => schema::write(),
        ["schema", "--check"] => schema::check(),
        ["stubs"] => stubs::write(),
        ["stubs", "--check"] => stubs::check(),
        ["make-tables", "--ripl", path] => {
            built("--example", "make-tables").and_then(|mut program| succeed(program.arg(path)))
        }
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
