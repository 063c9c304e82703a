use super::*;
use crate::flux::spectra::Gauss;
use crate::flux::{DEFAULT_RANGE, Interpolation, Table};
use gradino_core::constants::ATOMIC_MASS_UNIT;
use gradino_core::{Nuclide, Purpose};
use gradino_nuclear::reaction::{
    AllowedReaction, Cevns, CoulombMode, ElectronElastic, FormFactor, StrengthSet,
};

const MASSES: AtomicMasses = AtomicMasses {
    target: 39.962_383_122_0 * ATOMIC_MASS_UNIT, // wang2021 (AME2020), 40Ar
    residue: 39.963_998_165 * ATOMIC_MASS_UNIT,  // wang2021 (AME2020), 40K
};

fn charged_current() -> Process {
    Process::Allowed(AllowedReaction::argon40(StrengthSet::default().strengths(), CoulombMode::Smooth))
}

/// All processes on 40Ar.
fn primary(flux: Flux) -> Primary {
    let argon = Nuclide::new(18, 40);
    let electron = ElectronElastic { electrons: 18, neutrino: flux.incoming };
    let cevns = Cevns { target: argon, form_factor: FormFactor::Helm };
    let processes = vec![charged_current(), Process::ElectronElastic(electron), Process::Cevns(cevns)];
    Primary { flux, processes, masses: MASSES, weighting: Weighting::CrossSection }
}

/// Charged current and electrons only: CEvNS would take most of the events.
fn without_cevns(flux: Flux) -> Primary {
    let mut p = primary(flux);
    p.processes.truncate(2);
    p
}

fn pinched() -> Flux {
    Flux::pinched(12, 14.0, 2.5, DEFAULT_RANGE).expect("a right source")
}

fn fermi_dirac() -> Flux {
    Flux::fermi_dirac(12, 3.5, 0.3, DEFAULT_RANGE).expect("a right source")
}

fn table(interpolation: Interpolation) -> Flux {
    let text = "2,1\n8,3\n8.5,0.5\n20,2\n31,1\n47,0";
    Flux::table(12, Table::from_csv("t", text, interpolation).expect("well formed")).expect("right")
}

fn prepare(p: &Primary) -> PreparedPrimary {
    let params = ParamSet::new(p.parameters());
    let wanted: Vec<usize> = (0..params.len()).collect();
    p.prepare(&params, &wanted).expect("open channels")
}

const ALL: [f64; 2] = [0.0, f64::INFINITY];

/// Integral of f(E) phi(E) sigma_c(E) from `from` to `to` by many small panels.
fn quadrature(p: &PreparedPrimary, channel: &Channel, [from, to]: [f64; 2], f: impl Fn(f64) -> f64) -> f64 {
    let [low, high] = p.rates.flux.range();
    let low = low.max(channel.threshold).max(from);
    let high = high.min(to);
    if high <= low {
        return 0.0;
    }
    let panels = (8.0 * (high - low)).ceil() + 5.0;
    let mut edges: Vec<f64> =
        (0..=panels as u32).map(|i| low + (high - low) * (f64::from(i) / panels).powi(2)).collect();
    edges.extend(p.rates.flux.kinks().iter().filter(|e| **e > low && **e < high));
    edges.sort_by(f64::total_cmp);
    let strength = p.rates.strength(channel);
    let rate = |e: f64| f(e) * p.rates.flux.pdf(e) * strength * p.rates.per_strength(channel, e);
    edges.windows(2).map(|w| Gauss::integrate(w[0], w[1], rate)).sum()
}

#[test]
fn one_energy_gives_the_cross_sections_themselves() {
    let p = primary(Flux::mono(12, 20.0).expect("right"));
    let prepared = prepare(&p);
    let sum: f64 = prepared.averages().iter().map(|a| a.value).sum();
    assert!((prepared.total().value / sum - 1.0).abs() < 1e-14);
    let cc: f64 = (prepared.channels().iter().zip(prepared.averages()))
        .filter(|(c, _)| c.process == 0)
        .map(|(_, a)| a.value)
        .sum();
    // gardiner2021's code gives 71.845e-42 cm^2 with fermi-mema; smooth differs by less than 1e-5 there.
    assert!((cc / 71.844_866e-42 - 1.0).abs() < 2e-5, "{cc}");
    let mut stream = Stream::new(1, 1, Purpose::Test);
    assert_eq!(prepared.draw(&mut stream).energy, 20.0);
}

#[test]
fn folded_cross_sections_equal_a_finer_quadrature_within_their_error() {
    for flux in [pinched(), fermi_dirac(), table(Interpolation::Linear), table(Interpolation::Histogram)] {
        let p = prepare(&primary(flux));
        for (channel, average) in p.channels().iter().zip(p.averages()) {
            let exact = quadrature(&p, channel, ALL, |_| 1.0);
            let off = (average.value - exact).abs();
            assert!(off < average.error + 1e-9 * exact, "{channel:?} {off} {}", average.error);
            assert!(average.error < 1e-4 * exact, "{channel:?} {} {exact}", average.error);
        }
    }
}

#[test]
fn tabulated_cdf_is_accurate_to_1e_5() {
    let mut worst = 0.0f64;
    for flux in [pinched(), fermi_dirac(), table(Interpolation::Linear), table(Interpolation::Histogram)] {
        let p = prepare(&primary(flux));
        for i in [0, 5, 14, 20, p.channels().len() - 2, p.channels().len() - 1] {
            for energy in [6.3, 9.1, 13.7, 18.0, 26.0, 39.3] {
                let exact = quadrature(&p, &p.channels[i], [0.0, energy], |_| 1.0) / p.averages[i].value;
                if energy > p.channels[i].threshold {
                    worst = worst.max((p.tables[i].cdf_at(energy) - exact).abs());
                }
            }
        }
    }
    println!("largest error of the CDF: {worst:.1e}");
    assert!(worst < 1e-5, "{worst}");
}

#[test]
fn a_sampled_energy_inverts_its_cdf() {
    let p = prepare(&primary(pinched()));
    for table in &p.tables {
        for i in 1..200 {
            let u = f64::from(i) / 200.0;
            assert!((table.cdf_at(table.sample(u)) - u).abs() < 1e-12);
        }
    }
}

/// Moves each parameter by a small step and gives the samplers to either side; of the strengths, which
/// all act alike, one in ten.
fn each_parameter(p: &Primary, check: impl Fn(usize, &Parameter, f64, &PreparedPrimary, &PreparedPrimary)) {
    let params = ParamSet::new(p.parameters());
    for (k, parameter) in params.iter().enumerate() {
        if parameter.name.starts_with("strength.") && k % 10 != 5 {
            continue;
        }
        let h = 2e-5 * parameter.value.abs().max(1e-6);
        let at = |x: f64| {
            let mut moved = params.clone();
            moved.set(&parameter.name, x).expect("within bounds");
            p.prepare(&moved, &[]).expect("open channels")
        };
        check(k, parameter, 2.0 * h, &at(parameter.value - h), &at(parameter.value + h));
    }
}

#[test]
fn averages_and_shares_move_with_each_parameter_as_finite_differences_say() {
    for flux in [pinched(), fermi_dirac(), Flux::mono(12, 40.8).expect("right")] {
        let p = primary(flux);
        let prepared = prepare(&p);
        let n = prepared.roles.len();
        each_parameter(&p, |k, parameter, step, low, high| {
            let difference = (high.total.value - low.total.value) / step;
            let scale = prepared.total.value / parameter.value;
            assert!((prepared.total.gradient[k] - difference).abs() < 1e-6 * scale, "{}", parameter.name);
            for c in 0..prepared.channels.len() {
                let score = (high.probability(c).ln() - low.probability(c).ln()) / step;
                let off = (prepared.score[c * n + k] - score).abs();
                assert!(off < 1e-6 * (score.abs() + 1.0 / parameter.value), "{} {c}", parameter.name);
            }
        });
    }
}

#[test]
fn energies_move_with_each_parameter_as_finite_differences_say() {
    for flux in [pinched(), fermi_dirac()] {
        let p = primary(flux);
        let prepared = prepare(&p);
        let mut out = vec![0.0; prepared.roles.len()];
        let outs = std::cell::RefCell::new(&mut out);
        each_parameter(&p, |k, parameter, step, low, high| {
            for channel in [0, 5, 30, prepared.channels.len() - 2, prepared.channels.len() - 1] {
                for u in [0.01, 0.2, 0.5, 0.77, 0.98] {
                    let energy = prepared.tables[channel].sample(u);
                    let draw = PrimaryDraw {
                        channel,
                        energy,
                        scatter: 0.0,
                        scatter_uniform: 0.5,
                        phi: 0.0,
                        weight: 1.0,
                    };
                    let mut out = outs.borrow_mut();
                    prepared.energy_gradient(&draw, &mut out);
                    let moved = (high.tables[channel].sample(u) - low.tables[channel].sample(u)) / step;
                    let scale = energy / parameter.value;
                    let off = (out[k] - moved).abs();
                    assert!(off < 3e-4 * scale, "{} {channel} {u}: {} {moved}", parameter.name, out[k]);
                }
            }
        });
    }
}

#[test]
fn the_energy_of_one_energy_moves_with_itself() {
    let p = primary(Flux::mono(12, 30.0).expect("right"));
    let params = ParamSet::new(p.parameters());
    let k = params.position("flux.energy").expect("declared");
    let prepared = p.prepare(&params, &[k]).expect("open");
    let mut out = [0.0];
    prepared.energy_gradient(&prepared.draw(&mut Stream::new(1, 2, Purpose::Test)), &mut out);
    assert_eq!(out, [1.0]);
}

/// Chi-square of counts against expected shares, with the number of bins that count.
fn chi_square(counts: &[f64], shares: &[f64], n: f64) -> (f64, f64) {
    let used = counts.iter().zip(shares).filter(|(_, s)| **s * n > 10.0);
    used.fold((0.0, 0.0), |(sum, bins), (c, s)| (sum + (c - s * n).powi(2) / (s * n), bins + 1.0))
}

#[test]
fn drawn_channels_and_energies_follow_their_distributions() {
    for flux in [pinched(), table(Interpolation::Linear), table(Interpolation::Histogram)] {
        let p = prepare(&without_cevns(flux));
        let n = 200_000;
        let edges: Vec<f64> = (0..=40).map(|i| 2.5 * f64::from(i)).collect();
        let (mut channels, mut energies, mut sum) = (vec![0.0; p.channels.len()], vec![0.0; 40], 0.0);
        for event in 0..n {
            let draw = p.draw(&mut Stream::new(5, event, Purpose::Reaction));
            channels[draw.channel] += 1.0;
            energies[((draw.energy / 2.5) as usize).min(39)] += 1.0;
            sum += draw.energy;
        }
        let n = n as f64;
        let shares: Vec<f64> = (0..p.channels.len()).map(|c| p.probability(c)).collect();
        let (chi, bins) = chi_square(&channels, &shares, n);
        assert!(chi < bins + 4.0 * (2.0 * bins).sqrt(), "channels {chi} {bins}");
        let within =
            |w: &[f64]| -> f64 { p.channels.iter().map(|c| quadrature(&p, c, [w[0], w[1]], |_| 1.0)).sum() };
        let shares: Vec<f64> = edges.windows(2).map(|w| within(w) / p.total.value).collect();
        let (chi, bins) = chi_square(&energies, &shares, n);
        assert!(chi < bins + 4.0 * (2.0 * bins).sqrt(), "energies {chi} {bins}");
        let mean = |f: &dyn Fn(f64) -> f64| -> f64 {
            p.channels.iter().map(|c| quadrature(&p, c, ALL, f)).sum::<f64>() / p.total.value
        };
        let (first, second) = (mean(&|e| e), mean(&|e| e * e));
        let error = ((second - first * first) / n).sqrt();
        assert!((sum / n - first).abs() < 4.0 * error, "{} {first} {error}", sum / n);
    }
}

/// Mean and its standard error of each of `terms` numbers over `n` events.
fn means(n: u64, terms: usize, mut of: impl FnMut(u64, &mut [f64])) -> Vec<(f64, f64)> {
    let (mut sums, mut one) = (vec![(0.0, 0.0); terms], vec![0.0; terms]);
    for event in 0..n {
        one.fill(0.0);
        of(event, &mut one);
        sums.iter_mut().zip(&one).for_each(|(s, x)| *s = (s.0 + x, s.1 + x * x));
    }
    let n = n as f64;
    sums.iter().map(|(s, q)| (s / n, ((q / n - (s / n).powi(2)).max(0.0) / n).sqrt())).collect()
}

/// Derivative of the folded mean energy with respect to a parameter, by finite differences.
fn slope_of_mean_energy(p: &Primary, params: &ParamSet, name: &str) -> f64 {
    let mean = |x: f64| {
        let mut moved = params.clone();
        moved.set(name, x).expect("within bounds");
        let q = p.prepare(&moved, &[]).expect("open");
        let sum =
            |f: &dyn Fn(f64) -> f64| -> f64 { q.channels.iter().map(|c| quadrature(&q, c, ALL, f)).sum() };
        sum(&|e| e) / sum(&|_| 1.0)
    };
    let value = params.get(name).expect("declared").value;
    let h = 1e-3 * value;
    (mean(value + h) - mean(value - h)) / (2.0 * h)
}

#[test]
fn gradients_of_a_mean_are_unbiased_in_both_weightings() {
    let names = ["flux.mean_energy", "flux.alpha", "strength.f_4.384", "coulomb.radius", "weak.sin2_theta_w"];
    let k = names.len();
    for weighting in [Weighting::CrossSection, Weighting::Flux] {
        let mut p = without_cevns(pinched());
        p.weighting = weighting;
        let params = ParamSet::new(p.parameters());
        let wanted: Vec<usize> = names.iter().map(|n| params.position(n).expect("declared")).collect();
        let prepared = p.prepare(&params, &wanted).expect("open");
        let (mut score, mut motion) = (vec![0.0; k], vec![0.0; k]);
        let found = means(40_000, k + 1, |event, out| {
            let draw = prepared.draw(&mut Stream::new(3, event, Purpose::Reaction));
            score.fill(0.0);
            prepared.add_score(&draw, &mut score);
            prepared.energy_gradient(&draw, &mut motion);
            let term = |i: usize| draw.weight * (draw.energy * score[i] + motion[i]);
            (0..k).for_each(|i| out[i] = term(i));
            out[k] = draw.weight;
        });
        let (weight, error) = found[k];
        assert!((weight - 1.0).abs() < 4.0 * error + 1e-12, "{weighting:?} {weight}");
        for (name, (ours, error)) in names.iter().zip(found) {
            let exact = slope_of_mean_energy(&p, &params, name);
            assert!((ours - exact).abs() < 4.0 * error, "{weighting:?} {name}: {ours} {exact} {error}");
            println!("{weighting:?} {name}: {ours:.4} +- {error:.4}, exact {exact:.4}");
        }
    }
}

#[test]
fn outgoing_particles_conserve_energy_and_momentum() {
    let p = prepare(&primary(pinched()));
    for event in 0..2000 {
        let draw = p.draw(&mut Stream::new(9, event, Purpose::Reaction));
        let out = p.final_state(&draw);
        let sum = out.lepton + out.residue;
        let target = match p.channels()[draw.channel].kind {
            ChannelKind::ElectronElastic => gradino_core::constants::ELECTRON_MASS,
            _ => MASSES.target,
        };
        let whole = draw.energy + target;
        assert!((sum.e - whole).abs() < 1e-12 * whole);
        assert!((sum.z - draw.energy).abs() < 1e-12 * whole);
        assert!(sum.x.abs() < 1e-12 * whole && sum.y.abs() < 1e-12 * whole);
    }
}

#[test]
fn outgoing_energies_move_with_each_parameter_as_finite_differences_say() {
    let p = primary(pinched());
    let prepared = prepare(&p);
    let n = prepared.roles.len();
    each_parameter(&p, |k, parameter, step, low, high| {
        for channel in [0, 5, prepared.channels.len() - 2, prepared.channels.len() - 1] {
            let draw = |q: &PreparedPrimary| {
                let energy = q.tables[channel].sample(0.6);
                let scatter = q.rates.scatter(&q.channels[channel], energy, 0.3);
                PrimaryDraw { channel, energy, scatter, scatter_uniform: 0.3, phi: 1.0, weight: 1.0 }
            };
            let (mut lepton, mut residue) = (vec![0.0; n], vec![0.0; n]);
            prepared.final_state_gradient(&draw(&prepared), &mut lepton, &mut residue);
            let state = |q: &PreparedPrimary| q.final_state(&draw(q));
            let (a, b) = (state(low), state(high));
            let scale = draw(&prepared).energy / parameter.value;
            let off = (lepton[k] - (b.lepton.e - a.lepton.e) / step).abs();
            assert!(off < 3e-4 * scale, "{} {channel} {off}", parameter.name);
            let off = (residue[k] - (b.residue.e - a.residue.e) / step).abs();
            assert!(off < 3e-4 * scale, "{} {channel} {off}", parameter.name);
        }
    });
}

#[test]
fn sources_that_can_do_nothing_are_refused() {
    let prepare = |flux: Flux, processes: Vec<Process>| {
        let p = Primary { flux, processes, masses: MASSES, weighting: Weighting::CrossSection };
        p.prepare(&ParamSet::new(p.parameters()), &[]).map(|_| ())
    };
    let low = prepare(Flux::mono(12, 3.0).expect("right"), vec![charged_current()]);
    assert!(matches!(low, Err(Error::Nuclear(Nuclear::BelowThreshold { energy: 3.0, .. }))), "{low:?}");
    let low = prepare(Flux::uniform(12, [1.0, 2.0]).expect("right"), vec![charged_current()]);
    assert!(matches!(low, Err(Error::Nuclear(Nuclear::BelowThreshold { .. }))));
    let other = prepare(Flux::mono(14, 30.0).expect("right"), vec![charged_current()]);
    assert!(matches!(other, Err(Error::NoProcess { .. })));
    let undeclared = primary(pinched()).prepare(&ParamSet::default(), &[]);
    assert!(matches!(undeclared, Err(Error::Ground(_))));
}

#[test]
fn parameters_of_other_models_and_switched_off_strengths_are_left_alone() {
    let p = without_cevns(pinched());
    let mut params = ParamSet::new(p.parameters());
    params.extend([Parameter::new("level_density.a", 1.0, "", "", "")]);
    params.set("strength.f_4.384", 0.0).expect("within bounds");
    let wanted = [params.position("strength.f_4.384").expect("declared"), params.len() - 1];
    let prepared = p.prepare(&params, &wanted).expect("open");
    let fermi = |c: &Channel| c.strength.as_deref() == Some("strength.f_4.384");
    assert!(!prepared.channels().iter().any(fermi));
    // The strength that is zero would add its part; the other parameter does nothing.
    assert!(prepared.total().gradient[0] > 0.0);
    assert_eq!(prepared.total().gradient[1], 0.0);
    let mut score = [0.0; 2];
    prepared.add_score(&prepared.draw(&mut Stream::new(1, 1, Purpose::Test)), &mut score);
    assert_eq!(score[1], 0.0);
}

#[test]
#[ignore = "a measurement: run it alone, in release"]
fn time_of_preparing_and_drawing() {
    for p in [without_cevns(fermi_dirac()), primary(fermi_dirac())] {
        let start = std::time::Instant::now();
        let params = ParamSet::new(p.parameters());
        let values = p.prepare(&params, &[]).expect("open");
        let plain = start.elapsed();
        let prepared = prepare(&p);
        println!("prepare: {plain:?} values, {:?} with all gradients", start.elapsed() - plain);
        for p in [&values, &prepared] {
            let n = 4_000_000;
            let start = std::time::Instant::now();
            let sum: f64 = (0..n).map(|i| p.draw(&mut Stream::new(1, i, Purpose::Reaction)).scatter).sum();
            let each = start.elapsed().as_secs_f64() / n as f64 * 1e9;
            println!("draw: {each:.1} ns, {} channels ({sum:.3e})", p.channels.len());
        }
    }
}
