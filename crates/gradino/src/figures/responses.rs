//! Inclusive responses: a panel for each, with what they were made of.

use super::colours::standalone;
use super::page::{colour_values, rendered};
use super::panel::{Panel, Pen, text};
use crate::report::plots::escaped;
use crate::responses::{Curves, NAMES, ResponseTable, ResponseUnit, ShellCurves};
use minijinja::{Value, context};
use std::fmt::Write;

/// Size of the picture [pixels].
const WIDTH: f64 = 1132.0;
const HEIGHT: f64 = 720.0;
/// Left ends and tops of the panels, and their size [pixels].
const LEFT: [f64; 3] = [78.0, 452.0, 826.0];
const TOP: [f64; 2] = [48.0, 392.0];
const SIZE: [f64; 2] = [280.0, 262.0];
/// Share of the height that is left free above and below curves.
const FREE: f64 = 0.06;
/// Distance of the lines of the legend [pixels].
const LINE: f64 = 18.0;
/// Colours of up to four curves.
const FEW: [&str; 4] = ["c0", "c1", "c2", "c3"];
/// First and last colour of more curves, on the scale of amounts.
const MANY: [usize; 2] = [8, 31];
/// Letters of a line of the legend, at most.
const LETTERS: usize = 44;
/// Dashes of neutron and of proton shells.
const DASHES: [&str; 2] = ["", "5 3"];

/// The figure as a file of its own.
pub fn responses(table: &ResponseTable, unit: ResponseUnit) -> String {
    standalone(&draw(table, unit))
}

/// A page with the figure and a caption, which needs nothing else.
pub fn responses_page(table: &ResponseTable, unit: ResponseUnit, version: &str) -> String {
    let content = context! {
        version,
        title => title(table),
        svg => Value::from_safe_string(draw(table, unit)),
        caption => table.head().join("; "),
        colours => colour_values(),
    };
    rendered("single.html", include_str!("single.html"), content)
}

fn title(table: &ResponseTable) -> String {
    format!("Inclusive responses of {}, {}", table.nuclide, table.meaning)
}

/// A curve with its name.
struct Line<'a> {
    name: String,
    /// Which momentum transfer.
    momentum: usize,
    curves: &'a Curves,
    pen: (String, &'static str, f64),
}

/// The totals at all momentum transfers; where there is one alone, the shells too.
fn lines(table: &ResponseTable) -> Vec<Line<'_>> {
    let [single] = table.momenta[..] else {
        let count = table.momenta.len();
        let line = |(i, q): (usize, &f64)| Line {
            name: format!("q = {q} MeV"),
            momentum: i,
            curves: &table.total.values,
            pen: (colour(i, count), "", 2.0),
        };
        return table.momenta.iter().enumerate().map(line).collect();
    };
    let total = Line {
        name: format!("q = {single} MeV, all shells"),
        momentum: 0,
        curves: &table.total.values,
        pen: ("text".into(), "", 2.0),
    };
    std::iter::once(total).chain((0..table.shells.len()).map(|i| shell_line(table, i))).collect()
}

/// The curve of shell number `i` at the first momentum transfer.
fn shell_line(table: &ResponseTable, i: usize) -> Line<'_> {
    let shell = &table.shells[i];
    let alike = |shells: &[ShellCurves]| shells.iter().filter(|s| s.nucleon == shell.nucleon).count();
    let (place, count) = (alike(&table.shells[..i]), alike(&table.shells));
    Line {
        name: format!("{} {}", shell.nucleon, shell.shell),
        momentum: 0,
        curves: &shell.curves.values,
        pen: (colour(place, count), DASHES[usize::from(shell.nucleon == "p")], 1.4),
    }
}

/// The colour of curve `i` of `count`.
fn colour(i: usize, count: usize) -> String {
    match count <= FEW.len() {
        true => FEW[i].into(),
        false => format!("s{}", MANY[0] + (MANY[1] - MANY[0]) * i / (count - 1)),
    }
}

fn draw(table: &ResponseTable, unit: ResponseUnit) -> String {
    let title = title(table);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{}\" font-size=\"13\">",
        escaped(&title)
    );
    text(&mut out, [LEFT[0], 26.0], "start", &title);
    let lines = lines(table);
    let ends = |values: &[f64]| {
        let [low, high] = values
            .iter()
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &x| [low.min(x), high.max(x)]);
        if high > low { [low, high] } else { [low - 1.0, high + 1.0] }
    };
    let x = ends(&table.omegas);
    for (k, name) in NAMES.iter().enumerate() {
        let values = |line: &Line<'_>| -> Vec<f64> {
            line.curves.0[k][line.momentum].iter().map(|r| r * unit.factor()).collect()
        };
        let mut all: Vec<f64> = lines.iter().flat_map(values).collect();
        all.push(0.0);
        let [low, high] = ends(&all);
        let free = FREE * (high - low);
        let y = [if low < 0.0 { low - free } else { low }, if high > 0.0 { high + free } else { high }];
        let panel = Panel { corner: [LEFT[k % 3], TOP[k / 3]], size: SIZE, x, y };
        for line in lines.iter().rev() {
            let (colour, dashes, width) = &line.pen;
            panel.curve(&table.omegas, &values(line), Pen { colour, dashes, width: *width }, &mut out);
        }
        panel.frame("energy transfer ω [MeV]", &format!("{name} [{}]", unit.name()), &mut out);
    }
    legend(table, &lines, &mut out);
    out + "</svg>"
}

/// The names of the curves, and all choices, in the place of a sixth panel.
fn legend(table: &ResponseTable, lines: &[Line<'_>], out: &mut String) {
    let x = LEFT[2] - 40.0;
    let columns = if lines.len() > 6 { 2 } else { 1 };
    let rows = lines.len().div_ceil(columns);
    for (i, line) in lines.iter().enumerate() {
        let (colour, dashes, width) = &line.pen;
        let left = x + 160.0 * (i / rows) as f64;
        let y = TOP[1] + 6.0 + LINE * (i % rows) as f64;
        let _ = write!(
            out,
            "<path d=\"M{left} {y} h26\" fill=\"none\" stroke=\"var(--{colour})\" stroke-width=\"{width}\" \
             stroke-dasharray=\"{dashes}\"/>"
        );
        text(out, [left + 33.0, y + 4.5], "start", &line.name);
    }
    let mut y = TOP[1] + 24.0 + LINE * rows as f64;
    let _ = write!(out, "<g font-size=\"11\">");
    for words in table.head().iter().skip(1).flat_map(|line| wrapped(line)) {
        text(out, [x, y], "start", &words);
        y += LINE - 3.0;
    }
    let _ = write!(out, "</g>");
}

/// A line in pieces of at most [`LETTERS`] letters, broken between words.
fn wrapped(line: &str) -> Vec<String> {
    let mut pieces: Vec<String> = vec![String::new()];
    for word in line.split(' ') {
        let last = pieces.last_mut().expect("it is never empty");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > LETTERS {
            pieces.push(word.into());
        } else {
            let space = if last.is_empty() { "" } else { " " };
            *last = format!("{last}{space}{word}");
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::KnockoutChoices;
    use crate::responses::ResponseJob;
    use gradino_nuclear::meanfield::Probe;

    fn table(momenta: &[f64], omegas: &[f64]) -> ResponseTable {
        let choices = crate::config::Knockout::from(KnockoutChoices::default());
        let job = ResponseJob {
            nuclide: "16O".parse().expect("a nuclide"),
            probe: Probe::Neutral,
            struck: None,
            force: choices.skyrme_force().expect("built in"),
            choices,
            values: Vec::new(),
            gradients: Vec::new(),
            momenta: momenta.to_vec(),
            omegas: omegas.to_vec(),
        };
        job.table().expect("bound")
    }

    #[test]
    fn the_figure_names_every_response_shell_and_momentum_and_the_page_loads_nothing() {
        let one = table(&[300.0], &[20.0, 60.0, 100.0]);
        let svg = responses(&one, ResponseUnit::PerGev);
        assert!(svg.starts_with("<svg") && !svg.contains("var(") && !svg.contains("NaN"), "{svg}");
        for name in ["R_CC [1/GeV]", "R_T&#x27; [1/GeV]", ">n 1p1/2<", ">p 1s1/2<", "self-consistent field"] {
            assert!(svg.contains(name) || svg.contains(&name.replace("&#x27;", "'")), "{name}: {svg}");
        }
        let several = table(&[200.0, 300.0, 400.0, 500.0, 600.0], &[50.0]);
        let page = responses_page(&several, ResponseUnit::PerMev, "0.1.0");
        for stranger in ["NaN", "<script", "src=", "@import", "<link"] {
            assert!(!page.contains(stranger), "{stranger}");
        }
        assert!(page.contains(">q = 600 MeV<") && page.matches("<svg").count() == 1);
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        let line = "longitudinal current conserved, axial charge middle-rank, charge monopole not-from-s";
        let pieces = wrapped(line);
        assert!(pieces.len() > 1 && pieces.iter().all(|p| p.chars().count() <= LETTERS), "{pieces:?}");
        assert_eq!(pieces.join(" "), line);
    }
}
