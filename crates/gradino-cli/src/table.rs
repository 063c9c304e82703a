//! Tables for people (aligned columns) and for programs (CSV).

/// A table of texts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// Names of the columns, with their units.
    pub(crate) header: Vec<String>,
    /// Rows, each as long as the header.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table.
    pub(crate) fn new(header: &[&str]) -> Self {
        Table { header: header.iter().map(ToString::to_string).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: Vec<String>) {
        debug_assert_eq!(row.len(), self.header.len());
        self.rows.push(row);
    }

    /// As CSV or in aligned columns.
    pub(crate) fn text(&self, csv: bool) -> String {
        if csv { self.csv() } else { self.aligned() }
    }

    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.header).chain(&self.rows)
    }

    fn csv(&self) -> String {
        self.lines().map(|row| row.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(",") + "\n").collect()
    }

    fn aligned(&self) -> String {
        let mut widths = vec![0; self.header.len()];
        for row in self.lines() {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_string() + "\n"
        };
        self.lines().map(line).collect()
    }
}

/// A CSV field, in quotes where it must be (RFC 4180).
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_for_people_and_quoted_for_programs() {
        let mut table = Table::new(&["name", "meaning"]);
        table.push(vec!["a.b".into(), "one, \"two\"".into()]);
        assert_eq!(table.text(false), "name  meaning\na.b   one, \"two\"\n");
        assert_eq!(table.text(true), "name,meaning\na.b,\"one, \"\"two\"\"\"\n");
    }
}
