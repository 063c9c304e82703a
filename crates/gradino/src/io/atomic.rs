//! Files that appear whole or not at all.

use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file written under the name `NAME.part` in the same folder and renamed to `NAME` by
/// [`AtomicFile::commit`]. Dropped before that, it is removed, or kept if that was asked for.
pub(super) struct AtomicFile {
    file: File,
    target: PathBuf,
    part: PathBuf,
    overwrite: bool,
    keep_partial: bool,
    committed: bool,
}

impl AtomicFile {
    /// Creates the temporary file. An existing target or temporary file is an error unless
    /// `overwrite` is set.
    pub(super) fn create(target: &Path, overwrite: bool, keep_partial: bool) -> Result<Self> {
        if !overwrite && target.exists() {
            return Err(Error::AlreadyExists { path: target.to_path_buf() });
        }
        let part = with_ending(target, ".part");
        let mut options = OpenOptions::new();
        options.write(true).truncate(true).create(true).create_new(!overwrite);
        let file = options.open(&part).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Error::PartExists { path: part.clone() },
            _ => write_error(target, &error),
        })?;
        let target = target.to_path_buf();
        Ok(AtomicFile { file, target, part, overwrite, keep_partial, committed: false })
    }

    /// The final name.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// The temporary name.
    pub(super) fn part(&self) -> &Path {
        &self.part
    }

    /// A second temporary file, `NAME.part.new`, for the same target. One that a run has left behind
    /// is written over: the first temporary file keeps other runs away.
    pub(super) fn successor(&self) -> Result<Self> {
        let part = with_ending(&self.part, ".new");
        let file = File::create(&part).map_err(|error| write_error(&self.target, &error))?;
        let (target, overwrite) = (self.target.clone(), self.overwrite);
        Ok(AtomicFile { file, target, part, overwrite, keep_partial: false, committed: false })
    }

    /// Removes the temporary file, even if it was to be kept.
    pub(super) fn discard(mut self) {
        self.keep_partial = false;
    }

    /// Makes the bytes durable and gives the file its final name; returns its size [bytes].
    pub(super) fn commit(mut self) -> Result<u64> {
        if !self.overwrite && self.target.exists() {
            return Err(Error::AlreadyExists { path: self.target.clone() });
        }
        let bytes = self.sync_and_rename().map_err(|error| write_error(&self.target, &error))?;
        self.committed = true;
        Ok(bytes)
    }

    fn sync_and_rename(&self) -> io::Result<u64> {
        self.file.sync_all()?;
        let bytes = self.file.metadata()?.len();
        fs::rename(&self.part, &self.target)?;
        if let Some(folder) = self.target.parent().filter(|f| !f.as_os_str().is_empty())
            && let Ok(folder) = File::open(folder)
        {
            // Some file systems cannot sync a folder; the rename holds all the same.
            let _ = folder.sync_all();
        }
        Ok(bytes)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.committed && !self.keep_partial {
            // Nobody is left to tell if this fails.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Writes a text file whole or not at all, in place of an older one.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    let mut file = AtomicFile::create(path, true, false)?;
    file.write_all(text.as_bytes()).map_err(|error| write_error(path, &error))?;
    file.commit().map(|_| ())
}

/// A name with an ending behind it.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(ending);
    PathBuf::from(name)
}

/// The error of a failed write to `path`.
pub(super) fn write_error(path: &Path, error: &io::Error) -> Error {
    let path = path.to_path_buf();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::DiskFull { path },
        _ => Error::Unwritable { path, reason: plain(error) },
    }
}

/// The error of a failed read of `path`, of which `events` whole events had been read.
pub(super) fn read_error(path: &Path, error: &io::Error, events: u64) -> Error {
    let path = path.to_path_buf();
    match error.kind() {
        ErrorKind::UnexpectedEof => Error::Truncated { path, events },
        _ => Error::Unreadable { path, reason: plain(error) },
    }
}

/// What the system says, in its words without the number of the error.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("gradino-atomic-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_file_has_its_name_only_after_commit() {
        let folder = folder("commit");
        let target = folder.join("a.txt");
        let mut file = AtomicFile::create(&target, false, false).unwrap();
        file.write_all(b"abc").unwrap();
        assert!(!target.exists() && folder.join("a.txt.part").exists());
        assert_eq!(file.commit(), Ok(3));
        assert_eq!(fs::read(&target).unwrap(), b"abc");
        assert!(!folder.join("a.txt.part").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_dropped_file_leaves_nothing_unless_asked_to() {
        let folder = folder("drop");
        let target = folder.join("a.txt");
        drop(AtomicFile::create(&target, false, false).unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        drop(AtomicFile::create(&target, false, true).unwrap());
        assert!(folder.join("a.txt.part").exists());
        let again = AtomicFile::create(&target, false, false).err();
        assert_eq!(again, Some(Error::PartExists { path: folder.join("a.txt.part") }));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_successor_takes_the_name_and_the_first_file_goes() {
        let folder = folder("successor");
        let target = folder.join("a.txt");
        let first = AtomicFile::create(&target, false, true).unwrap();
        fs::write(folder.join("a.txt.part.new"), "stale").unwrap();
        let mut second = first.successor().unwrap();
        second.write_all(b"new").unwrap();
        assert_eq!(second.commit(), Ok(3));
        first.discard();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nothing_is_overwritten_unasked() {
        let folder = folder("overwrite");
        let target = folder.join("a.txt");
        let first = AtomicFile::create(&target, false, false).unwrap();
        fs::write(&target, "theirs").unwrap();
        assert_eq!(first.commit(), Err(Error::AlreadyExists { path: target.clone() }));
        assert!(AtomicFile::create(&target, false, false).is_err());
        AtomicFile::create(&target, true, false).unwrap().commit().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_bad_folder_is_an_error_with_a_hint() {
        let error = AtomicFile::create(Path::new("/no/such/folder/a.txt"), false, false).err().unwrap();
        assert!(error.hint().unwrap().contains("folder"), "{error}");
        assert!(error.to_string().contains("no such file or directory"), "{error}");
        for kind in [ErrorKind::ReadOnlyFilesystem, ErrorKind::PermissionDenied] {
            let error = write_error(Path::new("a"), &io::Error::from(kind));
            assert!(matches!(error, Error::Unwritable { .. }), "{error}");
        }
    }
}
