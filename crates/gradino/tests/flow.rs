//! Tables of points, and trainings with their files.

use gradino::density::PlaneWave;
use gradino::flow::{Conditions, Sample, Table};
use gradino_core::Density;
use gradino_neural::{FlowSpec, FusedFlow, Preset, Weights};
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("gradino-flow-{}-{name}", std::process::id()))
}

#[test]
fn points_come_back_from_tables_as_they_were_drawn() {
    let space = PlaneWave::default().space().clone();
    let spec = FlowSpec::preset(Preset::Compact, space.clone());
    let flow = FusedFlow::new(gradino_neural::Flow::new(Weights::initial(spec, 1, 2.0).unwrap()));
    let conditions = Conditions::parse(&space, &["E_nu=300:400".into()]).unwrap();
    let table = Sample { conditions, seed: 4, first: 10, events: 500 }.draw(&flow, None).unwrap();
    assert_eq!(table.rows(), 500);
    let (conditions, points) = table.rows_of(&space, &file("none")).unwrap();
    let mut densities = vec![0.0; 500];
    flow.evaluate(&conditions, &points, &mut densities).unwrap();
    for name in ["points.parquet", "points.csv"] {
        let path = file(name);
        table.write(&path, vec![("gradino.seed", "4".into())], false).unwrap();
        let error = table.write(&path, Vec::new(), false).unwrap_err();
        assert!(error.to_string().contains("exists"), "{error}");
        let read = Table::read(&path).unwrap();
        assert_eq!(read.rows_of(&space, &path).unwrap(), (conditions.clone(), points.clone()));
        std::fs::remove_file(&path).unwrap();
    }
    assert!(Table::check_target(&file("points.txt"), false).is_err());
}

#[test]
fn tables_that_do_not_fit_are_refused_with_what_is_wrong() {
    let space = PlaneWave::default().space().clone();
    let path = file("bad.csv");
    let read = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Table::read(&path).and_then(|table| table.rows_of(&space, &path)).unwrap_err().to_string()
    };
    let names = "E_nu,shell,omega_share,cos_theta_l,cos_theta_N,phi_N\n";
    assert!(read("E_nu,shell\n500,1s1/2\n").ends_with("it has no column omega_share"));
    assert!(read(&format!("{names}500,2s1/2,0.1,0,0,1\n")).ends_with("shell is \"2s1/2\" in it"));
    assert!(read(&format!("{names}500,1s1/2\n")).contains("line 2"));
    assert!(read("").ends_with("it is empty"));
    std::fs::remove_file(&path).unwrap();
}

#[cfg(feature = "train")]
mod training {
    use super::*;
    use gradino::Error;
    use gradino::flow::{FlowConfig, FlowJob, Step, curve_figure};

    fn config(steps: u64) -> FlowConfig {
        let text = format!(
            "[flow]\ntransforms = 1\nbins = 8\nwidth = 16\n[data]\ndensity = \"plane_wave\"\n\
             [training]\nsteps = {steps}\nbatch = 1024\npool = 2048\nround = 5\nwarm_up = 5"
        );
        FlowConfig::from_toml(&text).expect("the configuration is valid")
    }

    #[test]
    fn the_annotated_example_has_every_key_and_the_defaults() {
        let annotated = FlowConfig::from_toml(FlowConfig::annotated()).unwrap();
        let mut defaults = FlowConfig::default();
        defaults.data.density = Some("plane_wave".into());
        assert_eq!(annotated, defaults);
        let spec = annotated.flow.spec(PlaneWave::default().space().clone()).unwrap();
        let uncommented =
            FlowConfig::annotated().replace("# transforms", "transforms").replace("# bins", "bins");
        let uncommented = uncommented.replace("# width", "width").replace("# depth", "depth");
        let uncommented = uncommented.replace("# kind", "kind").replace("# activation", "activation");
        let uncommented = FlowConfig::from_toml(&uncommented.replace("# features", "features")).unwrap();
        assert!(uncommented.flow.features.is_some(), "all keys are read");
        assert_eq!(uncommented.flow.spec(spec.space.clone()).unwrap(), spec, "they have the preset's values");
    }

    #[test]
    fn a_stopped_training_goes_on_from_its_folder() {
        let state = file("state");
        let job = FlowJob::new(config(20)).unwrap();
        let go_on = |_: &_| Step::GoOn;
        let (whole, curve) = job.run(Some(&state), false, |_| Step::Keep).unwrap();
        assert_eq!(curve.table().rows(), 4);
        assert!(curve_figure(&curve).starts_with("<svg"));
        assert_eq!(job.run(None, false, go_on).unwrap(), (whole.clone(), curve.clone()));
        let (_, begun) = job.run(Some(&state), false, |_| Step::Stop).unwrap();
        assert_eq!(begun.0, curve.0[..1]);
        let resumed = job.run(Some(&state), true, go_on).unwrap();
        assert_eq!(resumed, (whole, curve), "weights and rounds are those of one that was not interrupted");
        let other = FlowJob::new(config(25)).unwrap();
        assert_eq!(
            other.run(Some(&state), true, go_on).unwrap_err(),
            Error::OtherTraining { path: state.clone() }
        );
        std::fs::remove_dir_all(&state).unwrap();
    }
}
