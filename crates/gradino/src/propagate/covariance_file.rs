//! A user's file with standard deviations and correlations (TOML), or with a covariance matrix (CSV).

use crate::error::{Error, Result};
use gradino_core::ParamSet;
use gradino_infer::ParameterCovariance;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The TOML form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    /// Standard deviation of each parameter, in its unit.
    parameters: BTreeMap<String, f64>,
    #[serde(default)]
    correlation: Vec<Correlation>,
}

/// Correlation of two parameters of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Correlation {
    between: [String; 2],
    value: f64,
}

/// What is wrong with a file, or an error that says so itself.
enum Problem {
    Text(String),
    Error(Error),
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Problem::Text(text)
    }
}

impl From<gradino_infer::Error> for Problem {
    fn from(error: gradino_infer::Error) -> Self {
        Problem::Error(error.into())
    }
}

/// Reads a covariance of parameters of `set` from `path`; the ending chooses the form.
pub fn read_covariance(path: &Path, set: &ParamSet) -> Result<ParameterCovariance> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Unreadable { path: path.to_path_buf(), reason: error.to_string() })?;
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let read = match ending.as_str() {
        "toml" => of_toml(&text),
        "csv" => of_csv(&text),
        _ => Err(Problem::Text("its ending is neither .toml nor .csv".into())),
    };
    let covariance = read.map_err(|problem| match problem {
        Problem::Text(problem) => Error::BadCovariance { path: path.to_path_buf(), problem },
        Problem::Error(error) => error,
    })?;
    covariance.names().iter().try_for_each(|name| set.position(name).map(|_| ()))?;
    Ok(covariance)
}

fn of_toml(text: &str) -> std::result::Result<ParameterCovariance, Problem> {
    let tables: Tables = toml::from_str(text).map_err(|e| e.message().to_string())?;
    let (names, sigmas): (Vec<String>, Vec<f64>) = tables.parameters.into_iter().unzip();
    if let Some(i) = sigmas.iter().position(|s| !(s.is_finite() && *s >= 0.0)) {
        return Err(format!("the standard deviation of {} is {}", names[i], sigmas[i]).into());
    }
    let n = names.len();
    let mut matrix = vec![0.0; n * n];
    (0..n).for_each(|i| matrix[i * n + i] = sigmas[i] * sigmas[i]);
    for Correlation { between: [first, second], value } in tables.correlation {
        let place = |name: &str| {
            let place = names.iter().position(|known| known == name);
            place
                .ok_or_else(|| format!("{name} has a correlation, but no standard deviation in [parameters]"))
        };
        let (i, j) = (place(&first)?, place(&second)?);
        if i == j || !(-1.0..=1.0).contains(&value) {
            return Err(format!("the correlation of {first} and {second} is {value}").into());
        }
        matrix[i * n + j] = value * sigmas[i] * sigmas[j];
        matrix[j * n + i] = matrix[i * n + j];
    }
    Ok(ParameterCovariance::new(names, &matrix)?)
}

/// A line of names, then a line of numbers for each; lines that begin with # are skipped.
fn of_csv(text: &str) -> std::result::Result<ParameterCovariance, Problem> {
    let lines = text.lines().enumerate().map(|(i, line)| (i + 1, line.trim()));
    let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (_, header) = lines.next().ok_or("it has no header with names".to_string())?;
    let names: Vec<String> = header.split(',').map(|name| name.trim().trim_matches('"').into()).collect();
    let (mut matrix, mut rows) = (Vec::new(), 0);
    for (number, line) in lines {
        rows += 1;
        let before = matrix.len();
        for cell in line.split(',') {
            let value: f64 = cell
                .trim()
                .parse()
                .map_err(|_| format!("line {number}: \"{}\" is no number", cell.trim()))?;
            matrix.push(value);
        }
        let found = matrix.len() - before;
        if found != names.len() {
            return Err(format!("line {number} has {found} numbers for {} parameters", names.len()).into());
        }
    }
    if rows != names.len() {
        return Err(format!("it is not square: {rows} rows for {} parameters", names.len()).into());
    }
    Ok(ParameterCovariance::new(names, &matrix)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Parameter;
    use proptest::prelude::*;

    fn read(name: &str, text: &str) -> Result<ParameterCovariance> {
        let folder = std::env::temp_dir().join(format!("gradino-covariance-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        let list = ["level_density.a", "optical.rv_0"].map(|n| Parameter::new(n, 1.0, "", "", "")).to_vec();
        read_covariance(&path, &ParamSet::new(list))
    }

    const TOML: &str = "[parameters]\n\"level_density.a\" = 0.1\n\"optical.rv_0\" = 0.2\n";

    #[test]
    fn both_forms_say_the_same() {
        let correlation = "[[correlation]]\nbetween = [\"optical.rv_0\", \"level_density.a\"]\nvalue = 0.5\n";
        let one = read("a.toml", &format!("{TOML}{correlation}")).expect("a good file");
        let csv = "# mine\nlevel_density.a, optical.rv_0\n0.01, 0.01\n0.01, 0.04\n";
        let two = read("a.csv", csv).expect("a good file");
        assert_eq!(one.names(), two.names());
        assert!((one.matrix() - two.matrix()).amax() < 1e-15);
    }

    #[test]
    fn bad_files_are_errors_that_name_the_fault() {
        let pair = |value: &str, other: &str| {
            format!("{TOML}[[correlation]]\nbetween = [\"level_density.a\", \"{other}\"]\nvalue = {value}\n")
        };
        let bad = [
            ("b.toml", "[parameters]\n\"level_density.b\" = 1.0\n".into(), "level_density.b"),
            ("b.toml", "[parameters]\n\"level_density.a\" = -1.0\n".into(), "-1"),
            ("b.toml", "[parameters]\n\"level_density.a\" = nan\n".into(), "NaN"),
            ("b.toml", "[parametres]\n".into(), "parametres"),
            ("b.toml", pair("1.5", "optical.rv_0"), "1.5"),
            ("b.toml", pair("0.5", "optical.av_0"), "optical.av_0"),
            ("b.toml", pair("0.5", "level_density.a"), "level_density.a"),
            ("b.csv", String::new(), "header"),
            ("b.csv", "level_density.a,optical.rv_0\n1,0\n".into(), "not square: 1 rows"),
            ("b.csv", "level_density.a,optical.rv_0\n1\n0\n".into(), "line 2 has 1 numbers"),
            ("b.csv", "level_density.a,optical.rv_0\n1,x\n0,1\n".into(), "\"x\""),
            ("b.csv", "level_density.a,optical.rv_0\n1,NaN\nNaN,1\n".into(), "NaN"),
            ("b.csv", "level_density.a,optical.rv_0\n1,2\n2,1\n".into(), "eigenvalue -1.000 along"),
            ("b.csv", "level_density.a,optical.rv_0\n1,0.5\n0.4,1\n".into(), "mirror"),
            ("b.csv", "level_density.a,level_density.a\n1,0\n0,1\n".into(), "twice"),
            ("b.txt", String::new(), ".toml"),
        ];
        for (name, text, wanted) in bad {
            let error = read(name, &text).expect_err(wanted);
            assert!(error.to_string().contains(wanted), "{error} should name {wanted}");
            assert!(error.hint().is_some(), "{error}");
        }
        let error = read("b.toml", "[parameters]\n\"level_density.b\" = 1.0\n").expect_err("unknown");
        assert_eq!(error.hint().as_deref(), Some("did you mean \"level_density.a\"?"));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_readers_panic(text in "[a-z.,0-9\\[\\]=\"\n -]{0,80}") {
            let _ = (of_csv(&text).is_ok(), of_toml(&text).is_ok());
        }
    }
}
