//! Line and step plots as SVG that follows the colours of the page.

use super::histogram::Histogram;
use super::numbers;
use kuva::plot::{LinePlot, LineStyle};
use kuva::prelude::{BandPlot, LegendPosition, Plot, TickFormat};
use kuva::render::layout::Layout;
use kuva::render::theme::Theme;

/// Colours that the colour-blind can tell apart (wong2011), set in the page for light and dark.
const COLOURS: [&str; 5] = ["var(--c0)", "var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)"];
const WIDTH: f64 = 620.0;
const WIDE: f64 = 1250.0;
const HEIGHT: f64 = 380.0;
/// Lower end of a logarithmic axis, relative to the smallest content of a bin.
const LOG_FLOOR: f64 = 0.5;
/// A logarithmic axis that spans less than this factor has ticks between the powers of ten.
const FEW_DECADES: f64 = 10.0;
/// Dashes short enough to be seen in the legend.
const DASHES: &str = "4 2.5";
/// Share of the x axis to the left of a legend inside the plot.
const LEFT_OF_LEGEND: f64 = 0.6;
/// Share of the y axis that a name in it takes.
const LABEL: f64 = 0.06;
/// Bins that have this many entries on average are wide enough.
const ENTRIES_PER_BIN: u64 = 12;

/// A curve with an error band.
pub(crate) struct Curve {
    label: Option<String>,
    /// x, y, error of y.
    points: Vec<(f64, f64, f64)>,
    style: usize,
    filled: bool,
}

impl Curve {
    /// A histogram divided by `norm` (the weight of all events) and its bin width, as steps.
    pub(super) fn density(histogram: &Histogram, norm: f64, style: usize) -> Self {
        let scale = 1.0 / (norm * histogram.width());
        Curve::steps(histogram, scale, histogram.occupied(), style)
    }
    /// The first `bins` bins of a histogram times `scale`, as steps.
    pub(super) fn steps(histogram: &Histogram, scale: f64, bins: usize, style: usize) -> Self {
        let edges = histogram.edges();
        let mut points = Vec::new();
        for (i, tally) in histogram.bins().iter().enumerate().take(bins) {
            let (y, error) = (tally.weight * scale, tally.weight_sq.sqrt() * scale);
            points.extend([(edges[i], y, error), (edges[i + 1], y, error)]);
        }
        Curve { label: None, points, style, filled: true }
    }
    /// Heights of bins with their errors, as steps.
    pub(crate) fn bins(edges: &[f64], heights: &[f64], errors: &[f64], style: usize) -> Self {
        let bins = edges.windows(2).zip(heights).zip(errors);
        let points = bins.flat_map(|((edge, y), error)| [(edge[0], *y, *error), (edge[1], *y, *error)]);
        Curve { label: None, points: points.collect(), style, filled: true }
    }
    /// A line through points with errors.
    pub(crate) fn line(points: Vec<(f64, f64, f64)>, style: usize) -> Self {
        Curve { label: None, points, style, filled: false }
    }
    /// With a name in the legend.
    pub(crate) fn named(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self.filled = false;
        self
    }
}

/// The texts and scales of the axes.
pub(crate) struct Axes<'a> {
    /// Label of the x axis.
    pub(crate) x: &'a str,
    /// Label of the y axis.
    pub(crate) y: &'a str,
    /// Scales and size.
    pub(crate) look: Look,
}

/// Scales and size of a plot.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// Logarithmic y axis.
    log: bool,
    /// The y axis may go below zero.
    signed: bool,
    /// Ticks of the x axis at whole numbers.
    counts: bool,
    /// As wide as the page, with the legend to the right of the plot instead of inside.
    pub(super) wide: bool,
}

impl Look {
    /// Linear axes, y from zero on.
    pub(crate) const LINEAR: Look = Look { log: false, signed: false, counts: false, wide: false };
    /// Linear axes, y of any sign.
    pub(crate) const SIGNED: Look = Look { signed: true, ..Look::LINEAR };
    /// Logarithmic y axis.
    pub(crate) const LOG: Look = Look { log: true, ..Look::LINEAR };
    /// The same, as wide as the page.
    pub(super) fn wide(self) -> Look {
        Look { wide: true, ..self }
    }
    /// Logarithmic y axis above whole numbers.
    pub(super) const COUNTS: Look = Look { counts: true, ..Look::LOG };
}

/// The histogram in bins wide enough for its number of entries.
pub(super) fn readable(histogram: &Histogram, most_bins: usize) -> Histogram {
    let occupied = histogram.occupied().max(1);
    let mean = |f: usize| histogram.total().entries * f as u64 / occupied as u64;
    let factor = [1, 2, 4, 5, 10, 20]
        .into_iter()
        .find(|f| occupied / f <= most_bins && mean(*f) >= ENTRIES_PER_BIN)
        .unwrap_or(20);
    histogram.rebinned(factor.min(histogram.bins().len()))
}

/// Draws the curves. `figure` is the number of the figure in its page; `title` is read aloud.
pub(crate) fn draw(curves: &[Curve], axes: &Axes<'_>, figure: usize, title: &str) -> String {
    let (smallest, largest) = positive_range(curves);
    let floor = if axes.look.log { LOG_FLOOR * smallest } else { f64::NEG_INFINITY };
    let mut plots = Vec::new();
    for curve in curves {
        plots.push(band(curve, floor));
        plots.push(line(curve, floor));
    }
    let mut layout = layout(&plots, axes, curves);
    if axes.look.log {
        let ticks = decades(largest / floor >= FEW_DECADES);
        layout = layout.with_log_y().with_y_axis_min(floor).with_y_tick_format(ticks);
    } else if !axes.look.signed {
        layout = layout.with_y_axis_min(0.0);
    }
    let labels = curves.iter().filter(|c| c.label.is_some()).count();
    if !axes.look.wide && labels > 0 {
        layout = layout.with_legend_position(LegendPosition::InsideTopRight);
        if let Some(top) = top_with_legend(curves, floor, labels).filter(|_| axes.look.log) {
            layout = layout.with_y_axis_max(top);
        }
    }
    in_page(&kuva::render_to_svg(plots, layout), figure, title)
}

/// Labels, size, colours and the range in x.
fn layout(plots: &[Plot], axes: &Axes<'_>, curves: &[Curve]) -> Layout {
    let x = || curves.iter().flat_map(|c| &c.points).map(|p| p.0);
    let layout = Layout::auto_from_plots(plots)
        .with_x_label(axes.x)
        .with_y_label(axes.y)
        .with_width(if axes.look.wide { WIDE } else { WIDTH })
        .with_height(HEIGHT)
        .with_theme(theme())
        .with_label_size(15)
        .with_tick_size(13)
        .with_body_size(13)
        .with_legend_box(false)
        .with_x_axis_min(x().fold(f64::INFINITY, f64::min))
        .with_x_axis_max(x().fold(f64::NEG_INFINITY, f64::max));
    if axes.look.counts { layout.with_x_tick_step(1.0) } else { layout }
}

fn band(curve: &Curve, floor: f64) -> Plot {
    let x: Vec<f64> = curve.points.iter().map(|p| p.0).collect();
    let low: Vec<f64> = curve.points.iter().map(|p| (p.1 - p.2).max(floor)).collect();
    let high: Vec<f64> = curve.points.iter().map(|p| (p.1 + p.2).max(floor)).collect();
    Plot::Band(BandPlot::new(x, low, high).with_color(COLOURS[curve.style % COLOURS.len()]).with_opacity(0.3))
}

fn line(curve: &Curve, floor: f64) -> Plot {
    let points: Vec<(f64, f64)> = curve.points.iter().map(|p| (p.0, p.1.max(floor))).collect();
    let mut line = LinePlot::new()
        .with_data(points)
        .with_color(COLOURS[curve.style % COLOURS.len()])
        .with_stroke_width(1.6);
    if curve.filled {
        line = line.with_fill().with_fill_opacity(0.09);
    }
    if curve.style >= COLOURS.len() {
        line = line.with_line_style(LineStyle::Custom(DASHES.into()));
    }
    if let Some(label) = &curve.label {
        line = line.with_legend(label.clone());
    }
    Plot::Line(line)
}

/// The smallest and the largest positive y; one where there is none.
fn positive_range(curves: &[Curve]) -> (f64, f64) {
    let contents = || curves.iter().flat_map(|c| &c.points).map(|p| p.1).filter(|y| *y > 0.0);
    let smallest = contents().fold(f64::INFINITY, f64::min);
    if smallest.is_finite() { (smallest, contents().fold(0.0, f64::max)) } else { (1.0, 1.0) }
}

/// The end of a logarithmic y axis that leaves room for a legend at the top right, where the curves would reach into it.
/// Linear axes stay as they are: those of shares end at the whole.
fn top_with_legend(curves: &[Curve], floor: f64, labels: usize) -> Option<f64> {
    let points = || curves.iter().flat_map(|c| &c.points);
    let (first, last) =
        points().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), p| (a.min(p.0), b.max(p.0)));
    let height = |y: f64| (y.max(floor) / floor).ln();
    let highest = |from: f64| points().filter(|p| p.0 >= from).map(|p| height(p.1 + p.2)).fold(0.0, f64::max);
    let below = highest(first + LEFT_OF_LEGEND * (last - first)) / (1.0 - LABEL * (labels as f64 + 0.5));
    let crowded = below > highest(first);
    crowded.then(|| floor * below.exp())
}

/// Ticks of a logarithmic axis: powers of ten only, or plain numbers on an axis of few decades.
fn decades(many: bool) -> TickFormat {
    TickFormat::Custom(std::sync::Arc::new(move |y: f64| {
        let exponent = y.log10().round();
        let whole = (y / 10f64.powf(exponent) - 1.0).abs() < 1e-6;
        match (many, whole) {
            (true, true) => format!("10{}", numbers::superscript(&exponent.to_string())),
            (true, false) => String::new(),
            (false, _) => numbers::plain(y),
        }
    }))
}

/// The colours of the page.
pub(crate) fn theme() -> Theme {
    Theme {
        background: "none".into(),
        axis_color: "var(--axis)".into(),
        grid_color: "var(--grid)".into(),
        tick_color: "var(--axis)".into(),
        text_color: "var(--text)".into(),
        legend_bg: "var(--card)".into(),
        legend_border: "none".into(),
        ..Theme::light()
    }
}

/// Makes a drawn SVG scale with the page, gives it a name for readers, and names of its own for
/// its clip paths, which the plotting crate numbers through the whole process.
pub(crate) fn in_page(svg: &str, figure: usize, title: &str) -> String {
    let Some((head, body)) = svg.split_once('>') else { return String::new() };
    let size = |key: &str| {
        let rest = head.split_once(key).map_or("0", |(_, rest)| rest);
        rest.split('"').next().unwrap_or("0").to_string()
    };
    let (width, height) = (size(" width=\""), size(" height=\""));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">",
        escaped(title)
    );
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("kuva-clip-") {
        out += before;
        out += &format!("clip-{figure}");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out + rest
}

/// Drawings of the usual size, one below the other.
pub(crate) fn in_column(drawings: &[String]) -> String {
    let height = HEIGHT * drawings.len() as f64;
    let mut out = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\">");
    for (i, drawing) in drawings.iter().enumerate() {
        let place = format!("<svg y=\"{}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" ", HEIGHT * i as f64);
        out += &drawing.replacen("<svg ", &place, 1);
    }
    out + "</svg>\n"
}

/// A drawing with the colours of the light page, as a file of its own.
pub(crate) fn alone(drawing: &str) -> String {
    const STYLE: &str = "<style>svg { --card: #ffffff; --text: #1c2430; --axis: #46505e; --grid: #e6eaef; \
        --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #b5609a; --c4: #8a6d00; }</style>\
        <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>";
    let end = drawing.find('>').map_or(0, |at| at + 1);
    format!("{}{STYLE}{}", &drawing[..end], &drawing[end..])
}

/// Text for use inside of SVG.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(log: bool) -> Axes<'static> {
        let look = if log { Look::LOG } else { Look::LINEAR };
        Axes { x: "energy [MeV]", y: "events", look }
    }

    #[test]
    fn the_same_plot_is_the_same_text_each_time_and_scales() {
        let mut histogram = Histogram::new(0.0, 1.0, 5);
        [0.5, 1.5, 1.7].into_iter().for_each(|x| histogram.fill(x, 1.0));
        let curve = [Curve::density(&histogram, 3.0, 0)];
        let (one, two) = (draw(&curve, &axes(false), 3, "a < b"), draw(&curve, &axes(false), 3, "a < b"));
        assert_eq!(one, two);
        assert!(one.contains("viewBox=\"0 0 620 380\"") && one.contains("a &lt; b"));
        assert!(one.contains("url(#clip-3)") && one.contains("id=\"clip-3\""));
    }

    #[test]
    fn empty_bins_on_a_logarithmic_axis_are_no_trouble() {
        let mut histogram = Histogram::new(0.0, 1.0, 5);
        [0.5, 3.5].into_iter().for_each(|x| histogram.fill(x, 1.0));
        let svg = draw(&[Curve::density(&histogram, 2.0, 0)], &axes(true), 1, "");
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn curves_on_a_logarithmic_axis_keep_clear_of_the_legend() {
        let level = |y: f64| vec![(0.0, y, 0.0), (1.0, y, 0.0)];
        let curves = |left: f64, right: f64| {
            let falling = vec![(0.0, left, 0.0), (1.0, right, 0.0)];
            [Curve::line(falling, 0).named("a"), Curve::line(level(0.1 * right), 1).named("b")]
        };
        let top = |left, right| top_with_legend(&curves(left, right), 0.01, 2);
        assert_eq!(top(1000.0, 1.0), None, "the curve is far below");
        let high = top(1.0, 1.0).expect("a level curve reaches into it");
        let share = (1.0f64 / 0.01).ln() / (high / 0.01).ln();
        assert!((share - (1.0 - 2.5 * LABEL)).abs() < 1e-12, "{high}");
        // What a line at 1 has to do with the end of the axis.
        let heights = |curves: [Curve; 2]| {
            let svg = draw(&curves, &axes(true), 1, "");
            let path = svg.split("<path d=\"").find(|d| d.starts_with('M')).expect("a line").to_string();
            path.split('"').next().expect("its points").to_string()
        };
        assert_ne!(heights(curves(1.0, 1.0)), heights(curves(1.0, 1.0).map(|c| Curve { label: None, ..c })));
    }

    #[test]
    fn names_of_curves_are_escaped() {
        let curve = Curve::line(vec![(0.0, 1.0, 0.1), (1.0, 2.0, 0.1)], 7).named("<script>");
        assert!(!draw(&[curve], &axes(false), 1, "").contains("<script>"));
    }
}
