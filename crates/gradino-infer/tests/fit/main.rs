//! Fits against known answers.

mod bins;
mod support;

use gradino_core::{Sample, Simulator};
use gradino_infer::Error;
use gradino_infer::fit::{
    Choice, DescentSettings, Diagnosis, Method, Problem, Settings, Space, State, Stepper, descend, fit,
    profile, resume,
};
use gradino_infer::loss::{Axis, Binned, Binning, Kernel, Loss, Mmd, Sharing, Wanted};
use support::Mixture;

const TRUTH: [f64; 3] = [0.4, 1.3, 0.45];
const DATA: u64 = 4000;

fn space(simulator: &Mixture, starts: [f64; 3]) -> Space {
    let names = ["m.mu", "m.sigma", "m.p"];
    let choices: Vec<_> = names.iter().zip(starts).map(|(n, s)| Choice::free(n).from(s)).collect();
    Space::new(simulator.parameters(), &choices).expect("valid choices")
}

fn poisson() -> Binned {
    let axis = Axis::even(0, -8.0, 16.0, 60).expect("good bins");
    let binning = Binning::new(vec![axis]).expect("good bins");
    Binned { sharing: Sharing::Linear, floor: 0.5, ..Binned::new(binning) }
}

fn energy() -> Mmd {
    Mmd { kernel: Kernel::Energy, ..Mmd::default() }
}

fn settings(method: Method) -> Settings {
    Settings { method, events: 2000, most_events: 20_000, ..Settings::default() }
}

#[test]
fn gradients_of_the_objective_are_finite_differences_in_the_free_coordinates() {
    let simulator = Mixture::new(3);
    let data = Mixture::new(8).data(&TRUTH, 500);
    let (likelihood, distance) = (poisson(), energy());
    for loss in [&likelihood as &dyn Loss, &distance] {
        let space = space(&simulator, [1.5, 2.0, 0.2]);
        let problem = Problem::new(&simulator, &data, loss, space).expect("a good problem");
        let x = problem.space.start();
        let bank = problem.draw(&x, 700).expect("a bank");
        let moved: Vec<f64> = x.iter().map(|x| x + 0.1).collect();
        let here = problem
            .at(bank.as_ref(), &moved, Wanted { curvature: true, errors: false })
            .expect("a good point");
        for k in 0..3 {
            let at = |h: f64| {
                let mut there = moved.clone();
                there[k] += h;
                problem.at(bank.as_ref(), &there, Wanted::default()).expect("a good point").value
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            let g = here.gradient[k];
            assert!(g.abs() > 1e-4, "parameter {k} has a gradient");
            assert!((g - difference).abs() < 2e-4 * g.abs().max(here.value), "{k}: {g} {difference}");
        }
        assert_eq!(here.curvature.is_some(), loss.is_likelihood());
    }
}

#[test]
fn fits_find_the_truth_within_their_errors_from_far_away() {
    let data = Mixture::new(8).data(&TRUTH, DATA);
    let simulator = Mixture::new(3);
    let (likelihood, distance) = (poisson(), energy());
    for (loss, method) in [
        (&likelihood as &dyn Loss, Method::GaussNewton),
        (&likelihood, Method::Lbfgs),
        (&likelihood, Method::Adam),
        (&distance, Method::Lbfgs),
        (&distance, Method::GaussNewton),
    ] {
        for starts in [[1.0, 1.0, 0.3], [-1.0, 2.0, 0.6], [2.5, 0.5, 0.05]] {
            let problem =
                Problem::new(&simulator, &data, loss, space(&simulator, starts)).expect("a problem");
            let result = fit(&problem, &settings(method), |_| true).expect("a fit");
            assert!(result.state.converged, "{method:?} {starts:?}: {:?}", result.diagnosis);
            let sandwich = &result.covariance.sandwich;
            for k in 0..3 {
                let error = sandwich[(k, k)].sqrt();
                let pull = (result.values[k] - TRUTH[k]) / error;
                assert!(pull.abs() < 4.0, "{method:?} {starts:?} {k}: {} +- {error}", result.values[k]);
                assert!(error > 0.002 && error < 0.1, "{method:?} {k}: {error}");
            }
        }
    }
}

#[test]
fn errors_of_a_likelihood_are_those_of_the_scatter_over_data() {
    let simulator = Mixture::new(3);
    let likelihood = poisson();
    let (mut pulls, mut sizes) = (Vec::new(), Vec::new());
    for seed in 0..40 {
        let data = Mixture::new(100 + seed).data(&TRUTH, 1000);
        let problem =
            Problem::new(&simulator, &data, &likelihood, space(&simulator, TRUTH)).expect("a problem");
        let settings = Settings { events: 20_000, most_events: 20_000, ..Settings::default() };
        let result = fit(&problem, &settings, |_| true).expect("a fit");
        for k in 0..3 {
            pulls.push((result.values[k] - TRUTH[k]) / result.covariance.sandwich[(k, k)].sqrt());
            sizes.push(result.covariance.errors()[k] / result.covariance.sandwich[(k, k)].sqrt());
        }
    }
    let n = pulls.len() as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let width = (pulls.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / n).sqrt();
    let size = sizes.iter().sum::<f64>() / n;
    assert!(mean.abs() < 0.3 && (0.8..1.25).contains(&width), "pulls {mean} +- {width}");
    assert!((0.8..1.25).contains(&size), "errors of the model are {size} of those of the sandwich");
}

#[test]
fn a_fit_that_goes_on_from_a_stored_state_ends_at_the_same_bits() {
    let data = Mixture::new(8).data(&TRUTH, 1000);
    let (simulator, loss) = (Mixture::new(3), poisson());
    let problem =
        Problem::new(&simulator, &data, &loss, space(&simulator, [3.0, 3.0, 0.8])).expect("a problem");
    let settings = Settings { doubled_rounds: 2, ..settings(Method::GaussNewton) };
    let whole = fit(&problem, &settings, |_| true).expect("a fit");
    let mut stored = None;
    let _ = fit(&problem, &Settings { doubled_rounds: 0, ..settings.clone() }, |state: &State| {
        stored = Some(state.clone());
        state.rounds.len() < 2
    });
    let stored = stored.expect("two rounds were made");
    assert_eq!(stored.rounds.len(), 2);
    let resumed = resume(&problem, &settings, stored, |_| true).expect("a fit");
    assert_eq!((resumed.values, resumed.objective), (whole.values, whole.objective));
}

#[test]
fn a_bank_of_uneven_weights_is_fitted_and_ends() {
    let data = Mixture::new(8).data(&TRUTH, 1000);
    // A tenth of the events is effective from the start.
    let mut simulator = Mixture::new(3);
    simulator.heavy = 1e4;
    let loss = energy();
    let problem =
        Problem::new(&simulator, &data, &loss, space(&simulator, [1.0, 1.0, 0.3])).expect("a problem");
    let settings = Settings { most_events: 4000, rounds: 20, ..settings(Method::Lbfgs) };
    let result = fit(&problem, &settings, |_| true).expect("a fit");
    assert!(result.effective > settings.least_effective);
    assert!((result.values[0] - TRUTH[0]).abs() < 0.5, "{:?}", result.values);
}

#[test]
fn priors_pull_and_bounds_hold() {
    let data = Mixture::new(8).data(&TRUTH, 300);
    let (simulator, loss) = (Mixture::new(3), poisson());
    let with = |choice: Choice| {
        let space = Space::new(simulator.parameters(), &[choice]).expect("a good choice");
        let problem = Problem::new(&simulator, &data, &loss, space).expect("a problem");
        fit(&problem, &settings(Method::GaussNewton), |_| true).expect("a fit")
    };
    let free = with(Choice::free("m.mu"));
    let tight = with(Choice::free("m.mu").with_prior(2.0, 0.01));
    assert!((tight.values[0] - 2.0).abs() < 0.1, "{} {}", free.values[0], tight.values[0]);
    assert!((tight.covariance.errors()[0] - 0.01).abs() < 0.002);
    let bounded = with(Choice { bounds: Some([1.5, 4.0]), ..Choice::free("m.mu").from(3.0) });
    assert!(bounded.values[0] >= 1.5 && bounded.values[0] < 1.55, "{}", bounded.values[0]);
    assert!(
        bounded.diagnosis.iter().any(|d| matches!(d, Diagnosis::AtBound { .. })),
        "{:?}",
        bounded.diagnosis
    );
}

/// Two parameters whose sum alone matters.
struct Sum(Mixture, Vec<gradino_core::Parameter>);

impl Simulator for Sum {
    fn parameters(&self) -> &[gradino_core::Parameter] {
        &self.1
    }
    fn dimension(&self) -> usize {
        1
    }
    fn draw(
        &self,
        theta: &[f64],
        events: std::ops::Range<u64>,
    ) -> gradino_core::Result<Box<dyn gradino_core::Bank>> {
        Ok(Box::new(SumBank(self.0.draw(&[theta[0] + theta[1], 1.3, 0.45], events)?, theta.to_vec())))
    }
}

struct SumBank(Box<dyn gradino_core::Bank>, Vec<f64>);

impl gradino_core::Bank for SumBank {
    fn origin(&self) -> &[f64] {
        &self.1
    }
    fn at(&self, theta: &[f64]) -> gradino_core::Result<Sample> {
        let inner = self.0.at(&[theta[0] + theta[1], 1.3, 0.45])?;
        let mut sample = Sample::new(1, 2);
        for i in 0..inner.len() {
            let slope = inner.value_slope(i, 0)[0];
            sample.push(inner.row(i), inner.weights[i], &[slope, slope], &[0.0, 0.0]);
        }
        Ok(sample)
    }
}

#[test]
fn a_direction_that_the_data_do_not_fix_is_named() {
    let parameter = |name: &str| gradino_core::Parameter::new(name, 0.5, "", "invented2026", "");
    let simulator = Sum(Mixture::new(3), vec![parameter("s.a"), parameter("s.b")]);
    let data = Mixture::new(8).data(&TRUTH, 1000);
    let loss = poisson();
    let choices = ["s.a", "s.b"].map(Choice::free);
    let space = Space::new(simulator.parameters(), &choices).expect("good choices");
    let problem = Problem::new(&simulator, &data, &loss, space).expect("a problem");
    let result = fit(&problem, &settings(Method::GaussNewton), |_| true).expect("a fit");
    assert!((result.values[0] + result.values[1] - TRUTH[0]).abs() < 0.3);
    let text: Vec<_> = result.diagnosis.iter().map(ToString::to_string).collect();
    assert!(text.iter().any(|t| t.contains("s.a") && t.contains("s.b")), "{text:?}");
}

#[test]
fn profiles_rise_by_one_at_one_error() {
    let data = Mixture::new(8).data(&TRUTH, 2000);
    let (simulator, loss) = (Mixture::new(3), poisson());
    let problem = Problem::new(&simulator, &data, &loss, space(&simulator, TRUTH)).expect("a problem");
    let settings = Settings { events: 40_000, most_events: 40_000, ..Settings::default() };
    let result = fit(&problem, &settings, |_| true).expect("a fit");
    let error = result.covariance.errors()[0];
    let values: Vec<f64> = [-1.0, 0.0, 1.0].iter().map(|s| result.values[0] + s * error).collect();
    let scan = profile(&problem, &settings, &result, "m.mu", &values).expect("a profile");
    assert!((scan.objective[1] - result.objective).abs() < 0.05, "{scan:?} {}", result.objective);
    for end in [0, 2] {
        let rise = scan.objective[end] - scan.objective[1];
        assert!((0.7..1.3).contains(&rise), "{rise}");
        assert_eq!(scan.others[end].len(), 2);
    }
    let error = profile(&problem, &settings, &result, "m.nu", &values).expect_err("no such parameter");
    assert_eq!(error.hint().as_deref(), Some("did you mean \"m.mu\"?"));
}

#[test]
fn descents_with_new_events_go_down_too() {
    let data = Mixture::new(8).data(&TRUTH, 1000);
    let (simulator, loss) = (Mixture::new(3), energy());
    for (stepper, rate, steps) in [(Stepper::Plain, 1.0, 150), (Stepper::Adam, 0.1, 300)] {
        let problem =
            Problem::new(&simulator, &data, &loss, space(&simulator, [1.0, 1.0, 0.3])).expect("a problem");
        let settings =
            DescentSettings { stepper, rate, steps, doubled_steps: 3, ..DescentSettings::default() };
        let way = descend(&problem, &settings).expect("a descent");
        let end = way.path.last().expect("it has an end");
        assert!((end[0] - TRUTH[0]).abs() < 0.4 && (end[1] - TRUTH[1]).abs() < 0.5, "{stepper:?} {end:?}");
        assert_eq!(way.path.len(), way.losses.len() + 1);
    }
}

#[test]
fn bad_problems_are_named() {
    let simulator = Mixture::new(3);
    let loss = energy();
    let data = Sample::of_data(2, vec![0.0; 8]).expect("data");
    let error = Problem::new(&simulator, &data, &loss, space(&simulator, TRUTH)).err().expect("two features");
    assert!(error.to_string().contains("features"), "{error}");
    let data = Mixture::new(8).data(&TRUTH, 100);
    let choice = Choice::free("m.mu").with_prior(0.0, 1.0);
    let space = Space::new(simulator.parameters(), &[choice]).expect("a choice");
    assert!(matches!(
        Problem::new(&simulator, &data, &loss, space),
        Err(Error::PriorWithoutLikelihood { .. })
    ));
    let space = self::space(&simulator, TRUTH);
    let problem = Problem::new(&simulator, &data, &loss, space).expect("a problem");
    for settings in [
        Settings { events: 3, ..Settings::default() },
        Settings { most_events: 100, ..Settings::default() },
        Settings { least_effective: 1.5, ..Settings::default() },
    ] {
        assert!(matches!(fit(&problem, &settings, |_| true), Err(Error::BadSetting { .. })));
    }
    let odd = State { values: vec![1.0], ..State::start(&problem, &Settings::default()) };
    let error = resume(&problem, &Settings::default(), odd, |_| true).expect_err("another fit");
    assert!(matches!(error, Error::OtherFit { found: 1, wanted: 3 }));
}

#[test]
fn what_is_wrong_is_said_in_words() {
    let simulator = Mixture::new(3);
    let loss = poisson();
    let data = Mixture::new(8).data(&TRUTH, 50_000);
    let problem =
        Problem::new(&simulator, &data, &loss, space(&simulator, [2.5, 0.5, 0.05])).expect("a problem");
    let said = |settings: &Settings| {
        let result = fit(&problem, settings, |_| true).expect("a fit");
        let rounds = result.state.rounds.iter();
        // Each bank is left before fewer of its events count than are asked for.
        assert!(rounds.map(|r| r.effective).all(|share| share >= settings.least_effective));
        result.diagnosis
    };
    let early = said(&Settings { rounds: 1, ..settings(Method::GaussNewton) });
    assert!(early.iter().any(|d| matches!(d, Diagnosis::NotConverged { rounds: 1, .. })), "{early:?}");
    assert!(early.iter().any(|d| d.to_string().contains("not converged after 1 rounds")));
    // Many more data than simulated events.
    let few = said(&Settings { events: 4000, most_events: 4000, ..Settings::default() });
    let noise = |d: &Diagnosis| matches!(d, Diagnosis::Noise { share, events: 4000, .. } if *share > 0.5);
    assert!(few.iter().any(noise), "{few:?}");
    // A bank that may lose nothing is at its limit at once.
    let strict = Settings { least_effective: 0.999, rounds: 1, ..settings(Method::GaussNewton) };
    let strict = said(&strict);
    assert!(strict.iter().any(|d| matches!(d, Diagnosis::FewEffective { .. })), "{strict:?}");
}
