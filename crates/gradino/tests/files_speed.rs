//! Speed of writing. Run it in release mode: the figures of a debug build mean nothing.

mod support;

use gradino::io::{SinkOptions, create, open};
use gradino_core::Event;
use std::time::Instant;
use support::{ENDINGS, folder, provenance, sample_event};

#[test]
#[ignore = "prints figures; cargo test --release -p gradino --test files_speed -- --ignored --nocapture"]
fn events_per_second_of_each_format() {
    let folder = folder("speed");
    let n_events = 60_000;
    let mut run = provenance(0, n_events);
    run.gradient_names.clear();
    let mut template: Vec<Event> = (0..n_events).map(sample_event).collect();
    for event in &mut template {
        event.weight_gradient.clear();
        event.coordinate_gradient.clear();
        event.energy_jacobian.clear();
    }
    let particles: usize = template.iter().map(|event| event.particles.len()).sum();
    println!("{} particles for each event", particles as f64 / n_events as f64);
    for ending in ENDINGS {
        let path = folder.join(format!("run.{ending}"));
        let start = Instant::now();
        let mut sink = create(&path, &run, SinkOptions::default()).unwrap();
        template.iter().for_each(|event| sink.write(event).unwrap());
        let summary = sink.finish().unwrap();
        let write_rate = n_events as f64 / start.elapsed().as_secs_f64();
        let start = Instant::now();
        let mut source = open(&path).unwrap();
        let mut event = Event::new();
        while source.read(&mut event).unwrap() {}
        let read_rate = n_events as f64 / start.elapsed().as_secs_f64();
        let size = summary.bytes as f64 / n_events as f64;
        println!("{ending}: writes {write_rate:.0}/s, reads {read_rate:.0}/s, {size:.0} bytes/event");
    }
}
