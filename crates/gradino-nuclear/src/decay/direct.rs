//! Widths computed directly, without tables: what the tables are held against.

use super::cascade::Cascade;
use super::couplings::MAX_MULTIPOLARITY;
use super::ingredients::GammaAt;
use super::network::{Network, nuclide_data};
use super::quadrature;
use super::state::{SOURCES, StateAt};
use super::widths::{self, SpinSums};
use crate::emission::fragment::Fragment;
use crate::emission::optical::OpticalPotential;
use crate::emission::radial::STEP_FM;
use crate::emission::transmission;
use crate::structure::level_density::LevelDensity;
use gradino_core::{Nuclide, Parameter, Params, Real};
use std::f64::consts::TAU;

/// Partial widths of one way out [MeV].
#[derive(Clone, Debug, PartialEq)]
pub struct PartialWidth<D = f64> {
    /// What is emitted: none for photons.
    pub fragment: Option<Fragment>,
    /// The nucleus that is left.
    pub residue: Nuclide,
    /// To discrete levels.
    pub discrete: D,
    /// To the continuum.
    pub continuum: D,
}

/// Widths of one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Widths<D = f64> {
    /// Level density rho(E, J, pi) of the state, one parity [1/MeV].
    pub density: D,
    /// Photons first, then the open fragments.
    pub partial: Vec<PartialWidth<D>>,
}

impl<D: Real> Widths<D> {
    /// The total width [MeV].
    pub fn total(&self) -> D {
        self.partial.iter().fold(D::zero(), |sum, p| sum + p.discrete + p.continuum)
    }
}

impl Network {
    /// Widths from the prepared tables.
    pub fn widths(&self, state: StateAt) -> Widths {
        let decay = self.build_state(0, state.excitation, state.two_j, state.parity);
        self.widths_of(state, |channel| decay.channel(channel))
    }

    /// Widths of a state whose channels have the sums `n`.
    fn widths_of(&self, state: StateAt, n: impl Fn(usize) -> f64) -> Widths {
        let density = self.initial_density(&self.params.values(), state);
        let to_width = 1.0 / (TAU * density);
        let layout = &self.entries[0].layout;
        let partial = (0..SOURCES).filter_map(|source| {
            let last = layout[source + 1].checked_sub(1).filter(|&l| l >= layout[source])?;
            let discrete = (layout[source]..last).map(&n).sum::<f64>() * to_width;
            Some(self.partial(source, discrete, n(last) * to_width))
        });
        Widths { density, partial: partial.collect() }
    }

    /// Gradients of the partial widths with respect to the wanted parameters [MeV per unit], discrete
    /// levels and continuum together, in the order of [`Network::widths`].
    pub fn partial_width_gradients(&self, state: StateAt) -> Vec<Vec<f64>> {
        let decay = self.build_state(0, state.excitation, state.two_j, state.parity);
        let continua = &self.gradient(&decay).continua;
        let layout = &self.entries[0].layout;
        let open = (0..SOURCES).filter(|&s| layout[s + 1] > layout[s]);
        let rows = open.map(|source| {
            let mut row = continua[source].clone().unwrap_or_else(|| vec![0.0; self.slots.used]);
            let channels = layout[source]..layout[source + 1];
            let n: f64 = channels.clone().map(|c| decay.channel(c)).sum();
            for c in (channels.start..channels.end - 1).filter(|&c| decay.channel(c) > 0.0) {
                self.add_discrete_gradient(&decay, c, 1.0, &mut row);
            }
            self.divide_by_density(state, n, row)
        });
        rows.collect()
    }

    /// Gradient of the total width with respect to the wanted parameters [MeV per unit].
    pub fn total_width_gradient(&self, state: StateAt) -> Vec<f64> {
        let decay = self.build_state(0, state.excitation, state.two_j, state.parity);
        self.divide_by_density(state, decay.total(), self.gradient(&decay).total.clone())
    }

    /// From the gradient of N to that of N / (2 pi rho).
    fn divide_by_density(&self, state: StateAt, n: f64, mut gradient: Vec<f64>) -> Vec<f64> {
        let density = self.density(0);
        let at = density.at(state.excitation);
        let spins = density.spins(&at);
        let to_width = 1.0 / (TAU * 0.5 * at.rho * spins.single(state.two_j));
        gradient.iter_mut().for_each(|g| *g *= to_width);
        let by_cutoff = density.spin_slopes(&at).single(state.two_j) / spins.single(state.two_j);
        density.add_gradient(&at, -n * to_width, -n * to_width * by_cutoff, &mut gradient);
        gradient.resize(self.slots.len, 0.0);
        gradient
    }

    fn partial<D>(&self, source: usize, discrete: D, continuum: D) -> PartialWidth<D> {
        let fragment = source.checked_sub(1).map(|f| Fragment::ALL[f]);
        let entry = source.checked_sub(1).and_then(|f| self.entries[0].daughters[f]).map_or(0, |d| d.entry);
        PartialWidth { fragment, residue: self.entries[entry].nuclide, discrete, continuum }
    }

    fn initial_density<D: Real>(&self, theta: &Params<D>, state: StateAt) -> D {
        LevelDensity::prepare(self.models.level_density, &nuclide_data(self.entries[0].nuclide), theta)
            .density(D::from(state.excitation), state.two_j)
    }

    /// Widths computed directly from the models with parameters `theta`, by `intervals` intervals for
    /// each continuum: slow, and exact to the quadrature.
    pub fn direct_widths<D: Real>(&self, theta: &Params<D>, state: StateAt, intervals: usize) -> Widths<D> {
        let density = self.initial_density(theta, state);
        let to_width = (density * TAU).recip();
        let mut partial = Vec::new();
        let (discrete, continuum) = self.direct_gamma(theta, state, intervals);
        partial.push(self.partial(0, discrete * to_width, continuum * to_width));
        for fragment in Fragment::ALL {
            if self.entries[0].daughters[fragment as usize].is_some() {
                let (discrete, continuum) = self.direct_fragment(theta, state, fragment, intervals);
                partial.push(self.partial(fragment as usize + 1, discrete * to_width, continuum * to_width));
            }
        }
        Widths { density, partial }
    }

    fn direct_gamma<D: Real>(&self, theta: &Params<D>, state: StateAt, intervals: usize) -> (D, D) {
        let entry = &self.entries[0];
        let data = nuclide_data(entry.nuclide);
        let models = (self.models.gamma_strength, self.models.level_density);
        let gamma = GammaAt::prepare(models, &data, theta, MAX_MULTIPOLARITY);
        let mut discrete = D::zero();
        for level in entry.levels().iter().filter(|l| l.energy < state.excitation) {
            let row = gamma.row(D::from(state.excitation - level.energy), D::from(level.energy));
            let change = state.parity.times(level.parity);
            discrete += widths::discrete_gamma(state.two_j, level.two_j, change, &row, MAX_MULTIPOLARITY);
        }
        let density = LevelDensity::prepare(self.models.level_density, &data, theta);
        let odd = entry.nuclide.a % 2 == 1;
        let l_max = self.l_max_gamma();
        let continuum = integrate(entry.cut(), state.excitation, intervals, |e_final, e_out| {
            let row = gamma.row(D::from(e_out), D::from(e_final));
            let spins = SpinSums::new(density.spin_cutoff_sq(D::from(e_final)), odd);
            widths::continuum_gamma(state.two_j, &row, density.total(D::from(e_final)), &spins, l_max)
        });
        (discrete, continuum)
    }

    fn direct_fragment<D: Real>(
        &self,
        theta: &Params<D>,
        state: StateAt,
        fragment: Fragment,
        intervals: usize,
    ) -> (D, D) {
        let Some(daughter) = self.entries[0].daughters[fragment as usize] else {
            return (D::zero(), D::zero());
        };
        let residue = &self.entries[daughter.entry];
        let potential = OpticalPotential::prepare(residue.nuclide, fragment, residue.atomic_mass, theta);
        let rules = &self.rules[fragment as usize];
        let available = state.excitation - daughter.separation;
        let t = |e: f64, c: usize| {
            let (l, two_j) = rules.channels[c];
            transmission::direct(&potential, e, l, u32::from(two_j), STEP_FM)
        };
        let mut discrete = D::zero();
        for level in residue.levels().iter().filter(|l| l.energy < available) {
            let mask = rules.couplings.mask(state.two_j, level.two_j, state.parity.times(level.parity));
            for c in (0..rules.channels.len()).filter(|c| mask >> c & 1 == 1) {
                discrete += t(available - level.energy, c);
            }
        }
        let density = LevelDensity::prepare(self.models.level_density, &nuclide_data(residue.nuclide), theta);
        let odd = residue.nuclide.a % 2 == 1;
        let l_max = self.models.l_max;
        let open = rules.channels.iter().filter(|c| c.0 <= l_max).count();
        let continuum = integrate(residue.cut(), available, intervals, |e_final, e_out| {
            let row: Vec<D> = (0..open).map(|c| t(e_out, c)).collect();
            let spins = SpinSums::new(density.spin_cutoff_sq(D::from(e_final)), odd);
            let rho = density.total(D::from(e_final));
            widths::continuum_particle(&rules.channels, l_max, state.two_j, &row, rho, &spins)
        });
        (discrete, continuum)
    }
}

impl Cascade {
    /// Widths of a state of the first nuclide as a cascade takes them that passes there: interpolated
    /// between the tabulated energies.
    pub fn interpolated_widths(&self, state: StateAt) -> Widths {
        let mixture = self.mixture(0, state.excitation, state.two_j, state.parity, None);
        self.network.widths_of(state, |channel| mixture.channel(channel))
    }
}

/// int_cut^top f(E', top - E') dE' by the trapezoid rule in s.
fn integrate<D: Real>(cut: f64, top: f64, intervals: usize, f: impl Fn(f64, f64) -> D) -> D {
    let range = top - cut;
    let mut sum = D::zero();
    if range <= 0.0 {
        return sum;
    }
    for m in 1..intervals {
        let (u, du) = quadrature::stretch(m as f64 / intervals as f64);
        sum += f(cut + range * u, range * (1.0 - u)) * (range * du / intervals as f64);
    }
    sum
}

/// All parameters of the decay: optical model, level density, gamma strength.
pub fn parameters() -> Vec<Parameter> {
    let mut all = crate::emission::optical::parameters();
    all.extend(crate::structure::level_density::parameters());
    all.extend(crate::emission::gamma_strength::parameters());
    all
}
