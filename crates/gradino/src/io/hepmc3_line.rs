//! Pieces of HepMC3 text: numbers, escaped strings and their inverses.

use std::fmt::Display;

/// Length of the longest line that HepMC3 reads, without its end [bytes]: `ReaderAscii` has a buffer
/// of 262,144 bytes, with one for the end of the text.
pub(super) const LONGEST_LINE: usize = 262_143;

/// The first line that HepMC3 cannot read: its beginning and its length [bytes].
pub(super) fn long_line(text: &[u8]) -> Option<(String, usize)> {
    if text.len() <= LONGEST_LINE {
        return None;
    }
    let line = text.split(|byte| *byte == b'\n').find(|line| line.len() > LONGEST_LINE)?;
    const SHOWN: usize = 40;
    Some((String::from_utf8_lossy(&line[..SHOWN]).into_owned(), line.len()))
}

/// Appends a number by its shortest digits that give back the same bits.
#[inline]
pub(super) fn push_real(out: &mut Vec<u8>, value: f64) {
    // Whole numbers, mostly zeros, are common and shorter without a point.
    const EXACT: f64 = 9.007_199_254_740_992e15; // 2^53
    if value.fract() == 0.0 && value.abs() < EXACT && !(value == 0.0 && value.is_sign_negative()) {
        push_integer(out, value as i64);
    } else {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    }
}

/// Appends an integer.
#[inline]
pub(super) fn push_integer<I: itoa::Integer>(out: &mut Vec<u8>, value: I) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a space and a number.
#[inline]
pub(super) fn push_next(out: &mut Vec<u8>, value: f64) {
    out.push(b' ');
    push_real(out, value);
}

/// Text with backslashes and line ends escaped as HepMC3 does it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\|")
}

/// The inverse of [`escaped`].
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, c == '\\') {
            (_, true) => out.push(if rest.next() == Some('|') { '\n' } else { '\\' }),
            (c, false) => out.push(c),
        }
    }
    out
}

/// Values side by side with a space between.
pub(super) fn spaced<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|v| v.to_string()).collect::<Vec<_>>().join(" ")
}

/// The words of a line, taken one by one; what is missing or odd is named.
pub(super) struct Words<'a> {
    rest: std::str::SplitAsciiWhitespace<'a>,
}

impl<'a> Words<'a> {
    /// The words of a line.
    pub(super) fn new(line: &'a str) -> Self {
        Words { rest: line.split_ascii_whitespace() }
    }

    /// The next word, which is a `what`.
    pub(super) fn word(&mut self, what: &str) -> Result<&'a str, String> {
        self.rest.next().ok_or_else(|| format!("{what} is missing"))
    }

    /// The next number, which is a `what`.
    pub(super) fn number<T: std::str::FromStr>(&mut self, what: &str) -> Result<T, String> {
        let word = self.word(what)?;
        word.parse().map_err(|_| format!("cannot read \"{word}\" as {what}"))
    }

    /// The next real number, which is a `what` and must be finite.
    pub(super) fn real(&mut self, what: &str) -> Result<f64, String> {
        let value: f64 = self.number(what)?;
        if value.is_finite() { Ok(value) } else { Err(format!("{what} is {value}")) }
    }

    /// All real numbers that are left, appended to `out`.
    pub(super) fn reals(&mut self, what: &str, out: &mut Vec<f64>) -> Result<(), String> {
        for word in self.rest.by_ref() {
            let value = word.parse().ok().filter(|v: &f64| v.is_finite());
            out.push(value.ok_or_else(|| format!("cannot read \"{word}\" as {what}"))?);
        }
        Ok(())
    }

    /// Refuses more words.
    pub(super) fn end(&mut self) -> Result<(), String> {
        self.rest.next().map_or(Ok(()), |word| Err(format!("\"{word}\" is too much")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_give_back_the_same_bits(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            for value in [value, value.round()] {
                let mut text = Vec::new();
                push_real(&mut text, value);
                let read: f64 = std::str::from_utf8(&text).unwrap().parse().unwrap();
                prop_assert_eq!(read.to_bits(), value.to_bits());
            }
        }
        #[test]
        fn escaped_text_is_one_line_and_comes_back(text in r"[a\\|\n ]{0,12}") {
            let line = escaped(&text);
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(unescaped(&line), text);
        }
    }

    #[test]
    fn the_longest_line_is_that_of_hepmc3() {
        let text = |length: usize| format!("E 0\nA 0 name {}\nP\n", "x".repeat(length - 9));
        assert_eq!(long_line(text(LONGEST_LINE).as_bytes()), None);
        let found = long_line(text(LONGEST_LINE + 1).as_bytes()).unwrap();
        assert!(found.0.starts_with("A 0 name") && found.1 == LONGEST_LINE + 1, "{found:?}");
    }

    #[test]
    fn whole_numbers_have_no_point_and_minus_zero_keeps_its_sign() {
        let text = |value: f64| {
            let mut out = Vec::new();
            push_real(&mut out, value);
            String::from_utf8(out).unwrap()
        };
        assert_eq!([0.0, 1.0, -3.0, 0.5, -0.0].map(text), ["0", "1", "-3", "0.5", "-0.0"]);
    }
}
