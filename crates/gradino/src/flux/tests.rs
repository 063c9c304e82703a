use super::*;
use gradino_core::{Dual, ParamSet};

fn prepared(flux: &Flux) -> PreparedFlux<f64> {
    flux.prepare(&ParamSet::new(flux.parameters()).values())
}

fn moment(flux: &PreparedFlux<f64>, power: i32) -> f64 {
    let [low, high] = flux.range();
    let mut edges: Vec<f64> = (0..=2000).map(|i| low + (high - low) * f64::from(i) / 2000.0).collect();
    edges.extend(flux.kinks());
    edges.sort_by(f64::total_cmp);
    let cell = |w: &[f64]| Gauss::integrate(w[0], w[1], |e: f64| flux.pdf(e) * e.powi(power));
    edges.windows(2).map(cell).sum()
}

fn all() -> Vec<Flux> {
    let table = |i| Table::from_csv("t", "1,0\n4,3\n9,1\n11,0", i).expect("well formed");
    let flux = [
        Flux::uniform(12, [3.0, 40.0]),
        Flux::fermi_dirac(12, 3.5, 0.0, DEFAULT_RANGE),
        Flux::fermi_dirac(-12, 2.0, 2.5, [4.0, 60.0]),
        Flux::pinched(12, 12.0, 2.7, DEFAULT_RANGE),
        Flux::pinched(14, 15.0, 0.0, DEFAULT_RANGE),
        Flux::decay_at_rest(12),
        Flux::decay_at_rest(-14),
        Flux::table(12, table(Interpolation::Linear)),
        Flux::table(12, table(Interpolation::Histogram)),
    ];
    flux.into_iter().map(|f| f.expect("a right source")).collect()
}

#[test]
fn each_spectrum_is_normalised_over_its_range() {
    for flux in all() {
        let p = prepared(&flux);
        assert!((moment(&p, 0) - 1.0).abs() < 1e-8, "{:?}: {}", flux.shape(), moment(&p, 0));
        assert_eq!(p.pdf(p.range()[1] + 1e-6), 0.0);
    }
}

#[test]
fn spectra_have_their_known_means() {
    let mean = |flux: Result<Flux>| moment(&prepared(&flux.expect("a right source")), 1);
    assert!((mean(Flux::pinched(12, 10.0, 3.0, [0.0, 200.0])) - 10.0).abs() < 1e-7);
    // Fermi-Dirac with eta = 0: <E> = 7 pi^4 T / (180 zeta(3)).
    let zeta3 = 1.202_056_903_159_594;
    let exact = 7.0 * std::f64::consts::PI.powi(4) / (180.0 * zeta3) * 3.5;
    assert!((mean(Flux::fermi_dirac(12, 3.5, 0.0, [0.0, 200.0])) - exact).abs() < 1e-7);
    // Michel spectra: <x> = 3/5 for nu_e and 7/10 for anti-nu_mu.
    assert!((mean(Flux::decay_at_rest(12)) - 0.6 * spectra::MICHEL_END).abs() < 1e-9);
    assert!((mean(Flux::decay_at_rest(-14)) - 0.7 * spectra::MICHEL_END).abs() < 1e-9);
    let line = Flux::decay_at_rest(14).expect("the pion line");
    assert!((prepared(&line).single_energy().expect("one energy") - 29.79).abs() < 0.01);
}

#[test]
fn each_parameter_moves_the_density_as_finite_differences_say() {
    for flux in all() {
        let params = ParamSet::new(flux.parameters());
        let dual = flux.prepare(&params.chunk::<2>(0));
        for (slot, parameter) in params.iter().enumerate() {
            for energy in [5.0, 12.0, 33.0] {
                let at = |x: f64| {
                    let mut moved = params.clone();
                    if moved.set(&parameter.name, x).is_err() {
                        return f64::NAN;
                    }
                    flux.prepare(&moved.values()).pdf(energy)
                };
                let h = 1e-5;
                let mut difference = (at(parameter.value + h) - at(parameter.value - h)) / (2.0 * h);
                if difference.is_nan() {
                    // At a bound: one-sided, second order.
                    let [a, b, c] = [0.0, h, 2.0 * h].map(|d| at(parameter.value + d));
                    difference = (4.0 * b - 3.0 * a - c) / (2.0 * h);
                }
                let ours = dual.pdf(Dual::from(energy)).eps[slot];
                assert!((ours - difference).abs() < 1e-7, "{} {ours} {difference}", parameter.name);
            }
        }
    }
}

#[test]
fn impossible_sources_are_refused() {
    assert!(Flux::mono(12, -1.0).is_err());
    assert!(Flux::mono(12, f64::NAN).is_err());
    assert!(Flux::mono(22, 10.0).is_err());
    assert!(Flux::uniform(12, [5.0, 5.0]).is_err());
    assert!(Flux::uniform(12, [-1.0, 5.0]).is_err());
    assert!(Flux::fermi_dirac(12, 0.0, 0.0, DEFAULT_RANGE).is_err());
    assert!(Flux::pinched(12, 10.0, -1.0, DEFAULT_RANGE).is_err());
    assert!(matches!(Flux::decay_at_rest(16), Err(Error::WrongNeutrino { .. })));
}
