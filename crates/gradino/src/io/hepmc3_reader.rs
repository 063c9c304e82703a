//! Reading the NuHepMC files that gradino writes. Anything else is refused with its line.

use super::atomic::read_error;
use super::codes::{bare_charge, particle_status, vertex_status};
use super::compress::{self, Compression};
use super::event_check::{EventCheck, follows};
use super::hepmc3_line::{LONGEST_LINE, Words, unescaped};
use super::provenance::Provenance;
use super::run_info::{END_LINE, PROVENANCE_ATTRIBUTE, START_LINE, VERSION_LINE};
use super::sink::{EventSource, check_count};
use crate::error::{Error, Result};
use gradino_core::{Event, FourVector, NuclearState, Parity, Particle, Status, Vertex};
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

/// Events with more particles or vertices than this are not ours.
const MOST_PARTICLES: usize = 100_000;
/// Stands for a charge that no attribute gives.
const NO_CHARGE: i32 = i32::MIN;

/// What is wrong with a line.
type Checked<T> = std::result::Result<T, String>;

/// A NuHepMC file that is being read.
pub(super) struct HepMc3Source {
    lines: Lines,
    provenance: Provenance,
    check: EventCheck,
    /// Events that were read.
    accepted: u64,
    ended: bool,
}

/// The lines of a file, one at a time and counted.
struct Lines {
    path: PathBuf,
    input: Box<dyn BufRead + Send>,
    bytes: Vec<u8>,
    number: u64,
}

impl HepMc3Source {
    /// Opens a file and reads its head.
    pub(super) fn open(path: &Path, compression: Compression) -> Result<Self> {
        let input = compress::input(path, compression)?;
        let mut lines = Lines { path: path.to_path_buf(), input, bytes: Vec::new(), number: 0 };
        for expected in [VERSION_LINE, START_LINE] {
            if lines.next(0)? != expected {
                return Err(lines.bad(format!("\"{expected}\" is expected")));
            }
        }
        for (tag, what) in [("W ", "names of weights"), ("T ", "a tool")] {
            if !lines.next(0)?.starts_with(tag) {
                return Err(lines.bad(format!("a line with {what} is expected")));
            }
        }
        let json = lines.next(0)?.strip_prefix("A ").and_then(|rest| rest.strip_prefix(PROVENANCE_ATTRIBUTE));
        let Some(json) = json.map(|text| unescaped(text.trim_start())) else {
            return Err(lines.bad(format!("the attribute {PROVENANCE_ATTRIBUTE} is expected")));
        };
        let provenance = Provenance::from_json(&json).map_err(|problem| lines.bad(problem))?;
        while !is_past_head(lines.next(0)?) {}
        let check = EventCheck::new(&provenance);
        Ok(HepMc3Source { lines, provenance, check, accepted: 0, ended: false })
    }

    /// Reads the lines of an event, the first of which is the current one.
    fn read_event(&mut self, event: &mut Event) -> Result<()> {
        let start = self.lines.number;
        let first = first_line(self.lines.current(), event).map_err(|problem| self.lines.bad(problem))?;
        let mut filled = 0;
        loop {
            let line = self.lines.next(self.accepted)?;
            if is_past_head(line) {
                break;
            }
            event_line(line, event, &mut filled).map_err(|problem| self.lines.bad(problem))?;
        }
        let whole = filled == first.particles && event.vertices.len() == first.vertices;
        let checked = match whole {
            true => follows(event, &self.provenance, self.accepted).and_then(|()| self.check.problem(event)),
            false => Err("it has not the particles and vertices that it promised".into()),
        };
        let path = self.lines.path.clone();
        checked.map_err(|problem| Error::BadLine {
            path,
            line: start,
            problem: format!("of this event, {problem}"),
        })?;
        self.accepted += 1;
        Ok(())
    }

    /// At the last line: all events must have come, and nothing but empty lines may follow.
    fn end(&mut self) -> Result<()> {
        self.ended = true;
        let events = self.accepted;
        check_count(&self.lines.path, self.provenance.n_events, events)?;
        while self.lines.advance(events)? {
            if !self.lines.current().is_empty() {
                return Err(self.lines.bad("nothing is expected behind the last line".into()));
            }
        }
        Ok(())
    }
}

impl EventSource for HepMc3Source {
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    fn read(&mut self, event: &mut Event) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.lines.current() == END_LINE {
            return self.end().map(|()| false);
        }
        self.read_event(event)?;
        Ok(true)
    }
}

impl Lines {
    /// Goes to the next line; false at the end of the file.
    fn advance(&mut self, events: u64) -> Result<bool> {
        self.bytes.clear();
        let mut input = self.input.as_mut().take(LONGEST_LINE as u64 + 1);
        let read = input.read_until(b'\n', &mut self.bytes);
        let count = read.map_err(|error| read_error(&self.path, &error, events))?;
        if count == 0 {
            return Ok(false);
        }
        self.number += 1;
        if self.bytes.pop() != Some(b'\n') {
            if count > LONGEST_LINE {
                return Err(self.bad(format!("it has more than {LONGEST_LINE} bytes")));
            }
            return Err(Error::Truncated { path: self.path.clone(), events });
        }
        if std::str::from_utf8(&self.bytes).is_err() {
            return Err(self.bad("it is not text in UTF-8".into()));
        }
        Ok(true)
    }

    /// The next line, which must exist.
    fn next(&mut self, events: u64) -> Result<&str> {
        if self.advance(events)? {
            return Ok(self.current());
        }
        Err(Error::Truncated { path: self.path.clone(), events })
    }

    /// The current line without its end.
    fn current(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// The error of the current line.
    fn bad(&self, problem: String) -> Error {
        Error::BadLine { path: self.path.clone(), line: self.number, problem }
    }
}

/// Whether a line begins an event or ends the file.
fn is_past_head(line: &str) -> bool {
    line.starts_with("E ") || line == END_LINE
}

/// What the first line of an event promises.
struct Promise {
    particles: usize,
    vertices: usize,
}

/// `E number vertices particles`.
fn first_line(line: &str, event: &mut Event) -> Checked<Promise> {
    let mut words = Words::new(line.strip_prefix("E ").ok_or("an event is expected")?);
    event.clear(words.number("the number of an event")?);
    let vertices: usize = words.number("a number of vertices")?;
    let particles: usize = words.number("a number of particles")?;
    words.end()?;
    if particles > MOST_PARTICLES || vertices > particles {
        return Err(format!("{particles} particles and {vertices} vertices are too many"));
    }
    event.particles.resize(particles, blank());
    Ok(Promise { particles, vertices })
}

/// A particle whose line is still to come.
fn blank() -> Particle {
    Particle {
        pdg: 0,
        status: Status::Final,
        momentum: FourVector::zero(),
        mass: 0.0,
        charge: NO_CHARGE,
        state: None,
    }
}

/// Any line of an event but the first; `filled` counts the particles that have come.
fn event_line(line: &str, event: &mut Event, filled: &mut usize) -> Checked<()> {
    let mut words = Words::new(line);
    match words.word("the kind of the line")? {
        "P" => {
            particle(&mut words, event, *filled)?;
            *filled += 1;
        }
        "V" => vertex(&mut words, event, *filled)?,
        "A" => attribute(&mut words, event)?,
        "W" => {
            event.weight = words.real("a weight")?;
            event.weight_gradient.clear();
            words.reals("a weight", &mut event.weight_gradient)?;
        }
        "U" => {
            if (words.word("a unit")?, words.word("a unit")?) != ("MEV", "CM") {
                return Err("the units must be MEV and CM".into());
            }
        }
        kind => return Err(format!("a line of kind \"{kind}\" is unknown here")),
    }
    words.end()
}

/// `P number vertex pdg px py pz e m status`.
fn particle(words: &mut Words, event: &mut Event, index: usize) -> Checked<()> {
    if words.number::<usize>("the number of a particle")? != index + 1 || index >= event.particles.len() {
        return Err(format!("particle {} is expected here or none", index + 1));
    }
    let parent: i64 = words.number("the number of a vertex")?;
    if parent != 0 {
        let current = -(event.vertices.len() as i64);
        let last = event.vertices.last_mut().filter(|v| parent == current && v.outgoing().end == index);
        last.ok_or_else(|| format!("no particle can come out of vertex {parent} here"))?.count_out += 1;
    }
    let particle = &mut event.particles[index];
    particle.pdg = words.number("a PDG number")?;
    let mut real = || words.real("a component of the momentum or a mass");
    let (x, y, z, e) = (real()?, real()?, real()?, real()?);
    particle.momentum = FourVector::new(e, x, y, z);
    particle.mass = real()?;
    let code = words.number("a status")?;
    particle.status = particle_status(code).ok_or_else(|| format!("the status {code} is unknown"))?;
    if particle.charge == NO_CHARGE {
        particle.charge = bare_charge(particle.pdg);
    }
    Ok(())
}

/// `V number status [particles that go in]`.
fn vertex(words: &mut Words, event: &mut Event, filled: usize) -> Checked<()> {
    let expected = -(event.vertices.len() as i64) - 1;
    if words.number::<i64>("the number of a vertex")? != expected {
        return Err(format!("vertex {expected} is expected here"));
    }
    let code = words.number("a status")?;
    let status = vertex_status(code).ok_or_else(|| format!("the vertex status {code} is unknown"))?;
    let list = words.word("a list of particles")?;
    let inside = list.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let index = |text: &str| -> Checked<u32> {
        let number: u32 = text.parse().map_err(|_| format!("cannot read \"{text}\" as a particle"))?;
        let index = number.checked_sub(1).filter(|i| (*i as usize) < filled);
        index.ok_or_else(|| format!("particle {number} has not come yet"))
    };
    let inside = inside.ok_or_else(|| format!("cannot read \"{list}\" as a list of particles"))?;
    let incoming = match inside.split_once(',') {
        Some((first, second)) => (index(first)?, Some(index(second)?)),
        None => (index(inside)?, None),
    };
    event.vertices.push(Vertex { status, incoming, first_out: filled as u32, count_out: 0 });
    Ok(())
}

/// `A particle name value`, where particle 0 stands for the event.
fn attribute(words: &mut Words, event: &mut Event) -> Checked<()> {
    let number: usize = words.number("the number of a particle")?;
    let name = words.word("the name of an attribute")?;
    if number == 0 {
        return event_attribute(words, event, name);
    }
    let particle = event.particles.get_mut(number - 1);
    let particle = particle.ok_or_else(|| format!("there is no particle {number}"))?;
    if name == "charge" {
        particle.charge = words.number("a charge")?;
        return Ok(());
    }
    if name == "Ex" {
        let excitation = words.real("an excitation energy")?;
        particle.state = Some(NuclearState { excitation, two_j: 0, parity: Parity::Plus });
        return Ok(());
    }
    let state = particle.state.as_mut().ok_or("the attribute Ex is expected first")?;
    match name {
        "twoJ" => state.two_j = words.number("twice a spin")?,
        "parity" => {
            state.parity = match words.word("a parity")? {
                "1" => Parity::Plus,
                "-1" => Parity::Minus,
                other => return Err(format!("cannot read \"{other}\" as a parity")),
            }
        }
        _ => return Err(format!("the attribute \"{name}\" of a particle is unknown")),
    }
    Ok(())
}

/// An attribute of the whole event.
fn event_attribute(words: &mut Words, event: &mut Event, name: &str) -> Checked<()> {
    match name {
        "signal_process_id" => event.process = words.number("a process")?,
        "coordinate_gradient" => words.reals("a derivative", &mut event.coordinate_gradient)?,
        "energy_jacobian" => words.reals("a derivative", &mut event.energy_jacobian)?,
        "lab_pos" => {
            for _ in 0..3 {
                words.real("a position")?;
            }
        }
        _ => return Err(format!("the attribute \"{name}\" of an event is unknown")),
    }
    Ok(())
}
