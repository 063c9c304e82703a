//! The decay of one nuclear state: widths of all channels, with their gradients.

use super::couplings::{self, MAX_MULTIPOLARITY};
use super::network::{Entry, Network};
use super::quadrature::{self, PiecewiseLinear};
use super::widths::{self, RADIATIONS};
use crate::emission::fragment::Fragment;
use crate::emission::transmission::L_MAX;
use gradino_core::{Parity, Real};
use std::sync::OnceLock;

/// Most partial waves of a fragment table, padded: those of the deuteron.
pub(crate) const MAX_CHANNELS: usize = (3 * L_MAX as usize + 1).next_multiple_of(4);

/// Photons come first, then the fragments in their order.
pub(crate) const SOURCES: usize = 7;

/// What is below this share of a sum is lost in its rounding, and so is its derivative.
const NEGLIGIBLE: f64 = 1e-18;

/// A state of a nuclide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StateAt {
    /// Excitation energy [MeV].
    pub excitation: f64,
    /// Twice the spin.
    pub two_j: u16,
    /// Parity.
    pub parity: Parity,
}

/// The decay of a state at one energy: N = 2 pi rho_i Gamma of each channel.
#[derive(Debug)]
pub(crate) struct DecayState<D = f64> {
    pub(crate) entry: usize,
    pub(crate) excitation: f64,
    pub(crate) two_j: u16,
    pub(crate) parity: Parity,
    /// Running sums of N over the channels, in the layout of the entry.
    pub(crate) running: Vec<D>,
    /// Densities in the continuum variable, by source.
    pub(crate) continua: [Option<Continuum<D>>; SOURCES],
    gradient: OnceLock<StateGradient>,
}

/// The continuum reached by one source.
#[derive(Debug)]
pub(crate) struct Continuum<D = f64> {
    /// Open range R of final excitation energies above the cut [MeV].
    pub(crate) range: f64,
    /// dN/ds.
    pub(crate) density: PiecewiseLinear<D>,
}

/// Derivatives of N with respect to the wanted parameters.
#[derive(Debug)]
pub(crate) struct StateGradient {
    /// Of the sum over all channels.
    pub(crate) total: Vec<f64>,
    /// Of each continuum.
    pub(crate) continua: [Option<Vec<f64>>; SOURCES],
}

impl<D: Real> DecayState<D> {
    /// The state.
    pub(crate) fn at(&self) -> StateAt {
        StateAt { excitation: self.excitation, two_j: self.two_j, parity: self.parity }
    }
    /// Sum over all channels.
    pub(crate) fn total(&self) -> D {
        self.running[self.running.len() - 1]
    }
    /// N of one channel.
    pub(crate) fn channel(&self, c: usize) -> D {
        if c == 0 { self.running[0] } else { self.running[c] - self.running[c - 1] }
    }
}

impl DecayState {
    /// The channel in which the running sum passes `target`.
    pub(crate) fn find(&self, target: f64) -> usize {
        self.running.partition_point(|&r| r <= target).min(self.running.len() - 1)
    }
}

/// One node of a continuum: energies and the factor from dN/dE' to dN/ds.
struct Node {
    e_final: f64,
    e_out: f64,
    jacobian: f64,
}

fn node(cut: f64, range: f64, s: f64) -> Node {
    let (u, du) = quadrature::stretch(s);
    Node { e_final: cut + range * u, e_out: (range * (1.0 - u)).max(0.0), jacobian: range * du }
}

impl<D: Real> Network<D> {
    /// The decay of a state of entry `i`.
    pub(crate) fn build_state(&self, i: usize, excitation: f64, two_j: u16, parity: Parity) -> DecayState<D> {
        let entry = &self.entries[i];
        let mut values = vec![D::zero(); entry.layout[7]];
        let mut continua: [Option<Continuum<D>>; SOURCES] = Default::default();
        let levels = entry.levels().len();
        for (k, level) in entry.levels().iter().enumerate() {
            if level.energy < excitation {
                let row = self.gamma(i).row(excitation - level.energy, level.energy);
                let change = parity.times(level.parity);
                values[k] = widths::discrete_gamma(two_j, level.two_j, change, &row, MAX_MULTIPOLARITY);
            }
        }
        continua[0] = self.gamma_continuum(i, excitation, two_j);
        values[levels] = continua[0].as_ref().map_or(D::zero(), |c| c.density.total());
        for fragment in Fragment::ALL {
            let f = fragment as usize;
            let out = &mut values[entry.layout[f + 1]..entry.layout[f + 2]];
            continua[f + 1] = self.fragment_widths(entry, fragment, (excitation, two_j, parity), out);
        }
        let mut sum = D::zero();
        for v in &mut values {
            sum += *v;
            *v = sum;
        }
        DecayState {
            entry: i,
            excitation,
            two_j,
            parity,
            running: values,
            continua,
            gradient: OnceLock::new(),
        }
    }

    fn gamma_continuum(&self, i: usize, excitation: f64, two_j: u16) -> Option<Continuum<D>> {
        let cut = self.entries[i].cut();
        let range = excitation - cut;
        if range <= 0.0 {
            return None;
        }
        let n = quadrature::intervals(range);
        let l_max = self.l_max_gamma();
        let density = (0..=n).map(|m| {
            let node = node(cut, range, m as f64 / n as f64);
            if node.jacobian <= 0.0 || node.e_out <= 0.0 {
                return D::zero();
            }
            let at = self.density(i).at(node.e_final);
            let row = self.gamma(i).row(node.e_out, node.e_final);
            widths::continuum_gamma(two_j, &row, at.rho, &self.density(i).spins(&at), l_max) * node.jacobian
        });
        Some(Continuum { range, density: PiecewiseLinear::new(density.collect()) })
    }

    /// N of one fragment to each level of its residue and to the continuum there.
    fn fragment_widths(
        &self,
        entry: &Entry<D>,
        fragment: Fragment,
        (excitation, two_j, parity): (f64, u16, Parity),
        out: &mut [D],
    ) -> Option<Continuum<D>> {
        let daughter = entry.daughters[fragment as usize]?;
        let available = excitation - daughter.separation;
        if available <= 0.0 {
            return None;
        }
        let residue = &self.entries[daughter.entry];
        let table = self.transmission(daughter.entry, fragment);
        let rules = &self.rules[fragment as usize];
        let mut t = [D::zero(); MAX_CHANNELS];
        for (k, level) in residue.levels().iter().enumerate() {
            let mask = rules.couplings.mask(two_j, level.two_j, parity.times(level.parity));
            if level.energy < available && mask != 0 {
                table.values(&table.locate(available - level.energy), &mut t);
                out[k] = widths::discrete_particle(mask, &t);
            }
        }
        let range = available - residue.cut();
        if range <= 0.0 {
            return None;
        }
        let density = self.density(daughter.entry);
        let n = quadrature::intervals(range);
        let nodes = (0..=n).map(|m| {
            let node = node(residue.cut(), range, m as f64 / n as f64);
            if node.jacobian <= 0.0 || node.e_out <= 0.0 {
                return D::zero();
            }
            let at = density.at(node.e_final);
            table.values(&table.locate(node.e_out), &mut t);
            let l_max = self.models.l_max;
            widths::continuum_particle(&rules.channels, l_max, two_j, &t, at.rho, &density.spins(&at))
                * node.jacobian
        });
        let continuum = Continuum { range, density: PiecewiseLinear::new(nodes.collect()) };
        out[out.len() - 1] = continuum.density.total();
        Some(continuum)
    }

    pub(crate) fn l_max_gamma(&self) -> usize {
        (self.models.l_max as usize).clamp(1, MAX_MULTIPOLARITY)
    }

    /// The source and the level (or the continuum, one past the last) of channel `c`.
    pub(crate) fn decode(&self, entry: usize, c: usize) -> (usize, usize) {
        let layout = &self.entries[entry].layout;
        let source = layout[1..].partition_point(|&first| first <= c);
        (source, c - layout[source])
    }
}

impl Network {
    /// The gradient of a state, built at first use.
    pub(crate) fn gradient<'a>(&self, state: &'a DecayState) -> &'a StateGradient {
        state.gradient.get_or_init(|| self.build_gradient(state))
    }

    fn build_gradient(&self, state: &DecayState) -> StateGradient {
        let mut total = vec![0.0; self.slots.used];
        let mut continua: [Option<Vec<f64>>; SOURCES] = Default::default();
        let layout = &self.entries[state.entry].layout;
        for source in 0..SOURCES {
            for c in layout[source]..layout[source + 1] {
                if c + 1 < layout[source + 1] && state.channel(c) > 0.0 {
                    self.add_discrete_gradient(state, c, 1.0, &mut total);
                }
            }
            if let Some(continuum) = &state.continua[source] {
                let mut row = vec![0.0; self.slots.used];
                let n = continuum.density.intervals();
                let least = NEGLIGIBLE * continuum.density.total();
                for m in (0..=n).filter(|&m| continuum.density.node(m) > least) {
                    let share = if m == 0 || m == n { 0.5 } else { 1.0 };
                    self.add_node_gradient(state, source, m, share / n as f64, &mut row);
                }
                total.iter_mut().zip(&row).for_each(|(t, r)| *t += r);
                continua[source] = Some(row);
            }
        }
        StateGradient { total, continua }
    }

    /// Adds `factor` times the gradient of N of the discrete channel `c` to `out`.
    pub(crate) fn add_discrete_gradient(&self, state: &DecayState, c: usize, factor: f64, out: &mut [f64]) {
        let (source, k) = self.decode(state.entry, c);
        let entry = &self.entries[state.entry];
        if source == 0 {
            let level = &entry.scheme.levels[k];
            let mut factors = [0.0; RADIATIONS];
            let change = state.parity.times(level.parity);
            for l in couplings::multipolarities(state.two_j, level.two_j, MAX_MULTIPOLARITY) {
                factors[couplings::radiation_index(l, change)] = factor;
            }
            let e_gamma = state.excitation - level.energy;
            self.gamma(state.entry).add_gradient(e_gamma, level.energy, &factors, out);
            return;
        }
        if self.slots.optical.is_empty() {
            return;
        }
        let fragment = Fragment::ALL[source - 1];
        let Some(daughter) = entry.daughters[source - 1] else { return };
        let level = &self.entries[daughter.entry].scheme.levels[k];
        let table = self.transmission(daughter.entry, fragment);
        let at = table.locate(state.excitation - daughter.separation - level.energy);
        let change = state.parity.times(level.parity);
        let mut mask = self.rules[source - 1].couplings.mask(state.two_j, level.two_j, change);
        let out = &mut out[self.slots.optical.slots()];
        while mask != 0 {
            table.add_gradient(&at, mask.trailing_zeros() as usize, factor, out);
            mask &= mask - 1;
        }
    }

    /// Adds `factor` times the gradient of the density of a continuum at its node `m` to `out`.
    pub(crate) fn add_node_gradient(
        &self,
        state: &DecayState,
        source: usize,
        m: usize,
        factor: f64,
        out: &mut [f64],
    ) {
        let Some(continuum) = &state.continua[source] else { return };
        let (residue, fragment) = match source {
            0 => (state.entry, None),
            _ => {
                let Some(d) = self.entries[state.entry].daughters[source - 1] else { return };
                (d.entry, Some(Fragment::ALL[source - 1]))
            }
        };
        let s = m as f64 / continuum.density.intervals() as f64;
        let node = node(self.entries[residue].cut(), continuum.range, s);
        let w = factor * node.jacobian;
        if w == 0.0 || node.jacobian <= 0.0 || node.e_out <= 0.0 {
            return;
        }
        match fragment {
            None => self.add_gamma_node(state.two_j, residue, &node, w, out),
            Some(f) => self.add_fragment_node(state.two_j, residue, f, &node, w, out),
        }
    }

    fn add_gamma_node(&self, two_j: u16, i: usize, node: &Node, w: f64, out: &mut [f64]) {
        let density = self.density(i);
        let at = density.at(node.e_final);
        let [spins, slopes] = density.spins_and_slopes(&at);
        let row = self.gamma(i).row(node.e_out, node.e_final);
        let l_max = self.l_max_gamma();
        let mut factors = [0.0; RADIATIONS];
        for l in 1..=l_max {
            let coupled = 0.5 * w * at.rho * widths::coupled_gamma(&spins, two_j, l);
            factors[2 * l - 2] = coupled;
            factors[2 * l - 1] = coupled;
        }
        self.gamma(i).add_gradient(node.e_out, node.e_final, &factors, out);
        let value = w * widths::continuum_gamma(two_j, &row, at.rho, &spins, l_max);
        let slope = w * widths::continuum_gamma(two_j, &row, at.rho, &slopes, l_max);
        density.add_gradient(&at, value, slope, out);
    }

    fn add_fragment_node(
        &self,
        two_j: u16,
        i: usize,
        fragment: Fragment,
        node: &Node,
        w: f64,
        out: &mut [f64],
    ) {
        let density = self.density(i);
        let at = density.at(node.e_final);
        let [spins, slopes] = density.spins_and_slopes(&at);
        let table = self.transmission(i, fragment);
        let place = table.locate(node.e_out);
        let mut t = [0.0; MAX_CHANNELS];
        table.values(&place, &mut t);
        let rules = &self.rules[fragment as usize];
        let l_max = self.models.l_max;
        let optical = self.slots.optical.slots();
        let per_spins = widths::continuum_particle(&rules.channels, l_max, two_j, &t, 1.0, &spins);
        if !optical.is_empty() {
            for (c, &(_, two_l)) in rules.channels.iter().enumerate().filter(|(_, ch)| ch.0 <= l_max) {
                let coupled = 0.5 * spins.coupled(two_j, two_l);
                if t[c] * coupled > NEGLIGIBLE * per_spins {
                    table.add_gradient(&place, c, w * at.rho * coupled, &mut out[optical.clone()]);
                }
            }
        }
        let value = w * at.rho * per_spins;
        let slope = w * widths::continuum_particle(&rules.channels, l_max, two_j, &t, at.rho, &slopes);
        density.add_gradient(&at, value, slope, out);
    }
}
