//! Whose fault an error is.

use super::Error;

impl Error {
    /// Whether the user's input is to blame, and not the machine or the program.
    pub fn is_usage(&self) -> bool {
        !matches!(
            self,
            Error::Unreadable { .. }
                | Error::Unwritable { .. }
                | Error::DiskFull { .. }
                | Error::BadLine { .. }
                | Error::BadContent { .. }
                | Error::Truncated { .. }
                | Error::BadEvent { .. }
                | Error::BadProvenance { .. }
                | Error::WrongEventCount { .. }
                | Error::NoThreads { .. }
                | Error::Worker { .. }
                | Error::BadTable { .. }
                | Error::Neural(
                    gradino_neural::Error::File { .. }
                        | gradino_neural::Error::Truncated { .. }
                        | gradino_neural::Error::NotWeights { .. }
                        | gradino_neural::Error::Corrupt { .. }
                        | gradino_neural::Error::NoDevice { .. }
                        | gradino_neural::Error::DeviceFailed { .. }
                        | gradino_neural::Error::Diverged { .. }
                )
        )
    }
}
