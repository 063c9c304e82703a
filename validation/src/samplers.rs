//! Samplers of every density that comes along, side by side: the table of docs/performance.md.

use crate::Result;
use crate::flows::train;
use gradino::assess::{CompareJob, Compared};
use gradino::density;
use gradino::flow::FlowConfig;
use gradino_infer::sampling::assess::Settings;
use std::path::{Path, PathBuf};

/// Points that are put beside a density, for each of its kinds.
const POINTS: usize = 20_000;
/// CPU time that a sampler may take for them [s].
const SECONDS: f64 = 60.0;
/// The densities, each with the training of its flow; the flow on the knockout comes along.
const DENSITIES: [(&str, Option<&str>); 4] = [
    ("knockout", None),
    ("ridges", Some(include_str!("../../examples/flows/ridges.toml"))),
    ("lobes", Some(LOBES)),
    ("plane_wave", Some(PLANE_WAVE)),
];
const LOBES: &str = "[flow]\ntransforms = 3\nfeatures = { interval = 4, circle = 3, condition = 6 }\n\
                     [data]\ndensity = \"lobes\"\n[training]\nsteps = 5000\nbatch = 2048\nround = 25\nrate = 0.005\n";
const PLANE_WAVE: &str = "[flow]\ntransforms = 3\nfeatures = { interval = 8, circle = 3, condition = 8 }\n\
                          [data]\ndensity = \"plane_wave\"\n[training]\nsteps = 5000\nbatch = 2048\nrate = 0.005\n";

/// Trains the flows that do not come along, and prints the table.
///
/// # Errors
/// A flow that cannot be trained or written, a sampler that fails.
pub fn print() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("gradino-samplers-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let printed = print_in(&folder);
    std::fs::remove_dir_all(&folder)?;
    printed
}

fn print_in(folder: &Path) -> Result<()> {
    let mut rows = Vec::new();
    for (name, training) in DENSITIES {
        let flow = match training {
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/flows/knockout.safetensors"),
            Some(text) => trained(name, text, folder)?,
        };
        let settings = Settings { events: POINTS, set: POINTS, ..Settings::default() };
        let job = CompareJob { samplers: Vec::new(), flows: vec![flow], settings, seconds: SECONDS };
        let found = job.run(&*density::named(name)?, &|what| eprintln!("{name}: {what} ..."))?;
        rows.extend(found.into_iter().map(|compared| (name, compared)));
    }
    println!("\n| density | {} |", Compared::COLUMNS.join(" | "));
    println!("|{}", " --- |".repeat(1 + Compared::COLUMNS.len()));
    for (density, compared) in rows {
        println!("| {density} | {} |", with_short_name(compared).cells().join(" | "));
    }
    Ok(())
}

/// The file of a flow that is trained on a density; the training is told.
fn trained(density: &str, text: &str, folder: &Path) -> Result<PathBuf> {
    print!("\nflow on `{density}`:");
    let file = folder.join(density).with_extension("safetensors");
    train(FlowConfig::from_toml(text)?)?.save(&file)?;
    Ok(file)
}

/// With the name of a flow in the place of its file.
fn with_short_name(compared: Compared) -> Compared {
    let sampler = match compared.sampler.rsplit_once(".safetensors") {
        Some((_, unit_weights)) => format!("flow{unit_weights}"),
        None => compared.sampler,
    };
    Compared { sampler, ..compared }
}
