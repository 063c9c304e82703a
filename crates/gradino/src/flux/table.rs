//! Tabulated spectra: CSV files of two columns, and the flux files of SNOwGLoBES.

use crate::error::{Error, Result};
use gradino_core::Real;
use gradino_core::particle;
use gradino_nuclear::Error as Nuclear;
use std::path::Path;

/// How a table is read between its points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// Straight lines between the points.
    #[default]
    Linear,
    /// Steps: each row gives the lower edge of a bin and its flux per energy; the last row closes the last
    /// bin, its flux must be 0.
    Histogram,
}

/// A tabulated spectrum.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    energies: Vec<f64>,
    values: Vec<f64>,
    interpolation: Interpolation,
}

impl Table {
    /// Reads the CSV file at `path`, see [`Table::from_csv`].
    pub fn read_csv(path: &Path, interpolation: Interpolation) -> Result<Self> {
        Table::from_csv(&path.display().to_string(), &read(path)?, interpolation)
    }

    /// Reads lines `energy [MeV], flux` with rising energies; lines that start with `#` and empty
    /// lines do not count, nor does a header whose first character is a letter. `path` names the
    /// text in errors.
    pub fn from_csv(path: &str, text: &str, interpolation: Interpolation) -> Result<Self> {
        Table::from_columns(path, text, interpolation, (2, 1.0))
    }

    fn from_columns(
        path: &str,
        text: &str,
        interpolation: Interpolation,
        (column, to_mev): (usize, f64),
    ) -> Result<Self> {
        let mut rows = Rows::new(path, interpolation);
        for (i, row) in lines(text) {
            let header = rows.energies.is_empty() && row.starts_with(|c: char| c.is_ascii_alphabetic());
            if header
                && !row.to_ascii_lowercase().starts_with("nan")
                && !row.to_ascii_lowercase().starts_with("inf")
            {
                continue;
            }
            let fields: Vec<&str> = row.split(',').map(str::trim).collect();
            let wanted = if column == 2 { 2 } else { fields.len().max(column) };
            rows.push(i, &fields, wanted, column - 1, to_mev)?;
        }
        rows.finish(text)
    }

    /// Reads the CSV file at `path` with the energy in the first column, in units of `to_mev` MeV, and the
    /// flux in column `column` (from 1); the rest as [`Table::from_csv`].
    pub fn read_csv_column(
        path: &Path,
        interpolation: Interpolation,
        column: usize,
        to_mev: f64,
    ) -> Result<Self> {
        Table::from_columns(&path.display().to_string(), &read(path)?, interpolation, (column, to_mev))
    }

    /// Reads the flux file of SNOwGLoBES at `path`, see [`Table::from_snowglobes`].
    pub fn read_snowglobes(path: &Path, neutrino: i32) -> Result<Self> {
        Table::from_snowglobes(&path.display().to_string(), &read(path)?, neutrino)
    }

    /// Reads a flux file of SNOwGLoBES (scholberg2021): columns E [GeV], nu_e, nu_mu, nu_tau, anti-nu_e,
    /// anti-nu_mu, anti-nu_tau, apart by blanks; takes the column of `neutrino` (PDG number).
    pub fn from_snowglobes(path: &str, text: &str, neutrino: i32) -> Result<Self> {
        const COLUMNS: [i32; 6] = [12, 14, 16, -12, -14, -16];
        const MEV_PER_GEV: f64 = 1000.0;
        let Some(column) = COLUMNS.iter().position(|n| *n == neutrino) else {
            return Err(Error::WrongNeutrino {
                source_name: "a SNOwGLoBES flux file",
                neutrino: particle::name(neutrino),
            });
        };
        let mut rows = Rows::new(path, Interpolation::Linear);
        for (i, row) in lines(text) {
            let fields: Vec<&str> = row.split_whitespace().collect();
            rows.push(i, &fields, COLUMNS.len() + 1, column + 1, MEV_PER_GEV)?;
        }
        rows.finish(text)
    }

    /// Energies of the points or edges [MeV], in order.
    pub fn energies(&self) -> &[f64] {
        &self.energies
    }

    /// First and last energy [MeV].
    pub fn range(&self) -> [f64; 2] {
        [self.energies[0], self.energies[self.energies.len() - 1]]
    }

    /// The spectrum at `energy` [MeV], in the unit of the file; zero outside the table.
    pub fn at<D: Real>(&self, energy: D) -> D {
        let right = self.energies.partition_point(|e| *e <= energy.re());
        if right == 0 || (right == self.energies.len() && energy.re() > self.range()[1]) {
            return D::zero();
        }
        let right = right.min(self.energies.len() - 1);
        let (low, high) = (self.values[right - 1], self.values[right]);
        if self.interpolation == Interpolation::Histogram {
            return D::from(low);
        }
        let (left, width) = (self.energies[right - 1], self.energies[right] - self.energies[right - 1]);
        (energy - left) * ((high - low) / width) + low
    }

    /// Integral over the energy, in the unit of the file times MeV.
    pub fn integral(&self) -> f64 {
        let mean = |w: &[f64]| match self.interpolation {
            Interpolation::Linear => 0.5 * (w[0] + w[1]),
            Interpolation::Histogram => w[0],
        };
        let cells = self.energies.windows(2).zip(self.values.windows(2));
        cells.map(|(e, v)| (e[1] - e[0]) * mean(v)).sum()
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|e| Nuclear::Unreadable { path: path.display().to_string(), reason: e.to_string() }.into())
}

/// The lines that count, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(i, line)| (i + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Rows read so far.
struct Rows<'a> {
    path: &'a str,
    interpolation: Interpolation,
    energies: Vec<f64>,
    values: Vec<f64>,
}

impl<'a> Rows<'a> {
    fn new(path: &'a str, interpolation: Interpolation) -> Self {
        Rows { path, interpolation, energies: Vec::new(), values: Vec::new() }
    }

    fn bad(&self, line: usize, problem: String) -> Error {
        Nuclear::BadLine { path: self.path.to_string(), line, problem }.into()
    }

    /// Adds the energy (first field, times `unit`) and the flux (field `column`) of a row of `wanted` fields.
    fn push(&mut self, line: usize, fields: &[&str], wanted: usize, column: usize, unit: f64) -> Result<()> {
        if fields.len() != wanted {
            return Err(self.bad(line, format!("{} columns, but {wanted} are wanted", fields.len())));
        }
        let mut numbers = Vec::with_capacity(wanted);
        for (i, field) in fields.iter().enumerate() {
            match field.parse::<f64>() {
                Ok(x) if x.is_finite() && x >= 0.0 => numbers.push(x),
                _ => {
                    let what = if i == 0 { "energy" } else { "flux" };
                    return Err(self.bad(line, format!("{what} \"{field}\" is not a number from 0 up")));
                }
            }
        }
        let energy = numbers[0] * unit;
        if self.energies.last().is_some_and(|last| *last >= energy) {
            return Err(self.bad(line, format!("energy {energy} MeV does not rise")));
        }
        self.energies.push(energy);
        self.values.push(numbers[column]);
        Ok(())
    }

    fn finish(self, text: &str) -> Result<Table> {
        let line = text.lines().count().max(1);
        if self.energies.len() < 2 {
            return Err(self.bad(line, "fewer than two points".into()));
        }
        let open = self.values.last().is_some_and(|v| *v != 0.0);
        if self.interpolation == Interpolation::Histogram && open {
            return Err(self.bad(line, "the last row closes the histogram, its flux must be 0".into()));
        }
        let Rows { path, interpolation, energies, values } = self;
        let table = Table { energies, values, interpolation };
        let integral = table.integral();
        if integral > 0.0 && integral.is_finite() && integral.recip().is_finite() {
            return Ok(table);
        }
        let problem = format!("the flux adds up to {integral}");
        Err(Nuclear::BadLine { path: path.to_string(), line, problem }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn csv(text: &str) -> Result<Table> {
        Table::from_csv("flux.csv", text, Interpolation::Linear)
    }

    fn line(result: Result<Table>) -> (usize, String) {
        match result {
            Err(Error::Nuclear(Nuclear::BadLine { line, problem, path })) => {
                assert!(!path.is_empty());
                (line, problem)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_csv_file_is_read_and_interpolated() {
        let t = csv("# made up\nenergy_MeV,flux\n0, 0\n10,2\n\n20,0\n").expect("well formed");
        assert_eq!(t.range(), [0.0, 20.0]);
        assert_eq!(
            [t.at(5.0), t.at(10.0), t.at(15.0), t.at(20.0), t.at(21.0), t.at(-1.0)],
            [1.0, 2.0, 1.0, 0.0, 0.0, 0.0]
        );
        assert_eq!(t.integral(), 20.0);
        let h = Table::from_csv("h", "0,3\n10,1\n20,0", Interpolation::Histogram).expect("well formed");
        assert_eq!([h.at(0.0), h.at(9.9), h.at(10.0), h.at(20.0)], [3.0, 3.0, 1.0, 1.0]);
        assert_eq!(h.integral(), 40.0);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        assert_eq!(line(csv("0,1\n10,-2")).0, 2);
        assert_eq!(line(csv("0,1\n10,nan")), (2, "flux \"nan\" is not a number from 0 up".into()));
        assert_eq!(line(csv("0,1\n\n# c\n10")), (4, "1 columns, but 2 are wanted".into()));
        assert_eq!(line(csv("5,1\n5,1")), (2, "energy 5 MeV does not rise".into()));
        assert_eq!(line(csv("")), (1, "fewer than two points".into()));
        assert_eq!(line(csv("nan,1\n1,2")).0, 1);
        assert_eq!(line(csv("1,0\n2,0")).0, 2);
        assert_eq!(line(Table::from_csv("h", "1,1\n2,1", Interpolation::Histogram)).0, 2);
        let missing = Table::read_csv(Path::new("no/such/file"), Interpolation::Linear);
        assert!(matches!(missing, Err(Error::Nuclear(Nuclear::Unreadable { .. }))));
    }

    #[test]
    fn a_snowglobes_file_gives_the_column_of_its_flavour_in_mev() {
        let text = "# comment\n0.005 1 2 3 4 5 6\n 0.010\t10 20 30 40 50 60\n";
        for (neutrino, value) in [(12, 1.0), (14, 2.0), (16, 3.0), (-12, 4.0), (-14, 5.0), (-16, 6.0)] {
            let t = Table::from_snowglobes("s", text, neutrino).expect("well formed");
            assert_eq!((t.range(), t.at(5.0), t.at(10.0)), ([5.0, 10.0], value, 10.0 * value));
        }
        assert_eq!(line(Table::from_snowglobes("s", "0.005 1 2 3 4 5", 12)).0, 1);
        assert!(matches!(Table::from_snowglobes("s", text, 11), Err(Error::WrongNeutrino { .. })));
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "([0-9a-zN.,+e# -]{0,12}\n?){0,6}", histogram in any::<bool>()) {
            let i = if histogram { Interpolation::Histogram } else { Interpolation::Linear };
            if let Ok(t) = Table::from_csv("fuzz", &text, i) {
                prop_assert!(t.integral() > 0.0 && t.at(t.range()[0]).is_finite());
            }
            let _ = Table::from_snowglobes("fuzz", &text.replace(',', " "), 12);
        }

        #[test]
        fn any_written_table_is_read_back(steps in prop::collection::vec((1e-3..5.0f64, 1e-3..9.0f64), 2..20)) {
            let (mut energy, mut text, mut rows) = (0.0, String::new(), Vec::new());
            for (step, value) in steps {
                energy += step;
                text += &format!("{energy},{value}\n");
                rows.push((energy, value));
            }
            let t = csv(&text).expect("well formed");
            for (e, v) in rows {
                prop_assert!((t.at(e) - v).abs() < 1e-9);
            }
        }
    }
}
