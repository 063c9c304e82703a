//! How the program speaks: results to the standard output, errors and hints to the standard error.

use gradino::Error;
use std::any::Any;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::sync::Mutex;

/// Exit code of a failure.
const FAILURE: u8 = 1;
/// Exit code of a wrong use or configuration.
const USAGE: u8 = 2;

/// Where the last panic was.
static PANIC_PLACE: Mutex<String> = Mutex::new(String::new());

/// Result of a command.
pub(crate) type Done<T = ExitCode> = Result<T, Failure>;

/// Why a command ends without its result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error with a message and a hint.
    Error { message: String, hint: Option<String>, code: u8 },
    /// Nobody reads the standard output any more.
    BrokenPipe,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = if error.is_usage() { USAGE } else { FAILURE };
        Failure::Error { message: error.to_string(), hint: error.hint(), code }
    }
}

impl From<gradino_core::Error> for Failure {
    fn from(error: gradino_core::Error) -> Self {
        Error::from(error).into()
    }
}

impl Failure {
    /// A wrong use of the command line.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure::Error { message: message.into(), hint: Some(hint.into()), code: USAGE }
    }

    /// A failure of the system.
    pub(crate) fn of_system(message: String) -> Self {
        Failure::Error { message, hint: None, code: FAILURE }
    }

    /// A panic that came through.
    pub(crate) fn panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
        let place = PANIC_PLACE.lock().map(|place| place.clone()).unwrap_or_default();
        let message = format!("gradino has failed where it should not: {text}{place}");
        let hint = Some("this is a fault of the program; please report it with the command you gave".into());
        Failure::Error { message, hint, code: FAILURE }
    }

    /// Tells the user, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Failure::BrokenPipe => ExitCode::SUCCESS,
            Failure::Error { message, hint, code } => {
                note(&format!("error: {message}"));
                if let Some(hint) = hint {
                    note(&format!("hint: {hint}"));
                }
                ExitCode::from(code)
            }
        }
    }
}

/// Panics say nothing themselves; [`Failure::panic`] and the run loop report them.
pub(crate) fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|info| {
        if let (Some(location), Ok(mut place)) = (info.location(), PANIC_PLACE.lock()) {
            *place = format!(" ({location})");
        }
    }));
}

/// Writes a result to the standard output.
pub(crate) fn print(text: &str) -> Done<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::BrokenPipe),
        Err(error) => Err(Failure::of_system(format!("cannot write to the standard output: {error}"))),
    }
}

/// Writes a line to the standard error; where that is closed there is nobody to tell.
pub(crate) fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
