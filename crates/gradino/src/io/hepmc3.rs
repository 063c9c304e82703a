//! Writing NuHepMC 1.0 (gardiner2025, arXiv:2310.13211) in the text format of HepMC3.
//!
//! Particles have the numbers 1, 2, ... in the order of the event, vertices -1, -2, ... Numbers
//! are written with the shortest digits that give back the same bits. A run without beams starts from
//! a fixed nuclear state: its events have neither neutrino nor target nor primary vertex, and the head
//! says which requirements of NuHepMC hold all the same. Beyond the standard:
//!
//! - weights behind the first are derivatives of the logarithm of the weight;
//! - nuclei have the attributes `Ex` [MeV], `twoJ` and `parity` of their state;
//! - particles whose charge is not that of the bare particle have the attribute `charge` [e];
//! - the event attribute `coordinate_gradient` holds, for each moving coordinate in turn, its
//!   derivatives with respect to the parameters; `energy_jacobian`, for each particle in turn, those of
//!   its energy with respect to the coordinates.

use super::atomic::{AtomicFile, read_error, write_error};
use super::codes::bare_charge;
use super::compress::{self, Compression};
use super::event_check::{self, EventCheck};
use super::hepmc3_line::{LONGEST_LINE, long_line, push_integer, push_next};
use super::provenance::Provenance;
use super::run_info;
use super::sink::{Body, Encoder, EventFile, SinkOptions};
use crate::error::{Error, Result};
use gradino_core::{Event, NuclearState, Particle, Vertex};
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// Makes lines of events.
pub(super) struct LineEncoder {
    text: Vec<u8>,
    compression: Compression,
    has_beam: bool,
    check: EventCheck,
}

impl LineEncoder {
    /// For a file with this provenance.
    pub(super) fn new(provenance: &Provenance, compression: Compression) -> Self {
        let (has_beam, check) = (provenance.has_beam(), EventCheck::new(provenance));
        LineEncoder { text: Vec::new(), compression, has_beam, check }
    }
}

impl Encoder for LineEncoder {
    fn another(&self) -> Box<dyn Encoder> {
        Box::new(LineEncoder { text: Vec::new(), check: self.check.clone(), ..*self })
    }

    fn push(&mut self, event: &Event) -> Result<()> {
        event_check::roles(event, self.has_beam)?;
        self.check.check(event)?;
        let end = self.text.len();
        push_event(&mut self.text, event);
        if let Some((start, length)) = long_line(&self.text[end..]) {
            self.text.truncate(end);
            return Err(Error::BadEvent { event: event.number, problem: too_long(&start, length) });
        }
        Ok(())
    }

    fn take(&mut self) -> Result<Body> {
        let body = compress::compressed(&self.text, self.compression);
        self.text.clear();
        Ok(Body::Text(body))
    }
}

/// A NuHepMC file that is being written: its head, blocks of events and its last line, each compressed
/// by itself, which is a compressed file again.
pub(super) struct HepMc3File {
    file: AtomicFile,
    compression: Compression,
    provenance: Provenance,
    /// Size of the head [bytes].
    head: u64,
}

impl HepMc3File {
    /// Creates the file and writes its head.
    pub(super) fn create(
        path: &Path,
        provenance: &Provenance,
        options: SinkOptions,
        compression: Compression,
    ) -> Result<Self> {
        let head = head(provenance, compression)?;
        let mut file = AtomicFile::create(path, options.overwrite, options.keep_partial)?;
        put(&mut file, &head)?;
        Ok(HepMc3File { file, compression, provenance: provenance.clone(), head: head.len() as u64 })
    }

    /// The same file with the head of `provenance`.
    fn with_head(self, provenance: &Provenance) -> Result<AtomicFile> {
        let mut second = self.file.successor()?;
        put(&mut second, &head(provenance, self.compression)?)?;
        let failed = |e: io::Error| read_error(self.file.part(), &e, 0);
        let mut old = File::open(self.file.part()).map_err(failed)?;
        old.seek(SeekFrom::Start(self.head)).map_err(failed)?;
        io::copy(&mut old, &mut second).map_err(|e| write_error(second.target(), &e))?;
        self.file.discard();
        Ok(second)
    }
}

impl EventFile for HepMc3File {
    fn append(&mut self, body: Body) -> Result<()> {
        let Body::Text(text) = body else {
            return Err(Error::ForeignBlock { path: self.file.target().to_path_buf() });
        };
        put(&mut self.file, &text)
    }

    fn finish(mut self: Box<Self>, n_events: u64) -> Result<u64> {
        let end = format!("{}\n\n", run_info::END_LINE);
        put(&mut self.file, &compress::compressed(end.as_bytes(), self.compression))?;
        if n_events == self.provenance.n_events {
            return self.file.commit();
        }
        let provenance = Provenance { n_events, ..self.provenance.clone() };
        self.with_head(&provenance)?.commit()
    }
}

fn head(provenance: &Provenance, compression: Compression) -> Result<Vec<u8>> {
    let head = run_info::head(provenance);
    if let Some((start, length)) = long_line(head.as_bytes()) {
        return Err(Error::BadProvenance { problem: too_long(&start, length) });
    }
    Ok(compress::compressed(head.as_bytes(), compression))
}

fn put(file: &mut AtomicFile, bytes: &[u8]) -> Result<()> {
    file.write_all(bytes).map_err(|error| write_error(file.target(), &error))
}

/// What is wrong with a line that begins so and has so many bytes.
fn too_long(start: &str, length: usize) -> String {
    format!(
        "its line \"{start}...\" would have {length} bytes, and readers of HepMC3 take {LONGEST_LINE} at most; \
         Parquet has no such limit"
    )
}

/// All lines of an event.
fn push_event(out: &mut Vec<u8>, event: &Event) {
    push_head(out, event);
    for (i, particle) in event.particles.iter().enumerate() {
        push_attributes(out, i + 1, particle);
    }
    let mut vertices = event.vertices.iter();
    let mut next = vertices.next();
    let (mut vertex_number, mut end) = (0i64, 0);
    for (i, particle) in event.particles.iter().enumerate() {
        if let Some(vertex) = next.filter(|v| v.first_out as usize == i) {
            vertex_number -= 1;
            end = vertex.outgoing().end;
            push_vertex(out, vertex_number, vertex);
            next = vertices.next();
        }
        push_particle(out, i + 1, if i < end { vertex_number } else { 0 }, particle);
    }
}

/// Number, units, weights and attributes of an event.
fn push_head(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(b"E ");
    push_integer(out, event.number);
    out.push(b' ');
    push_integer(out, event.vertices.len());
    out.push(b' ');
    push_integer(out, event.particles.len());
    out.extend_from_slice(b"\nU MEV CM\nW");
    push_next(out, event.weight);
    event.weight_gradient.iter().for_each(|g| push_next(out, *g));
    out.extend_from_slice(b"\nA 0 lab_pos 0 0 0\nA 0 signal_process_id ");
    push_integer(out, event.process);
    if !event.energy_jacobian.is_empty() {
        out.extend_from_slice(b"\nA 0 coordinate_gradient");
        event.coordinate_gradient.iter().for_each(|g| push_next(out, *g));
        out.extend_from_slice(b"\nA 0 energy_jacobian");
        event.energy_jacobian.iter().for_each(|g| push_next(out, *g));
    }
    out.push(b'\n');
}

/// Charge and nuclear state of a particle.
fn push_attributes(out: &mut Vec<u8>, number: usize, particle: &Particle) {
    if particle.charge != bare_charge(particle.pdg) {
        push_attribute_name(out, number, b"charge ");
        push_integer(out, particle.charge);
        out.push(b'\n');
    }
    if let Some(NuclearState { excitation, two_j, parity }) = particle.state {
        push_attribute_name(out, number, b"Ex");
        push_next(out, excitation);
        out.push(b'\n');
        push_attribute_name(out, number, b"twoJ ");
        push_integer(out, two_j);
        out.push(b'\n');
        push_attribute_name(out, number, b"parity ");
        push_integer(out, parity.sign());
        out.push(b'\n');
    }
}

fn push_attribute_name(out: &mut Vec<u8>, number: usize, name: &[u8]) {
    out.extend_from_slice(b"A ");
    push_integer(out, number);
    out.push(b' ');
    out.extend_from_slice(name);
}

/// `V number status [particles that go in]`.
fn push_vertex(out: &mut Vec<u8>, number: i64, vertex: &Vertex) {
    out.extend_from_slice(b"V ");
    push_integer(out, number);
    out.push(b' ');
    push_integer(out, vertex.status.code());
    out.extend_from_slice(b" [");
    push_integer(out, u64::from(vertex.incoming.0) + 1);
    if let Some(second) = vertex.incoming.1 {
        out.push(b',');
        push_integer(out, u64::from(second) + 1);
    }
    out.extend_from_slice(b"]\n");
}

/// `P number vertex pdg px py pz e m status`.
fn push_particle(out: &mut Vec<u8>, number: usize, vertex: i64, particle: &Particle) {
    out.extend_from_slice(b"P ");
    push_integer(out, number);
    out.push(b' ');
    push_integer(out, vertex);
    out.push(b' ');
    push_integer(out, particle.pdg);
    let p = particle.momentum;
    [p.x, p.y, p.z, p.e, particle.mass].iter().for_each(|value| push_next(out, *value));
    out.push(b' ');
    push_integer(out, particle.status.code());
    out.push(b'\n');
}
