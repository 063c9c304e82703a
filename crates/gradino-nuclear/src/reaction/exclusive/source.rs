//! Reduced elements of the waves and orbitals of a mean field.

use super::amplitude::{CHARGE, LONG, OPERATORS, element_index};
use super::coupling::{LANES, Naturalness, wave_index};
use super::table::{ElementSource, Hole, NEGLIGIBLE_WAVES, Slice};
use crate::error::Result;
use crate::meanfield::continuum::{Continuum, PartialWave};
use crate::meanfield::multipoles::{
    BesselTable, Channel, Couplings, TransitionElements, transition_elements,
};
use crate::meanfield::responses::{LongitudinalCurrent, Monopole, ResponseOptions, largest_l};
use crate::meanfield::{MeanField, Mesh, Nucleon, Orbital, Shell};
use gradino_core::Real;

/// Radius of the nucleus over A^(1/3) [fm].
const RADIUS_FM: f64 = 1.2; // walecka1975
/// Half the thickness of the surface [fm], for the probability of a wave inside.
const SURFACE_FM: f64 = 1.0;
/// Largest l of resonances that are looked for.
const RESONANT_L: u32 = 9;

/// The elements of knockout of `struck` nucleons, which leave as `outgoing`, from the filled orbitals of a mean field; with
/// their derivatives for a field in dual numbers.
#[derive(Clone, Debug)]
pub struct MeanFieldSource<'a, D = f64> {
    field: &'a MeanField<D>,
    outgoing: Nucleon,
    options: ResponseOptions,
    orbitals: Vec<&'a Orbital<D>>,
    holes: Vec<Hole>,
    couplings: Vec<Couplings>,
    bessel: BesselTable,
    momenta: Vec<f64>,
    /// Radius within which all orbitals lie.
    reach_fm: f64,
}

impl<'a, D: Real> MeanFieldSource<'a, D> {
    /// For the momentum transfers `momenta` [MeV] and kinetic energies of the nucleon up to `highest` [MeV].
    pub fn new(
        field: &'a MeanField<D>,
        [struck, outgoing]: [Nucleon; 2],
        options: ResponseOptions,
        momenta: &[f64],
        highest: f64,
    ) -> Self {
        let orbitals: Vec<_> = field.occupied().filter(|o| o.nucleon == struck).collect();
        let hole =
            |o: &&Orbital<D>| Hole { shell: o.shell, occupation: o.occupation, separation: -o.energy.re() };
        let reach_fm = orbitals.iter().map(|o| reach_fm(o, field.options.mesh)).fold(0.0, f64::max);
        let l_max = largest_l(reach_fm, highest);
        let l_hole = orbitals.iter().map(|o| o.shell.l).max().unwrap_or(0);
        MeanFieldSource {
            field,
            outgoing,
            options,
            holes: orbitals.iter().map(hole).collect(),
            couplings: orbitals
                .iter()
                .map(|o| Couplings::new(o.shell, l_max, options.axial_charge))
                .collect(),
            bessel: BesselTable::new(field.options.mesh, momenta, l_max + l_hole + 2),
            orbitals,
            momenta: momenta.to_vec(),
            reach_fm,
        }
    }

    /// The elements of one hole by q and, for each, in the order of [`super::amplitude::Elements`].
    fn dealt(&self, hole: usize, kinetic: f64, elements: &TransitionElements<D>) -> Vec<D> {
        let omega = D::from(kinetic) - self.orbitals[hole].energy;
        let conserved = self.options.longitudinal == LongitudinalCurrent::Conserved;
        let no_monopole = self.options.monopole == Monopole::NotFromS && self.holes[hole].shell.l == 0;
        let (values, _) = deal(self.holes[hole].shell, elements, |mut five, channel, natural, momentum| {
            if natural && no_monopole && channel.rank == 0 {
                five[CHARGE] = D::zero();
                five[LONG] = D::zero();
            }
            if natural && conserved {
                five[LONG] = five[CHARGE] * omega / self.momenta[momentum];
            }
            five
        });
        values
    }

    /// The elements at the kinetic energy `kinetic` [MeV] for all its momentum transfers.
    pub(super) fn slice_at(&self, kinetic: f64) -> Result<Slice<D>> {
        let l_max = largest_l(self.reach_fm, kinetic);
        let field = &self.field.fields[self.outgoing.index()];
        let continuum = Continuum::new(field, D::from(kinetic), l_max, self.options.continuum)?;
        let waves = continuum.waves.len().next_multiple_of(LANES);
        let phase = |w: &PartialWave<D>| continuum.coulomb_phases[w.l as usize] + w.phase_shift;
        let mut phases: Vec<D> = continuum.waves.iter().map(phase).collect();
        phases.resize(waves, D::zero());
        let of_hole = |hole: usize| {
            let elements =
                transition_elements(self.orbitals[hole], &continuum, &self.couplings[hole], &self.bessel);
            self.dealt(hole, kinetic, &elements)
        };
        Ok(Slice { waves, phases, elements: (0..self.holes.len()).map(of_hole).collect() })
    }

    /// The energies of the holes, minus their separation energies [MeV].
    pub(super) fn energies(&self) -> impl Iterator<Item = D> {
        self.orbitals.iter().map(|o| o.energy)
    }

    /// Everything that the elements depend on, as text; of numbers what `part` takes.
    pub(super) fn identity_of(&self, part: impl Fn(D) -> f64) -> String {
        let mesh = self.field.options.mesh;
        let all = |list: &[D]| -> Vec<f64> { list.iter().map(|&x| part(x)).collect() };
        let orbital =
            |o: &&Orbital<D>| format!("{} {:?} {:?} {:?}", o.shell, part(o.energy), o.occupation, all(&o.u));
        let field = &self.field.fields[self.outgoing.index()];
        let orbitals: Vec<String> = self.orbitals.iter().map(orbital).collect();
        format!(
            "{} {} {mesh:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {orbitals:?}",
            self.field.nuclide,
            self.outgoing,
            self.options,
            all(&field.b),
            all(&field.u),
            all(&field.w),
            field.charge,
            field.b_infinity,
            self.momenta,
        )
    }
}

/// Elements by q and, for each, in the order of [`super::amplitude::Elements`], each five after `change`(elements, channel, whether natural, number of q);
/// and the number of waves.
pub(super) fn deal<D: Real>(
    shell: Shell,
    elements: &TransitionElements<D>,
    change: impl Fn([D; OPERATORS], &Channel, bool, usize) -> [D; OPERATORS],
) -> (Vec<D>, usize) {
    let index = |channel: &Channel| wave_index(channel.l, channel.two_j);
    let last = elements.channels.iter().map(index).max().unwrap_or(0);
    let (waves, multipoles) = ((last + 1).next_multiple_of(LANES), shell.two_j.div_ceil(2) as usize);
    let size = 2 * multipoles * OPERATORS * waves;
    let mut values = vec![D::zero(); size * elements.momenta];
    let mut count = vec![[0; 2]; waves];
    for (at, channel) in elements.channels.iter().enumerate() {
        let wave = index(channel);
        let parity = usize::from(!channel.is_natural(shell.l));
        let multipole = count[wave][parity];
        count[wave][parity] += 1;
        let kind = Naturalness::BOTH[parity];
        for (momentum, five) in elements.channel(at).iter().enumerate() {
            let five = change(five.values, channel, parity == 0, momentum);
            for (operator, x) in five.into_iter().enumerate() {
                values[momentum * size + element_index(multipoles, kind, multipole, operator, wave)] = x;
            }
        }
    }
    (values, waves)
}

impl ElementSource for MeanFieldSource<'_> {
    fn outgoing(&self) -> Nucleon {
        self.outgoing
    }

    fn holes(&self) -> &[Hole] {
        &self.holes
    }

    fn slice(&self, kinetic: f64, momenta: &[f64]) -> Result<Slice> {
        debug_assert_eq!(momenta, self.momenta, "the momenta of the source are those of the grid");
        self.slice_at(kinetic)
    }

    fn interior(&self, kinetic: f64) -> Result<f64> {
        let field = &self.field.fields[self.outgoing.index()];
        let l_max = largest_l(self.reach_fm, kinetic).min(RESONANT_L);
        let continuum = Continuum::new(field, kinetic, l_max, self.options.continuum)?;
        let radius = RADIUS_FM * f64::from(self.field.nuclide.a).cbrt() + SURFACE_FM;
        let points = (radius / field.mesh.step_fm) as usize;
        let inside = |u: &[f64]| u[..points].iter().map(|u| u * u).sum::<f64>() * field.mesh.step_fm;
        Ok(continuum.waves.iter().map(|w| f64::from(w.two_j + 1) * inside(&w.u)).sum())
    }

    fn identity(&self) -> String {
        self.identity_of(|x| x)
    }
}

/// Radius [fm] beyond which a negligible share of the probability of an orbital lies.
fn reach_fm<D: Real>(orbital: &Orbital<D>, mesh: Mesh) -> f64 {
    let inside = |share: f64, u: &D| share + u.re() * u.re();
    let total = orbital.u.iter().fold(0.0, inside);
    let mut tail = 0.0;
    let last = orbital.u.iter().rposition(|u| {
        tail = inside(tail, u);
        tail > NEGLIGIBLE_WAVES * total
    });
    last.map_or(0.0, |last| mesh.radius_fm(last))
}
