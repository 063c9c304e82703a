//! The library of level schemes: embedded, or from a user's files.

use super::levels::{ContinuumStart, LevelScheme};
use super::{builtin, marley_levels, ripl};
use crate::error::{Error, Result};
use gradino_core::Nuclide;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Level schemes by nuclide. Schemes read later replace those of the same nuclide.
#[derive(Clone, Debug, Default)]
pub struct StructureLibrary {
    schemes: BTreeMap<Nuclide, Arc<LevelScheme>>,
}

impl StructureLibrary {
    /// A library without schemes.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The embedded schemes, up to the completeness cut (capote2009). Levels above the cut are not
    /// embedded: [`ContinuumStart::LastLevel`] needs files.
    pub fn builtin() -> Self {
        let mut library = Self::empty();
        library.extend(builtin::schemes().iter().cloned());
        library
    }

    /// With the RIPL level files `zNNN.dat` of a folder, cut according to `start`.
    pub fn with_ripl_dir(mut self, folder: impl AsRef<Path>, start: ContinuumStart) -> Result<Self> {
        let is_ripl = |name: &str| {
            let number = name.strip_prefix('z').and_then(|rest| rest.strip_suffix(".dat"));
            number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        for path in files(folder.as_ref(), is_ripl)? {
            self.extend(ripl::read_file(&path)?.iter().map(|nuclide| nuclide.scheme(start)));
        }
        Ok(self)
    }

    /// With all files of a folder, read as MARLEY structure files; see [`Self::with_marley_file`].
    pub fn with_marley_dir(self, folder: impl AsRef<Path>, start: ContinuumStart) -> Result<Self> {
        let visible = |name: &str| !name.starts_with('.');
        let paths = files(folder.as_ref(), visible)?;
        paths.iter().try_fold(self, |library, path| library.with_marley_file(path, start))
    }

    /// With a MARLEY structure file (gardiner2021). The format knows no completeness level: with
    /// [`ContinuumStart::Completeness`] the schemes are cut where the embedded scheme of the nuclide
    /// ends; a nuclide that has none keeps all levels.
    pub fn with_marley_file(mut self, file: impl AsRef<Path>, start: ContinuumStart) -> Result<Self> {
        let cut = |scheme: LevelScheme| match start {
            ContinuumStart::LastLevel => scheme,
            ContinuumStart::Completeness => match embedded_cut(scheme.nuclide) {
                Some(energy) if energy < scheme.last_level_energy() => scheme.truncated_at(energy),
                _ => scheme,
            },
        };
        self.extend(marley_levels::read_file(file.as_ref())?.into_iter().map(cut));
        Ok(self)
    }

    /// The scheme of a nuclide, if there is one.
    pub fn scheme(&self, nuclide: Nuclide) -> Option<&LevelScheme> {
        self.schemes.get(&nuclide).map(Arc::as_ref)
    }

    /// All schemes, in order of Z and A.
    pub fn iter(&self) -> impl Iterator<Item = &LevelScheme> {
        self.schemes.values().map(Arc::as_ref)
    }

    /// Adds schemes, in place of those of the same nuclide.
    pub fn extend(&mut self, schemes: impl IntoIterator<Item = LevelScheme>) {
        self.schemes.extend(schemes.into_iter().map(|s| (s.nuclide, Arc::new(s))));
    }
}

/// Where the embedded scheme of a nuclide ends [MeV].
fn embedded_cut(nuclide: Nuclide) -> Option<f64> {
    builtin::schemes().iter().find(|s| s.nuclide == nuclide).map(|s| s.continuum_from)
}

/// The files of a folder whose name is wanted, in order; an error if there is none.
fn files(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    let unreadable = |reason: String| Error::Unreadable { path: folder.display().to_string(), reason };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| unreadable(e.to_string()))? {
        let entry = entry.map_err(|e| unreadable(e.to_string()))?;
        if entry.path().is_file() && is_wanted(&entry.file_name().to_string_lossy()) {
            paths.push(entry.path());
        }
    }
    if paths.is_empty() {
        return Err(unreadable("the folder holds no structure file".into()));
    }
    paths.sort();
    Ok(paths)
}
