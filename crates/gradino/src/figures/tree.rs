//! The most probable paths of a tree of discrete decays, as they are printed and drawn.

use crate::error::{Error, Result};
use crate::report::numbers;
use gradino_core::{Dual, ParamSet, Parameter, Params, Parity};
use gradino_nuclear::decay::CascadeModels;
use gradino_nuclear::decay::tree::{Cut, LevelTree, Paths};
use gradino_nuclear::structure::LevelScheme;
use gradino_nuclear::toy::{ToyLaw, ToyNucleus};
use std::sync::Arc;

/// Probabilities with their derivative with respect to one parameter.
type Moving = Dual<f64, 1>;

/// A start that is farther than this from a level [MeV] is not that level.
const SAME_LEVEL: f64 = 5e-4;

/// A relative derivative below this is rounding.
const ROUNDING: f64 = 1e-12;

/// What the paths are coloured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The probability.
    Probability,
    /// Its derivative with respect to the parameter of the tree.
    Derivative,
}

/// A discrete level.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Excitation energy [MeV].
    pub energy: f64,
    /// Spin and parity, where known.
    pub spin: String,
}

/// A path from the start to an end.
#[derive(Clone, Debug, PartialEq)]
pub struct TreePath {
    /// Its levels, in order.
    pub levels: Vec<usize>,
    /// Its probability.
    pub probability: f64,
    /// The derivative of it, in the inverse unit of the parameter; 0 without one.
    pub derivative: f64,
}

/// The most probable paths from a level.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Whose levels, for readers.
    pub name: String,
    /// All levels.
    pub levels: Vec<Level>,
    /// Where all paths start.
    pub start: usize,
    /// The energy asked for, if it is no level [MeV].
    pub asked: Option<f64>,
    /// The parameter of the derivatives.
    pub parameter: Option<Parameter>,
    /// The paths listed, the most probable first.
    pub paths: Vec<TreePath>,
    /// Number of all paths.
    pub count: f64,
    /// Number of beginnings of paths that were not followed.
    pub pruned: usize,
    /// Probability of all paths that are not listed, and its derivative.
    pub left_out: [f64; 2],
}

impl Tree {
    /// The gamma decays of a nuclide from the level nearest to `energy` [MeV]; from the highest one without it.
    pub fn of_scheme(
        scheme: &LevelScheme,
        models: &CascadeModels,
        (set, parameter): (&ParamSet, Option<&str>),
        energy: Option<f64>,
        cut: &Cut,
    ) -> Result<Self> {
        let spin = |l: &gradino_nuclear::structure::Level| spin_text(l.two_j, l.parity);
        let levels = scheme.levels.iter().map(|l| Level { energy: l.energy, spin: spin(l) }).collect();
        let make = |theta: &Params<Moving>| Ok(LevelTree::of_scheme(scheme, models, theta)?);
        Tree::new(scheme.nuclide.to_string(), levels, &make, (set, parameter), energy, cut)
    }

    /// The same for the toy.
    pub fn of_toy(
        nucleus: &Arc<ToyNucleus>,
        (set, parameter): (&ParamSet, Option<&str>),
        energy: Option<f64>,
        cut: &Cut,
    ) -> Result<Self> {
        let levels = nucleus.levels.iter().map(|&energy| Level { energy, spin: String::new() }).collect();
        let make = |theta: &Params<Moving>| Ok(ToyLaw::prepare(nucleus, theta).tree());
        Tree::new("the toy".into(), levels, &make, (set, parameter), energy, cut)
    }

    fn new(
        name: String,
        levels: Vec<Level>,
        make: &dyn Fn(&Params<Moving>) -> Result<LevelTree<Moving>>,
        (set, parameter): (&ParamSet, Option<&str>),
        energy: Option<f64>,
        cut: &Cut,
    ) -> Result<Self> {
        let (start, asked) = start(&name, &levels, energy)?;
        let position = parameter.map(|name| set.position(name)).transpose()?;
        let tree = make(&seeded(set, position))?;
        if let Some(i) = position.filter(|&i| !moves(&tree, start, set.at(i))) {
            return Err(no_effect(make, set, start, i));
        }
        let paths = tree.paths(start, cut);
        let path = |i| path(&paths, i);
        let left_out = paths.left_out();
        Ok(Tree {
            name,
            start,
            asked,
            levels,
            parameter: position.map(|i| set.at(i).clone()),
            paths: (0..paths.len()).map(path).collect(),
            count: tree.path_count(start),
            pruned: paths.pruned_len(),
            left_out: [left_out.re, left_out.eps[0]],
        })
    }

    /// Energies along a path [MeV].
    pub fn energies<'a>(&'a self, path: &'a TreePath) -> impl Iterator<Item = f64> + 'a {
        path.levels.iter().map(|&k| self.levels[k].energy)
    }

    /// What is left out, in a sentence.
    pub fn rest(&self) -> String {
        if self.pruned == 0 {
            return "all paths are listed".into();
        }
        format!(
            "left out: probability {:.3e} in {} beginnings that were not followed; the mean of an observable \
             between a and b lies between a and b times this from the sum over the listed paths",
            self.left_out[0], self.pruned
        )
    }

    /// Start, number of paths and their probability, in a line.
    pub fn summary(&self) -> String {
        let energy = self.levels[self.start].energy;
        let listed = numbers::grouped(self.paths.len() as u64);
        let all = if self.count < 1e9 {
            numbers::grouped(self.count as u64)
        } else {
            format!("{:.1e}", self.count)
        };
        let share = 100.0 * (1.0 - self.left_out[0]);
        format!("{} from {energy} MeV: {listed} of {all} paths, {share:.4} % of the probability", self.name)
    }
}

fn path(paths: &Paths<Moving>, i: usize) -> TreePath {
    let probability = paths.probability(i);
    TreePath { levels: paths.levels(i), probability: probability.re, derivative: probability.eps[0] }
}

/// The level nearest to an energy, and the energy if it is not that of a level.
fn start(name: &str, levels: &[Level], energy: Option<f64>) -> Result<(usize, Option<f64>)> {
    let highest = levels.last().map_or(0.0, |l| l.energy);
    let energy = energy.unwrap_or(highest);
    if energy > highest + SAME_LEVEL {
        return Err(Error::AboveLevels { what: name.into(), energy, highest });
    }
    let distance = |k: usize| (levels[k].energy - energy).abs();
    let nearest = (0..levels.len()).min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap_or(0);
    Ok((nearest, (distance(nearest) > SAME_LEVEL).then_some(energy)))
}

/// The values, with the derivative of the parameter at `position`.
fn seeded(set: &ParamSet, position: Option<usize>) -> Params<Moving> {
    set.seeded(|i, p| match Some(i) == position {
        true => Moving::variable(p.value, 0),
        false => Moving::constant(p.value),
    })
}

/// Whether any branch that can be reached from `start` has a derivative by `parameter` beyond rounding.
fn moves(tree: &LevelTree<Moving>, start: usize, parameter: &Parameter) -> bool {
    let scale = if parameter.value == 0.0 { 1.0 } else { parameter.value.abs() };
    let mut reached = vec![false; tree.len()];
    reached[start] = true;
    (0..=start).rev().any(|level| {
        let branches = if reached[level] { tree.branches(level) } else { &[] };
        branches.iter().for_each(|b| reached[b.to] = true);
        branches.iter().any(|b| (b.probability.eps[0] * scale).abs() > ROUNDING * b.probability.re)
    })
}

/// The error for the parameter at position `i`, with those of its kind that do have an effect.
fn no_effect(
    make: &dyn Fn(&Params<Moving>) -> Result<LevelTree<Moving>>,
    set: &ParamSet,
    start: usize,
    i: usize,
) -> Error {
    let has_effect =
        |k: &usize| make(&seeded(set, Some(*k))).is_ok_and(|tree| moves(&tree, start, set.at(*k)));
    let others = (0..set.len()).filter(has_effect).map(|k| set.at(k).name.clone()).collect();
    Error::NoEffect { name: set.at(i).name.clone(), others }
}

fn spin_text(two_j: u16, parity: Parity) -> String {
    let sign = if parity == Parity::Plus { '⁺' } else { '⁻' };
    if two_j.is_multiple_of(2) { format!("{}{sign}", two_j / 2) } else { format!("{two_j}/2{sign}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_nuclear::toy;

    fn listed(parameter: Option<&str>, energy: Option<f64>, cut: &Cut) -> Result<Tree> {
        let set = ParamSet::new(toy::parameters());
        Tree::of_toy(&Arc::new(ToyNucleus::default()), (&set, parameter), energy, cut)
    }

    #[test]
    fn probabilities_and_derivatives_are_those_of_the_tree() {
        let tree = listed(Some(toy::ALPHA), None, &Cut::default()).expect("a tree");
        assert_eq!((tree.paths.len(), tree.count, tree.left_out[0]), (256, 256.0, 0.0));
        let at = |alpha: f64| {
            let mut set = ParamSet::new(toy::parameters());
            set.set(toy::ALPHA, alpha).expect("within bounds");
            ToyLaw::prepare(&Arc::new(ToyNucleus::default()), &set.values()).tree()
        };
        let (here, above, below) = (at(5.0), at(5.0 + 1e-5), at(5.0 - 1e-5));
        for path in &tree.paths {
            assert!((path.probability - here.path_probability(&path.levels)).abs() < 1e-15);
            let slope = (above.path_probability(&path.levels) - below.path_probability(&path.levels)) / 2e-5;
            assert!((path.derivative - slope).abs() < 1e-9, "{path:?} {slope}");
        }
        let sums = tree.paths.iter().fold([0.0; 2], |s, p| [s[0] + p.probability, s[1] + p.derivative]);
        assert!((sums[0] - 1.0).abs() < 1e-12 && sums[1].abs() < 1e-12);
    }

    #[test]
    fn listed_paths_and_the_rest_make_one() {
        let cut = Cut { paths: 7, ..Cut::default() };
        let tree = listed(Some(toy::LAMBDA), Some(2.65), &cut).expect("a tree");
        let sums = tree.paths.iter().fold(tree.left_out, |s, p| [s[0] + p.probability, s[1] + p.derivative]);
        assert!((sums[0] - 1.0).abs() < 1e-12 && sums[1].abs() < 1e-12, "{sums:?}");
        assert_eq!((tree.start, tree.paths.len(), tree.asked), (5, 7, None));
    }

    #[test]
    fn a_start_that_is_no_level_is_told() {
        let tree = listed(None, Some(3.6), &Cut::default()).expect("a tree");
        assert_eq!((tree.levels[tree.start].energy, tree.asked), (3.5, Some(3.6)));
        assert!(matches!(listed(None, Some(3.9), &Cut::default()), Err(Error::AboveLevels { .. })));
    }

    #[test]
    fn a_parameter_without_effect_is_refused_with_those_that_have_one() {
        let mut set = ParamSet::new(toy::parameters());
        set.extend([Parameter::new("toy.none", 1.0, "", "", "")]);
        let nucleus = Arc::new(ToyNucleus::default());
        let error = Tree::of_toy(&nucleus, (&set, Some("toy.none")), None, &Cut::default());
        let others = vec![toy::ALPHA.to_string(), toy::LAMBDA.to_string()];
        assert_eq!(error, Err(Error::NoEffect { name: "toy.none".into(), others }));
    }
}
