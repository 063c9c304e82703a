//! Reference figures: comma-separated tables in a folder beside the repository, which may be absent.

use std::path::{Path, PathBuf};

/// The folder of shared files, if it is there.
pub fn shared() -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared"));
    path.join("reference").is_dir().then_some(path)
}

/// One row of a table.
pub struct Row(Vec<String>);

impl Row {
    /// The text of a column.
    pub fn text(&self, column: usize) -> &str {
        &self.0[column]
    }
    /// The number in a column.
    pub fn number(&self, column: usize) -> f64 {
        self.0[column].parse().expect("the reference files hold numbers where they are read as such")
    }
}

/// The rows of `reference/{name}.csv`; none, with a message, if the file is absent.
pub fn rows(name: &str) -> Option<Vec<Row>> {
    read(&shared()?.join("reference").join(name).with_extension("csv"))
}

/// Measured electron scattering off a nuclide (benhar2008): Z, A, energy [GeV], angle [degrees], energy transfer [GeV],
/// cross section and error [nb/(sr GeV)]; none, with a message, if the file is absent.
pub fn measured(nuclide: &str) -> Option<Vec<Row>> {
    read(&shared()?.join("data/qes").join(nuclide).with_extension("csv"))
}

fn read(path: &Path) -> Option<Vec<Row>> {
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("no reference figures at {}: skipped", path.display());
        return None;
    };
    Some(text.lines().skip(1).map(|l| Row(l.split(',').map(String::from).collect())).collect())
}
