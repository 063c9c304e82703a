//! Numbers, errors, nuclides and levels as text for readers.

use super::accumulate::{FinalState, HADRONS, Level};
use gradino_core::{Nuclide, Parity};

/// What stands for a number that is not there.
const NOTHING: &str = "–";
/// What is smaller prints as zero: powers of ten end near here.
const SMALLEST: f64 = 1e-300;
/// A relative error below this is rounding, not statistics.
const NEGLIGIBLE: f64 = 1e-9;

/// Digits as superscripts; other characters of a number too, the rest stays.
pub(crate) fn superscript(text: &str) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| match c {
        '-' => '⁻',
        '+' => '⁺',
        _ => c.to_digit(10).map_or(c, |d| DIGITS[d as usize]),
    };
    text.chars().map(raise).collect()
}

/// A nuclide with a raised mass number.
pub(crate) fn nuclide(n: Nuclide) -> String {
    let text = n.to_string();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    superscript(&text[..digits]) + &text[digits..]
}

/// Spin and parity of a level.
pub(super) fn spin_parity(level: Level) -> String {
    let sign = if level.parity == Parity::Plus { '⁺' } else { '⁻' };
    match level.two_j % 2 {
        0 => format!("{}{sign}", level.two_j / 2),
        _ => format!("{}/2{sign}", level.two_j),
    }
}

/// A final state, e.g. "³⁹K + n + γ".
pub(super) fn final_state(state: &FinalState) -> String {
    let mut parts = vec![state.residue.map_or_else(|| "no nucleus".to_string(), nuclide)];
    for (count, (_, symbol)) in state.hadrons.iter().zip(HADRONS) {
        match count {
            0 => {}
            1 => parts.push(symbol.to_string()),
            n => parts.push(format!("{n} {symbol}")),
        }
    }
    if state.others > 0 {
        parts.push(format!("{} other", state.others));
    }
    if state.gammas {
        parts.push("γ".into());
    }
    parts.join(" + ")
}

/// A whole number in groups of three.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// Number of decimals that show `digits` digits of `x`.
fn decimals(x: f64, digits: i32) -> usize {
    (digits - 1).saturating_sub(x.abs().log10().floor() as i32).clamp(0, 12) as usize
}

/// A number with five digits, without useless zeros.
pub(crate) fn plain(x: f64) -> String {
    if !x.is_finite() {
        return NOTHING.into();
    }
    if x.abs() < SMALLEST {
        return "0".into();
    }
    let exponent = x.abs().log10().floor() as i32;
    if !(-3..6).contains(&exponent) {
        let mantissa = trimmed(format!("{:.4}", x / 10f64.powi(exponent)));
        return minus(mantissa) + " × 10" + &superscript(&exponent.to_string());
    }
    minus(trimmed(format!("{:.*}", decimals(x, 5), x)))
}

fn trimmed(text: String) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// With a true minus sign.
fn minus(text: String) -> String {
    text.replace('-', "−")
}

/// A value with its error, which has two digits.
pub(super) fn measured(value: f64, error: f64) -> String {
    if !value.is_finite() || !error.is_finite() {
        return NOTHING.into();
    }
    if error <= (NEGLIGIBLE * value.abs()).max(SMALLEST) {
        return plain(value);
    }
    let scale = value.abs().max(error);
    let exponent = scale.log10().floor() as i32;
    if !(-3..6).contains(&exponent) {
        let unit = 10f64.powi(exponent);
        let (value, error) = (value / unit, error / unit);
        let d = decimals(error, 2);
        let text = format!("({value:.d$} ± {error:.d$}) × 10");
        return minus(text) + &superscript(&exponent.to_string());
    }
    let d = decimals(error, 2);
    minus(format!("{value:.d$} ± {error:.d$}"))
}

/// A share and its error in per cent.
pub(super) fn percent((share, error): (f64, f64)) -> String {
    measured(100.0 * share, 100.0 * error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_read_as_a_physicist_writes_them() {
        assert_eq!(measured(12.3456, 0.0321), "12.346 ± 0.032");
        assert_eq!(measured(-0.2, 1.5), "−0.2 ± 1.5");
        assert_eq!(measured(1.2341e-42, 2.1e-44), "(1.234 ± 0.021) × 10⁻⁴²");
        assert_eq!(measured(3.0, 0.0), "3");
        assert_eq!(measured(f64::NAN, 1.0), "–");
        assert_eq!(plain(1234.5), "1234.5");
        assert_eq!(plain(-2.5e-7), "−2.5 × 10⁻⁷");
        assert_eq!(grouped(1234567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(12), "12");
    }

    #[test]
    fn final_states_and_levels_read_as_in_the_literature() {
        let state = FinalState {
            residue: Some(Nuclide::new(19, 39)),
            hadrons: [1, 0, 0, 0, 0, 2],
            others: 0,
            gammas: true,
        };
        assert_eq!(final_state(&state), "³⁹K + n + 2 α + γ");
        assert_eq!(final_state(&FinalState::default()), "no nucleus");
        let level = Level { excitation_ev: 0, two_j: 3, parity: Parity::Minus };
        assert_eq!(spin_parity(level), "3/2⁻");
        assert_eq!(spin_parity(Level { two_j: 4, parity: Parity::Plus, ..level }), "2⁺");
    }

    proptest! {
        #[test]
        fn no_number_prints_as_nan_or_panics(value in prop::num::f64::ANY, error in prop::num::f64::ANY) {
            let text = measured(value, error) + &plain(value) + &percent((value, error));
            prop_assert!(!text.contains("NaN") && !text.contains("inf"));
        }
    }
}
