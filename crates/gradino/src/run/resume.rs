//! Going on with an interrupted run.
//!
//! An interrupted run finishes its files as valid slices: `events.hepmc3` then holds events 0..n and its
//! provenance says so, with the resolved configuration. `--resume` reads that, checks that everything
//! which shapes the events is the same ([`check_same_physics`]), draws the rest ([`remaining`]) into a
//! second file beside the first, and merges the two under the first name. Event n depends on the seed
//! and n alone, so the result is that of a run without interruption.

use crate::config::Config;
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// Keys that shape no event.
const OUTSIDE_PHYSICS: [&str; 3] = ["events", "threads", "output"];

/// The resolved configuration without what shapes no event: the number of events, threads and files.
pub fn physics_toml(config: &Config) -> String {
    let mut table: toml::Table = toml::from_str(&config.resolved_toml()).expect("it was just written");
    table.retain(|key, _| !OUTSIDE_PHYSICS.contains(&key));
    toml::to_string(&table).expect("a table can be written")
}

/// Checks that the configuration stored in `path` makes the same events as `now`.
pub fn check_same_physics(path: &Path, stored: &str, now: &Config) -> Result<()> {
    let then = flat(&physics_toml(&Config::from_toml(stored)?));
    let now = flat(&physics_toml(now));
    let absent = || "nothing".to_string();
    let differs = |key: &&String| then.get(*key) != now.get(*key);
    match then.keys().chain(now.keys()).find(differs) {
        None => Ok(()),
        Some(key) => Err(Error::OtherConfiguration {
            path: path.to_path_buf(),
            key: key.clone(),
            then: then.get(key).cloned().unwrap_or_else(absent),
            now: now.get(key).cloned().unwrap_or_else(absent),
        }),
    }
}

/// Numbers of the events that are still to be drawn; empty when all of them are there.
pub fn remaining(path: &Path, held: &Range<u64>, wanted: &Range<u64>) -> Result<Range<u64>> {
    if held.start != wanted.start || held.end > wanted.end {
        return Err(Error::NotResumable {
            path: path.to_path_buf(),
            held_start: held.start,
            held_end: held.end,
            start: wanted.start,
            end: wanted.end,
        });
    }
    Ok(held.end..wanted.end)
}

/// The values of a TOML text under their dotted keys.
fn flat(text: &str) -> BTreeMap<String, String> {
    fn add(prefix: &str, table: &toml::Table, out: &mut BTreeMap<String, String>) {
        for (key, value) in table {
            let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match value {
                toml::Value::Table(inner) => add(&key, inner, out),
                value => drop(out.insert(key, value.to_string())),
            }
        }
    }
    let mut out = BTreeMap::new();
    add("", &toml::from_str(text).expect("it was just written"), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LMax;
    use gradino_nuclear::decay::PartialWaves;

    #[test]
    fn only_what_shapes_events_must_stay_the_same() {
        let path = Path::new("events.hepmc3");
        let then = Config { seed: Some(7), ..Config::default() };
        let stored = then.resolved_toml();
        let mut now = Config { events: 5, threads: 3, ..then.clone() };
        now.output.overwrite = true;
        assert_eq!(check_same_physics(path, &stored, &now), Ok(()));
        now.cascade.l_max = LMax(PartialWaves::UpTo(6));
        let error = check_same_physics(path, &stored, &now).expect_err("another l_max");
        assert_eq!(error.to_string(), "events.hepmc3 was made with cascade.l_max = 5, now it is 6");
        now = Config { seed: Some(8), ..then };
        let error = check_same_physics(path, &stored, &now).expect_err("another seed");
        assert_eq!(error.to_string(), "events.hepmc3 was made with seed = 7, now it is 8");
    }

    #[test]
    fn a_resumed_run_draws_what_is_missing() {
        let path = Path::new("events.hepmc3");
        assert_eq!(remaining(path, &(0..300), &(0..1000)), Ok(300..1000));
        assert_eq!(remaining(path, &(0..1000), &(0..1000)), Ok(1000..1000));
        for held in [10..300, 0..2000] {
            assert!(matches!(remaining(path, &held, &(0..1000)), Err(Error::NotResumable { .. })));
        }
    }
}
