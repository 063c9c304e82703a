//! Conservation laws of every event, and its independence of the order in which events are made.

mod chain_support;

use chain_support::*;
use gradino::chain::primary::Weighting;
use gradino::chain::{Chain, Scratch};
use gradino::flux::Flux;
use gradino::run::{self, Copies, EventSource, Plan};
use gradino_core::{Event, VertexStatus};
use std::sync::atomic::AtomicBool;

const EVENTS: u64 = 20_000;

fn jobs() -> Vec<(&'static str, Flux)> {
    vec![("15 MeV", mono(15.0)), ("30 MeV", mono(30.0)), ("50 MeV", mono(50.0)), ("supernova", supernova())]
}

fn make(flux: Flux, wanted: usize) -> Chain {
    let setup = setup(flux, Weighting::CrossSection, 7);
    let params = setup.parameters();
    chain(&setup, &params, &(0..params.len().min(wanted)).collect::<Vec<_>>())
}

#[test]
fn energy_momentum_charge_and_baryon_number_are_conserved_at_every_vertex() {
    for (name, flux) in jobs() {
        let chain = make(flux, 0);
        let (mut scratch, mut event) = (chain.scratch(), Event::new());
        let (mut worst, mut off_shell) = (0.0f64, 0.0f64);
        for number in 0..EVENTS {
            chain.draw(number, &mut scratch, &mut event);
            worst = worst.max(violation(&event));
            off_shell = off_shell.max(off_mass_shell(&event));
        }
        println!("{name}: energy and momentum to {worst:.1e} MeV, on the mass shell to {off_shell:.1e} MeV");
        assert!(worst < 1e-9, "{name}: {worst}");
        assert!(off_shell < 1e-7, "{name}: {off_shell}");
    }
}

#[test]
fn protons_and_charge_of_the_nuclei_agree_and_every_chain_ends_in_one_ground_state() {
    for (name, flux) in jobs() {
        let chain = make(flux, 0);
        let (mut scratch, mut event) = (chain.scratch(), Event::new());
        for number in 0..EVENTS {
            chain.draw(number, &mut scratch, &mut event);
            assert_eq!(event.weight, 1.0);
            // The neutrino turns a neutron into a proton and leaves the 18 electrons of argon.
            let nuclear: i32 = event.final_state().map(protons).sum();
            assert_eq!(nuclear, 19, "{name}, event {number}");
            let nuclei: Vec<_> = event.final_state().filter(|p| p.state.is_some()).collect();
            assert_eq!(nuclei.len(), 1, "{name}, event {number}");
            assert_eq!(nuclei[0].state.map(|s| s.excitation), Some(0.0), "{name}, event {number}");
            let negative = event.final_state().any(|p| p.kinetic_energy() < -1e-9);
            assert!(!negative, "{name}, event {number}: a negative kinetic energy");
            assert_eq!(event.vertices[0].status, VertexStatus::Primary);
        }
    }
}

#[test]
fn excitation_energy_goes_down_with_every_emission() {
    let chain = make(mono(50.0), 0);
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    for number in 0..EVENTS {
        chain.draw(number, &mut scratch, &mut event);
        for vertex in event.vertices.iter().filter(|v| v.status != VertexStatus::Primary) {
            let before = &event.particles[vertex.incoming.0 as usize];
            let masses: f64 = event.particles[vertex.outgoing()].iter().map(|p| p.mass).sum();
            assert!(masses <= before.mass + 1e-9, "event {number}: {masses} {}", before.mass);
        }
    }
}

struct Source<'a>(&'a Chain);

impl EventSource for Source<'_> {
    type Scratch = Scratch;
    fn scratch(&self) -> Scratch {
        self.0.scratch()
    }
    fn draw(&self, number: u64, scratch: &mut Scratch, event: &mut Event) {
        self.0.draw(number, scratch, event);
    }
}

fn events(chain: &Chain, range: std::ops::Range<u64>, threads: usize) -> Vec<Event> {
    let mut all = Vec::new();
    let plan = Plan::new(range, threads);
    let write = |part: Vec<Event>| {
        all.extend(part);
        Ok(())
    };
    let cancel = AtomicBool::new(false);
    run::run(&Source(chain), &plan, &cancel, Copies::default, write, |_| ()).expect("a run without errors");
    all
}

#[test]
fn an_event_is_the_same_to_the_bit_alone_in_a_slice_and_from_two_threads() {
    const WANTED: usize = 80;
    let whole = events(&make(supernova(), WANTED), 0..3000, 1);
    let threads = events(&make(supernova(), WANTED), 0..3000, 2);
    assert!(whole == threads, "1 thread and 2 threads differ");
    let slice = events(&make(supernova(), WANTED), 1234..1500, 2);
    assert!(whole[1234..1500] == slice[..], "a slice differs");
    // Alone and backwards: what is tabulated first must not matter.
    let chain = make(supernova(), WANTED);
    let mut event = Event::new();
    for number in (0..3000u64).rev().step_by(37) {
        chain.draw(number, &mut chain.scratch(), &mut event);
        assert!(event == whole[number as usize], "event {number} alone differs");
    }
}

#[test]
fn gradients_change_nothing_in_the_events_but_the_last_bit() {
    // With gradients the transmission coefficients come from dual numbers, whose values round differently.
    let [plain, with] = [0, 40].map(|wanted| events(&make(supernova(), wanted), 0..3000, 1));
    let mut worst = 0.0f64;
    for (a, b) in plain.iter().zip(&with) {
        assert!(a.vertices == b.vertices, "event {}", a.number);
        for (p, q) in a.particles.iter().zip(&b.particles) {
            assert_eq!((p.pdg, p.status), (q.pdg, q.status));
            worst = worst.max((p.momentum.e - q.momentum.e).abs());
        }
    }
    println!("energies with and without gradients differ by {worst:.1e} MeV at most");
    assert!(worst < 1e-9, "{worst}");
}
