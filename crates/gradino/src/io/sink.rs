//! Writing and reading events without regard to the format.

use super::compress::Compression;
use super::hepmc3::HepMc3Sink;
use super::hepmc3_reader::HepMc3Source;
use super::parquet::ParquetSink;
use super::parquet_reader::ParquetSource;
use super::provenance::Provenance;
use crate::error::{Error, Result};
use gradino_core::Event;
use std::path::{Path, PathBuf};

/// Takes the events of a run, in order, and makes a file of them.
pub trait EventSink: Send {
    /// Writes the next event. An event that is refused ([`Error::BadEvent`]) leaves no trace: the file can
    /// be ended behind the one before it.
    fn write(&mut self, event: &Event) -> Result<()>;
    /// Ends the file and gives it its name. Without this call or the next there will be no file.
    fn finish(self: Box<Self>) -> Result<Summary>;
    /// Ends the file behind `n_events` events, all that were written, although its provenance
    /// promised more. It is the same file, to the bit, as that of a run over so many events. Text
    /// is copied once for that, because the number of events stands at its head; the copy needs as
    /// much space on the disk as the file.
    fn finish_early(self: Box<Self>, n_events: u64) -> Result<Summary>;
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
pub fn create(path: &Path, provenance: &Provenance, options: SinkOptions) -> Result<Box<dyn EventSink>> {
    let format = Format::of(path)?;
    provenance.check()?;
    Ok(match format {
        Format::HepMc3(compression) => Box::new(HepMc3Sink::create(path, provenance, options, compression)?),
        Format::Parquet => Box::new(ParquetSink::create(path, provenance, options)?),
    })
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
