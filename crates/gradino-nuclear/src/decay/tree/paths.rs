//! Listing the paths of a tree, the most probable first.

use super::LevelTree;
use gradino_core::{Real, Stream};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Where a listing of paths stops. What is reached first counts; the default lists everything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// At this number of paths.
    pub paths: usize,
    /// When the paths listed have this probability together; never if it is 1 or more.
    pub coverage: f64,
    /// Beginnings of paths that are less probable than this are not followed.
    pub smallest: f64,
}

impl Default for Cut {
    fn default() -> Self {
        Cut { paths: usize::MAX, coverage: 1.0, smallest: 0.0 }
    }
}

impl Cut {
    /// The given fraction of all paths from `start`, the most probable ones; at least one.
    pub fn fraction<D: Real>(tree: &LevelTree<D>, start: usize, fraction: f64) -> Self {
        let wanted = (fraction.clamp(0.0, 1.0) * tree.path_count(start)).round();
        Cut { paths: (wanted as usize).max(1), ..Cut::default() }
    }
}

/// The beginning of a path: its last level, and the node of the beginning before it.
#[derive(Clone, Copy, Debug)]
struct Node<D> {
    level: u32,
    parent: u32,
    probability: D,
}

/// No node: the parent of the start.
const NONE: u32 = u32::MAX;

/// Paths from one level, in order of probability, and the beginnings that were not followed.
#[derive(Clone, Debug)]
pub struct Paths<D> {
    nodes: Vec<Node<D>>,
    complete: Vec<u32>,
    pruned: Vec<u32>,
    /// Running sums of the probabilities of what was pruned.
    running: Vec<f64>,
}

/// A sampled path that stands for those left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion<D> {
    /// Its levels, from the start to an end.
    pub levels: Vec<usize>,
    /// Its weight: the probability left out, shared equally by the completions, with the derivative of the
    /// probability of this path.
    pub weight: D,
}

/// A beginning in the queue; the most probable is the greatest, of equal ones the older.
struct Candidate {
    probability: f64,
    node: u32,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.probability.total_cmp(&other.probability).then(other.node.cmp(&self.node))
    }
}
impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Candidate {}

impl<D: Real> LevelTree<D> {
    /// Lists the paths from `start` to the ends, the most probable first, until `cut`.
    pub fn paths(&self, start: usize, cut: &Cut) -> Paths<D> {
        let mut paths = Paths::beginning(start);
        let mut queue = BinaryHeap::from([Candidate { probability: 1.0, node: 0 }]);
        let mut covered = 0.0;
        while paths.complete.len() < cut.paths && (covered < cut.coverage || cut.coverage >= 1.0) {
            let Some(Candidate { probability, node }) = queue.pop() else { break };
            let before = paths.nodes[node as usize];
            let branches = self.branches(before.level as usize);
            if branches.is_empty() {
                covered += probability;
                paths.complete.push(node);
            } else if probability < cut.smallest {
                paths.pruned.push(node);
            }
            for branch in branches.iter().filter(|_| probability >= cut.smallest) {
                let probability: D = before.probability * branch.probability;
                let child = paths.nodes.len() as u32;
                paths.nodes.push(Node { level: branch.to as u32, parent: node, probability });
                queue.push(Candidate { probability: probability.re(), node: child });
            }
        }
        paths.pruned.extend(queue.into_sorted_vec().iter().rev().map(|c| c.node));
        paths.sum_pruned();
        paths
    }
}

impl<D: Real> Paths<D> {
    fn beginning(start: usize) -> Self {
        let node = Node { level: start as u32, parent: NONE, probability: D::one() };
        Paths { nodes: vec![node], complete: Vec::new(), pruned: Vec::new(), running: Vec::new() }
    }

    fn sum_pruned(&mut self) {
        let mut sum = 0.0;
        for &node in &self.pruned {
            sum += self.nodes[node as usize].probability.re();
            self.running.push(sum);
        }
    }

    /// Number of paths listed.
    pub fn len(&self) -> usize {
        self.complete.len()
    }

    /// Whether none is listed.
    pub fn is_empty(&self) -> bool {
        self.complete.is_empty()
    }

    /// Number of beginnings that were not followed.
    pub fn pruned_len(&self) -> usize {
        self.pruned.len()
    }

    /// Probability of path `i`.
    pub fn probability(&self, i: usize) -> D {
        self.nodes[self.complete[i] as usize].probability
    }

    /// Levels of path `i`, from the start to the end.
    pub fn levels(&self, i: usize) -> Vec<usize> {
        let mut levels = Vec::new();
        self.trace(self.complete[i], &mut levels);
        levels
    }

    fn trace(&self, mut node: u32, levels: &mut Vec<usize>) {
        levels.clear();
        while node != NONE {
            let at = &self.nodes[node as usize];
            levels.push(at.level as usize);
            node = at.parent;
        }
        levels.reverse();
    }

    /// Probability of all paths that are not listed: the sum over the beginnings that were not followed. For
    /// an observable between a and b, what they add to its mean lies between a and b times this.
    pub fn left_out(&self) -> D {
        self.pruned.iter().fold(D::zero(), |sum, &n| sum + self.nodes[n as usize].probability)
    }

    /// Sum over the listed paths of their probability times `f` of their levels: the mean of f if nothing is
    /// left out (eq. (5) of barham2024).
    pub fn expectation(&self, mut f: impl FnMut(&[usize]) -> D) -> D {
        let mut levels = Vec::new();
        self.complete.iter().fold(D::zero(), |sum, &node| {
            self.trace(node, &mut levels);
            sum + self.nodes[node as usize].probability * f(&levels)
        })
    }

    /// Lowest and highest mean that an observable between `low` and `high` can have, given the listed paths.
    pub fn bounds(&self, low: f64, high: f64, f: impl FnMut(&[usize]) -> D) -> [D; 2] {
        let (listed, rest) = (self.expectation(f), self.left_out());
        [listed + rest * low, listed + rest * high]
    }

    /// Mean of `f` without bias: the listed paths, and `count` sampled completions for the rest.
    pub fn estimate(
        &self,
        tree: &LevelTree<D>,
        count: usize,
        stream: &mut Stream,
        mut f: impl FnMut(&[usize]) -> D,
    ) -> D {
        let listed = self.expectation(&mut f);
        let rest = self.completions(tree, count, stream);
        rest.iter().fold(listed, |sum, completion| sum + completion.weight * f(&completion.levels))
    }

    /// Sampled completions of the beginnings that were not followed: a beginning is drawn in proportion to its
    /// probability and followed to an end. Sums of weight times observable are unbiased for the paths left
    /// out, and so are their derivatives. Empty if nothing is left out.
    pub fn completions(&self, tree: &LevelTree<D>, count: usize, stream: &mut Stream) -> Vec<Completion<D>> {
        let Some(&rest) = self.running.last().filter(|r| **r > 0.0) else { return Vec::new() };
        let draw = |_| {
            let target = stream.uniform() * rest;
            let chosen = self.running.partition_point(|&r| r <= target).min(self.pruned.len() - 1);
            let mut levels = Vec::new();
            self.trace(self.pruned[chosen], &mut levels);
            tree.draw(&mut levels, stream);
            let probability = tree.path_probability(&levels);
            let weight = probability * (rest / (count as f64 * probability.re()));
            Completion { levels, weight }
        };
        (0..count).map(draw).collect()
    }
}
