//! The figures of the report: which curves, which axes, which caption.

use super::accumulate::{Accumulator, HADRONS};
use super::histogram::{Histogram, Tally};
use super::levels;
use super::numbers;
use super::plots::{Axes, Curve, Look, draw, readable};
use super::sensitivity::{Response, Step};
use minijinja::{Value, context};
use std::ops::Range;

/// Bins that a broad spectrum shows, and one with lines, at most.
const BROAD: usize = 60;
const FINE: usize = 300;
/// Level schemes, at most, and the share of events below which a nuclide gets none.
const SCHEMES: usize = 3;
const SCHEME_SHARE: f64 = 0.005;
/// The sensitivity plot ends where it has shown this share of the events.
const SHOWN_SHARE: f64 = 0.998;
/// Parameters in the sensitivity plot and its table.
pub(super) const STRONGEST: usize = 10;
/// Unit of the height of a spectrum.
const PER_EVENT: &str = "per event and MeV";

/// Hands out figure numbers.
#[derive(Default)]
pub(super) struct Figures {
    count: usize,
}

impl Figures {
    fn finish(&mut self, svg: impl FnOnce(usize) -> String, caption: String, wide: bool) -> Value {
        self.count += 1;
        let svg = Value::from_safe_string(svg(self.count));
        context! { svg, caption, wide, number => self.count }
    }

    /// One histogram for each event, on a linear axis.
    fn spectrum(&mut self, histogram: &Histogram, total: &Tally, x: &str, caption: &str) -> Option<Value> {
        self.spectrum_in(histogram, total, x, caption, (BROAD, Look::LINEAR))
    }

    fn spectrum_in(
        &mut self,
        histogram: &Histogram,
        total: &Tally,
        x: &str,
        caption: &str,
        (bins, look): (usize, Look),
    ) -> Option<Value> {
        if histogram.occupied() == 0 || total.weight <= 0.0 {
            return None;
        }
        let shown = readable(histogram, bins);
        let curve = [Curve::density(&shown, total.weight, 0)];
        let width = numbers::plain(shown.width());
        let y = format!("entries {PER_EVENT}");
        let axes = Axes { x, y: &y, look };
        let caption = format!("{caption} Bins of {width} MeV{}.", beside(&shown));
        Some(self.finish(|n| draw(&curve, &axes, n, &caption), caption.clone(), look.wide))
    }

    /// Energies of the beam and of the charged lepton, the visible energy, and the angle.
    pub(super) fn leptons(&mut self, a: &Accumulator) -> Vec<Value> {
        let (beam, name) = (a.beam_name(), a.lepton_name());
        let of_beam = format!("Energy of the {beam}s that interacted: flux times cross section.");
        let beam_axis = format!("{beam} energy [MeV]");
        let lepton = format!("Kinetic energy of the {name}s: what the nucleus leaves of the {beam} energy.");
        let x = format!("{name} kinetic energy [MeV]");
        let visible = "Visible energy: kinetic energies of charged leptons and fragments and energies of gammas, \
                       without neutrons and the remnant.";
        [
            self.spectrum(&a.beam, &a.total, &beam_axis, &of_beam),
            self.spectrum(&a.lepton, &a.total, &x, &lepton),
            self.spectrum(&a.visible, &a.total, "visible energy [MeV]", visible),
            self.angle(a),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn angle(&mut self, a: &Accumulator) -> Option<Value> {
        if a.lepton_angle.occupied() == 0 || a.total.weight <= 0.0 {
            return None;
        }
        let shown = a.lepton_angle.rebinned(2);
        let scale = 1.0 / (a.total.weight * shown.width());
        let curve = [Curve::steps(&shown, scale, shown.bins().len(), 0)];
        let name = a.lepton_name();
        let (x, y) = (format!("cos θ of the {name}"), format!("{name}s per event and unit of cos θ"));
        let axes = Axes { x: &x, y: &y, look: Look::LINEAR };
        let caption = match name {
            "electron" if a.beam_name() == "neutrino" => "Angle between electron and neutrino: Fermi transitions prefer forward electrons, Gamow-Teller transitions backward ones.".to_string(),
            _ => format!("Angle between {name} and {}.", a.beam_name()),
        };
        Some(self.finish(|n| draw(&curve, &axes, n, &caption), caption.clone(), false))
    }

    /// Multiplicities of gammas, neutrons and protons.
    pub(super) fn multiplicities(&mut self, a: &Accumulator) -> Vec<Value> {
        if a.total.weight <= 0.0 {
            return Vec::new();
        }
        let curves: Vec<Curve> = a
            .multiplicities
            .iter()
            .zip(["gammas", "neutrons", "protons"])
            .enumerate()
            .map(|(i, (h, name))| Curve::steps(h, 1.0 / a.total.weight, h.occupied(), i).named(name))
            .collect();
        let axes = Axes { x: "number of particles", y: "share of events", look: Look::COUNTS };
        let caption = "How many gammas, neutrons and protons an event has.".to_string();
        vec![self.finish(|n| draw(&curves, &axes, n, &caption), caption.clone(), false)]
    }

    /// Spectra of gammas, nucleons and light fragments.
    pub(super) fn emitted(&mut self, a: &Accumulator) -> Vec<Value> {
        let gamma =
            "Gamma energies: lines are transitions between levels, the rest comes from the continuum.";
        let nucleons = "Kinetic energies of neutrons and protons: both evaporate with about the nuclear temperature, \
                        but the Coulomb barrier takes away the slow protons.";
        let fragments = "Kinetic energies of deuterons, tritons, helions and alphas.";
        let look = (FINE, Look::LOG.wide());
        [
            self.spectrum_in(&a.gamma, &a.total, "gamma energy [MeV]", gamma, look),
            self.hadrons(a, 0..2, nucleons),
            self.hadrons(a, 2..HADRONS.len(), fragments),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The spectra of some hadrons in one plot.
    fn hadrons(&mut self, a: &Accumulator, which: Range<usize>, caption: &str) -> Option<Value> {
        let curves: Vec<Curve> = which
            .filter(|i| a.hadrons[*i].occupied() > 0 && a.total.weight > 0.0)
            .enumerate()
            .map(|(style, i)| {
                let shown = readable(&a.hadrons[i], BROAD);
                Curve::density(&shown, a.total.weight, style).named(HADRONS[i].1)
            })
            .collect();
        if curves.is_empty() {
            return None;
        }
        let y = format!("entries {PER_EVENT}");
        let axes = Axes { x: "kinetic energy [MeV]", y: &y, look: Look::LOG };
        Some(self.finish(|n| draw(&curves, &axes, n, caption), caption.to_string(), false))
    }

    /// Level schemes of the most frequent final nuclides.
    pub(super) fn schemes(&mut self, a: &Accumulator) -> Vec<Value> {
        let mut nuclides: Vec<_> = a.nuclides().collect();
        nuclides.sort_by(|x, y| y.1.weight.total_cmp(&x.1.weight).then(x.0.cmp(&y.0)));
        let mut out = Vec::new();
        for (nuclide, tally) in nuclides {
            if tally.share_of(&a.total).0 < SCHEME_SHARE || out.len() == SCHEMES {
                break;
            }
            let own = a.transitions.iter().filter(|(t, _)| t.nuclide == nuclide);
            let own: Vec<_> = own.map(|(t, n)| (*t, *n)).collect();
            let name = numbers::nuclide(nuclide);
            let title = format!("level scheme of {name}");
            let caption = format!(
                "The most frequent gamma transitions in {name}: energy in MeV and, in brackets, their number \
                 for every hundred events that end in {name}. Thick arrows are frequent; levels that lie close \
                 are drawn apart."
            );
            if let Some((svg, wide)) = levels::scheme(&own, &tally, &title) {
                out.push(self.finish(|_| svg, caption, wide));
            }
        }
        out
    }

    /// The change of the visible-energy spectrum for the strongest parameters.
    pub(super) fn sensitivity(&mut self, a: &Accumulator, responses: &[Response]) -> Vec<Value> {
        let spectrum = a.visible_energy();
        let cells = spectrum.cells_with(SHOWN_SHARE);
        let curves: Vec<Curve> = responses
            .iter()
            .take(STRONGEST)
            .filter(|r| r.step != Step::Unknown)
            .enumerate()
            .map(|(style, r)| {
                let h = spectrum.width();
                let points = r.change.iter().take(cells).enumerate();
                let points = points.map(|(j, (y, e))| (spectrum.centre(j + 1), 100.0 * y / h, 100.0 * e / h));
                Curve::line(points.collect(), style).named(a.gradient_parameters()[r.parameter].name.clone())
            })
            .collect();
        if curves.is_empty() {
            return Vec::new();
        }
        let y = "change [% of events per MeV]";
        let look = Look::SIGNED.wide();
        let axes = Axes { x: "visible energy [MeV]", y, look };
        let caption = format!(
            "Where the visible-energy spectrum, normalised to one, gains and loses events when a parameter goes \
             up by one step; the {} strongest parameters. Bins of {} MeV.",
            curves.len(),
            numbers::plain(spectrum.width())
        );
        vec![self.finish(|n| draw(&curves, &axes, n, &caption), caption.clone(), true)]
    }
}

/// A remark on entries beside the bins, if there are any.
fn beside(histogram: &Histogram) -> String {
    let (below, above) = (histogram.underflow().entries, histogram.overflow().entries);
    match (below, above) {
        (0, 0) => String::new(),
        _ => format!("; {} entries lie below and {} above", numbers::grouped(below), numbers::grouped(above)),
    }
}
