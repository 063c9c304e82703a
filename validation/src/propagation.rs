//! Propagation of the parameter covariance from one sample beside brute force, one run for each draw of the
//! parameters.

use crate::Result;
use crate::cpu;
use gradino::Observable;
use gradino::chain::{Chain, ChainSimulator, Setup};
use gradino::propagate::{Histogram, Propagator, Spectrum, knowledge};
use gradino_core::{Event, ParamSet, Purpose, Sample, Simulator, Stream};
use gradino_infer::ParameterCovariance;
use gradino_infer::loss::{Axis, Binning, Expectation};
use gradino_infer::propagate::{Order, OverBank};

/// What is known of the parameters of a job that fit `pattern`.
pub fn known(setup: &Setup, pattern: &str) -> Result<ParameterCovariance> {
    let params = setup.parameters();
    Ok(knowledge::restricted(&knowledge::builtin(&params)?, &params, &[pattern.to_string()])?)
}

/// The histograms that are compared.
pub fn histograms() -> Result<Vec<Histogram>> {
    let list = [
        (Observable::VisibleEnergy, "0:40:5"),
        (Observable::GammaMultiplicity, "0:7:1"),
        (Observable::NeutronMultiplicity, "0:2:1"),
    ];
    list.iter().map(|(observable, bins)| Ok(Histogram::new(*observable, Some(bins), false)?)).collect()
}

/// Spectra with their linear bands, and the time they took.
pub struct Linear {
    /// One for each histogram.
    pub spectra: Vec<Spectrum>,
    /// Processor time [s].
    pub seconds: f64,
}

/// One run with gradients.
pub fn linear(
    setup: &Setup,
    known: &ParameterCovariance,
    histograms: &[Histogram],
    events: u64,
) -> Result<Linear> {
    let (spectra, seconds) = cpu::timed(|| spectra(setup, known, histograms, events));
    Ok(Linear { spectra: spectra?, seconds })
}

/// Positions of the parameters with an uncertainty.
fn uncertain(params: &ParamSet, known: &ParameterCovariance) -> Vec<usize> {
    let names: Vec<String> = params.names().into_iter().map(String::from).collect();
    let variances = known.of(&names).diagonal();
    (0..params.len()).filter(|&i| variances[i] > 0.0).collect()
}

fn spectra(
    setup: &Setup,
    known: &ParameterCovariance,
    histograms: &[Histogram],
    events: u64,
) -> Result<Vec<Spectrum>> {
    let params = setup.parameters();
    let chain = Chain::prepare(setup, &params, &uncertain(&params, known))?;
    let names = chain.gradient_names();
    let make = |h: &Histogram| Propagator::new(h.clone(), &names, known, &[]);
    let mut propagators: Vec<Propagator> = histograms.iter().map(make).collect::<gradino::Result<_>>()?;
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    for number in 0..events {
        chain.draw(number, &mut scratch, &mut event);
        propagators.iter_mut().try_for_each(|p| p.add(&event))?;
    }
    Ok(propagators.into_iter().map(Propagator::finish).collect::<gradino::Result<_>>()?)
}

/// Relative bands of one histogram over a bank, with the processor time of each method [s].
pub struct Banked {
    /// To second order.
    pub second: Vec<f64>,
    /// Mean over the parameters less the content, to second order, by the content.
    pub shift: Vec<f64>,
    /// From draws of the parameters, with their errors.
    pub drawn: Vec<[f64; 2]>,
    /// Of the bank, of second order, and of the draws.
    pub seconds: [f64; 3],
}

/// Second order and `draws` draws of the parameters over a bank of `events` events, with the line of `spectrum`.
pub fn over_bank(
    setup: &Setup,
    known: &ParameterCovariance,
    spectrum: &Spectrum,
    draws: u64,
    events: u64,
) -> Result<Banked> {
    let histogram = &spectrum.histogram;
    let params = setup.parameters();
    let wanted = uncertain(&params, known);
    let simulator = ChainSimulator::new(setup, &params, &wanted, &[histogram.observable])?;
    let simulator = simulator.with_nothing_as(f64::MIN);
    let origin: Vec<f64> = simulator.parameters().iter().map(|p| p.value).collect();
    let (bank, of_bank) = cpu::timed(|| simulator.draw_bank(&origin, 0..events));
    let bank = bank?;
    let binning = Binning::new(vec![Axis::new(0, histogram.edges.clone())?])?;
    let (sharing, parameters) = (histogram.observable.sharing(), simulator.parameters());
    let scale = spectrum.events as f64 / events as f64;
    let over = OverBank::new(&bank, parameters, binning, sharing, scale, known)?;
    let (second, of_second) = cpu::timed(|| over.expand());
    let (drawn, of_draws) = cpu::timed(|| over.draw(draws, 7));
    let line = over.line_of(&spectrum.propagation)?;
    let drawn = drawn?.with_line(&over.straight()?, &line);
    let second = second?.with_line(&line);
    let share = |values: Vec<f64>| values.iter().zip(&second.content).map(|(v, m)| v / m).collect();
    Ok(Banked {
        second: share(second.bands(Order::Second)),
        shift: share(second.shift()),
        drawn: drawn.bands().iter().zip(&second.content).map(|(band, m)| band.map(|x| x / m)).collect(),
        seconds: [of_bank, of_second, of_draws],
    })
}

/// What the draws give for one histogram, in shares of the events.
#[derive(Clone, Debug, Default)]
pub struct Bands {
    /// Contents of the first and of the second half of the events of each draw, `[draws][halves][bins]`.
    contents: Vec<[Vec<f64>; 2]>,
}

/// Bands from draws.
pub struct BruteForce {
    /// One for each histogram.
    pub bands: Vec<Bands>,
    /// Values that a draw had put outside their bounds.
    pub clipped: usize,
    /// Processor time of all draws [s].
    pub seconds: f64,
}

/// Runs `events` events for each of `draws` draws of the parameters, each with random numbers of its own: common
/// ones would leave their noise in all draws alike.
pub fn brute_force(
    setup: &Setup,
    known: &ParameterCovariance,
    histograms: &[Histogram],
    draws: u64,
    events: u64,
) -> Result<BruteForce> {
    let params = setup.parameters();
    let directions = known.directions();
    let mut all = BruteForce { bands: vec![Bands::default(); histograms.len()], clipped: 0, seconds: 0.0 };
    let begin = cpu::seconds();
    for draw in 0..draws {
        let (drawn, clipped) = drawn(&params, known, &directions, draw);
        all.clipped += clipped;
        let setup = Setup { seed: setup.seed + 1 + draw, ..setup.clone() };
        let chain = Chain::prepare(&setup, &drawn, &[])?;
        let contents = contents(&chain, histograms, events)?;
        all.bands.iter_mut().zip(contents).for_each(|(bands, c)| bands.contents.push(c));
    }
    all.seconds = cpu::seconds().zip(begin).map_or(f64::NAN, |(end, begin)| end - begin);
    Ok(all)
}

/// Draw number `draw` of the parameters within their bounds, and how many had to be brought back.
fn drawn(
    params: &ParamSet,
    known: &ParameterCovariance,
    directions: &[Vec<f64>],
    draw: u64,
) -> (ParamSet, usize) {
    let mut stream = Stream::new(7, draw, Purpose::Test);
    let mut list: Vec<_> = params.iter().cloned().collect();
    let mut clipped = 0;
    let z: Vec<f64> = directions.iter().map(|_| stream.normal()).collect();
    for (k, name) in known.names().iter().enumerate() {
        let step: f64 = directions.iter().zip(&z).map(|(d, z)| d[k] * z).sum();
        let Some(p) = list.iter_mut().find(|p| p.name == *name) else { continue };
        let value = p.value + step;
        p.value = value.clamp(p.bounds[0], p.bounds[1]);
        clipped += usize::from(p.value != value);
    }
    (ParamSet::new(list), clipped)
}

/// Shares of the events in the bins of each histogram, of both halves of the events.
fn contents(chain: &Chain, histograms: &[Histogram], events: u64) -> Result<Vec<[Vec<f64>; 2]>> {
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    let half = events / 2;
    let mut samples = vec![[Sample::new(1, 0), Sample::new(1, 0)]; histograms.len()];
    for number in 0..2 * half {
        chain.draw(number, &mut scratch, &mut event);
        for (h, sample) in histograms.iter().zip(&mut samples) {
            let Some(value) = h.observable.value(&event) else { continue };
            sample[usize::from(number >= half)].push(&[value], event.weight, &[], &[]);
        }
    }
    let binned = |h: &Histogram, sample: &Sample| -> Result<Vec<f64>> {
        let binning = Binning::new(vec![Axis::new(0, h.edges.clone())?])?;
        Ok(Expectation::new(sample, &binning, h.observable.sharing(), 1.0 / half as f64)?.mean)
    };
    let both = histograms.iter().zip(&samples);
    both.map(|(h, [a, b])| Ok([binned(h, a)?, binned(h, b)?])).collect()
}

impl Bands {
    /// Mean over the draws with its error.
    fn mean(&self, bin: usize) -> (f64, f64) {
        let values: Vec<f64> = self.contents.iter().map(|[a, b]| 0.5 * (a[bin] + b[bin])).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, (variance / n).sqrt())
    }

    /// Variance over the draws with its error: the covariance of the two halves of the events, whose statistical
    /// errors are independent, so that only the parameters are left.
    pub fn variance(&self, bin: usize) -> (f64, f64) {
        let draws = &self.contents;
        let n = draws.len() as f64;
        let mean = |half: usize| draws.iter().map(|d| d[half][bin]).sum::<f64>() / n;
        let means = [mean(0), mean(1)];
        let products = draws.iter().map(|d| (d[0][bin] - means[0]) * (d[1][bin] - means[1]));
        let products: Vec<f64> = products.collect();
        let covariance = products.iter().sum::<f64>() / (n - 1.0);
        let spread = products.iter().map(|p| (p - covariance).powi(2)).sum::<f64>() / (n - 1.0);
        (covariance, (spread / n).sqrt())
    }
}

/// A bin of both.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The bin.
    pub bin: usize,
    /// Events in it, of the linear run.
    pub content: f64,
    /// Relative band with its error from the derivatives, without the noise of these.
    pub linear: (f64, f64),
    /// From the draws.
    pub brute: (f64, f64),
    /// Mean of the draws less the content at the published values, in units of the linear band, with its error.
    pub shift: (f64, f64),
}

impl Row {
    /// Difference of the bands in units of its error.
    pub fn pull(&self) -> f64 {
        (self.brute.0 - self.linear.0) / self.brute.1.hypot(self.linear.1)
    }
}

/// The bins with at least `least` events in the linear run.
pub fn rows(spectrum: &Spectrum, bands: &Bands, least: f64) -> Vec<Row> {
    let p = &spectrum.propagation;
    let total = spectrum.events as f64;
    let (clean, full, statistical) = (p.bands_without_noise(), p.bands(), p.statistical_errors());
    let row = |bin: usize| {
        let content = p.content[bin];
        let (variance, error) = bands.variance(bin);
        let (start, band) = (content / total, variance.max(0.0).sqrt());
        let linear = clean[bin] / total;
        let (mean, of_mean) = bands.mean(bin);
        let shift_error = of_mean.hypot(statistical[bin] / total);
        let band_error = if band > 0.0 { error / (2.0 * band) } else { error.sqrt() };
        // Subtracting the noise of the derivatives widens the error of what is left.
        let widened = p.band_errors[bin] * full[bin] / clean[bin].max(f64::MIN_POSITIVE);
        Row {
            bin,
            content,
            linear: (clean[bin] / content, widened / content),
            brute: (band / start, band_error / start),
            shift: ((mean - start) / linear, shift_error / linear),
        }
    };
    (0..p.content.len()).filter(|&b| p.content[b] >= least).map(row).collect()
}

/// Processor time of brute force by that of the linear propagation at equal relative errors of the bands, median
/// over bins: errors fall with the square root of the time.
pub fn time_ratio(rows: &[Row], brute: f64, linear: f64) -> f64 {
    let ratio = |row: &Row| {
        let relative = |(band, error): (f64, f64)| error / band;
        brute * relative(row.brute).powi(2) / (linear * relative(row.linear).powi(2))
    };
    let mut ratios: Vec<f64> = rows.iter().map(ratio).filter(|r| r.is_finite()).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}
