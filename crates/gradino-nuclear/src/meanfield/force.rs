//! Skyrme forces: the built-in ones, those of a file, and their named parameters.

use crate::error::{Error, Result};
use gradino_core::{ParamSet, Parameter, Params, Real};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The built-in forces.
const TABLE: &str = include_str!("../../data/SkyrmeForces.toml");
/// Their names.
const NAMES: [&str; 4] = ["SLy4", "SkM*", "SIII", "SkE2"];
/// Name of a force whose file does not give one.
const NAMELESS: &str = "user";

/// A Skyrme force.
#[derive(Clone, Debug)]
pub struct SkyrmeForce {
    /// Its name.
    pub name: String,
    /// The parameters `skyrme.t0` to `skyrme.j2`.
    pub parameters: ParamSet,
}

/// One force of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    source: String,
    t0: f64,
    t1: f64,
    t2: f64,
    t3: f64,
    x0: f64,
    x1: f64,
    x2: f64,
    x3: f64,
    sigma: f64,
    w0: f64,
    #[serde(default)]
    t4: f64,
    #[serde(default)]
    j2: f64,
}

impl SkyrmeForce {
    /// Names of the built-in forces.
    pub fn names() -> &'static [&'static str] {
        &NAMES
    }

    /// A built-in force, by its name in any case.
    pub fn named(name: &str) -> Result<Self> {
        let mut rows: BTreeMap<String, Row> =
            toml::from_str(TABLE).expect("a test reads the table that is built in");
        let known = NAMES.iter().find(|known| known.eq_ignore_ascii_case(name));
        let row = known.and_then(|known| Some((*known, rows.remove(*known)?)));
        let unknown =
            || Error::UnknownModel { kind: "Skyrme force", name: name.to_string(), known: NAMES.to_vec() };
        let (known, row) = row.ok_or_else(unknown)?;
        Ok(Self::from_row(known, &row))
    }

    /// The force of a TOML file with the keys t0, t1, t2, t3, x0, x1, x2, x3, sigma, w0 and, if wanted, t4, j2,
    /// name and source, in the form and the units of the built-in table.
    pub fn from_file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|e| Error::Unreadable { path: name.clone(), reason: e.to_string() })?;
        Self::from_toml(&text, &name)
    }

    /// The force of a TOML text; `path` serves for messages.
    pub fn from_toml(text: &str, path: &str) -> Result<Self> {
        let row: Row = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            Error::BadForce {
                path: path.to_string(),
                line: text[..start].matches('\n').count() + 1,
                problem: error.message().to_string(),
            }
        })?;
        let force = Self::from_row(row.name.as_deref().unwrap_or(NAMELESS), &row);
        for p in force.parameters.iter() {
            let [lower, upper] = p.bounds;
            if !(lower..=upper).contains(&p.value) {
                let (name, value) = (p.name.clone(), p.value);
                return Err(gradino_core::Error::OutOfBounds { name, value, lower, upper }.into());
            }
        }
        Ok(force)
    }

    fn from_row(name: &str, row: &Row) -> Self {
        let p = |key: &str, value: f64, unit: &str, [lower, upper]: [f64; 2], meaning: &str| {
            Parameter::new(&format!("skyrme.{key}"), value, unit, &row.source, meaning).bounded(lower, upper)
        };
        let exchange = [-10.0, 10.0];
        let momentum = [-5000.0, 5000.0];
        let list = vec![
            p("t0", row.t0, "MeV fm3", [-1e4, 0.0], "contact term"),
            p("t1", row.t1, "MeV fm5", momentum, "momentum-dependent term of even waves"),
            p("t2", row.t2, "MeV fm5", momentum, "momentum-dependent term of odd waves"),
            p("t3", row.t3, "MeV fm(3+3sigma)", [0.0, 1e5], "density-dependent contact term"),
            p("x0", row.x0, "", exchange, "spin exchange of t0"),
            p("x1", row.x1, "", exchange, "spin exchange of t1"),
            p("x2", row.x2, "", exchange, "spin exchange of t2"),
            p("x3", row.x3, "", exchange, "spin exchange of t3"),
            p("sigma", row.sigma, "", [0.01, 2.0], "power of the density in the density-dependent term"),
            p("w0", row.w0, "MeV fm5", [0.0, 500.0], "spin-orbit term"),
            p("t4", row.t4, "MeV fm8", [-1e5, 1e5], "momentum-dependent three-body term"),
            p("j2", row.j2, "", [0.0, 1.0], "share of the terms in J^2: 1 of the whole force, 0 dropped"),
        ];
        SkyrmeForce { name: name.to_string(), parameters: ParamSet::new(list) }
    }
}

/// The parameters of a Skyrme force as numbers; units as in [`SkyrmeForce`].
#[derive(Clone, Copy, Debug)]
pub struct Skyrme<D> {
    /// Strengths t0 to t4 of the contact, momentum-dependent, density-dependent and three-body terms.
    pub t: [D; 5],
    /// Spin exchange x0 to x3.
    pub x: [D; 4],
    /// Power of the density.
    pub sigma: D,
    /// Spin-orbit strength.
    pub w0: D,
    /// Share of the terms in J^2, which some fits keep (1) and others drop (0).
    pub j2: D,
}

impl<D: Real> Skyrme<D> {
    /// From the named parameters.
    pub fn new(theta: &Params<D>) -> Self {
        Skyrme {
            t: ["skyrme.t0", "skyrme.t1", "skyrme.t2", "skyrme.t3", "skyrme.t4"].map(|name| theta[name]),
            x: ["skyrme.x0", "skyrme.x1", "skyrme.x2", "skyrme.x3"].map(|name| theta[name]),
            sigma: theta["skyrme.sigma"],
            w0: theta["skyrme.w0"],
            j2: theta["skyrme.j2"],
        }
    }

    /// In other numbers, each made by `to`.
    pub fn map<E: Real>(&self, to: impl Fn(D) -> E) -> Skyrme<E> {
        Skyrme {
            t: self.t.map(&to),
            x: self.x.map(&to),
            sigma: to(self.sigma),
            w0: to(self.w0),
            j2: to(self.j2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_built_in_table_is_read() {
        let rows: BTreeMap<String, Row> = toml::from_str(TABLE).expect("a sound table");
        assert_eq!(rows.len(), NAMES.len());
        for name in NAMES {
            let force = SkyrmeForce::named(&name.to_lowercase()).expect(name);
            assert_eq!(force.name, name);
            assert!(force.parameters.iter().all(|p| (p.bounds[0]..=p.bounds[1]).contains(&p.value)));
            assert!(force.parameters.iter().all(|p| !p.source.is_empty()));
        }
    }

    #[test]
    fn a_slip_in_the_name_of_a_force_is_mended() {
        let error = SkyrmeForce::named("SLy5").expect_err("not built in");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"SLy4\"?"));
    }

    #[test]
    fn a_file_with_a_mistake_names_its_line() {
        let good = "t0 = -1128.75\nt1 = 395.0\nt2 = -95.0\nt3 = 14000.0\nx0 = 0.45\nx1 = 0.0\nx2 = 0.0\nx3 = 1.0\nsigma = 1.0\nw0 = 120.0\n";
        let force = SkyrmeForce::from_toml(good, "my.toml").expect("a whole force");
        assert_eq!((force.name.as_str(), force.parameters.len()), ("user", 12));
        let line_of = |text: &str| match SkyrmeForce::from_toml(text, "my.toml") {
            Err(Error::BadForce { line, problem, .. }) => (line, problem),
            other => panic!("{other:?}"),
        };
        let (line, problem) = line_of(&good.replace("t2 =", "t9 ="));
        assert!(line == 3 && problem.contains("t9"), "{line} {problem}");
        assert!(line_of(&good.replace("t2 = -95.0\n", "")).1.contains("t2"));
        assert_eq!(line_of(&good.replace("0.45", "none")).0, 5);
        let beyond = SkyrmeForce::from_toml(&good.replace("sigma = 1.0", "sigma = nan"), "my.toml");
        assert!(beyond.expect_err("no number").hint().is_some());
    }
}
