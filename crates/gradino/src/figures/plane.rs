//! The plane of alpha and lambda: contours of the loss, and the ways of descents through it.

use super::colours;
use super::toy::{REGION, TRUTH, ToyFigures};
use crate::report::plots::{in_page, theme};
use kuva::plot::scatter::MarkerShape;
use kuva::plot::{ColorMap, ContourPlot, LinePlot, ScatterPlot};
use kuva::prelude::{LegendPosition, Plot};
use kuva::render::layout::Layout;
use std::sync::Arc;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 560.0;
/// The loss is cut off here, where it is noise.
const LOWEST: f64 = 1e-3;
/// Contours for a factor of ten.
const PER_DECADE: f64 = 4.0;

/// Draws the plane. `figure` is the number of the figure in its page; `title` is read aloud.
pub(super) fn draw(figures: &ToyFigures, figure: usize, title: &str) -> String {
    let mut plots = vec![contours(figures)];
    let names = ["plain descent A", "plain descent B"];
    for ((descent, name), colour) in figures.descents.iter().zip(names).zip(["var(--c1)", "var(--c3)"]) {
        plots.extend(way(&descent.path, name, colour, MarkerShape::Circle, 2.6));
    }
    plots.extend(way(&figures.fit.path, "fit with moved events", "var(--c2)", MarkerShape::Square, 5.0));
    let truth = ScatterPlot::new().with_data([(TRUTH[0], TRUTH[1])]).with_color("var(--text)").with_size(9.0);
    plots.push(Plot::Scatter(truth.with_marker(MarkerShape::Star).with_legend("truth")));
    let layout = Layout::auto_from_plots(&plots)
        .with_x_label("α [1/MeV]")
        .with_y_label("λ")
        .with_width(WIDTH)
        .with_height(HEIGHT)
        .with_theme(theme())
        .with_label_size(15)
        .with_tick_size(13)
        .with_body_size(13)
        .with_show_grid(false)
        .with_legend_box(true)
        .with_legend_width(205.0)
        .with_legend_position(LegendPosition::InsideBottomRight)
        .with_x_axis_min(REGION[0][0])
        .with_x_axis_max(REGION[0][1])
        .with_y_axis_min(REGION[1][0])
        .with_y_axis_max(REGION[1][1]);
    in_page(&kuva::render_to_svg(plots, layout), figure, title)
}

fn contours(figures: &ToyFigures) -> Plot {
    let (alphas, lambdas, losses) = figures.field.clone();
    let height = |loss: f64| loss.max(LOWEST).log10();
    let rows: Vec<Vec<f64>> = losses.iter().map(|row| row.iter().map(|l| height(*l)).collect()).collect();
    let highest = rows.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let count = ((highest - LOWEST.log10()) * PER_DECADE).ceil().max(1.0) as i32;
    let levels: Vec<f64> = (1..=count).map(|i| LOWEST.log10() + f64::from(i) / PER_DECADE).collect();
    let plot = ContourPlot::new()
        .with_grid(rows, alphas, lambdas)
        .with_levels(&levels)
        .with_filled()
        .with_colormap(ColorMap::Custom(Arc::new(colours::field)))
        .with_line_color("var(--rule)")
        .with_line_width(0.7)
        .with_legend("log10 of the loss");
    Plot::Contour(plot)
}

/// A line with its points, and larger ones at its ends.
fn way(path: &[[f64; 2]], name: &str, colour: &str, shape: MarkerShape, size: f64) -> [Plot; 3] {
    let inside = |x: f64, [low, high]: [f64; 2]| x.clamp(low, high);
    let points: Vec<(f64, f64)> =
        path.iter().map(|p| (inside(p[0], REGION[0]), inside(p[1], REGION[1]))).collect();
    let ends: Vec<(f64, f64)> = points.first().into_iter().copied().collect();
    let line = LinePlot::new()
        .with_data(points.iter().copied())
        .with_color(colour)
        .with_stroke_width(1.5)
        .with_legend(name);
    let dots = ScatterPlot::new().with_data(points).with_color(colour).with_size(size).with_marker(shape);
    let start = ScatterPlot::new().with_data(ends).with_color(colour).with_size(2.0 + size);
    [Plot::Line(line), Plot::Scatter(dots), Plot::Scatter(start.with_marker(shape))]
}
