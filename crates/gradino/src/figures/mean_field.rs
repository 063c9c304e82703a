//! The mean field of a nucleus: densities, potentials and levels side by side.

use super::colours::{palette, standalone};
use super::scale::axis_ticks;
use crate::meanfield::{Ground, Level};
use crate::report::plots::escaped;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use std::fmt::Write;

/// Size of the picture [pixels].
const WIDTH: f64 = 1080.0;
const HEIGHT: f64 = 440.0;
/// Top and height of the panels [pixels].
const TOP: f64 = 64.0;
const TALL: f64 = 310.0;
/// Left end and width of the panels of densities, potentials and levels [pixels].
const PANELS: [[f64; 2]; 3] = [[70.0, 286.0], [440.0, 286.0], [808.0, 252.0]];
/// Parts of an axis, at most.
const PARTS: usize = 6;
/// The radius ends where the density is this share of its largest value.
const EDGE: f64 = 2e-4;
/// Energies that are shown: from this share of the depth of the deepest potential up to this energy [MeV].
const BELOW: f64 = 1.08;
const ABOVE: f64 = 14.0;
/// Distance of the labels of levels, and reach of a level's line [pixels].
const LABEL_STEP: f64 = 14.0;
const LEVEL_WIDTH: f64 = 46.0;
/// Colours of neutrons and protons.
const COLOURS: [&str; 2] = ["c0", "c1"];

/// The figure as a file of its own.
pub fn mean_field(ground: &Ground) -> String {
    standalone(&draw(ground))
}

/// A page with the figure and a caption, which needs nothing else.
pub fn mean_field_page(ground: &Ground, version: &str) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // The name ends in .html: that makes the engine escape all text that is not marked as safe.
    let added = environment.add_template("mean_field.html", include_str!("mean_field.html"));
    added.expect("the template is part of the program and tested");
    let template = environment.get_template("mean_field.html").expect("it was added above");
    let colour = |[name, light, dark]: &[String; 3]| context! { name, light, dark };
    let content = context! {
        version,
        title => title(ground),
        svg => Value::from_safe_string(draw(ground)),
        colours => palette().iter().map(colour).collect::<Vec<_>>(),
    };
    template.render(content).expect("every name in the template is given, as the tests show")
}

/// What is shown, in a line.
fn title(ground: &Ground) -> String {
    let whose = if ground.emptied.is_empty() {
        String::new()
    } else {
        format!(" as {} without {}", ground.field_of, ground.emptied.join(", "))
    };
    format!("{}{whose} with {}", ground.nuclide, ground.force)
}

/// A panel with its place and axes.
struct Panel {
    left: f64,
    width: f64,
    x: [f64; 2],
    y: [f64; 2],
}

impl Panel {
    fn at(&self, x: f64, y: f64) -> [f64; 2] {
        let share = |v: f64, [low, high]: [f64; 2]| (v - low) / (high - low);
        [self.left + self.width * share(x, self.x), TOP + TALL * (1.0 - share(y, self.y))]
    }

    /// A curve on the mesh, as far as it lies in the panel.
    fn curve(&self, x: &[f64], y: &[f64], colour: &str, dashes: &str, out: &mut String) {
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
            "<path d=\"{path}\" fill=\"none\" stroke=\"var(--{colour})\" stroke-width=\"2\" \
             stroke-dasharray=\"{dashes}\"/>"
        );
    }

    /// Frame, ticks and names of the axes; without numbers on x where `x_name` is empty.
    fn frame(&self, x_name: &str, y_name: &str, out: &mut String) {
        let (left, bottom) = (self.left, TOP + TALL);
        let _ = write!(
            out,
            "<rect x=\"{left}\" y=\"{TOP}\" width=\"{}\" height=\"{TALL}\" fill=\"none\" stroke=\"var(--axis)\"/>",
            self.width
        );
        if !x_name.is_empty() {
            for (value, label) in axis_ticks(self.x, PARTS) {
                let [x, _] = self.at(value, self.y[0]);
                let _ = write!(out, "<path d=\"M{x:.1} {bottom} v-5\" stroke=\"var(--axis)\"/>");
                text(out, [x, bottom + 18.0], "middle", &label);
            }
            text(out, [left + 0.5 * self.width, bottom + 40.0], "middle", x_name);
        }
        for (value, label) in axis_ticks(self.y, PARTS) {
            let [_, y] = self.at(self.x[0], value);
            let _ = write!(out, "<path d=\"M{left} {y:.1} h5\" stroke=\"var(--axis)\"/>");
            text(out, [left - 7.0, y + 4.0], "end", &label);
        }
        let (x, y) = (left - 50.0, TOP + 0.5 * TALL);
        let turned = format!("transform=\"rotate(-90 {x} {y})\"");
        let _ = write!(
            out,
            "<text x=\"{x}\" y=\"{y}\" {turned} text-anchor=\"middle\" fill=\"var(--text)\">{y_name}</text>"
        );
    }
}

fn text(out: &mut String, [x, y]: [f64; 2], anchor: &str, words: &str) {
    let words = escaped(words);
    let _ = write!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"var(--text)\">{words}</text>"
    );
}

fn draw(ground: &Ground) -> String {
    let title = title(ground);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{}\" font-size=\"13\">",
        escaped(&format!("mean field of {title}"))
    );
    text(&mut out, [PANELS[0][0], 24.0], "start", &title);
    legend(&mut out);
    let c = &ground.columns;
    let largest = c.density.iter().flatten().copied().fold(0.0, f64::max);
    let filled = (0..c.radius.len()).rev().find(|&i| c.density[0][i] + c.density[1][i] > EDGE * largest);
    let end = c.radius[filled.unwrap_or(c.radius.len() - 1)].ceil();
    let deepest = c.potential.iter().flatten().copied().fold(0.0, f64::min);
    let energies = [BELOW * deepest, ABOVE];
    let panel = |k: usize, x: [f64; 2], y: [f64; 2]| Panel { left: PANELS[k][0], width: PANELS[k][1], x, y };
    densities(ground, &panel(0, [0.0, end], [0.0, 1.08 * largest]), &mut out);
    potentials(ground, &panel(1, [0.0, end], energies), &mut out);
    levels(ground, &panel(2, [0.0, 1.0], energies), &mut out);
    out + "</svg>"
}

fn legend(out: &mut String) {
    let entries =
        [(COLOURS[0], "", "neutrons"), (COLOURS[1], "", "protons"), ("soft", "5 3", "spin-orbit, W/r")];
    let mut x = PANELS[1][0];
    for (colour, dashes, words) in entries {
        let _ = write!(
            out,
            "<path d=\"M{x} 20 h26\" fill=\"none\" stroke=\"var(--{colour})\" stroke-width=\"2\" \
             stroke-dasharray=\"{dashes}\"/>"
        );
        text(out, [x + 33.0, 24.0], "start", words);
        x += 62.0 + 7.5 * words.len() as f64;
    }
}

fn densities(ground: &Ground, panel: &Panel, out: &mut String) {
    for (density, colour) in ground.columns.density.iter().zip(COLOURS) {
        panel.curve(&ground.columns.radius, density, colour, "", out);
    }
    panel.frame("radius [fm]", "density [1/fm³]", out);
}

fn potentials(ground: &Ground, panel: &Panel, out: &mut String) {
    zero(panel, out);
    let c = &ground.columns;
    panel.curve(&c.radius, &c.spin_orbit[0], "soft", "5 3", out);
    for (potential, colour) in c.potential.iter().zip(COLOURS) {
        panel.curve(&c.radius, potential, colour, "", out);
    }
    panel.frame("radius [fm]", "potential [MeV]", out);
}

/// The line of no energy.
fn zero(panel: &Panel, out: &mut String) {
    let [x, y] = panel.at(panel.x[0], 0.0);
    let _ = write!(out, "<path d=\"M{x:.1} {y:.1} h{}\" stroke=\"var(--rule)\"/>", panel.width);
}

/// Neutron levels on the left, proton levels on the right; filled ones thick, empty ones dotted.
fn levels(ground: &Ground, panel: &Panel, out: &mut String) {
    zero(panel, out);
    for (k, (kind, colour)) in ["n", "p"].into_iter().zip(COLOURS).enumerate() {
        let left = panel.left + 14.0 + 0.5 * panel.width * k as f64;
        let own: Vec<&Level> = ground.levels.iter().filter(|l| l.nucleon == kind).collect();
        let places: Vec<f64> = own.iter().map(|l| panel.at(0.0, l.energy)[1]).collect();
        for ((level, y), label_y) in own.iter().zip(&places).zip(apart(&places)) {
            let (width, dashes) = if level.nucleons > 0.0 { (3.0, "") } else { (1.4, "2 3") };
            let right = left + LEVEL_WIDTH;
            let _ = write!(
                out,
                "<path d=\"M{left} {y:.1} h{LEVEL_WIDTH}\" stroke=\"var(--{colour})\" stroke-width=\"{width}\" \
                 stroke-dasharray=\"{dashes}\"/><path d=\"M{right} {y:.1} L{} {label_y:.1}\" \
                 stroke=\"var(--soft)\" stroke-width=\"0.7\"/>",
                right + 12.0
            );
            text(out, [right + 15.0, label_y + 4.0], "start", &level.shell);
        }
        text(out, [left, TOP + TALL + 18.0], "start", ["neutrons", "protons"][k]);
    }
    panel.frame("", "energy [MeV]", out);
}

/// Places of labels near the given ones, from the bottom of the picture upwards, that do not overlap.
fn apart(places: &[f64]) -> Vec<f64> {
    let mut labels = places.to_vec();
    for _ in 0..100 {
        for i in 1..labels.len() {
            let short = LABEL_STEP - (labels[i - 1] - labels[i]);
            if short > 0.0 {
                labels[i - 1] = (labels[i - 1] + 0.5 * short).min(TOP + TALL - 6.0);
                labels[i] -= 0.5 * short;
            }
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_nuclear::meanfield::{FieldChoice, Options, SkyrmeForce};

    #[test]
    fn the_figure_shows_every_level_and_the_page_loads_nothing() {
        let choice = FieldChoice::own("40Ar".parse().expect("a nuclide"), Options::default());
        let force = SkyrmeForce::named("SLy4").expect("built in");
        let ground = Ground::new(&choice, &force, &force.parameters, None).expect("bound");
        let svg = mean_field(&ground);
        assert!(svg.starts_with("<svg") && !svg.contains("var(") && !svg.contains("NaN"), "{svg}");
        for level in &ground.levels {
            assert!(svg.contains(&format!(">{}</text>", level.shell)), "{}", level.shell);
        }
        let page = mean_field_page(&ground, "0.1.0");
        for stranger in ["NaN", "<script", "src=", "@import", "<link"] {
            assert!(!page.contains(stranger), "{stranger}");
        }
        assert_eq!(page.matches("<svg").count(), 1);
    }

    #[test]
    fn labels_keep_their_distance() {
        let labels = apart(&[300.0, 298.0, 297.0, 200.0, 199.0]);
        assert!(labels.windows(2).all(|w| w[0] - w[1] > LABEL_STEP - 0.5), "{labels:?}");
    }
}
