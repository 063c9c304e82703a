//! Total cross sections of knockout against the independent program (validation/independent/cross_section.py).

use gradino_core::{Nuclide, ParamSet};
use gradino_nuclear::meanfield::{Convention, Current, FinalState, Nucleon, Shell, Skyrme};
use gradino_nuclear::reaction::exclusive::{Grid, Knockout, KnockoutTable, LeptonVertex, MeanFieldSource};
use std::sync::Arc;

/// Energies of the neutrino [MeV].
const ENERGIES: [f64; 2] = [400.0, 800.0];
/// Nodes of the table in T and q, those of `gradino`.
const NODES: [usize; 2] = [300, 250];
/// Largest difference; seen: 3.2e-4.
const TOLERANCE: f64 = 5e-4;

/// Nuclide, PDG number of the neutrino, shell, and the cross sections of that program at the energies [cm^2], with the
/// choices of dolan2022 and without a Coulomb correction.
#[rustfmt::skip]
const TOTALS: [(&str, i32, &str, [f64; 2]); 10] = [
    ("16O", 14, "1s1/2", [8.86147385e-39, 1.62757403e-38]),
    ("16O", 14, "1p3/2", [1.99826131e-38, 3.46236722e-38]),
    ("16O", 14, "1p1/2", [1.05237182e-38, 1.77329839e-38]),
    ("16O", -14, "1s1/2", [1.54774858e-39, 4.41235833e-39]),
    ("16O", -14, "1p3/2", [4.25685994e-39, 1.02795991e-38]),
    ("16O", -14, "1p1/2", [2.27156907e-39, 5.32573235e-39]),
    ("12C", 14, "1s1/2", [9.29987571e-39, 1.66812907e-38]),
    ("12C", 14, "1p3/2", [2.11568537e-38, 3.58814084e-38]),
    ("12C", -14, "1s1/2", [1.52920796e-39, 4.39317934e-39]),
    ("12C", -14, "1p3/2", [4.28000880e-39, 1.03468720e-38]),
];

fn knockout(name: &str, neutrino: i32) -> Arc<Knockout> {
    let tables = Convention::Dolan2022;
    let nuclide: Nuclide = name.parse().expect("a nuclide");
    let theta = tables.force().parameters.values();
    let field = tables.field(nuclide).solve(&Skyrme::new(&theta)).expect("bound");
    let struck = if neutrino > 0 { Nucleon::Neutron } else { Nucleon::Proton };
    let [kinetic_end, momentum_end] = Grid::reach(ENERGIES[1]);
    let momenta = Grid::uniform_momenta(NODES[1], momentum_end);
    let options = tables.options(FinalState::Distorted);
    let source = MeanFieldSource::new(&field, [struck, struck.other()], options, &momenta, kinetic_end);
    let kinetic = Grid::adapted_kinetic(&source, NODES[0], kinetic_end).expect("waves");
    let table = KnockoutTable::build(&source, Grid { kinetic, momenta }).expect("positive energies");
    let vertex = LeptonVertex::new(Current::Charged, neutrino).expect("a neutrino");
    Knockout::new(Arc::new(table), vertex, tables.form_factors()).expect("the right nucleon")
}

#[test]
fn total_cross_sections_by_shell_equal_those_of_an_independent_program() {
    for (name, neutrino) in [("16O", 14), ("16O", -14), ("12C", 14), ("12C", -14)] {
        let knockout = knockout(name, neutrino);
        let params = ParamSet::new(knockout.parameters());
        let prepared = knockout.prepare(&params, &[]);
        let totals = ENERGIES.map(|energy| prepared.total(energy));
        let mut sums = [0.0; 2];
        for &(.., shell, expected) in TOTALS.iter().filter(|row| (row.0, row.1) == (name, neutrino)) {
            let wanted: Shell = shell.parse().expect("a shell");
            let hole = knockout.table.holes.iter().position(|h| h.shell == wanted).expect("filled");
            for (k, expected) in expected.into_iter().enumerate() {
                let off = totals[k].by_hole[hole] / expected - 1.0;
                assert!(
                    off.abs() < TOLERANCE,
                    "{name} {neutrino} {shell} at {}: off by {off:e}",
                    ENERGIES[k]
                );
                sums[k] += expected;
            }
        }
        for (total, expected) in totals.iter().zip(sums) {
            assert!((total.value / expected - 1.0).abs() < TOLERANCE, "{name} {neutrino}: {}", total.value);
        }
    }
}
