//! Exact sampling of the exclusive cross section, event by event, without weights.
//!
//! Between the nodes the model is bilinear: each node contributes with a hat function of T and q, and a response that
//! does not change. So an event is drawn in these steps, all of them exact:
//!
//! 1. a node, in proportion to a bound of what it contributes at this energy (alias table);
//! 2. T and q from the hat; accepted with the ratio of the cross section to the bound, which varies little, because only
//!    the lepton's factors change within a hat;
//! 3. theta_N from the node's cosine series, then phi_N from its Fourier series, by inversion.

use super::angular::{DirectionSeries, Span};
use super::bound::largest;
use super::cell::Workspace;
use super::lepton::LeptonTensor;
use super::memory::{fetch, vec_in_large_pages};
use super::model::PreparedKnockout;
use super::series::{AngleSeries, Stations, structures_at};
use crate::error::{Error, Result};
use crate::meanfield::Current;
use gradino_core::Stream;
use rayon::prelude::*;
use std::sync::Arc;
use wide::f32x8;

/// Events that are drawn together: their data fit into the nearest cache.
const TOGETHER: usize = 8;

/// One event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnockoutDraw {
    /// Position of the hole in the table.
    pub hole: usize,
    /// Node of the table that the event came from, kinetic energy and momentum transfer.
    pub node: (usize, usize),
    /// Energy of the incoming lepton [MeV].
    pub energy: f64,
    /// Energy transfer [MeV].
    pub omega: f64,
    /// Momentum transfer [MeV].
    pub q: f64,
    /// Kinetic energy of the nucleon [MeV].
    pub kinetic: f64,
    /// Cosine of the angle of the outgoing lepton.
    pub cos_theta: f64,
    /// Cosine of the angle between nucleon and q.
    pub cos_nucleon: f64,
    /// Azimuth of the nucleon from the plane of the leptons [rad].
    pub phi_nucleon: f64,
    /// Weight: 1. It would be more if the bound had been passed.
    pub weight: f64,
}

/// A node that contributes at some energy: all that a proposal needs, in one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Node {
    /// CC, CL, LL, T, T' of the filled part of the shell over the bound of the cross section within the hat.
    responses: [f64; 5],
    series: Span,
    kinetic: u16,
    momentum: u16,
    hole: u8,
    /// Share of the draws of its place in the alias table that keep the node, and the other one of the place.
    keep: f32,
    alias: u32,
}

/// The nodes for a range of energies.
#[derive(Clone, Debug)]
struct Table {
    /// Lowest and highest energy [MeV].
    energies: [f64; 2],
    nodes: Vec<Node>,
}

/// The sampler for a range of energies of the incoming lepton.
#[derive(Clone, Debug)]
pub struct KnockoutSampler {
    model: Arc<PreparedKnockout>,
    series: DirectionSeries,
    stations: Stations,
    tables: Vec<Table>,
}

/// What a sampler needs for one event at a time, so that none is allocated; it counts its proposals.
#[derive(Clone, Debug)]
pub struct SamplerSpace {
    model: Workspace,
    angle: AngleSeries,
    /// Proposals made.
    pub proposals: u64,
}

impl KnockoutSampler {
    /// For energies between neighbours in `edges` [MeV], which increase; two equal ones make a single energy.
    ///
    /// # Errors
    /// An interval in which nothing can be knocked out.
    pub fn new(model: &Arc<PreparedKnockout>, edges: &[f64]) -> Result<Self> {
        let vertex = &model.of.vertex;
        if vertex.current == Current::Electromagnetic && vertex.min_q2 <= 0.0 {
            return Err(Error::NoLowestQ2);
        }
        let mut tables: Vec<Table> =
            edges.par_windows(2).map(|e| Table::new(model, [e[0], e[1]])).collect::<Result<_>>()?;
        let grid = &model.of.table.grid;
        let at =
            |hole, kinetic, momentum| (hole * grid.kinetic.len() + kinetic) * grid.momenta.len() + momentum;
        let mut wanted = vec![false; at(model.of.table.holes.len(), 0, 0)];
        for n in tables.iter().flat_map(|table| &table.nodes) {
            wanted[at(n.hole.into(), n.kinetic.into(), n.momentum.into())] = true;
        }
        let series =
            DirectionSeries::new(model, |hole, kinetic, momentum| wanted[at(hole, kinetic, momentum)]);
        for n in tables.iter_mut().flat_map(|table| &mut table.nodes) {
            n.series = series.place(n.hole.into(), (n.kinetic.into(), n.momentum.into()));
        }
        let stations = Stations::new(most_terms(model));
        Ok(KnockoutSampler { model: model.clone(), series, stations, tables })
    }

    /// Room for draws.
    pub fn space(&self) -> SamplerSpace {
        let angle = AngleSeries::new(most_terms(&self.model));
        SamplerSpace { model: self.model.workspace(), angle, proposals: 0 }
    }

    /// Lowest and highest energy [MeV].
    pub fn energies(&self) -> [f64; 2] {
        let (first, last) = (&self.tables[0], &self.tables[self.tables.len() - 1]);
        [first.energies[0], last.energies[1]]
    }

    /// Draws an event at `energy` [MeV].
    ///
    /// # Errors
    /// An energy outside the range of the sampler.
    #[inline]
    pub fn draw(&self, energy: f64, stream: &mut Stream, space: &mut SamplerSpace) -> Result<KnockoutDraw> {
        self.draw_where(energy, stream, space, |_| true)
    }

    /// Draws an event of one hole at `energy` [MeV].
    ///
    /// # Errors
    /// An energy outside the range of the sampler, or too low for this hole.
    pub fn draw_from(
        &self,
        hole: usize,
        energy: f64,
        stream: &mut Stream,
        space: &mut SamplerSpace,
    ) -> Result<KnockoutDraw> {
        let threshold = self.model.of.vertex.lowest_outgoing() + self.model.of.table.holes[hole].separation;
        if energy <= threshold + self.model.of.table.grid.kinetic[0] {
            let process = format!("knockout from {}", self.model.of.table.holes[hole].shell);
            return Err(Error::BelowThreshold { energy, threshold, process });
        }
        self.draw_where(energy, stream, space, |node| usize::from(node.hole) == hole)
    }

    /// Draws an event of the nodes that are `wanted`; the others are passed over at once.
    #[inline]
    fn draw_where(
        &self,
        energy: f64,
        stream: &mut Stream,
        space: &mut SamplerSpace,
        wanted: impl Fn(&Node) -> bool,
    ) -> Result<KnockoutDraw> {
        let table = self.table(energy)?;
        loop {
            let node = table.node(table.place(stream));
            if !wanted(node) {
                continue;
            }
            if let Some(draw) = self.within(node, energy, stream, space) {
                return Ok(draw);
            }
        }
    }

    /// The nodes at `energy` [MeV].
    #[inline]
    fn table(&self, energy: f64) -> Result<&Table> {
        let at = self.tables.partition_point(|t| t.energies[1] < energy);
        self.tables.get(at).filter(|t| t.energies[0] <= energy).ok_or_else(|| {
            let [lower, upper] = self.energies();
            Error::OutOfRange { what: "energy of the lepton [MeV]", value: energy, lower, upper }
        })
    }

    /// Draws an event at each of `energies` [MeV], each from its own stream: to the bit those of
    /// [`KnockoutSampler::draw`], but faster, because the waits for memory of several events pass together.
    ///
    /// # Errors
    /// An energy outside the range of the sampler.
    pub fn draw_all(
        &self,
        energies: &[f64],
        streams: &mut [Stream],
        space: &mut SamplerSpace,
        out: &mut Vec<KnockoutDraw>,
    ) -> Result<()> {
        debug_assert_eq!(energies.len(), streams.len(), "a stream for each event");
        for (energies, streams) in energies.chunks(TOGETHER).zip(streams.chunks_mut(TOGETHER)) {
            let mut tables = [&self.tables[0]; TOGETHER];
            for (table, &energy) in tables.iter_mut().zip(energies) {
                *table = self.table(energy)?;
            }
            let mut drawn = [None; TOGETHER];
            while drawn[..energies.len()].iter().any(Option::is_none) {
                self.propose(energies, &tables, streams, space, &mut drawn);
            }
            out.extend(drawn.iter().flatten());
        }
        Ok(())
    }

    /// A proposal for each event that is not drawn yet, in steps of which each asks for the memory of the next.
    fn propose(
        &self,
        energies: &[f64],
        tables: &[&Table; TOGETHER],
        streams: &mut [Stream],
        space: &mut SamplerSpace,
        drawn: &mut [Option<KnockoutDraw>; TOGETHER],
    ) {
        let mut places = [(0, 0.0); TOGETHER];
        let mut nodes = [None; TOGETHER];
        let open = |i: usize, drawn: &[Option<KnockoutDraw>; TOGETHER]| drawn[i].is_none();
        for i in (0..energies.len()).filter(|i| open(*i, drawn)) {
            places[i] = tables[i].place(&mut streams[i]);
            fetch(std::slice::from_ref(&tables[i].nodes[places[i].0]));
        }
        for i in (0..energies.len()).filter(|i| open(*i, drawn)) {
            let node = tables[i].node(places[i]);
            fetch(std::slice::from_ref(node));
            nodes[i] = Some(node);
        }
        for node in nodes.into_iter().flatten() {
            fetch(self.series.span(node.hole.into(), node.series));
        }
        for i in 0..energies.len() {
            if let Some(node) = nodes[i] {
                drawn[i] = self.within(node, energies[i], &mut streams[i], space);
            }
        }
    }

    /// An event from `node`, none where the proposal is refused.
    #[inline]
    fn within(
        &self,
        node: &Node,
        energy: f64,
        stream: &mut Stream,
        space: &mut SamplerSpace,
    ) -> Option<KnockoutDraw> {
        space.proposals += 1;
        let grid = &self.model.of.table.grid;
        let kinetic = hat(&grid.kinetic, usize::from(node.kinetic), stream.uniform());
        let q = hat(&grid.momenta, usize::from(node.momentum), stream.uniform());
        let accept = stream.uniform();
        let hole = usize::from(node.hole);
        let omega = kinetic + self.model.of.table.holes[hole].separation;
        let vertex = &self.model.of.vertex;
        let ratio = vertex.inclusive_in_q(energy, omega, q, &node.responses);
        if accept > ratio {
            return None;
        }
        // None where the lepton cannot reach this part of the hat.
        let lepton = LeptonTensor::new(vertex, energy, omega, q)?;
        let place = (usize::from(node.kinetic), usize::from(node.momentum));
        let series = self.series.span(hole, node.series);
        let (cos_nucleon, phi_nucleon) = self.direction(series, &lepton, stream, space);
        let (node, cos_theta, weight) = (place, lepton.cos_theta, ratio.max(1.0));
        Some(KnockoutDraw {
            hole,
            node,
            energy,
            omega,
            q,
            kinetic,
            cos_theta,
            cos_nucleon,
            phi_nucleon,
            weight,
        })
    }

    /// cos(theta_N) and phi_N at a node.
    #[inline]
    fn direction(
        &self,
        series: &[f32x8],
        lepton: &LeptonTensor<f64>,
        stream: &mut Stream,
        space: &mut SamplerSpace,
    ) -> (f64, f64) {
        space.angle.combine(series, &lepton.inclusive_factors());
        let x = space.angle.invert(&self.stations, stream.uniform()).cos();
        let phi = lepton.series(&structures_at(series, x)).invert(stream.uniform());
        (x, phi)
    }

    /// The model: its cross section is the density of the draws times the total cross section.
    pub fn model(&self) -> &Arc<PreparedKnockout> {
        &self.model
    }

    /// Derivatives of the logarithm of what an event and its node contribute to the cross section, with respect to the
    /// wanted parameters: less those of the logarithm of the total cross section they are its score.
    pub fn log_slopes(&self, draw: &KnockoutDraw, space: &mut SamplerSpace, out: &mut [f64]) {
        out.fill(0.0);
        let Some(lepton) = LeptonTensor::new(&self.model.of.vertex, draw.energy, draw.omega, draw.q) else {
            return;
        };
        fetch(self.model.of.table.packed.lines(draw.hole, draw.node.0, draw.node.1));
        self.model.fill_harmonics(draw.hole, draw.cos_nucleon, draw.node.0, &mut space.model);
        self.model.log_slopes((draw.hole, draw.node), &lepton, draw.phi_nucleon, &mut space.model, out);
    }

    /// Number of nodes, and bytes in memory.
    pub fn size(&self) -> (usize, usize) {
        let nodes: usize = self.tables.iter().map(|t| t.nodes.len()).sum();
        (nodes, nodes * size_of::<Node>() + self.series.bytes())
    }
}

impl Table {
    fn new(model: &PreparedKnockout, energies: [f64; 2]) -> Result<Self> {
        let table = &model.of.table;
        let (t_nodes, q_nodes) = (table.grid.kinetic.len(), table.grid.momenta.len());
        let mut nodes = vec_in_large_pages(table.holes.len() * t_nodes * q_nodes);
        let mut sizes = Vec::new();
        for hole in 0..table.holes.len() {
            for (kinetic, momentum) in (0..t_nodes).flat_map(|i| (0..q_nodes).map(move |k| (i, k))) {
                let responses =
                    model.node_responses(hole, kinetic, momentum).map(|r| r * model.filling(hole));
                let bound = bound(model, (hole, kinetic, momentum), &responses, energies);
                if bound > 0.0 {
                    let area = area(&table.grid.kinetic, kinetic) * area(&table.grid.momenta, momentum);
                    sizes.push(bound * area);
                    nodes.push(Node::new((hole, kinetic, momentum), responses.map(|r| r / bound)));
                }
            }
        }
        if nodes.is_empty() {
            return Err(Error::BelowThreshold {
                energy: energies[1],
                threshold: model.threshold(),
                process: "knockout of a nucleon".into(),
            });
        }
        fill_alias(&mut nodes, &sizes);
        Ok(Table { energies, nodes })
    }

    /// A place in the alias table, and where in its unit length.
    #[inline]
    fn place(&self, stream: &mut Stream) -> (usize, f64) {
        let drawn = stream.uniform() * self.nodes.len() as f64;
        let at = (drawn as usize).min(self.nodes.len() - 1);
        (at, drawn - at as f64)
    }

    /// The node of a place.
    #[inline]
    fn node(&self, (at, rest): (usize, f64)) -> &Node {
        let node = &self.nodes[at];
        if rest <= f64::from(node.keep) { node } else { &self.nodes[node.alias as usize] }
    }
}

impl Node {
    /// With the responses over the bound; its series and its place are filled in later.
    fn new((hole, kinetic, momentum): (usize, usize, usize), responses: [f64; 5]) -> Self {
        let (kinetic, momentum, hole) = (kinetic as u16, momentum as u16, hole as u8);
        Node { responses, series: Span::default(), kinetic, momentum, hole, keep: 1.0, alias: 0 }
    }
}

/// Fills in the alias table of walker1977, built as in vose1991.
fn fill_alias(nodes: &mut [Node], sizes: &[f64]) {
    let scale = sizes.len() as f64 / sizes.iter().sum::<f64>();
    let mut shares: Vec<f64> = sizes.iter().map(|s| s * scale).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..sizes.len()).partition(|&i| shares[i] < 1.0);
    while let (Some(&s), Some(&l)) = (small.last(), large.last()) {
        small.pop();
        (nodes[s].keep, nodes[s].alias) = (shares[s] as f32, l as u32);
        // What the rounding of the share took or gave, the other node gives or takes.
        shares[l] -= 1.0 - f64::from(nodes[s].keep);
        if shares[l] < 1.0 {
            large.pop();
            small.push(l);
        }
    }
}

/// A bound of d2 sigma / (dT dq) of one node within its hat and between the `energies`; 0 where it is out of reach.
fn bound(
    model: &PreparedKnockout,
    (hole, kinetic, momentum): (usize, usize, usize),
    responses: &[f64; 5],
    energies: [f64; 2],
) -> f64 {
    let (grid, vertex) = (&model.of.table.grid, &model.of.vertex);
    let separation = model.of.table.holes[hole].separation;
    let (t, q) = (support(&grid.kinetic, kinetic), support(&grid.momenta, momentum));
    // The range of q is widest at the highest energy and the lowest omega.
    let Some((k, out)) = vertex.momenta(energies[1], t[0] + separation) else { return 0.0 };
    let first = (k - out).abs().max(vertex.lowest_q(t[0] + separation));
    if responses[0] + responses[3] <= 0.0 || q[1] <= first || q[0] >= k + out {
        return 0.0;
    }
    largest(vertex, responses, [energies, t.map(|t| t + separation), q])
}

/// Largest number of terms of the series in theta_N.
fn most_terms(model: &PreparedKnockout) -> usize {
    2 * (model.of.table.waves() / 2) + 2
}

/// The neighbours of a node, between which its hat lies.
fn support(nodes: &[f64], at: usize) -> [f64; 2] {
    [nodes[at.saturating_sub(1)], nodes[(at + 1).min(nodes.len() - 1)]]
}

/// The area of the hat of a node.
fn area(nodes: &[f64], at: usize) -> f64 {
    let [low, high] = support(nodes, at);
    0.5 * (high - low)
}

/// A point drawn from the hat of a node, by inversion of u.
#[inline]
fn hat(nodes: &[f64], at: usize, u: f64) -> f64 {
    let [low, high] = support(nodes, at);
    let share = (nodes[at] - low) / (high - low);
    if u < share {
        low + ((high - low) * (nodes[at] - low) * u).sqrt()
    } else {
        high - ((high - low) * (high - nodes[at]) * (1.0 - u)).sqrt()
    }
}

#[cfg(test)]
#[path = "sampler_tests.rs"]
mod tests;
