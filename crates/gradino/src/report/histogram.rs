//! Weighted histograms with under- and overflow, and weighted tallies.

/// Bins of a histogram, at most: a guard against a senseless range.
const MOST_BINS: f64 = 1e6;

/// A weighted count of events.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Number of entries.
    pub entries: u64,
    /// Sum of weights.
    pub weight: f64,
    /// Sum of squared weights.
    pub weight_sq: f64,
}

impl Tally {
    /// Adds one entry.
    #[inline]
    pub fn add(&mut self, weight: f64) {
        self.entries += 1;
        self.weight += weight;
        self.weight_sq += weight * weight;
    }
    /// Adds all entries of another tally.
    pub fn merge(&mut self, other: Tally) {
        self.entries += other.entries;
        self.weight += other.weight;
        self.weight_sq += other.weight_sq;
    }
    /// The share p of `whole` and its standard error, for a tally of a part of the events of `whole`:
    /// var p = [(1 - 2 p) sum_part w^2 + p^2 sum_whole w^2] / (sum_whole w)^2,
    /// which is p (1 - p) / N where all weights are one. Zero where there is nothing.
    pub fn share_of(&self, whole: &Tally) -> (f64, f64) {
        if whole.weight == 0.0 {
            return (0.0, 0.0);
        }
        let p = self.weight / whole.weight;
        let variance = (1.0 - 2.0 * p) * self.weight_sq + p * p * whole.weight_sq;
        (p, variance.max(0.0).sqrt() / whole.weight.abs())
    }
}

/// Sums over the finite values x with weights w, for their mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Moments {
    w: f64,
    wx: f64,
    w2: f64,
    w2x: f64,
    w2x2: f64,
}

impl Moments {
    #[inline]
    fn add(&mut self, x: f64, w: f64) {
        let other = Moments { w, wx: w * x, w2: w * w, w2x: w * w * x, w2x2: w * w * x * x };
        self.merge(&other);
    }
    #[inline]
    fn merge(&mut self, other: &Moments) {
        self.w += other.w;
        self.wx += other.wx;
        self.w2 += other.w2;
        self.w2x += other.w2x;
        self.w2x2 += other.w2x2;
    }
    /// Mean m and its standard error sqrt(sum w^2 (x - m)^2) / sum w.
    fn mean(&self) -> Option<(f64, f64)> {
        let m = (self.w != 0.0).then(|| self.wx / self.w)?;
        let squares = self.w2x2 - 2.0 * m * self.w2x + m * m * self.w2;
        Some((m, squares.max(0.0).sqrt() / self.w.abs()))
    }
}

/// A histogram of equal bins, which keeps what falls beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    lower: f64,
    width: f64,
    /// Underflow, the bins, overflow.
    cells: Vec<Tally>,
    /// All entries.
    total: Tally,
    moments: Moments,
}

impl Histogram {
    /// `bins` empty bins of `width` from `lower` on.
    pub fn new(lower: f64, width: f64, bins: usize) -> Self {
        let cells = vec![Tally::default(); bins + 2];
        Histogram { lower, width, cells, total: Tally::default(), moments: Moments::default() }
    }
    /// Bins of a round width from 0 to `upper` or just above, `wanted` at most.
    pub fn up_to(upper: f64, wanted: usize) -> Self {
        let width = round_width(upper / wanted as f64);
        Histogram::new(0.0, width, bins_to_cover(upper, width))
    }
    /// Adds an entry. What is not a number counts as overflow.
    #[inline]
    pub fn fill(&mut self, value: f64, weight: f64) {
        let position = (value - self.lower) / self.width;
        let last = self.cells.len() - 1;
        let cell = if position < 0.0 {
            0
        } else if position < (last - 1) as f64 {
            position as usize + 1
        } else {
            last
        };
        self.cells[cell].add(weight);
        self.total.add(weight);
        if value.is_finite() {
            self.moments.add(value, weight);
        }
    }
    /// Adds the entries of a histogram of the same bins.
    pub fn merge(&mut self, other: &Histogram) {
        debug_assert!(self.lower == other.lower && self.width == other.width, "the bins are the same");
        self.cells.iter_mut().zip(&other.cells).for_each(|(a, b)| a.merge(*b));
        self.total.merge(other.total);
        self.moments.merge(&other.moments);
    }
    /// Width of a bin.
    pub fn width(&self) -> f64 {
        self.width
    }
    /// The bins, without under- and overflow.
    pub fn bins(&self) -> &[Tally] {
        &self.cells[1..self.cells.len() - 1]
    }
    /// Entries below the first bin.
    pub fn underflow(&self) -> Tally {
        self.cells[0]
    }
    /// Entries above the last bin, or not a number.
    pub fn overflow(&self) -> Tally {
        self.cells[self.cells.len() - 1]
    }
    /// All entries, with under- and overflow.
    pub fn total(&self) -> Tally {
        self.total
    }
    /// Weighted mean of the finite values, also of those beside the bins, and its standard error;
    /// none without entries.
    pub fn mean(&self) -> Option<(f64, f64)> {
        self.moments.mean()
    }
    /// The edges of the bins: one more than there are bins.
    pub fn edges(&self) -> Vec<f64> {
        (0..self.cells.len() - 1).map(|i| self.lower + i as f64 * self.width).collect()
    }
    /// The same entries in bins `factor` times as wide; what fills no whole bin goes to the overflow.
    pub fn rebinned(&self, factor: usize) -> Histogram {
        let bins = self.bins().len() / factor;
        let mut wide = Histogram::new(self.lower, self.width * factor as f64, bins);
        for (i, cell) in self.cells.iter().enumerate() {
            let target = if i == 0 { 0 } else { ((i - 1) / factor + 1).min(bins + 1) };
            wide.cells[target].merge(*cell);
        }
        wide.total = self.total;
        wide.moments = self.moments;
        wide
    }
    /// Number of bins up to the last one that has an entry.
    pub fn occupied(&self) -> usize {
        self.bins().iter().rposition(|t| t.entries > 0).map_or(0, |i| i + 1)
    }
}

/// The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `width`; 1 where that is
/// not a positive number.
pub(super) fn round_width(width: f64) -> f64 {
    if !(width > 0.0 && width.is_finite()) {
        return 1.0;
    }
    let decade = 10f64.powi(width.log10().floor() as i32);
    let slack = 1.0 - 1e-9;
    [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * decade).into_iter().find(|w| *w >= width * slack).unwrap_or(width)
}

/// Number of bins of `width` that reach `upper`.
pub(super) fn bins_to_cover(upper: f64, width: f64) -> usize {
    let bins = (upper / width - 1e-9).ceil();
    if bins > 1.0 { bins.min(MOST_BINS) as usize } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_entry_is_lost_and_errors_are_the_root_of_the_squared_weights(
            entries in prop::collection::vec((-2.0f64..12.0, 0.1f64..3.0), 1..200), factor in 1usize..5,
        ) {
            let mut histogram = Histogram::new(0.0, 0.5, 20);
            entries.iter().for_each(|&(x, w)| histogram.fill(x, w));
            let count = |h: &Histogram| {
                h.bins().iter().map(|t| t.entries).sum::<u64>() + h.underflow().entries + h.overflow().entries
            };
            prop_assert_eq!(count(&histogram), entries.len() as u64);
            prop_assert_eq!(count(&histogram.rebinned(factor)), entries.len() as u64);
            let expected: f64 = entries.iter().filter(|e| (3.0..3.5).contains(&e.0)).map(|e| e.1 * e.1).sum();
            prop_assert!((histogram.bins()[6].weight_sq - expected).abs() < 1e-12);
        }

        #[test]
        fn widths_are_round_and_cover_the_range(upper in 1e-3f64..1e4, wanted in 1usize..500) {
            let histogram = Histogram::up_to(upper, wanted);
            let last = histogram.edges()[histogram.bins().len()];
            prop_assert!(last >= upper * (1.0 - 1e-6) && histogram.bins().len() <= wanted);
        }
    }

    #[test]
    fn what_is_not_a_number_counts_as_overflow_and_spoils_no_mean() {
        let mut histogram = Histogram::new(0.0, 1.0, 2);
        [0.5, f64::NAN, f64::INFINITY, 1.5].into_iter().for_each(|x| histogram.fill(x, 1.0));
        assert_eq!((histogram.overflow().entries, histogram.total().entries), (2, 4));
        assert_eq!(histogram.mean(), Some((1.0, 0.5f64.sqrt() / 2.0)));
        assert_eq!(Histogram::new(0.0, 1.0, 2).mean(), None);
    }

    #[test]
    fn a_share_of_unit_weights_has_the_binomial_error() {
        let (mut part, mut whole) = (Tally::default(), Tally::default());
        (0..400).for_each(|i| {
            whole.add(1.0);
            if i % 4 == 0 {
                part.add(1.0);
            }
        });
        let (p, error) = part.share_of(&whole);
        assert_eq!(p, 0.25);
        assert!((error - (0.25f64 * 0.75 / 400.0).sqrt()).abs() < 1e-15);
        assert_eq!(Tally::default().share_of(&Tally::default()), (0.0, 0.0));
    }
}
