"""Means and histograms of weighted events, with their derivatives.

The score s of an event is the derivative of ln(weight). For any f, d<f> = <f s> + <df>, and because
<s> = 0 a constant may be taken off f: the mean of all other events leaves the estimate unbiased and
lowers its variance.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Expectation(NamedTuple):
    """A mean over the events of a run."""

    mean: float
    error: float
    """Its statistical error."""
    gradient: Floats
    """Its derivatives, in the order of ``Run.gradient_names``."""


class Histogram(NamedTuple):
    """Sums of weights in bins."""

    counts: Floats
    errors: Floats
    """Their statistical errors."""
    jacobian: Floats
    """Their derivatives, (bins, parameters), for a fixed number of events."""


def _baseline(weight: Floats, values: Floats) -> tuple[float, Floats]:
    """The weighted mean, and w (f - mean of all other events)."""
    total = float(weight.sum())
    mean = float(weight @ values) / total
    others = np.maximum(total - weight, np.finfo(float).tiny)
    return mean, weight * (values - mean) * (total / others)


def expectation(weight: Floats, score: Floats, values: Floats, motion: Floats | None) -> Expectation:
    """Weighted mean of values, whose own derivatives are ``motion``."""
    total = float(weight.sum())
    mean, centred = _baseline(weight, values)
    spread = weight * (values - mean)
    n = max(len(values), 2)
    error = float(np.sqrt(spread @ spread * n / (n - 1))) / total
    gradient = centred @ score
    if motion is not None:
        gradient = gradient + weight @ motion
    return Expectation(mean, error, gradient / total)


def gradient_error(weight: Floats, score: Floats, values: Floats, motion: Floats | None) -> Floats:
    """Statistical errors of the gradient of a mean."""
    total = float(weight.sum())
    _, centred = _baseline(weight, values)
    terms = centred[:, None] * score
    if motion is not None:
        terms += weight[:, None] * motion
    terms -= weight[:, None] * (terms.sum(axis=0) / total)
    error: Floats = np.sqrt(np.einsum("ij,ij->j", terms, terms)) / total
    return error


def histogram(
    weight: Floats, score: Floats, values: Floats, edges: Floats, motion: Floats | None
) -> Histogram:
    """Sums of weights between edges. What moves over an edge is seen by a triangular kernel."""
    bins = len(edges) - 1
    place = np.searchsorted(edges, values, side="right") - 1
    place[values == edges[-1]] = bins - 1
    inside = (place >= 0) & (place < bins)
    where, w = place[inside], weight[inside]
    counts = np.bincount(where, w, minlength=bins).astype(np.float64, copy=False)
    errors = np.sqrt(np.bincount(where, w * w, minlength=bins))
    jacobian = np.zeros((bins, score.shape[1]))
    np.add.at(jacobian, where, w[:, None] * score[inside])
    jacobian -= np.outer(counts / weight.sum(), weight @ score)
    if motion is not None:
        jacobian -= np.diff(_flow(weight, values, edges, motion), axis=0)
    return Histogram(counts, errors, jacobian)


def _flow(weight: Floats, values: Floats, edges: Floats, motion: Floats) -> Floats:
    """Weight that crosses each edge, upwards, for a unit of each parameter.

    It is the density of the weight times its mean motion at the edge, taken over half a bin to both
    sides: unbiased to first order in the width, but not next to an end of the spectrum.
    """
    width = 0.5 * np.diff(edges)
    reach = np.minimum(np.append(width, width[-1]), np.insert(width, 0, width[0]))
    flow = np.zeros((len(edges), motion.shape[1]))
    order = np.argsort(values)
    ordered = values[order]
    for k, (edge, h) in enumerate(zip(edges, reach)):
        near = order[np.searchsorted(ordered, edge - h) : np.searchsorted(ordered, edge + h)]
        kernel = (1.0 - np.abs(values[near] - edge) / h) / h
        flow[k] = (weight[near] * kernel) @ motion[near]
    return flow
