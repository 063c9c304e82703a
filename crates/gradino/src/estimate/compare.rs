//! All estimators side by side, and central finite differences with common random numbers.

use super::EstimateJob;
use super::cpu::cpu_seconds;
use crate::chain::Chain;
use crate::error::Result;
use gradino_core::{Event, ParamSet};
use gradino_infer::estimate::{Estimate, Estimator};

/// How much is drawn for a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareSettings {
    /// Events of a run of an estimator.
    pub events: u64,
    /// Their batches.
    pub batches: usize,
    /// Runs of each estimator, with seeds of their own; their mean is compared.
    pub runs: u64,
    /// Events of the default estimator that the others are held against.
    pub truth: u64,
    /// Pairs of events for each difference quotient.
    pub pairs: u64,
    /// Steps of the differences, relative to the value of the parameter, ascending.
    pub steps: Vec<f64>,
}

impl Default for CompareSettings {
    fn default() -> Self {
        CompareSettings {
            events: 100_000,
            batches: 16,
            runs: 4,
            truth: 1_000_000,
            pairs: 50_000,
            steps: vec![0.01, 0.05, 0.2],
        }
    }
}

/// An estimate with what it cost.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The mean of the estimates of all runs.
    pub estimate: Estimate,
    /// CPU time of an event with warm tables, everything included [s].
    pub seconds: f64,
}

impl Measured {
    /// The mean of several runs of one estimator, at least one; they took `seconds` together.
    fn mean(runs: &[Estimate], seconds: f64) -> Self {
        let n = runs.len() as f64;
        let average = |of: fn(&Estimate) -> &[f64], power: i32| -> Vec<f64> {
            let sum = |i: usize| runs.iter().map(|run| of(run)[i].powi(power)).sum::<f64>();
            (0..of(&runs[0]).len()).map(sum).collect()
        };
        let errors = |of| average(of, 2).into_iter().map(|sum| sum.sqrt() / n).collect();
        let estimate = Estimate {
            value: average(|run| &run.value, 1).into_iter().map(|sum| sum / n).collect(),
            value_errors: errors(|run| &run.value_errors),
            gradient: average(|run| &run.gradient, 1).into_iter().map(|sum| sum / n).collect(),
            gradient_errors: errors(|run| &run.gradient_errors),
            events: runs.iter().map(|run| run.events).sum(),
            batches: runs.iter().map(|run| run.batches).sum(),
            ..runs[0].clone()
        };
        Measured { seconds: seconds / estimate.events as f64, estimate }
    }
}

/// Pairs that differ before a difference quotient is judged, at least.
const DIFFERING: u64 = 30;

/// A difference quotient of one parameter.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The step, relative to the value.
    pub step: f64,
    /// The quotients of the outputs.
    pub mean: Vec<f64>,
    /// Their variances for one pair of events.
    pub variance: Vec<f64>,
    /// Number of pairs.
    pub pairs: u64,
    /// Pairs whose events differ, for each output.
    pub differing: Vec<u64>,
}

impl Difference {
    /// Standard error of the quotient of an output.
    pub fn error(&self, output: usize) -> f64 {
        (self.variance[output] / self.pairs as f64).sqrt()
    }

    /// Root mean square of the pulls from a truth, over the outputs in which enough pairs differ.
    fn pulls(&self, truth: &Estimate, parameter: usize, parameters: usize) -> f64 {
        let judged = (0..self.mean.len()).filter(|&o| self.differing[o] >= DIFFERING);
        rms(judged.map(|o| {
            let i = o * parameters + parameter;
            pull(self.mean[o] - truth.gradient[i], self.error(o), truth.gradient_errors[i])
        }))
    }
}

/// The estimators side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Names of the parameters.
    pub names: Vec<String>,
    /// What the others are held against: the default estimator with many events of a run of its own.
    pub truth: Estimate,
    /// The estimators, the default one last.
    pub estimators: Vec<Measured>,
    /// The difference quotient of each parameter with the best step; none where no step is within its bounds.
    pub differences: Vec<Option<Difference>>,
    /// CPU time of a plain event without gradients [s].
    pub plain_seconds: f64,
}

/// Bias, spread and cost of one method for one parameter, all outputs together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Root mean square over the outputs of (estimate - truth) / error.
    pub z: f64,
    /// Sum over the outputs of the variance times CPU time [s].
    pub cost: f64,
}

impl Comparison {
    /// What an estimator does for a parameter.
    pub fn of_estimator(&self, measured: &Measured, parameter: usize) -> Figures {
        let Estimate { gradient, gradient_errors, events, .. } = &measured.estimate;
        let p = self.names.len();
        let outputs = (0..self.truth.value.len()).map(|o| o * p + parameter);
        let pulls = outputs.clone().map(|i| self.pull(i, gradient[i], gradient_errors[i]));
        let variance: f64 = outputs.map(|i| gradient_errors[i].powi(2)).sum();
        Figures { z: rms(pulls), cost: variance * *events as f64 * measured.seconds }
    }

    /// What finite differences do for a parameter, of `together` parameters that are wanted at once.
    pub fn of_difference(&self, difference: &Difference, parameter: usize, together: usize) -> Figures {
        let variance: f64 = difference.variance.iter().sum();
        let z = difference.pulls(&self.truth, parameter, self.names.len());
        Figures { z, cost: variance * 2.0 * together as f64 * self.plain_seconds }
    }

    /// The same for the value, of an estimator.
    pub fn of_value(&self, measured: &Measured) -> Figures {
        let Estimate { value, value_errors, events, .. } = &measured.estimate;
        let pull =
            |o: usize| pull(value[o] - self.truth.value[o], value_errors[o], self.truth.value_errors[o]);
        let variance: f64 = value_errors.iter().map(|e| e * e).sum();
        Figures { z: rms((0..value.len()).map(pull)), cost: variance * *events as f64 * measured.seconds }
    }

    fn pull(&self, i: usize, value: f64, error: f64) -> f64 {
        pull(value - self.truth.gradient[i], error, self.truth.gradient_errors[i])
    }
}

/// A difference in units of its error; zero where both are.
fn pull(difference: f64, error: f64, other: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / error.hypot(other) }
}

fn rms(pulls: impl Iterator<Item = f64>) -> f64 {
    let (n, sum) = pulls.fold((0.0, 0.0), |(n, sum), z| (n + 1.0, sum + z * z));
    if n > 0.0 { f64::sqrt(sum / n) } else { 0.0 }
}

impl EstimateJob {
    /// Compares all estimators.
    pub fn compare(&self, settings: &CompareSettings) -> Result<Comparison> {
        let run = settings.runs.max(1);
        let truth = self.prepare()?.estimate(Estimator::default(), settings.truth, settings.batches, run)?;
        let estimators = Estimator::ALL.into_iter().map(|e| self.measure(e, settings));
        let estimators = estimators.collect::<Result<Vec<_>>>()?;
        let parameters = 0..self.wanted.len();
        let differences = parameters.map(|p| self.best_difference(p, &truth, settings));
        let differences = differences.collect::<Result<Vec<_>>>()?;
        Ok(Comparison {
            names: self.names().into_iter().map(String::from).collect(),
            truth,
            estimators,
            differences,
            plain_seconds: self.plain_seconds(settings.pairs)?,
        })
    }

    /// An estimate with its CPU time on one thread; the first run, which builds the tables, does not count.
    pub fn measure(&self, estimator: Estimator, settings: &CompareSettings) -> Result<Measured> {
        let prepared = self.prepare()?;
        let all = || -> Result<Vec<Estimate>> {
            let runs = 0..settings.runs.max(1);
            runs.map(|i| prepared.estimate(estimator, settings.events, settings.batches, i)).collect()
        };
        all()?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.expect("the system has room for one more thread");
        let (runs, seconds) = pool.install(|| {
            let begun = cpu_seconds();
            (all(), cpu_seconds() - begun)
        });
        Ok(Measured::mean(&runs?, seconds))
    }

    /// CPU time of a plain event with the observable and warm tables [s].
    fn plain_seconds(&self, events: u64) -> Result<f64> {
        let chain = Chain::prepare(&self.setup, &self.params, &[])?;
        let (mut scratch, mut event, mut sum) = (chain.scratch(), Event::new(), 0.0);
        let mut round = || {
            let begun = cpu_seconds();
            for number in 0..events {
                chain.draw(number, &mut scratch, &mut event);
                let shares = self.target.shares(self.observable.value(&event));
                sum += shares.into_iter().flatten().map(|s| s.1).sum::<f64>();
            }
            (cpu_seconds() - begun) / events as f64
        };
        let rounds = [round(), round(), round()];
        std::hint::black_box(sum);
        Ok(rounds[1].min(rounds[2]))
    }

    /// The difference quotient with the largest step that lies within two errors of the truth in each output: it
    /// has the least variance. So it is chosen with the help of what is looked for, to its advantage.
    fn best_difference(
        &self,
        parameter: usize,
        truth: &Estimate,
        settings: &CompareSettings,
    ) -> Result<Option<Difference>> {
        let mut best: Option<Difference> = None;
        for &step in &settings.steps {
            let Some(difference) = self.difference(parameter, step, settings.pairs)? else { break };
            if best.is_none() || difference.pulls(truth, parameter, self.wanted.len()) < 2.0 {
                best = Some(difference);
            }
        }
        Ok(best)
    }

    /// Central differences with common random numbers; none where a step leaves the bounds.
    fn difference(&self, parameter: usize, step: f64, pairs: u64) -> Result<Option<Difference>> {
        let own = self.params.at(self.wanted[parameter]);
        let by = step * if own.value == 0.0 { 1.0 } else { own.value.abs() };
        let chains = [by, -by].map(|by| {
            let mut params: ParamSet = self.params.clone();
            params.set(&own.name, own.value + by).ok()?;
            Some(Chain::prepare(&self.setup, &params, &[]))
        });
        let [Some(up), Some(down)] = chains else { return Ok(None) };
        let (up, down) = (up?, down?);
        let (sums, squares, differing) = self.difference_moments([&up, &down], 0.5 / by, pairs);
        let n = pairs as f64;
        let mean: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
        let variance = squares.iter().zip(&mean).map(|(sum, m)| (sum / n - m * m).max(0.0)).collect();
        Ok(Some(Difference { step, mean, variance, pairs, differing }))
    }

    /// Sums of the quotients and of their squares, and the number of pairs that differ.
    fn difference_moments(
        &self,
        chains: [&Chain; 2],
        factor: f64,
        pairs: u64,
    ) -> (Vec<f64>, Vec<f64>, Vec<u64>) {
        let outputs = self.target.outputs();
        let (mut differing, mut touched) = (vec![0; outputs], Vec::with_capacity(4));
        let mut memory = chains.map(|chain| (chain.scratch(), Event::new()));
        let (mut sums, mut squares) = (vec![0.0; outputs], vec![0.0; outputs]);
        let mut quotient = vec![0.0; outputs];
        for number in 0..pairs {
            for ((chain, (scratch, event)), sign) in chains.iter().zip(&mut memory).zip([factor, -factor]) {
                chain.draw(number, scratch, event);
                for (output, value, _) in
                    self.target.shares(self.observable.value(event)).into_iter().flatten()
                {
                    quotient[output] += sign * value;
                    touched.push(output);
                }
            }
            touched.sort_unstable();
            touched.dedup();
            for output in touched.drain(..) {
                differing[output] += u64::from(quotient[output] != 0.0);
                sums[output] += quotient[output];
                squares[output] += quotient[output] * quotient[output];
                quotient[output] = 0.0;
            }
        }
        (sums, squares, differing)
    }
}
