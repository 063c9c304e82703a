//! Structures of the hadron tensor and four-fold cross sections of knockout against the brute force of
//! validation/independent/exclusive.py.

use gradino_core::{Nuclide, ParamSet};
use gradino_nuclear::meanfield::{
    Convention, Current, FinalState, LongitudinalCurrent, Nucleon, ResponseOptions, Shell, Skyrme,
};
use gradino_nuclear::reaction::exclusive::{
    Grid, Knockout, KnockoutTable, LeptonVertex, MeanFieldSource, Point, STRUCTURE_NAMES, STRUCTURES,
};
use std::sync::Arc;

/// Field, currents and form factors.
#[derive(Clone, Copy, Debug)]
enum Choice {
    /// Those of the tables of dolan2022.
    Tables,
    /// The same with plane waves.
    Plane,
    /// The defaults, with the longitudinal current of free nucleons.
    Own,
}

impl Choice {
    fn convention(self) -> Convention {
        match self {
            Choice::Tables | Choice::Plane => Convention::Dolan2022,
            Choice::Own => Convention::Own,
        }
    }

    fn options(self) -> ResponseOptions {
        match self {
            Choice::Tables => self.convention().options(FinalState::Distorted),
            Choice::Plane => self.convention().options(FinalState::Plane),
            Choice::Own => ResponseOptions {
                longitudinal: LongitudinalCurrent::Convection,
                ..ResponseOptions::default()
            },
        }
    }
}

/// Numbers of the independent program for one shell at one momentum transfer and one energy of the nucleon.
struct Reference {
    nuclide: &'static str,
    choice: Choice,
    /// PDG number of the neutrino.
    lepton: i32,
    shell: &'static str,
    /// Momentum transfer and kinetic energy [MeV].
    q: f64,
    kinetic: f64,
    /// Structures [1/(GeV sr)] in the order of their names, at the angles.
    structures: [[f64; STRUCTURES]; 3],
    /// Four-fold cross sections [1e-38 cm2/(MeV sr)] at the first angle and the azimuths.
    cross_sections: [f64; 4],
}

/// Angles of the nucleon [degrees].
const ANGLES: [f64; 3] = [20.0, 60.0, 120.0];
/// Azimuths of the nucleon.
const AZIMUTHS: [f64; 4] = [0.4, 1.9, 3.3, 5.1];
/// Energy of the neutrino of the cross sections [MeV].
const ENERGY: f64 = 700.0;
/// Largest difference of a structure over what a positive tensor allows, and of a cross section: the table leaves out waves
/// with up to 3e-8 of the strength at a node, which add up in the forward direction.
const TOLERANCE: [f64; 2] = [5e-4; 2];

#[rustfmt::skip]
const REFERENCES: [Reference; 7] = [
    Reference { nuclide: "16O", choice: Choice::Tables, lepton: 14, shell: "1p3/2",
        q: 300.0, kinetic: 60.0, structures: [
            [20.6375, 4.20437, 1.97401, 101.394, 85.4152, 0.761088, 0.506121, -0.433265, -2.93836, 2.06293, 4.64529, 1.84732, 0.975085, 0.710093, -0.503231],
            [0.182669, 0.0253184, 0.0141449, 0.661097, 0.546166, 0.011946, -0.000747906, -0.00247063, -0.0388795, -0.0177856, -0.152491, 0.00267882, -0.151455, 0.00392305, 0.0360277],
            [0.00741714, 0.00121466, 0.000497662, 0.0223292, 0.0175625, 2.04351e-05, 0.00171505, -2.23768e-05, 0.000948577, 0.00115428, 0.00447683, 0.000277878, 0.000895177, 0.00262708, 0.000175944],
        ], cross_sections: [0.0495374, 0.0475636, 0.0505752, 0.0538173] },
    Reference { nuclide: "16O", choice: Choice::Tables, lepton: 14, shell: "1s1/2",
        q: 400.0, kinetic: 100.0, structures: [
            [4.63583, 1.20808, 0.421039, 28.404, 26.7462, 0.317656, 0.919284, 0.00422284, -0.00792218, -1.47273, -5.98787, -1.06326, -5.47004, -0.0974669, 0.447746],
            [0.0313895, 0.010115, 0.00350187, 0.0544844, 0.0520912, -0.00258374, -0.00747727, -0.00241483, -0.00695642, -0.00496209, -0.0166217, -0.00445493, -0.016036, -0.000980923, 0.00018931],
            [0.0262389, 0.00905912, 0.00313042, 0.000559337, 0.000531374, 0.00069587, 0.00201383, 0.000936457, 0.00271166, -9.75036e-05, -0.000318527, -8.8337e-05, -0.000305516, -1.95635e-06, 5.0287e-06],
        ], cross_sections: [0.0133679, 0.016596, 0.0119966, 0.00806713] },
    Reference { nuclide: "16O", choice: Choice::Tables, lepton: -14, shell: "1p1/2",
        q: 300.0, kinetic: 30.0, structures: [
            [6.41771, 0.339289, 0.616618, 34.6552, 28.7706, 0.0430962, -0.357735, 0.0833347, 0.269665, -0.96646, -0.551733, -1.7401, 1.75944, -1.40922, 0.319162],
            [0.490661, 0.0230215, 0.0454232, 3.54017, 2.9517, 0.0109181, 0.0566856, 0.00910972, 0.00683758, 0.012829, -0.143257, 0.0210941, -0.0860341, -0.133947, 0.0640762],
            [0.0503291, 0.000561409, 0.00343613, 0.296144, 0.237369, -0.0023374, 0.0242512, 0.000710087, 0.0243618, -0.00393733, 0.0661089, -0.0179404, 0.0529856, -0.00448208, -0.00272313],
        ], cross_sections: [0.0131229, 0.0120183, 0.0122576, 0.0109292] },
    Reference { nuclide: "12C", choice: Choice::Tables, lepton: 14, shell: "1p3/2",
        q: 500.0, kinetic: 120.0, structures: [
            [9.50621, 2.28291, 0.6446, 67.1789, 65.8819, 0.639814, 0.427624, 0.0620074, -1.31687, -0.225712, -1.27225, -0.18011, -1.19661, 0.365437, -0.000870908],
            [0.0173394, 0.00189238, 0.000534331, 0.0622322, 0.0611805, 0.00021645, 0.00103251, -7.19054e-05, 0.000369244, -0.00299392, -0.0187356, -0.00264724, -0.0197774, -8.25549e-05, 0.000621942],
            [0.000573923, 3.17405e-06, 0.0, 9.13105e-05, 8.96832e-05, 0.0, 2.96022e-05, 0.0, 1.79746e-05, -2.57049e-06, 2.51382e-05, -2.37558e-06, 3.67426e-05, 1.16309e-06, 0.0],
        ], cross_sections: [0.0333107, 0.033851, 0.0323817, 0.0320781] },
    Reference { nuclide: "16O", choice: Choice::Plane, lepton: 14, shell: "1p3/2",
        q: 300.0, kinetic: 60.0, structures: [
            [24.1896, 4.79009, 2.31527, 114.858, 97.1576, 1.0501, 1.18129, 0.0, -1.4852, 0.0, 0.0, 0.0, 0.0, -0.169394, 0.0],
            [0.262269, 0.0500961, 0.0218603, 1.10178, 0.917342, 0.0251054, -0.0801173, 0.0, -0.095618, 0.0, 0.0, 0.0, 0.0, -0.0102544, 0.0],
            [0.00422509, 7.42342e-05, 5.93746e-06, 0.000299254, 0.000249159, 6.81907e-06, -0.000570946, 0.0, -0.000330624, 0.0, 0.0, 0.0, 0.0, -2.78537e-06, 0.0],
        ], cross_sections: [0.057517, 0.0579056, 0.0583337, 0.0576203] },
    Reference { nuclide: "16O", choice: Choice::Own, lepton: 14, shell: "1p1/2",
        q: 400.0, kinetic: 80.0, structures: [
            [6.02299, 1.20985, 0.340394, 51.8909, 48.0865, 0.282313, 5.80438, 0.00784227, 3.50139, -0.595431, -2.03012, -0.532244, -1.15492, -1.87776, 0.559444],
            [0.00675553, 0.00126426, 0.000588906, 0.112834, 0.102009, 0.000442557, 0.000543127, 0.000589469, 5.30202e-05, -0.00213643, 0.00504638, -0.003935, 0.00508066, -0.00886954, 0.000451019],
            [0.000285847, 5.58546e-05, 2.35521e-05, 0.00514681, 0.00469327, 1.17918e-05, 0.000421493, 2.7017e-05, 0.000364644, 3.8995e-06, 0.000599957, -0.000117597, 0.000439846, -0.000503545, -5.484e-05],
        ], cross_sections: [0.0226509, 0.0289171, 0.0318194, 0.0223623] },
    Reference { nuclide: "16O", choice: Choice::Own, lepton: -14, shell: "1s1/2",
        q: 350.0, kinetic: 50.0, structures: [
            [8.94687, 1.77716, 0.546736, 54.9952, 48.8352, 0.448833, 4.25009, 0.257508, 1.71568, -0.770299, -6.05994, 0.00570662, -3.35618, -0.158512, 0.493335],
            [0.0118658, 0.00193659, 0.000742418, 0.0628309, 0.0540397, -8.90329e-05, 0.00702076, -0.000429729, 0.00307911, 0.00171934, -0.000373023, 0.0002968, -0.000529963, 0.000402281, 0.00253113],
            [0.00404859, 0.000843188, 0.000297336, 0.0234942, 0.020187, -1.69217e-05, -0.000186535, -1.86904e-05, -8.62772e-05, 0.000621898, 0.00431505, -0.000158358, 0.00280608, 0.000493211, 0.000119072],
        ], cross_sections: [0.0124444, 0.0184693, 0.0159853, 0.00911737] },
];

/// The model with nodes at the momentum transfer and the kinetic energy of the reference.
fn model(reference: &Reference) -> Arc<Knockout> {
    let convention = reference.choice.convention();
    let nuclide: Nuclide = reference.nuclide.parse().expect("a nuclide");
    let theta = convention.force().parameters.values();
    let field = convention.field(nuclide).solve(&Skyrme::new(&theta)).expect("bound");
    let vertex = LeptonVertex::new(Current::Charged, reference.lepton).expect("a neutrino");
    let struck = if reference.lepton > 0 { Nucleon::Neutron } else { Nucleon::Proton };
    let Reference { q, kinetic, .. } = *reference;
    let grid = Grid { kinetic: vec![0.0, kinetic, 1.2 * kinetic], momenta: vec![0.9 * q, q, 1.1 * q] };
    let kinds = [struck, struck.other()];
    let source =
        MeanFieldSource::new(&field, kinds, reference.choice.options(), &grid.momenta, 1.2 * kinetic);
    let table = Arc::new(KnockoutTable::build(&source, grid).expect("positive energies"));
    Knockout::new(table, vertex, convention.form_factors()).expect("the right nucleon")
}

/// The largest that a structure can be where CC, LL and T are as given.
fn allowed(name: &str, [cc, ll, t]: [f64; 3]) -> f64 {
    match name {
        "CC" => cc,
        "LL" => ll,
        "CL" => (cc * ll).sqrt(),
        _ if name.starts_with("TC") => (cc * t).sqrt(),
        _ if name.starts_with("TL") => (ll * t).sqrt(),
        _ => t,
    }
}

#[test]
fn structures_and_cross_sections_of_knockout_equal_those_of_brute_force() {
    for reference in &REFERENCES {
        let Reference { nuclide, choice, lepton, shell, q, kinetic, .. } = *reference;
        let knockout = model(reference);
        let params = ParamSet::new(knockout.parameters());
        let prepared = knockout.prepare(&params, &[]);
        let mut space = prepared.workspace();
        let wanted: Shell = shell.parse().expect("a shell");
        let hole = knockout.table.holes.iter().position(|h| h.shell == wanted).expect("filled");
        let omega = kinetic + knockout.table.holes[hole].separation;
        let what = format!("{nuclide} {choice:?} {lepton} {shell} q = {q} T = {kinetic}");
        let top = |k: usize| reference.structures.iter().map(|row| row[k]).fold(0.0, f64::max);
        let tops = [0, 2, 3].map(top); // CC, LL, T
        let cosines = ANGLES.map(|angle| angle.to_radians().cos());
        for (x, expected) in cosines.into_iter().zip(&reference.structures) {
            let found = prepared.structures(hole, [omega, q, x], &mut space, &mut []);
            for ((name, found), expected) in STRUCTURE_NAMES.into_iter().zip(found).zip(expected) {
                let off = (1000.0 * found - expected).abs() / allowed(name, tops);
                assert!(off < TOLERANCE[0], "{what}: {name} at {x}: {found} {expected}, off by {off:e}");
            }
        }
        let out = ((ENERGY - omega).powi(2) - knockout.vertex.outgoing_mass.powi(2)).sqrt();
        let cos_theta = (ENERGY * ENERGY + out * out - q * q) / (2.0 * ENERGY * out);
        for (phi_nucleon, expected) in AZIMUTHS.into_iter().zip(reference.cross_sections) {
            let point =
                Point { hole, energy: ENERGY, omega, cos_theta, cos_nucleon: cosines[0], phi_nucleon };
            let found = 1e38 * prepared.cross_section(&point, &mut space);
            let off = (found / expected - 1.0).abs();
            assert!(off < TOLERANCE[1], "{what}: at phi = {phi_nucleon}: {found} {expected}, off by {off:e}");
        }
    }
}
