//! A tree as a drawing: energy against step, a line for each path, coloured by its probability or derivative.

use super::scale::{Scale, decimals, nice_step};
use super::tree::{Measure, Tree, TreePath};
use crate::report::numbers::plain;
use crate::report::plots::escaped;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Paths drawn, at most: those of the largest values.
pub const DRAWN: usize = 1000;
const WIDTH: f64 = 890.0;
const HEIGHT: f64 = 560.0;
/// Edges of the plot [pixels].
const LEFT: f64 = 66.0;
const RIGHT: f64 = 640.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 504.0;
/// Where the labels of the levels begin, and the colour bar with its width [pixels].
const LABELS: f64 = RIGHT + 22.0;
const BAR: f64 = 768.0;
const BAR_WIDTH: f64 = 16.0;
/// Smallest distance of two labels of levels [pixels].
const LABEL_GAP: f64 = 14.0;
/// Widths of the faintest and of the strongest line [pixels].
const LINES: [f64; 2] = [0.7, 4.5];
/// Most parts of the energy axis, and of the step axis.
const PARTS: [usize; 2] = [8, 12];

/// Where steps and energies lie.
struct Frame {
    steps: usize,
    energy: f64,
}

impl Frame {
    fn x(&self, step: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * step / self.steps as f64
    }
    fn y(&self, energy: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * energy / self.energy
    }
}

/// Draws the paths of a tree. `title` is read aloud.
pub fn draw_tree(tree: &Tree, measure: Measure, title: &str) -> String {
    let value = |p: &TreePath| match measure {
        Measure::Probability => p.probability,
        Measure::Derivative => p.derivative,
    };
    let mut drawn: Vec<&TreePath> = tree.paths.iter().collect();
    drawn.sort_by(|a, b| value(b).abs().total_cmp(&value(a).abs()));
    drawn.truncate(DRAWN);
    let values = drawn.iter().map(|p| value(p));
    let scale = match measure {
        Measure::Probability => Scale::of_amounts(values),
        Measure::Derivative => Scale::of_signed(values),
    };
    let steps = drawn.iter().map(|p| p.levels.len() - 1).max().unwrap_or(0).max(1);
    let frame = Frame { steps, energy: tree.levels[tree.start].energy.max(f64::MIN_POSITIVE) };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{}\">",
        escaped(title)
    );
    svg += &text(LEFT, 22.0, "start", 13, &summary(tree, drawn.len()));
    svg += &axes(&frame);
    svg += &level_labels(tree, &drawn, &frame);
    svg += "<g fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\">";
    for path in drawn.iter().rev() {
        svg += &line(tree, path, value(path), scale, &frame);
    }
    svg += "</g>";
    svg += &bar(scale, &bar_title(tree, measure));
    svg + "</svg>"
}

fn summary(tree: &Tree, drawn: usize) -> String {
    let all = tree.summary();
    if drawn < tree.paths.len() { format!("{all}; {drawn} drawn") } else { all }
}

fn bar_title(tree: &Tree, measure: Measure) -> String {
    match (measure, &tree.parameter) {
        (Measure::Derivative, Some(p)) => {
            let unit = inverse_unit(&p.unit);
            format!("derivative of the path probability by {}{unit}", p.name)
        }
        _ => "path probability".into(),
    }
}

/// The unit of a derivative, in brackets behind a blank; empty for that by a number.
pub fn inverse_unit(unit: &str) -> String {
    match unit.strip_prefix("1/") {
        Some(inverse) => format!(" [{inverse}]"),
        None if unit.is_empty() => String::new(),
        None => format!(" [1/{unit}]"),
    }
}

/// A text in a colour of the page.
fn text(x: f64, y: f64, anchor: &str, size: u32, content: &str) -> String {
    let content = escaped(content);
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"var(--text)\">\
         {content}</text>"
    )
}

fn straight([x1, y1]: [f64; 2], [x2, y2]: [f64; 2], colour: &str) -> String {
    format!("<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"var(--{colour})\" fill=\"none\"/>")
}

fn sideways(x: f64, y: f64, content: &str) -> String {
    let content = escaped(content);
    format!(
        "<text transform=\"translate({x:.1} {y:.1}) rotate(-90)\" text-anchor=\"middle\" font-size=\"14\" \
         fill=\"var(--text)\">{content}</text>"
    )
}

fn axes(frame: &Frame) -> String {
    let mut out = String::new();
    let step = nice_step(frame.energy, PARTS[0]);
    for i in 0..=(frame.energy / step + 1e-9).floor() as u32 {
        let energy = f64::from(i) * step;
        let y = frame.y(energy);
        out += &straight([LEFT, y], [RIGHT, y], "grid");
        out += &straight([LEFT - 5.0, y], [LEFT, y], "axis");
        out += &text(LEFT - 9.0, y + 4.5, "end", 13, &format!("{energy:.*}", decimals(step)));
    }
    let every = nice_step(frame.steps as f64, PARTS[1]).max(1.0) as usize;
    for step in (0..=frame.steps).step_by(every) {
        let x = frame.x(step as f64);
        out += &straight([x, BOTTOM], [x, BOTTOM + 5.0], "axis");
        out += &text(x, BOTTOM + 20.0, "middle", 13, &step.to_string());
    }
    out += &straight([LEFT, TOP], [LEFT, BOTTOM], "axis");
    out += &straight([LEFT, BOTTOM], [RIGHT, BOTTOM], "axis");
    out += &sideways(20.0, 0.5 * (TOP + BOTTOM), "excitation energy [MeV]");
    out + &text(0.5 * (LEFT + RIGHT), BOTTOM + 44.0, "middle", 14, "number of photons emitted")
}

/// Labels of the levels that the paths reach; where they crowd, those of the levels reached most.
fn level_labels(tree: &Tree, drawn: &[&TreePath], frame: &Frame) -> String {
    let mut weights: BTreeMap<usize, f64> = BTreeMap::new();
    for path in drawn {
        path.levels.iter().for_each(|level| *weights.entry(*level).or_default() += path.probability);
    }
    let mut order: Vec<(usize, f64)> = weights.into_iter().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut placed: Vec<f64> = Vec::new();
    let mut out = String::new();
    for (level, _) in order {
        let level = &tree.levels[level];
        let y = frame.y(level.energy);
        out += &straight([RIGHT + 6.0, y], [RIGHT + 18.0, y], "axis");
        if placed.iter().all(|other| (other - y).abs() >= LABEL_GAP) {
            placed.push(y);
            let label = format!("{:.3} {}", level.energy, level.spin);
            out += &text(LABELS, y + 4.0, "start", 12, label.trim_end());
        }
    }
    out
}

fn line(tree: &Tree, path: &TreePath, value: f64, scale: Scale, frame: &Frame) -> String {
    let energies: Vec<f64> = tree.energies(path).collect();
    let mut points = String::new();
    for (step, &energy) in energies.iter().enumerate() {
        let _ = write!(points, "{:.1},{:.1} ", frame.x(step as f64), frame.y(energy));
    }
    let names: Vec<String> = energies.iter().map(ToString::to_string).collect();
    let width = LINES[0] + (LINES[1] - LINES[0]) * scale.strength(value);
    format!(
        "<polyline points=\"{}\" stroke=\"{}\" stroke-width=\"{width:.2}\"><title>{} MeV: {}</title></polyline>",
        points.trim_end(),
        scale.colour(scale.place(value)),
        names.join(" → "),
        plain(value)
    )
}

/// The colour scale with its ticks.
fn bar(scale: Scale, title: &str) -> String {
    const PARTS: usize = 63;
    let height = (BOTTOM - TOP) / PARTS as f64;
    let mut out = String::new();
    for i in 0..PARTS {
        let y = BOTTOM - height * (i + 1) as f64;
        let colour = scale.colour((i as f64 + 0.5) / PARTS as f64);
        // A little higher than its part, so that no gap shines through.
        let height = if i == 0 { height } else { height + 0.6 };
        let _ = write!(
            out,
            "<rect x=\"{BAR}\" y=\"{y:.2}\" width=\"{BAR_WIDTH}\" height=\"{height:.2}\" fill=\"{colour}\"/>"
        );
    }
    for (value, label) in scale.ticks() {
        let y = BOTTOM - (BOTTOM - TOP) * scale.place(value);
        out += &straight([BAR + BAR_WIDTH, y], [BAR + BAR_WIDTH + 5.0, y], "axis");
        out += &text(BAR + BAR_WIDTH + 8.0, y + 4.0, "start", 12, &label);
    }
    out + &sideways(WIDTH - 8.0, 0.5 * (TOP + BOTTOM), title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::ParamSet;
    use gradino_nuclear::decay::tree::Cut;
    use gradino_nuclear::toy::{self, ToyNucleus};
    use std::sync::Arc;

    #[test]
    fn each_path_is_drawn_with_the_number_of_the_tree() {
        let set = ParamSet::new(toy::parameters());
        let nucleus = Arc::new(ToyNucleus::default());
        let cut = Cut { paths: 30, ..Cut::default() };
        let tree = Tree::of_toy(&nucleus, (&set, Some(toy::ALPHA)), None, &cut).expect("a tree");
        for (measure, value) in [
            (Measure::Probability, tree.paths[7].probability),
            (Measure::Derivative, tree.paths[7].derivative),
        ] {
            let svg = draw_tree(&tree, measure, "a < b");
            assert_eq!(svg.matches("<polyline").count(), 30);
            let names: Vec<String> = tree.energies(&tree.paths[7]).map(|e| e.to_string()).collect();
            let title = format!("<title>{} MeV: {}</title>", names.join(" → "), plain(value));
            assert!(svg.contains(&title), "{title} is not drawn");
            assert!(!svg.contains("NaN") && svg.contains("a &lt; b"));
        }
    }

    #[test]
    fn derivatives_have_the_inverse_unit() {
        assert_eq!(["1/MeV", "", "mb"].map(inverse_unit), [" [MeV]", "", " [1/mb]"]);
    }

    #[test]
    fn a_tree_of_one_level_is_drawn() {
        let set = ParamSet::new(toy::parameters());
        let nucleus = Arc::new(ToyNucleus::default());
        let tree = Tree::of_toy(&nucleus, (&set, None), Some(0.0), &Cut::default()).expect("a tree");
        assert!(!draw_tree(&tree, Measure::Probability, "").contains("NaN"));
    }
}
