//! Tables on disk: written once, and checked when they are read.
//!
//! All numbers are little-endian words of 32 bits: a magic word, the version, the key (a hash of all that the elements
//! depend on), the content, and a checksum of all before it.

use super::amplitude::OPERATORS;
use super::grid::Grid;
use super::memory::Aligned;
use super::packed::{Block, LINE, Packed};
use super::table::{ElementSource, Hole, KnockoutTable, Phases};
use crate::error::{Error, Result};
use crate::meanfield::{Nucleon, Shell};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// First word of a file.
const MAGIC: u32 = u32::from_le_bytes(*b"gKO1");
/// Version of the format and of the numbers in it.
const VERSION: u32 = 3;
/// Most words that are read at once.
const BLOCK: usize = 1 << 18;
/// Offset basis and prime of the 64-bit hash of fowler1991.
const HASH: [u64; 2] = [0xcbf2_9ce4_8422_2325, 0x100_0000_01b3];

/// Where a table came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was read from its file.
    Read,
    /// It was computed, and written to its file.
    Built,
    /// Its file could not be used for this reason; it was computed, and the file written anew.
    Rebuilt(String),
}

/// A hash of words, FNV-1a with 32 bits at a time.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Hash(HASH[0])
    }
    fn add(&mut self, word: u32) {
        self.0 = (self.0 ^ u64::from(word)).wrapping_mul(HASH[1]);
    }
    fn words(self) -> [u32; 2] {
        [self.0 as u32, (self.0 >> 32) as u32]
    }
}

impl KnockoutTable {
    /// The table of `source` on `grid` from its file in `folder`, or computed and written there.
    ///
    /// # Errors
    /// A folder that cannot be written to; errors of the source.
    pub fn cached(source: &dyn ElementSource, grid: Grid, folder: &Path) -> Result<(Self, Origin)> {
        Self::stored(&source.identity(), &grid, folder, || Self::build(source, grid.clone()))
    }

    /// The table that depends on what `identity` says, on `grid`, from its file in `folder`; or as `make` makes it, written
    /// there.
    ///
    /// # Errors
    /// A folder that cannot be written to; errors of `make`.
    pub(super) fn stored(
        identity: &str,
        grid: &Grid,
        folder: &Path,
        make: impl FnOnce() -> Result<Self>,
    ) -> Result<(Self, Origin)> {
        let key = key(identity, grid);
        let path = folder.join(format!("knockout-{:016x}.table", key.0));
        let origin = if path.exists() {
            match Self::read(&path, key) {
                Ok(table) => return Ok((table, Origin::Read)),
                Err(error) => Origin::Rebuilt(error.to_string()),
            }
        } else {
            Origin::Built
        };
        let table = make()?;
        table.write(&path, key)?;
        Ok((table, origin))
    }

    /// Writes to a new file, which takes the place of the old one when it is complete.
    fn write(&self, path: &Path, key: Hash) -> Result<()> {
        let fail = |error: std::io::Error| unreadable(path, &error);
        let parent = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent).map_err(fail)?;
        // Other processes and threads may write the same table.
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let part: PathBuf = path.with_extension(format!("part{}-{number}", std::process::id()));
        let file = File::create(&part).map_err(fail)?;
        let mut words = WordWriter { out: BufWriter::new(file), hash: Hash::new() };
        words.table(self, key).map_err(fail)?;
        words.out.flush().map_err(fail)?;
        std::fs::rename(&part, path).map_err(fail)
    }

    /// Reads a file.
    fn read(path: &Path, key: Hash) -> Result<Self> {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let length = file.metadata().map_err(|error| unreadable(path, &error))?.len();
        let mut words = WordReader { input: BufReader::new(file), hash: Hash::new(), left: length / 4 };
        words.table(key).map_err(|problem| Error::BadTable { path: path.display().to_string(), problem })
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::Unreadable { path: path.display().to_string(), reason: error.to_string() }
}

/// The hash of all that a table depends on.
fn key(identity: &str, grid: &Grid) -> Hash {
    let mut hash = Hash::new();
    hash.add(VERSION);
    identity.bytes().for_each(|byte| hash.add(u32::from(byte)));
    for x in grid.kinetic.iter().chain(&grid.momenta) {
        hash.add(x.to_bits() as u32);
        hash.add((x.to_bits() >> 32) as u32);
    }
    hash
}

struct WordWriter {
    out: BufWriter<File>,
    hash: Hash,
}

impl WordWriter {
    fn word(&mut self, word: u32) -> std::io::Result<()> {
        self.hash.add(word);
        self.out.write_all(&word.to_le_bytes())
    }
    fn long(&mut self, bits: u64) -> std::io::Result<()> {
        self.word(bits as u32)?;
        self.word((bits >> 32) as u32)
    }
    fn doubles(&mut self, values: &[f64]) -> std::io::Result<()> {
        self.word(values.len() as u32)?;
        values.iter().try_for_each(|x| self.long(x.to_bits()))
    }
    fn singles(&mut self, values: &[f32]) -> std::io::Result<()> {
        self.word(values.len() as u32)?;
        values.iter().try_for_each(|x| self.word(x.to_bits()))
    }
    fn table(&mut self, table: &KnockoutTable, key: Hash) -> std::io::Result<()> {
        for word in [MAGIC, VERSION, key.words()[0], key.words()[1], table.outgoing as u32] {
            self.word(word)?;
        }
        self.doubles(&table.grid.kinetic)?;
        self.doubles(&table.grid.momenta)?;
        self.word(table.holes.len() as u32)?;
        for hole in &table.holes {
            for word in [hole.shell.n, hole.shell.l, hole.shell.two_j] {
                self.word(word)?;
            }
            self.long(hole.occupation.to_bits())?;
            self.long(hole.separation.to_bits())?;
        }
        for (kinetic, phases) in table.phases.iter().enumerate() {
            self.singles(&phases.cos)?;
            self.singles(&phases.sin)?;
            for block in (0..table.holes.len()).map(|hole| table.packed.block(hole, kinetic)) {
                self.word(block.first as u32)?;
                self.word(block.scales.len() as u32)?;
                block.starts.iter().try_for_each(|&start| self.word(start))?;
                block.scales.iter().flatten().try_for_each(|x| self.word(x.to_bits()))?;
                self.word(block.values.len() as u32 / 2)?;
                let pairs = block.values.as_chunks::<2>().0.iter();
                pairs
                    .map(|[a, b]| u32::from(*a as u16) | u32::from(*b as u16) << 16)
                    .try_for_each(|w| self.word(w))?;
            }
        }
        let [low, high] = self.hash.words();
        self.word(low)?;
        self.word(high)
    }
}

struct WordReader {
    input: BufReader<File>,
    hash: Hash,
    /// Words left in the file.
    left: u64,
}

type Read32<T> = std::result::Result<T, String>;

impl WordReader {
    fn words(&mut self, number: usize) -> Read32<Vec<u32>> {
        if number as u64 > self.left {
            return Err(format!("it ends {} words too early", number as u64 - self.left));
        }
        self.left -= number as u64;
        let mut all = Vec::with_capacity(number);
        let mut bytes = vec![0; 4 * number.min(BLOCK)];
        while all.len() < number {
            let part = &mut bytes[..4 * (number - all.len()).min(BLOCK)];
            self.input.read_exact(part).map_err(|error| error.to_string())?;
            all.extend(part.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)));
        }
        all.iter().for_each(|&word| self.hash.add(word));
        Ok(all)
    }
    fn word(&mut self) -> Read32<u32> {
        Ok(self.words(1)?[0])
    }
    fn double(&mut self) -> Read32<f64> {
        let words = self.words(2)?;
        Ok(f64::from_bits(u64::from(words[0]) | u64::from(words[1]) << 32))
    }
    fn doubles(&mut self) -> Read32<Vec<f64>> {
        let number = self.word()?;
        (0..number).map(|_| self.double()).collect()
    }
    fn singles(&mut self) -> Read32<Vec<f32>> {
        let number = self.word()? as usize;
        Ok(self.words(number)?.into_iter().map(f32::from_bits).collect())
    }

    /// The rows of all nodes of T, packed one after the other, so that they are in memory only once.
    fn rows(&mut self, holes: &[Hole], grid: &Grid) -> Read32<(Vec<Phases>, Packed)> {
        // A node takes its words and less than two lines more; with its scales it is in the file.
        let momenta = grid.momenta.len();
        let all = holes.len().saturating_mul(grid.kinetic.len()).saturating_mul(momenta);
        let nodes = all.min(self.left as usize / (2 * OPERATORS));
        let lines = self.left as usize / (LINE / 2) + 2 * nodes;
        let mut packed = Packed::empty(holes.iter().map(Hole::group).collect(), momenta, lines);
        let mut phases = Vec::new();
        for _ in &grid.kinetic {
            let (cos, sin) = (self.singles()?, self.singles()?);
            phases.push(Phases { cos: Aligned::from(&cos[..]), sin: Aligned::from(&sin[..]) });
            let blocks = holes.iter().map(|_| self.block()).collect::<Read32<Vec<Block>>>()?;
            // The checksum comes last.
            if !blocks.iter().zip(holes).all(|(block, hole)| block.is_consistent(hole.group())) {
                return Err("its blocks contradict themselves".into());
            }
            packed.push(&blocks);
        }
        Ok((phases, packed))
    }

    fn block(&mut self) -> Read32<Block> {
        let (first, nodes) = (self.word()? as usize, self.word()? as usize);
        let starts = self.words(nodes + 1)?;
        let scales = self.words(nodes * 2 * OPERATORS)?.into_iter().map(f32::from_bits).collect::<Vec<_>>();
        let scales = scales.as_chunks().0.to_vec();
        let pairs = self.word()? as usize;
        let values = self.words(pairs)?.into_iter().flat_map(|w| [w as u16 as i16, (w >> 16) as u16 as i16]);
        Ok(Block { first, starts, scales, values: values.collect() })
    }
    fn hole(&mut self) -> Read32<Hole> {
        let shell = Shell::new(self.word()?, self.word()?, self.word()?);
        Ok(Hole { shell, occupation: self.double()?, separation: self.double()? })
    }
    fn table(&mut self, key: Hash) -> Read32<KnockoutTable> {
        if self.word()? != MAGIC {
            return Err("it is not a table of reduced elements".into());
        }
        let version = self.word()?;
        if version != VERSION {
            return Err(format!("its format is version {version}, not {VERSION}"));
        }
        if self.words(2)? != key.words() {
            return Err("it was made for another nucleus, force or grid".into());
        }
        let outgoing = Nucleon::BOTH[self.word()? as usize % 2];
        let grid = Grid { kinetic: self.doubles()?, momenta: self.doubles()? };
        let holes = (0..self.word()?).map(|_| self.hole()).collect::<Read32<Vec<Hole>>>()?;
        let (phases, packed) = self.rows(&holes, &grid)?;
        let expected = self.hash.words();
        if self.words(2)? != expected {
            return Err("its checksum is wrong".into());
        }
        Ok(KnockoutTable { outgoing, holes, grid, phases, packed })
    }
}
