//! Inclusive responses on a grid of energy and momentum transfers, shell by shell, with their derivatives.

use super::choice::FieldChoice;
use super::force::Skyrme;
use super::form_factors::{FormFactorModel, PreparedFormFactors};
use super::hartree_fock::MeanField;
use super::responses::{HoleSums, Probe, ResponseModel, ResponseOptions, Responses};
use super::shell::{Nucleon, Orbital, Shell};
use crate::error::{Error, Result};
use gradino_core::{Dual, ParamSet, Params, Real};
use rayon::prelude::*;

/// Derivatives carried at once.
const CHUNK: usize = 8;
/// Beginning of the names of the parameters of a force.
const FORCE: &str = "skyrme.";
/// Number of responses.
const FIVE: usize = 5;

/// The nucleus, the probe and the choices of responses on a grid.
#[derive(Clone, Debug)]
pub struct GridModel {
    /// The field of the nucleus.
    pub field: FieldChoice,
    /// What the nucleon turns into.
    pub probe: Probe,
    /// The kind of nucleon that is struck; none: all that the probe acts on.
    pub struck: Option<Nucleon>,
    /// Waves and currents.
    pub options: ResponseOptions,
    /// The form factors.
    pub form_factors: FormFactorModel,
}

/// Inclusive responses of a nucleus by shell.
#[derive(Clone, Debug)]
pub struct ResponseGrid {
    /// Momentum transfers [MeV].
    pub momenta: Vec<f64>,
    /// Energy transfers [MeV].
    pub omegas: Vec<f64>,
    /// The shells that nucleons are struck in, in the order of energy; neutrons first.
    pub shells: Vec<ShellResponses>,
}

/// The responses of one shell.
#[derive(Clone, Debug)]
pub struct ShellResponses {
    /// The kind of the nucleon that is struck.
    pub nucleon: Nucleon,
    /// The shell.
    pub shell: Shell,
    /// Nucleons in it.
    pub occupation: f64,
    /// Energy of the orbital [MeV].
    pub energy: f64,
    /// CC, CL, LL, T and T' [1/MeV] at each momentum transfer, for each of them by energy transfer.
    pub values: Vec<[f64; FIVE]>,
    /// Their derivatives with respect to each wanted parameter, in its unit.
    pub slopes: Vec<Vec<[f64; FIVE]>>,
}

/// The numbers of one energy transfer by hole and momentum transfer.
type Row<T> = Vec<Vec<T>>;

impl GridModel {
    /// Responses at the momentum transfers `momenta` and energy transfers `omegas` [MeV] with the parameters `params` of the
    /// force and of the form factors, and their derivatives with respect to those at the positions `wanted`: exact for form
    /// factors, through the self-consistent field for the force.
    ///
    /// They are zero below the threshold of a shell, and at an energy transfer of q or more, which no lepton makes.
    /// Energy transfers are shared among the threads; their number changes no bit.
    ///
    /// # Errors
    /// No grid, a momentum transfer that is not positive, a probe that does not strike the nucleons that are asked for, and
    /// those of the field and of the waves.
    pub fn responses(
        &self,
        params: &ParamSet,
        wanted: &[usize],
        momenta: &[f64],
        omegas: &[f64],
    ) -> Result<ResponseGrid> {
        check("momentum transfer [MeV]", f64::MIN_POSITIVE, momenta)?;
        check("energy transfer [MeV]", f64::MIN, omegas)?;
        self.check_struck()?;
        let field: MeanField<f64> = self.field.solve(&Skyrme::new(&params.values()))?;
        let grid = Grid { model: self, momenta, omegas };
        let mut found = grid.empty(&field, wanted.len());
        let of_force = |&i: &usize| params.at(i).name.starts_with(FORCE);
        let slots: Vec<(usize, usize)> = wanted.iter().copied().enumerate().collect();
        let (force, currents): (Vec<_>, Vec<_>) = slots.into_iter().partition(|(_, i)| of_force(i));
        grid.add_currents(&field, params, &currents, &mut found)?;
        for part in force.chunks(CHUNK) {
            match part {
                [one] => grid.add_force::<1>(params, std::slice::from_ref(one), &mut found)?,
                _ => grid.add_force::<CHUNK>(params, part, &mut found)?,
            }
        }
        Ok(found)
    }

    fn check_struck(&self) -> Result<()> {
        match self.struck {
            Some(nucleon) if self.probe.final_nucleon(nucleon).is_none() => {
                Err(Error::NotStruck { probe: self.probe.name(), nucleon })
            }
            _ => Ok(()),
        }
    }
}

/// Refuses numbers that are not finite or below `lower`, and no numbers at all.
fn check(what: &'static str, lower: f64, values: &[f64]) -> Result<()> {
    let good = |x: &&f64| x.is_finite() && **x >= lower;
    let bad = values.iter().find(|x| !good(x)).copied();
    match if values.is_empty() { Some(f64::NAN) } else { bad } {
        Some(value) => Err(Error::OutOfRange { what, value, lower: 0.0, upper: f64::INFINITY }),
        None => Ok(()),
    }
}

/// The parameters with derivatives with respect to those at `slots`, pairs of a place among the wanted and a position.
fn seeded<const N: usize>(params: &ParamSet, slots: &[(usize, usize)]) -> Params<Dual<f64, N>> {
    params.seeded(|i, p| match slots.iter().position(|&(_, position)| position == i) {
        Some(slot) => Dual::variable(p.value, slot),
        None => Dual::constant(p.value),
    })
}

/// A model with its grid.
struct Grid<'a> {
    model: &'a GridModel,
    momenta: &'a [f64],
    omegas: &'a [f64],
}

impl Grid<'_> {
    fn empty(&self, field: &MeanField<f64>, wanted: usize) -> ResponseGrid {
        let points = self.momenta.len() * self.omegas.len();
        let none = vec![[0.0; FIVE]; points];
        let of = |o: &Orbital<f64>| ShellResponses {
            nucleon: o.nucleon,
            shell: o.shell,
            occupation: o.occupation,
            energy: o.energy,
            values: none.clone(),
            slopes: vec![none.clone(); wanted],
        };
        let shells = self.waves(field).holes().map(of).collect();
        ResponseGrid { momenta: self.momenta.to_vec(), omegas: self.omegas.to_vec(), shells }
    }

    fn waves<'f, D: Real>(&self, field: &'f MeanField<D>) -> ResponseModel<'f, D> {
        let GridModel { probe, struck, options, .. } = *self.model;
        let most = self.omegas.iter().copied().fold(0.0, f64::max);
        ResponseModel::new(field, probe, options, self.momenta, most).from_nucleons(struck)
    }

    /// The values, and the derivatives with respect to the form factors.
    fn add_currents(
        &self,
        field: &MeanField<f64>,
        params: &ParamSet,
        slots: &[(usize, usize)],
        out: &mut ResponseGrid,
    ) -> Result<()> {
        let plain = self.model.form_factors.prepare(&params.values());
        let moved: Vec<PreparedFormFactors<Dual<f64, CHUNK>>> =
            slots.chunks(CHUNK).map(|part| self.model.form_factors.prepare(&seeded(params, part))).collect();
        let waves = self.waves(field);
        let rows = self.rows(&waves, |hole, omega, i| {
            let values = self.at(hole, omega, i, &plain, |x| x);
            let slopes: Vec<[Dual<f64, CHUNK>; FIVE]> =
                moved.iter().map(|f| self.at(hole, omega, i, f, Dual::constant)).collect();
            (values, slopes)
        })?;
        self.place(rows, out, |shell, point, (values, slopes)| {
            shell.values[point] = values;
            for (part, five) in slots.chunks(CHUNK).zip(slopes) {
                for (slot, &(place, _)) in part.iter().enumerate() {
                    shell.slopes[place][point] = five.map(|x| x.eps[slot]);
                }
            }
        });
        Ok(())
    }

    /// The derivatives with respect to parameters of the force, up to N of them.
    fn add_force<const N: usize>(
        &self,
        params: &ParamSet,
        slots: &[(usize, usize)],
        out: &mut ResponseGrid,
    ) -> Result<()> {
        let theta = seeded::<N>(params, slots);
        let field: MeanField<Dual<f64, N>> = self.model.field.solve(&Skyrme::new(&theta))?;
        let form_factors = self.model.form_factors.prepare(&theta);
        let waves = self.waves(&field);
        let rows = self.rows(&waves, |hole, omega, i| self.at(hole, omega, i, &form_factors, |x| x))?;
        self.place(rows, out, |shell, point, five| {
            for (slot, &(place, _)) in slots.iter().enumerate() {
                shell.slopes[place][point] = five.map(|x| x.eps[slot]);
            }
        });
        Ok(())
    }

    /// What `of` makes of the sums of each open hole at each momentum transfer, by energy transfer.
    fn rows<D: Real, T: Send>(
        &self,
        waves: &ResponseModel<'_, D>,
        of: impl Fn(&HoleSums<D>, f64, usize) -> T + Sync,
    ) -> Result<Vec<Row<(Nucleon, Shell, T)>>> {
        let row = |&omega: &f64| -> Result<Row<(Nucleon, Shell, T)>> {
            let holes = waves.sums(omega)?;
            let at = |h: &HoleSums<D>| {
                (0..self.momenta.len()).map(|i| (h.nucleon, h.shell, of(h, omega, i))).collect()
            };
            Ok(holes.iter().map(at).collect())
        };
        self.omegas.par_iter().map(row).collect()
    }

    /// Puts the rows where they belong.
    fn place<T>(
        &self,
        rows: Vec<Row<(Nucleon, Shell, T)>>,
        out: &mut ResponseGrid,
        put: impl Fn(&mut ShellResponses, usize, T),
    ) {
        for (number, row) in rows.into_iter().enumerate() {
            for (i, (nucleon, shell, found)) in row.into_iter().flat_map(|hole| hole.into_iter().enumerate())
            {
                let point = i * self.omegas.len() + number;
                let meant = |s: &&mut ShellResponses| (s.nucleon, s.shell) == (nucleon, shell);
                if let Some(shell) = out.shells.iter_mut().find(meant) {
                    put(shell, point, found);
                }
            }
        }
    }

    /// The responses of one hole at a point; none where the transfer is not that of a lepton.
    fn at<D: Real, E: Real>(
        &self,
        hole: &HoleSums<D>,
        omega: f64,
        momentum: usize,
        form_factors: &PreparedFormFactors<E>,
        lift: impl Fn(D) -> E,
    ) -> [E; FIVE] {
        let q = self.momenta[momentum];
        if omega >= q {
            return Responses::zero().array();
        }
        let f = form_factors.of(self.model.probe.current(), hole.nucleon, q * q - omega * omega);
        hole.sums[momentum].map(lift).responses(&f, omega, q, &self.model.options).array()
    }
}

impl ResponseGrid {
    /// CC, CL, LL, T and T' [1/MeV] of all shells, at each momentum transfer by energy transfer.
    pub fn total(&self) -> Vec<[f64; FIVE]> {
        self.sum(|shell| &shell.values)
    }

    /// Their derivatives with respect to wanted parameter number `parameter`.
    pub fn total_slopes(&self, parameter: usize) -> Vec<[f64; FIVE]> {
        self.sum(|shell| &shell.slopes[parameter])
    }

    fn sum(&self, of: impl Fn(&ShellResponses) -> &Vec<[f64; FIVE]>) -> Vec<[f64; FIVE]> {
        let mut total = vec![[0.0; FIVE]; self.momenta.len() * self.omegas.len()];
        for shell in &self.shells {
            for (sum, five) in total.iter_mut().zip(of(shell)) {
                sum.iter_mut().zip(five).for_each(|(s, x)| *s += x);
            }
        }
        total
    }

    /// The lowest energy transfer [MeV] that knocks a nucleon out; infinite where no shell is struck.
    pub fn threshold(&self) -> f64 {
        self.shells.iter().map(|s| -s.energy).fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meanfield::{Convention, FinalState};
    use crate::reaction::exclusive::parameters;
    use gradino_core::Nuclide;

    const MOMENTA: [f64; 2] = [300.0, 500.0];
    const OMEGAS: [f64; 4] = [5.0, 18.0, 80.0, 320.0];

    fn model(probe: Probe, struck: Option<Nucleon>) -> (GridModel, ParamSet) {
        let convention = Convention::Own;
        let form_factors = convention.form_factors();
        let mut set = ParamSet::new(parameters(form_factors, probe.current()));
        set.extend(convention.force().parameters.iter().cloned());
        let field = convention.field(Nuclide::new(8, 16));
        let options = convention.options(FinalState::Distorted);
        (GridModel { field, probe, struck, options, form_factors }, set)
    }

    #[test]
    fn the_grid_is_that_of_the_model_with_nothing_below_thresholds_and_beyond_the_light_cone() {
        let (model, set) = model(Probe::Neutrino, None);
        let grid = model.responses(&set, &[], &MOMENTA, &OMEGAS).expect("open");
        let field = model.field.solve(&Skyrme::new(&set.values())).expect("bound");
        let waves = ResponseModel::new(&field, model.probe, model.options, &MOMENTA, 320.0);
        let form_factors = model.form_factors.prepare(&set.values());
        let total = grid.total();
        for (number, &omega) in OMEGAS.iter().enumerate() {
            for (i, r) in waves.responses(&form_factors, omega).expect("open").iter().enumerate() {
                let closed = omega < grid.threshold() || omega > MOMENTA[i];
                let expected = if closed { [0.0; 5] } else { r.array() };
                assert_eq!(total[i * OMEGAS.len() + number], expected, "{omega}");
            }
        }
        assert!(grid.threshold() > 14.0 && grid.threshold() < 15.0 && total[2][0] > 0.0);
        // 1s1/2 is closed at 18 MeV, 1p1/2 open.
        assert_eq!(grid.shells[0].values[1], [0.0; 5]);
        assert!(grid.shells[2].values[1][3] > 0.0);
    }

    #[test]
    fn derivatives_with_respect_to_form_factors_and_force_are_those_of_differences() {
        let (model, set) = model(Probe::Neutral, None);
        let names = ["axial.mass", "vector.mu_n", "weak.sin2_theta_w", "skyrme.t0", "skyrme.w0"];
        let wanted: Vec<usize> = names.iter().map(|name| set.position(name).expect("known")).collect();
        let (momenta, omegas) = ([350.0], [60.0]);
        let grid = model.responses(&set, &wanted, &momenta, &omegas).expect("open");
        let single = model.responses(&set, &wanted[3..4], &momenta, &omegas).expect("open");
        for (slot, name) in names.iter().enumerate() {
            let value = set.get(name).expect("known").value;
            let (h, tolerance) =
                if name.starts_with(FORCE) { (2e-4 * value, 1e-4) } else { (1e-4 * value, 1e-6) };
            let at = |n: f64| {
                let mut moved = set.clone();
                moved.set(name, value + n * h).expect("within bounds");
                model.responses(&moved, &[], &momenta, &omegas).expect("open").total()[0]
            };
            let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(at);
            let slopes = grid.total_slopes(slot)[0];
            let mut moves = 0;
            for (k, slope) in slopes.into_iter().enumerate() {
                let difference = (a[k] - d[k] + 8.0 * (c[k] - b[k])) / (12.0 * h);
                let size = grid.total()[0][k].abs() / value.abs();
                let off = (slope - difference).abs();
                assert!(
                    off < tolerance * (difference.abs() + 0.1 * size),
                    "{name} {k}: {slope} {difference}"
                );
                moves += usize::from(slope.abs() > 1e-3 * size);
            }
            assert!(moves >= 2, "{name}: {slopes:?}");
            if *name == "skyrme.t0" {
                for (one, eight) in single.total_slopes(0)[0].iter().zip(slopes) {
                    assert!((one - eight).abs() < 1e-7 * eight.abs(), "{one} {eight}");
                }
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let (model, set) = model(Probe::Electron, Some(Nucleon::Proton));
        let wanted = [set.position("vector.mu_p").expect("known")];
        let [one, two] = [1, 2].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let grid = pool.install(|| model.responses(&set, &wanted, &MOMENTA, &OMEGAS)).expect("open");
            (grid.total(), grid.total_slopes(0))
        });
        assert_eq!(one, two);
    }

    #[test]
    fn neutrons_and_protons_make_up_the_neutral_current() {
        let [both, neutrons, protons] = [None, Some(Nucleon::Neutron), Some(Nucleon::Proton)].map(|struck| {
            let (model, set) = model(Probe::Neutral, struck);
            model.responses(&set, &[], &[300.0], &[60.0]).expect("open")
        });
        assert_eq!([both.shells.len(), neutrons.shells.len(), protons.shells.len()], [6, 3, 3]);
        for ((sum, n), p) in both.total()[0].iter().zip(neutrons.total()[0]).zip(protons.total()[0]) {
            assert!((sum - n - p).abs() < 1e-12 * sum.abs() && n != 0.0 && p != 0.0);
        }
    }

    #[test]
    fn grids_that_cannot_be_and_nucleons_that_are_not_struck_are_errors() {
        let (model, set) = model(Probe::Neutrino, Some(Nucleon::Proton));
        let error = model.responses(&set, &[], &[300.0], &[60.0]).expect_err("neutrons are struck");
        assert!(matches!(error, Error::NotStruck { .. }) && error.hint().is_some(), "{error}");
        let model = GridModel { struck: None, ..model };
        for (momenta, omegas) in [
            (vec![-300.0], vec![60.0]),
            (vec![0.0], vec![60.0]),
            (vec![300.0], vec![f64::NAN]),
            (vec![], vec![60.0]),
            (vec![300.0], vec![]),
        ] {
            let error = model.responses(&set, &[], &momenta, &omegas).expect_err("no grid");
            assert!(matches!(error, Error::OutOfRange { .. }) && error.hint().is_some(), "{error}");
        }
    }
}
