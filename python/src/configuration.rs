//! Configurations from paths, texts and dictionaries.

use crate::error::{config_error, raise};
use gradino::Config;
use gradino::config::KnockoutChoices;
use gradino::fit::FitConfig;
use gradino::flow::FlowConfig;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Sections that a fixed state replaces.
const BEAM: [&str; 3] = ["flux", "target", "reaction"];

/// The annotated default configuration, as TOML.
#[pyfunction]
pub(crate) fn default_config() -> &'static str {
    Config::annotated()
}

/// The configuration with every default, as TOML: read from a path, a TOML text or a mapping (None: the
/// defaults), with `overrides` put over it.
#[pyfunction]
#[pyo3(signature = (config: "object", overrides: "dict[str, object]") -> "str")]
pub(crate) fn resolve(config: &Bound<'_, PyAny>, overrides: &Bound<'_, PyDict>) -> PyResult<String> {
    let config: Config = read(config)?;
    if overrides.is_empty() {
        return Ok(config.resolved_toml());
    }
    let mut table: Table = toml::from_str(&config.resolved_toml()).expect("it was just written");
    let overrides = mapping(overrides.as_mapping(), "")?;
    if overrides.contains_key("state") {
        table.retain(|key, _| !BEAM.contains(&key));
    }
    for (key, value) in overrides {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) if key != "state" => old.extend(new),
            (_, value) => drop(table.insert(key, value)),
        }
    }
    Ok(from_table::<Config>(&table)?.resolved_toml())
}

/// A kind of configuration.
pub(crate) trait Configuration: Sized {
    /// What stands where none is given.
    fn of_nothing() -> gradino::Result<Self>;
    /// From TOML.
    fn of_text(text: &str) -> gradino::Result<Self>;
    /// From a file.
    fn of_file(path: &Path) -> gradino::Result<Self>;
}

impl Configuration for Config {
    fn of_nothing() -> gradino::Result<Self> {
        Ok(Config::default())
    }
    fn of_text(text: &str) -> gradino::Result<Self> {
        Config::from_toml(text)
    }
    fn of_file(path: &Path) -> gradino::Result<Self> {
        Config::from_file(path)
    }
}

impl Configuration for FitConfig {
    fn of_nothing() -> gradino::Result<Self> {
        FitConfig::from_toml(FitConfig::annotated())
    }
    fn of_text(text: &str) -> gradino::Result<Self> {
        FitConfig::from_toml(text)
    }
    fn of_file(path: &Path) -> gradino::Result<Self> {
        FitConfig::from_file(path)
    }
}

impl Configuration for FlowConfig {
    fn of_nothing() -> gradino::Result<Self> {
        Ok(FlowConfig::default())
    }
    fn of_text(text: &str) -> gradino::Result<Self> {
        FlowConfig::from_toml(text)
    }
    fn of_file(path: &Path) -> gradino::Result<Self> {
        FlowConfig::from_file(path)
    }
}

/// Reads a path, a TOML text, a mapping, or nothing.
pub(crate) fn read<C: Configuration>(config: &Bound<'_, PyAny>) -> PyResult<C> {
    if config.is_none() {
        return C::of_nothing().map_err(raise);
    }
    if let Ok(text) = config.cast::<PyString>() {
        let text = text.to_str()?;
        return from_text(text).map_err(raise);
    }
    if let Ok(values) = config.cast::<PyMapping>() {
        return from_table(&mapping(values, "")?);
    }
    match config.extract::<PathBuf>() {
        Ok(path) => C::of_file(&path).map_err(raise),
        Err(_) => {
            let kind = config.get_type();
            Err(config_error(
                &format!("a configuration cannot be a {}", kind.name()?),
                "give a path, a TOML text or a dict",
            ))
        }
    }
}

/// A text with a line break or an equals sign is TOML, unless it names a file; any other is a path.
fn from_text<C: Configuration>(text: &str) -> gradino::Result<C> {
    let is_toml = text.trim().is_empty() || text.contains(['\n', '=']);
    if is_toml && !(text.lines().count() == 1 && Path::new(text).is_file()) {
        return C::of_text(text);
    }
    C::of_file(Path::new(text))
}

/// The choices of [knockout] in a dict.
pub(crate) fn knockout_choices(values: &Bound<'_, PyDict>) -> PyResult<KnockoutChoices> {
    let section = Value::Table(mapping(values.as_mapping(), "knockout")?);
    let table = Table::from_iter([("knockout".to_string(), section)]);
    let text = toml::to_string(&table).map_err(|e| config_error(&e.to_string(), "check the values"))?;
    KnockoutChoices::from_toml(&text).map_err(|e| raise(e.without_line()))
}

fn from_table<C: Configuration>(table: &Table) -> PyResult<C> {
    let text = toml::to_string(table).map_err(|e| config_error(&e.to_string(), "check the values"))?;
    C::of_text(&text).map_err(|e| raise(e.without_line()))
}

fn mapping(values: &Bound<'_, PyMapping>, path: &str) -> PyResult<Table> {
    let mut table = Table::new();
    for item in values.items()?.iter() {
        let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item.extract()?;
        let key: String = key.extract().map_err(|_| {
            config_error(&format!("the key {key} of {} is no text", place(path)), "keys are names")
        })?;
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        table.insert(key, value_of(&value, &path)?);
    }
    Ok(table)
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the configuration" } else { path }
}

/// A Python value as TOML.
fn value_of(value: &Bound<'_, PyAny>, path: &str) -> PyResult<Value> {
    if let Ok(text) = value.extract::<String>() {
        return Ok(Value::String(text));
    }
    if let Ok(values) = value.cast::<PyMapping>() {
        return mapping(values, path).map(Value::Table);
    }
    if let Ok(truth) = value.extract::<bool>() {
        return Ok(Value::Boolean(truth));
    }
    if value.hasattr("__index__")? {
        let whole = value.extract::<i64>();
        return whole.map(Value::Integer).map_err(|_| {
            config_error(
                &format!("{path} = {value} is too large"),
                "whole numbers end at 9223372036854775807",
            )
        });
    }
    if let Ok(number) = value.extract::<f64>() {
        return Ok(Value::Float(number));
    }
    if value.hasattr("__fspath__")? {
        return Ok(Value::String(value.extract::<PathBuf>()?.display().to_string()));
    }
    if value.is_none() {
        return Err(config_error(&format!("{path} is None"), "leave the key out for its default"));
    }
    match value.try_iter() {
        Ok(items) => items
            .enumerate()
            .map(|(i, item)| value_of(&item?, &format!("{path}[{i}]")))
            .collect::<PyResult<_>>()
            .map(Value::Array),
        Err(_) => Err(config_error(
            &format!("{path} cannot be a {}", value.get_type().name()?),
            "use numbers, texts, lists and dicts",
        )),
    }
}
