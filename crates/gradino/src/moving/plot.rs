//! A scan as a picture: how far each way to move events goes.

use super::compare::Comparison;
use super::scan::{METHODS, Scan};
use crate::report::plots::{Axes, Curve, Look, alone, draw, in_column};

/// An SVG file: chi2 / ndf of the most different histogram, and the effective share of events, against the shift.
pub fn plot(scan: &Scan) -> String {
    let worst = |c: &Comparison| c.worst().map_or(0.0, |h| h.chi2.value / h.chi2.freedom.max(1) as f64);
    let chi2 = Axes { x: X, y: "largest chi2 / ndf", look: Look::LOG };
    let share = Axes { x: X, y: "effective events [%]", look: Look::LINEAR };
    let effective = |c: &Comparison| 100.0 * c.moved.effective();
    alone(&in_column(&[
        draw(&curves(scan, worst), &chi2, 1, "moved events beside fresh ones"),
        draw(&curves(scan, effective), &share, 2, "effective events after moving"),
    ]))
}

const X: &str = "shift, in units of the one asked for";

/// A curve for each method.
fn curves(scan: &Scan, of: impl Fn(&Comparison) -> f64) -> Vec<Curve> {
    let points = |k: usize| scan.points.iter().map(|p| (p.factor, of(&p.comparisons[k]), 0.0)).collect();
    let curve = |(k, method): (usize, &super::Method)| Curve::line(points(k), k).named(method.to_string());
    METHODS.iter().enumerate().map(curve).collect()
}
