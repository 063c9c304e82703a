//! The file of weights: what is written is read, and nothing else.

use gradino_core::{Axis, Condition, Space};
use gradino_neural::{Error, FlowSpec, Preset, Weights};

fn weights() -> Weights {
    let axes = vec![Axis::interval("x", "MeV", 0.0, 2.0), Axis::circle("phi", "rad", -0.1, 3.0)];
    let space = Space { axes, conditions: vec![Condition::range("E", "MeV", 0.1, 1.0)] };
    let mut weights = Weights::initial(FlowSpec::preset(Preset::Compact, space), 3, 1.0)
        .expect("the preset fits the space");
    weights.notes.insert("steps".into(), "12".into());
    weights
}

#[test]
fn weights_come_back_as_they_were_written() {
    let weights = weights();
    let bytes = weights.to_bytes();
    assert_eq!(Weights::from_bytes(&bytes).unwrap(), weights);
    assert_eq!(weights.to_bytes(), bytes, "the same weights make the same file");
    let path = std::env::temp_dir().join(format!("gradino-weights-{}.safetensors", std::process::id()));
    weights.save(&path).unwrap();
    assert_eq!(Weights::load(&path).unwrap(), weights);
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(Weights::load(&path).unwrap_err(), Error::File { action: "read", .. }));
}

#[test]
fn truncated_weights_are_refused_wherever_they_end() {
    let bytes = weights().to_bytes();
    for length in [0, 5, 8, 100, bytes.len() / 2, bytes.len() - 1] {
        let error = Weights::from_bytes(&bytes[..length]).unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{length}: {error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn no_changed_byte_goes_unseen() {
    let bytes = weights().to_bytes();
    let length = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for place in [length, length + 101, bytes.len() - 2] {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        let error = Weights::from_bytes(&changed).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{place}: {error}");
    }
    let mut seen = 0;
    for place in (0..length).step_by(7) {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        seen += usize::from(Weights::from_bytes(&changed).is_err());
    }
    let padding = bytes[..length].iter().rev().take_while(|&&byte| byte == b' ').count();
    assert!(seen + padding.div_ceil(7) >= length.div_ceil(7), "{seen} of {}", length.div_ceil(7));
}

fn replaced(from: &str, to: &str) -> Error {
    let bytes = weights().to_bytes();
    assert_eq!(from.len(), to.len());
    let place =
        bytes.windows(from.len()).position(|window| window == from.as_bytes()).expect("the text is there");
    let mut changed = bytes.clone();
    changed[place..place + to.len()].copy_from_slice(to.as_bytes());
    Weights::from_bytes(&changed).expect_err("the change is seen")
}

#[test]
fn other_files_are_refused_for_what_they_are() {
    assert_eq!(
        replaced("gradino-flow 1", "gradino-flow 7").to_string(),
        "weights of format 7, this program reads 1"
    );
    assert!(matches!(replaced("gradino-flow 1", "something-el 1"), Error::NotWeights { .. }));
    assert!(matches!(replaced("\"F32\"", "\"F16\""), Error::NotWeights { .. }));
    let error = Weights::from_bytes(b"PAR1 this is a file of another kind").unwrap_err();
    assert!(matches!(error, Error::NotWeights { .. }), "{error}");
}

#[test]
fn tensors_that_do_not_fit_are_refused() {
    let good = weights();
    let build = |change: &dyn Fn(&mut std::collections::BTreeMap<_, gradino_neural::Tensor>)| {
        let mut tensors = good.tensors().clone();
        change(&mut tensors);
        Weights::new(good.spec().clone(), tensors).unwrap_err()
    };
    let name = good.tensors().keys().next().unwrap().clone();
    let missing = build(&|tensors| {
        tensors.remove(&name);
    });
    assert_eq!(missing, Error::Tensor { name: name.clone(), missing: true });
    let unknown = build(&|tensors| {
        tensors.insert("other".into(), tensors[&name].clone());
    });
    assert_eq!(unknown, Error::Tensor { name: "other".into(), missing: false });
    let shape = build(&|tensors| tensors.get_mut(&name).unwrap().shape.push(1));
    assert!(matches!(shape, Error::Shape { .. }));
    let value = build(&|tensors| tensors.get_mut(&name).unwrap().values[3] = f32::NAN);
    assert!(matches!(value, Error::NotFinite { index: 3, .. }), "{value}");
    assert!(value.hint().unwrap().contains("learning rate"));
}
