//! From numbers to places on an axis or on a colour scale.

use super::colours;
use crate::report::numbers::{plain, superscript};

/// A colour scale with its ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    /// Logarithmic, between two positive numbers.
    Log([f64; 2]),
    /// Linear, from minus to plus the largest absolute value.
    Signed(f64),
}

impl Scale {
    /// For positive numbers.
    pub(super) fn of_amounts(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|v| *v > 0.0)
            .fold((f64::INFINITY, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
        if high <= 0.0 { Scale::Log([0.5, 1.0]) } else { Scale::Log([low.min(0.5 * high), high]) }
    }

    /// For numbers of any sign.
    pub(super) fn of_signed(values: impl Iterator<Item = f64>) -> Self {
        let largest = values.map(f64::abs).fold(0.0, f64::max);
        Scale::Signed(if largest > 0.0 { largest } else { 1.0 })
    }

    /// Where a value lies, from 0 to 1.
    pub(super) fn place(self, value: f64) -> f64 {
        let t = match self {
            Scale::Log([low, high]) => (value / low).ln() / (high / low).ln(),
            Scale::Signed(largest) => 0.5 * (1.0 + value / largest),
        };
        if t.is_finite() { t.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The colour at a place.
    pub(super) fn colour(self, place: f64) -> String {
        match self {
            Scale::Log(_) => colours::amount(place),
            Scale::Signed(_) => colours::signed(place),
        }
    }

    /// How strongly a value shows, from 0 to 1.
    pub(super) fn strength(self, value: f64) -> f64 {
        match self {
            Scale::Log([_, high]) => (value / high).clamp(0.0, 1.0).sqrt(),
            Scale::Signed(largest) => (value.abs() / largest).clamp(0.0, 1.0).sqrt(),
        }
    }

    /// Values with their texts.
    pub(super) fn ticks(self) -> Vec<(f64, String)> {
        match self {
            Scale::Log([low, high]) => log_ticks(low, high),
            Scale::Signed(largest) => {
                let step = nice_step(2.0 * largest, 6);
                let steps = (largest / step + 1e-9).floor() as i32;
                let decimals = decimals(step);
                let text = |x: f64| match decimals {
                    0..=3 => format!("{x:.decimals$}").replace('-', "−"),
                    _ => plain(x),
                };
                (-steps..=steps).map(|i| (f64::from(i) * step, text(f64::from(i) * step))).collect()
            }
        }
    }
}

/// Powers of ten; below two decades also twice and five times them.
fn log_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let decades = low.log10().floor() as i32..=high.log10().floor() as i32;
    let factors: &[f64] = if high / low < 100.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let every = (((high / low).log10() / 8.0).ceil() as i32).max(1);
    let ticks = decades.filter(|d| d % every == 0).flat_map(|d| factors.iter().map(move |f| (*f, d)));
    let text = |factor: f64, decade: i32| match (factor, decade) {
        (_, -3..=2) => format!("{}", factor * 10f64.powi(decade)),
        (1.0, _) => format!("10{}", superscript(&decade.to_string())),
        _ => format!("{factor} × 10{}", superscript(&decade.to_string())),
    };
    let inside = (0.999 * low)..=(1.001 * high);
    ticks.map(|(f, d)| (f * 10f64.powi(d), text(f, d))).filter(|(x, _)| inside.contains(x)).collect()
}

/// A step of 1, 2 or 5 times a power of ten that cuts `range` in `most` parts or fewer.
pub(super) fn nice_step(range: f64, most: usize) -> f64 {
    let raw = range / most as f64;
    let decade = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|f| f * decade).into_iter().find(|s| *s >= raw * (1.0 - 1e-9)).unwrap_or(raw)
}

/// Decimals that show multiples of `step`.
pub(super) fn decimals(step: f64) -> usize {
    (-step.log10().floor()).clamp(0.0, 12.0) as usize
}

/// Round numbers on an axis that is cut in `most` parts or fewer, with their texts.
pub(super) fn axis_ticks([low, high]: [f64; 2], most: usize) -> Vec<(f64, String)> {
    let step = nice_step(high - low, most);
    let places = decimals(step);
    let numbers = (low / step).ceil() as i64..=(high / step).floor() as i64;
    numbers.map(|i| i as f64 * step).map(|x| (x, format!("{x:.places$}").replace('-', "−"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_place_their_ends_and_their_middle() {
        let log = Scale::of_amounts([0.001, 0.1, 0.0].into_iter());
        assert!((log.place(0.001), log.place(0.1)) == (0.0, 1.0) && (log.place(0.01) - 0.5).abs() < 1e-12);
        let signed = Scale::of_signed([-0.3, 0.1].into_iter());
        assert_eq!((signed.place(-0.3), signed.place(0.0), signed.place(0.3)), (0.0, 0.5, 1.0));
        assert_eq!(signed.ticks().len(), 7);
        assert_eq!(Scale::Signed(3e-5).ticks()[0].1, "−3 × 10⁻⁵");
        assert!(log.ticks().iter().map(|t| t.1.as_str()).eq(["0.001", "0.01", "0.1"]), "{:?}", log.ticks());
        for odd in [Scale::of_amounts(std::iter::empty()), Scale::of_signed([0.0].into_iter())] {
            assert!(odd.place(0.0).is_finite() && odd.ticks().iter().all(|t| t.0.is_finite()));
        }
    }
}
