//! The same training on the device and on the processor, beside trainings on the processor alone from starting
//! weights that differ by as much as rounding.

use super::{DEVICES, MOVED, MOVES, events, farthest, learned, moved};
use crate::Result;
use gradino_neural::train::{Device, Source, Trainer, Training};
use gradino_neural::{FlowSpec, Preset, Weights};

/// Steps of a training.
pub const STEPS: u64 = 60;

/// What is trained, and how far the device may be.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What is learned from.
    pub data: Data,
    /// Highest learning rate.
    pub rate: f64,
    limit: Limit,
}

/// What is learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// A fixed set of events, by maximum likelihood: each step has the same points everywhere.
    Fixed,
    /// Points drawn anew from the flow as it is, for each round.
    Redrawn,
}

/// Largest difference of the losses of a round.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// In itself.
    Absolute(f64),
    /// In units of the largest of the trainings from moved weights.
    OfMoved(f64),
}

/// Trainings at a rate at which differences stay small, where a wrong derivative shows, and that of the defaults,
/// at which they grow by themselves.
pub const CASES: [Case; 3] = [
    Case { data: Data::Fixed, rate: 3e-4, limit: Limit::Absolute(1e-5) }, // chosen: moved weights make 2e-7
    Case { data: Data::Redrawn, rate: 3e-4, limit: Limit::Absolute(1e-5) }, // chosen: moved weights make 6e-7
    Case { data: Data::Redrawn, rate: 3e-3, limit: Limit::OfMoved(5.0) }, // chosen: theirs differ by as much
];

/// A training and how far it is from that on the processor.
#[derive(Clone, Debug)]
pub struct Spread {
    /// What was trained where.
    pub what: String,
    /// Loss of the last round.
    pub loss: f64,
    /// Largest difference of the losses of a round.
    pub by_loss: f64,
    /// Largest difference of the weights at the end.
    pub by_weights: f64,
}

impl Data {
    /// What it is called in a table.
    pub fn name(self) -> &'static str {
        match self {
            Data::Fixed => "the same events everywhere",
            Data::Redrawn => "points drawn anew from the flow for each round",
        }
    }
}

/// Losses of the rounds, and the numbers of the flow at the end.
struct Run {
    losses: Vec<f64>,
    numbers: Vec<f32>,
}

/// Trains the compact flow on the processor, from moved weights there, and on the device; where the device is
/// farther off than rounding explains, this is an error.
pub fn compare(case: Case, mut see: impl FnMut(&Spread)) -> Result<()> {
    let density = learned()?;
    let events = events(density.as_ref())?;
    let source = match case.data {
        Data::Fixed => Source { events: Some((&events.conditions, &events.points)), density: None },
        Data::Redrawn => Source { events: None, density: Some(density.as_ref()) },
    };
    let start = Weights::initial(FlowSpec::preset(Preset::Compact, density.space().clone()), 1, 0.0)?;
    let [cpu, device] = DEVICES;
    let expected = train(&start, source, case, cpu)?;
    see(&expected.spread(cpu.name().into(), &expected));
    let mut spread = |what: String, found: Run| {
        let spread = found.spread(what, &expected);
        see(&spread);
        spread.by_loss
    };
    let mut most: f64 = 0.0;
    for seed in MOVES {
        let run = train(&moved(&start, seed)?, source, case, cpu)?;
        most = most.max(spread(format!("{}, weights moved by {MOVED:.0e}", cpu.name()), run));
    }
    let found = spread(device.name().into(), train(&start, source, case, device)?);
    let limit = match case.limit {
        Limit::Absolute(limit) => limit,
        Limit::OfMoved(factor) => factor * most,
    };
    match found < limit {
        true => Ok(()),
        false => Err(format!("the losses of the device are {found:.1e} off, more than {limit:.1e}").into()),
    }
}

impl Run {
    fn spread(&self, what: String, expected: &Run) -> Spread {
        let far = self.losses.iter().zip(&expected.losses).map(|(a, b)| (a - b).abs());
        let by_loss =
            far.fold(0.0, |most: f64, far| if far.is_nan() { f64::INFINITY } else { most.max(far) });
        let loss = self.losses.last().copied().unwrap_or(f64::NAN);
        Spread { what, loss, by_loss, by_weights: farthest(&self.numbers, &expected.numbers) }
    }
}

fn train(start: &Weights, source: Source, case: Case, device: Device) -> Result<Run> {
    let small = Training { batch: 1024, pool: 8192, warm_up: 20, steps: STEPS, ..Training::default() };
    let round = match case.data {
        Data::Fixed => 1,
        Data::Redrawn => 10,
    };
    let mut trainer = Trainer::new(start, source, Training { device, rate: case.rate, round, ..small })?;
    let mut losses = Vec::new();
    while !trainer.finished() {
        losses.push(trainer.round()?.loss);
    }
    let weights = trainer.weights()?;
    let numbers = weights.tensors().values().flat_map(|tensor| tensor.values.clone()).collect();
    Ok(Run { losses, numbers })
}
