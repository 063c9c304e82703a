//! The time that a bank of the chain takes. A measurement: run it alone, in release.

use gradino::Config;
use gradino::Observable;
use gradino::chain::{ChainSimulator, Reach};
use gradino_core::{Bank, Simulator};
use std::time::Instant;

const EVENTS: u64 = 1_250_000;

#[test]
#[ignore = "a measurement: run it alone, in release"]
fn time_of_drawing_and_weighting() {
    let text = "seed = 1\n[gradients]\nparameters = [\"main\", \"flux.mean_energy\"]\n";
    let config = Config::from_toml(text).expect("a valid job");
    let simulator = ChainSimulator::from_config(&config, &[Observable::VisibleEnergy]).expect("a valid job");
    let origin: Vec<f64> = simulator.parameters().iter().map(|p| p.value).collect();
    let start = Instant::now();
    let bank = simulator.draw_bank(&origin, 0..EVENTS).expect("a bank");
    println!("draw: {:.2?}, {} parameters", start.elapsed(), origin.len());
    println!(
        "{} choices, {} cascades that come again, {} states for {} events",
        bank.paths().choices(),
        bank.paths().repeated().len(),
        bank.paths().states(),
        bank.len()
    );
    let moved: Vec<f64> = origin.iter().map(|x| 1.002 * x).collect();
    let near: Vec<f64> = origin.iter().map(|x| 1.001 * x).collect();
    let mut primary_only = origin.clone();
    primary_only[12..].iter_mut().for_each(|x| *x *= 1.002);
    for (what, theta) in [
        ("origin, first", &origin),
        ("origin, again", &origin),
        ("origin, again", &origin),
        ("only source and strengths", &primary_only),
        ("elsewhere", &moved),
        ("elsewhere", &near),
    ] {
        let start = Instant::now();
        let sample = bank.at(theta).expect("within the bounds");
        println!("{what}: {:.3?} {:?}", start.elapsed(), Reach::of(&sample));
        let start = Instant::now();
        bank.visit(theta, 100, &|_, _, _| ()).expect("within the bounds");
        println!("{what}: {:.3?} shown in pieces", start.elapsed());
    }
}
