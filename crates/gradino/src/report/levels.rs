//! Level schemes with the most frequent gamma transitions, drawn as SVG.

use super::accumulate::{Level, Transition};
use super::histogram::Tally;
use super::numbers;
use super::plots::escaped;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Transitions in a scheme, at most.
const TRANSITIONS: usize = 14;
/// Transitions below this share of the events are left out.
const SMALLEST_SHARE: f64 = 1e-3;
/// Height for each level where they do not crowd [pixels].
const LEVEL_ROOM: f64 = 34.0;
/// Schemes with more transitions than this are as wide as the page.
const NARROW: usize = 7;
/// Smallest distance of two level lines [pixels]: room for their labels.
const LEVEL_GAP: f64 = 19.0;
/// Distance of two arrows [pixels].
const COLUMN: f64 = 42.0;
/// Room for spins, for energies, and above the highest level for labels [pixels].
const LEFT: f64 = 58.0;
const RIGHT: f64 = 92.0;
const TOP: f64 = 96.0;
const BOTTOM: f64 = 16.0;
/// Room in which the last slanted label ends [pixels].
const LABEL_RUN: f64 = 48.0;
/// Widths of the rarest and of the most frequent arrow [pixels].
const ARROW_WIDTHS: [f64; 2] = [1.0, 7.0];
/// Opacity of the rarest arrow.
const FAINTEST: f64 = 0.45;

/// A transition with its number for each event that ends in the nuclide.
struct Arrow {
    from: Level,
    to: Level,
    share: f64,
}

/// The scheme of the most frequent of the `transitions` of one nuclide; `whole` are the events that
/// end in it. `title` is read aloud. With it comes whether it is wide; none where nothing is
/// frequent enough.
pub(super) fn scheme(
    transitions: &[(Transition, Tally)],
    whole: &Tally,
    title: &str,
) -> Option<(String, bool)> {
    let arrows = frequent(transitions, whole);
    let most = arrows.iter().map(|a| a.share).reduce(f64::max)?;
    let heights = level_heights(arrows.iter().flat_map(|a| [a.from, a.to]).collect());
    let top = heights.values().copied().fold(0.0, f64::max);
    let end = LEFT + COLUMN * arrows.len() as f64 + LABEL_RUN;
    let (width, height) = (end + RIGHT, TOP + top + BOTTOM);
    let y_of = |level: &Level| TOP + top - heights[level];
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         style=\"max-width:{width}px\" role=\"img\" aria-label=\"{}\">",
        escaped(title)
    );
    for level in heights.keys() {
        svg += &level_line(*level, end, y_of(level));
    }
    for (i, arrow) in arrows.iter().enumerate() {
        let x = LEFT + COLUMN * (i as f64 + 0.5);
        svg += &arrow_shape(arrow, x, [y_of(&arrow.from), y_of(&arrow.to)], arrow.share / most);
    }
    // Labels come last so that no line runs through them.
    for (i, arrow) in arrows.iter().enumerate() {
        let x = LEFT + COLUMN * (i as f64 + 0.5);
        svg += &arrow_label(arrow, x, y_of(&arrow.from));
    }
    Some((svg + "</svg>", arrows.len() > NARROW))
}

/// The most frequent transitions, from the highest level down: then a label that leans to the right
/// above its arrow meets no other arrow.
fn frequent(transitions: &[(Transition, Tally)], whole: &Tally) -> Vec<Arrow> {
    let mut arrows: Vec<Arrow> = transitions
        .iter()
        .map(|(t, tally)| Arrow { from: t.from, to: t.to, share: tally.weight / whole.weight })
        .filter(|a| a.share >= SMALLEST_SHARE && a.from > a.to)
        .collect();
    arrows.sort_by(|a, b| b.share.total_cmp(&a.share).then(b.from.cmp(&a.from)).then(b.to.cmp(&a.to)));
    arrows.truncate(TRANSITIONS);
    arrows.sort_by(|a, b| b.from.cmp(&a.from).then(b.to.cmp(&a.to)));
    arrows
}

/// Heights of the level lines above the lowest one: in proportion to the energy, but pushed up
/// where lines would come closer than their labels allow.
fn level_heights(mut levels: Vec<Level>) -> BTreeMap<Level, f64> {
    levels.sort();
    levels.dedup();
    let (lowest, highest) = match levels[..] {
        [first, .., last] => (first.excitation(), last.excitation()),
        _ => (0.0, 0.0),
    };
    let room = LEVEL_ROOM * levels.len() as f64;
    let scale = if highest > lowest { room / (highest - lowest) } else { 0.0 };
    let mut floor = 0.0;
    let mut place = |level: Level| {
        let height = f64::max((level.excitation() - lowest) * scale, floor);
        floor = height + LEVEL_GAP;
        (level, height)
    };
    levels.into_iter().map(&mut place).collect()
}

fn level_line(level: Level, end: f64, y: f64) -> String {
    let class = if level.excitation_ev == 0 { "level ground" } else { "level" };
    let mut out = format!("<line class=\"{class}\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{end}\" y2=\"{y:.1}\"/>");
    let (left, right, base) = (LEFT - 8.0, end + 8.0, y + 4.5);
    let (spin, energy) = (numbers::spin_parity(level), level.excitation());
    let _ = write!(out, "<text class=\"spin\" x=\"{left}\" y=\"{base:.1}\">{spin}</text>");
    let _ = write!(out, "<text class=\"energy\" x=\"{right}\" y=\"{base:.1}\">{energy:.4} MeV</text>");
    out
}

/// A shaft and a head; `strength` is the frequency relative to that of the most frequent one.
fn arrow_shape(arrow: &Arrow, x: f64, [start, end]: [f64; 2], strength: f64) -> String {
    let [thin, thick] = ARROW_WIDTHS;
    let width = thin + (thick - thin) * strength;
    let opacity = FAINTEST + (1.0 - FAINTEST) * strength;
    let (half, length) = (2.5 + 0.8 * width, 6.0 + 0.6 * width);
    let neck = end - length;
    format!(
        "<g class=\"arrow\" opacity=\"{opacity:.2}\"><title>{}</title>\
         <line x1=\"{x}\" y1=\"{start:.1}\" x2=\"{x}\" y2=\"{neck:.1}\" stroke-width=\"{width:.1}\"/>\
         <path d=\"M{x} {end:.1}L{:.1} {neck:.1}H{:.1}Z\"/></g>",
        gamma_text(arrow),
        x - half,
        x + half
    )
}

/// The gamma energy [MeV] and, in brackets, the transitions for each hundred events.
fn gamma_text(arrow: &Arrow) -> String {
    let decimals = if arrow.share < 0.0995 { 2 } else { 1 };
    let energy = arrow.from.excitation() - arrow.to.excitation();
    format!("{energy:.3} ({:.decimals$})", 100.0 * arrow.share)
}

fn arrow_label(arrow: &Arrow, x: f64, y: f64) -> String {
    let (x, y) = (x + 2.0, y - 5.0);
    let text = gamma_text(arrow);
    format!("<text class=\"gamma\" transform=\"translate({x:.1} {y:.1}) rotate(-60)\">{text}</text>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Nuclide, Parity};
    use proptest::prelude::*;

    fn level(excitation_ev: u64) -> Level {
        Level { excitation_ev, two_j: 4, parity: Parity::Plus }
    }

    proptest! {
        #[test]
        fn level_lines_keep_their_order_and_their_distance(energies in prop::collection::vec(0u64..8_000_000, 1..30)) {
            let heights = level_heights(energies.into_iter().map(level).collect());
            let in_order: Vec<f64> = heights.values().copied().collect();
            prop_assert!(in_order.windows(2).all(|w| w[1] - w[0] >= LEVEL_GAP * (1.0 - 1e-12)));
        }
    }

    #[test]
    fn a_scheme_shows_the_frequent_transitions_only() {
        let nuclide = Nuclide::new(19, 40);
        let transition = |from, to, weight| {
            let tally = Tally { entries: 1, weight, weight_sq: weight };
            (Transition { nuclide, from: level(from), to: level(to) }, tally)
        };
        let whole = Tally { entries: 1000, weight: 1000.0, weight_sq: 1000.0 };
        let list = [transition(1_643_600, 29_800, 400.0), transition(891_400, 0, 0.5)];
        let (svg, wide) = scheme(&list, &whole, "40K").expect("one is frequent");
        assert!(!wide);
        assert!(svg.contains("1.614 (40.0)") && !svg.contains("0.8914 MeV"));
        assert!(scheme(&list[1..], &whole, "40K").is_none());
    }
}
