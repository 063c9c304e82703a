use super::*;
use gradino_core::{Dual, ParamSet};

fn all_models() -> impl Iterator<Item = FormFactorModel> {
    let pair = |vector| AxialModel::ALL.into_iter().map(move |axial| FormFactorModel { vector, axial });
    VectorModel::ALL.into_iter().flat_map(pair)
}

const CURRENTS: [Current; 3] = [Current::Charged, Current::Neutral, Current::Electromagnetic];

#[test]
fn every_model_has_the_charges_and_moments_at_rest() {
    for model in all_models() {
        let theta = ParamSet::new(model.parameters()).values();
        let prepared = model.prepare(&theta);
        let [ep, mp, en, mn] = prepared.sachs(0.0);
        assert_eq!([ep, en], [1.0, 0.0], "{model:?}");
        assert_eq!([mp, mn], [theta[MU_PROTON], theta[MU_NEUTRON]], "{model:?}");
        let charge = if model.axial == AxialModel::TableDipole { 1.262 } else { 1.2723 };
        assert!((prepared.axial(0.0) - charge).abs() < 1e-12, "{model:?}");
    }
}

#[test]
fn the_fits_agree_with_each_other_where_there_are_data() {
    // Spreads of the published fits up to 1 GeV^2: a few per cent of the dipole.
    let at = |vector, q2| {
        let model = FormFactorModel { vector, ..FormFactorModel::default() };
        model.prepare(&ParamSet::new(model.parameters()).values()).sachs(q2)
    };
    for q2 in [0.1e6, 0.4e6, 1.0e6] {
        let (dipole, kelly, bbba) =
            (at(VectorModel::Dipole, q2), at(VectorModel::Kelly, q2), at(VectorModel::Bbba05, q2));
        for i in [0, 1, 3] {
            assert!((kelly[i] / dipole[i] - 1.0).abs() < 0.12, "{q2} {i}");
            assert!((kelly[i] / bbba[i] - 1.0).abs() < 0.06, "{q2} {i}");
        }
        assert!((kelly[2] - bbba[2]).abs() < 0.012 && kelly[2] > 0.0 && dipole[2] > 0.0, "{q2}");
    }
}

#[test]
fn vector_currents_obey_isospin_and_the_pole_is_the_pion() {
    let model = FormFactorModel::default();
    let set = ParamSet::new(model.parameters());
    let prepared = model.prepare(&set.values());
    let q2 = 0.3e6;
    let of = |current, nucleon| prepared.of(current, nucleon, q2);
    let charged = of(Current::Charged, Nucleon::Neutron);
    let em = |n| of(Current::Electromagnetic, n);
    let neutral = |n| of(Current::Neutral, n);
    let (p, n) = (Nucleon::Proton, Nucleon::Neutron);
    assert_eq!(charged.electric, em(p).electric - em(n).electric);
    // The isovector part of the neutral current is (1 - 2 sin^2) of the charged one.
    let own = 1.0 - 2.0 * gradino_core::constants::SIN2_THETA_W;
    assert!((neutral(p).magnetic - neutral(n).magnetic - own * charged.magnetic).abs() < 1e-12);
    assert!((neutral(p).axial - neutral(n).axial - charged.axial).abs() < 1e-12);
    let pole = charged.pseudoscalar * (q2 + PION_MASS * PION_MASS);
    assert!((pole / (4.0 * NUCLEON_MASS * NUCLEON_MASS * charged.axial) - 1.0).abs() < 1e-12);
}

#[test]
fn every_coefficient_moves_the_form_factors_as_finite_differences_say() {
    for model in all_models() {
        let mut set = ParamSet::new(model.parameters());
        set.extend(crate::reaction::electron_elastic::parameters());
        let values = |set: &ParamSet| -> Vec<f64> {
            let prepared = model.prepare(&set.values());
            let of = |c, n, q2| {
                let f = prepared.of(c, n, q2);
                [f.electric, f.magnetic, f.axial, f.pseudoscalar]
            };
            let both = |c, q2| Nucleon::BOTH.into_iter().flat_map(move |n| of(c, n, q2));
            CURRENTS
                .into_iter()
                .flat_map(|c| [0.05e6, 0.8e6].into_iter().flat_map(move |q2| both(c, q2)))
                .collect()
        };
        for i in 0..set.len() {
            let theta = set.seeded(|k, p| {
                if k == i { Dual::<f64, 1>::variable(p.value, 0) } else { Dual::constant(p.value) }
            });
            let prepared = model.prepare(&theta);
            let mut dual = Vec::new();
            for c in CURRENTS {
                for q2 in [0.05e6, 0.8e6] {
                    for n in Nucleon::BOTH {
                        let f = prepared.of(c, n, q2);
                        dual.extend([f.electric, f.magnetic, f.axial, f.pseudoscalar].map(|x| x.eps[0]));
                    }
                }
            }
            let name = set.at(i).name.clone();
            let (x, h) = (set.at(i).value, 1e-4 * set.at(i).value.abs().max(0.1));
            let at = |x: f64| {
                let mut moved = set.clone();
                moved.set(&name, x).expect("within bounds");
                values(&moved)
            };
            let (up, down) = (at(x + h), at(x - h));
            let differences = up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * h));
            let scale = dual.iter().fold(0.0f64, |m, d| m.max(d.abs()));
            let unused = model.vector == VectorModel::Bbba05 && name == VECTOR_MASS;
            assert!(scale > 0.0 || unused, "{model:?} {name} moves nothing");
            for (exact, difference) in dual.iter().zip(differences) {
                assert!((exact - difference).abs() <= 1e-6 * scale.max(1e-9), "{model:?} {name}");
            }
        }
    }
}

#[test]
fn models_are_read_by_name() {
    for model in VectorModel::ALL {
        assert_eq!(model.name().parse::<VectorModel>().expect("known"), model);
    }
    for model in AxialModel::ALL {
        assert_eq!(model.name().parse::<AxialModel>().expect("known"), model);
    }
    let error = "kely".parse::<VectorModel>().expect_err("unknown");
    assert_eq!(error.hint().as_deref(), Some("did you mean \"kelly\"?"));
}
