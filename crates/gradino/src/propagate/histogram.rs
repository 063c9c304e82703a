//! What is filled, in which bins.

use crate::Observable;
use crate::error::{Error, Result};
use gradino_infer::loss::{Axis, Binning};

/// Bins at most.
const MOST_BINS: usize = 2000;
/// Rounding of the last edge, in widths of bins.
const ROUNDING: f64 = 1e-6;

/// An observable in bins.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// The observable.
    pub observable: Observable,
    /// Edges of the bins, in its unit.
    pub edges: Vec<f64>,
    /// Whether the uncertainty of the total cross section counts: events at a fixed exposure, not a fixed number
    /// of events.
    pub rate: bool,
}

impl Histogram {
    /// With the bins of `text`; without it, those that suit the default job.
    pub fn new(observable: Observable, text: Option<&str>, rate: bool) -> Result<Self> {
        let edges = parse_bins(text.unwrap_or_else(|| observable.default_bins()))?;
        Ok(Histogram { observable, edges, rate })
    }

    /// Number of bins.
    pub fn bins(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    pub(super) fn binning(&self) -> Result<Binning> {
        Ok(Binning::new(vec![Axis::new(0, self.edges.clone())?])?)
    }
}

/// Reads "0:60:1" as the edges 0, 1, ... 60 (first, last, width) and "0,1,2,5" as these edges.
fn parse_bins(text: &str) -> Result<Vec<f64>> {
    let bad = |problem: &str| Error::BadBins { text: text.into(), problem: problem.into() };
    let numbers = |separator: char| -> Result<Vec<f64>> {
        let parts = text.split(separator).map(|part| part.trim().parse::<f64>());
        let parts: Vec<f64> = parts.collect::<std::result::Result<_, _>>().map_err(|_| bad("no numbers"))?;
        if parts.iter().all(|x| x.is_finite()) { Ok(parts) } else { Err(bad("they must be finite")) }
    };
    let edges = match (text.contains(':'), text.contains(',')) {
        (true, false) => {
            let [first, last, width] = numbers(':')?[..] else { return Err(bad("three numbers are wanted")) };
            let count = ((last - first) / width).round();
            if !(width > 0.0 && count >= 1.0) {
                return Err(bad("the last edge and the width must be larger than the first edge and 0"));
            }
            if count > MOST_BINS as f64 {
                return Err(bad("too many bins"));
            }
            if (first + count * width - last).abs() > ROUNDING * width {
                return Err(bad("the width does not divide the range"));
            }
            (0..=count as usize).map(|i| first + (last - first) * i as f64 / count).collect()
        }
        (false, true) => numbers(',')?,
        _ => return Err(bad("neither a range nor a list")),
    };
    if edges.len() < 2 || edges.len() > MOST_BINS + 1 || edges.windows(2).any(|e| e[1] <= e[0]) {
        return Err(bad("edges must increase"));
    }
    Ok(edges)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bins_are_a_range_or_a_list() {
        assert_eq!(parse_bins("0:3:1"), Ok(vec![0.0, 1.0, 2.0, 3.0]));
        assert_eq!(parse_bins("0:0.3:0.1").map(|e| e.len()), Ok(4));
        assert_eq!(parse_bins("0, 1,5"), Ok(vec![0.0, 1.0, 5.0]));
        for bad in [
            "", "5", "0:60", "0:60:7", "0:60:0", "60:0:1", "0:nan:1", "0,0", "1,0", "a,b", "0:1:1e-9",
            "0,inf",
        ] {
            let error = parse_bins(bad).expect_err(bad);
            assert!(error.hint().is_some() && error.is_usage(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_bins_panic(text in "[0-9:,.e+ -]{0,24}") {
            if let Ok(edges) = parse_bins(&text) {
                prop_assert!(edges.windows(2).all(|e| e[1] > e[0]));
            }
        }
    }
}
