//! Cascades from states that are not prepared one by one.

mod decay_support;

use decay_support::*;
use gradino_core::{NuclearState, Nuclide, Parity, Purpose, Stream};
use gradino_nuclear::decay::{Cascade, CascadeRecord};

const OXYGEN_15: Nuclide = Nuclide::new(8, 15);

fn from(cascade: &Cascade, state: NuclearState, event: u64) -> (NuclearState, CascadeRecord) {
    let mut record = CascadeRecord::new(0);
    cascade.draw_at(state, &mut Stream::new(3, event, Purpose::Cascade), &mut record);
    (cascade.stands_for(state), record)
}

#[test]
fn a_state_at_a_tabulated_energy_decays_as_if_it_were_prepared() {
    let excitation = cut(POTASSIUM_40) + 100.0 * 0.08; // the 100th step of the grid
    let mut cascade = Cascade::new(network(POTASSIUM_40, excitation + 1.0, &[]));
    let state = NuclearState { excitation, two_j: 2, parity: Parity::Plus };
    let start = cascade.start(excitation, 2, Parity::Plus).expect("an open channel");
    let mut prepared = CascadeRecord::new(0);
    for event in 0..300 {
        cascade.draw(start, &mut Stream::new(3, event, Purpose::Cascade), &mut prepared);
        let (begun, record) = from(&cascade, state, event);
        assert_eq!(begun, state);
        assert_eq!(record.steps, prepared.steps, "event {event}");
    }
}

#[test]
fn a_bound_state_is_the_nearest_level_of_its_spin_and_parity() {
    let cascade = Cascade::new(network(OXYGEN_15, 20.0, &[]));
    let hole = |excitation, two_j, parity| NuclearState { excitation, two_j, parity };
    // 1p3/2 hole: the known 3/2- level at 6.176 MeV, not the 5/2+ and 3/2+ levels around 6.8 MeV.
    let (start, record) = from(&cascade, hole(6.9, 3, Parity::Minus), 0);
    assert!((start.excitation - 6.176).abs() < 0.002, "{start:?}");
    assert_eq!((start.two_j, start.parity), (3, Parity::Minus));
    assert!(record.steps.last().is_some_and(|s| s.excitation == 0.0 && s.fragment.is_none()));
    let (ground, record) = from(&cascade, hole(0.0, 1, Parity::Minus), 0);
    assert_eq!((ground.excitation, record.steps.len()), (0.0, 0));
}

#[test]
fn an_unbound_hole_emits_particles() {
    let cascade = Cascade::new(network(OXYGEN_15, 30.0, &[]));
    let state = NuclearState { excitation: 23.5, two_j: 1, parity: Parity::Plus };
    let emits = |event| from(&cascade, state, event).1.steps.iter().any(|s| s.fragment.is_some());
    assert!((0..200).filter(|&event| emits(event)).count() > 190);
}
