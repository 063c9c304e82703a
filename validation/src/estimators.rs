//! The estimator of gradients beside finite differences: values, pulls, and variance at equal time.

use crate::Result;
use crate::agreement::Moments;
use crate::jobs;
use gradino::chain::{Chain, Setup};
use gradino_core::particle::pdg;
use gradino_core::{Event, ParamSet};
use std::time::Instant;

/// Number of observables.
pub const OBSERVABLES: usize = 3;
/// Their names.
pub const NAMES: [&str; OBSERVABLES] = ["photons", "neutrons", "visible energy"];
const VISIBLE_ENERGY: usize = 2;

fn observe(event: &Event) -> [f64; OBSERVABLES] {
    [event.count(pdg::PHOTON) as f64, event.count(pdg::NEUTRON) as f64, event.visible_energy()]
}

/// Means with errors, one for each observable and wanted parameter.
pub type Gradients = [Vec<Moments>; OBSERVABLES];

/// Gradients of the means over `events` events, and the means of the scores.
pub fn gradients(chain: &Chain, events: u64) -> (Gradients, Vec<Moments>) {
    let n = chain.gradients().len();
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    let mut values = [Moments::default(); OBSERVABLES];
    for number in 0..events / 10 {
        chain.draw(number, &mut scratch, &mut event);
        observe(&event).iter().zip(&mut values).for_each(|(f, v)| v.add(*f));
    }
    let centre = values.map(|v| v.mean());
    let mut gradients: Gradients = std::array::from_fn(|_| vec![Moments::default(); n]);
    let (mut scores, mut moving) = (vec![Moments::default(); n], vec![0.0; n]);
    for number in 0..events {
        chain.draw(number, &mut scratch, &mut event);
        moving.fill(0.0);
        event.add_visible_energy_gradient(&mut moving);
        let f = observe(&event);
        for (i, score) in event.weight_gradient.iter().enumerate() {
            scores[i].add(*score);
            for x in 0..OBSERVABLES {
                let motion = if x == VISIBLE_ENERGY { moving[i] } else { 0.0 };
                gradients[x][i].add((f[x] - centre[x]) * score + motion);
            }
        }
    }
    (gradients, scores)
}

/// Central differences of the means with common random numbers.
pub fn differences(
    setup: &Setup,
    params: &ParamSet,
    i: usize,
    step: f64,
    events: u64,
) -> Result<[Moments; OBSERVABLES]> {
    let up = Chain::prepare(setup, &jobs::shifted(params, i, step), &[])?;
    let down = Chain::prepare(setup, &jobs::shifted(params, i, -step), &[])?;
    let (mut s, mut t) = (up.scratch(), down.scratch());
    let (mut a, mut b) = (Event::new(), Event::new());
    let mut moments = [Moments::default(); OBSERVABLES];
    for number in 0..events {
        up.draw(number, &mut s, &mut a);
        down.draw(number, &mut t, &mut b);
        let (fa, fb) = (observe(&a), observe(&b));
        (0..OBSERVABLES).for_each(|x| moments[x].add((fa[x] - fb[x]) / (2.0 * step)));
    }
    Ok(moments)
}

/// Seconds for an event with warm tables: the least of five rounds.
pub fn time_per_event(chain: &Chain, events: u64) -> f64 {
    let (mut scratch, mut event) = (chain.scratch(), Event::new());
    let mut round = || {
        let begin = Instant::now();
        (0..events).for_each(|number| chain.draw(number, &mut scratch, &mut event));
        begin.elapsed().as_secs_f64() / events as f64
    };
    (0..6).map(|_| round()).skip(1).fold(f64::INFINITY, f64::min)
}

/// A parameter and an observable, with what the two methods give.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Name of the parameter.
    pub parameter: String,
    /// Position of the observable in [`NAMES`].
    pub observable: usize,
    /// Gradient by score and motion, with its error at `events` events.
    pub score: Moments,
    /// The differences with the best step, at as many pairs.
    pub difference: Moments,
    /// That step, relative to the value of the parameter.
    pub step: f64,
    /// The estimate less the difference quotient at a relative step of 0.01, in units of its error.
    pub pull: f64,
}

/// Steps that are tried, relative to the value.
const STEPS: [f64; 5] = [0.003, 0.01, 0.03, 0.1, 0.2];

/// Position of the step at which pulls are taken: its bias is far below the errors.
const PULLED: usize = 1;

/// Differences at all steps, and the position of the largest step that lies within two errors of the
/// estimate by the score: it has the least variance.
///
/// So the step is chosen with the help of the gradient that is looked for: to the advantage of the
/// differences, and the time to prepare their tables is not counted either.
fn scan(
    setup: &Setup,
    params: &ParamSet,
    (i, observable): (usize, usize),
    score: &Moments,
    events: u64,
) -> Result<(usize, Vec<Moments>)> {
    let mut all = Vec::new();
    for step in STEPS {
        let h = step * params.at(i).value.abs();
        all.push(differences(setup, params, i, h, events)?[observable]);
    }
    let near = |d: &Moments| (d.mean() - score.mean()).abs() < 2.0 * d.error().hypot(score.error());
    let best = all.iter().rposition(near).unwrap_or(0);
    Ok((best, all))
}

/// Compares the methods for the `count` parameters with the most significant effect on an observable.
pub fn compare_strongest(
    setup: &Setup,
    params: &ParamSet,
    (all, wanted): (&Gradients, &[usize]),
    (observable, count): (usize, usize),
    events: u64,
) -> Result<Vec<Comparison>> {
    let effect = |slot: &usize| {
        let gradient = all[observable][*slot].mean() * params.at(wanted[*slot]).value;
        gradient.abs()
    };
    let mut slots: Vec<usize> = (0..wanted.len()).collect();
    slots.sort_by(|a, b| effect(b).total_cmp(&effect(a)));
    slots[..count].iter().map(|&s| compare(setup, params, (all, wanted), (s, observable), events)).collect()
}

/// Compares the methods for one parameter and observable; the differences come from another seed.
pub fn compare(
    setup: &Setup,
    params: &ParamSet,
    (all, wanted): (&Gradients, &[usize]),
    (slot, observable): (usize, usize),
    events: u64,
) -> Result<Comparison> {
    let score = all[observable][slot];
    let other = Setup { seed: setup.seed + 1, ..setup.clone() };
    let (best, all) = scan(&other, params, (wanted[slot], observable), &score, events)?;
    let pulled = &all[PULLED];
    let pull = (score.mean() - pulled.mean()) / score.error().hypot(pulled.error());
    let parameter = params.at(wanted[slot]).name.clone();
    Ok(Comparison { parameter, observable, score, difference: all[best], step: STEPS[best], pull })
}
