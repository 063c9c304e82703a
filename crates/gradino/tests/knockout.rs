//! Events that begin with the knockout of a nucleon.

mod chain_support;

use chain_support::*;
use gradino::Config;
use gradino::chain::{Chain, Setup};
use gradino_core::particle::pdg;
use gradino_core::{Event, ParamSet, Status};
use std::sync::OnceLock;

/// Muon neutrinos on 12C; the table, for energies up to 240 MeV, is kept in target/tables.
const JOB: &str = "seed = 3\n[flux]\nneutrino = \"nu_mu\"\nkind = \"fermi-dirac\"\ntemperature = \"60 MeV\"\n\
                   range = [\"150 MeV\", \"240 MeV\"]\n[target]\nnuclide = \"12C\"\n\
                   [reaction]\nprocesses = [\"1p1h\"]\n[gradients]\nparameters = [\"axial.g_a\", \"axial.mass\", \
                   \"vector.mu_p\", \"hole.*\", \"flux.temperature\", \"level_density.a\"]\n";

fn setup() -> &'static Setup {
    static SETUP: OnceLock<Setup> = OnceLock::new();
    SETUP.get_or_init(|| Setup::from_config(&config()).expect("a valid job"))
}

fn config() -> Config {
    Config::from_toml(JOB).expect("a valid job")
}

/// The parameters with one of them changed.
fn moved(name: &str, factor: f64) -> ParamSet {
    let mut params = setup().parameters();
    let value = params.get(name).expect("a parameter").value;
    params.set(name, value * factor).expect("within bounds");
    params
}

fn chain(params: &ParamSet) -> Chain {
    let wanted = config().gradient_positions(params).expect("known names");
    Chain::prepare(setup(), params, &wanted).expect("a chain")
}

fn events(chain: &Chain, count: u64, mut visit: impl FnMut(&Event)) {
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    for number in 0..count {
        chain.draw(number, &mut scratch, &mut event);
        visit(&event);
    }
}

#[test]
fn energy_momentum_charge_and_baryon_number_are_conserved_at_every_vertex() {
    let chain = chain(&setup().parameters());
    events(&chain, 5000, |event| {
        assert!(violation(event) < 1e-8 && off_mass_shell(event) < 1e-6, "event {}", event.number);
        let numbers: Vec<i32> = event.particles[..5].iter().map(|p| p.pdg).collect();
        assert_eq!(numbers, [14, 1_000_060_120, 13, pdg::PROTON, 1_000_060_110]);
        let nuclei: Vec<_> = event.final_state().filter(|p| p.state.is_some()).collect();
        assert_eq!((nuclei.len(), nuclei[0].state.map(|s| s.excitation)), (1, Some(0.0)));
        assert_eq!(event.final_state().map(protons).sum::<i32>(), 7);
    });
}

#[test]
fn holes_in_the_last_shell_leave_the_ground_state_and_deep_ones_break_the_nucleus() {
    let chain = chain(&setup().parameters());
    let (mut ground, mut broken, mut all) = (0, 0, 0);
    events(&chain, 5000, |event| {
        let residue = event.particles[4].state.expect("a nucleus");
        all += 1;
        if residue.excitation == 0.0 {
            // 1p3/2: 11C in its ground state, 3/2-.
            assert_eq!((residue.two_j, event.vertices.len()), (3, 1));
            assert_eq!(event.particles[4].status, Status::Final);
            ground += 1;
        } else {
            assert_eq!(residue.two_j, 1);
            let fragments = event.final_state().filter(|p| baryons(p) > 0 && p.state.is_none()).count();
            broken += i32::from(fragments > 1);
        }
    });
    // Four of six neutrons are in 1p3/2, more easily knocked out than those in 1s1/2.
    let share = f64::from(ground) / f64::from(all);
    assert!((0.67..0.95).contains(&share), "{share}");
    // Just above the threshold of alphas, behind their barrier, gammas win.
    assert!(f64::from(broken) > 0.6 * f64::from(all - ground), "{broken} of {}", all - ground);
}

#[test]
fn the_cross_section_moves_with_each_parameter_as_finite_differences_say() {
    let set = setup().parameters();
    let origin = chain(&set);
    let total = origin.cross_section().expect("a cross section");
    for (slot, name) in origin.gradient_names().iter().enumerate() {
        let idle = name.starts_with("hole.") || name.starts_with("level_density.");
        if idle {
            assert_eq!(total.gradient[slot], 0.0, "{name}");
            continue;
        }
        let h = 1e-4;
        let at = |factor: f64| chain(&moved(name, factor)).cross_section().expect("a cross section").value;
        let value = set.get(name).expect("a parameter").value;
        let difference = (at(1.0 + h) - at(1.0 - h)) / (2.0 * h * value);
        let off = (total.gradient[slot] - difference) * value / total.value;
        assert!(off.abs() < 1e-6, "{name}: {} {difference}", total.gradient[slot]);
        assert!(total.gradient[slot].abs() * value / total.value > 1e-3, "{name} does nothing");
    }
}

#[test]
fn the_flux_averaged_cross_section_is_that_of_direct_integration() {
    // A flat flux, Simpson's rule over cross sections at 41 energies, each of which is integrated.
    let flat = JOB.replace(
        "kind = \"fermi-dirac\"\ntemperature = \"60 MeV\"\nrange = [\"150 MeV\", \"240 MeV\"]",
        "kind = \"uniform\"\nmin = \"150 MeV\"\nmax = \"240 MeV\"",
    );
    let config = Config::from_toml(&flat.replace("\"flux.temperature\", ", "")).expect("a valid job");
    let chain = Chain::from_config(&config).expect("a chain");
    let gradino::config::Source::Beam(beam) = &config.source else { panic!("a beam") };
    let n = 40;
    let energies: Vec<f64> = (0..=n).map(|i| 150.0 + 90.0 * f64::from(i) / f64::from(n)).collect();
    let (_, rows) = gradino::chain::cross_section_table(beam, chain.params(), &energies).expect("a table");
    let weight = |i: usize| match i {
        0 => 1.0,
        i if i == n as usize => 1.0,
        i => 2.0 + 2.0 * (i % 2) as f64,
    };
    let sum: f64 = rows.iter().enumerate().map(|(i, row)| weight(i) * row[0]).sum();
    let direct = sum / (3.0 * f64::from(n));
    let ours = chain.cross_section().expect("a cross section").value;
    assert!((ours / direct - 1.0).abs() < 1e-4, "{ours:e} {direct:e}");
}

#[test]
fn the_mean_score_is_zero_and_means_move_as_the_scores_say() {
    const EVENTS: u64 = 30_000;
    // Energy of the muon, and excitation of the residue.
    let seen = |event: &Event| {
        [event.particles[2].kinetic_energy(), event.particles[4].state.map_or(0.0, |s| s.excitation)]
    };
    let means = |chain: &Chain| {
        let mut sums = [[0.0; 2]; 2];
        events(chain, EVENTS, |event| {
            for (sum, x) in sums.iter_mut().zip(seen(event)) {
                sum[0] += x;
                sum[1] += x * x;
            }
        });
        sums.map(|[x, xx]| {
            let mean = x / EVENTS as f64;
            (mean, ((xx / EVENTS as f64 - mean * mean) / EVENTS as f64).sqrt())
        })
    };
    let set = setup().parameters();
    let origin = chain(&set);
    let (at_origin, n) = (means(&origin), origin.gradient_names().len());
    let (mut score, mut slopes) = (vec![[0.0; 2]; n], vec![[[0.0; 2]; 2]; n]);
    events(&origin, EVENTS, |event| {
        for (k, s) in event.weight_gradient.iter().enumerate() {
            score[k][0] += s;
            score[k][1] += s * s;
            for (i, x) in seen(event).into_iter().enumerate() {
                let term = s * (x - at_origin[i].0);
                slopes[k][i][0] += term;
                slopes[k][i][1] += term * term;
            }
        }
    });
    let mean = |[x, xx]: [f64; 2]| {
        let mean = x / EVENTS as f64;
        (mean, ((xx / EVENTS as f64 - mean * mean).max(0.0) / EVENTS as f64).sqrt())
    };
    for (k, name) in origin.gradient_names().iter().enumerate() {
        let (bias, error) = mean(score[k]);
        assert!(bias.abs() < 4.0 * error.max(1e-12), "mean score of {name}: {bias} +- {error}");
        // One of the form factors, one of the holes and one of the flux: each needs two chains.
        if !["axial.mass", "hole.width", "flux.temperature"].contains(&name.as_str()) {
            continue;
        }
        let value = set.get(name).expect("a parameter").value;
        let h = 0.08;
        let [low, high] = [1.0 - h, 1.0 + h].map(|factor| means(&chain(&moved(name, factor))));
        for i in 0..2 {
            let difference = (high[i].0 - low[i].0) / (2.0 * h * value);
            let noise = high[i].1.hypot(low[i].1) / (2.0 * h * value);
            let (slope, error) = mean(slopes[k][i]);
            let z = (slope - difference) / noise.hypot(error);
            assert!(z.abs() < 4.0, "{name}, mean {i}: {slope} +- {error}, {difference} +- {noise}");
        }
    }
}

/// The parameter of the force that is moved, and its relative change for differences.
const CONTACT: (&str, f64) = ("skyrme.t0", 1e-2);

/// The job with other waves, the contact term moved by a share of its value, and the derivative with respect to it.
fn of_force(waves: &str, share: f64) -> (Chain, f64) {
    let job = JOB.replace("[gradients]", &format!("[knockout]\nwaves = \"{waves}\"\n[gradients]"));
    let setup = Setup::from_config(&Config::from_toml(&job).expect("a valid job")).expect("a valid job");
    let mut params = setup.parameters();
    let value = params.get(CONTACT.0).expect("a parameter of the force").value;
    params.set(CONTACT.0, value * (1.0 + share)).expect("within bounds");
    let position = params.position(CONTACT.0).expect("a parameter of the force");
    let wanted = if share == 0.0 { vec![position] } else { Vec::new() };
    (Chain::prepare(&setup, &params, &wanted).expect("a chain"), value)
}

fn total(chain: &Chain) -> f64 {
    chain.cross_section().expect("a cross section").value
}

#[test]
fn scores_of_the_force_have_mean_zero_and_the_run_says_what_they_take() {
    let (chain, _) = of_force("distorted", 0.0);
    assert!(chain.warnings().iter().any(|w| w.contains("skyrme.t0 take") && w.contains("MB")));
    let mut score = Moments::default();
    events(&chain, 20_000, |event| score.add(event.weight_gradient[0]));
    let (mean, error) = (score.mean(), score.error());
    assert!(error > 0.0 && mean.abs() < 4.0 * error, "{mean} +- {error}");
}

#[test]
fn rates_and_means_move_with_the_force_as_their_derivatives_say() {
    const EVENTS: u64 = 50_000;
    // Energies of the muon and of the hole, whose centre moves, where the proton is fast. Plane waves have no resonances, which
    // move by more than their widths, and slow protons have large scores.
    let seen = |event: &Event| {
        let fast = event.particles[3].kinetic_energy() > 10.0;
        let hole = event.particles[4].state.map_or(0.0, |s| s.excitation);
        if fast { [1.0, event.particles[2].kinetic_energy(), hole] } else { [0.0; 3] }
    };
    let (chain, value) = of_force("plane", 0.0);
    let mut slopes = [Moments::default(); 3];
    events(&chain, EVENTS, |event| {
        let score = event.weight_gradient[0] * value;
        slopes.iter_mut().zip(seen(event)).for_each(|(m, x)| m.add(score * x));
    });
    let others = [-CONTACT.1, CONTACT.1].map(|share| of_force("plane", share).0);
    let means = |chain: &Chain| {
        let mut moments = [Moments::default(); 3];
        events(chain, EVENTS, |event| moments.iter_mut().zip(seen(event)).for_each(|(m, x)| m.add(x)));
        moments
    };
    let [low, high] = others.each_ref().map(means);
    for (k, slope) in slopes.iter().enumerate() {
        let step = (high[k].mean() - low[k].mean()) / (2.0 * CONTACT.1);
        let noise = low[k].error().hypot(high[k].error()) / (2.0 * CONTACT.1);
        println!("mean {k}: {} +- {}, {step} +- {noise}", slope.mean(), slope.error());
        let z = (slope.mean() - step) / noise.hypot(slope.error());
        assert!(z.abs() < 4.0, "mean {k}: {} +- {}, {step} +- {noise}", slope.mean(), slope.error());
        assert!(step.abs() > 4.0 * noise, "mean {k} moves");
    }
    let [low, high] = others.each_ref().map(total);
    let slope = chain.cross_section().expect("a cross section").gradient[0] * value;
    let step = (high - low) / (2.0 * CONTACT.1);
    println!("{} {}", slope / total(&chain), step / total(&chain));
    assert!((slope - step).abs() < 1e-2 * step.abs(), "{slope:e} {step:e}");
}

#[test]
fn an_event_depends_on_its_number_alone() {
    let chain = chain(&setup().parameters());
    let mut whole = Vec::new();
    events(&chain, 200, |event| whole.push(event.clone()));
    let mut event = Event::new();
    for number in (0..200u64).rev().step_by(7) {
        chain.draw(number, &mut chain.scratch(), &mut event);
        assert!(event == whole[number as usize], "event {number}");
    }
}

#[test]
fn knockouts_that_cannot_be_are_refused_with_the_fact_and_the_way_out() {
    let refused = |from: &str, to: &str| {
        let job = JOB.replace(from, to);
        assert_ne!(job, JOB, "{from}");
        let made = Config::from_toml(&job).and_then(|config| Chain::from_config(&config));
        let error = made.expect_err("refused");
        (error.to_string(), error.hint().unwrap_or_default())
    };
    let [spectrum, knockout] = [
        "kind = \"fermi-dirac\"\ntemperature = \"60 MeV\"\nrange = [\"150 MeV\", \"240 MeV\"]",
        "[gradients]",
    ];
    let (error, hint) = refused("nu_mu", "nu_tau");
    assert!(error.contains("nu_tau") && !hint.is_empty(), "{error} / {hint}");
    let (error, hint) = refused(knockout, "[knockout]\nforce = \"SLy5\"\n[gradients]");
    assert!(error.contains("SLy5") && hint.contains("SLy4"), "{error} / {hint}");
    let (error, hint) = refused(knockout, "[knockout]\nforce = \"SkE2\"\n[gradients]");
    assert!(error.contains("collapse") && hint.contains("16O"), "{error} / {hint}");
    let low = JOB.replace(spectrum, "kind = \"uniform\"\nmin = \"80 MeV\"\nmax = \"110 MeV\"");
    let low = low.replace(", \"flux.temperature\"", "").replace("\"flux.temperature\", ", "");
    let error = Config::from_toml(&low).and_then(|c| Chain::from_config(&c)).expect_err("refused");
    assert!(error.to_string().contains("threshold"), "{error}");
    // SLy4 binds the last neutron of 12C by 16.9 MeV, nature by 18.7 MeV: between the two nothing can happen.
    let between = JOB.replace(spectrum, "kind = \"uniform\"\nmin = \"115 MeV\"\nmax = \"123.5 MeV\"");
    let between = between.replace("\"flux.temperature\", ", "");
    let error = Config::from_toml(&between).and_then(|c| Chain::from_config(&c)).expect_err("refused");
    assert!(error.to_string().contains("threshold"), "{error}");
    let mono = JOB.replace(spectrum, "kind = \"mono\"\nenergy = \"200 MeV\"");
    let mono = mono.replace("flux.temperature", "flux.energy");
    let error = Config::from_toml(&mono).and_then(|c| Chain::from_config(&c)).expect_err("refused");
    let (error, hint) = (error.to_string(), error.hint().unwrap_or_default());
    assert!(error.contains("flux.energy") && !hint.is_empty(), "{error} / {hint}");
}
