//! Merged files are those of the whole run, and files that do not fit are told why.

mod support;

use gradino::Error;
use gradino::io::{SinkOptions, create, merge};
use std::fs;
use std::path::{Path, PathBuf};
use support::{ENDINGS, folder, message, provenance, sample_event, write};

fn pieces(folder: &Path, ending: &str, ranges: &[(u64, u64)]) -> Vec<PathBuf> {
    ranges
        .iter()
        .map(|(first, count)| {
            let path = folder.join(format!("{first}-{count}.{ending}"));
            write(&path, *first, *count).expect("a run is written");
            path
        })
        .collect()
}

#[test]
fn a_merged_file_is_that_of_the_whole_run_to_the_bit() {
    let folder = folder("merge");
    for ending in ENDINGS {
        let whole = folder.join(format!("whole.{ending}"));
        write(&whole, 10, 30).unwrap();
        let inputs = pieces(&folder, ending, &[(31, 9), (10, 8), (18, 0), (18, 13)]);
        let merged = folder.join(format!("merged.{ending}"));
        let summary = merge(&inputs, &merged, SinkOptions::default()).unwrap();
        assert_eq!(summary.events, 30);
        assert!(fs::read(whole).unwrap() == fs::read(merged).unwrap(), "{ending}");
    }
}

#[test]
fn files_of_all_formats_merge_into_any_format() {
    let folder = folder("merge-mixed");
    let mut inputs = pieces(&folder, "parquet", &[(0, 6)]);
    inputs.extend(pieces(&folder, "hepmc3.zst", &[(6, 5)]));
    for ending in ENDINGS {
        let (whole, merged) = (folder.join(format!("w.{ending}")), folder.join(format!("m.{ending}")));
        write(&whole, 0, 11).unwrap();
        merge(&inputs, &merged, SinkOptions::default()).unwrap();
        assert!(fs::read(whole).unwrap() == fs::read(merged).unwrap(), "{ending}");
    }
}

#[test]
fn overlapping_and_missing_events_are_named() {
    let folder = folder("merge-ranges");
    let output = folder.join("out.hepmc3");
    let inputs = pieces(&folder, "hepmc3", &[(0, 10), (8, 4)]);
    let (first, second) = (inputs[0].clone(), inputs[1].clone());
    let error = merge(&inputs, &output, SinkOptions::default()).unwrap_err();
    assert_eq!(error, Error::OverlappingEvents { first, second, from: 8, to: 9 }, "{}", message(&error));
    let inputs = pieces(&folder, "hepmc3", &[(20, 2), (25, 2)]);
    let (first, second) = (inputs[0].clone(), inputs[1].clone());
    let error = merge(&inputs, &output, SinkOptions::default()).unwrap_err();
    assert_eq!(error, Error::MissingEvents { first, second, from: 22, to: 24 }, "{}", message(&error));
    assert_eq!(merge(&[], &output, SinkOptions::default()), Err(Error::NothingToMerge));
    assert!(!output.exists());
}

#[test]
fn files_of_different_runs_are_refused_with_what_differs() {
    let folder = folder("merge-different");
    let first = folder.join("first.parquet");
    write(&first, 0, 1).unwrap();
    let mut changed = [(); 3].map(|()| provenance(1, 1));
    changed[0].seed = 8;
    changed[1].config_toml = changed[1].config_toml.replace("backshifted", "constant");
    changed[2].parameters[1].value = -50.0;
    let expected =
        [("seed", "7", "8"), ("config_toml", "backshifted", "constant"), ("optical.v", "-51.3", "-50")];
    for (i, (provenance, (item, one, other))) in changed.iter().zip(expected).enumerate() {
        let second = folder.join(format!("{i}.hepmc3"));
        let mut sink = create(&second, provenance, SinkOptions::default()).unwrap();
        sink.write(&sample_event(1)).unwrap();
        sink.finish().unwrap();
        let output = folder.join("out.parquet");
        let error = merge(&[first.clone(), second], &output, SinkOptions::default()).unwrap_err();
        let text = message(&error);
        assert!([item, one, other].iter().all(|part| text.contains(part)), "{text}");
    }
}
