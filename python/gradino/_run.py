"""Runs: events in memory."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _estimators, _gradino, _notebook
from ._config import Config, resolve
from ._estimators import Expectation, Floats, Histogram
from ._physics import Parameter

if TYPE_CHECKING:
    import awkward
    import pyarrow

Path = str | os.PathLike[str]
Progress = bool | Callable[[int, int], object]


class CrossSection(NamedTuple):
    """Flux-averaged cross section [cm2 per target atom]."""

    value: float
    error: float
    """Numerical error."""
    gradient: Floats
    """Derivatives, in the order of ``Run.gradient_names``."""


class Citation(NamedTuple):
    """A work that a run used."""

    key: str
    what_for: str
    doi: str
    arxiv: str
    reference: str


class Run:
    """Events in memory, as flat NumPy arrays. ``gradino.run`` and ``gradino.read`` make it.

    The particles of event i stand at ``offsets[i]:offsets[i + 1]``.
    """

    def __init__(self, columns: _gradino.Columns, record: _gradino.Record, seconds: float = 0.0) -> None:
        self._columns, self._record, self._seconds = columns, record, seconds
        shape = len(columns.event), len(record.gradient_names)
        self.event: NDArray[np.uint64] = columns.event
        """Number of each event."""
        self.process: NDArray[np.uint32] = columns.process
        """Number of its process, see ``processes``."""
        self.weight: Floats = columns.weight
        self.neutrino_energy: Floats = columns.neutrino_energy
        """[MeV]; NaN without a neutrino."""
        self.visible_energy: Floats = columns.visible_energy
        """Kinetic energies of charged final particles without the remnant, and gammas [MeV]."""
        self.weight_gradient: Floats = columns.weight_gradient.reshape(shape)
        """Derivatives of ln(weight), (events, parameters)."""
        self.visible_energy_gradient: Floats = columns.visible_energy_gradient.reshape(shape)
        """Derivatives of the visible energy, (events, parameters)."""
        self.offsets: NDArray[np.int64] = columns.offsets
        """First particle of each event, and the number of all."""
        self.pdg: NDArray[np.int32] = columns.pdg
        self.status: NDArray[np.int32] = columns.status
        """1 final, 2 decayed, 4 beam, 20 target, 23 residue before its deexcitation."""
        self.e: Floats = columns.e
        self.px: Floats = columns.px
        self.py: Floats = columns.py
        self.pz: Floats = columns.pz
        self.mass: Floats = columns.mass
        """[MeV], of nuclei with excitation and electrons."""
        self.charge: NDArray[np.int32] = columns.charge
        self.excitation: Floats = columns.excitation
        """Excitation energy of nuclei [MeV]; NaN for other particles."""
        self.two_j: NDArray[np.int32] = columns.two_j
        """Twice the spin of nuclei; -1 for other particles."""
        self.parity: NDArray[np.int32] = columns.parity
        """Parity of nuclei; 0 for other particles."""

    @property
    def n_events(self) -> int:
        """Number of events."""
        return len(self.event)

    @property
    def gradient_names(self) -> list[str]:
        """Names of the parameters in the gradients."""
        return self._record.gradient_names

    @property
    def parameters(self) -> dict[str, float]:
        """Values of all parameters, by name."""
        return dict(self._record.parameters)

    @property
    def gradient_parameters(self) -> list[Parameter]:
        """The parameters in the gradients, with units and priors."""
        known = {row[0]: Parameter(*row) for row in self._record.parameter_list()}
        return [known[name] for name in self.gradient_names]

    @property
    def seed(self) -> int:
        """Seed of the random numbers."""
        return self._record.seed

    @property
    def config(self) -> str:
        """The configuration with every default, as TOML; ``gradino.run(run.config)`` repeats the run."""
        return self._record.config

    @property
    def cross_section(self) -> CrossSection | None:
        """Flux-averaged cross section; None for a fixed state."""
        values = self._record.cross_section
        return None if values is None else CrossSection(*values)

    @property
    def processes(self) -> dict[int, str]:
        """Name of each process, by its number."""
        return dict(self._record.processes)

    @property
    def citations(self) -> list[Citation]:
        """Works to cite with these events."""
        return [Citation(*work) for work in self._record.citations]

    @property
    def warnings(self) -> list[str]:
        """Things you should know; files do not keep them."""
        return self._record.warnings

    @property
    def version(self) -> str:
        """Version of gradino that made the events."""
        return self._record.version

    def count(self, pdg: int) -> NDArray[np.int64]:
        """Number of final-state particles with this PDG number, for each event."""
        found = np.cumsum((self.pdg == pdg) & (self.status == 1), dtype=np.int64)
        return np.diff(np.concatenate(([0], found))[self.offsets])

    def observed(self, *names: str) -> Floats:
        """Observables such as "gamma_energy", (events, observables); 0 where an event has nothing of the kind."""
        return _gradino.observed(self._columns, list(names)).reshape(self.n_events, len(names))

    def energy_gradient(self, selected: NDArray[np.bool_]) -> Floats:
        """Derivatives of the summed energy of the particles that ``selected`` marks, (events, parameters)."""
        marks = np.ascontiguousarray(selected, dtype=np.bool_)
        return _gradino.energy_gradient(self._columns, marks).reshape(self.weight_gradient.shape)

    def expectation(self, values: ArrayLike | None = None, gradient: ArrayLike | None = None) -> Expectation:
        """Weighted mean of one value for each event, with its statistical error and its derivatives.

        Without values: of the visible energy. ``gradient`` has the derivatives of the values themselves,
        (events, parameters); without it they are counts or classes, which do not move.
        """
        return _estimators.expectation(self.weight, self.weight_gradient, *self._observable(values, gradient))

    def gradient_error(self, values: ArrayLike | None = None, gradient: ArrayLike | None = None) -> Floats:
        """Statistical errors of ``expectation(values, gradient).gradient``."""
        return _estimators.gradient_error(
            self.weight, self.weight_gradient, *self._observable(values, gradient)
        )

    def histogram(
        self, values: ArrayLike | None, bins: ArrayLike, gradient: ArrayLike | None = None
    ) -> Histogram:
        """Sums of weights between the edges ``bins``, with errors and derivatives.

        Values and gradient are as for ``expectation``. What moves over an edge is estimated from the
        events within half a bin of it, which is biased next to a sharp end of the spectrum.
        """
        edges = np.asarray(bins, dtype=np.float64)
        if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
            raise ValueError("bins must be two or more rising edges")
        x, motion = self._observable(values, gradient)
        return _estimators.histogram(self.weight, self.weight_gradient, x, edges, motion)

    def _observable(
        self, values: ArrayLike | None, gradient: ArrayLike | None
    ) -> tuple[Floats, Floats | None]:
        if values is None:
            return self.visible_energy, self.visible_energy_gradient
        x = np.asarray(values, dtype=np.float64)
        if x.shape != self.weight.shape:
            raise ValueError(f"values of shape {x.shape}; one for each of {self.n_events} events is wanted")
        if gradient is None:
            return x, None
        motion = np.asarray(gradient, dtype=np.float64)
        if motion.shape != self.weight_gradient.shape:
            raise ValueError(f"gradient of shape {motion.shape}; {self.weight_gradient.shape} is wanted")
        return x, motion

    def particles(self) -> "awkward.Array":
        """The particles of each event as an awkward array on the same memory."""
        from ._tables import particles

        return particles(self)

    def table(self) -> "pyarrow.Table":
        """The events as an Arrow table on the same memory, with the columns of the Parquet file."""
        from ._tables import table

        return table(self._columns, len(self.gradient_names))

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Writes an event file; its ending chooses the format: .parquet, .hepmc3, .hepmc3.gz, .hepmc3.zst."""
        _gradino.write(os.fspath(path), self._columns, self._record, overwrite)

    def report(self, path: Path, *, overwrite: bool = False) -> None:
        """Writes the report: one HTML page with spectra, final states, level schemes and sensitivities."""
        _gradino.report(os.fspath(path), self._columns, self._record, overwrite, self._seconds)

    def __len__(self) -> int:
        return self.n_events

    def __repr__(self) -> str:
        n = len(self.gradient_names)
        return f"<gradino.Run: {self.n_events} events, seed {self.seed}, gradients for {n} parameters>"

    def _repr_html_(self) -> str:
        return _notebook.summary(self)


def run(
    config: Config = None,
    *,
    events: int | range | None = None,
    seed: int | None = None,
    threads: int | None = None,
    gradients: str | Sequence[str] | None = None,
    parameters: Mapping[str, float] | None = None,
    progress: Progress = False,
) -> Run:
    """Simulates events and keeps them in memory; files that the configuration names are not written.

    ``config`` is a path, a TOML text, or a mapping with the same keys; the other arguments replace what it
    says. ``events`` may be a range, the numbers of the events: slices of one seed make the whole run.
    ``gradients`` has names, patterns like "optical.*", "main" (the default), or "all"; [] asks for none.
    ``progress`` prints a count, or is a function that hears the number of events done and of all.
    """
    numbers = range(events) if isinstance(events, int) else events
    if numbers is not None and (numbers.step != 1 or len(numbers) == 0 or numbers.start < 0):
        raise ValueError(f"events = {events!r}: give a number from 1, or a range of event numbers")
    text = resolve(
        config,
        events=None if numbers is None else len(numbers),
        seed=seed,
        threads=threads,
        gradients=gradients,
        parameters=parameters,
    )
    span = None if numbers is None else (numbers.start, numbers.stop)
    started = time.monotonic()
    columns, record = _gradino.run(text, span, _listener(progress, numbers))
    if progress is True:
        print(file=sys.stderr)
    return Run(columns, record, time.monotonic() - started)


def _listener(progress: Progress, numbers: range | None) -> Callable[[int], object] | None:
    if not progress:
        return None
    total = 0 if numbers is None else len(numbers)
    if progress is True:
        return lambda done: print(f"\r{done:,} events", end="", file=sys.stderr, flush=True)
    return lambda done: progress(done, total)


def read(path: Path) -> Run:
    """Reads an event file that gradino wrote."""
    return Run(*_gradino.read(os.fspath(path)))
