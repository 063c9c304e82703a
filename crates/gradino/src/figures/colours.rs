//! Colours that pages set for light and dark, and their values in files of their own.

/// Steps of a colour scale.
const STEPS: usize = 33;
/// Single colours: name, in the light, in the dark; the lines are those of wong2011.
const SINGLE: [[&str; 3]; 11] = [
    ["page", "#f6f7f9", "#12161c"],
    ["card", "#ffffff", "#1a2028"],
    ["text", "#1c2430", "#e4e9f0"],
    ["soft", "#5b6675", "#9aa6b5"],
    ["rule", "#dde2e8", "#313a46"],
    ["axis", "#46505e", "#aab5c3"],
    ["grid", "#e6eaef", "#2b333e"],
    ["c0", "#0072b2", "#56b4e9"],
    ["c1", "#d55e00", "#ff9150"],
    ["c2", "#009e73", "#3ccf9f"],
    ["c3", "#b5609a", "#e39bc6"],
];
/// Red, green and blue.
type Rgb = [f64; 3];
/// A colour scale: its letter, and its colours at equal distances, in the light and in the dark.
struct Ramp {
    letter: char,
    light: &'static [Rgb],
    dark: &'static [Rgb],
}
/// From little to much: paler than the text on either ground, and far apart in brightness.
const AMOUNT: Ramp = Ramp {
    letter: 's',
    light: &[[201., 222., 205.], [116., 196., 190.], [44., 140., 190.], [36., 78., 160.], [22., 24., 84.]],
    dark: &[[46., 62., 92.], [48., 104., 142.], [38., 160., 138.], [140., 208., 84.], [250., 232., 90.]],
};
/// From negative by nothing to positive.
const SIGNED: Ramp = Ramp {
    letter: 'd',
    light: &[[0., 70., 130.], [60., 150., 205.], [206., 210., 214.], [230., 130., 50.], [160., 55., 0.]],
    dark: &[[130., 205., 255.], [60., 135., 195.], [92., 102., 116.], [205., 110., 45.], [255., 170., 110.]],
};
/// A pale field behind lines.
const FIELD: Ramp = Ramp {
    letter: 'f',
    light: &[[252., 253., 250.], [222., 235., 240.], [180., 208., 226.], [140., 176., 208.]],
    dark: &[[24., 29., 36.], [30., 45., 60.], [38., 64., 88.], [50., 88., 122.]],
};

fn blend(colours: &[Rgb], t: f64) -> String {
    let x = t.clamp(0.0, 1.0) * (colours.len() - 1) as f64;
    let i = (x.floor() as usize).min(colours.len() - 2);
    let part = |k: usize| colours[i][k] + (x - i as f64) * (colours[i + 1][k] - colours[i][k]);
    let [r, g, b] = [0, 1, 2].map(|k| part(k).round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// All colours: name, in the light, in the dark.
pub(super) fn palette() -> Vec<[String; 3]> {
    let mut all: Vec<_> = SINGLE.iter().map(|c| c.map(String::from)).collect();
    for ramp in [&AMOUNT, &SIGNED, &FIELD] {
        for step in 0..STEPS {
            let t = step as f64 / (STEPS - 1) as f64;
            all.push([format!("{}{step}", ramp.letter), blend(ramp.light, t), blend(ramp.dark, t)]);
        }
    }
    all
}

fn step(ramp: &Ramp, t: f64) -> String {
    let step = (t.clamp(0.0, 1.0) * (STEPS - 1) as f64).round();
    format!("var(--{}{step})", ramp.letter)
}

/// The colour of an amount, from 0 to 1.
pub(super) fn amount(t: f64) -> String {
    step(&AMOUNT, t)
}

/// The colour of a signed number: 0 for the most negative one, 1/2 for zero, 1 for the largest.
pub(super) fn signed(t: f64) -> String {
    step(&SIGNED, t)
}

/// The colour of a field behind lines, from 0 to 1.
pub(super) fn field(t: f64) -> String {
    step(&FIELD, t)
}

/// A drawn figure as a file of its own: on a ground, with its size, and with colours that every viewer knows.
/// Viewers that know of dark pages show it dark there.
pub fn standalone(svg: &str) -> String {
    let Some((head, body)) = svg.split_once('>') else { return svg.into() };
    let size: Vec<&str> = head
        .split_once("viewBox=\"0 0 ")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or_else(Vec::new, |(size, _)| size.split(' ').collect());
    let [width, height] = size[..] else { return svg.into() };
    let mut out = format!(
        "{head} width=\"{width}\" height=\"{height}\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\
         {}<rect width=\"{width}\" height=\"{height}\" fill=\"var(--card)\"/>{body}\n",
        "<style>@media (prefers-color-scheme: dark){DARK}</style>"
    );
    let mut dark = String::new();
    for [name, light, colour] in palette() {
        let variable = format!("var(--{name})");
        if out.contains(&variable) {
            out = out.replace(&variable, &light);
            for property in ["fill", "stroke", "stop-color"] {
                dark += &format!("[{property}=\"{light}\"]{{{property}:{colour}}}");
            }
        }
    }
    out.replacen("DARK", &dark, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_file_knows_each_colour_by_its_value_and_colours_differ() {
        let all = palette();
        let different: HashSet<_> = all.iter().map(|c| &c[1]).collect();
        assert_eq!(different.len(), all.len(), "the dark colour is found by the light one");
        let svg =
            format!("<svg viewBox=\"0 0 8 6\"><path stroke=\"{}\" fill=\"var(--c1)\"/></svg>", amount(1.0));
        let file = standalone(&svg);
        assert!(file.contains("stroke=\"#161854\"") && file.contains("fill=\"#d55e00\""), "{file}");
        assert!(file.contains("width=\"8\" height=\"6\"") && !file.contains("var("), "{file}");
        assert!(file.contains("[stroke=\"#161854\"]{stroke:#fae85a}"), "{file}");
    }
}
