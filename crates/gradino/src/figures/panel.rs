//! A panel of a figure: a frame with axes, and curves in it.

use super::scale::axis_ticks;
use crate::report::plots::escaped;
use std::fmt::Write;

/// Parts of an axis, at most.
const PARTS: usize = 6;

/// A panel with its place and axes.
pub(super) struct Panel {
    /// Left end and top [pixels].
    pub(super) corner: [f64; 2],
    /// Width and height [pixels].
    pub(super) size: [f64; 2],
    /// Ends of the axes.
    pub(super) x: [f64; 2],
    pub(super) y: [f64; 2],
}

/// How a curve is drawn.
#[derive(Clone, Copy)]
pub(super) struct Pen<'a> {
    /// Name of its colour.
    pub(super) colour: &'a str,
    /// Its dashes; none: an empty text.
    pub(super) dashes: &'a str,
    /// Its width [pixels].
    pub(super) width: f64,
}

impl Panel {
    /// The place of a point [pixels].
    pub(super) fn at(&self, x: f64, y: f64) -> [f64; 2] {
        let share = |v: f64, [low, high]: [f64; 2]| (v - low) / (high - low);
        let ([left, top], [width, height]) = (self.corner, self.size);
        [left + width * share(x, self.x), top + height * (1.0 - share(y, self.y))]
    }

    /// A curve, as far as it lies in the panel.
    pub(super) fn curve(&self, x: &[f64], y: &[f64], pen: Pen<'_>, out: &mut String) {
        let Pen { colour, dashes, width } = pen;
        let mut path = String::new();
        let inside = |x: f64, y: f64| x <= self.x[1] && y >= self.y[0] && y <= self.y[1];
        let mut before = false;
        for (&x, &y) in x.iter().zip(y) {
            let now = inside(x, y);
            if now {
                let [x, y] = self.at(x, y);
                let _ = write!(path, "{}{x:.1} {y:.1}", if before { " L" } else { "M" });
            }
            before = now;
        }
        let _ = write!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"var(--{colour})\" stroke-width=\"{width}\" \
             stroke-dasharray=\"{dashes}\"/>"
        );
    }

    /// Frame, ticks and names of the axes; without numbers on x where `x_name` is empty.
    pub(super) fn frame(&self, x_name: &str, y_name: &str, out: &mut String) {
        let ([left, top], [width, height]) = (self.corner, self.size);
        let bottom = top + height;
        let _ = write!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"var(--axis)\"/>"
        );
        if !x_name.is_empty() {
            for (value, label) in axis_ticks(self.x, PARTS) {
                let [x, _] = self.at(value, self.y[0]);
                let _ = write!(out, "<path d=\"M{x:.1} {bottom} v-5\" stroke=\"var(--axis)\"/>");
                text(out, [x, bottom + 18.0], "middle", &label);
            }
            text(out, [left + 0.5 * width, bottom + 40.0], "middle", x_name);
        }
        for (value, label) in axis_ticks(self.y, PARTS) {
            let [_, y] = self.at(self.x[0], value);
            let _ = write!(out, "<path d=\"M{left} {y:.1} h5\" stroke=\"var(--axis)\"/>");
            text(out, [left - 7.0, y + 4.0], "end", &label);
        }
        let (x, y) = (left - 58.0, top + 0.5 * height);
        let turned = format!("transform=\"rotate(-90 {x} {y})\"");
        let _ = write!(
            out,
            "<text x=\"{x}\" y=\"{y}\" {turned} text-anchor=\"middle\" fill=\"var(--text)\">{}</text>",
            escaped(y_name)
        );
    }
}

/// Words at a place [pixels].
pub(super) fn text(out: &mut String, [x, y]: [f64; 2], anchor: &str, words: &str) {
    let words = escaped(words);
    let _ = write!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"var(--text)\">{words}</text>"
    );
}
