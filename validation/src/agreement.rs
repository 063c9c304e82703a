//! How well two columns of numbers agree.

use std::fmt;

/// Relative differences of many pairs of numbers.
#[derive(Clone, Debug, Default)]
pub struct Agreement {
    differences: Vec<(f64, String)>,
}

impl Agreement {
    /// Adds |ours / theirs - 1| under a name.
    pub fn add(&mut self, ours: f64, theirs: f64, name: impl Into<String>) {
        self.differences.push(((ours / theirs - 1.0).abs(), name.into()));
    }
    /// Adds a difference that is relative already.
    pub fn add_difference(&mut self, difference: f64, name: impl Into<String>) {
        self.differences.push((difference.abs(), name.into()));
    }
    /// Number of pairs.
    pub fn points(&self) -> usize {
        self.differences.len()
    }
    /// The largest difference and its name.
    pub fn largest(&self) -> (f64, &str) {
        let worst = self.differences.iter().max_by(|a, b| a.0.total_cmp(&b.0));
        worst.map_or((0.0, ""), |(d, name)| (*d, name))
    }
    /// The median difference.
    pub fn median(&self) -> f64 {
        let mut all: Vec<f64> = self.differences.iter().map(|d| d.0).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(0.0)
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (worst, name) = self.largest();
        write!(f, "{} | {worst:.1e} ({name}) | {:.1e}", self.points(), self.median())
    }
}

/// Prints a row of a table: what was compared, and how it agrees, if there are reference figures.
pub fn print_row(what: &str, agreement: Option<Agreement>) {
    let figures = agreement.map_or("no reference figures".to_string(), |a| a.to_string());
    println!("| {what} | {figures} |");
}

/// Running mean with its error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moments {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    /// Adds a number.
    pub fn add(&mut self, x: f64) {
        self.n += 1.0;
        self.sum += x;
        self.squares += x * x;
    }
    /// The mean.
    pub fn mean(&self) -> f64 {
        self.sum / self.n
    }
    /// The variance of one number.
    pub fn variance(&self) -> f64 {
        (self.squares / self.n - self.mean().powi(2)).max(0.0)
    }
    /// The error of the mean.
    pub fn error(&self) -> f64 {
        (self.variance() / self.n).sqrt()
    }
}
