//! Programs that the tasks start.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Result of a task.
pub(crate) type Done<T = ()> = Result<T, String>;

/// Root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_path_buf()
}

/// Cargo, in the root of the repository.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Runs a program to its end; a failure is an error.
pub(crate) fn succeed(command: &mut Command) -> Done {
    let status = command.status().map_err(|error| format!("cannot start {}: {error}", name(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed", name(command))) }
}

/// Runs a program, passes its standard output on and hands each line to `see`. Whether it succeeded.
pub(crate) fn watch(command: &mut Command, mut see: impl FnMut(&str)) -> Done<bool> {
    let fail = |command: &Command, error| format!("cannot start {}: {error}", name(command));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| fail(command, error))?;
    let output = child.stdout.take().expect("it was asked for");
    let mut terminal = std::io::stdout();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.map_err(|error| error.to_string())?;
        let line = String::from_utf8_lossy(&line);
        see(&line);
        // A closed terminal must not stop the tests.
        let _ = writeln!(terminal, "{line}");
    }
    Ok(child.wait().map_err(|error| error.to_string())?.success())
}

/// A program of the workspace, freshly built; `kind` is `--bin` or `--example`.
pub(crate) fn built(kind: &str, name: &str) -> Done<Command> {
    built_with(&[], kind, name)
}

/// The same, with more arguments for cargo.
pub(crate) fn built_with(more: &[&str], kind: &str, name: &str) -> Done<Command> {
    succeed(cargo(&["build", "--quiet", "--release", "--workspace", kind, name]).args(more))?;
    let own = std::env::current_exe().map_err(|error| format!("cannot find the programs: {error}"))?;
    let folder = own.parent().expect("a program lies in a folder");
    let folder = if kind == "--example" { folder.join("examples") } else { folder.to_path_buf() };
    let mut command = Command::new(folder.join(name).with_extension(std::env::consts::EXE_EXTENSION));
    command.current_dir(root());
    Ok(command)
}

/// Name of a program for messages.
fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
