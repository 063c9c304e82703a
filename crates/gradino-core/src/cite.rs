//! Citations: a model names its sources by key; a run prints what it used.

use std::collections::BTreeMap;

/// A citation key with its reference, as in `literature.bib`.
#[derive(Clone, Debug, Default)]
pub struct Citations {
    used: BTreeMap<String, String>,
}

impl Citations {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }
    /// Notes that `key` was used, with what for.
    pub fn cite(&mut self, key: &str, what_for: &str) {
        self.used.entry(key.to_string()).or_insert_with(|| what_for.to_string());
    }
    /// Keys and what they were used for, in order of the key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.used.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }
}
