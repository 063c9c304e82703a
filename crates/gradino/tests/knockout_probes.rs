//! Knockouts by neutral currents and by electrons, and the Coulomb field that pulls at charged leptons.

mod chain_support;

use chain_support::*;
use gradino::Config;
use gradino::chain::knockout::KnockoutJob;
use gradino::chain::{Chain, Origin, Setup, cross_section_table};
use gradino::config::{Beam, Source};
use gradino_core::particle::pdg;
use gradino_core::{Event, ParamSet};
use std::sync::Arc;

/// Energy of the leptons [MeV].
const ENERGY: f64 = 240.0;

/// 12C; the tables, for energies of 240 MeV, are kept in target/tables and shared by both currents.
fn job(incoming: &str, knockout: &str, gradients: &str) -> String {
    format!(
        "seed = 5\n[flux]\n{incoming}\nkind = \"mono\"\nenergy = \"240 MeV\"\n[target]\nnuclide = \"12C\"\n\
         [reaction]\nprocesses = [\"1p1h\"]\n[knockout]\n{knockout}\n[gradients]\nparameters = [{gradients}]\n"
    )
}

const NEUTRINO: &str = "neutrino = \"nu_mu\"";
const ELECTRON: &str = "lepton = \"e-\"";

fn neutral() -> Config {
    let gradients = "\"axial.g_a\", \"axial.mass\", \"axial.delta_s\", \"weak.sin2_theta_w\", \"hole.width\"";
    Config::from_toml(&job(NEUTRINO, "current = \"neutral\"", gradients)).expect("a valid job")
}

fn electrons() -> Config {
    let gradients = "\"vector.mass\", \"vector.mu_p\", \"vector.mu_n\"";
    let knockout = "min_q2 = \"0.02 GeV2\"\nvector = \"galster\"";
    Config::from_toml(&job(ELECTRON, knockout, gradients)).expect("a valid job")
}

fn beam(config: &Config) -> &Beam {
    let Source::Beam(beam) = &config.source else { panic!("a beam") };
    beam
}

fn parameters(config: &Config) -> ParamSet {
    Setup::from_config(config).expect("a valid job").parameters()
}

fn events(chain: &Chain, count: u64, mut visit: impl FnMut(&Event)) {
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    for number in 0..count {
        chain.draw(number, &mut scratch, &mut event);
        visit(&event);
    }
}

/// Total cross sections [cm^2] of the job's own currents, by the kind of nucleon, with the parameters `params`.
fn cross_sections(config: &Config, params: &ParamSet, energy: f64) -> Vec<f64> {
    cross_section_table(beam(config), params, &[energy]).expect("a table").1.remove(0)
}

fn knockout_job(config: &Config) -> Arc<KnockoutJob> {
    match Setup::from_config(config).expect("a valid job").origin {
        Origin::Knockout(job) => job,
        _ => panic!("a knockout"),
    }
}

/// Events that keep what they must, in the shares of neutrons and protons of the cross sections, with scores of mean zero.
#[track_caller]
fn check_events(config: &Config, outgoing: i32, process: u32) {
    const EVENTS: u64 = 20_000;
    let chain = Chain::from_config(config).expect("a chain");
    let (mut protons_out, n) = (0, chain.gradient_names().len());
    let mut scores = vec![Moments::default(); n];
    events(&chain, EVENTS, |event| {
        assert!(violation(event) < 1e-8 && off_mass_shell(event) < 1e-6, "event {}", event.number);
        let proton = event.particles[3].pdg == pdg::PROTON;
        let residue = if proton { 1_000_050_110 } else { 1_000_060_110 };
        let numbers: Vec<i32> = event.particles[..5].iter().map(|p| p.pdg).collect();
        let nucleon = if proton { pdg::PROTON } else { pdg::NEUTRON };
        assert_eq!(numbers, [chain_pdg(config), 1_000_060_120, outgoing, nucleon, residue]);
        assert_eq!((event.process, event.weight), (process, 1.0));
        assert_eq!(event.final_state().map(protons).sum::<i32>(), 6);
        protons_out += u64::from(proton);
        scores.iter_mut().zip(&event.weight_gradient).for_each(|(m, s)| m.add(*s));
    });
    let [neutrons, protons] = cross_sections(config, chain.params(), ENERGY)[..] else { panic!("two kinds") };
    let share = protons / (neutrons + protons);
    let sigma = (EVENTS as f64 * share * (1.0 - share)).sqrt();
    let off = protons_out as f64 - EVENTS as f64 * share;
    assert!(off.abs() < 4.0 * sigma, "{share}: {protons_out}");
    let total = chain.cross_section().expect("a cross section").value;
    assert!((total / (neutrons + protons) - 1.0).abs() < 1e-12);
    for (name, score) in chain.gradient_names().iter().zip(&scores) {
        assert!(score.error() > 0.0, "{name} does nothing");
        assert!(score.mean().abs() < 4.0 * score.error(), "{name}: {} +- {}", score.mean(), score.error());
    }
}

fn chain_pdg(config: &Config) -> i32 {
    beam(config).flux.incoming.pdg()
}

#[test]
fn neutral_currents_knock_out_neutrons_and_protons_in_their_shares() {
    check_events(&neutral(), pdg::NU_MU, 250);
}

#[test]
fn electrons_knock_out_neutrons_and_protons_in_their_shares() {
    check_events(&electrons(), pdg::ELECTRON, 260);
}

#[test]
fn electrons_leave_above_the_smallest_q2() {
    // Without a Coulomb field Q^2 of the leptons is that at the nucleus.
    let text = job(ELECTRON, "min_q2 = \"0.03 GeV2\"\ncoulomb = \"none\"", "");
    let config = Config::from_toml(&text).expect("a valid job");
    let chain = Chain::from_config(&config).expect("a chain");
    let (mut lowest, mut close) = (f64::INFINITY, 0);
    events(&chain, 5000, |event| {
        let q = event.particles[0].momentum - event.particles[2].momentum;
        lowest = lowest.min(-q.mass_sq());
        close += i32::from(-q.mass_sq() < 3.2e4);
    });
    assert!(lowest > 3e4 * (1.0 - 1e-9) && close > 100, "{lowest} {close}");
}

#[test]
fn the_cross_sections_move_with_each_parameter_as_finite_differences_say() {
    for config in [neutral(), electrons()] {
        let set = parameters(&config);
        let models = knockout_job(&config).models(&set, &[]).expect("models");
        let chain = Chain::from_config(&config).expect("a chain");
        let total = chain.cross_section().expect("a cross section");
        for (slot, name) in chain.gradient_names().iter().enumerate() {
            let value = set.get(name).expect("a parameter").value;
            let h = 1e-4 * value.abs();
            let at = |x: f64| -> f64 {
                let mut moved = set.clone();
                moved.set(name, x).expect("within bounds");
                models.iter().map(|model| model.prepare(&moved, &[]).total(ENERGY).value).sum()
            };
            let difference = (at(value + h) - at(value - h)) / (2.0 * h);
            let off = (total.gradient[slot] - difference) * value / total.value;
            assert!(off.abs() < 1e-6, "{name}: {} {difference}", total.gradient[slot]);
            let idle = name.starts_with("hole.");
            assert!(idle == (total.gradient[slot] == 0.0), "{name}: {}", total.gradient[slot]);
        }
    }
}

#[test]
fn parameters_are_listed_where_they_act() {
    let charged = Config::from_toml(&job(NEUTRINO, "", "")).expect("a valid job");
    let has = |config: &Config, name: &str| parameters(config).get(name).is_ok();
    for (config, wanted) in [
        (charged, [true, false, false]),
        (neutral(), [true, true, true]),
        (electrons(), [false, false, false]),
    ] {
        let found = ["axial.g_a", "axial.delta_s", "weak.sin2_theta_w"].map(|name| has(&config, name));
        assert_eq!(found, wanted);
        assert!(has(&config, "vector.mu_p"));
    }
}

#[test]
fn the_coulomb_field_attracts_negative_and_repels_positive_leptons() {
    let sigma = |incoming: &str, coulomb: &str| {
        let text = job(incoming, &format!("coulomb = \"{coulomb}\""), "");
        let config = Config::from_toml(&text).expect("a valid job");
        cross_sections(&config, &parameters(&config), ENERGY).iter().sum::<f64>()
    };
    for (incoming, sign) in [
        (NEUTRINO, 1.0),
        ("neutrino = \"nu_e\"", 1.0),
        ("neutrino = \"anti-nu_mu\"", -1.0),
        (ELECTRON, 1.0),
        ("lepton = \"e+\"", -1.0),
    ] {
        let none = sigma(incoming, "none");
        let mema = sign * (sigma(incoming, "mema") / none - 1.0);
        // 12C: V = 4.7 to 5.6 MeV against energies of some 200 MeV, by the second power at most.
        assert!((0.002..0.12).contains(&mema), "{incoming}: {mema}");
        if incoming.starts_with("neutrino") {
            let fermi = sign * (sigma(incoming, "fermi") / none - 1.0);
            assert!((0.05..0.25).contains(&fermi), "{incoming}: {fermi}");
        }
    }
    // Neutrinos feel no charge.
    let neutral = |coulomb: &str| sigma(NEUTRINO, &format!("{coulomb}\"\ncurrent = \"neutral"));
    assert_eq!(neutral("none"), neutral("mema"));
}
