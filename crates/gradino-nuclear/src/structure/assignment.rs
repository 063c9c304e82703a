//! Spin and parity of a level for which the evaluation gives none, or none that can be.

use gradino_core::Parity;

/// What an evaluation says about the spin and parity of a level.
pub(super) struct Evidence<'a> {
    /// Whether the mass number is odd, so that spins are half-integer.
    pub(super) odd: bool,
    /// Twice the spin in the spin column.
    pub(super) two_j: Option<u16>,
    /// Parity in the parity column.
    pub(super) parity: Option<Parity>,
    /// The assignment in words, e.g. "(3/2,5/2)-".
    pub(super) text: &'a str,
    /// Twice the spin, parity and intensity of the levels it decays to.
    pub(super) finals: Vec<(u16, Parity, f64)>,
}

/// An assignment read from its words.
struct Written {
    two_j: u16,
    parity: Option<Parity>,
    unique: bool,
}

impl Evidence<'_> {
    /// Twice the spin, the parity, and whether both are those of the evaluation.
    ///
    /// In order of trust: the columns, the first of the values in words, the selection rules.
    /// A column spin of the wrong statistics (capote2009 draws integer spins for ranges such as
    /// "1/2:9/2" in nuclides of odd mass) is lowered by one half, 0 raised.
    pub(super) fn assign(&self) -> (u16, Parity, bool) {
        let written = written(self.text).filter(|w| (w.two_j % 2 == 1) == self.odd);
        let from_words = written.as_ref().and_then(|w| w.parity);
        let (two_j, parity) = match (self.two_j, &written) {
            (Some(two_j), _) => {
                let parity = self.parity.or(from_words).unwrap_or_else(|| self.likely_parity());
                let wrong = (two_j % 2 == 1) != self.odd;
                (if wrong { two_j.abs_diff(1) } else { two_j }, parity)
            }
            (None, Some(w)) => (w.two_j, from_words.or(self.parity).unwrap_or_else(|| self.likely_parity())),
            (None, None) => {
                let parity = self.parity.unwrap_or_else(|| self.likely_parity());
                (self.lowest_spin(parity), parity)
            }
        };
        let assigned = written.is_some_and(|w| w.unique && w.two_j == two_j && w.parity == Some(parity));
        (two_j, parity, assigned)
    }

    /// The final level of the strongest transition.
    fn strongest(&self) -> Option<&(u16, Parity, f64)> {
        self.finals.iter().max_by(|a, b| a.2.total_cmp(&b.2))
    }

    /// The parity of the strongest final level; plus without one.
    fn likely_parity(&self) -> Parity {
        self.strongest().map_or(Parity::Plus, |f| f.1)
    }

    /// Twice the lowest spin that E1, M1 or E2 radiation connects to all final levels, or at least
    /// to the strongest one.
    fn lowest_spin(&self, parity: Parity) -> u16 {
        let highest = self.finals.iter().map(|f| f.0).max().unwrap_or(0) + 4;
        let spins = || (u16::from(self.odd)..=highest).step_by(2);
        let reaches = |two_j: u16, f: &(u16, Parity, f64)| is_allowed(two_j, f.0, parity == f.1);
        spins()
            .find(|&j| self.finals.iter().all(|f| reaches(j, f)))
            .or_else(|| spins().find(|&j| self.strongest().is_some_and(|f| reaches(j, f))))
            .unwrap_or(u16::from(self.odd))
    }
}

/// Selection rule of E1, M1 and E2 radiation between spins `a/2` and `b/2`.
fn is_allowed(a: u16, b: u16, same_parity: bool) -> bool {
    let triangle = |two_l: u16| a.abs_diff(b) <= two_l && two_l <= a + b;
    triangle(2) || (same_parity && triangle(4))
}

/// Reads "3/2-", "(4,5)+", "(2-)" and the like: the first value and whether it is the only one.
/// A value from systematics ("#") is not unique.
fn written(text: &str) -> Option<Written> {
    let bare: String = text.chars().filter(|c| !"()[]*# ".contains(*c)).collect();
    let mut values = bare.split(',');
    let (two_j, own_sign) = spin_and_sign(values.next()?)?;
    let common_sign = match text.trim_end().as_bytes() {
        [.., b')', b'+'] => Some(Parity::Plus),
        [.., b')', b'-'] => Some(Parity::Minus),
        _ => None,
    };
    let parity = own_sign.or(common_sign);
    let unique = values.next().is_none() && parity.is_some() && !text.contains('#');
    Some(Written { two_j, parity, unique })
}

/// Twice the spin and the sign of "5/2+", "2-" or "3".
fn spin_and_sign(value: &str) -> Option<(u16, Option<Parity>)> {
    let (number, parity) = match value.strip_suffix('+') {
        Some(number) => (number, Some(Parity::Plus)),
        None => match value.strip_suffix('-') {
            Some(number) => (number, Some(Parity::Minus)),
            None => (value, None),
        },
    };
    let two_j: u16 = match number.strip_suffix("/2") {
        Some(half) => half.parse().ok()?,
        None => number.parse::<u16>().ok()?.checked_mul(2)?,
    };
    Some((two_j, parity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Parity::{Minus, Plus};
    use proptest::prelude::*;

    fn evidence(odd: bool, two_j: Option<u16>, parity: Option<Parity>, text: &str) -> Evidence<'_> {
        Evidence { odd, two_j, parity, text, finals: Vec::new() }
    }

    #[test]
    fn one_written_value_is_an_assignment_and_a_list_is_not() {
        assert_eq!(evidence(true, Some(3), Some(Minus), "(3/2)-").assign(), (3, Minus, true));
        assert_eq!(evidence(false, Some(6), Some(Minus), "3-,4-").assign(), (6, Minus, false));
        assert_eq!(evidence(false, Some(2), Some(Minus), "1").assign(), (2, Minus, false));
        assert_eq!(evidence(true, Some(3), Some(Plus), "3/2+#").assign(), (3, Plus, false));
        assert_eq!(evidence(true, None, None, "(5/2,3/2)-").assign(), (5, Minus, false));
    }

    #[test]
    fn integer_spin_in_an_odd_nuclide_is_lowered_by_a_half() {
        assert_eq!(evidence(true, Some(6), Some(Plus), "(1/2:9/2)+").assign(), (5, Plus, false));
        assert_eq!(evidence(true, Some(0), Some(Plus), "").assign(), (1, Plus, false));
    }

    #[test]
    fn selection_rules_fix_what_nobody_measured() {
        let finals = vec![(0, Plus, 0.1), (4, Plus, 0.9)];
        let level = Evidence { finals, ..evidence(false, None, None, "") };
        assert_eq!(level.assign(), (2, Plus, false));
        let level = Evidence { finals: vec![(8, Minus, 1.0)], ..evidence(false, None, Some(Plus), "") };
        assert_eq!(level.assign(), (6, Plus, false));
        assert!(!is_allowed(0, 0, true));
    }

    proptest! {
        #[test]
        fn words_never_panic_and_statistics_hold(text in "[0-9/+,:()TOGE#*-]{0,12}", odd: bool, j in 0u16..40) {
            let (two_j, _, _) = evidence(odd, Some(j), None, &text).assign();
            prop_assert_eq!(two_j % 2 == 1, odd);
            prop_assert_eq!(evidence(odd, None, None, &text).assign().0 % 2 == 1, odd);
        }
    }
}
