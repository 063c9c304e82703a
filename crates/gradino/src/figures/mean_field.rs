//! The mean field of a nucleus: densities, potentials and levels side by side.

use super::colours::standalone;
use super::page::{colour_values, rendered};
use super::panel::{Panel, Pen, text};
use crate::meanfield::{Ground, Level};
use crate::report::plots::escaped;
use minijinja::{Value, context};
use std::fmt::Write;

/// Size of the picture [pixels].
const WIDTH: f64 = 1080.0;
const HEIGHT: f64 = 440.0;
/// Top and height of the panels [pixels].
const TOP: f64 = 64.0;
const TALL: f64 = 310.0;
/// Left end and width of the panels of densities, potentials and levels [pixels].
const PANELS: [[f64; 2]; 3] = [[70.0, 286.0], [440.0, 286.0], [808.0, 252.0]];
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
    let content = context! {
        version,
        title => format!("Mean field of {}", title(ground)),
        svg => Value::from_safe_string(draw(ground)),
        caption => "Densities; central potentials, that of the protons with the Coulomb potential; bound levels on the same \
                    scale of energy, filled ones thick, empty ones dotted.",
        colours => colour_values(),
    };
    rendered("single.html", include_str!("single.html"), content)
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
    let panel = |k: usize, x: [f64; 2], y: [f64; 2]| {
        let [left, width] = PANELS[k];
        Panel { corner: [left, TOP], size: [width, TALL], x, y }
    };
    densities(ground, &panel(0, [0.0, end], [0.0, 1.08 * largest]), &mut out);
    potentials(ground, &panel(1, [0.0, end], energies), &mut out);
    levels(ground, &panel(2, [0.0, 1.0], energies), &mut out);
    out + "</svg>"
}

/// The pen of a curve.
fn line(colour: &str) -> Pen<'_> {
    Pen { colour, dashes: "", width: 2.0 }
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
        panel.curve(&ground.columns.radius, density, line(colour), out);
    }
    panel.frame("radius [fm]", "density [1/fm³]", out);
}

fn potentials(ground: &Ground, panel: &Panel, out: &mut String) {
    zero(panel, out);
    let c = &ground.columns;
    panel.curve(&c.radius, &c.spin_orbit[0], Pen { dashes: "5 3", ..line("soft") }, out);
    for (potential, colour) in c.potential.iter().zip(COLOURS) {
        panel.curve(&c.radius, potential, line(colour), out);
    }
    panel.frame("radius [fm]", "potential [MeV]", out);
}

/// The line of no energy.
fn zero(panel: &Panel, out: &mut String) {
    let [x, y] = panel.at(panel.x[0], 0.0);
    let _ = write!(out, "<path d=\"M{x:.1} {y:.1} h{}\" stroke=\"var(--rule)\"/>", panel.size[0]);
}

/// Neutron levels on the left, proton levels on the right; filled ones thick, empty ones dotted.
fn levels(ground: &Ground, panel: &Panel, out: &mut String) {
    zero(panel, out);
    for (k, (kind, colour)) in ["n", "p"].into_iter().zip(COLOURS).enumerate() {
        let left = panel.corner[0] + 14.0 + 0.5 * panel.size[0] * k as f64;
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
