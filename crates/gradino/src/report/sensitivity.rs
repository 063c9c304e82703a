//! How the visible-energy spectrum moves with the parameters.
//!
//! A plain histogram of moving energies has no useful derivative: a step function moves by jumps.
//! So each event is shared linearly between the two bin centres beside it ("cloud in cell", the
//! hat kernel of birdsall1969): centre c_j gets w k((E - c_j) / h) with k(x) = max(0, 1 - |x|).
//! This keeps the sum of weights and the mean energy, and its derivative is exact,
//!
//! d/dtheta sum w k = sum w [k d(ln w)/dtheta + k' (dE/dtheta) / h],
//!
//! with the score of the discrete choices in the first term and the motion of the energies in the
//! second. Errors come from a delete-one-group jackknife (efron1982) over [`GROUPS`] groups of events.

use super::histogram::{bins_to_cover, round_width};
use gradino_core::Parameter;

/// Groups of the jackknife; an event belongs to the group (event number) mod `GROUPS`.
pub const GROUPS: usize = 16;
/// Bins of the spectrum, at most.
const BINS: usize = 60;
/// Step for a parameter without a prior, relative to its value.
const RELATIVE_STEP: f64 = 0.1;

/// A spectrum of linearly shared entries, with its derivatives.
#[derive(Clone, Debug, PartialEq)]
pub struct SmoothSpectrum {
    width: f64,
    bins: usize,
    parameters: usize,
    /// `sums[(group * (bins + 2) + cell) * (parameters + 1) + k]`: the content for k = 0, its
    /// derivative with respect to parameter k - 1 otherwise; the first and last cell lie beside the bins.
    sums: Vec<f64>,
    filled: [u64; GROUPS],
}

impl SmoothSpectrum {
    /// Empty bins from 0 to `e_max` [MeV] or just above, for `parameters` derivatives.
    pub fn new(e_max: f64, parameters: usize) -> Self {
        let width = round_width(e_max / BINS as f64);
        let bins = bins_to_cover(e_max, width);
        let sums = vec![0.0; GROUPS * (bins + 2) * (parameters + 1)];
        SmoothSpectrum { width, bins, parameters, sums, filled: [0; GROUPS] }
    }
    /// Width of a bin [MeV].
    pub fn width(&self) -> f64 {
        self.width
    }
    /// Energy of the centre of `cell` [MeV]; cell 0 lies below the bins.
    pub fn centre(&self, cell: usize) -> f64 {
        (cell as f64 - 0.5) * self.width
    }
    /// Adds event `number` with weight `weight` and visible energy `energy` [MeV]; `score` is
    /// d(ln weight)/dtheta (may be empty), `motion` is d(energy)/dtheta.
    pub fn fill(&mut self, number: u64, weight: f64, energy: f64, score: &[f64], motion: &[f64]) {
        let group = (number % GROUPS as u64) as usize;
        self.filled[group] += 1;
        let last = self.bins + 1;
        let position = energy / self.width + 0.5;
        if position < 0.0 {
            self.share(group, 0, weight, (1.0, 0.0), score, motion);
        } else if position < last as f64 {
            let cell = position as usize;
            let (upper, slope) = (position - cell as f64, 1.0 / self.width);
            self.share(group, cell, weight, (1.0 - upper, -slope), score, motion);
            self.share(group, cell + 1, weight, (upper, slope), score, motion);
        } else {
            self.share(group, last, weight, (1.0, 0.0), score, motion);
        }
    }
    /// Adds the share `kernel` (value and slope) of an event to a cell.
    #[inline]
    fn share(
        &mut self,
        group: usize,
        cell: usize,
        w: f64,
        kernel: (f64, f64),
        score: &[f64],
        motion: &[f64],
    ) {
        let stride = self.parameters + 1;
        let first = (group * (self.bins + 2) + cell) * stride;
        let row = &mut self.sums[first..first + stride];
        row[0] += w * kernel.0;
        row[1..].iter_mut().zip(score).for_each(|(sum, s)| *sum += w * kernel.0 * s);
        row[1..].iter_mut().zip(motion).for_each(|(sum, m)| *sum += w * kernel.1 * m);
    }
    /// Adds the entries of a spectrum of the same bins and parameters.
    pub fn merge(&mut self, other: &SmoothSpectrum) {
        debug_assert_eq!(self.sums.len(), other.sums.len(), "the bins and parameters are the same");
        self.sums.iter_mut().zip(&other.sums).for_each(|(a, b)| *a += b);
        self.filled.iter_mut().zip(other.filled).for_each(|(a, b)| *a += b);
    }
    /// Sums over the groups except `without`: `[cell * (parameters + 1) + k]`.
    fn summed(&self, without: Option<usize>) -> Vec<f64> {
        let size = (self.bins + 2) * (self.parameters + 1);
        let mut sums = vec![0.0; size];
        for group in (0..GROUPS).filter(|g| Some(*g) != without) {
            let part = &self.sums[group * size..(group + 1) * size];
            sums.iter_mut().zip(part).for_each(|(a, b)| *a += b);
        }
        sums
    }
    /// The content of each cell, the first and last lying beside the bins.
    pub fn contents(&self) -> Vec<f64> {
        self.summed(None).into_iter().step_by(self.parameters + 1).collect()
    }
    /// Number of bins from the first on that hold `share` of all weight; two at least.
    pub(super) fn cells_with(&self, share: f64) -> usize {
        let contents = self.contents();
        let wanted = share * contents.iter().sum::<f64>();
        let mut sum = 0.0;
        let reached = contents.iter().position(|c| {
            sum += c;
            sum >= wanted
        });
        reached.unwrap_or(self.bins).clamp(2.min(self.bins), self.bins)
    }
    /// d(content)/dtheta of each cell for one parameter.
    pub fn derivative(&self, parameter: usize) -> Vec<f64> {
        self.summed(None).into_iter().skip(parameter + 1).step_by(self.parameters + 1).collect()
    }
    /// The response to every parameter, strongest first; empty if fewer than two groups have events.
    pub fn responses(&self, parameters: &[Parameter]) -> Vec<Response> {
        let groups: Vec<usize> = (0..GROUPS).filter(|g| self.filled[*g] > 0).collect();
        if groups.len() < 2 {
            return Vec::new();
        }
        let whole = self.normalised(&self.summed(None));
        let parts: Vec<_> = groups.iter().map(|g| self.normalised(&self.summed(Some(*g)))).collect();
        let usable = std::iter::once(&whole).chain(&parts).all(|p| p.iter().all(|x| x.is_finite()));
        if !usable {
            return Vec::new();
        }
        let mut responses: Vec<Response> = (0..self.parameters)
            .map(|p| {
                let pick = |all: &Vec<f64>| self.column(all, p);
                let parts: Vec<_> = parts.iter().map(pick).collect();
                self.response(p, Step::of(&parameters[p]), &pick(&whole), &parts)
            })
            .collect();
        responses.sort_by(|a, b| b.strength.0.total_cmp(&a.strength.0).then(a.parameter.cmp(&b.parameter)));
        responses
    }
    /// Derivatives of the spectrum normalised to one, s_j = S_j / W:
    /// ds_j/dtheta = (dS_j/dtheta - s_j dW/dtheta) / W, with the sums over all cells in W.
    fn normalised(&self, sums: &[f64]) -> Vec<f64> {
        let stride = self.parameters + 1;
        let mut total = vec![0.0; stride];
        for row in sums.chunks_exact(stride) {
            total.iter_mut().zip(row).for_each(|(t, x)| *t += x);
        }
        let mut out = sums.to_vec();
        for row in out.chunks_exact_mut(stride) {
            let share = row[0] / total[0];
            row.iter_mut().zip(&total).for_each(|(x, t)| *x = (*x - share * t) / total[0]);
        }
        out
    }
    fn column(&self, all: &[f64], parameter: usize) -> Vec<f64> {
        all.iter().copied().skip(parameter + 1).step_by(self.parameters + 1).collect()
    }
    /// The response from the derivatives `whole` of the full sample and `parts` without one group each.
    fn response(&self, parameter: usize, step: Step, whole: &[f64], parts: &[Vec<f64>]) -> Response {
        let size = step.size();
        let inside = 1..=self.bins;
        let change = inside
            .clone()
            .map(|j| {
                let (_, error) = jackknife(whole[j], parts.iter().map(|p| p[j]));
                (whole[j] * size, error * size)
            })
            .collect();
        let square = |d: &[f64]| d[inside.clone()].iter().map(|x| (x * size).powi(2)).sum::<f64>();
        let (squared, error) = jackknife(square(whole), parts.iter().map(|p| square(p)));
        let length = squared.max(0.0).sqrt();
        let strength_error = if error > 0.0 { error / (2.0 * length).max(error.sqrt()) } else { 0.0 };
        let mean = |d: &[f64]| d.iter().enumerate().map(|(j, x)| x * self.centre(j) * size).sum::<f64>();
        let (_, shift_error) = jackknife(mean(whole), parts.iter().map(|p| mean(p)));
        Response {
            parameter,
            step,
            change,
            strength: (length, strength_error),
            mean_shift: (mean(whole), shift_error),
        }
    }
}

/// Estimate without the bias of first order, and standard error, by the delete-one jackknife (efron1982).
fn jackknife(whole: f64, parts: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = parts.clone().count() as f64;
    let mean = parts.clone().sum::<f64>() / n;
    let spread = parts.map(|x| (x - mean).powi(2)).sum::<f64>();
    (n * whole - (n - 1.0) * mean, ((n - 1.0) / n * spread).sqrt())
}

/// By how much a parameter is moved to judge its strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// One standard deviation of its prior.
    PriorSigma(f64),
    /// Ten per cent of its value, where no prior is known.
    TenPercent(f64),
    /// The value is zero and no prior is known: there is no scale.
    Unknown,
}

impl Step {
    /// The step for a parameter.
    pub fn of(parameter: &Parameter) -> Self {
        if parameter.sigma > 0.0 && parameter.sigma.is_finite() {
            Step::PriorSigma(parameter.sigma)
        } else if parameter.value != 0.0 && parameter.value.is_finite() {
            Step::TenPercent(RELATIVE_STEP * parameter.value.abs())
        } else {
            Step::Unknown
        }
    }
    /// Its size, in the unit of the parameter.
    pub fn size(self) -> f64 {
        match self {
            Step::PriorSigma(size) | Step::TenPercent(size) => size,
            Step::Unknown => 0.0,
        }
    }
}

/// Response of the normalised spectrum to one step of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Position of the parameter among those with gradients.
    pub parameter: usize,
    /// The step.
    pub step: Step,
    /// Change of the share of events in each bin, with its standard error.
    pub change: Vec<(f64, f64)>,
    /// L2 norm of the change over the bins, with its standard error. The part that the noise of the
    /// sample adds to the norm is taken out by the jackknife, so a parameter without effect has about zero.
    pub strength: (f64, f64),
    /// Shift of the mean visible energy [MeV], with its standard error.
    pub mean_shift: (f64, f64),
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Purpose, Stream};

    /// Fills with events whose energies and weights are known functions of theta.
    fn sample(theta: f64) -> SmoothSpectrum {
        let mut spectrum = SmoothSpectrum::new(30.0, 1);
        let mut stream = Stream::new(5, 0, Purpose::Test);
        for i in 0..5000 {
            let (u, v) = (stream.uniform(), stream.uniform());
            let energy = -theta * (1.0 - u).ln() + v * theta * theta;
            let motion = -(1.0 - u).ln() + 2.0 * v * theta;
            let weight = (v * theta.sin()).exp();
            spectrum.fill(i, weight, energy, &[v * theta.cos()], &[motion]);
        }
        spectrum
    }

    #[test]
    fn the_derivative_of_each_bin_is_that_of_a_finite_difference() {
        let (theta, step) = (1.7, 1e-7);
        let derivative = sample(theta).derivative(0);
        let (up, down) = (sample(theta + step).contents(), sample(theta - step).contents());
        for (j, d) in derivative.iter().enumerate() {
            let difference = (up[j] - down[j]) / (2.0 * step);
            assert!((d - difference).abs() < 1e-4 * (1.0 + difference.abs()), "{j}: {d} {difference}");
        }
    }

    #[test]
    fn the_derivative_of_an_exponential_spectrum_is_the_exact_one() {
        // Share of the hat kernel under exp(-E / t) / t: the second difference of t exp(-c / t) over h.
        let theta = 6.0;
        let n = 200_000;
        let mut spectrum = SmoothSpectrum::new(30.0, 1);
        for i in 0..n {
            let u = (i as f64 + 0.5) / n as f64;
            spectrum.fill(i, 1.0, -theta * u.ln(), &[], &[-u.ln()]);
        }
        let h = spectrum.width();
        let term = |c: f64| (-c / theta).exp() * (1.0 + c / theta);
        for (j, d) in spectrum.derivative(0).iter().enumerate().take(31).skip(2) {
            let c = spectrum.centre(j);
            let exact = (term(c + h) - 2.0 * term(c) + term(c - h)) / h;
            assert!((d / n as f64 - exact).abs() < 5e-5, "{j}: {} {exact}", d / n as f64);
        }
    }

    #[test]
    fn sharing_keeps_the_weight_and_the_score_of_every_event() {
        let mut spectrum = SmoothSpectrum::new(10.0, 1);
        for (i, e) in [-3.0, -0.01, 0.0, 0.05, 4.2, 9.99, 10.05, 1e9, f64::NAN].into_iter().enumerate() {
            spectrum.fill(i as u64, 2.0, e, &[0.5], &[7.0]);
        }
        assert!((spectrum.contents().iter().sum::<f64>() - 18.0).abs() < 1e-12);
        assert!((spectrum.derivative(0).iter().sum::<f64>() - 9.0).abs() < 1e-12);
    }

    #[test]
    fn a_parameter_without_effect_has_no_strength_and_a_strong_one_comes_first() {
        let mut spectrum = SmoothSpectrum::new(30.0, 2);
        let mut stream = Stream::new(6, 0, Purpose::Test);
        for i in 0..20_000 {
            let energy = 20.0 * stream.uniform();
            let noise = if stream.uniform() < 0.5 { 1.0 } else { -1.0 };
            spectrum.fill(i, 1.0, energy, &[noise, 0.1 * (energy - 10.0)], &[0.0, 0.0]);
        }
        let parameter = |name| Parameter::new(name, 0.0, "", "", "").with_sigma(1.0);
        let responses = spectrum.responses(&[parameter("none"), parameter("tilt")]);
        assert_eq!(responses[0].parameter, 1);
        let (strength, error) = responses[0].strength;
        // The density 1/20 per MeV tilts by 0.1 (E - 10): the norm is that of the 40 full bins.
        let exact =
            (0..40).map(|i| (0.025 * 0.1 * (0.5 * i as f64 + 0.25 - 10.0)).powi(2)).sum::<f64>().sqrt();
        assert!((strength - exact).abs() < 4.0 * error + 0.01 * exact, "{strength} {error} {exact}");
        let (strength, error) = responses[1].strength;
        assert!(strength < 3.0 * error && error > 0.0, "{strength} {error}");
        let (shift, error) = responses[0].mean_shift;
        assert!((shift - 0.1 * 400.0 / 12.0).abs() < 4.0 * error, "{shift} {error}");
    }

    #[test]
    fn the_step_is_one_sigma_or_ten_percent_and_none_without_a_scale() {
        let parameter = |value| Parameter::new("x", value, "", "", "");
        assert_eq!(Step::of(&parameter(-3.0).with_sigma(0.2)), Step::PriorSigma(0.2));
        assert_eq!(Step::of(&parameter(-3.0)).size(), 0.1 * 3.0);
        assert_eq!(Step::of(&parameter(0.0)), Step::Unknown);
    }
}
