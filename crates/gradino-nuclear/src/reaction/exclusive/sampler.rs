//! Exact sampling of the exclusive cross section, event by event, without weights.
//!
//! Between the nodes the model is bilinear: each node contributes with a hat function of T and q, and a response that
//! does not change. So an event is drawn in these steps, all of them exact:
//!
//! 1. a node, in proportion to a bound of what it contributes at this energy (alias table);
//! 2. T and q from the hat; accepted with the ratio of the cross section to the bound, which varies little, because only
//!    the lepton's factors change within a hat;
//! 3. cos(theta_N) from the node's Legendre series, then phi_N from its Fourier series, by inversion.

use super::angular::AngularSeries;
use super::lepton::LeptonTensor;
use super::model::{PreparedKnockout, Workspace};
use super::series::{LegendreStations, MAX_TERMS};
use crate::error::{Error, Result};
use crate::meanfield::Current;
use gradino_core::Stream;
use rayon::prelude::*;
use std::f64::consts::PI;
use std::sync::Arc;

/// Points of a hat in each direction at which the lepton's factors are bounded: its ends and its middle.
const BOUND_POINTS: [f64; 3] = [0.0, 0.5, 1.0];
/// Margin of the bound over these points: the factors are smooth, and nearly linear within a hat.
const MARGIN: f64 = 1.02;

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
    /// Weight: 1, or more in the rare case that the bound was passed.
    pub weight: f64,
}

/// A node that contributes at some energy.
#[derive(Clone, Copy, Debug)]
struct Node {
    hole: u16,
    kinetic: u16,
    momentum: u16,
    /// CC, CL, LL, T, T' of the filled part of the shell.
    responses: [f64; 5],
    /// Bound of the cross section within the hat.
    bound: f64,
    /// Share of the draws that keep this node, and the other one of its place in the alias table.
    keep: f64,
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
    series: AngularSeries,
    stations: LegendreStations,
    tables: Vec<Table>,
}

/// What a sampler needs for one event at a time, so that none is allocated; it counts its proposals.
#[derive(Clone, Debug)]
pub struct SamplerSpace {
    model: Workspace,
    series: Vec<f64>,
    /// Proposals made.
    pub proposals: u64,
}

impl KnockoutSampler {
    /// For energies between neighbours in `edges` [MeV], which increase; two equal ones make a single energy.
    ///
    /// # Errors
    /// An interval in which nothing can be knocked out.
    pub fn new(model: &Arc<PreparedKnockout>, edges: &[f64]) -> Result<Self> {
        let series = AngularSeries::new(model);
        let stations = LegendreStations::new(model.of.table.waves() + 1);
        let vertex = &model.of.vertex;
        if vertex.current == Current::Electromagnetic && vertex.min_q2 <= 0.0 {
            return Err(Error::NoLowestQ2);
        }
        let tables = edges.par_windows(2).map(|e| Table::new(model, [e[0], e[1]])).collect::<Result<_>>()?;
        Ok(KnockoutSampler { model: model.clone(), series, stations, tables })
    }

    /// Room for draws.
    pub fn space(&self) -> SamplerSpace {
        SamplerSpace { model: self.model.workspace(), series: vec![0.0; MAX_TERMS], proposals: 0 }
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
        let at = self.tables.partition_point(|t| t.energies[1] < energy);
        let table = self.tables.get(at).filter(|t| t.energies[0] <= energy).ok_or_else(|| {
            let [lower, upper] = self.energies();
            Error::OutOfRange { what: "energy of the lepton [MeV]", value: energy, lower, upper }
        })?;
        loop {
            space.proposals += 1;
            let node = table.node(stream);
            if let Some(draw) = self.within(node, energy, stream, space) {
                return Ok(draw);
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
        let grid = &self.model.of.table.grid;
        let kinetic = hat(&grid.kinetic, usize::from(node.kinetic), stream.uniform());
        let q = hat(&grid.momenta, usize::from(node.momentum), stream.uniform());
        let accept = stream.uniform();
        let hole = usize::from(node.hole);
        let omega = kinetic + self.model.of.table.holes[hole].separation;
        let vertex = &self.model.of.vertex;
        let ratio = vertex.inclusive_in_q(energy, omega, q, &node.responses) / node.bound;
        if accept > ratio {
            return None;
        }
        // None where the lepton cannot reach this part of the hat.
        let lepton = LeptonTensor::new(vertex, energy, omega, q)?;
        let place = (usize::from(node.kinetic), usize::from(node.momentum));
        let (cos_nucleon, phi_nucleon) = self.direction(hole, place, &lepton, stream, space);
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
        hole: usize,
        node: (usize, usize),
        lepton: &LeptonTensor<f64>,
        stream: &mut Stream,
        space: &mut SamplerSpace,
    ) -> (f64, f64) {
        let terms = self.series.combine(hole, node, &lepton.inclusive_factors(), &mut space.series);
        let x = self.stations.invert(&space.series[..terms], stream.uniform());
        let phi = stream.uniform();
        self.model.fill_harmonics(hole, x, node.0, &mut space.model);
        let tensor = self.model.filled_node_tensor(hole, node, &mut space.model);
        (x, tensor.map_or(phi * 2.0 * PI, |w| lepton.fourier(&w).invert(phi)))
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
        let mut nodes = Vec::new();
        let mut sizes = Vec::new();
        for hole in 0..table.holes.len() {
            for (kinetic, momentum) in (0..t_nodes).flat_map(|i| (0..q_nodes).map(move |k| (i, k))) {
                let responses =
                    model.node_responses(hole, kinetic, momentum).map(|r| r * model.filling(hole));
                let bound = bound(model, hole, (kinetic, momentum), &responses, energies);
                if bound > 0.0 {
                    let (hole, kinetic, momentum) = (hole as u16, kinetic as u16, momentum as u16);
                    let area = area(&table.grid.kinetic, usize::from(kinetic))
                        * area(&table.grid.momenta, usize::from(momentum));
                    nodes.push(Node { hole, kinetic, momentum, responses, bound, keep: 1.0, alias: 0 });
                    sizes.push(bound * area);
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

    #[inline]
    fn node(&self, stream: &mut Stream) -> &Node {
        let place = stream.uniform() * self.nodes.len() as f64;
        let at = (place as usize).min(self.nodes.len() - 1);
        let node = &self.nodes[at];
        if place - at as f64 <= node.keep { node } else { &self.nodes[node.alias as usize] }
    }
}

/// The alias table of walker1977, built as in vose1991.
fn fill_alias(nodes: &mut [Node], sizes: &[f64]) {
    let scale = sizes.len() as f64 / sizes.iter().sum::<f64>();
    let mut shares: Vec<f64> = sizes.iter().map(|s| s * scale).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..sizes.len()).partition(|&i| shares[i] < 1.0);
    while let (Some(&s), Some(&l)) = (small.last(), large.last()) {
        small.pop();
        nodes[s].keep = shares[s];
        nodes[s].alias = l as u32;
        shares[l] -= 1.0 - shares[s];
        if shares[l] < 1.0 {
            large.pop();
            small.push(l);
        }
    }
}

/// A bound of d2 sigma / (dT dq) of one node within its hat and between the `energies`; 0 where it is out of reach.
fn bound(
    model: &PreparedKnockout,
    hole: usize,
    (kinetic, momentum): (usize, usize),
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
    let within = |[low, high]: [f64; 2], share: f64| low + share * (high - low);
    let mut largest = 0.0f64;
    for energy in energies {
        for (x, y) in BOUND_POINTS.iter().flat_map(|&x| BOUND_POINTS.map(|y| (x, y))) {
            let omega = within(t, x) + separation;
            // Electron scattering is strongest at the smallest Q^2 that counts, of which this makes sure.
            let at = within(q, y).max(vertex.lowest_q(omega));
            largest = largest.max(vertex.inclusive_in_q(energy, omega, at, responses));
        }
    }
    largest * MARGIN
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
