//! Compression of text files: none, gzip or Zstandard.
//!
//! Gzip is pure Rust. Zstandard is the C library: the encoders in pure Rust compress much less,
//! and Parquet needs the library in any case.

use super::atomic::{AtomicFile, read_error, write_error};
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// Level of gzip: twice as fast as the default of the gzip program, for a tenth more bytes.
const GZIP_LEVEL: u32 = 3;
/// Level of Zstandard: the default of the zstd program.
const ZSTD_LEVEL: i32 = 3;
/// Size of the blocks in which text goes to the compressor [bytes].
const BLOCK: usize = 1 << 17;
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

/// A file that is being written, through a compressor or none.
enum Output {
    Plain(AtomicFile),
    Gzip(GzEncoder<AtomicFile>),
    Zstd(zstd::Encoder<'static, AtomicFile>),
}

impl Output {
    /// Puts the compressor in front of a file.
    fn new(file: AtomicFile, compression: Compression) -> Result<Self> {
        let path = file.target().to_path_buf();
        Ok(match compression {
            Compression::None => Output::Plain(file),
            Compression::Gzip => Output::Gzip(GzEncoder::new(file, flate2::Compression::new(GZIP_LEVEL))),
            Compression::Zstd => Output::Zstd(zstd_encoder(file).map_err(|e| write_error(&path, &e))?),
        })
    }

    /// Ends the compressed stream and gives back the file.
    fn end(self, path: &Path) -> Result<AtomicFile> {
        let file = match self {
            Output::Plain(file) => Ok(file),
            Output::Gzip(encoder) => encoder.finish(),
            Output::Zstd(encoder) => encoder.finish(),
        };
        file.map_err(|e| write_error(path, &e))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Plain(file) => file.write(bytes),
            Output::Gzip(encoder) => encoder.write(bytes),
            Output::Zstd(encoder) => encoder.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Plain(file) => file.flush(),
            Output::Gzip(encoder) => encoder.flush(),
            Output::Zstd(encoder) => encoder.flush(),
        }
    }
}

/// Text on its way to a file. It is handed on in blocks of one size, so that the compressed bytes
/// depend on the text alone and not on the pieces in which it came.
pub(super) struct TextFile {
    /// What was not handed on yet; text is added at its end.
    pub(super) text: Vec<u8>,
    output: Output,
    path: PathBuf,
}

impl TextFile {
    /// A file without text.
    pub(super) fn new(file: AtomicFile, compression: Compression) -> Result<Self> {
        let path = file.target().to_path_buf();
        Ok(TextFile { text: Vec::with_capacity(2 * BLOCK), output: Output::new(file, compression)?, path })
    }

    /// Hands on all whole blocks.
    pub(super) fn drain(&mut self) -> Result<()> {
        let whole = self.text.len() / BLOCK * BLOCK;
        for block in self.text[..whole].chunks(BLOCK) {
            self.output.write_all(block).map_err(|e| write_error(&self.path, &e))?;
        }
        self.text.drain(..whole);
        Ok(())
    }

    /// Hands on all text from `input`.
    pub(super) fn copy(&mut self, mut input: impl BufRead, from: &Path) -> Result<()> {
        loop {
            let piece = match input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece.map_err(|e| read_error(from, &e, 0))?,
            };
            let count = piece.len();
            if count == 0 {
                return Ok(());
            }
            self.text.extend_from_slice(piece);
            input.consume(count);
            self.drain()?;
        }
    }

    /// Hands on what is left and gives back the file.
    pub(super) fn end(mut self) -> Result<AtomicFile> {
        self.drain()?;
        self.output.write_all(&self.text).map_err(|e| write_error(&self.path, &e))?;
        self.output.end(&self.path)
    }
}

/// A Zstandard stream with a checksum.
fn zstd_encoder(file: AtomicFile) -> io::Result<zstd::Encoder<'static, AtomicFile>> {
    let mut encoder = zstd::Encoder::new(file, ZSTD_LEVEL)?;
    encoder.include_checksum(true)?;
    Ok(encoder)
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
