//! What the user of a fit should know, in words.

use super::covariance::Covariance;
use super::objective::Problem;
use super::{Settings, State};
use std::fmt;

/// A value closer to a bound than this share of the range, or of its scale, lies on it.
const AT_BOUND: f64 = 1e-3;
/// Share of the variance from simulated events above which more of them would help.
const NOISY: f64 = 0.25;
/// Components of a degenerate direction below this are left out of its name.
const SMALL: f64 = 0.1;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Diagnosis {
    /// The largest number of rounds was reached before the gradient was noise.
    NotConverged {
        /// Rounds.
        rounds: usize,
        /// Squared signal to noise of the last gradient.
        signal: f64,
    },
    /// The error of the result comes to a good part from the simulated events.
    Noise {
        /// The parameter for which this is worst.
        name: String,
        /// Share of its variance.
        share: f64,
        /// Events of the last bank.
        events: u64,
    },
    /// The last bank was used far from where it was drawn.
    FewEffective {
        /// Share of effective events.
        share: f64,
    },
    /// A parameter on its bound: its error means nothing.
    AtBound {
        /// The parameter.
        name: String,
        /// The bound.
        bound: f64,
    },
    /// A direction in which the objective is flat.
    Degenerate {
        /// Parameters with their components, in units of their scales.
        direction: Vec<(String, f64)>,
    },
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Diagnosis::NotConverged { rounds, signal } => write!(
                f,
                "not converged after {rounds} rounds: the gradient is still {:.2} of its statistical error; \
                 allow more rounds, or more events",
                signal.sqrt()
            ),
            Diagnosis::Noise { name, share, events } => write!(
                f,
                "noise: {:.0} % of the variance of {name} comes from the {events} simulated events; simulate more",
                100.0 * share
            ),
            Diagnosis::FewEffective { share } => write!(
                f,
                "only {:.0} % of the events of the last bank were effective; allow more rounds",
                100.0 * share
            ),
            Diagnosis::AtBound { name, bound } => {
                write!(
                    f,
                    "{name} lies on its bound {bound}: its error means nothing; widen the bound or fix it"
                )
            }
            Diagnosis::Degenerate { direction } => {
                let terms: Vec<_> = direction.iter().map(|(n, c)| format!("{c:+.2} {n}")).collect();
                write!(
                    f,
                    "the data do not fix the direction {} (in units of the scales); fix one of them, or give a prior",
                    terms.join(" ")
                )
            }
        }
    }
}

pub(super) fn of(
    problem: &Problem<'_>,
    settings: &Settings,
    state: &State,
    covariance: &Covariance,
) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    if !state.converged {
        let signal = state.rounds.last().map_or(f64::INFINITY, |r| r.signal);
        found.push(Diagnosis::NotConverged { rounds: state.rounds.len(), signal });
    }
    let coordinates = problem.space.coordinates();
    let share = |k: usize| covariance.simulation[(k, k)] / covariance.sandwich[(k, k)].max(f64::MIN_POSITIVE);
    if let Some(worst) = (0..coordinates.len()).max_by(|a, b| share(*a).total_cmp(&share(*b)))
        && share(worst) > NOISY
    {
        let (name, share) = (coordinates[worst].name.clone(), share(worst));
        found.push(Diagnosis::Noise { name, share, events: state.events });
    }
    if let Some(round) = state.rounds.last()
        && round.effective < 1.2 * settings.least_effective
    {
        found.push(Diagnosis::FewEffective { share: round.effective });
    }
    for (c, value) in coordinates.iter().zip(&state.values) {
        let range = c.bounds[1] - c.bounds[0];
        let margin = AT_BOUND * if range.is_finite() { range } else { c.start.abs().max(1.0) };
        let bound = c.bounds.into_iter().find(|b| (value - b).abs() < margin);
        found.extend(bound.map(|bound| Diagnosis::AtBound { name: c.name.clone(), bound }));
    }
    for vector in &covariance.degenerate {
        let terms = coordinates.iter().zip(vector.iter()).map(|(c, v)| (c.name.clone(), *v));
        found.push(Diagnosis::Degenerate { direction: terms.filter(|t| t.1.abs() > SMALL).collect() });
    }
    found
}
