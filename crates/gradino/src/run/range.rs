//! Ranges of event numbers.

use crate::error::{Error, Result};
use std::ops::Range;

/// Reads "1000" as events 0:1000, and "2000:3000" as it stands.
pub fn parse_range(text: &str) -> Result<Range<u64>> {
    let fail = || Error::NotARange { text: text.into() };
    let number = |t: &str| t.trim().replace('_', "").parse::<u64>().map_err(|_| fail());
    let range = match text.split_once(':') {
        Some((first, end)) => number(first)?..number(end)?,
        None => 0..number(text)?,
    };
    if range.is_empty() { Err(fail()) } else { Ok(range) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_are_read_and_nonsense_is_refused() {
        assert_eq!(parse_range("1000"), Ok(0..1000));
        assert_eq!(parse_range("2_000:3000"), Ok(2000..3000));
        for bad in ["", "0", "5:5", "7:3", "-1", "a:b", "1:2:3", "1e3"] {
            assert!(matches!(parse_range(bad), Err(Error::NotARange { .. })), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_a_range_never_panics(text in "[0-9:_ a-]{0,24}") {
            let _ = parse_range(&text);
        }
    }
}
