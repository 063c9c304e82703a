//! Event files: NuHepMC (HepMC3 text) and Parquet, both with the full provenance inside.
//!
//! The ending of the name chooses the format: `.hepmc3` or `.hepmc`, with `.gz` or `.zst` behind it
//! for compression, or `.parquet`. The bytes of a file are a function of its provenance and its
//! events alone, so the same run gives the same file on any machine.

mod atomic;
mod codes;
mod compress;
mod event_check;
mod hepmc3;
mod hepmc3_line;
mod hepmc3_reader;
mod merge;
mod parquet;
mod parquet_columns;
mod parquet_reader;
mod provenance;
mod quiet;
mod run_info;
mod sink;
mod table;

pub use atomic::write_text;
pub use compress::Compression;
pub use merge::merge;
pub use provenance::{
    Beam, Citation, Moved, ParameterValue, ProcessInfo, Provenance, QuantityUnit, Spectrum,
};
pub use sink::{
    Block, BlockMaker, EventSink, EventSource, Format, SinkOptions, Summary, create, open, read_provenance,
};
pub(crate) use table::write_table;
