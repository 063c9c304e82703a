//! The embedded tables against the laws they must obey and against the files they were made from.

use gradino_core::{Nuclide, Parity};
use gradino_nuclear::Error;
use gradino_nuclear::structure::{ContinuumStart, LevelScheme, StructureLibrary, builtin, masses, ripl};
use std::path::PathBuf;
use std::time::Instant;

const K40: Nuclide = Nuclide::new(19, 40);

/// The shared RIPL folder, or a message and nothing.
fn ripl_levels() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ripl4/levels"));
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// Laws of every level scheme.
fn check_laws(scheme: &LevelScheme) {
    let name = scheme.nuclide;
    assert_eq!(scheme.levels[0].energy, 0.0, "{name}");
    assert!(scheme.complete() >= 1, "{name}");
    assert!(scheme.levels.windows(2).all(|w| w[0].energy < w[1].energy), "{name}");
    for level in &scheme.levels {
        let at = format!("{name} at {} MeV", level.energy);
        assert_eq!(level.two_j % 2, scheme.nuclide.a % 2, "{at}");
        assert!(level.transitions.iter().all(|t| scheme.levels[t.to].energy < level.energy), "{at}");
        let sum: f64 = level.transitions.iter().map(|t| t.probability).sum();
        assert!(level.transitions.is_empty() || (sum - 1.0).abs() < 1e-12, "{at}: {sum}");
    }
}

/// The same scheme, with branchings to five digits.
fn assert_same(ours: &LevelScheme, theirs: &LevelScheme) {
    let summary = |s: &LevelScheme| (s.nuclide, s.continuum_from, s.complete());
    assert_eq!(summary(ours), summary(theirs));
    for (a, b) in ours.levels.iter().zip(&theirs.levels) {
        assert_eq!((a.energy, a.two_j, a.parity, a.assigned), (b.energy, b.two_j, b.parity, b.assigned));
        assert_eq!(a.transitions.len(), b.transitions.len());
        for (s, t) in a.transitions.iter().zip(&b.transitions) {
            assert_eq!(s.to, t.to);
            assert!((s.probability / t.probability - 1.0).abs() < 1e-4);
        }
    }
}

#[test]
fn builtin_schemes_conserve_probability_and_go_down_in_energy() {
    let started = Instant::now();
    let library = StructureLibrary::builtin();
    println!("embedded levels read in {:?}", started.elapsed());
    library.iter().for_each(check_laws);
    // Only 40K, where cascades start, keeps levels that the continuum stands for.
    for scheme in library.iter().filter(|s| s.nuclide != K40) {
        assert!(scheme.continuum_from >= scheme.last_level_energy(), "{}", scheme.nuclide);
    }
    let levels: usize = library.iter().map(|s| s.levels.len()).sum();
    println!("{} nuclides, {levels} levels", library.iter().count());
    assert!(levels > 4000);
}

#[test]
fn every_embedded_scheme_has_a_mass() {
    for scheme in StructureLibrary::builtin().iter() {
        assert!(masses::mass_excess(scheme.nuclide).is_ok(), "{}", scheme.nuclide);
    }
}

#[test]
fn residues_of_excited_potassium_start_their_continuum_at_the_completeness_level_of_capote2009() {
    let library = StructureLibrary::builtin();
    for (name, levels, from) in [
        ("40K", 60, 3.92407),
        ("39K", 64, 6.551),
        ("39Ar", 35, 4.12),
        ("38Ar", 77, 7.702),
        ("36Cl", 42, 4.55143),
        ("40Ar", 74, 6.013),
    ] {
        let scheme = library.scheme(name.parse().expect(name)).expect(name);
        assert_eq!((scheme.complete(), scheme.continuum_from), (levels, from), "{name}");
    }
}

#[test]
fn nucleons_leave_potassium_at_10_mev_to_discrete_levels_only_and_at_15_mev_also_to_the_continuum() {
    // The split of the reference widths of 40K*(1+) with schemes cut at Nmax.
    let library = StructureLibrary::builtin();
    let room = |excitation: f64, fragment: Nuclide| {
        let residue = K40.minus(fragment).expect("a residue");
        let left = excitation - masses::separation_energy(K40, fragment).expect("known masses");
        left - library.scheme(residue).expect("a scheme").continuum_from
    };
    let (neutron, proton, deuteron) = (Nuclide::new(0, 1), Nuclide::new(1, 1), Nuclide::new(1, 2));
    assert!(room(10.0, neutron) < 0.0 && room(10.0, proton) < 0.0);
    assert!(room(15.0, neutron) > 0.0 && room(15.0, proton) > 0.0 && room(15.0, deuteron) < 0.0);
}

#[test]
fn first_levels_of_potassium_40_are_those_of_nuclear_data_sheets() {
    let library = StructureLibrary::builtin();
    let scheme = library.scheme(K40).expect("40K");
    let ground = &scheme.levels[0];
    assert_eq!((ground.two_j, ground.parity, ground.assigned), (8, Parity::Minus, true));
    assert_eq!(scheme.closest_level(2.29), 10);
    let level = &scheme.levels[10];
    assert_eq!((level.energy, level.two_j, level.parity), (2.289868, 2, Parity::Plus));
}

#[test]
fn the_isobaric_analogue_state_of_potassium_40_keeps_its_measured_photons() {
    // 4383.7 keV, 0+, above the completeness energy: nearly all of it goes to the 1+ level at 2290 keV.
    let library = StructureLibrary::builtin();
    let scheme = library.scheme(K40).expect("40K");
    let level = scheme.known_level(4.3837, (0, Parity::Plus), 0.01).expect("a known level");
    assert!(level >= scheme.complete());
    let strongest =
        scheme.levels[level].transitions.iter().max_by(|a, b| a.probability.total_cmp(&b.probability));
    let to = &scheme.levels[strongest.expect("it decays").to];
    assert_eq!((to.two_j, to.parity), (2, Parity::Plus));
    assert_eq!(scheme.known_level(4.3837, (4, Parity::Minus), 1e-3), None);
}

#[test]
fn shared_ripl_files_are_read_for_all_elements() {
    let Some(folder) = ripl_levels() else { return };
    for start in [ContinuumStart::Completeness, ContinuumStart::LastLevel] {
        let library = StructureLibrary::empty().with_ripl_dir(&folder, start).expect("sound files");
        library.iter().for_each(check_laws);
        println!("{start:?}: {} nuclides", library.iter().count());
    }
}

#[test]
fn the_embedded_table_equals_the_ripl_files_it_was_made_from() {
    let Some(folder) = ripl_levels() else { return };
    let library =
        StructureLibrary::empty().with_ripl_dir(&folder, ContinuumStart::Completeness).expect("sound files");
    for ours in builtin::schemes() {
        assert_same(ours, library.scheme(ours.nuclide).expect("in RIPL"));
    }
}

#[test]
fn the_compact_format_gives_back_what_was_written() {
    let text = builtin::write(builtin::schemes());
    let again = builtin::parse(&text, "again").expect("what we write we read");
    assert_eq!(again.len(), builtin::schemes().len());
    again.iter().zip(builtin::schemes()).for_each(|(a, b)| assert_same(a, b));
}

#[test]
fn a_damaged_compact_table_is_refused_with_its_line() {
    for (text, line) in [
        ("19,40,1,2\n0,8-,1\n", 1),
        ("19,40,1,1\n0,8,1\n", 2),
        ("19,40,1,2\n0,8-,1\n1,6-,1,1:1\n", 3),
        ("19,8,1,1\n0,8-,1\n", 1),
    ] {
        let Err(Error::BadLine { line: found, .. }) = builtin::parse(text, "bad") else { panic!("{text}") };
        assert_eq!(found, line, "{text}");
    }
}

#[test]
fn marley_files_replace_embedded_schemes_and_are_cut_where_these_end() {
    let folder = std::env::temp_dir().join(format!("gradino-marley-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("K40.txt"), "19 40 3\n0 8 - 0\n0.03 6 - 0\n9 6 - 1\n8.97 1 1\n")
        .expect("a file");
    let cut = |start| {
        let library = StructureLibrary::builtin().with_marley_dir(&folder, start).expect("a sound file");
        let scheme = library.scheme(K40).expect("40K");
        (scheme.levels.len(), scheme.continuum_from)
    };
    assert_eq!(cut(ContinuumStart::LastLevel), (3, 9.0));
    assert_eq!(cut(ContinuumStart::Completeness), (2, 3.92407));
    std::fs::remove_dir_all(&folder).expect("our own folder");
}

#[test]
fn a_folder_without_level_files_is_an_error_with_a_hint() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let error = StructureLibrary::empty().with_ripl_dir(&folder, ContinuumStart::Completeness);
    assert!(error.expect_err("no zNNN.dat here").hint().is_some());
    assert!(ripl::read_file(&folder.join("no-such-file")).is_err());
}

#[test]
fn every_source_named_in_the_room_is_in_the_literature() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let literature = std::fs::read_to_string(folder.join("data/literature.bib")).expect("the list");
    for key in ["wang2021", "capote2009", "koning2008", "myers1966", "gardiner2021", "tiesinga2021"] {
        assert!(literature.contains(&format!("{{{key},")), "{key}");
    }
}
