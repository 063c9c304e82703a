"""Conditional flows: trained, kept in files, drawn from."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _gradino
from ._density import Axis, AxisRow, Condition, ConditionRow, Density, Points, axis_row, condition_row, condition_rows, rows_of
from ._errors import mistake
from ._estimators import Floats


class Columns(Protocol):
    """A table: ``table[name]`` is a column, as in a dict of arrays, a DataFrame, or a table of Arrow."""

    def __getitem__(self, name: str, /) -> Any: ...


Law = float | str | tuple[float, float]
Events = Columns | tuple[ArrayLike, ArrayLike]
Training = Mapping[str, object] | str | os.PathLike[str]


class Round(NamedTuple):
    """A round of a training."""

    step: int
    loss: float
    """-ln q of events per unit of the unit cube, and the divergence KL(p, q) of a density."""
    rate: float
    ress: float | None
    """Relative effective sample size at the beginning of the round, with a density."""
    efficiency: float | None
    """Unweighting efficiency with the cap at the 0.9999 quantile, likewise."""


class Flow:
    """A conditional normalizing flow: a density that points are drawn from quickly.

        flow = gradino.Flow.train(density, steps=2000)
        flow.save("flow.safetensors")                  # the command reads this file, and the other way round
        drawn = gradino.Flow.load("flow.safetensors").sample(1_000_000, {"E_nu": (300, 700), "shell": "1p3/2"})
    """

    def __init__(self, native: _gradino.Flow) -> None:
        self._native = native

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, extrapolate: bool = False) -> "Flow":
        """The flow of a file of weights. With ``extrapolate`` it draws outside the range of its training, too."""
        return cls(_gradino.Flow.load(Path(path), extrapolate))

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Writes the file of weights."""
        self._native.save(Path(path), overwrite)

    @classmethod
    def train(
        cls,
        data: Density | Events | None = None,
        *,
        events: Events | None = None,
        axes: Sequence[Axis | Sequence[Any]] = (),
        conditions: Sequence[Condition | Sequence[Any]] = (),
        flow: str | Mapping[str, object] = "compact",
        config: Training | None = None,
        state: str | os.PathLike[str] | None = None,
        resume: bool = False,
        progress: Callable[[Round], object] | None = None,
        **training: object,
    ) -> "Flow":
        """Trains a flow on a density, on events, or on both (``events=`` beside a density).

        Events are a table with a column for each axis and condition (kinds as labels or numbers), or a pair of arrays,
        rows of points and rows of conditions; without a density they need ``axes`` and ``conditions``.

        ``flow`` is compact, small, medium or large, or a mapping of preset, kind, transforms, bins, width, depth,
        activation and features. All other names are settings of the training: divergence (forward, reverse, chi2), steps,
        batch, events_share, rate, warm_up, clip, decay, pool, round, seed. Or ``config`` is the configuration of
        ``gradino flow train``, whose [data] are learned where no data are given.

        Ctrl-C stops after the present round. With ``state``, a folder, the training goes on from there with
        ``resume=True``, to the same bits as one that was not interrupted. ``progress`` is called after each round.
        """
        if data is not None and not isinstance(data, Density):
            if events is not None:
                raise mistake("two sets of events", "give a density and events=, or events alone")
            data, events = None, data
        if resume and state is None:
            raise mistake("resume without a state", "name the folder with state=")
        given = None if events is None else _events(events, data, axes, conditions)
        if given is None and (axes or conditions):
            raise mistake("axes without events", "a density has its own; leave axes and conditions out")
        text = _configuration(config, flow, training, data is None and given is None)
        tell = None if progress is None else lambda *row: progress(_round(row))
        native = None if data is None else data._native
        folder = None if state is None else Path(state)
        return cls(_gradino.train_flow(text, native, given, folder, resume, tell))

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The coordinates."""
        return tuple(Axis(name, low, high, unit, circle) for name, unit, circle, low, high in self._native.axes)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions."""
        return condition_rows(self._native.conditions)

    @property
    def spec(self) -> dict[str, Any]:
        """Space, features and transforms: all but the numbers."""
        spec: dict[str, Any] = json.loads(self._native.spec)
        return spec

    @property
    def notes(self) -> dict[str, str]:
        """How it was trained."""
        return self._native.notes

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The rounds of its training; none if it was read from a file."""
        return tuple(_round(row) for row in self._native.rounds)

    def __len__(self) -> int:
        """How many numbers it has."""
        return self._native.count

    def sample(
        self,
        count: int | None = None,
        conditions: Mapping[str, Law] | ArrayLike | None = None,
        *,
        seed: int = 1,
        first: int = 0,
    ) -> Points:
        """Draws points, each with its condition and the density q with which it was drawn.

        ``conditions`` names fixed values, kinds, or pairs between which a condition is even (those not named are even over
        their domain), as the command does; or it has a row for each point. Point n depends on its condition, the seed
        and n alone; ``first`` is the number of the first one.
        """
        known = self._native.conditions
        if conditions is None or isinstance(conditions, Mapping):
            if count is None or count < 0:
                raise mistake(f"a sample of {count} points", "say how many, from 0 up")
            laws = [_law(name, value) for name, value in (conditions or {}).items()]
            rows = self._native.draw_conditions(laws, seed, first, count).reshape(count, len(known))
        else:
            rows = rows_of(conditions, len(known), "conditions")
            if count is not None and count != len(rows):
                raise mistake(f"{count} points under {len(rows)} conditions", "leave the number out")
        points, densities = self._native.draw(len(rows), rows.ravel(), seed, first)
        return Points(points.reshape(len(rows), len(self._native.axes)), rows, densities)

    def log_density(self, points: ArrayLike, conditions: ArrayLike = (), *, precise: bool = False) -> Floats:
        """ln q(x | c) of rows of points under rows of conditions (or one row for all).

        By the fast kernel, whose error is some 1e-6; with ``precise`` in double precision, slowly.
        """
        known = len(self._native.conditions)
        rows, given = rows_of(points, len(self._native.axes), "points"), rows_of(conditions, known, "conditions")
        if known > 0 and len(given) == 1:
            given = np.repeat(given, len(rows), axis=0)
        if known > 0 and len(given) != len(rows):
            raise mistake(f"{len(rows)} points under {len(given)} conditions", "give a row of conditions for each point")
        return self._native.log_density(rows.ravel(), given.ravel(), precise)

    def __repr__(self) -> str:
        names = [axis.name for axis in self.axes]
        under = [condition.name for condition in self.conditions]
        return f"<gradino.Flow over {', '.join(names)} under {', '.join(under) or 'nothing'}: {len(self)} numbers>"


def _round(row: Sequence[Any]) -> Round:
    step, loss, rate, quality = row
    return Round(step, loss, rate, *(quality or (None, None)))


def _law(name: str, value: Law) -> str:
    if isinstance(value, tuple):
        low, high = value
        return f"{name}={float(low)!r}:{float(high)!r}"
    return f"{name}={value}" if isinstance(value, str) else f"{name}={float(value)!r}"


def _configuration(
    config: Training | None, flow: str | Mapping[str, object], training: Mapping[str, object], alone: bool
) -> Training:
    """The configuration as it goes to the training."""
    if config is None:
        if alone:
            raise mistake("there is nothing to learn from", "give a density, events, or config=")
        architecture = {"preset": flow} if isinstance(flow, str) else dict(flow)
        return {"flow": architecture, "training": dict(training)}
    if training or flow != "compact":
        names = ", ".join(training) or "flow"
        raise mistake(f"{names} beside a configuration", "write them into the configuration")
    return config


EventRows = tuple[list[AxisRow], list[ConditionRow], Floats, Floats]


def _events(
    events: Events,
    density: Density | None,
    axes: Sequence[Axis | Sequence[Any]],
    conditions: Sequence[Condition | Sequence[Any]],
) -> EventRows:
    """Axes, conditions, rows of conditions and rows of points."""
    if density is not None:
        if axes or conditions:
            raise mistake("axes for a density", "a density has its own; leave axes and conditions out")
        axes, conditions = density.axes, density.conditions
    if not axes:
        raise mistake("events without axes", "say what a point is: axes=[gradino.Axis(...), ...]")
    axis_rows, given_rows = [axis_row(axis) for axis in axes], [condition_row(condition) for condition in conditions]
    if isinstance(events, tuple):
        points = rows_of(events[0], len(axis_rows), "points")
        given = rows_of(events[1], len(given_rows), "conditions")
    else:
        points = _stacked([_numbers(events, row[0]) for row in axis_rows])
        given = _stacked([_numbers(events, row[0], row[4]) for row in given_rows])
    if given_rows and len(given) != len(points):
        raise mistake(f"{len(points)} points under {len(given)} conditions", "give a row of conditions for each point")
    return axis_rows, given_rows, given.ravel(), points.ravel()


def _stacked(columns: list[Floats]) -> Floats:
    if len({len(column) for column in columns}) > 1:
        raise mistake("columns of different lengths", "an event is a row of all columns")
    return np.ascontiguousarray(np.stack(columns, axis=-1)) if columns else np.empty((0, 0))


def _numbers(events: Columns, name: str, labels: Sequence[str] = ()) -> Floats:
    """A column; kinds as their numbers."""
    try:
        column: NDArray[Any] = np.asarray(events[name])
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise mistake(f"the events have no column {name!r}", "there must be one for each axis and condition") from error
    if labels and column.dtype.kind in "OSU":
        kinds, places = np.unique(column.astype(str), return_inverse=True)
        if unknown := sorted(set(kinds.tolist()) - set(labels)):
            raise mistake(f"{name} is {unknown[0]!r} in the events", f"choose of {', '.join(labels)}")
        numbers = np.array([labels.index(kind) for kind in kinds], dtype=np.float64)
        return numbers[places]
    return column.astype(np.float64)
