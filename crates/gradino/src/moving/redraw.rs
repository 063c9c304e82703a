//! Whether a chain makes the events of a file.

use crate::chain::{Mover, Scratch};
use crate::error::{Error, Result};
use crate::io;
use gradino_core::Event;
use std::path::Path;

/// Reads all events of `path` and draws them again with `mover`; refuses a file that holds others.
pub(super) fn check(path: &Path, mover: &Mover) -> Result<()> {
    let mut source = io::open(path)?;
    let version = source.provenance().version.clone();
    let (mut held, mut drawn, mut scratch) = (Event::new(), Event::new(), Scratch::default());
    while source.read(&mut held)? {
        mover.draw_origin(held.number, &mut scratch, &mut drawn);
        if let Some(what) = difference(&held, &drawn) {
            let now = env!("CARGO_PKG_VERSION");
            let problem = match version == now {
                true => format!("{what} differs"),
                false => format!("{what} differs, and version {version} made it, not {now}"),
            };
            return Err(Error::NotRedrawn { path: path.to_path_buf(), event: held.number, problem });
        }
    }
    Ok(())
}

/// The first thing in which two events differ, gradients aside.
fn difference(held: &Event, drawn: &Event) -> Option<String> {
    let fields = [
        ("its process", held.process == drawn.process),
        ("its weight", held.weight == drawn.weight),
        ("the number of its particles", held.particles.len() == drawn.particles.len()),
        ("the order of its vertices", held.vertices == drawn.vertices),
    ];
    let particle = || held.particles.iter().zip(&drawn.particles).position(|(a, b)| a != b);
    match fields.iter().find(|field| !field.1) {
        Some((what, _)) => Some((*what).to_string()),
        None => particle().map(|i| format!("its particle {i}")),
    }
}
