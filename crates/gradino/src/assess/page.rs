//! The figures of an assessment: weights, points along each axis, and the likelihood over the energy.

use super::{Assessment, Place};
use crate::figures::{Figure, colour_values, rendered};
use crate::report::numbers::{grouped, plain};
use crate::report::plots::{Axes, Curve, Look, draw};
use gradino_core::{Axis, Space};
use gradino_infer::sampling::assess::{Comparison, Profile, WeightFigures};
use minijinja::{Value, context};

/// Bins of the weights.
const BINS: usize = 80;
/// Largest weight that is shown, in units of the cap.
const SHOWN: f64 = 1.5;
/// Energies of a kind from which on there is a figure over the energy.
const LEAST_ENERGIES: usize = 2;

/// The figures of an assessment: the weights; for each kind, at its middle energy, points along each axis with their
/// residuals; and over the energy the likelihood.
pub fn drawings(found: &Assessment) -> Vec<Figure> {
    let mut figures = vec![weights(found)];
    for (place, _, comparison) in middle_places(found) {
        for profile in &comparison.profiles {
            figures.extend(along(found, place, profile, figures.len()));
        }
    }
    figures.extend(likelihood(found, figures.len() + 1));
    figures
}

/// A page with the figures and tables, which needs nothing else.
pub fn page(found: &Assessment, version: &str) -> String {
    let figure = |(f, number): (&Figure, usize)| {
        context! { number, svg => Value::from_safe_string(f.svg.clone()), caption => &f.caption }
    };
    let figures = drawings(found);
    let content = context! {
        version,
        sampler => &found.sampler,
        density => &found.density,
        flux => &found.flux,
        seed => found.settings.seed.to_string(),
        events => grouped(found.settings.events as u64),
        set => grouped(found.settings.set as u64),
        colours => colour_values(),
        overall => found.overall.figures.iter().map(|(k, w)| of_weights(k, w)).collect::<Vec<_>>(),
        places => found.places.iter().map(|p| of_place(&found.space, p)).collect::<Vec<_>>(),
        figures => figures.iter().zip(1..).map(figure).collect::<Vec<_>>(),
    };
    rendered("assess.html", include_str!("assess.html"), content)
}

fn percent(x: f64) -> String {
    format!("{:.2} %", 100.0 * x)
}

fn of_weights(kind: &str, w: &WeightFigures) -> Value {
    context! {
        kind,
        ress => format!("{:.2} ± {:.2} %", 100.0 * w.ress.value, 100.0 * w.ress.error),
        efficiency => format!("{:.1} ± {:.1} %", 100.0 * w.efficiency.value, 100.0 * w.efficiency.error),
        cap => plain(w.cap),
        lost => plain(w.lost),
        largest => plain(w.largest),
    }
}

fn of_place(space: &Space, (place, _, found): &(Place, f64, Comparison)) -> Value {
    let all = found.projections.last().map_or((0.0, 0.0), |p| (p.rms, p.benchmark));
    context! {
        place => place.label(space),
        ress => percent(found.weights.ress.value),
        efficiency => percent(found.weights.efficiency.value),
        rms => format!("{:.3} ({:.3})", all.0, all.1),
        likelihood => format!("{:.1}", found.likelihood.z),
        moment => format!("{:.1}", found.largest_moment().map_or(0.0, |d| d.pull().abs())),
    }
}

/// The place of each kind whose energy is in the middle.
fn middle_places(found: &Assessment) -> Vec<&(Place, f64, Comparison)> {
    let mut kinds: Vec<Vec<&(Place, f64, Comparison)>> = Vec::new();
    for place in &found.places {
        match kinds.iter_mut().find(|k| k[0].0.kind == place.0.kind) {
            Some(kind) => kind.push(place),
            None => kinds.push(vec![place]),
        }
    }
    kinds.into_iter().map(|kind| kind[kind.len() / 2]).collect()
}

fn weights(found: &Assessment) -> Figure {
    let figures = &found.overall.figures[0].1;
    let top = SHOWN * figures.cap.max(1.0);
    let edges: Vec<f64> = (0..=BINS).map(|i| top * i as f64 / BINS as f64).collect();
    let mut counts = vec![0.0f64; BINS];
    for w in &found.overall.weights {
        counts[((w / top * BINS as f64) as usize).min(BINS - 1)] += 1.0;
    }
    let errors: Vec<f64> = counts.iter().map(|n| n.sqrt()).collect();
    let last = counts.iter().rposition(|n| *n > 0.0).map_or(1, |bin| bin + 1);
    let curve = Curve::bins(&edges[..=last], &counts[..last], &errors[..last], 0);
    let axes = Axes {
        x: "weight f / q, in units of the mean under the same conditions",
        y: "events",
        look: Look::LOG,
    };
    let caption = format!(
        "Weights of {} events. A perfect sampler has all at 1. The cap at the quantile {} is {}: unit weights keep \
         {} of the points, and lose {} of the integral. The last bin holds what is above.",
        grouped(figures.events as u64),
        found.settings.quantile,
        plain(figures.cap),
        percent(figures.efficiency.value),
        plain(figures.lost),
    );
    Figure { name: "weights", svg: draw(&[curve], &axes, 1, "weights"), caption }
}

/// Name and unit of an axis.
fn named(axis: &Axis) -> String {
    if axis.unit.is_empty() { axis.name.clone() } else { format!("{} [{}]", axis.name, axis.unit) }
}

fn along(found: &Assessment, place: &Place, profile: &Profile, before: usize) -> [Figure; 2] {
    let axis = named(&found.space.axes[profile.axis]);
    let widths: Vec<f64> = profile.edges.windows(2).map(|e| e[1] - e[0]).collect();
    let per_unit = |shares: &[f64]| -> Vec<f64> { shares.iter().zip(&widths).map(|(s, w)| s / w).collect() };
    let n = found.settings.set as f64;
    let errors: Vec<f64> = profile.shares.iter().zip(&widths).map(|(s, w)| (s / n).sqrt() / w).collect();
    let none = vec![0.0; widths.len()];
    let curves = [
        Curve::bins(&profile.edges, &per_unit(&profile.shares), &errors, 1).named(&found.sampler),
        Curve::bins(&profile.edges, &per_unit(&profile.reference), &none, 0).named(&found.density),
    ];
    let label = place.label(&found.space);
    let axes = Axes { x: &axis, y: "density", look: Look::LINEAR };
    let title = format!("points along {axis}");
    let caption =
        format!("{label}: {} points of the sampler and the density along {axis}.", grouped(n as u64));
    let first = Figure { name: "along", svg: draw(&curves, &axes, before + 1, &title), caption };
    let ones = vec![1.0; widths.len()];
    let residuals = [Curve::bins(&profile.edges, &profile.residuals, &ones, 1)];
    let axes = Axes { x: &axis, y: "residual z", look: Look::SIGNED };
    let caption = format!("{label}: residuals of the figure before, with bands of one standard deviation.");
    let second = Figure { name: "residuals", svg: draw(&residuals, &axes, before + 2, "residuals"), caption };
    [first, second]
}

/// x, y and the error of y.
type Points = Vec<(f64, f64, f64)>;

/// z of the likelihood over the energy, for each kind.
fn likelihood(found: &Assessment, number: usize) -> Option<Figure> {
    let mut kinds: Vec<(&str, Points)> = Vec::new();
    for (place, _, comparison) in &found.places {
        let point = (place.energy?, comparison.likelihood.z, 0.0);
        match kinds.iter_mut().find(|k| k.0 == place.kind) {
            Some(kind) => kind.1.push(point),
            None => kinds.push((&place.kind, vec![point])),
        }
    }
    let longest = kinds.iter().max_by_key(|k| k.1.len()).filter(|k| k.1.len() >= LEAST_ENERGIES)?;
    let band = longest.1.iter().map(|p| (p.0, 0.0, 1.0)).collect();
    let mut curves = vec![Curve::line(band, 3).named("accept-reject, one set")];
    for (style, (kind, points)) in kinds.iter().enumerate() {
        let name = if kind.is_empty() { found.sampler.clone() } else { format!("{}, {kind}", found.sampler) };
        curves.push(Curve::line(points.clone(), style).named(name));
    }
    let range = super::first_range(&found.space)?;
    let condition = &found.space.conditions[range];
    let x = if condition.unit.is_empty() {
        condition.name.clone()
    } else {
        format!("{} [{}]", condition.name, condition.unit)
    };
    let axes = Axes { x: &x, y: "z of the likelihood", look: Look::SIGNED };
    let caption = format!(
        "The multinomial likelihood of {} points in bins along all axes, as its distance from sets of the density \
         itself in standard deviations of one set.",
        grouped(found.settings.set as u64)
    );
    Some(Figure { name: "likelihood", svg: draw(&curves, &axes, number, "likelihood over energy"), caption })
}
