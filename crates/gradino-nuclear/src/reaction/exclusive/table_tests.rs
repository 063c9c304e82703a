use super::super::amplitude::{CurrentFactors, OperatorAmplitudes, operator_amplitudes};
use super::super::coupling::{Coupling, Harmonics};
use super::super::hadron::{HadronTensor, STRUCTURES};
use super::super::model::tests::knockout_of;
use super::*;
use crate::meanfield::{Current, FormFactorModel};
use gradino_core::ParamSet;

/// Nodes from the resonances to fast nucleons.
fn grid() -> Grid {
    let momenta = (1..28).map(|i| 50.0 * f64::from(i)).collect();
    Grid { kinetic: vec![0.0, 8.0, 40.0, 121.0, 300.0, 600.0], momenta }
}

#[test]
fn elements_are_kept_to_a_small_part_of_the_largest_of_their_operator() {
    let (source, knockout) = knockout_of(&grid());
    let table = &knockout.table;
    let mut room = Vec::new();
    let mut nodes = 0;
    for kinetic in 1..table.grid.kinetic.len() {
        let slice =
            source.slice(table.grid.kinetic[kinetic], &table.grid.momenta).expect("a positive energy");
        for (hole, elements) in slice.elements.iter().enumerate() {
            let multipoles = table.holes[hole].multipoles();
            let of = |i: &usize| i / (multipoles * OPERATORS * LANES) % 2 * OPERATORS + i / LANES % OPERATORS;
            let size = elements.len() / table.grid.momenta.len();
            for (momentum, exact) in elements.chunks_exact(size).enumerate() {
                let Some(kept) = table.elements(hole, kinetic, momentum, &mut room) else { continue };
                let (kept, dropped) = exact.split_at(kept.values.len());
                for operator in 0..2 * OPERATORS {
                    let places: Vec<usize> = (0..kept.len()).filter(|i| of(i) == operator).collect();
                    let largest = places.iter().map(|&i| kept[i].abs()).fold(0.0, f64::max);
                    for i in places {
                        let off = (f64::from(room[i]) - kept[i]).abs();
                        assert!(off <= 1.6e-5 * largest, "{hole} {kinetic} {momentum} {operator} {i}");
                    }
                }
                let strength = |elements: &[f64]| elements.iter().map(|x| x * x).sum::<f64>();
                assert!(
                    strength(dropped) <= NEGLIGIBLE_WAVES * strength(exact),
                    "{hole} {kinetic} {momentum}"
                );
                assert!(!dropped.is_empty() && kept.len() >= 2 * table.holes[hole].group());
                nodes += 1;
            }
        }
    }
    assert!(nodes > 300, "{nodes}");
}

#[test]
fn waves_that_are_left_out_matter_in_no_direction() {
    let (source, knockout) = knockout_of(&grid());
    let table = &knockout.table;
    let model = knockout.prepare(&ParamSet::new(knockout.parameters()), &[]);
    let mut space = model.workspace();
    let form = FormFactorModel::default();
    let form_factors = form.prepare(&ParamSet::new(form.parameters()).values());
    let mut all = Vec::new();
    for kinetic in 1..table.grid.kinetic.len() {
        let energy = table.grid.kinetic[kinetic];
        let slice = source.slice(energy, &table.grid.momenta).expect("a positive energy");
        let (cos, sin): (Vec<f64>, Vec<f64>) = slice.phases.iter().map(|p| (p.cos(), p.sin())).unzip();
        for (hole, elements) in slice.elements.iter().enumerate() {
            let coupling = Coupling::<f64>::new(table.holes[hole].shell, (slice.waves / 2) as u32);
            let mut harmonics = Harmonics::new(&coupling);
            let mut amplitudes = vec![OperatorAmplitudes::none(0.0); table.holes[hole].states()];
            let omega = energy + table.holes[hole].separation;
            let size = elements.len() / table.grid.momenta.len();
            for (momentum, (&q, values)) in
                table.grid.momenta.iter().zip(elements.chunks_exact(size)).enumerate()
            {
                if q <= omega || table.packed.node(hole, kinetic, momentum).is_none() {
                    continue;
                }
                let f = form_factors.of(Current::Charged, Nucleon::Neutron, q * q - omega * omega);
                let factors = CurrentFactors::new(&f, omega, q);
                let mut both = |x: f64| -> [[f64; STRUCTURES]; 2] {
                    harmonics.fill(x, slice.waves);
                    let elements = Elements { values, cos: &cos, sin: &sin };
                    operator_amplitudes(&coupling, &elements, &harmonics, &mut amplitudes);
                    let mut exact = HadronTensor::zero();
                    amplitudes.iter().for_each(|a| exact.add_state(a, &factors));
                    model.fill_harmonics(hole, x, kinetic, &mut space);
                    let node = (kinetic, momentum);
                    let found = model.filled_node_tensor(hole, node, &mut space).expect("in the table");
                    [exact.structures(), found.structures()]
                };
                // Forward the amplitudes of all waves add up.
                let pairs = [-1.0, -0.5, 0.3, 0.9, 0.999].map(&mut both);
                let largest = pairs.iter().flat_map(|pair| pair[0]).fold(0.0, |a: f64, x| a.max(x.abs()));
                let off = |[a, b]: &[[f64; STRUCTURES]; 2]| {
                    a.iter().zip(b).fold(0.0, |off: f64, (a, b)| off.max((a - b).abs()))
                };
                let off = pairs.iter().map(off).fold(0.0, f64::max) / largest;
                assert!(off < 1.5e-3, "{off:e} at T = {energy}, q = {q} of hole {hole}");
                all.push(off);
            }
        }
    }
    all.sort_by(f64::total_cmp);
    let share = |s: usize| all[all.len() * s / 100];
    assert!(all.len() > 250 && share(50) < 1e-4 && share(95) < 4e-4, "{:e} {:e}", share(50), share(95));
}
