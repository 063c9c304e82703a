//! The agreement with the figures of MARLEY 1.2.1 (gardiner2021) that docs/validation.md states.

use gradino_validation::agreement::Agreement;
use gradino_validation::jobs::Schemes;
use gradino_validation::peer;

fn check(agreement: Option<Agreement>, limit: f64, median: f64) {
    let Some(agreement) = agreement else {
        println!("no reference figures: skipped");
        return;
    };
    println!("{agreement}");
    let (worst, name) = agreement.largest();
    assert!(worst < limit && agreement.median() < median, "{name}: {worst}");
}

#[test]
fn level_densities_equal_gardiner2021() {
    check(peer::level_density().expect("known masses"), 3e-4, 2e-4);
}

#[test]
fn gamma_transmissions_equal_gardiner2021() {
    check(peer::gamma_transmission(), 2e-7, 2e-7);
}

#[test]
fn nucleon_transmissions_equal_gardiner2021_where_its_coulomb_functions_hold() {
    check(peer::nucleon_transmission("n").expect("known masses"), 0.01, 1e-4);
    check(peer::nucleon_transmission("p").expect("known masses"), 0.03, 1e-3);
}

#[test]
fn cross_sections_on_argon_equal_gardiner2021_in_every_coulomb_mode() {
    check(peer::cross_section().expect("known masses"), 3e-4, 2e-4);
}

#[test]
fn nucleon_widths_of_potassium_equal_gardiner2021_up_to_the_level_lists() {
    let rows = peer::widths(Schemes::Completeness).expect("known masses").unwrap_or_default();
    for w in rows.iter().filter(|w| w.emitted != "gamma") {
        let [theirs, ours] = [w.theirs, w.ours].map(|w| w[0] + w[1]);
        assert!((ours / theirs - 1.0).abs() < 0.04, "{w:?}");
    }
}

#[test]
fn photon_widths_of_potassium_equal_gardiner2021_with_its_levels_up_to_the_neutron_threshold() {
    let Ok(tried) = peer::potassium_cut() else {
        println!("no RIPL files: skipped");
        return;
    };
    let Some(&(cut, worst)) = tried.first() else { return };
    assert!((7.7..7.85).contains(&cut) && worst < 0.06, "{cut} {worst}");
}

#[test]
fn the_neutron_fraction_falls_with_levels_to_the_last_one_and_not_with_the_completeness_cut() {
    let fraction = |schemes| peer::neutron_fraction(25.0, schemes);
    assert!(fraction(Schemes::Completeness).expect("embedded schemes") > 0.4);
    match fraction(Schemes::LastLevel) {
        Ok(fraction) => assert!(fraction < 0.05, "{fraction}"),
        Err(_) => println!("no RIPL files: skipped"),
    }
}
