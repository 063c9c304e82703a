//! The hole that a knocked-out nucleon leaves: its energy above the ground state of the residue, and its width.
//!
//! A hole in shell h lies S_h - S_F above the ground state, where S are separation energies and F is the last filled
//! shell. Deep holes mix with more complicated states; their strength is spread over a Lorentzian whose width grows
//! with the distance E from the Fermi level, Gamma = a E^2 / (b^2 + E^2) (jeukenne1983). A hole that cannot emit a
//! particle is a bound state, and sharp.

use super::table::Hole;
use gradino_core::{Dual, NuclearState, Parameter, Parity, Real};
use std::f64::consts::PI;

/// Name of the width of very deep holes, a [MeV].
pub const WIDTH: &str = "hole.width";
/// Name of the distance from the Fermi level at which a hole has half that width, b [MeV].
pub const HALF_WIDTH_ENERGY: &str = "hole.half_width_energy";

/// Parts of the strength further from the hole than this many of its published widths are left out.
const REACH: f64 = 2.0; // chosen: 16 % of a Lorentzian; the tables of the deexcitation end at 63 MeV
/// The published parameters, a and b^2 [MeV, MeV^2].
const PUBLISHED: [f64; 2] = [24.0, 500.0]; // jeukenne1983

/// The parameters of the widths of holes.
pub fn parameters() -> Vec<Parameter> {
    let of = |name, value, meaning| Parameter::new(name, value, "MeV", "jeukenne1983", meaning);
    vec![
        of(WIDTH, PUBLISHED[0], "width of very deep holes").bounded(0.1, 100.0),
        of(
            HALF_WIDTH_ENERGY,
            PUBLISHED[1].sqrt(),
            "distance from the Fermi level of a hole of half that width",
        )
        .bounded(1.0, 200.0),
    ]
}

/// The width [MeV] of a hole at the distance `energy` [MeV] from the Fermi level, Gamma = a E^2 / (b^2 + E^2).
pub fn width<D: Real>(energy: D, [a, b]: [D; 2]) -> D {
    a * energy.sq() / (b.sq() + energy.sq())
}

/// The two parameters, in the order of [`parameters`], and the energy of the hole.
type Three = Dual<f64, 3>;

/// A hole state of a residue.
#[derive(Clone, Debug)]
pub struct HoleState {
    /// Energy, spin and parity, at the centre of the strength.
    pub state: NuclearState,
    /// Width with its derivatives [MeV], and the range of the strength [MeV], for a hole that is spread.
    spread: Option<(Three, [f64; 2])>,
}

impl HoleState {
    /// Those of all `holes` with the parameters a and b of their widths, sharp below `threshold`, the lowest separation
    /// energy of the residue [MeV]; all are sharp where none are given. No strength lies above `highest` [MeV].
    pub fn all(holes: &[Hole], widths: Option<[f64; 2]>, threshold: f64, highest: f64) -> Vec<HoleState> {
        Self::within(holes, holes, widths, threshold, highest)
    }

    /// The same, spread over the ranges of the holes `published` of the same shells: these do not move with the
    /// parameters, so that scores are those of the density alone.
    pub fn within(
        holes: &[Hole],
        published: &[Hole],
        widths: Option<[f64; 2]>,
        threshold: f64,
        highest: f64,
    ) -> Vec<HoleState> {
        let lifted = widths.map(|[a, b]| [Three::variable(a, 0), Three::variable(b, 1)]);
        let of = |(hole, published): (&Hole, f64)| {
            let excitation = hole.separation - last(holes);
            let (two_j, parity) = (hole.shell.two_j as u16, Parity::of_orbital(hole.shell.l));
            let spread = lifted.filter(|_| published > threshold).map(|lifted| {
                let reach = REACH * width(published, [PUBLISHED[0], PUBLISHED[1].sqrt()]);
                let range = [threshold.max(published - reach), highest.min(published + reach)];
                (width(Three::variable(excitation, 2), lifted), range)
            });
            HoleState { state: NuclearState { excitation, two_j, parity }, spread }
        };
        let energies = published.iter().map(|hole| hole.separation - last(published));
        holes.iter().zip(energies).map(of).collect()
    }

    /// The highest energy of the strength of all `holes` [MeV], with the parameters of their widths, if they have one.
    pub fn highest(holes: &[Hole], widths: Option<[f64; 2]>) -> f64 {
        let all = HoleState::all(holes, widths, 0.0, f64::INFINITY);
        let end = |hole: &HoleState| hole.spread.map_or(hole.state.excitation, |(_, [_, high])| high);
        all.iter().map(end).fold(0.0, f64::max)
    }

    /// The same with the level that stands for it, if it is sharp.
    pub fn standing_for(mut self, level: impl Fn(NuclearState) -> NuclearState) -> Self {
        if self.spread.is_none() {
            self.state = level(self.state);
        }
        self
    }

    /// Draws the energy below `most` [MeV] by the uniform number `u`; none if all of the strength lies above. For a sharp
    /// hole above `most` none either.
    ///
    /// Between the ends of the range the CDF of the Lorentzian is (1/pi) atan(2 (E - E_h) / Gamma).
    pub fn draw(&self, most: f64, u: f64) -> Option<NuclearState> {
        let Some((width, [low, high])) = self.spread else {
            return (self.state.excitation <= most).then_some(self.state);
        };
        let high = high.min(most);
        if high <= low {
            return None;
        }
        let half = 0.5 * width.re;
        let angle = |e: f64| ((e - self.state.excitation) / half).atan();
        let excitation = self.state.excitation + half * (angle(low) + u * (angle(high) - angle(low))).tan();
        Some(NuclearState { excitation: excitation.clamp(low, high), ..self.state })
    }

    /// The state of the lowest energy that it can have.
    pub fn lowest(&self) -> NuclearState {
        let excitation = self.spread.map_or(self.state.excitation, |(_, [low, _])| low);
        NuclearState { excitation, ..self.state }
    }

    /// Derivatives of the logarithm of the density of `excitation` [MeV] below `most` [MeV] with respect to the two
    /// parameters, in the order of [`parameters`]; zero where `most` leaves one energy alone.
    pub fn score(&self, excitation: f64, most: f64) -> [f64; 2] {
        let [a, b, _] = self.slopes(excitation, most);
        [a, b]
    }

    /// The same with respect to the energy of the hole above the last filled shell [1/MeV]; its range keeps its ends.
    pub fn score_of_energy(&self, excitation: f64, most: f64) -> f64 {
        self.slopes(excitation, most)[2]
    }

    fn slopes(&self, excitation: f64, most: f64) -> [f64; 3] {
        let Some((width, [low, high])) = self.spread.filter(|(_, [low, _])| most > *low) else {
            return [0.0; 3];
        };
        let (half, centre) = (width * 0.5, Three::variable(self.state.excitation, 2));
        let angle = |e: f64| ((-centre + e) / half).atan();
        let inside = angle(high.min(most)) - angle(low);
        let lorentz = half / (half.sq() + (-centre + excitation).sq());
        (lorentz / (inside * PI)).ln().eps
    }
}

/// The separation energy of the last filled shell [MeV].
fn last(holes: &[Hole]) -> f64 {
    holes.iter().map(|h| h.separation).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meanfield::Shell;

    const WIDTHS: [f64; 2] = [24.0, 22.36];

    fn holes() -> Vec<HoleState> {
        let hole = |shell, separation| Hole { shell, occupation: 1.0, separation };
        let oxygen = [
            hole(Shell::new(1, 1, 1), 14.5),
            hole(Shell::new(1, 1, 3), 20.6),
            hole(Shell::new(1, 0, 1), 36.2),
        ];
        HoleState::all(&oxygen, Some(WIDTHS), 7.3, 63.0)
    }

    #[test]
    fn holes_lie_above_the_last_filled_shell_and_deep_ones_are_broad() {
        let all = holes();
        let state = |i: usize| (all[i].state.two_j, all[i].state.parity);
        assert_eq!(
            [state(0), state(1), state(2)],
            [(1, Parity::Minus), (3, Parity::Minus), (1, Parity::Plus)]
        );
        assert!(all[0].state.excitation == 0.0 && (all[1].state.excitation - 6.1).abs() < 1e-12);
        assert!(all[0].spread.is_none() && all[1].spread.is_none());
        // 24 * 21.7^2 / (500 + 21.7^2) = 11.64 MeV.
        let (width, range) = all[2].spread.expect("unbound");
        assert!((width.re - 11.64).abs() < 0.01 && range[0] == 7.3, "{width:?} {range:?}");
        assert!((super::width(1e6, [24.0, 22.36]) - 24.0).abs() < 1e-6);
        let sharp = HoleState::all(
            &[Hole { shell: Shell::new(1, 0, 1), occupation: 2.0, separation: 40.0 }],
            None,
            7.0,
            63.0,
        );
        assert_eq!(sharp[0].draw(1.0, 0.3).map(|s| s.excitation), Some(0.0));
    }

    #[test]
    fn energies_follow_the_lorentzian_below_what_is_left() {
        let hole = &holes()[2];
        for most in [20.0, 63.0] {
            let n = 20_000;
            let at = |i: i32| hole.draw(most, (f64::from(i) + 0.5) / f64::from(n)).expect("room").excitation;
            let density = |e: f64| 1.0 / ((e - 21.7).powi(2) + (0.5 * 11.6409f64).powi(2));
            let steps = 4000;
            let highest = at(n - 1);
            let integral = |to: f64| -> f64 {
                let h = (to - 7.3) / f64::from(steps);
                (0..steps).map(|k| density(7.3 + (f64::from(k) + 0.5) * h) * h).sum()
            };
            let median = integral(at(n / 2)) / integral(highest);
            assert!((median - 0.5).abs() < 1e-3 && highest <= most, "{most} {median}");
        }
        assert!(hole.draw(7.0, 0.5).is_none() && holes()[1].draw(6.0, 0.5).is_none());
        assert!(hole.lowest().excitation == 7.3 && holes()[1].lowest() == holes()[1].state);
        assert_eq!(hole.score(7.3, 7.0), [0.0; 2]);
    }

    #[test]
    fn the_score_is_the_derivative_of_the_logarithm_of_the_density() {
        let hole = |a: f64, b: f64| {
            let one = Hole { shell: Shell::new(1, 0, 1), occupation: 2.0, separation: 36.2 };
            let last = Hole { shell: Shell::new(1, 1, 1), occupation: 2.0, separation: 14.5 };
            HoleState::all(&[one, last], Some([a, b]), 7.3, 30.0).remove(0)
        };
        // ln density by the slope of the inverse CDF at fixed energy.
        let ln_density = |a: f64, b: f64, e: f64| {
            let hole = hole(a, b);
            let (width, [low, high]) = hole.spread.expect("unbound");
            let half = 0.5 * width.re;
            let cdf = |e: f64| ((e - 21.7) / half).atan();
            (half / (half * half + (e - 21.7) * (e - 21.7)) / (cdf(high) - cdf(low))).ln()
        };
        // The mean energy, by equal steps of the uniform number, moves as the scores say: the ends of the range too.
        let n = 20_000;
        let energies = |a: f64, b: f64| {
            let hole = hole(a, b);
            (0..n)
                .map(move |i| hole.draw(100.0, (f64::from(i) + 0.5) / f64::from(n)).expect("room").excitation)
        };
        let mean = |a: f64, b: f64| energies(a, b).sum::<f64>() / f64::from(n);
        let by_score = |k: usize| {
            let hole = hole(24.0, 22.0);
            energies(24.0, 22.0).map(|e| e * hole.score(e, 100.0)[k]).sum::<f64>() / f64::from(n)
        };
        let steps =
            [(mean(24.1, 22.0) - mean(23.9, 22.0)) / 0.2, (mean(24.0, 22.1) - mean(24.0, 21.9)) / 0.2];
        for (k, step) in steps.into_iter().enumerate() {
            assert!((by_score(k) - step).abs() < 1e-3 * step.abs(), "{k}: {} {step}", by_score(k));
        }
        for e in [8.0, 15.0, 21.7, 29.0] {
            let score = hole(24.0, 22.0).score(e, 100.0);
            let h = 1e-4;
            let by_a = (ln_density(24.0 + h, 22.0, e) - ln_density(24.0 - h, 22.0, e)) / (2.0 * h);
            let by_b = (ln_density(24.0, 22.0 + h, e) - ln_density(24.0, 22.0 - h, e)) / (2.0 * h);
            assert!(
                (score[0] - by_a).abs() < 1e-7 && (score[1] - by_b).abs() < 1e-7,
                "{score:?} {by_a} {by_b}"
            );
            assert!(score[0].abs() > 1e-4 && score[1].abs() > 1e-4);
        }
    }

    #[test]
    fn the_score_of_the_energy_is_that_of_a_lorentzian_that_moves_between_ends_that_do_not() {
        let hole = |separation: f64| {
            let of = |shell, separation| Hole { shell, occupation: 2.0, separation };
            let holes = |deep| [of(Shell::new(1, 0, 1), deep), of(Shell::new(1, 1, 1), 14.5)];
            HoleState::within(&holes(separation), &holes(36.2), Some(WIDTHS), 7.3, 63.0).remove(0)
        };
        let n = 20_000;
        let energies = |separation: f64| {
            let hole = hole(separation);
            (0..n)
                .map(move |i| hole.draw(100.0, (f64::from(i) + 0.5) / f64::from(n)).expect("room").excitation)
        };
        let mean = |separation: f64| energies(separation).sum::<f64>() / f64::from(n);
        let here = hole(36.2);
        let by_score = energies(36.2).map(|e| e * here.score_of_energy(e, 100.0)).sum::<f64>() / f64::from(n);
        let step = (mean(36.3) - mean(36.1)) / 0.2;
        assert!((by_score - step).abs() < 1e-3 * step && step > 0.5, "{by_score} {step}");
        let moved: Vec<f64> = energies(36.4).collect();
        assert!(
            moved[0] < 7.31
                && moved[0] > 7.3
                && moved[n as usize - 1] < energies(36.2).fold(0.0, f64::max) + 1e-2
        );
    }
}
