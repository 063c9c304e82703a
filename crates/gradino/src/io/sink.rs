//! Writing and reading events without regard to the format.

use super::compress::Compression;
use super::hepmc3::{HepMc3File, LineEncoder};
use super::hepmc3_reader::HepMc3Source;
use super::parquet::{ParquetFile, RowEncoder};
use super::parquet_reader::ParquetSource;
use super::provenance::Provenance;
use crate::error::{Error, Result};
use crate::run::BLOCK;
use arrow_array::RecordBatch;
use gradino_core::Event;
use std::path::{Path, PathBuf};

/// A part of an event file: consecutive events in the format of the file, compressed if it is.
///
/// Blocks end where the number of an event is a multiple of [`BLOCK`], so that the same events make the
/// same blocks, and the same file, whoever made them.
pub struct Block {
    first: u64,
    events: u64,
    body: Body,
}

/// What a block holds, by format.
pub(super) enum Body {
    Text(Vec<u8>),
    Rows(RecordBatch),
}

/// Makes the blocks of one format.
pub(super) trait Encoder: Send + Sync {
    /// Another one for the same file, without events.
    fn another(&self) -> Box<dyn Encoder>;
    /// Adds an event. One that is refused leaves no trace.
    fn push(&mut self, event: &Event) -> Result<()>;
    /// What was added since the last call.
    fn take(&mut self) -> Result<Body>;
}

/// The file behind an [`EventSink`].
pub(super) trait EventFile: Send {
    /// Writes a block.
    fn append(&mut self, body: Body) -> Result<()>;
    /// Ends the file behind `n_events` events and gives it its name; returns its size [bytes].
    fn finish(self: Box<Self>, n_events: u64) -> Result<u64>;
}

/// Makes blocks of events for an [`EventSink`]; every thread of a run has its own.
pub struct BlockMaker {
    encoder: Box<dyn Encoder>,
    first: u64,
    events: u64,
}

impl BlockMaker {
    fn new(encoder: Box<dyn Encoder>) -> Self {
        BlockMaker { encoder, first: 0, events: 0 }
    }

    /// Another one for the same file, without events.
    pub fn another(&self) -> Self {
        BlockMaker::new(self.encoder.another())
    }

    /// Adds an event, which follows on the one before. One that is refused ([`Error::BadEvent`]) leaves no trace.
    pub fn push(&mut self, event: &Event) -> Result<()> {
        if self.events > 0 {
            check_next(event, self.first + self.events)?;
        }
        self.encoder.push(event)?;
        if self.events == 0 {
            self.first = event.number;
        }
        self.events += 1;
        Ok(())
    }

    /// Ends the block of the events since the last call.
    pub fn take(&mut self) -> Result<Block> {
        let events = std::mem::take(&mut self.events);
        Ok(Block { first: self.first, events, body: self.encoder.take()? })
    }
}

/// Takes the events of a run, in order, and makes a file of them.
pub struct EventSink {
    path: PathBuf,
    file: Box<dyn EventFile>,
    own: BlockMaker,
    first: u64,
    promised: u64,
    /// Number of the next event after those of whole blocks.
    next: u64,
}

impl EventSink {
    /// A maker of blocks for [`EventSink::append`].
    pub fn block_maker(&self) -> BlockMaker {
        self.own.another()
    }

    /// Writes the next block.
    pub fn append(&mut self, block: Block) -> Result<()> {
        if block.events == 0 {
            return Ok(());
        }
        if block.first != self.next {
            return Err(out_of_order(block.first, self.next));
        }
        self.file.append(block.body)?;
        self.next += block.events;
        Ok(())
    }

    /// Writes the next event. An event that is refused ([`Error::BadEvent`]) leaves no trace: the file can
    /// be ended behind the one before it.
    pub fn write(&mut self, event: &Event) -> Result<()> {
        check_next(event, self.next + self.own.events)?;
        self.own.push(event)?;
        if (event.number + 1).is_multiple_of(BLOCK) { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let block = self.own.take()?;
        self.append(block)
    }

    /// Ends the file and gives it its name. Without this call or the next there will be no file.
    pub fn finish(self) -> Result<Summary> {
        let promised = self.promised;
        self.finish_early(promised)
    }

    /// Ends the file behind `n_events` events, all that were written, although its provenance
    /// promised more. It is the same file, to the bit, as that of a run over so many events. Text
    /// is copied once for that, because the number of events stands at its head; the copy needs as
    /// much space on the disk as the file.
    pub fn finish_early(mut self, n_events: u64) -> Result<Summary> {
        self.flush()?;
        let events = self.next - self.first;
        check_count(&self.path, n_events, events)?;
        let bytes = self.file.finish(n_events)?;
        Ok(Summary { path: self.path, events, bytes })
    }
}

fn check_next(event: &Event, next: u64) -> Result<()> {
    if event.number == next { Ok(()) } else { Err(out_of_order(event.number, next)) }
}

fn out_of_order(event: u64, next: u64) -> Error {
    Error::BadEvent { event, problem: format!("event {next} should come next") }
}

/// Gives back the events of a file, in order.
pub trait EventSource: Send {
    /// Where the events come from.
    fn provenance(&self) -> &Provenance;
    /// Reads the next event into `event`; false at the end of the file. After an error the source
    /// must not be read any further.
    fn read(&mut self, event: &mut Event) -> Result<bool>;
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The file.
    pub path: PathBuf,
    /// Number of events in it.
    pub events: u64,
    /// Its size [bytes].
    pub bytes: u64,
}

/// How a file is created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SinkOptions {
    /// Whether an existing file is overwritten.
    pub overwrite: bool,
    /// Whether the temporary file `NAME.part` of a run that did not finish is kept.
    pub keep_partial: bool,
}

/// Format of an event file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// NuHepMC in HepMC3 text.
    HepMc3(Compression),
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// The format that the ending of a file name stands for.
    pub fn of(path: &Path) -> Result<Self> {
        const ENDINGS: [(&str, Format); 7] = [
            (".hepmc3", Format::HepMc3(Compression::None)),
            (".hepmc", Format::HepMc3(Compression::None)),
            (".hepmc3.gz", Format::HepMc3(Compression::Gzip)),
            (".hepmc.gz", Format::HepMc3(Compression::Gzip)),
            (".hepmc3.zst", Format::HepMc3(Compression::Zstd)),
            (".hepmc.zst", Format::HepMc3(Compression::Zstd)),
            (".parquet", Format::Parquet),
        ];
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let found = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending) && name.len() > ending.len());
        found.map(|row| row.1).ok_or_else(|| Error::UnknownFormat { path: path.to_path_buf() })
    }
}

/// Creates an event file; the ending of the name chooses the format.
pub fn create(path: &Path, provenance: &Provenance, options: SinkOptions) -> Result<EventSink> {
    let format = Format::of(path)?;
    provenance.check()?;
    let (file, encoder): (Box<dyn EventFile>, Box<dyn Encoder>) = match format {
        Format::HepMc3(compression) => {
            let encoder = LineEncoder::new(provenance, compression);
            (Box::new(HepMc3File::create(path, provenance, options, compression)?), Box::new(encoder))
        }
        Format::Parquet => {
            let encoder = RowEncoder::new(path, provenance);
            (Box::new(ParquetFile::create(path, provenance, options)?), Box::new(encoder))
        }
    };
    let (first, promised) = (provenance.first_event, provenance.n_events);
    let own = BlockMaker::new(encoder);
    Ok(EventSink { path: path.to_path_buf(), file, own, first, promised, next: first })
}

/// Opens an event file that was written by gradino.
pub fn open(path: &Path) -> Result<Box<dyn EventSource>> {
    Ok(match Format::of(path)? {
        Format::HepMc3(compression) => Box::new(HepMc3Source::open(path, compression)?),
        Format::Parquet => Box::new(ParquetSource::open(path)?),
    })
}

/// Reads the provenance of an event file, and nothing else of it.
pub fn read_provenance(path: &Path) -> Result<Provenance> {
    Ok(open(path)?.provenance().clone())
}

/// Refuses a file with another number of events than its provenance promises.
pub(super) fn check_count(path: &Path, promised: u64, written: u64) -> Result<()> {
    if promised == written {
        return Ok(());
    }
    Err(Error::WrongEventCount { path: path.to_path_buf(), promised, written })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_the_name_chooses_the_format() {
        let format = |name: &str| Format::of(Path::new(name));
        assert_eq!(format("a.hepmc3"), Ok(Format::HepMc3(Compression::None)));
        assert_eq!(format("x/A.HEPMC.gz"), Ok(Format::HepMc3(Compression::Gzip)));
        assert_eq!(format("a.b.hepmc3.zst"), Ok(Format::HepMc3(Compression::Zstd)));
        assert_eq!(format("a.parquet"), Ok(Format::Parquet));
        for bad in ["a", "a.root", "a.gz", ".parquet", "a.parquet.gz", ""] {
            assert!(format(bad).is_err_and(|e| e.hint().is_some()), "{bad}");
        }
    }
}
