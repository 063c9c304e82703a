//! The result of a fit as a picture: each pair of parameters with its ellipses, and each parameter alone.

use super::colours::standalone;
use super::scale::{axis_ticks, decimals};
use crate::fit::FitRecord;
use crate::report::plots::escaped;
use std::f64::consts::TAU;
use std::fmt::Write;

/// Size of a panel, and the gap between two [pixels].
const CELL: f64 = 156.0;
const GAP: f64 = 10.0;
/// Room left of and below the panels, and above and to the right [pixels].
const LEFT: f64 = 96.0;
const BELOW: f64 = 84.0;
const ABOVE: f64 = 50.0;
const RIGHT: f64 = 22.0;
/// Names of parameters lie so far left of the panels and below them, in lines of this height [pixels].
const NAMES: [f64; 2] = [72.0, 54.0];
const LINE: f64 = 15.0;
/// Least width of the picture, so that the legend fits [pixels].
const LEAST_WIDTH: f64 = 640.0;
/// Standard errors that are shown on either side.
const REACH: f64 = 3.0;
/// Largest rise of the objective that is shown.
const RISE: f64 = 5.0;
/// Parts of an axis, at most.
const PARTS: usize = 4;
/// Points of an ellipse or a parabola.
const POINTS: usize = 64;

/// The fitted parameters in pairs, as a file of its own.
///
/// Below the diagonal: ellipses of one and two standard errors, on which the objective of a likelihood has risen by 1
/// and 4; their projections are the errors of the parameters. Dashed those of the sandwich. On the diagonal: the rise
/// of the objective, by the covariances and as profiles give it. Above: correlations.
pub fn corner(record: &FitRecord) -> String {
    standalone(&Corner::new(record).draw())
}

struct Corner<'a> {
    record: &'a FitRecord,
    /// The covariance of the likelihood, or of the sandwich for distances.
    covariance: &'a [Vec<f64>],
    /// Lower and upper end of each axis.
    ranges: Vec<[f64; 2]>,
}

/// A panel with its place and axes.
struct Panel {
    left: f64,
    top: f64,
    x: [f64; 2],
    y: [f64; 2],
}

impl Panel {
    fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let share = |v: f64, [low, high]: [f64; 2]| (v - low) / (high - low);
        [self.left + CELL * share(x, self.x), self.top + CELL * (1.0 - share(y, self.y))]
    }

    /// A line through points, as the path of an SVG.
    fn path(&self, points: impl Iterator<Item = [f64; 2]>) -> String {
        let mut path = String::new();
        for point in points {
            let [x, y] = self.at(point);
            let _ = write!(path, "{}{x:.2} {y:.2}", if path.is_empty() { "M" } else { " L" });
        }
        path
    }
}

impl<'a> Corner<'a> {
    fn new(record: &'a FitRecord) -> Self {
        let covariance = record.covariance.as_deref().unwrap_or(&record.sandwich);
        let range = |(k, p): (usize, &crate::fit::FittedParameter)| {
            let error = [covariance[k][k], record.sandwich[k][k]].map(|v| v.max(0.0).sqrt());
            let half = REACH * error[0].max(error[1]);
            let half = if half > 0.0 && half.is_finite() { half } else { p.value.abs().max(1.0) };
            [p.value - half, p.value + half]
        };
        let ranges = record.parameters.iter().enumerate().map(range).collect();
        Corner { record, covariance, ranges }
    }

    fn draw(&self) -> String {
        let n = self.record.parameters.len();
        let side = n as f64 * (CELL + GAP) - GAP;
        let (width, height) = ((LEFT + side + RIGHT).max(LEAST_WIDTH), ABOVE + side + BELOW);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-label=\"fitted parameters in pairs\" font-size=\"12\">"
        );
        self.legend(&mut out);
        for row in 0..n {
            for column in 0..n {
                let panel = self.panel(row, column);
                match row.cmp(&column) {
                    std::cmp::Ordering::Less => self.correlation(&panel, row, column, &mut out),
                    std::cmp::Ordering::Equal => self.single(&panel, row, &mut out),
                    std::cmp::Ordering::Greater => self.pair(&panel, row, column, &mut out),
                }
            }
        }
        out + "</svg>"
    }

    fn panel(&self, row: usize, column: usize) -> Panel {
        let place = |k: usize| k as f64 * (CELL + GAP);
        let y = if row == column { [0.0, RISE] } else { self.ranges[row] };
        Panel { left: LEFT + place(column), top: ABOVE + place(row), x: self.ranges[column], y }
    }

    fn legend(&self, out: &mut String) {
        let mut entries = Vec::new();
        if self.record.covariance.is_some() {
            entries.push(("c0", "", "1 and 2 errors of the likelihood"));
        }
        entries.push(("c1", "5 3", "of the sandwich"));
        if !self.record.profiles.is_empty() {
            entries.push(("c2", "", "profile"));
        }
        let mut x = LEFT;
        for (colour, dashes, text) in entries {
            let _ = write!(
                out,
                "<path d=\"M{x} 22 h26\" fill=\"none\" stroke=\"var(--{colour})\" stroke-width=\"2\" \
                 stroke-dasharray=\"{dashes}\"/><text x=\"{}\" y=\"26\" fill=\"var(--text)\">{text}</text>",
                x + 33.0
            );
            x += 62.0 + 7.0 * text.len() as f64;
        }
    }

    /// Frame, ticks and names where the panel stands at an edge.
    fn frame(&self, panel: &Panel, row: usize, column: usize, out: &mut String) {
        let n = self.record.parameters.len();
        let (left, bottom) = (panel.left, panel.top + CELL);
        let _ = write!(
            out,
            "<rect x=\"{left}\" y=\"{}\" width=\"{CELL}\" height=\"{CELL}\" fill=\"none\" stroke=\"var(--axis)\"/>",
            panel.top
        );
        for (value, text) in axis_ticks(panel.x, PARTS) {
            let [x, _] = panel.at([value, panel.y[0]]);
            let _ = write!(out, "<path d=\"M{x:.2} {bottom} v-5\" stroke=\"var(--axis)\"/>");
            if row + 1 == n {
                let y = bottom + 14.0;
                let turned = format!("transform=\"rotate(-35 {x:.2} {y})\"");
                let _ = write!(
                    out,
                    "<text x=\"{x:.2}\" y=\"{y}\" {turned} text-anchor=\"end\" fill=\"var(--text)\">{text}</text>"
                );
            }
        }
        for (value, text) in axis_ticks(panel.y, PARTS) {
            let [_, y] = panel.at([panel.x[0], value]);
            let _ = write!(out, "<path d=\"M{left} {y:.2} h5\" stroke=\"var(--axis)\"/>");
            if column == 0 {
                let place = format!("x=\"{}\" y=\"{:.2}\"", left - 7.0, y + 4.0);
                let _ = write!(out, "<text {place} text-anchor=\"end\" fill=\"var(--text)\">{text}</text>");
            }
        }
        self.names(panel, row, column, out);
    }

    /// Names of the parameters, family and name on lines of their own.
    fn names(&self, panel: &Panel, row: usize, column: usize, out: &mut String) {
        let lines = |k: usize| {
            let name = escaped(&self.record.parameters[k].name);
            name.split_once('.').map_or([String::new(), name.clone()], |(a, b)| [format!("{a}."), b.into()])
        };
        let mut write = |x: f64, y: f64, turn: &str, text: &str| {
            let place = format!("x=\"{x}\" y=\"{y}\" {turn} text-anchor=\"middle\"");
            let _ = write!(out, "<text {place} fill=\"var(--text)\">{text}</text>");
        };
        if row + 1 == self.record.parameters.len() {
            let (x, y) = (panel.left + 0.5 * CELL, panel.top + CELL + NAMES[1]);
            lines(column).iter().enumerate().for_each(|(i, text)| write(x, y + LINE * i as f64, "", text));
        }
        if column == 0 {
            let y = panel.top + 0.5 * CELL;
            let text = if row == 0 { ["rise of the".into(), "objective".into()] } else { lines(row) };
            for (i, text) in text.iter().enumerate() {
                let x = panel.left - NAMES[0] + LINE * i as f64;
                write(x, y, &format!("transform=\"rotate(-90 {x} {y})\""), text);
            }
        }
    }

    /// Two parameters.
    fn pair(&self, panel: &Panel, row: usize, column: usize, out: &mut String) {
        let values = [column, row].map(|k| self.record.parameters[k].value);
        let block = |m: &[Vec<f64>]| [m[column][column], m[column][row], m[row][row]];
        if self.record.covariance.is_some() {
            for (size, opacity) in [(2.0, 0.12), (1.0, 0.22)] {
                let path = panel.path(ellipse(values, block(self.covariance), size));
                let _ = write!(
                    out,
                    "<path d=\"{path} Z\" fill=\"var(--c0)\" fill-opacity=\"{opacity}\" stroke=\"var(--c0)\" \
                     stroke-width=\"1.6\"/>"
                );
            }
        }
        for size in [1.0, 2.0] {
            let path = panel.path(ellipse(values, block(&self.record.sandwich), size));
            let _ = write!(
                out,
                "<path d=\"{path} Z\" fill=\"none\" stroke=\"var(--c1)\" stroke-width=\"1.4\" \
                 stroke-dasharray=\"5 3\"/>"
            );
        }
        let [x, y] = panel.at(values);
        let _ = write!(out, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"2.6\" fill=\"var(--text)\"/>");
        self.frame(panel, row, column, out);
    }

    /// One parameter.
    fn single(&self, panel: &Panel, k: usize, out: &mut String) {
        for level in [1.0, 4.0] {
            let path = panel.path([[panel.x[0], level], [panel.x[1], level]].into_iter());
            let _ = write!(out, "<path d=\"{path}\" stroke=\"var(--rule)\"/>");
        }
        let value = self.record.parameters[k].value;
        let mut parabola = |variance: f64, colour: &str, dashes: &str| {
            let points = rises(value, variance, panel.x);
            let path = panel.path(points.into_iter());
            let _ = write!(
                out,
                "<path d=\"{path}\" fill=\"none\" stroke=\"var(--{colour})\" stroke-width=\"1.8\" \
                 stroke-dasharray=\"{dashes}\"/>"
            );
        };
        if self.record.covariance.is_some() {
            parabola(self.covariance[k][k], "c0", "");
        }
        parabola(self.record.sandwich[k][k], "c1", "5 3");
        self.profile(panel, k, out);
        self.frame(panel, k, k, out);
        let p = &self.record.parameters[k];
        let places = decimals(p.error.max(f64::MIN_POSITIVE)) + 1;
        let text = format!("{:.places$} ± {:.places$}", p.value, p.error);
        let (x, y) = (panel.left + 0.5 * CELL, panel.top - 3.0);
        let place = format!("x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-size=\"11\"");
        let _ = write!(out, "<text {place} fill=\"var(--text)\">{text}</text>");
    }

    fn profile(&self, panel: &Panel, k: usize, out: &mut String) {
        let name = &self.record.parameters[k].name;
        let Some(profile) = self.record.profiles.iter().find(|p| p.name == *name) else { return };
        let least = profile.objective.iter().copied().fold(f64::INFINITY, f64::min);
        let rises = profile.values.iter().zip(&profile.objective).map(|(v, o)| [*v, o - least]);
        let inside = |p: &[f64; 2]| p[0] >= panel.x[0] && p[0] <= panel.x[1] && p[1] <= panel.y[1];
        let points: Vec<[f64; 2]> = rises.filter(inside).collect();
        let path = panel.path(points.iter().copied());
        let _ = write!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"var(--c2)\" stroke-width=\"1.4\"/>");
        for point in points {
            let [x, y] = panel.at(point);
            let _ = write!(out, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"3\" fill=\"var(--c2)\"/>");
        }
    }

    fn correlation(&self, panel: &Panel, row: usize, column: usize, out: &mut String) {
        let c = self.covariance;
        let correlation = c[row][column] / (c[row][row] * c[column][column]).sqrt();
        if correlation.is_finite() {
            // No minus before a zero.
            let correlation = (100.0 * correlation).round() / 100.0 + 0.0;
            let (x, y) = (panel.left + 0.5 * CELL, panel.top + 0.5 * CELL + 6.0);
            let (size, text) =
                (12.0 + 10.0 * correlation.abs(), format!("{correlation:+.2}").replace('-', "−"));
            let place = format!("x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-size=\"{size:.1}\"");
            let colour = if correlation.abs() < 0.3 { "soft" } else { "text" };
            let _ = write!(out, "<text {place} fill=\"var(--{colour})\">{text}</text>");
        }
    }
}

/// Points of the ellipse (p - values)^T C^-1 (p - values) = size^2 with C = [[a, b], [b, c]].
fn ellipse(values: [f64; 2], [a, b, c]: [f64; 3], size: f64) -> impl Iterator<Item = [f64; 2]> {
    let first = a.max(0.0).sqrt();
    let mixed = if first > 0.0 { b / first } else { 0.0 };
    let second = (c - mixed * mixed).max(0.0).sqrt();
    (0..POINTS).map(move |i| {
        let (sin, cos) = (TAU * i as f64 / POINTS as f64).sin_cos();
        [values[0] + size * first * cos, values[1] + size * (mixed * cos + second * sin)]
    })
}

/// The rise of an objective whose parameter has the variance `variance`, where it is shown.
fn rises(value: f64, variance: f64, [low, high]: [f64; 2]) -> Vec<[f64; 2]> {
    let reach = (RISE * variance.max(0.0)).sqrt();
    let (low, high) = (low.max(value - reach), high.min(value + reach));
    let at = |i: usize| low + (high - low) * i as f64 / (POINTS - 1) as f64;
    let rise = |x: f64| if variance > 0.0 { (x - value) * (x - value) / variance } else { 0.0 };
    (0..POINTS).map(at).map(|x| [x, rise(x)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ellipses_touch_the_errors_and_have_their_size() {
        let (values, c) = ([1.0, -2.0], [4.0, 1.5, 1.0]);
        for size in [1.0, 2.0] {
            let points: Vec<_> = ellipse(values, c, size).collect();
            let largest = |k: usize| points.iter().map(|p| p[k] - values[k]).fold(0.0, f64::max);
            assert!((largest(0) - 2.0 * size).abs() < 0.01 && (largest(1) - size).abs() < 0.01);
            for p in points {
                let [x, y] = [p[0] - values[0], p[1] - values[1]];
                let squared =
                    (c[2] * x * x - 2.0 * c[1] * x * y + c[0] * y * y) / (c[0] * c[2] - c[1] * c[1]);
                assert!((squared - size * size).abs() < 1e-9);
            }
        }
        assert!(rises(1.0, 4.0, [-9.0, 9.0]).iter().all(|p| p[1] <= RISE + 1e-9));
        assert_eq!(axis_ticks([0.95, 1.06], PARTS).len(), 3);
    }
}
