use super::*;
use crate::meanfield::continuum::FinalState;
use crate::meanfield::{
    AxialModel, CoulombExchange, FormFactorModel, Options, Skyrme, SkyrmeForce, VectorModel,
};
use gradino_core::{Dual, Nuclide, ParamSet, Params};

type Eight = Dual<f64, 8>;

fn model() -> FormFactorModel {
    FormFactorModel { vector: VectorModel::Dipole, axial: AxialModel::Dipole }
}

fn form_factors() -> PreparedFormFactors<f64> {
    model().prepare(&ParamSet::new(model().parameters()).values())
}

fn oxygen<D: Real>(theta: &Params<D>) -> MeanField<D> {
    let options = Options { exchange: CoulombExchange::None, ..Options::default() };
    MeanField::solve(Nuclide::new(8, 16), &Skyrme::new(theta), &options).expect("16O is bound")
}

fn force() -> ParamSet {
    SkyrmeForce::named("SkE2").expect("it is built in").parameters
}

#[test]
fn the_charge_response_vanishes_with_the_momentum_for_orthogonal_waves() {
    let field = oxygen(&force().values());
    let model =
        ResponseModel::new(&field, Probe::Electron, ResponseOptions::default(), &[1.0, 4.0, 40.0], 60.0);
    let responses = model.responses(&form_factors(), 45.0).expect("open");
    let cc: Vec<f64> = responses.iter().map(|r| r.cc).collect();
    // Dipole transitions: q^2.
    assert!((cc[1] / cc[0] / 16.0 - 1.0).abs() < 2e-2, "{cc:?}");
    assert!(cc[0] < 1e-3 * cc[2] && cc[0] > 0.0, "{cc:?}");
}

#[test]
fn the_sum_over_waves_has_converged() {
    let field = oxygen(&force().values());
    let mut model = ResponseModel::new(
        &field,
        Probe::Neutrino,
        ResponseOptions::default(),
        &[150.0, 500.0, 900.0],
        450.0,
    );
    for omega in [30.0, 120.0, 420.0] {
        let usual = model.responses(&form_factors(), omega).expect("open");
        let most = model.l_max;
        model.l_max -= 2;
        let fewer = model.responses(&form_factors(), omega).expect("open");
        model.l_max = most;
        for (a, b) in usual.iter().zip(&fewer) {
            for (x, y) in a.array().iter().zip(b.array()) {
                assert!((x - y).abs() < 1e-5 * (x.abs() + 1e-6), "{omega}: {x} {y}");
            }
        }
    }
}

#[test]
fn conserved_and_convection_currents_agree_without_effective_mass_and_spin_orbit() {
    // [H, rho] of a local field of free mass: q Z_J = omega M_J, wave by wave.
    let theta = {
        let mut set = force();
        for name in ["skyrme.t1", "skyrme.t2", "skyrme.t4", "skyrme.w0"] {
            set.set(name, 0.0).expect("within its bounds");
        }
        set.set("skyrme.t0", -1000.0).expect("within its bounds");
        set.set("skyrme.t3", 13000.0).expect("within its bounds");
        set.values()
    };
    let options = Options { exchange: CoulombExchange::None, centre_of_mass: false, ..Options::default() };
    let field = MeanField::solve(Nuclide::new(8, 16), &Skyrme::new(&theta), &options).expect("bound");
    let continuum = ContinuumOptions { final_state: FinalState::Distorted, relativistic: false };
    let options = ResponseOptions { continuum, ..ResponseOptions::default() };
    let q = 250.0;
    let model = ResponseModel::new(&field, Probe::Electron, options, &[q], 80.0);
    let mut largest = 0.0f64;
    for omega in [40.0, 75.0] {
        for hole in model.holes() {
            let (_, elements) = model.elements(hole, omega).expect("waves").expect("open");
            for (channel, e) in elements.at(0).filter(|(c, _)| c.is_natural(hole.shell.l)) {
                let charge = e.natural(Natural::Charge) * omega / q;
                let current = e.natural(Natural::LongitudinalConvection);
                largest = largest.max(charge.abs());
                assert!((charge - current).abs() < 3e-6, "{} {channel:?}: {charge} {current}", hole.shell);
            }
        }
    }
    assert!(largest > 1e-3, "{largest}");
}

#[test]
fn antineutrinos_see_the_mirror_image_of_a_symmetric_nucleus() {
    // Without Coulomb field neutrons and protons are alike: the responses of both are the same.
    let mut field = oxygen(&force().values());
    let neutron = field.fields[0].clone();
    field.fields[1] = neutron;
    let neutrons: Vec<_> = field.orbitals.iter().filter(|o| o.nucleon == Nucleon::Neutron).cloned().collect();
    let protons = neutrons.iter().cloned().map(|o| Orbital { nucleon: Nucleon::Proton, ..o });
    field.orbitals = neutrons.iter().cloned().chain(protons).collect();
    let [nu, anti] = [Probe::Neutrino, Probe::Antineutrino].map(|probe| {
        let model = ResponseModel::new(&field, probe, ResponseOptions::default(), &[300.0], 60.0);
        model.responses(&form_factors(), 50.0).expect("open")[0]
    });
    assert_eq!(nu, anti);
    assert!(nu.t_prime > 0.0 && nu.cc > 0.0 && nu.ll > 0.0);
}

#[test]
fn derivatives_with_respect_to_form_factors_are_exact() {
    let field = oxygen(&force().values());
    let waves = ResponseModel::new(&field, Probe::Neutrino, ResponseOptions::default(), &[400.0], 100.0);
    let holes = waves.sums(90.0).expect("open");
    let (omega, q) = (90.0, 400.0);
    let set = ParamSet::new(model().parameters());
    let respond = |theta: &Params<f64>| {
        let prepared = model().prepare(theta);
        let f = prepared.of(Current::Charged, Nucleon::Neutron, q * q - omega * omega);
        holes.iter().fold(Responses::zero(), |sum, h| {
            sum.plus(&h.sums[0].responses(&f, omega, q, &ResponseOptions::default()))
        })
    };
    let prepared = model().prepare(&set.chunk::<8>(0));
    let f = prepared.of(Current::Charged, Nucleon::Neutron, q * q - omega * omega);
    let lifted = |s: &ResponseSums<f64>| s.map(Eight::from);
    let dual = holes.iter().fold(Responses::<Eight>::zero(), |sum, h| {
        sum.plus(&lifted(&h.sums[0]).responses(&f, omega, q, &ResponseOptions::default()))
    });
    let mut moved = 0;
    for i in 0..set.len().min(8) {
        let h = 1e-5 * set.at(i).value.abs().max(1e-2);
        let at = |by: f64| respond(&set.seeded(|k, p| if k == i { p.value + by } else { p.value }));
        let (low, high) = (at(-h), at(h));
        for ((d, a), b) in dual.array().iter().zip(low.array()).zip(high.array()) {
            let slope = (b - a) / (2.0 * h);
            let size = d.re().abs() / set.at(i).value.abs().max(1e-2);
            assert!(
                (d.slot(i) - slope).abs() < 1e-6 * (slope.abs() + size * 1e-2),
                "{}: {} {slope}",
                set.at(i).name,
                d.slot(i)
            );
            moved += usize::from(slope != 0.0);
        }
    }
    assert!(moved > 10, "{moved}");
}

#[test]
fn derivatives_with_respect_to_the_force_go_through_the_self_consistent_field() {
    let set = force();
    let prepared = form_factors();
    let (omega, q) = (60.0, 350.0);
    let respond = |theta: &Params<f64>| {
        let field = oxygen(theta);
        let model = ResponseModel::new(&field, Probe::Neutrino, ResponseOptions::default(), &[q], omega);
        model.responses(&prepared, omega).expect("open")[0].array()
    };
    let field = oxygen(&set.chunk::<8>(0));
    let waves = ResponseModel::new(&field, Probe::Neutrino, ResponseOptions::default(), &[q], omega);
    let theta = ParamSet::new(model().parameters()).seeded(|_, p| Eight::from(p.value));
    let dual = waves.responses(&model().prepare(&theta), omega).expect("open")[0].array();
    for name in ["skyrme.t0", "skyrme.t1", "skyrme.t3", "skyrme.x0"] {
        let i = set.position(name).expect("a parameter of the force");
        let h = 2e-4 * set.at(i).value.abs();
        let at = |n: f64| respond(&set.seeded(|k, p| if k == i { p.value + n * h } else { p.value }));
        let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(at);
        for k in 0..5 {
            let slope = (a[k] - d[k] + 8.0 * (c[k] - b[k])) / (12.0 * h);
            let size = dual[k].re().abs() / set.at(i).value.abs();
            assert!(slope.abs() > 1e-3 * size, "{name} {k}: the response moves");
            assert!(
                (dual[k].slot(i) - slope).abs() < 1e-4 * slope.abs() + 1e-5 * size,
                "{name} {k}: {} {slope}",
                dual[k].slot(i)
            );
        }
    }
}

#[test]
fn an_emptied_shell_takes_its_share_away_and_half_a_shell_counts_half() {
    let set = force();
    let oxygen = oxygen(&set.values());
    let p1 = Shell::new(1, 1, 1);
    let kept = crate::meanfield::EmptiedField::Kept;
    let carbon = oxygen.emptied(&Skyrme::new(&set.values()), &[p1], kept).expect("1p1/2 is filled");
    let mut half = oxygen.clone();
    half.orbitals.iter_mut().filter(|o| o.shell == p1).for_each(|o| o.occupation *= 0.5);
    let [whole, half, empty] = [&oxygen, &half, &carbon].map(|field| {
        let model =
            ResponseModel::new(field, Probe::Antineutrino, ResponseOptions::default(), &[320.0], 60.0);
        model.responses(&form_factors(), 55.0).expect("open")[0].array()
    });
    for k in 0..5 {
        assert!((whole[k] + empty[k] - 2.0 * half[k]).abs() < 1e-6 * whole[k].abs(), "{k}");
        assert!((whole[k] - empty[k]).abs() > 0.05 * whole[k].abs(), "{k}: 1p1/2 has a share");
    }
}

#[test]
fn electrons_see_charge_and_transverse_current_alone() {
    let field = oxygen(&force().values());
    let model = ResponseModel::new(&field, Probe::Electron, ResponseOptions::default(), &[320.0], 60.0);
    let [r] = model.responses(&form_factors(), 55.0).expect("open")[..] else { panic!("one momentum") };
    assert!(r.cc > 0.0 && r.t > 0.0 && r.t_prime == 0.0);
    // A conserved current: R_CL = -(omega/q) R_CC, R_LL = (omega/q)^2 R_CC.
    let ratio = 55.0 / 320.0;
    assert!((r.cl + ratio * r.cc).abs() < 1e-12 * r.cc && (r.ll - ratio * ratio * r.cc).abs() < 1e-12 * r.cc);
}
