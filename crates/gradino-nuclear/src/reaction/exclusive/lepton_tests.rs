use super::*;
use gradino_core::Complex;
use gradino_core::Dual;

/// A current with no symmetry, so that nothing cancels.
fn current() -> super::super::hadron::TransitionCurrent<f64> {
    super::super::hadron::TransitionCurrent {
        time: Complex::new(0.7, -0.2),
        long: Complex::new(-0.3, 0.5),
        plus: Complex::new(0.4, 0.9),
        minus: Complex::new(1.1, -0.6),
    }
}

fn point(vertex: &LeptonVertex) -> LeptonTensor<f64> {
    let q = vertex.momentum_transfer(700.0, 180.0, 0.6).expect("open");
    LeptonTensor::new(vertex, 700.0, 180.0, q).expect("physical")
}

/// The squared matrix element by the Cartesian tensor, every component written out.
fn by_components(t: &LeptonTensor<f64>, j: &super::super::hadron::TransitionCurrent<f64>, phi: f64) -> f64 {
    let turn = |c: Complex<f64>, phase: f64| c * Complex::new(phase.cos(), phase.sin());
    let (plus, minus) = (turn(j.plus, phi), turn(j.minus, -phi));
    let x = (minus - plus).scale(1.0 / SQRT_2);
    let y = (plus + minus).scale(1.0 / SQRT_2) * Complex::new(0.0, 1.0);
    // Covariant components: the sign of the spatial ones is turned.
    let lower = [j.time, -x, -y, -j.long];
    let [l00, l0z, zz, xx, yy, x0, xz] = t.symmetric;
    let [xy, y0, yz] = t.antisymmetric;
    let c = |re, im| Complex::new(re, im);
    let l = [
        [c(l00, 0.0), c(x0, 0.0), c(0.0, -y0), c(l0z, 0.0)],
        [c(x0, 0.0), c(xx, 0.0), c(0.0, xy), c(xz, 0.0)],
        [c(0.0, y0), c(0.0, -xy), c(yy, 0.0), c(0.0, yz)],
        [c(l0z, 0.0), c(xz, 0.0), c(0.0, -yz), c(zz, 0.0)],
    ];
    let mut sum = c(0.0, 0.0);
    for m in 0..4 {
        for n in 0..4 {
            sum = sum + l[m][n] * lower[m] * lower[n].conj();
        }
    }
    assert!(sum.im.abs() < 1e-9 * sum.re.abs());
    sum.re
}

#[test]
fn the_fourier_series_is_the_contraction_of_the_cartesian_tensors() {
    for incoming in [pdg::NU_MU, -pdg::NU_MU, pdg::NU_E] {
        let vertex = LeptonVertex::new(Current::Charged, incoming).expect("a neutrino");
        let (tensor, j) = (point(&vertex), current());
        let mut w = HadronTensor::zero();
        w.add(&j);
        for phi in [0.0, 0.4, 2.0, 4.5] {
            let (series, direct) = (tensor.fourier(&w).at(phi), by_components(&tensor, &j, phi));
            assert!((series / direct - 1.0).abs() < 1e-12, "{phi}: {series} {direct}");
        }
    }
}

#[test]
fn inclusive_factors_are_those_of_amaro2005() {
    let vertex = LeptonVertex::new(Current::Charged, pdg::NU_MU).expect("a neutrino");
    let (e, omega) = (700.0f64, 180.0f64);
    let q = vertex.momentum_transfer(e, omega, 0.6).expect("open");
    let t = point(&vertex);
    let v0 = (2.0 * e - omega).powi(2) - q * q;
    let q2 = q * q - omega * omega;
    let (tangent, delta) = (q2 / v0, MUON_MASS * MUON_MASS / q2);
    let (rho, rho_prime) = (q2 / (q * q), q / (2.0 * e - omega));
    // amaro2005, eqs. (23) to (27).
    let expected = [
        1.0 - delta * tangent,
        omega / q + delta * tangent / rho_prime,
        omega * omega / (q * q) + (1.0 + 2.0 * omega / (q * rho_prime) + rho * delta) * delta * tangent,
        tangent + rho / 2.0 - delta / rho_prime * (omega / q + rho * rho_prime * delta / 2.0) * tangent,
        (1.0 - omega / q * rho_prime * delta) * tangent / rho_prime,
    ];
    let [l00, l0z, zz, xx, yy, _, _] = t.symmetric;
    let found = [l00, l0z, zz, 0.5 * (xx + yy), t.antisymmetric[0]];
    for (f, v) in found.iter().zip(expected) {
        assert!((2.0 * f / v0 - v).abs() < 1e-12, "{} {v}", 2.0 * f / v0);
    }
    assert!((t.cos_theta - 0.6).abs() < 1e-12);
    // sigma_0 = G_F^2 V_ud^2 v_0 k' / (4 pi E), integrated over the azimuth of the lepton.
    let out = vertex.momenta(e, omega).expect("open").1;
    let sigma_0 = GF * GF * VUD * VUD * v0 * out / (4.0 * PI * e) * CM2_PER_INVERSE_MEV2;
    assert!((t.scale() * v0 / 2.0 / sigma_0 - 1.0).abs() < 1e-12);
}

#[test]
fn a_point_charge_scatters_electrons_as_mott_says() {
    let vertex = LeptonVertex::new(Current::Electromagnetic, pdg::ELECTRON).expect("an electron");
    let (e, cos) = (500.0f64, 0.3f64);
    let q = vertex.momentum_transfer(e, 0.0, cos).expect("open");
    let t = LeptonTensor::new(&vertex, e, 0.0, q).expect("physical");
    let found = t.flux * t.inclusive(&[1.0, 0.0, 0.0, 0.0, 0.0]);
    let half = 0.5 * (1.0 - cos);
    let speed_sq = 1.0 - (ELECTRON_MASS / e).powi(2);
    let mott = ALPHA * ALPHA * (1.0 - speed_sq * half) / (4.0 * e * e * speed_sq * speed_sq * half * half);
    assert!((found / mott - 1.0).abs() < 1e-12, "{found} {mott}");
}

#[test]
fn a_left_handed_neutrino_backwards_couples_to_negative_helicity_only() {
    let vertex = LeptonVertex::new(Current::Neutral, pdg::NU_MU).expect("a neutrino");
    let q = vertex.momentum_transfer(300.0, 50.0, -1.0).expect("open");
    let t = LeptonTensor::new(&vertex, 300.0, 50.0, q * (1.0 - 1e-14)).expect("physical");
    let of = |plus: f64, minus: f64| t.inclusive(&[0.0, 0.0, 0.0, plus + minus, minus - plus]);
    assert!(of(1.0, 0.0).abs() < 1e-9 * of(0.0, 1.0));
}

#[test]
fn antineutrinos_turn_the_sign_of_what_is_antisymmetric() {
    let of = |incoming| point(&LeptonVertex::new(Current::Charged, incoming).expect("a neutrino"));
    let (nu, anti) = (of(pdg::NU_MU), of(-pdg::NU_MU));
    assert_eq!(nu.symmetric, anti.symmetric);
    assert_eq!(nu.antisymmetric, anti.antisymmetric.map(|x| -x));
    assert!(nu.antisymmetric[0] > 0.0);
}

#[test]
fn the_tensor_moves_with_its_kinematics_as_finite_differences_say() {
    let vertex = LeptonVertex::new(Current::Electromagnetic, pdg::MUON).expect("a muon");
    let base = [700.0, 180.0, 450.0];
    let dual = LeptonTensor::<Dual<f64, 3>>::new(
        &vertex,
        Dual::variable(base[0], 0),
        Dual::variable(base[1], 1),
        Dual::variable(base[2], 2),
    )
    .expect("physical");
    let all = |x: [f64; 3]| {
        let t = LeptonTensor::new(&vertex, x[0], x[1], x[2]).expect("physical");
        [t.symmetric[0], t.symmetric[5], t.symmetric[6], t.flux * 1e12, t.cos_theta]
    };
    let exact = [dual.symmetric[0], dual.symmetric[5], dual.symmetric[6], dual.flux * 1e12, dual.cos_theta];
    for i in 0..3 {
        let (mut up, mut down) = (base, base);
        up[i] += 1e-3;
        down[i] -= 1e-3;
        for ((u, d), x) in all(up).iter().zip(all(down)).zip(exact) {
            let difference = (u - d) / 2e-3;
            assert!((x.eps[i] - difference).abs() < 1e-6 * difference.abs().max(1e-6), "{i} {difference}");
        }
    }
}

#[test]
fn leptons_without_a_vertex_and_points_out_of_reach_are_refused() {
    assert!(LeptonVertex::new(Current::Charged, pdg::ELECTRON).is_err());
    assert!(LeptonVertex::new(Current::Electromagnetic, pdg::NU_E).is_err());
    let error = LeptonVertex::new(Current::Charged, pdg::NU_TAU).expect_err("no tau here");
    assert!(error.hint().is_some());
    let vertex = LeptonVertex::new(Current::Charged, pdg::NU_MU).expect("a neutrino");
    assert!(LeptonTensor::new(&vertex, 300.0, 200.0, 250.0).is_none(), "no energy for the muon");
    assert!(LeptonTensor::new(&vertex, 700.0, 180.0, 1300.0).is_none(), "q too large");
    assert!(LeptonTensor::new(&vertex, 700.0, 180.0, 100.0).is_none(), "q too small");
}

#[test]
fn the_cross_section_in_q_is_that_in_the_angle() {
    for (current, incoming) in [
        (Current::Charged, pdg::NU_MU),
        (Current::Neutral, -pdg::NU_E),
        (Current::Electromagnetic, pdg::ELECTRON),
    ] {
        let vertex = LeptonVertex::new(current, incoming).expect("a vertex");
        let (tensor, responses) = (point(&vertex), [0.3, -0.1, 0.2, 0.7, 0.4]);
        let q = vertex.momentum_transfer(700.0, 180.0, 0.6).expect("open");
        let (k, out) = vertex.momenta(700.0, 180.0).expect("open");
        let expected = tensor.inclusive(&responses) * tensor.scale() * q / (k * out);
        let found = vertex.inclusive_in_q(700.0, 180.0, q, &responses);
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
    }
}

#[test]
fn the_coulomb_field_speeds_up_negative_leptons_as_engel1998_says() {
    let residue = Nuclide::new(9, 16);
    let of = |incoming: i32| {
        let vertex = LeptonVertex::new(Current::Charged, incoming).expect("a neutrino");
        vertex.in_coulomb_field(residue, 1.2)
    };
    let depth = 1.5 * 9.0 * ALPHA * HBAR_C / (1.2 * 16f64.cbrt());
    assert!((of(pdg::NU_E).coulomb_shift - depth).abs() < 1e-12 && (6.0..7.0).contains(&depth));
    assert_eq!(of(-pdg::NU_MU).coulomb_shift, -of(pdg::NU_MU).coulomb_shift);
    let neutral = LeptonVertex::new(Current::Neutral, pdg::NU_E).expect("a neutrino");
    assert_eq!(neutral.in_coulomb_field(residue, 1.2), neutral);
    // A contact charge at q from a lepton forwards: k' E'_eff (1 + v) / (2 k' E') is the factor of MEMA.
    let (plain, inside) = (LeptonVertex::new(Current::Charged, pdg::NU_E).expect("one"), of(pdg::NU_E));
    let size = |v: &LeptonVertex| {
        let tensor = LeptonTensor::at_angle(v, 60.0, 20.0, 1.0).expect("open");
        tensor.flux * tensor.inclusive(&[1.0, 0.0, 0.0, 0.0, 0.0])
    };
    let (e, m) = (40.0f64, ELECTRON_MASS);
    let momentum = |e: f64| (e * e - m * m).sqrt();
    let mema = momentum(e + depth) * (e + depth) / (momentum(e) * e);
    assert!((size(&inside) / size(&plain) / mema - 1.0).abs() < 1e-4);
}

#[test]
fn both_electrons_of_electron_scattering_move_faster_inside_and_the_incoming_one_is_focused() {
    let residue = Nuclide::new(8, 16);
    let electron = LeptonVertex::new(Current::Electromagnetic, pdg::ELECTRON).expect("an electron");
    let inside = electron.in_coulomb_field(residue, 1.2);
    let depth = 1.2 * 8.0 * ALPHA * HBAR_C / (1.2 * 16f64.cbrt());
    assert!((inside.coulomb_shift - depth).abs() < 1e-12 && inside.incoming_shift == inside.coulomb_shift);
    // (k_eff / k)^2 times the cross section at the energies inside, where all enters.
    let (e, omega, cos) = (400.0, 120.0, 0.5);
    let size = |v: &LeptonVertex, e: f64| {
        let tensor = LeptonTensor::at_angle(v, e, omega, cos).expect("open");
        tensor.flux * tensor.inclusive(&[0.3, 0.1, 0.2, 1.0, 0.0])
    };
    let momentum = |e: f64| (e * e - ELECTRON_MASS * ELECTRON_MASS).sqrt();
    let focus = (momentum(e + depth) / momentum(e)).powi(2);
    let expected = focus * size(&electron, e + depth);
    assert!((size(&inside, e) / expected - 1.0).abs() < 1e-12);
    let positron = LeptonVertex::new(Current::Electromagnetic, -pdg::ELECTRON).expect("a positron");
    let outside = positron.in_coulomb_field(residue, 1.2);
    assert!(size(&outside, e) < size(&positron, e) && size(&positron, e) < size(&inside, e));
}

#[test]
fn the_form_in_q_agrees_with_the_tensor_in_every_coulomb_field() {
    let (residue, responses) = (Nuclide::new(17, 39), [0.3, -0.1, 0.2, 1.0, 0.4]);
    let (e, omega) = (300.0, 90.0);
    for (current, incoming) in [
        (Current::Charged, pdg::NU_MU),
        (Current::Charged, -pdg::NU_E),
        (Current::Electromagnetic, pdg::ELECTRON),
    ] {
        let plain = LeptonVertex::new(current, incoming).expect("a vertex");
        for vertex in [plain.in_coulomb_field(residue, 1.2), plain.with_fermi_function(residue, 1.2)] {
            let q = vertex.momentum_transfer(e, omega, 0.4).expect("open");
            let tensor = LeptonTensor::new(&vertex, e, omega, q).expect("physical");
            let (k, out) = vertex.momenta(e, omega).expect("open");
            let expected = tensor.inclusive(&responses) * tensor.scale() * q / (k * out);
            let found = vertex.inclusive_in_q(e, omega, q, &responses);
            assert!((found / expected - 1.0).abs() < 1e-12, "{incoming}: {found} {expected}");
        }
    }
}

#[test]
fn the_fermi_function_attracts_negative_leptons_and_is_one_without_charge() {
    let size = |incoming: i32, z: u8, omega: f64| {
        let vertex = LeptonVertex::new(Current::Charged, incoming).expect("a neutrino");
        let vertex = vertex.with_fermi_function(Nuclide::new(z, 16), 1.2);
        LeptonTensor::at_angle(&vertex, 200.0, omega, 0.0).expect("open").flux
    };
    for incoming in [pdg::NU_E, pdg::NU_MU] {
        let plain = size(incoming, 0, 40.0);
        let vertex = LeptonVertex::new(Current::Charged, incoming).expect("a neutrino");
        let bare = LeptonTensor::at_angle(&vertex, 200.0, 40.0, 0.0).expect("open").flux;
        assert!((plain / bare - 1.0).abs() < 1e-12);
        assert!(size(incoming, 9, 40.0) > 1.05 * plain && size(-incoming, 9, 40.0) < 0.97 * plain);
        // Small charges act in proportion.
        let (one, two) = (size(incoming, 1, 40.0) / plain - 1.0, size(incoming, 2, 40.0) / plain - 1.0);
        assert!((two / one - 2.0).abs() < 0.05, "{one} {two}");
    }
    // At the end of the spectrum muons are slow: finite, and repelled ones are gone.
    let last = 200.0 - MUON_MASS - 1e-6;
    let (attracted, repelled) = (size(pdg::NU_MU, 9, last), size(-pdg::NU_MU, 9, last));
    assert!(attracted.is_finite() && repelled < 1e-2 * attracted);
}

#[test]
fn electron_scattering_below_the_smallest_q2_does_not_count() {
    let vertex = LeptonVertex::new(Current::Electromagnetic, pdg::ELECTRON).expect("an electron").above(2e4);
    let at = |q2: f64| LeptonTensor::new(&vertex, 500.0, 100.0, (q2 + 1e4f64).sqrt());
    assert!(at(1.999e4).is_none() && at(2.001e4).is_some());
    assert!((vertex.lowest_q(100.0).powi(2) - 3e4).abs() < 1e-9);
    let neutrino = LeptonVertex::new(Current::Neutral, pdg::NU_E).expect("a neutrino").above(2e4);
    assert_eq!(neutrino.lowest_q(100.0), 0.0);
}
