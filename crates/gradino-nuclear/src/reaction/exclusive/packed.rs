//! The reduced elements of all nodes in one piece of memory.
//!
//! They are kept in 16 bits with a scale for each operator of a node, because what a cross section costs is mostly to read
//! them: the error is below 2e-5 of the largest element of the operator, far below that of the interpolation. Neighbours in q
//! lie side by side, each behind its scales, so that the four corners of a cell are two pieces of memory.

use super::amplitude::OPERATORS;
use super::coupling::LANES;
use super::memory::vec_in_large_pages;
use wide::{f32x8, i16x8, i32x8};

/// Scales of the operators of both parities.
pub(super) type Scales = [f32; 2 * OPERATORS];

/// Words of 16 bits of a line of the cache, in which nodes are measured.
pub(super) const LINE: usize = 32;
/// Words before the elements of a node: two for each scale, and the number of groups of waves.
const HEADER: usize = 24; // a multiple of the lanes
const GROUPS: usize = 4 * OPERATORS;
/// Nodes that are counted from the same place: so their places fit in 16 bits, and all of them into the cache.
const NEAR: usize = 16;

/// The elements of one hole at one node of T.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    /// First node of q that is kept.
    pub(super) first: usize,
    /// By q - first: groups of waves before the node, and after the last one.
    pub(super) starts: Vec<u32>,
    /// By q - first.
    pub(super) scales: Vec<Scales>,
    /// By q - first and, for each, in the order of [`super::Elements`], over the scale of the operator.
    pub(super) values: Vec<i16>,
}

/// The elements of one hole at one node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    /// What multiplies the operators.
    pub(super) scales: Scales,
    /// By [group of waves][parity][multipole][operator][wave of the group].
    pub(super) values: &'a [i16],
}

impl Node<'_> {
    /// Writes the elements to `room`, as those of node `which` of so many that lie beside each other by [group of
    /// waves][parity][multipole][operator][node][wave of the group].
    #[inline]
    pub(super) fn unpack<const NODES: usize>(&self, multipoles: usize, which: usize, room: &mut [f32]) {
        let scales = self.scales.map(f32x8::splat);
        let fives = self.values.as_chunks::<LANES>().0.as_chunks::<OPERATORS>().0.chunks_exact(multipoles);
        let rooms = room.as_chunks_mut::<LANES>().0.as_chunks_mut::<NODES>().0.as_chunks_mut::<OPERATORS>().0;
        for (part, (fives, rooms)) in fives.zip(rooms.chunks_exact_mut(multipoles)).enumerate() {
            let scales = &scales.as_chunks::<OPERATORS>().0[part % 2];
            for (five, room) in fives.iter().zip(rooms) {
                for i in 0..OPERATORS {
                    let lanes = f32x8::from_i32x8(i32x8::from_i16x8(i16x8::new(five[i])));
                    room[i][which] = (lanes * scales[i]).to_array();
                }
            }
        }
    }
}

/// The blocks of all holes at all nodes of T.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Packed {
    /// Words of a group of waves by hole.
    sizes: Vec<usize>,
    momenta: usize,
    /// Lines before every node whose number is a multiple of [`NEAR`].
    starts: Vec<u32>,
    /// By [kinetic][hole][momentum]: lines between that node and this one; and after the last one.
    offsets: Vec<u16>,
    lines: Vec<[i16; LINE]>,
}

impl Block {
    /// No elements.
    pub(super) fn empty() -> Self {
        Block { starts: vec![0], ..Block::default() }
    }

    /// Adds the elements of a node, without the groups of waves at the end that are too small for 16 bits.
    pub(super) fn append(&mut self, elements: &[f64], multipoles: usize) {
        let operator = |i: usize| i / (multipoles * OPERATORS) % 2 * OPERATORS + i % OPERATORS;
        let lanes = elements.as_chunks::<LANES>().0;
        let mut scales = [0.0; 2 * OPERATORS];
        for (i, eight) in lanes.iter().enumerate() {
            let scale: &mut f32 = &mut scales[operator(i)];
            *scale = eight.iter().fold(*scale, |most, x| most.max(x.abs() as f32 / f32::from(i16::MAX)));
        }
        let of = |i: usize, x: f64| {
            let scale = f64::from(scales[operator(i)]);
            if scale > 0.0 { (x / scale).round() as i16 } else { 0 }
        };
        let (before, group) = (self.values.len(), 2 * multipoles * OPERATORS * LANES);
        self.values.extend(lanes.iter().enumerate().flat_map(|(i, eight)| eight.map(|x| of(i, x))));
        let last = self.values[before..].iter().rposition(|&x| x != 0);
        self.values.truncate(before + last.map_or(0, |last| (last + 1).next_multiple_of(group)));
        self.starts.push((self.values.len() / group) as u32);
        self.scales.push(scales);
    }

    /// Groups of waves of each node.
    pub(super) fn groups(&self) -> impl Iterator<Item = usize> + '_ {
        self.starts.windows(2).map(|pair| (pair[1] - pair[0]) as usize)
    }

    /// Whether the nodes follow one another and fill the elements, `size` words in a group of waves.
    pub(super) fn is_consistent(&self, size: usize) -> bool {
        let last = self.starts.last().map(|&last| last as usize * size);
        self.starts.len() == self.scales.len() + 1
            && self.starts.first() == Some(&0)
            && self.starts.is_sorted()
            && last == Some(self.values.len())
    }

    /// Elements and scales at the node `momentum`, `size` words in a group of waves; none where there are none.
    fn node(&self, momentum: usize, size: usize) -> Option<(&[i16], &Scales)> {
        let node = momentum.checked_sub(self.first)?;
        let scales = self.scales.get(node)?;
        let values = &self.values[self.starts[node] as usize * size..self.starts[node + 1] as usize * size];
        Some((values, scales)).filter(|(values, _)| !values.is_empty())
    }
}

impl Packed {
    /// Of the blocks by kinetic energy and hole; `sizes` are the words of a group of waves of each hole, `momenta` the
    /// number of nodes of q.
    pub(super) fn new(rows: Vec<Vec<Block>>, sizes: Vec<usize>, momenta: usize) -> Self {
        let lines = |words: usize| (HEADER + words).div_ceil(LINE);
        let block = |(block, &size): (&Block, &usize)| -> usize {
            (0..momenta).filter_map(|q| block.node(q, size)).map(|(values, _)| lines(values.len())).sum()
        };
        let all = rows.iter().map(|row| row.iter().zip(&sizes).map(block).sum::<usize>()).sum();
        let mut packed = Packed::empty(sizes, momenta, all);
        // Each row goes when it is copied.
        rows.into_iter().for_each(|row| packed.push(&row));
        packed
    }

    /// Nothing yet, with room for `lines` lines.
    pub(super) fn empty(sizes: Vec<usize>, momenta: usize, lines: usize) -> Self {
        Packed { sizes, momenta, starts: vec![0], offsets: vec![0], lines: vec_in_large_pages(lines) }
    }

    /// Adds the blocks of all holes at the next node of T.
    pub(super) fn push(&mut self, row: &[Block]) {
        for (hole, block) in row.iter().enumerate() {
            for momentum in 0..self.momenta {
                self.append(block.node(momentum, self.sizes[hole]), hole);
            }
        }
    }

    fn append(&mut self, node: Option<(&[i16], &Scales)>, hole: usize) {
        if let Some((values, scales)) = node {
            let mut header = [0; HEADER];
            for (words, scale) in header.as_chunks_mut::<2>().0.iter_mut().zip(scales) {
                let bits = scale.to_bits();
                *words = [bits as i16, (bits >> 16) as i16];
            }
            header[GROUPS] = (values.len() / self.sizes[hole]) as i16;
            let first = values.len().min(LINE - HEADER);
            let mut line = [0; LINE];
            line[..HEADER].copy_from_slice(&header);
            line[HEADER..HEADER + first].copy_from_slice(&values[..first]);
            self.lines.push(line);
            for rest in values[first..].chunks(LINE) {
                let mut line = [0; LINE];
                line[..rest.len()].copy_from_slice(rest);
                self.lines.push(line);
            }
        }
        let end = self.lines.len() as u32;
        if self.offsets.len().is_multiple_of(NEAR) {
            self.starts.push(end);
        }
        self.offsets.push((end - self.starts[self.starts.len() - 1]) as u16);
    }

    /// Lines before a node, the nodes counted in their order.
    #[inline]
    fn start(&self, node: usize) -> usize {
        self.starts[node / NEAR] as usize + usize::from(self.offsets[node])
    }

    #[inline]
    fn number(&self, hole: usize, kinetic: usize, momentum: usize) -> usize {
        (kinetic * self.sizes.len() + hole) * self.momenta + momentum
    }

    /// The memory of a node and of the next one in q.
    #[inline]
    pub(super) fn two(&self, hole: usize, kinetic: usize, momentum: usize) -> [&[[i16; LINE]]; 2] {
        [momentum, momentum + 1].map(|momentum| self.lines(hole, kinetic, momentum))
    }

    /// The memory of a node.
    #[inline]
    pub(super) fn lines(&self, hole: usize, kinetic: usize, momentum: usize) -> &[[i16; LINE]] {
        let node = self.number(hole, kinetic, momentum);
        &self.lines[self.start(node)..self.start(node + 1)]
    }

    /// The elements at a node; none where they are negligible.
    #[inline]
    pub(super) fn node(&self, hole: usize, kinetic: usize, momentum: usize) -> Option<Node<'_>> {
        self.read(hole, self.lines(hole, kinetic, momentum))
    }

    /// The number of waves of a hole in the memory of a node, without reading it: a group is longer than a line.
    #[inline]
    pub(super) fn waves(&self, hole: usize, lines: &[[i16; LINE]]) -> usize {
        lines.as_flattened().len().saturating_sub(HEADER) / self.sizes[hole] * LANES
    }

    /// The elements of a hole in the memory of a node.
    #[inline]
    pub(super) fn read<'a>(&self, hole: usize, lines: &'a [[i16; LINE]]) -> Option<Node<'a>> {
        let words = lines.as_flattened();
        let (header, rest) = words.split_first_chunk::<HEADER>()?;
        let scale = |i: usize| {
            f32::from_bits(u32::from(header[2 * i] as u16) | u32::from(header[2 * i + 1] as u16) << 16)
        };
        let values = &rest[..header[GROUPS] as usize * self.sizes[hole]];
        Some(Node { scales: std::array::from_fn(scale), values })
    }

    /// The elements of a hole at one node of T, as they were given.
    pub(super) fn block(&self, hole: usize, kinetic: usize) -> Block {
        let mut block = Block::empty();
        let nodes: Vec<_> = (0..self.momenta).map(|q| self.node(hole, kinetic, q)).collect();
        let Some(first) = nodes.iter().position(Option::is_some) else { return block };
        let last = nodes.iter().rposition(Option::is_some).map_or(first, |last| last + 1);
        block.first = first;
        for node in &nodes[first..last] {
            let (scales, values) = node.map_or(([0.0; 2 * OPERATORS], &[][..]), |n| (n.scales, n.values));
            block.values.extend(values);
            block.scales.push(scales);
            block.starts.push((block.values.len() / self.sizes[hole]) as u32);
        }
        block
    }

    /// Size in memory [bytes].
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.starts[..]) + size_of_val(&self.offsets[..]) + size_of_val(&self.lines[..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Purpose, Stream};

    const MOMENTA: usize = 40;
    const MULTIPOLES: [usize; 2] = [1, 3];

    /// A block that begins somewhere, with an empty node in the middle and nodes of different lengths.
    fn block(multipoles: usize, stream: &mut Stream) -> Block {
        let mut block = Block { first: (stream.uniform() * 20.0) as usize, ..Block::empty() };
        let group = 2 * multipoles * OPERATORS * LANES;
        for node in 0..10 {
            let groups = if node == 4 { 0 } else { 1 + (stream.uniform() * 4.0) as usize };
            let mut elements = vec![0.0; 5 * group];
            elements[..groups * group].fill_with(|| stream.normal());
            block.append(&elements, multipoles);
        }
        block
    }

    #[test]
    fn blocks_and_their_nodes_survive_the_packing() {
        let mut stream = Stream::new(7, 0, Purpose::Test);
        let mut row = || MULTIPOLES.iter().map(|&m| block(m, &mut stream)).collect::<Vec<_>>();
        let mut rows: Vec<Vec<Block>> = (0..3).map(|_| row()).collect();
        rows.push(MULTIPOLES.map(|_| Block::empty()).to_vec());
        let sizes = MULTIPOLES.map(|m| 2 * m * OPERATORS * LANES).to_vec();
        let packed = Packed::new(rows.clone(), sizes.clone(), MOMENTA);
        for (kinetic, row) in rows.iter().enumerate() {
            for (hole, block) in row.iter().enumerate() {
                for momentum in 0..MOMENTA {
                    let found = packed.node(hole, kinetic, momentum).map(|n| (n.values, n.scales));
                    let given = block.node(momentum, sizes[hole]).map(|(values, scales)| (values, *scales));
                    let waves = given.map_or(0, |(values, _)| values.len() / sizes[hole] * LANES);
                    assert_eq!(packed.waves(hole, packed.lines(hole, kinetic, momentum)), waves);
                    assert_eq!(found, given, "{hole} {kinetic} {momentum}");
                }
                let again = packed.block(hole, kinetic);
                assert_eq!(again.values, block.values, "{hole} {kinetic}");
                assert_eq!(again.starts, block.starts, "{hole} {kinetic}");
                assert!(
                    again.is_consistent(sizes[hole]) && again.first == block.first || again.values.is_empty()
                );
                let mut wrong = again;
                wrong.starts[0] += 1;
                assert!(!wrong.is_consistent(sizes[hole]));
            }
        }
        let words: usize = rows.iter().flatten().map(|block| 2 * block.values.len()).sum();
        assert!(packed.bytes() > words && packed.bytes() < 2 * words);
        assert!(packed.lines(0, 3, 0).is_empty() && packed.node(1, 3, MOMENTA - 1).is_none());
    }
}
