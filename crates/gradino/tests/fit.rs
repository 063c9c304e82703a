//! Fits from a configuration.

use gradino::chain::{ChainSimulator, Setup};
use gradino::fit::{FitConfig, FitJob};
use gradino::{Config, Observable};

fn job(text: &str) -> FitJob {
    FitJob::new(FitConfig::from_toml(text).expect("a valid configuration")).expect("a valid job")
}

/// A fit of two strengths to pseudo-data, in which the second line of [loss] and [data] stand.
fn strengths(loss: &str, data: &str) -> String {
    format!(
        "seed = 4\nmodel = \"chain\"\n[chain]\nobservables = [\"visible_energy\", \"gamma_energy\"]\n\
         [data]\n{data}\nparameters = {{ \"strength.gt_2.290\" = 1.9, \"strength.f_4.384\" = 4.4 }}\n\
         [loss]\nkind = \"poisson-light\"\n{loss}\n[fit]\nevents = 20000\nmost_events = 40000\n\
         [parameters.\"strength.gt_2.290\"]\n[parameters.\"strength.f_4.384\"]\n"
    )
}

const ONE: &str = "feature = 1\nrange = [0.0, 16.0]\nbins = 32";
const TWO: &str = "axes = [{ feature = 1, range = [0.0, 16.0], bins = 32 }, { feature = 0, range = [0.0, 60.0], bins = 4 }]";

/// The cross section behind the pseudo-data by the published one.
fn ratio() -> f64 {
    let setup = Setup::from_config(&Config::default()).expect("a valid job");
    let params = setup.parameters();
    let wanted = ["strength.gt_2.290", "strength.f_4.384"].map(|n| params.position(n).expect("a parameter"));
    let order = if wanted[0] < wanted[1] { [1.9, 4.4] } else { [4.4, 1.9] };
    let mut ascending = wanted.to_vec();
    ascending.sort_unstable();
    let simulator = ChainSimulator::new(&setup, &params, &ascending, &[Observable::VisibleEnergy]);
    simulator.and_then(|s| s.with_rate(&params)?.rate(&order)).expect("a rate")
}

#[test]
fn a_rate_tells_what_a_shape_does_not() {
    let shape = job(&strengths(ONE, "events = 8000"));
    let rate = job(&strengths(&format!("{ONE}\nnormalise = \"rate\""), "expected = 8000"));
    // The number of data follows the cross section, which is larger than at the published values.
    let (found, expected) = (rate.data().len() as f64, 8000.0 * ratio());
    assert!(expected > 8100.0 && (found - expected).abs() < 4.0 * expected.sqrt(), "{found} {expected}");
    let [shape, rate] = [shape, rate].map(|job| job.run(|_| true).expect("a fit"));
    assert_eq!(shape.names, ["strength.f_4.384", "strength.gt_2.290"]);
    for (k, truth) in [4.4, 1.9].into_iter().enumerate() {
        for fit in [&shape, &rate] {
            assert!(fit.state.converged, "{:?}", fit.diagnosis);
            let pull = (fit.values[k] - truth) / fit.covariance.errors()[k];
            assert!(pull.abs() < 3.5, "{} {pull}", fit.names[k]);
        }
    }
    // A common factor on both strengths changes the shape little: only against all the other ones.
    let [shape, rate] = [&shape, &rate].map(|fit| fit.covariance.errors());
    assert!(rate.iter().zip(&shape).all(|(r, s)| *r < 0.9 * s), "rate {rate:?} shape {shape:?}");
}

#[test]
fn features_can_be_binned_together() {
    let [one, two] =
        [ONE, TWO].map(|loss| job(&strengths(loss, "events = 8000")).run(|_| true).expect("a fit"));
    assert!(two.objective > one.objective, "more bins have a larger chi^2");
    for k in 0..2 {
        let [a, b] = [&one, &two].map(|fit| fit.covariance.errors()[k]);
        assert!(b < 1.05 * a, "more is known from more features: {b} {a}");
        assert!((one.values[k] - two.values[k]).abs() < 3.0 * a);
    }
}

#[test]
fn rates_that_do_not_exist_are_refused() {
    let error = |text: &str| {
        let config = FitConfig::from_toml(text).expect("a valid configuration");
        FitJob::new(config).err().expect("it is refused").to_string()
    };
    let toy = FitConfig::annotated().replace("normalise = \"shape\"", "normalise = \"rate\"");
    assert!(error(&toy).contains("the toy has no cross section"));
    let rate = format!("{ONE}\nnormalise = \"rate\"");
    assert!(error(&strengths(&rate, "events = 100")).contains("number of data that are expected"));
    let distance = strengths(&rate, "expected = 100").replace("poisson-light", "energy");
    assert!(error(&distance).contains("no rate"), "{}", error(&distance));
}
