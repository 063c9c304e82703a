//! The page of the toy: four figures with captions, and what was chosen where the paper is silent.

use super::toy::{Descent, FEATURES, ToyFigures, ToySettings};
use super::tree::Measure;
use super::tree_drawing::draw_tree;
use super::{colours, loss, plane};
use crate::report::numbers::{grouped, plain};
use crate::report::plots::{alone, in_column};
use minijinja::{Environment, UndefinedBehavior, Value, context};

/// A figure with its caption.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Name of its file, without the ending.
    pub name: &'static str,
    /// The drawing, in the colours of a page.
    pub svg: String,
    /// What it shows.
    pub caption: String,
}

/// The four figures, and the page with them, which needs nothing else.
pub fn toy_page(figures: &ToyFigures, version: &str) -> (Vec<Figure>, String) {
    let drawn = vec![probabilities(figures), derivatives(figures), descents(figures), spread(figures)];
    let page = rendered("toy.html", include_str!("toy.html"), content(figures, &drawn, version));
    (drawn, page)
}

/// A page from its template, which may include the style that all pages share. The name ends in .html: that makes the
/// engine escape all text that is not marked as safe.
pub(crate) fn rendered(name: &str, template: &str, content: Value) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, template) in [("style.html", include_str!("style.html")), (name, template)] {
        environment.add_template(name, template).expect("the template is part of the program and tested");
    }
    let template = environment.get_template(name).expect("it was added above");
    template.render(content).expect("every name in the template is given, as the tests show")
}

/// Figures of the usual size one below the other, as a file of their own.
pub fn stacked(figures: &[Figure]) -> String {
    let drawings: Vec<String> = figures.iter().map(|figure| figure.svg.clone()).collect();
    alone(&in_column(&drawings))
}

/// The colours of pages: name, light and dark.
pub(crate) fn colour_values() -> Vec<Value> {
    let colour = |[name, light, dark]: &[String; 3]| context! { name, light, dark };
    colours::palette().iter().map(colour).collect()
}

fn content(figures: &ToyFigures, drawn: &[Figure], version: &str) -> Value {
    let figure = |(f, number): (&Figure, usize)| {
        let svg = Value::from_safe_string(f.svg.clone());
        context! { number, svg, caption => &f.caption, file => format!("{}.svg", f.name) }
    };
    let ToySettings { seed, events, .. } = figures.settings;
    context! {
        version,
        seed => seed.to_string(),
        colours => colour_values(),
        figures => drawn.iter().zip(1..).map(figure).collect::<Vec<_>>(),
        ways => ways(figures),
        choices => choices(&figures.settings),
        fitted => figures.fitted.iter().map(|[v, e]| format!("{v:.2} ± {e:.2}")).collect::<Vec<_>>(),
        data => grouped(events),
    }
}

fn probabilities(figures: &ToyFigures) -> Figure {
    let caption = format!(
        "The discrete tree coloured by path probability. Each line is a way from the highest discrete level to \
         the ground state; the {} most probable of {} are shown, which are {:.3} % of the probability.",
        figures.tree.paths.len(),
        figures.tree.count,
        100.0 * (1.0 - figures.tree.left_out[0])
    );
    let svg = draw_tree(&figures.tree, Measure::Probability, "discrete tree, path probability");
    Figure { name: "1-tree-probability", svg, caption }
}

fn derivatives(figures: &ToyFigures) -> Figure {
    let caption = "The same paths coloured by the derivative of their probability with respect to α, exact from \
                   dual numbers. Over all paths the derivatives add up to zero: with a larger α the levels above \
                   gain states, and long paths gain what the direct ones lose."
        .into();
    let svg =
        draw_tree(&figures.tree, Measure::Derivative, "discrete tree, derivative of the path probability");
    Figure { name: "2-tree-gradient", svg, caption }
}

fn descents(figures: &ToyFigures) -> Figure {
    let [small, doubled] = figures.descents[0].events;
    let caption = format!(
        "Descents in the plane of α and λ over the contours of the loss. The two plain descents go as published: \
         {small} new events at each step, until the loss is small, then ten steps with {doubled}. A descent \
         ends where the loss of few events happens to be small: in the flat valley that can be far from the truth. \
         The fit, from the start of descent B, draws a bank of events once a \
         round (squares), moves it, and minimises a smooth function."
    );
    Figure { name: "3-descents", svg: plane::draw(figures, 3, "descents over the loss"), caption }
}

fn spread(figures: &ToyFigures) -> Figure {
    let sizes = figures.scans.iter().map(|s| grouped(s.events)).collect::<Vec<_>>().join(" and of ");
    let caption = format!(
        "The loss against α at the true λ, for samples of {sizes} events: mean over {} pairs of sample and data, \
         and standard deviation of one pair. Where the band is as wide as the valley is deep, a single loss does not \
         tell where the minimum is. The loss of one small sample jumps from α to α if it is drawn anew (dashed), \
         and is smooth if its events are moved from the truth (green).",
        figures.settings.samples
    );
    Figure { name: "4-loss", svg: loss::draw(&figures.scans, 4, "loss against alpha"), caption }
}

/// Rows of the table of descents.
fn ways(figures: &ToyFigures) -> Vec<Value> {
    let point = |p: [f64; 2]| format!("{:.2}, {:.2}", p[0], p[1]);
    let row = |(name, d): (&str, &Descent)| {
        context! {
            name,
            start => point(d.path[0]),
            end => point(d.end()),
            steps => d.path.len() - 1,
            events => grouped(d.total),
        }
    };
    let descents = ["plain descent A", "plain descent B"].into_iter().zip(&figures.descents);
    descents.chain([("fit with moved events", &figures.fit)]).map(row).collect()
}

/// What the paper leaves open: what, and the choice.
fn choices(s: &ToySettings) -> Vec<Value> {
    let features = FEATURES.map(|f| f.name()).join(", ");
    let small = grouped(2 * s.small());
    let list = [
        ("level density", "ρ = ρ₀ exp(2 √(α E)), α = 5 / MeV".to_string()),
        ("photon transmission", "T = E_γ^λ, λ = 3".into()),
        ("levels", "ten from 0 to 3.75 MeV, the continuum from 4 MeV, decays from 8 MeV".into()),
        ("between levels", "level k stands for the ρ(E_k) Δ_k states of the energies nearest to it".into()),
        ("tree", "paths from the highest level, the most probable first, as a subsample".into()),
        ("what is observed", format!("the energies after one, two and three photons ({features})")),
        (
            "loss",
            "squared maximum mean discrepancy, unbiased, Gaussian kernels around the median distance".into(),
        ),
        ("truth", "α = 5 / MeV, λ = 3".into()),
        ("starts", "anywhere in the region shown, but not near the truth".into()),
        (
            "descent",
            format!(
                "steps of {} times the gradient, in coordinates scaled to a tenth of the range of each parameter",
                plain(s.rate)
            ),
        ),
        ("threshold of the loss", plain(s.threshold)),
        ("doubled sample", format!("ten steps with twice {small} events each")),
        ("spread", "each sample is compared with data of its own, of the same size".into()),
    ];
    list.into_iter().map(|(what, choice)| context! { what, choice }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{standalone, toy_figures};
    use super::*;

    fn small() -> ToySettings {
        ToySettings { events: 400, grid: 4, points: 3, samples: 3, ..ToySettings::default() }
    }

    #[test]
    fn the_page_shows_four_figures_and_loads_nothing() {
        let figures = toy_figures(&small()).expect("the toy can be fitted");
        let (drawn, page) = toy_page(&figures, "0.1.0");
        assert_eq!((drawn.len(), page.matches("<svg").count()), (4, 4));
        for stranger in ["NaN", "<script", "src=", "@import", "<link"] {
            assert!(!page.contains(stranger), "{stranger}");
        }
        assert_eq!(page.matches("http").count(), 5, "four SVG names and the paper");
        for figure in &drawn {
            let file = standalone(&figure.svg);
            assert!(file.starts_with("<svg") && !file.contains("var("), "{}", figure.name);
        }
        let again = toy_figures(&small()).expect("the toy can be fitted");
        assert!(toy_page(&again, "0.1.0").1 == page, "the same seed gives the same page");
    }
}
