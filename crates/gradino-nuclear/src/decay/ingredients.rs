//! Level densities and photon transmissions of one nuclide, as tables with derivative columns.

use super::grid::{Place, RowTable};
use super::slots::Family;
use super::widths::{RADIATIONS, SpinSums};
use crate::emission::gamma_strength::{GammaStrength, GammaStrengthModel, Radiation};
use crate::structure::level_density::{LevelDensity, LevelDensityModel, NuclideData};
use gradino_core::{Dual, ParamSet, Params, Real};
use std::ops::Range;

/// Derivatives per pass.
pub(crate) const LANES: usize = 8;

const DENSITY_STEP: f64 = 0.02; // MeV; cubic interpolation of ln rho is then good to 1e-6
const GAMMA_STEP: f64 = 0.05; // MeV; a hundredth of the narrowest resonance

/// Level density of one nuclide: ln rho and sigma^2 with their derivatives.
#[derive(Debug)]
pub(crate) struct DensityTable<D = f64> {
    table: RowTable<D>,
    odd: bool,
    family: Family,
    /// Those of the family that this model depends on.
    live: Range<usize>,
}

/// Level density at one energy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DensityAt<D = f64> {
    place: Place,
    /// rho, summed over spins and parities [1/MeV].
    pub(crate) rho: D,
    /// Spin cut-off sigma^2.
    pub(crate) spin_cutoff_sq: D,
}

impl<D: Real> DensityTable<D> {
    /// Up to `max_excitation` [MeV], for the values `theta`, with columns of derivatives for `family`.
    pub(crate) fn prepare(
        model: LevelDensityModel,
        data: &NuclideData,
        max_excitation: f64,
        (params, theta): (&ParamSet, &Params<D>),
        family: Family,
    ) -> Self {
        let plain = LevelDensity::prepare(model, data, theta);
        let chunks: Vec<LevelDensity<Dual<f64, LANES>>> =
            family.chunks(params).map(|theta| LevelDensity::prepare(model, data, &theta)).collect();
        let n = family.len();
        let rows = (max_excitation / DENSITY_STEP).ceil() as usize + 4;
        let table = RowTable::build(0.0, DENSITY_STEP, rows, 2 + 2 * n, |e, out| {
            out[0] = plain.total(D::from(e)).ln();
            out[1] = plain.spin_cutoff_sq(D::from(e));
            for (c, chunk) in chunks.iter().enumerate() {
                let ln_rho = chunk.total(Dual::from(e)).ln();
                let cutoff = chunk.spin_cutoff_sq(Dual::from(e));
                for lane in 0..LANES.min(n - c * LANES) {
                    out[2 + c * LANES + lane] = D::from(ln_rho.eps[lane]);
                    out[2 + n + c * LANES + lane] = D::from(cutoff.eps[lane]);
                }
            }
        });
        let live = table.nonzero(2, n);
        DensityTable { table, odd: data.nuclide.a % 2 == 1, family, live }
    }

    /// Looks up one excitation energy.
    #[inline]
    pub(crate) fn at(&self, excitation: f64) -> DensityAt<D> {
        let place = self.table.place(excitation);
        DensityAt {
            place,
            rho: self.table.value(&place, 0).exp(),
            spin_cutoff_sq: self.table.value(&place, 1),
        }
    }

    /// Running sums of the spin distribution there.
    pub(crate) fn spins(&self, at: &DensityAt<D>) -> SpinSums<D> {
        SpinSums::new(at.spin_cutoff_sq, self.odd)
    }

    /// The same numbers without derivatives.
    pub(crate) fn lifted<E: Real>(&self) -> DensityTable<E> {
        DensityTable { table: self.table.lifted(), odd: self.odd, family: Family::default(), live: 0..0 }
    }
}

impl DensityTable {
    /// The same with running sums of the derivative of the spin distribution with respect to sigma^2.
    pub(crate) fn spins_and_slopes(&self, at: &DensityAt) -> [SpinSums<f64>; 2] {
        SpinSums::new(Dual::<f64, 1>::variable(at.spin_cutoff_sq, 0), self.odd).split()
    }

    /// Running sums of that derivative.
    pub(crate) fn spin_slopes(&self, at: &DensityAt) -> SpinSums<f64> {
        let [_, slopes] = self.spins_and_slopes(at);
        slopes
    }

    /// Derivatives of ln rho and sigma^2 with respect to the excitation energy [1/MeV].
    pub(crate) fn energy_slopes(&self, at: &DensityAt) -> (f64, f64) {
        (self.table.slope(&at.place, 0), self.table.slope(&at.place, 1))
    }

    /// Adds `a d ln rho + b d sigma^2` to the gradient `out` of all slots.
    #[inline]
    pub(crate) fn add_gradient(&self, at: &DensityAt, a: f64, b: f64, out: &mut [f64]) {
        let (n, first) = (self.family.len(), self.live.start);
        if !self.live.is_empty() {
            let out = &mut out[self.family.slots()][self.live.clone()];
            self.table.add(&at.place, 2 + first, a, out);
            self.table.add(&at.place, 2 + n + first, b, out);
        }
    }
}

/// Photon transmissions of one nuclide: E1, M1, E2, M2, ... in a row.
#[derive(Debug)]
pub(crate) enum GammaTable<D = f64> {
    /// A strength that depends on the photon energy only: columns T / E^3 and their derivatives.
    /// `live` are the parameters of the family that it depends on.
    Tabulated { table: RowTable<D>, family: Family, live: Range<usize> },
    /// A strength that depends on the temperature of the final state too: computed on the spot.
    Direct(Box<DirectGamma<D>>),
}

/// A strength that is computed on the spot.
#[derive(Debug)]
pub(crate) struct DirectGamma<D> {
    /// Values.
    plain: GammaAt<D>,
    /// Derivatives with respect to photon energy and final energy.
    energies: GammaAt<Dual<f64, 2>>,
    /// Derivatives with respect to the parameters.
    chunks: Vec<GammaAt<Dual<f64, LANES>>>,
    /// Their slots.
    family: Family,
}

/// Strength with the level density that gives its temperature.
#[derive(Debug)]
pub(crate) struct GammaAt<D> {
    strength: GammaStrength<D>,
    density: LevelDensity<D>,
    l_max: usize,
}

impl<D: Real> GammaAt<D> {
    /// One row of transmissions at photon energy and final excitation energy [MeV].
    pub(crate) fn row(&self, e_gamma: D, e_final: D) -> [D; RADIATIONS] {
        let temperature = self.density.temperature(e_final);
        let mut row = [D::zero(); RADIATIONS];
        for l in 1..=self.l_max {
            row[2 * l - 2] = self.strength.transmission(Radiation::Electric, l as u16, e_gamma, temperature);
            row[2 * l - 1] = self.strength.transmission(Radiation::Magnetic, l as u16, e_gamma, temperature);
        }
        row
    }

    /// With parameters `theta`.
    pub(crate) fn prepare(
        models: (GammaStrengthModel, LevelDensityModel),
        data: &NuclideData,
        theta: &Params<D>,
        l_max: usize,
    ) -> Self {
        GammaAt {
            strength: GammaStrength::prepare(models.0, data.nuclide, theta),
            density: LevelDensity::prepare(models.1, data, theta),
            l_max,
        }
    }
}

impl<D: Real> GammaTable<D> {
    /// Up to photon energy `max_energy` [MeV]; `family` holds the slots of level density and
    /// gamma strength together.
    pub(crate) fn prepare(
        models: (GammaStrengthModel, LevelDensityModel),
        data: &NuclideData,
        max_energy: f64,
        (params, theta): (&ParamSet, &Params<D>),
        family: Family,
        l_max: usize,
    ) -> Self {
        let plain = GammaAt::prepare(models, data, theta, l_max);
        let chunks: Vec<_> =
            family.chunks(params).map(|theta| GammaAt::prepare(models, data, &theta, l_max)).collect();
        if models.0 != GammaStrengthModel::StandardLorentzian {
            let energies =
                GammaAt::prepare(models, data, &params.seeded(|_, p| Dual::constant(p.value)), l_max);
            return GammaTable::Direct(Box::new(DirectGamma { plain, energies, chunks, family }));
        }
        let n = family.len();
        let rows = (max_energy / GAMMA_STEP).ceil() as usize + 4;
        let table = RowTable::build(0.0, GAMMA_STEP, rows, RADIATIONS * (1 + n), |e, out| {
            // At the origin T / E^3 vanishes with E: a tiny energy stands for it.
            let e = e.max(1e-6);
            let cube = e.powi(-3);
            for (o, t) in out.iter_mut().zip(plain.row(D::from(e), D::zero())) {
                *o = t * cube;
            }
            for (c, chunk) in chunks.iter().enumerate() {
                let row = chunk.row(Dual::from(e), Dual::from(0.0));
                for (x, t) in row.iter().enumerate() {
                    for lane in 0..LANES.min(n - c * LANES) {
                        out[RADIATIONS + x * n + c * LANES + lane] = D::from(t.eps[lane] * cube);
                    }
                }
            }
        });
        let live = table.nonzero(RADIATIONS, n);
        GammaTable::Tabulated { table, family, live }
    }

    /// One row of transmissions.
    pub(crate) fn row(&self, e_gamma: f64, e_final: f64) -> [D; RADIATIONS] {
        match self {
            GammaTable::Tabulated { table, .. } => {
                let at = table.place(e_gamma);
                let cube = e_gamma.powi(3);
                std::array::from_fn(|x| table.value(&at, x) * cube)
            }
            GammaTable::Direct(direct) => direct.plain.row(D::from(e_gamma), D::from(e_final)),
        }
    }

    /// The same numbers without derivatives; none where they are not tabulated.
    pub(crate) fn lifted<E: Real>(&self) -> Option<GammaTable<E>> {
        let GammaTable::Tabulated { table, .. } = self else { return None };
        Some(GammaTable::Tabulated { table: table.lifted(), family: Family::default(), live: 0..0 })
    }
}

impl GammaTable {
    /// Derivatives of a row with respect to the photon energy and to the final energy.
    pub(crate) fn energy_slopes(&self, e_gamma: f64, e_final: f64) -> ([f64; RADIATIONS], [f64; RADIATIONS]) {
        match self {
            GammaTable::Tabulated { table, .. } => {
                let at = table.place(e_gamma);
                let (square, cube) = (e_gamma.powi(2), e_gamma.powi(3));
                let slope = |x| table.slope(&at, x) * cube + 3.0 * table.value(&at, x) * square;
                (std::array::from_fn(slope), [0.0; RADIATIONS])
            }
            GammaTable::Direct(direct) => {
                let row = direct.energies.row(Dual::variable(e_gamma, 0), Dual::variable(e_final, 1));
                (row.map(|t| t.eps[0]), row.map(|t| t.eps[1]))
            }
        }
    }

    /// Adds `sum_x factors[x] dT_x` to the gradient `out` of all slots.
    pub(crate) fn add_gradient(
        &self,
        e_gamma: f64,
        e_final: f64,
        factors: &[f64; RADIATIONS],
        out: &mut [f64],
    ) {
        match self {
            GammaTable::Tabulated { table, family, live } => {
                let (n, cube) = (family.len(), e_gamma.powi(3));
                if live.is_empty() {
                    return;
                }
                let at = table.place(e_gamma);
                let out = &mut out[family.slots()][live.clone()];
                for (x, &factor) in factors.iter().enumerate().filter(|(_, f)| **f != 0.0) {
                    table.add(&at, RADIATIONS + x * n + live.start, factor * cube, out);
                }
            }
            GammaTable::Direct(direct) => {
                let n = direct.family.len();
                let out = &mut out[direct.family.slots()];
                for (c, chunk) in direct.chunks.iter().enumerate() {
                    let row = chunk.row(Dual::from(e_gamma), Dual::from(e_final));
                    for (t, factor) in row.iter().zip(factors) {
                        for lane in 0..LANES.min(n - c * LANES) {
                            out[c * LANES + lane] += factor * t.eps[lane];
                        }
                    }
                }
            }
        }
    }
}
