//! Sums over the events of a run, in the order of their numbers.

use gradino_core::particle::pdg;
use gradino_core::{Event, Status};
use std::fmt;

/// Emitted particles that are counted, in the order of the printed summary.
const COUNTED: [i32; 7] =
    [pdg::PHOTON, pdg::NEUTRON, pdg::PROTON, pdg::DEUTERON, pdg::TRITON, pdg::HELION, pdg::ALPHA];

/// A sum with compensated rounding (neumaier1974).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, x: f64) {
        let sum = self.total + x;
        self.lost +=
            if self.total.abs() >= x.abs() { (self.total - sum) + x } else { (x - sum) + self.total };
        self.total = sum;
    }
    fn merge(&mut self, other: Sum) {
        self.add(other.total);
        self.add(other.lost);
    }
    fn value(self) -> f64 {
        self.total + self.lost
    }
}

/// Weighted means over events, with the gradients that the events carry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    events: u64,
    weight: Sum,
    weight_sq: Sum,
    visible: Sum,
    visible_sq: Sum,
    counts: [Sum; COUNTED.len()],
    with_any: [Sum; COUNTED.len()],
    weight_gradient: Vec<Sum>,
    visible_gradient: Vec<Sum>,
    scratch: Vec<f64>,
}

impl Tally {
    /// For events that carry the derivatives for `parameters` parameters.
    pub fn new(parameters: usize) -> Self {
        Tally {
            weight_gradient: vec![Sum::default(); parameters],
            visible_gradient: vec![Sum::default(); parameters],
            scratch: vec![0.0; parameters],
            ..Tally::default()
        }
    }

    /// Adds an event. The order of the events decides the last bits of the sums.
    pub fn add(&mut self, event: &Event) {
        let (w, visible) = (event.weight, event.visible_energy());
        self.events += 1;
        self.weight.add(w);
        self.weight_sq.add(w * w);
        self.visible.add(w * visible);
        self.visible_sq.add(w * visible * visible);
        let mut counts = [0u32; COUNTED.len()];
        for particle in event.particles.iter().filter(|p| p.status == Status::Final) {
            if let Some(i) = COUNTED.iter().position(|pdg| *pdg == particle.pdg) {
                counts[i] += 1;
            }
        }
        for (i, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            self.counts[i].add(w * f64::from(count));
            self.with_any[i].add(w);
        }
        if !self.scratch.is_empty() {
            self.add_gradients(event, w, visible);
        }
    }

    fn add_gradients(&mut self, event: &Event, w: f64, visible: f64) {
        self.scratch.fill(0.0);
        event.add_visible_energy_gradient(&mut self.scratch);
        for (i, moved) in self.scratch.iter().enumerate() {
            let score = event.weight_gradient.get(i).copied().unwrap_or(0.0);
            self.weight_gradient[i].add(w * score);
            self.visible_gradient[i].add(w * (moved + visible * score));
        }
    }

    /// Adds what another tally has summed. The order of merging is the order of summation: tallies of the
    /// blocks of a run, merged from first to last, give the same bits whoever summed them.
    pub fn merge(&mut self, other: &Tally) {
        self.events += other.events;
        self.weight.merge(other.weight);
        self.weight_sq.merge(other.weight_sq);
        self.visible.merge(other.visible);
        self.visible_sq.merge(other.visible_sq);
        let merge_all = |own: &mut [Sum], others: &[Sum]| {
            own.iter_mut().zip(others).for_each(|(a, b)| a.merge(*b));
        };
        merge_all(&mut self.counts, &other.counts);
        merge_all(&mut self.with_any, &other.with_any);
        merge_all(&mut self.weight_gradient, &other.weight_gradient);
        merge_all(&mut self.visible_gradient, &other.visible_gradient);
    }

    /// Number of events.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Sum of the weights.
    pub fn weight(&self) -> f64 {
        self.weight.value()
    }

    /// Number of unweighted events with the same statistical power: (sum w)^2 / sum w^2.
    pub fn effective_events(&self) -> f64 {
        let w2 = self.weight_sq.value();
        if w2 > 0.0 { self.weight.value().powi(2) / w2 } else { 0.0 }
    }

    /// Mean visible energy [MeV] and its statistical error.
    pub fn mean_visible_energy(&self) -> (f64, f64) {
        let (mean, mean_sq) = (self.mean(self.visible), self.mean(self.visible_sq));
        let variance = (mean_sq - mean * mean).max(0.0);
        let n = self.effective_events();
        (mean, if n > 0.0 { (variance / n).sqrt() } else { 0.0 })
    }

    /// Derivatives of the mean visible energy [MeV per unit of the parameter], for each parameter:
    /// of sum(w E) / sum(w), with the energies and the scores that the events carry.
    pub fn visible_energy_gradient(&self) -> Vec<f64> {
        let mean = self.mean(self.visible);
        let both = self.visible_gradient.iter().zip(&self.weight_gradient);
        both.map(|(v, w)| self.mean(*v) - mean * self.mean(*w)).collect()
    }

    /// Mean number of final-state particles with this PDG number, and the share of events with any.
    /// `None` for particles that are not counted.
    pub fn multiplicity(&self, pdg: i32) -> Option<(f64, f64)> {
        let i = COUNTED.iter().position(|p| *p == pdg)?;
        Some((self.mean(self.counts[i]), self.mean(self.with_any[i])))
    }

    fn mean(&self, sum: Sum) -> f64 {
        let weight = self.weight.value();
        if weight == 0.0 { 0.0 } else { sum.value() / weight }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mean, error) = self.mean_visible_energy();
        writeln!(f, "events              {}", self.events)?;
        writeln!(f, "effective events    {:.0}", self.effective_events())?;
        writeln!(f, "mean visible energy {mean:.4} +- {error:.4} MeV")?;
        for pdg in COUNTED {
            let (mean, share) = self.multiplicity(pdg).expect("it is counted");
            if mean > 0.0 {
                let name = gradino_core::particle::name(pdg);
                writeln!(f, "{name:<19} {mean:.4} per event, in {:.2} % of the events", 100.0 * share)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{FourVector, Particle, Purpose, Stream};

    fn gamma(e: f64) -> Particle {
        let momentum = FourVector::new(e, 0.0, 0.0, e);
        Particle { pdg: 22, status: Status::Final, momentum, mass: 0.0, charge: 0, state: None }
    }

    /// A gamma of energy theta * u, and with probability exp(-theta) another one of 1 MeV.
    fn tally(theta: f64) -> Tally {
        let mut tally = Tally::new(1);
        let mut event = Event::new();
        for number in 0..200_000 {
            let mut stream = Stream::new(3, number, Purpose::Test);
            let u = stream.uniform();
            event.clear(number);
            event.particles.push(gamma(theta * u));
            event.coordinate_gradient.push(u);
            event.energy_jacobian.push(1.0);
            let p = (-theta).exp();
            let second = stream.uniform() < p;
            event.weight_gradient.push(if second { -1.0 } else { p / (1.0 - p) });
            if second {
                event.particles.push(gamma(1.0));
                event.energy_jacobian.push(0.0);
            }
            tally.add(&event);
        }
        tally
    }

    #[test]
    fn the_gradient_of_the_mean_visible_energy_is_that_of_the_exact_mean() {
        let theta = 0.7;
        let tally = tally(theta);
        let (mean, error) = tally.mean_visible_energy();
        assert!((mean - (theta / 2.0 + (-theta).exp())).abs() < 5.0 * error);
        let exact = 0.5 - (-theta).exp();
        assert!((tally.visible_energy_gradient()[0] - exact).abs() < 0.01);
        let (mean, share) = tally.multiplicity(22).expect("gammas are counted");
        assert!((mean - 1.0 - (-theta).exp()).abs() < 0.005 && share == 1.0);
        assert_eq!(tally.multiplicity(pdg::NEUTRON), Some((0.0, 0.0)));
        assert_eq!(tally.multiplicity(pdg::ELECTRON), None);
    }

    #[test]
    fn weights_count_in_means_and_in_the_effective_number() {
        let mut tally = Tally::new(0);
        for (weight, energy) in [(1.0, 2.0), (3.0, 6.0)] {
            let mut event = Event::new();
            event.weight = weight;
            event.particles.push(gamma(energy));
            tally.add(&event);
        }
        assert_eq!(tally.mean_visible_energy().0, 5.0);
        assert_eq!(tally.effective_events(), 1.6);
        assert_eq!(tally.weight(), 4.0);
        assert!(tally.to_string().contains("mean visible energy 5.0000"));
    }

    #[test]
    fn merged_blocks_are_the_tally_of_all_events() {
        let mut whole = Tally::new(1);
        let mut merged = Tally::new(1);
        let mut event = Event::new();
        for block in 0..20u64 {
            let mut part = Tally::new(1);
            for number in 100 * block..100 * (block + 1) {
                let u = Stream::new(4, number, Purpose::Test).uniform();
                event.clear(number);
                event.weight = 0.5 + u;
                event.particles.push(gamma(10.0 * u));
                event.coordinate_gradient.push(u);
                event.energy_jacobian.push(1.0);
                event.weight_gradient.push(u - 0.5);
                whole.add(&event);
                part.add(&event);
            }
            merged.merge(&part);
        }
        assert_eq!(merged.events(), whole.events());
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-15 * b.abs();
        assert!(close(merged.weight(), whole.weight()));
        assert!(close(merged.mean_visible_energy().0, whole.mean_visible_energy().0));
        assert!(close(merged.mean_visible_energy().1, whole.mean_visible_energy().1));
        assert!(close(merged.visible_energy_gradient()[0], whole.visible_energy_gradient()[0]));
        assert_eq!(merged.multiplicity(22), whole.multiplicity(22));
    }

    #[test]
    fn sums_keep_what_plain_addition_loses() {
        let mut sum = Sum::default();
        for x in [1.0, 1e100, 1.0, -1e100] {
            sum.add(x);
        }
        assert_eq!(sum.value(), 2.0);
    }
}
