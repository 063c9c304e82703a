"""Densities of your own, samplers of them, and how good a sampler is."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import _gradino
from ._errors import mistake
from ._estimators import Floats

if TYPE_CHECKING:
    from ._flow import Flow

Function = Callable[[Floats, Floats], ArrayLike]


class Axis(NamedTuple):
    """A coordinate: an interval, or a circle whose ends are one point. A sphere is cos theta and a circle phi."""

    name: str
    low: float
    high: float
    unit: str = ""
    circle: bool = False


class Condition(NamedTuple):
    """What a density depends on without being a density in it: a number in [low, high], or one of ``labels``."""

    name: str
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    labels: tuple[str, ...] = ()


class Points(NamedTuple):
    """Points of a sampler, row by row."""

    points: Floats
    conditions: Floats
    densities: Floats
    """q(x | c), per unit of each axis, with which they were drawn."""


class Quantities(NamedTuple):
    """Physical quantities of points."""

    columns: dict[str, Floats]
    """Each by its name."""
    volumes: Floats
    """|d(quantities)/d(point)|: a density per unit of each axis over it is the one per unit of each quantity."""


class Assessment:
    """What was found out about a sampler; ``figures`` has all numbers."""

    def __init__(self, text: str) -> None:
        self.figures: dict[str, Any] = json.loads(text)

    def _weights(self) -> dict[str, Any]:
        weights: dict[str, Any] = self.figures["overall"][0]["weights"]
        return weights

    @property
    def ress(self) -> float:
        """Relative effective sample size."""
        return float(self._weights()["ress"]["value"])

    @property
    def efficiency(self) -> float:
        """Share of the points that unit weights keep, with the cap at the quantile."""
        return float(self._weights()["efficiency"]["value"])

    @property
    def likelihood_z(self) -> dict[tuple[float | None, str], float]:
        """For each energy and kind: how far the likelihood of binned points is from that of the density itself."""
        return {(p["energy"], p["kind"]): float(p["likelihood"]["z"]) for p in self.figures["places"]}

    def __repr__(self) -> str:
        name, density = self.figures["sampler"], self.figures["density"]
        return f"<Assessment of {name} on {density}: RESS {self.ress:.4f}, efficiency {self.efficiency:.3f}>"


class Density:
    """A density f(x; c) >= 0 over points x under conditions c; it need not be normalised.

        def f(points, conditions):
            return conditions[:, 0] * points[:, 0] ** 2

        density = gradino.Density(f, [Axis("x", 0, 1)], [Condition("E", 1, 2, "MeV")])
        sampler = density.sampler("grid-unweighted")
        points = sampler.draw(100_000).points

    ``function`` gets two arrays, rows of points and rows of conditions (kinds are numbers 0, 1, ...), and returns one
    number for each row. It is called with thousands of rows at once, on threads that take turns.
    """

    def __init__(
        self,
        function: Function,
        axes: Sequence[Axis | Sequence[Any]],
        conditions: Sequence[Condition | Sequence[Any]] = (),
        *,
        name: str | None = None,
    ) -> None:
        if not callable(function):
            raise mistake(f"a density from {function!r}", "give a function of points and conditions")
        rows = [axis_row(axis) for axis in axes]
        given = [condition_row(condition) for condition in conditions]
        label = name if name is not None else str(getattr(function, "__name__", "function"))
        self._native = _gradino.Density(function, rows, given, label)

    @classmethod
    def named(cls, name: str) -> "Density":
        """One of those that come with gradino: knockout, plane_wave, ridges or lobes."""
        return cls._of(_gradino.Density.named(name))

    @classmethod
    def _of(cls, native: _gradino.Density) -> "Density":
        density = cls.__new__(cls)
        density._native = native
        return density

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The coordinates."""
        return tuple(Axis(name, low, high, unit, circle) for name, unit, circle, low, high in self._native.axes)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions."""
        return condition_rows(self._native.conditions)

    @property
    def quantities(self) -> tuple[Axis, ...]:
        """The physical quantities for which the axes stand; the axes themselves, but where they are made for samplers."""
        return tuple(Axis(name, low, high, unit, circle) for name, unit, circle, low, high in self._native.quantities)

    def __call__(self, points: ArrayLike, conditions: ArrayLike = ()) -> Floats:
        """f of rows of points, under rows of conditions; an error names the first point where it is no density."""
        rows = rows_of(points, len(self.axes), "points")
        return self._native.evaluate(rows.ravel(), self._given(conditions, len(rows)))

    def physical(self, points: ArrayLike, conditions: ArrayLike = ()) -> Quantities:
        """The quantities of rows of points under rows of conditions, as the energy transfer omega of a knockout.

            drawn = flow.sample(1000)
            found = density.physical(drawn.points, drawn.conditions)
            omega, log_q = found.columns["omega"], np.log(drawn.densities / found.volumes)
        """
        rows = rows_of(points, len(self.axes), "points")
        flat, volumes = self._native.to_quantities(rows.ravel(), self._given(conditions, len(rows)))
        names = [axis.name for axis in self.quantities]
        return Quantities(dict(zip(names, flat.reshape(rows.shape).T.copy(), strict=True)), volumes)

    def points_at(self, columns: Mapping[str, ArrayLike], conditions: ArrayLike = ()) -> Floats:
        """Rows of points at columns of all quantities; the inverse of ``physical``."""
        names = [axis.name for axis in self.quantities]
        if missing := [name for name in names if name not in columns]:
            raise mistake(f"the quantity {missing[0]!r} is missing", f"give all of {', '.join(names)}")
        rows = np.column_stack([np.asarray(columns[name], dtype=np.float64) for name in names])
        return self._native.points_at(rows.ravel(), self._given(conditions, len(rows))).reshape(rows.shape)

    def _given(self, conditions: ArrayLike, rows: int) -> Floats:
        """Rows of conditions, one for each point, flat."""
        given = rows_of(conditions, len(self.conditions), "conditions")
        if self.conditions and len(given) != rows:
            raise mistake(f"{rows} points under {len(given)} conditions", "give a row of conditions for each point")
        return given.ravel()

    def sampler(
        self, name: "str | Flow" = "grid-unweighted", *, seed: int = 0, quantile: float = 0.9999, unweighted: bool = False
    ) -> "Sampler":
        """Prepares a sampler: uniform, accept-reject, grid, grid-unweighted, exact (where the density has one), or a flow.

        The points of a flow are taken as they are, or kept with ``unweighted`` in proportion to their weights f / q. Weights
        of samplers with unit weights are capped at ``quantile``. A flow may be the name of its file, too, with ":unweighted"
        behind it.
        """
        if isinstance(name, str):
            return Sampler(self._native.sampler(name + (":unweighted" if unweighted else ""), seed, quantile))
        return Sampler(self._native.sampler_of_flow(name._native, unweighted, seed, quantile))


class Sampler:
    """A sampler; ``Density.sampler`` makes it."""

    def __init__(self, native: _gradino.Sampler) -> None:
        self._native = native

    @property
    def name(self) -> str:
        """Its name."""
        return self._native.name

    def draw(
        self,
        count: int,
        conditions: Mapping[str, float | str] | None = None,
        *,
        seed: int = 0,
        first: int = 0,
    ) -> Points:
        """Draws points under fixed conditions, or under uniform ones if none are given.

        Point n depends on its condition, the seed and n alone; ``first`` is the number of the first one.
        """
        native = self._native.density
        known = native.conditions
        row = [] if conditions is None else _fixed(conditions, known)
        given, points, densities = self._native.draw(count, seed, first, row)
        return Points(points.reshape(count, len(native.axes)), given.reshape(count, len(known)), densities)

    def assess(
        self,
        *,
        flux: str = "flat",
        energies: Sequence[float] = (),
        events: int = 1_000_000,
        quantile: float = 0.9999,
        set: int = 100_000,
        sets: int = 8,
        reference: int = 5_000_000,
        training: int = 2_000_000,
        seed: int = 0,
    ) -> Assessment:
        """Assesses it against its density, as ``gradino flow assess``; a slow function wants smaller numbers."""
        counts = (events, set, sets, reference, training)
        return Assessment(self._native.assess(flux, [float(e) for e in energies], counts, quantile, seed))

    def __repr__(self) -> str:
        return f"<gradino.Sampler: {self.name}>"


AxisRow = tuple[str, str, bool, float, float]
ConditionRow = tuple[str, str, float, float, list[str]]


def axis_row(axis: Axis | Sequence[Any]) -> AxisRow:
    """Name, unit, whether a circle, lowest and highest value."""
    a = axis if isinstance(axis, Axis) else Axis(*axis)
    return a.name, a.unit, bool(a.circle), float(a.low), float(a.high)


def condition_row(condition: Condition | Sequence[Any]) -> ConditionRow:
    """Name, unit, lowest and highest value, labels."""
    c = condition if isinstance(condition, Condition) else Condition(*condition)
    return c.name, c.unit, float(c.low), float(c.high), list(c.labels)


def condition_rows(rows: Sequence[ConditionRow]) -> tuple[Condition, ...]:
    """Conditions of their rows."""
    kinds = [Condition(name, labels=tuple(labels)) for name, _, _, _, labels in rows]
    ranges = [Condition(name, low, high, unit) for name, unit, low, high, _ in rows]
    return tuple(kind if kind.labels else number for kind, number in zip(kinds, ranges, strict=True))


def rows_of(values: ArrayLike, width: int, what: str) -> Floats:
    """Rows of ``width`` numbers."""
    rows = np.ascontiguousarray(values, dtype=np.float64)
    if rows.ndim == 1 and width > 0:
        rows = rows.reshape(-1, width) if rows.size % width == 0 else rows
    if rows.ndim != 2 and rows.size > 0 or (rows.ndim == 2 and rows.shape[1] != width):
        raise mistake(f"{what} of shape {rows.shape}", f"give rows of {width} numbers")
    return rows


def _fixed(conditions: Mapping[str, float | str], known: list[ConditionRow]) -> list[float]:
    names = [row[0] for row in known]
    if unknown := [name for name in conditions if name not in names]:
        raise mistake(f"unknown condition {unknown[0]!r}", f"there is {', '.join(names) or 'none'}")
    row = []
    for name, _, _, _, labels in known:
        if name not in conditions:
            raise mistake(f"the condition {name!r} is missing", "give all conditions, or none")
        value = conditions[name]
        if isinstance(value, str):
            if value not in labels:
                raise mistake(f"{name} = {value!r}", f"choose of {', '.join(labels)}" if labels else "give a number")
            row.append(float(labels.index(value)))
        else:
            row.append(float(value))
    return row
