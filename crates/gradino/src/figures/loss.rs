//! The loss against alpha, with its spread over samples.

use super::toy::{REGION, Scan, ScanRow, TRUTH};
use crate::report::numbers::grouped;
use crate::report::plots::{in_page, theme};
use kuva::plot::{LinePlot, LineStyle};
use kuva::prelude::{BandPlot, LegendPosition, Plot, ReferenceLine};
use kuva::render::layout::Layout;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 520.0;
/// Room above the curves for the legend, relative to their height.
const HEADROOM: f64 = 1.02;

/// Draws the scans, the first one on top. `figure` is the number of the figure in its page; `title` is read
/// aloud.
pub(super) fn draw(scans: &[Scan], figure: usize, title: &str) -> String {
    let colours = ["var(--c0)", "var(--c1)"];
    let mut plots = Vec::new();
    for (scan, colour) in scans.iter().zip(colours).rev() {
        plots.push(band(scan, colour));
    }
    for (scan, colour) in scans.iter().zip(colours).rev() {
        let n = grouped(scan.events);
        plots.push(line(scan, |r| r.mean, colour, 2.2, &format!("mean and spread, {n} events"), ""));
    }
    if let Some(small) = scans.last() {
        let n = grouped(small.events);
        plots.push(line(
            small,
            |r| r.one,
            "var(--c1)",
            1.2,
            &format!("one sample of {n}, drawn anew"),
            "5 3",
        ));
        plots.push(line(small, |r| r.moved, "var(--c2)", 1.8, &format!("one sample of {n}, moved"), ""));
    }
    let layout = layout(&plots, scans);
    in_page(&kuva::render_to_svg(plots, layout), figure, title)
}

/// Labels, size and ranges.
fn layout(plots: &[Plot], scans: &[Scan]) -> Layout {
    let rows = || scans.iter().flat_map(|s| &s.rows);
    let top = rows().map(|r| f64::max(r.mean + r.sigma, r.one)).fold(0.0, f64::max);
    let bottom = rows().map(|r| f64::min(r.mean - r.sigma, r.one)).fold(0.0, f64::min);
    Layout::auto_from_plots(plots)
        .with_x_label("α [1/MeV]")
        .with_y_label("loss (squared discrepancy)")
        .with_width(WIDTH)
        .with_height(HEIGHT)
        .with_theme(theme())
        .with_label_size(15)
        .with_tick_size(13)
        .with_body_size(13)
        .with_legend_box(false)
        .with_legend_width(250.0)
        .with_legend_position(LegendPosition::InsideTopRight)
        .with_reference_line(ReferenceLine::vertical(TRUTH[0]).with_color("var(--soft)").with_label("truth"))
        .with_reference_line(ReferenceLine::horizontal(0.0).with_color("var(--axis)").with_dasharray("none"))
        .with_x_axis_min(REGION[0][0])
        .with_x_axis_max(REGION[0][1])
        .with_y_axis_min(bottom * HEADROOM)
        .with_y_axis_max(top * HEADROOM)
}

fn band(scan: &Scan, colour: &str) -> Plot {
    let column = |f: fn(&ScanRow) -> f64| scan.rows.iter().map(f).collect::<Vec<_>>();
    let (low, high) = (column(|r| r.mean - r.sigma), column(|r| r.mean + r.sigma));
    Plot::Band(BandPlot::new(column(|r| r.alpha), low, high).with_color(colour).with_opacity(0.25))
}

fn line(scan: &Scan, y: fn(&ScanRow) -> f64, colour: &str, width: f64, name: &str, dashes: &str) -> Plot {
    let points: Vec<(f64, f64)> = scan.rows.iter().map(|r| (r.alpha, y(r))).collect();
    let line =
        LinePlot::new().with_data(points).with_color(colour).with_stroke_width(width).with_legend(name);
    let dashed = |line: LinePlot| line.with_line_style(LineStyle::Custom(dashes.into()));
    Plot::Line(if dashes.is_empty() { line } else { dashed(line) })
}
