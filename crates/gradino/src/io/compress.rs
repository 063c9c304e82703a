//! Compression of text files: none, gzip or Zstandard.
//!
//! Gzip is pure Rust. Zstandard is the C library: the encoders in pure Rust compress much less,
//! and Parquet needs the library in any case.

use super::atomic::read_error;
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// Level of gzip: twice as fast as the default of the gzip program, for a tenth more bytes.
const GZIP_LEVEL: u32 = 3;
/// Level of Zstandard: on event text it takes two thirds of the time of the default level 3 and gives
/// smaller files.
const ZSTD_LEVEL: i32 = 1;
/// Size of the read buffers [bytes].
const READ_BUFFER: usize = 1 << 17;

/// Compression of a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// None.
    None,
    /// gzip, `.gz`.
    Gzip,
    /// Zstandard, `.zst`.
    Zstd,
}

/// A piece of text, compressed by itself. Pieces side by side are one compressed file (rfc1952, section
/// 2.2; rfc8878, section 3).
pub(super) fn compressed(text: &[u8], compression: Compression) -> Vec<u8> {
    let whole = "memory takes all bytes";
    match compression {
        Compression::None => text.to_vec(),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP_LEVEL));
            encoder.write_all(text).expect(whole);
            encoder.finish().expect(whole)
        }
        Compression::Zstd => {
            let mut encoder = zstd::Encoder::new(Vec::new(), ZSTD_LEVEL).expect("the level exists");
            encoder.include_checksum(true).expect("a checksum can be asked for");
            encoder.write_all(text).expect(whole);
            encoder.finish().expect(whole)
        }
    }
}

/// Opens a text file for reading, through a decompressor or none.
pub(super) fn input(path: &Path, compression: Compression) -> Result<Box<dyn BufRead + Send>> {
    let failed = |e: io::Error| read_error(path, &e, 0);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(Error::Unreadable { path: path.to_path_buf(), reason: "it is a folder".into() });
    }
    Ok(match compression {
        Compression::None => Box::new(BufReader::with_capacity(READ_BUFFER, file)),
        Compression::Gzip => {
            let decoder = MultiGzDecoder::new(BufReader::with_capacity(READ_BUFFER, file));
            Box::new(BufReader::with_capacity(READ_BUFFER, decoder))
        }
        Compression::Zstd => {
            Box::new(BufReader::with_capacity(READ_BUFFER, zstd::Decoder::new(file).map_err(failed)?))
        }
    })
}
