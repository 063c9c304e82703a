//! Bad settings and samples, and any weights at all.

use super::*;
use proptest::prelude::*;

/// The error of a loss, which must have a hint.
fn refused(loss: &dyn Loss, sample: &Sample, data: &Sample) -> Error {
    let error = loss.evaluate(sample, data).expect_err("something bad");
    assert!(error.hint().is_some_and(|hint| !hint.is_empty()), "{error}");
    error
}

#[test]
fn bad_samples_are_named_by_every_loss() {
    let (one, two) = (gaussian(5, 1, 0.0, 1), gaussian(5, 2, 0.0, 1));
    let mut nan = one.clone();
    nan.weights[3] = f64::NAN;
    for (name, loss) in losses(1) {
        let mixed = loss.evaluate(&two, &one).expect_err("other dimensions");
        assert!(matches!(mixed, Error::Core(gradino_core::Error::DifferentDimensions { .. })), "{name}");
        let core = |s: &Sample| matches!(loss.evaluate(s, &one), Err(Error::Core(_)));
        assert!(core(&nan) && core(&Sample::new(1, 0)), "{name}");
        assert!(matches!(loss.evaluate(&one, &nan), Err(Error::Core(_))), "{name}");
    }
}

#[test]
fn weights_and_widths_that_leave_nothing_are_refused_with_hints() {
    let (one, two, single) = (gaussian(5, 1, 0.0, 1), gaussian(5, 2, 0.0, 1), gaussian(1, 1, 0.0, 1));
    let mut cancelling = one.clone();
    cancelling.weights = vec![1.0, -1.0, 0.0, 1.0, -1.0];
    let mmd = Mmd::default();
    assert!(matches!(refused(&mmd, &single, &one), Error::NoPairs { rows: 1, .. }));
    assert!(matches!(refused(&mmd, &cancelling, &one), Error::NoWeight { sum: 0.0 }));
    assert!(matches!(refused(&mmd, &one, &single), Error::BadBandwidth { width: 0.0 }));
    for width in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-200] {
        let kernel = Kernel::Gaussian(Bandwidth::Width(width));
        assert!(matches!(refused(&Mmd { kernel, ..mmd.clone() }, &one, &one), Error::BadBandwidth { .. }));
    }
    let none = Mmd { kernel: Kernel::Gaussian(Bandwidth::Widths(Vec::new())), ..mmd.clone() };
    assert!(matches!(refused(&none, &one, &one), Error::TooFew { what: "widths", .. }));
    let features = RandomFeatures { frequencies: 2, ..RandomFeatures::default() };
    assert!(matches!(refused(&features, &one, &one), Error::TooFew { least: 5, .. }));
    let sliced = Sliced { directions: 0, ..Sliced::default() };
    assert!(matches!(refused(&sliced, &two, &two), Error::TooFew { what: "directions", .. }));
    assert!(matches!(refused(&sliced, &cancelling, &one), Error::NegativeWeight { row: 1, .. }));
}

#[test]
fn bad_bins_and_names_are_refused_with_hints() {
    let one = gaussian(5, 1, 0.0, 1);
    assert!(matches!(Axis::new(2, vec![0.0]), Err(Error::TooFew { found: 1, .. })));
    assert!(matches!(Axis::even(2, 0.0, 1.0, 0), Err(Error::TooFew { .. })));
    assert!(matches!(Axis::new(2, vec![0.0, 1.0, 1.0]), Err(Error::BadEdges { position: 2, .. })));
    assert!(matches!(Axis::new(2, vec![f64::NAN, 1.0]), Err(Error::BadEdges { position: 0, .. })));
    assert!(matches!(Binning::new(Vec::new()), Err(Error::TooFew { .. })));
    assert!(matches!(refused(&Binned::new(grid(2)), &one, &one), Error::NoSuchFeature { feature: 1, .. }));
    let scaled = Binned { scale: Scale::Given(-1.0), ..Binned::new(grid(1)) };
    assert!(matches!(refused(&scaled, &one, &one), Error::BadScale { scale: -1.0 }));
    let far = gaussian(5, 1, 4.0, 1);
    assert!(matches!(refused(&Binned::new(grid(1)), &far, &one), Error::NoExpectation { .. }));
    let unknown = by_name("mdm", None).map(|_| ()).expect_err("no such loss");
    assert_eq!(unknown.hint().as_deref(), Some("did you mean \"mmd\"?"));
    assert!(matches!(by_name("poisson", None).map(|_| ()), Err(Error::NoBinning { name: "poisson" })));
}

#[test]
fn every_source_named_in_the_room_is_in_the_literature() {
    let literature = include_str!("../../data/literature.bib");
    let of_models = MODELS.iter().flat_map(|model| model.sources.iter().copied());
    for key in of_models.chain(["box1958", "hockney1988"]) {
        assert!(literature.contains(&format!("{{{key},")), "{key}");
    }
}

fn weighted(dimension: usize) -> impl Strategy<Value = Sample> {
    let weight = prop_oneof![3 => 0.0..3.0, 1 => Just(0.0), 1 => Just(1.0), 1 => -1.0..0.0];
    let feature = prop_oneof![3 => -4.0..4.0, 1 => Just(0.0), 1 => Just(1.2), 1 => -1e6..1e6];
    (1usize..12).prop_flat_map(move |rows| {
        let features = prop::collection::vec(feature.clone(), rows * dimension);
        (features, prop::collection::vec(weight.clone(), rows)).prop_map(move |(values, weights)| {
            let mut sample = Sample::of_data(dimension, values).expect("a sample");
            sample.weights = weights;
            sample
        })
    })
}

proptest! {
    #[test]
    fn any_weights_give_numbers_or_an_error(
        sample in weighted(1), data in weighted(1), sample2 in weighted(2), data2 in weighted(2),
    ) {
        for (dimension, sample, data) in [(1, &sample, &data), (2, &sample2, &data2)] {
            for (name, loss) in losses(dimension) {
                if let Ok(found) = loss.evaluate(sample, data) {
                    let numbers = found.by_weight.iter().chain(&found.by_value).chain([&found.value]);
                    prop_assert!(numbers.into_iter().all(|x| x.is_finite()), "{} {:?}", name, found);
                    prop_assert_eq!(found.by_weight.len(), sample.len());
                    prop_assert_eq!(found.by_value.len(), sample.values.len());
                }
            }
        }
    }
}
