use super::*;
use proptest::prelude::*;

fn message(text: &str) -> (String, String) {
    let error = Config::from_toml(text).expect_err(text);
    (error.to_string(), error.hint().unwrap_or_default())
}

#[track_caller]
fn refused(text: &str, error: &str, hint: &str) {
    assert_eq!(message(text), (error.to_string(), hint.to_string()));
}

#[test]
fn an_empty_configuration_is_the_default_job() {
    let config = Config::from_toml("").expect("valid");
    assert_eq!(config, Config::default());
    assert_eq!(config.events, 100_000);
    let Source::Beam(beam) = &config.source else { panic!("neutrinos on argon") };
    assert_eq!(beam.target.to_string(), "40Ar");
    assert_eq!(beam.flux.spectrum, Spectrum::Pinched { mean_energy: 9.5, alpha: 2.5 });
}

#[test]
fn the_annotated_configuration_is_the_default() {
    assert_eq!(Config::from_toml(Config::annotated()), Ok(Config::default()));
    for choice in all_choices() {
        assert!(Config::annotated().contains(choice.name), "{} is not explained", choice.name);
    }
}

#[test]
fn every_choice_is_read_under_its_name() {
    for choice in all_choices() {
        let (section, key) = choice.key.split_once('.').expect("section and key");
        let value = match choice.key {
            "reaction.processes" => format!("[\"{}\"]", choice.name),
            _ => format!("\"{}\"", choice.name),
        };
        let rest = match choice.name {
            "mono" => "energy = \"12 MeV\"",
            "uniform" => "min = \"5 MeV\"\nmax = \"50 MeV\"",
            "fermi-dirac" => "temperature = \"3.5 MeV\"",
            "table" => "file = \"flux.csv\"",
            "csv" | "histogram" | "snowglobes" => "kind = \"table\"\nfile = \"flux.csv\"",
            "electromagnetic" => "[flux]\nlepton = \"e-\"\n[reaction]\nprocesses = [\"1p1h\"]",
            _ if section == "knockout" || key == "lepton" => "[reaction]\nprocesses = [\"1p1h\"]",
            _ => "",
        };
        let text = format!("[{section}]\n{key} = {value}\n{rest}");
        let config = Config::from_toml(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(Config::from_toml(&config.resolved_toml()).as_ref(), Ok(&config), "{text}");
    }
}

#[test]
fn a_resolved_configuration_prints_every_default_and_the_seed() {
    let mut config = Config::default();
    config.settle_seed();
    let text = config.resolved_toml();
    for key in ["seed", "mean_energy", "coulomb", "level_density", "continuum", "l_max", "overwrite"] {
        assert!(text.contains(&format!("\n{key} = ")) || text.starts_with(key), "{key} is not in\n{text}");
    }
    assert_eq!(Config::from_toml(&text), Ok(config));
}

#[test]
fn a_run_without_a_report_is_written_as_it_is_read() {
    let config = Config::from_toml("[output]\nreport = \"\"").expect("valid");
    assert_eq!(config.output.report, None);
    assert_eq!(Config::from_toml(&config.resolved_toml()), Ok(config));
}

#[test]
fn unknown_keys_are_refused_with_their_line_and_the_closest_key() {
    refused(
        "seed = 1\n\n[cascade]\nlevle_density = \"bsfg\"",
        "unknown key \"levle_density\" in [cascade], line 4",
        "did you mean \"level_density\"?",
    );
    refused(
        "sede = 1",
        "unknown key \"sede\" at the top of the configuration, line 1",
        "did you mean \"seed\"?",
    );
    refused(
        "events = 5\n[casacde]\nl_max = 5",
        "unknown key \"casacde\" at the top of the configuration, line 2",
        "did you mean \"cascade\"?",
    );
    refused(
        "[target]\nqqqqqqqqqqqqqqqqq = 1",
        "unknown key \"qqqqqqqqqqqqqqqqq\" in [target], line 2",
        "known keys: nuclide",
    );
}

#[test]
fn unknown_names_of_models_are_refused_with_the_known_ones() {
    refused(
        "[cascade]\nlevel_density = \"bfsg\"",
        "level_density in [cascade], line 2: \"bfsg\" is not known",
        "did you mean \"bsfg\"?",
    );
    refused(
        "[cascade]\n\ncontinuum = \"somewhere\"",
        "continuum in [cascade], line 3: \"somewhere\" is not known",
        "choose of completeness, last-level",
    );
    refused(
        "[reaction]\nprocesses = [\"cc\", \"nc\"]",
        "processes in [reaction], line 2: \"nc\" is not known",
        "did you mean \"cc\"?",
    );
    refused(
        "[flux]\nlepton = \"nu_mu\"",
        "lepton in [flux], line 2: \"nu_mu\" is not known",
        "write neutrino = \"nu_mu\" in its place",
    );
    refused(
        "[flux]\nneutrino = \"e-\"",
        "neutrino in [flux], line 2: \"e-\" is not known",
        "write lepton = \"e-\" in its place",
    );
}

#[test]
fn a_knockout_stands_alone_and_is_printed_where_it_is_asked_for() {
    let config = Config::from_toml("[reaction]\nprocesses = [\"1p1h\"]").expect("valid");
    let text = config.resolved_toml();
    assert!(
        text.contains("[knockout]\ncurrent = \"charged\"\ncoulomb = \"mema\"\nforce = \"SLy4\""),
        "{text}"
    );
    assert!(!Config::default().resolved_toml().contains("knockout"));
    refused(
        "[reaction]\nprocesses = [\"1p1h\", \"cevns\"]",
        "processes in [reaction], line 2: \"1p1h\" does not mix with other processes",
        "run it by itself, and put the runs together by their cross sections",
    );
    refused(
        "[knockout]\nforce = \"SIII\"",
        "knockout at the top of the configuration, line 1: no nucleon is knocked out here",
        "choose processes = [\"1p1h\"] in [reaction]",
    );
    refused(
        "[reaction]\nprocesses = [\"1p1h\"]\n[knockout]\ncurrent = \"electromagnetic\"",
        "current in [knockout], line 4: nu_e does not scatter by the electromagnetic current",
        "neutrinos have \"charged\" and \"neutral\", charged leptons \"electromagnetic\"",
    );
    refused(
        "[reaction]\nprocesses = [\"1p1h\"]\n[knockout]\nfield = \"there\"",
        "field in [knockout], line 4: \"there\" is no nuclide",
        "write \"self-consistent\", or a nuclide like \"16O\"",
    );
    refused(
        "[reaction]\nprocesses = [\"1p1h\"]\n[knockout]\nfield = \"16O\"\nempty = [\"1p9/2\"]",
        "empty in [knockout], line 5: \"1p9/2\" is no shell",
        "write \"1p1/2\"",
    );
    refused(
        "[reaction]\nprocesses = [\"1p1h\"]\n[knockout]\nempty = [\"1p1/2\"]",
        "empty in [knockout], line 4: belongs to the field of another nuclide",
        "name it, like field = \"16O\"",
    );
}

#[test]
fn electrons_scatter_by_photons_above_a_smallest_q2_that_is_printed() {
    let job = "[flux]\nlepton = \"e-\"\nkind = \"mono\"\nenergy = \"700 MeV\"\n[reaction]\nprocesses = [\"1p1h\"]\n";
    let config = Config::from_toml(job).expect("valid");
    let text = config.resolved_toml();
    for line in ["lepton = \"e-\"", "current = \"electromagnetic\"", "min_q2 = \"20000 MeV2\""] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains("neutrino"));
    assert_eq!(Config::from_toml(&text).as_ref(), Ok(&config));
    let more = |rest: &str| format!("{job}[knockout]\n{rest}");
    refused(
        &more("min_q2 = \"0 GeV2\""),
        "min_q2 in [knockout], line 8: the cross section of electron scattering has no bound at Q^2 = 0",
        "write it like \"0.02 GeV2\"",
    );
    refused(
        &more("coulomb = \"fermi\""),
        "coulomb in [knockout], line 8: the Fermi function is for charged currents alone",
        "choose \"mema\" or \"none\"",
    );
    refused(
        "[reaction]\nprocesses = [\"1p1h\"]\n[knockout]\nmin_q2 = \"0.02 GeV2\"",
        "min_q2 in [knockout], line 4: belongs to the electromagnetic current",
        "leave it out: weak cross sections are finite",
    );
    refused(
        "[flux]\nlepton = \"e-\"",
        "lepton in [flux], line 2: e- takes part in the process \"1p1h\" alone",
        "choose processes = [\"1p1h\"] in [reaction]",
    );
    refused(
        "[flux]\nlepton = \"e-\"\nneutrino = \"nu_e\"",
        "lepton in [flux], line 2: a beam has one kind of lepton, and a neutrino is given",
        "remove neutrino or lepton",
    );
}

#[test]
fn energies_want_a_unit_and_the_right_one() {
    refused(
        "[flux]\nkind = \"mono\"\nenergy = \"12\"",
        "energy in [flux], line 3: cannot read \"12\" as a number with a unit",
        "write it like \"12 MeV\"",
    );
    refused(
        "[flux]\nmean_energy = \"12 cm\"",
        "mean_energy in [flux], line 2: \"12 cm\" is a length, but an energy is wanted",
        "write it like \"12 MeV\"",
    );
    refused(
        "[flux]\nmean_energy = \"12 mev\"",
        "mean_energy in [flux], line 2: unknown unit \"mev\" in \"12 mev\"",
        "did you mean \"MeV\"?",
    );
    refused(
        "[flux]\nmean_energy = 12.5",
        "mean_energy in [flux], line 2: 12.5 is not an energy with its unit, like \"12 MeV\"",
        "",
    );
}

#[test]
fn counts_are_whole_and_positive() {
    refused(
        "events = -5",
        "events at the top of the configuration, line 1: -5 is not a whole number from 0",
        "",
    );
    refused(
        "seed = 3\nevents = 0",
        "events at the top of the configuration, line 2: 0 events are no run",
        "write a whole number from 1",
    );
    refused(
        "events = \"many\"",
        "events at the top of the configuration, line 1: \"many\" is not a whole number from 0",
        "",
    );
    refused(
        "[cascade]\nl_max = 0",
        "l_max in [cascade], line 2: 0 is not a whole number from 1 to 16 or \"converged\"",
        "",
    );
    refused(
        "[cascade]\nl_max = \"coverged\"",
        "l_max in [cascade], line 2: \"coverged\" is not a whole number from 1 to 16 or \"converged\"",
        "",
    );
}

#[test]
fn ranges_that_cannot_be_are_refused() {
    refused(
        "[flux]\nrange = [\"60 MeV\", \"10 MeV\"]",
        "range in [flux], line 2: 60 MeV to 10 MeV is not a range of energies",
        "begin at 0 MeV or above and end higher",
    );
    refused(
        "[flux]\nkind = \"uniform\"\nmin = \"5 MeV\"\nmax = \"5 MeV\"",
        "max in [flux], line 4: 5 MeV to 5 MeV is not a range of energies",
        "begin at 0 MeV or above and end higher",
    );
    refused(
        "[flux]\nmean_energy = \"-3 MeV\"",
        "mean_energy in [flux], line 2: -3 MeV is not above 0 MeV",
        "write it like mean_energy = \"12 MeV\"",
    );
    refused(
        "[flux]\nalpha = -1.5",
        "alpha in [flux], line 2: -1.5 gives a spectrum without a mean",
        "choose it above -1; supernova spectra have 2 to 4",
    );
}

#[test]
fn keys_of_another_spectrum_are_refused() {
    refused(
        "[flux]\nkind = \"fermi-dirac\"\nalpha = 2.0\ntemperature = \"3 MeV\"",
        "alpha in [flux], line 3: does not belong to kind \"fermi-dirac\"",
        "its keys are temperature, eta, range",
    );
    refused(
        "events = 5\n[flux]\nkind = \"mono\"",
        "key \"energy\" is missing in [flux], line 2",
        "write it like energy = \"12 MeV\"",
    );
    refused(
        "[flux]\nkind = \"table\"\nfile = \"a.dat\"\nformat = \"snowglobes\"\ncolumn = 3",
        "column in [flux], line 5: does not belong to format \"snowglobes\"",
        "the key neutrino chooses the column, and the energies are in GeV",
    );
    refused(
        "[flux]\nkind = \"table\"\nfile = \"a.csv\"\nenergy_unit = \"cm\"",
        "energy_unit in [flux], line 4: \"cm\" is not a unit of energy",
        "choose eV, keV, MeV or GeV",
    );
    refused(
        "[flux]\nkind = \"decay-at-rest\"\nneutrino = \"nu_tau\"",
        "neutrino in [flux], line 3: nu_tau is not made in the decay of pi+ and mu+ at rest",
        "choose nu_e, nu_mu or anti-nu_mu",
    );
}

const STATE: &str = "[state]\nnuclide = \"40K\"\nexcitation = \"15 MeV\"\nspin = \"1\"\nparity = \"+\"\n";

#[test]
fn a_fixed_state_is_read_and_excludes_a_flux() {
    let config = Config::from_toml(STATE).expect("valid");
    let Source::State(state) = config.source else { panic!("a state") };
    assert_eq!((state.nuclide.to_string().as_str(), state.state.two_j), ("40K", 2));
    assert!(!config.resolved_toml().contains("[flux]"));
    assert_eq!(Config::from_toml(&config.resolved_toml()), Ok(config));
    refused(
        &format!("{STATE}[flux]\nkind = \"pinched\""),
        "[state] and [flux] exclude each other, line 6",
        "a run starts either from a fixed state or from a neutrino: remove [state] or [flux]",
    );
}

#[test]
fn impossible_states_are_refused() {
    refused(
        &STATE.replace("\"1\"", "\"1/2\""),
        "spin in [state], line 4: 40K cannot have spin 1/2",
        "40 nucleons have a whole spin",
    );
    refused(
        &STATE.replace("\"1\"", "\"1/3\""),
        "spin in [state], line 4: cannot read \"1/3\" as a spin",
        "write it like \"1\" or \"1/2\"",
    );
    refused(
        &STATE.replace("40K", "40Zz"),
        "nuclide in [state], line 2: cannot read \"40Zz\" as a nuclide",
        "write it like \"40K\" or \"K40\", with an element symbol and a mass number",
    );
    refused(
        &STATE.replace("\"+\"", "\"plus\""),
        "parity in [state], line 5: \"plus\" is not known",
        "choose of +, -",
    );
    refused(
        &STATE.replace("15 MeV", "0 keV"),
        "excitation in [state], line 3: 0 MeV is not above the ground state",
        "write it like \"15 MeV\"",
    );
    refused(
        &STATE.replace("parity = \"+\"\n", ""),
        "key \"parity\" is missing in [state], line 1",
        "write it like parity = \"+\"",
    );
}

#[test]
fn parameters_are_numbers_under_quoted_names() {
    refused(
        "[parameters]\nlevel_density.a = 1.05",
        "level_density in [parameters], line 2: \"level_density\" is a table, but a number is wanted",
        "write the full name in quotes, like \"level_density.name\" = 1.0",
    );
    refused(
        "[parameters]\n\"level_density.a\" = nan",
        "level_density.a in [parameters], line 2: NaN is not a number",
        "",
    );
}

#[test]
fn text_that_is_not_toml_is_refused_with_its_line() {
    let (error, hint) = message("seed = 1\nevents = = 5");
    assert!(error.starts_with("the configuration is not valid TOML, line 2: "), "{error}");
    assert!(!error.contains('\n'));
    assert_eq!(hint, "`gradino init --annotated` writes an example");
    let (error, _) = message("seed = 1\nseed = 2");
    assert!(error.starts_with("the configuration is not valid TOML, line 2: duplicate key"), "{error}");
}

#[test]
fn the_schema_that_is_checked_in_is_the_schema_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/config.schema.json");
    let stored = std::fs::read_to_string(path).expect("the schema is part of the repository");
    assert!(stored == Config::schema(), "run `cargo xtask schema`");
}

proptest! {
    #[test]
    fn reading_a_configuration_never_panics(text in "(\\[(flux|state|cascade|x)\\]\n)?[a-z_]{0,9} ?= ?.{0,12}\n.{0,20}") {
        if let Err(error) = Config::from_toml(&text) {
            prop_assert!(!error.to_string().contains('\n'));
            let _ = error.hint();
        }
    }

    #[test]
    fn a_flux_is_written_as_it_is_read(mean in 0.1..50.0f64, alpha in -0.9..8.0f64, low in 0.0..10.0f64) {
        let text = format!("[flux]\nmean_energy = \"{mean} MeV\"\nalpha = {alpha:?}\nrange = [\"{low} MeV\", \"90 MeV\"]");
        let config = Config::from_toml(&text).expect("valid");
        prop_assert_eq!(Config::from_toml(&config.resolved_toml()), Ok(config));
    }
}
