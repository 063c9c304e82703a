//! The result as a picture: the histogram with its bands, and below it the relative bands of the families.

use super::Spectrum;
use crate::report::plots::{Axes, Curve, Look, alone, draw, in_column};

/// Families that are drawn, at most.
const FAMILIES: usize = 4;
/// Bins with less than this share of the largest content show no relative band.
const CONTENT: f64 = 1e-3;

/// An SVG file.
pub fn plot(spectrum: &Spectrum) -> String {
    alone(&in_column(&[contents(spectrum), relative(spectrum)]))
}

fn axis(spectrum: &Spectrum) -> String {
    let observable = spectrum.histogram.observable;
    match observable.unit() {
        "" => observable.label().to_string(),
        unit => format!("{} [{unit}]", observable.label()),
    }
}

fn contents(spectrum: &Spectrum) -> String {
    let (p, edges) = (&spectrum.propagation, &spectrum.histogram.edges);
    let curves = [
        Curve::bins(edges, &p.content, &p.statistical_errors(), 1).named("statistics of the sample"),
        Curve::bins(edges, &p.content, &spectrum.bands(), 0).named("parameters"),
    ];
    let axes = Axes { x: &axis(spectrum), y: "events in a bin", look: Look::LINEAR };
    draw(&curves, &axes, 1, &format!("{} with its uncertainties", spectrum.histogram.observable.label()))
}

fn relative(spectrum: &Spectrum) -> String {
    let p = &spectrum.propagation;
    let largest = p.content.iter().copied().fold(0.0, f64::max);
    let shown = |b: usize| p.content[b] > CONTENT * largest;
    let none = vec![0.0; p.content.len()];
    let curve = |errors: &[f64], style: usize, name: &str| {
        let percent = |b: usize| if shown(b) { 100.0 * errors[b].abs() / p.content[b] } else { 0.0 };
        let heights: Vec<f64> = (0..none.len()).map(percent).collect();
        Curve::bins(&spectrum.histogram.edges, &heights, &none, style).named(name)
    };
    let mut curves = vec![curve(&spectrum.bands(), 0, "all parameters")];
    let families = p.families.iter().take(FAMILIES).enumerate();
    curves.extend(families.map(|(k, family)| curve(&family.effect, k + 1, &family.name)));
    let axes = Axes { x: &axis(spectrum), y: "uncertainty [%]", look: Look::LINEAR };
    draw(&curves, &axes, 2, "relative uncertainties by family of parameters")
}
