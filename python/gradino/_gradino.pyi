"""
The native half of gradino.
"""

from _typeshed import SupportsGetItem
from numpy import bool_, float64, int32, int64, uint32, uint64
from numpy.typing import NDArray
from os import PathLike
from typing import Final, SupportsFloat, SupportsIndex, final

__all__ = ["VERSION", "Bands", "Bank", "Columns", "Density", "Fitted", "Flow", "Knockout", "Question", "Record", "Sampler", "Simulator", "chain_simulator", "covariance", "cross_section", "default_config", "energy_gradient", "example_fit", "fit", "fit_observables", "mean_field", "observed", "parameters", "propagate_file", "propagate_run", "question", "read", "report", "resolve", "responses", "run", "toy_simulator", "train_flow", "widths", "write"]

VERSION: Final[str]

@final
class Bands:
    """
    A histogram with its uncertainties.
    """
    @property
    def band_errors(self, /) -> NDArray[float64] | None:
        """
        Statistical errors of the bands; none to second order.
        """
    @property
    def content(self, /) -> NDArray[float64]:
        """
        Expected counts.
        """
    @property
    def covariance(self, /) -> NDArray[float64]:
        """
        Their covariance, row by row.
        """
    @property
    def edges(self, /) -> NDArray[float64]:
        """
        Edges of the bins.
        """
    @property
    def events(self, /) -> tuple[int, float]:
        """
        Number of events, and the sum of their weights.
        """
    @property
    def families(self, /) -> list[tuple[str, NDArray[float64], float]]:
        """
        The same for families of parameters.
        """
    @property
    def jacobian(self, /) -> NDArray[float64]:
        """
        Derivatives of the counts, a row of parameters for each bin.
        """
    @property
    def method(self, /) -> str:
        """
        How the bands were made, in words.
        """
    @property
    def missing(self, /) -> list[str]:
        """
        Parameters with an uncertainty but without derivatives.
        """
    @property
    def names(self, /) -> list[str]:
        """
        The parameters.
        """
    @property
    def noise(self, /) -> NDArray[float64]:
        """
        Part of the systematic variances that is noise.
        """
    @property
    def observable(self, /) -> tuple[str, str]:
        """
        Name and unit of the observable.
        """
    @property
    def parameters(self, /) -> list[tuple[str, NDArray[float64], float]]:
        """
        What each parameter does, the strongest first.
        """
    @property
    def shift(self, /) -> NDArray[float64] | None:
        """
        Mean counts over the parameters less those at their values; none to first order.
        """
    @property
    def statistical(self, /) -> NDArray[float64]:
        """
        Statistical covariance of the simulated events, row by row.
        """
    @property
    def systematic(self, /) -> NDArray[float64]:
        """
        Systematic covariance, row by row.
        """
    @property
    def values(self, /) -> NDArray[float64]:
        """
        Their values.
        """
    @property
    def warnings(self, /) -> list[str]:
        """
        What should be known before the bands are believed.
        """
    @property
    def without_uncertainty(self, /) -> list[str]:
        """
        Parameters with derivatives of which no uncertainty is known.
        """
    def write_parquet(self, /, path: str | PathLike[str], overwrite: bool) -> None:
        """
        Writes the Parquet file of the command line.
        """

@final
class Bank:
    """
    Events that can be seen at other points.
    """
    def at(self, /, theta: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64], NDArray[float64], NDArray[float64], float]:
        """
        The events at `theta`: features, weights, derivatives of both, effective number of events.
        """
    def histogram(self, /, theta: NDArray[float64], feature: SupportsIndex, edges: SupportsGetItem[int, SupportsFloat | SupportsIndex], scale: SupportsFloat | SupportsIndex) -> tuple[NDArray[float64], NDArray[float64], NDArray[float64]]:
        """
        Expected counts of the observable number `feature` between `edges`, times `scale`, with their variances
        and derivatives.
        """
    @property
    def origin(self, /) -> NDArray[float64]:
        """
        The point at which the events were drawn.
        """
    def pull_back(self, /, theta: NDArray[float64], by_value: NDArray[float64], by_weight: NDArray[float64]) -> NDArray[float64]:
        """
        The chain rule: derivatives with respect to theta of something whose derivatives with respect to the
        features and to the weights are given.
        """
    def values(self, /, theta: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64], float]:
        """
        Features and weights alone, and the effective number of events.
        """

@final
class Columns:
    """
    Events as flat columns.
    """
    @property
    def charge(self, /) -> NDArray[int32]:
        """
        Charge of each particle [e].
        """
    @property
    def coordinate_gradient(self, /) -> NDArray[float64]:
        """
        Derivatives of the moving coordinates.
        """
    @property
    def coordinate_offsets(self, /) -> NDArray[int64]:
        """
        First number of each event in `coordinate_gradient`, and the number of all.
        """
    @property
    def e(self, /) -> NDArray[float64]:
        """
        Energy of each particle [MeV].
        """
    @property
    def energy_jacobian(self, /) -> NDArray[float64]:
        """
        Derivatives of the particles' energies with respect to the coordinates.
        """
    @property
    def event(self, /) -> NDArray[uint64]:
        """
        Number of each event.
        """
    @property
    def excitation(self, /) -> NDArray[float64]:
        """
        Excitation energy of each nucleus [MeV]; NaN for other particles.
        """
    @property
    def jacobian_offsets(self, /) -> NDArray[int64]:
        """
        First number of each event in `energy_jacobian`, and the number of all.
        """
    @property
    def mass(self, /) -> NDArray[float64]:
        """
        Mass of each particle [MeV].
        """
    @property
    def neutrino_energy(self, /) -> NDArray[float64]:
        """
        Energy of the neutrino [MeV]; NaN without one.
        """
    @property
    def offsets(self, /) -> NDArray[int64]:
        """
        First particle of each event, and the number of all particles.
        """
    @property
    def parity(self, /) -> NDArray[int32]:
        """
        Parity of each nucleus; 0 for other particles.
        """
    @property
    def pdg(self, /) -> NDArray[int32]:
        """
        PDG number of each particle.
        """
    @property
    def process(self, /) -> NDArray[uint32]:
        """
        Process of each event.
        """
    @property
    def px(self, /) -> NDArray[float64]:
        """
        Momentum along x [MeV].
        """
    @property
    def py(self, /) -> NDArray[float64]:
        """
        Momentum along y [MeV].
        """
    @property
    def pz(self, /) -> NDArray[float64]:
        """
        Momentum along z [MeV].
        """
    @property
    def status(self, /) -> NDArray[int32]:
        """
        Status of each particle.
        """
    @property
    def two_j(self, /) -> NDArray[int32]:
        """
        Twice the spin of each nucleus; -1 for other particles.
        """
    @property
    def vertex_count_out(self, /) -> NDArray[uint32]:
        """
        Number of particles out of each vertex.
        """
    @property
    def vertex_first_out(self, /) -> NDArray[uint32]:
        """
        First particle out of each vertex, counted in its event.
        """
    @property
    def vertex_in(self, /) -> NDArray[uint32]:
        """
        First particle into each vertex, counted in its event.
        """
    @property
    def vertex_in_second(self, /) -> NDArray[uint32]:
        """
        Second particle into each vertex; 4294967295 without one.
        """
    @property
    def vertex_offsets(self, /) -> NDArray[int64]:
        """
        First vertex of each event, and the number of all vertices.
        """
    @property
    def vertex_status(self, /) -> NDArray[int32]:
        """
        Status of each vertex.
        """
    @property
    def visible_energy(self, /) -> NDArray[float64]:
        """
        Visible energy [MeV].
        """
    @property
    def visible_energy_gradient(self, /) -> NDArray[float64]:
        """
        Derivatives of the visible energy, a row of parameters for each event.
        """
    @property
    def weight(self, /) -> NDArray[float64]:
        """
        Weight of each event.
        """
    @property
    def weight_gradient(self, /) -> NDArray[float64]:
        """
        Derivatives of ln(weight), a row of parameters for each event.
        """

@final
class Density:
    """
    A density.
    """
    def __new__(cls, /, function: "object", axes: "list[tuple[str, str, bool, float, float]]", conditions: "list[tuple[str, str, float, float, list[str]]]", name: "str") -> Density:
        """
        Of a function of Python.
        """
    @property
    def axes(self, /) -> list[tuple[str, str, bool, float, float]]:
        """
        Its axes.
        """
    @property
    def conditions(self, /) -> list[tuple[str, str, float, float, list[str]]]:
        """
        Its conditions.
        """
    def evaluate(self, /, points: NDArray[float64], conditions: NDArray[float64]) -> NDArray[float64]:
        """
        Values at rows of points under rows of conditions, both flat.
        """
    @staticmethod
    def named(name: str) -> Density:
        """
        One of those that come with gradino.
        """
    def points_at(self, /, quantities: NDArray[float64], conditions: NDArray[float64]) -> NDArray[float64]:
        """
        Points at rows of quantities under rows of conditions, all flat.
        """
    @property
    def quantities(self, /) -> list[tuple[str, str, bool, float, float]]:
        """
        The physical quantities for which its axes stand.
        """
    def sampler(self, /, name: str, seed: SupportsIndex, quantile: SupportsFloat | SupportsIndex) -> Sampler:
        """
        Prepares a sampler of it, whose weights are capped at a quantile if they are to be unit weights.
        """
    def sampler_of_flow(self, /, flow: Flow, unweighted: bool, seed: SupportsIndex, quantile: SupportsFloat | SupportsIndex) -> Sampler:
        """
        The points of a flow as a sampler of it, as they are or with unit weights.
        """
    def to_quantities(self, /, points: NDArray[float64], conditions: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64]]:
        """
        Quantities at rows of points under rows of conditions, and |d(quantities)/d(point)|, all flat.
        """

@final
class Fitted:
    """
    A fit that was done.
    """
    def profile(self, /, name: str, values: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> tuple[NDArray[float64], NDArray[float64]]:
        """
        The objective at `values` of the parameter `name`, with all others at their best.
        """
    @property
    def record(self, /) -> str:
        """
        The result as JSON.
        """
    @property
    def simulation(self, /) -> NDArray[float64]:
        """
        Covariance of the errors that come from the simulated events, row by row.
        """

@final
class Flow:
    """
    A flow.
    """
    @property
    def axes(self, /) -> list[tuple[str, str, bool, float, float]]:
        """
        Its axes.
        """
    @property
    def conditions(self, /) -> list[tuple[str, str, float, float, list[str]]]:
        """
        Its conditions.
        """
    @property
    def count(self, /) -> int:
        """
        How many numbers it has.
        """
    def draw(self, /, count: SupportsIndex, conditions: NDArray[float64], seed: SupportsIndex, first: SupportsIndex) -> tuple[NDArray[float64], NDArray[float64]]:
        """
        Draws points number `first` to `first` + `count` under rows of conditions; points and densities, flat.
        """
    def draw_conditions(self, /, laws: SupportsGetItem[int, str], seed: SupportsIndex, first: SupportsIndex, count: SupportsIndex) -> NDArray[float64]:
        """
        Conditions that follow laws like "E_nu=300:700" and "shell=1p3/2", of points number `first` to `first` +
        `count`; flat.
        """
    @staticmethod
    def load(path: str | PathLike[str], extrapolate: bool) -> Flow:
        """
        The flow of a file; with `extrapolate` under conditions outside those of its training, too.
        """
    def log_density(self, /, points: NDArray[float64], conditions: NDArray[float64], precise: bool) -> NDArray[float64]:
        """
        ln q of rows of points under rows of conditions, both flat; in double precision where `precise`.
        """
    @property
    def notes(self, /) -> dict[str, str]:
        """
        How it came about.
        """
    @property
    def rounds(self, /) -> list[tuple[int, float, float, tuple[float, float] | None]]:
        """
        The rounds of its training: step, loss, learning rate, and of a density RESS and efficiency; none if it was
        read from a file.
        """
    def save(self, /, path: str | PathLike[str], overwrite: bool) -> None:
        """
        Writes its file.
        """
    @property
    def spec(self, /) -> str:
        """
        What it is apart from its numbers, as JSON.
        """

@final
class Knockout:
    """
    Knockout of one nucleon from the shells of a nucleus.
    """
    def __new__(cls, /, config: str, struck: str | None, gradients: SupportsGetItem[int, str]) -> Knockout:
        """
        Of a configuration, with derivatives with respect to the parameters that fit `gradients`. Its table is made, or
        read from the cache.
        """
    def density(self, /, low: SupportsFloat | SupportsIndex, high: SupportsFloat | SupportsIndex) -> Density:
        """
        Its events as a density, for energies of the lepton between two [MeV].
        """
    @property
    def energies(self, /) -> tuple[float, float]:
        """
        Lowest and highest energy of the lepton [MeV].
        """
    def exclusive(self, /, hole: SupportsIndex, variables: tuple[NDArray[float64], NDArray[float64], NDArray[float64], NDArray[float64], NDArray[float64]]) -> tuple[NDArray[float64], NDArray[float64]]:
        """
        d4 sigma / (d omega d cos(theta) d Omega_N) [cm^2/(MeV sr)] of a hole, and its derivatives, rows of parameters.
        """
    @property
    def gradient_names(self, /) -> list[str]:
        """
        Names of the parameters of the gradients.
        """
    def inclusive(self, /, hole: SupportsIndex, energy: NDArray[float64], omega: NDArray[float64], cos_theta: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64]]:
        """
        d2 sigma / (d omega d cos(theta)) [cm^2/MeV] of a hole, and its derivatives, rows of parameters.
        """
    def responses(self, /, hole: SupportsIndex, omega: NDArray[float64], momentum: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64]]:
        """
        CC, CL, LL, T and T' [1/MeV] of a hole at energy and momentum transfers [MeV], rows of five, and their derivatives, rows
        of parameters.
        """
    @property
    def shells(self, /) -> list[tuple[str, float, float]]:
        """
        Shell, number of nucleons in it, and separation energy [MeV] of each hole.
        """
    @property
    def structure_names(self, /) -> list[str]:
        """
        Names of the structures of the hadron tensor.
        """
    def structures(self, /, hole: SupportsIndex, omega: NDArray[float64], momentum: NDArray[float64], cos_nucleon: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64]]:
        """
        The structures of the hadron tensor of a hole at energy and momentum transfers [MeV] and cos(theta_N) [1/(MeV sr)], a
        row of them for each point, and their derivatives, rows of parameters.
        """
    def total(self, /, energies: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> tuple[NDArray[float64], NDArray[float64]]:
        """
        Total cross sections [cm^2] at energies [MeV], a row of holes for each, and the derivatives of their sums, a row of
        parameters for each.
        """
    @property
    def warnings(self, /) -> list[str]:
        """
        What the user should know of its table.
        """

@final
class Question:
    """
    What is asked for.
    """

@final
class Record:
    """
    What a run says of itself.
    """
    @property
    def citations(self, /) -> list[tuple[str, str, str, str, str]]:
        """
        Works that were used.
        """
    @property
    def config(self, /) -> str:
        """
        The configuration with every default, as TOML.
        """
    @property
    def cross_section(self, /) -> tuple[float, float, NDArray[float64]] | None:
        """
        Flux-averaged cross section, its error and its derivatives [cm^2]; none for a fixed state.
        """
    @property
    def gradient_names(self, /) -> list[str]:
        """
        Names of the parameters in the gradients.
        """
    def parameter_list(self, /) -> list[tuple[str, float, str, tuple[float, float], float, str, str]]:
        """
        All parameters of the run: see `parameters` of this module.
        """
    @property
    def parameters(self, /) -> list[tuple[str, float]]:
        """
        Name and value of each parameter.
        """
    @property
    def processes(self, /) -> list[tuple[int, str]]:
        """
        Number and name of each process.
        """
    @property
    def seed(self, /) -> int:
        """
        Seed of the random numbers.
        """
    @property
    def version(self, /) -> str:
        """
        Version of the code that made the events.
        """
    @property
    def warnings(self, /) -> list[str]:
        """
        Things the user should know.
        """

@final
class Sampler:
    """
    A sampler of a density.
    """
    def assess(self, /, flux: str, energies: SupportsGetItem[int, SupportsFloat | SupportsIndex], counts: tuple[SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex], quantile: SupportsFloat | SupportsIndex, seed: SupportsIndex) -> str:
        """
        Assesses it; the figures as JSON. Counts are events, points of a set, sets, points of the reference and
        evaluations of the training of its grid.
        """
    @property
    def density(self, /) -> Density:
        """
        The density that it draws from.
        """
    def draw(self, /, count: SupportsIndex, seed: SupportsIndex, first: SupportsIndex, condition: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> tuple[NDArray[float64], NDArray[float64], NDArray[float64]]:
        """
        Draws points number `first` to `first` + `count`: under one row of conditions, or with uniform ones if it is
        empty.
        """
    @property
    def name(self, /) -> str:
        """
        Its name.
        """

@final
class Simulator:
    """
    A simulation with the parameters that move.
    """
    def draw(self, /, theta: NDArray[float64], first: SupportsIndex, end: SupportsIndex) -> Bank:
        """
        Draws the events from number `first` to `end` at `theta`.
        """
    @property
    def observables(self, /) -> list[tuple[str, str]]:
        """
        Name and unit of each observable.
        """
    @property
    def parameters(self, /) -> list[tuple[str, float, str, tuple[float, float], float, str, str]]:
        """
        Name, value, unit, bounds, sigma, source and meaning of each parameter that moves.
        """
    def point(self, /, values: SupportsGetItem[int, tuple[str, SupportsFloat | SupportsIndex]]) -> NDArray[float64]:
        """
        The values of the parameters, with those of `values` in their place.
        """
    @property
    def seed(self, /) -> int:
        """
        Seed of the random numbers.
        """

def chain_simulator(config: str, observables: SupportsGetItem[int, str]) -> Simulator:
    """
    The chain of a configuration (resolved TOML), with the parameters of its [gradients].
    """

def covariance(config: str, names: SupportsGetItem[int, str]) -> NDArray[float64]:
    """
    Prior covariance of the parameters `names`, row by row: that of KDUQ (pruitt2023) among the optical
    parameters, the squared sigmas of all others.
    """

def cross_section(config: str, energies: SupportsGetItem[int, SupportsFloat | SupportsIndex]) -> list[tuple[str, NDArray[float64]]]:
    """
    Total cross section of each process [cm^2 per atom] at the energies [MeV].
    """

def default_config() -> str:
    """
    The annotated default configuration, as TOML.
    """

def energy_gradient(columns: Columns, selected: NDArray[bool_]) -> NDArray[float64]:
    """
    Derivatives of the summed energy of the particles that `selected` marks: a row of parameters for
    each event [MeV per unit].
    """

def example_fit() -> str:
    """
    The example of a fit with comments on every key, as TOML.
    """

def fit(config: "object", data: "tuple[NDArray[float64], NDArray[float64]] | None" = None, seed: "int | None" = None, checkpoint: "str | None" = None, resume: "bool" = False, progress: "object" = None) -> "Fitted":
    """
    Fits a configuration: a path, a TOML text, a mapping, or None for the example. Rows of `data` with their
    weights replace the data that it names. `progress` is called now and then with the number of rounds.
    """

def fit_observables(config: "object") -> "tuple[str, list[str]]":
    """
    The model of a fit, and what it observes of an event.
    """

def mean_field(choice: tuple[str, str | None, SupportsGetItem[int, str], str], force: tuple[str, str | PathLike[str] | None, SupportsGetItem[int, tuple[str, SupportsFloat | SupportsIndex]]], details: tuple[str, str, bool], gradients: SupportsGetItem[int, str]) -> list[str]:
    """
    The ground state of a nucleus as JSON: once without derivatives, then once for each parameter that `gradients` name.
    """

def observed(columns: Columns, names: SupportsGetItem[int, str]) -> NDArray[float64]:
    """
    Observables of the events, row by row; 0 where an event has nothing of the kind.
    """

def parameters(config: str) -> list[tuple[str, float, str, tuple[float, float], float, str, str]]:
    """
    Name, value, unit, bounds, sigma, source and meaning of each parameter of a configuration.
    """

def propagate_file(path: str | PathLike[str], question: Question) -> Bands:
    """
    Propagates to a histogram of an event file.
    """

def propagate_run(columns: Columns, record: Record, question: Question) -> Bands:
    """
    Propagates to a histogram of a run in memory.
    """

def question(observable: str, bins: tuple[str | None, SupportsGetItem[int, SupportsFloat | SupportsIndex] | None], rate: bool, only: SupportsGetItem[int, str], file: str | PathLike[str] | None, matrix: tuple[SupportsGetItem[int, str], NDArray[float64]] | None, method: tuple[SupportsIndex, SupportsIndex | None, SupportsIndex, SupportsIndex]) -> Question:
    """
    A histogram of an observable, with bins as a text or as edges, and what is known of the parameters: those
    that are uncertain (patterns; none for all), a file or names with a matrix. `method` has the order, the
    number of drawn points (none for an expansion), of points for a check, and of events in a bank.
    """

def read(path: str | PathLike[str]) -> tuple[Columns, Record]:
    """
    Reads an event file.
    """

def report(path: str | PathLike[str], columns: Columns, record: Record, overwrite: bool, seconds: SupportsFloat | SupportsIndex) -> None:
    """
    Writes the report of a run as one HTML file. `seconds` is the time that the run took.
    """

def resolve(config: "object", overrides: "dict[str, object]") -> "str":
    """
    The configuration with every default, as TOML: read from a path, a TOML text or a mapping (None: the
    defaults), with `overrides` put over it.
    """

def responses(subject: tuple[str, str, str | None], choices: "dict[str, object]", grid: tuple[NDArray[float64], NDArray[float64]], numbers: tuple[SupportsGetItem[int, tuple[str, SupportsFloat | SupportsIndex]], SupportsGetItem[int, str]]) -> tuple[str, list[str], tuple[NDArray[float64], NDArray[float64]], list[tuple[NDArray[float64], NDArray[float64]]]]:
    """
    What the responses were made of, as JSON and in lines, the sum of all shells, and each shell. `choices` are keys of
    [knockout].
    """

def run(config: "str", events: "tuple[int, int] | None" = None, progress: "object" = None) -> "tuple[Columns, Record]":
    """
    Makes the events of a configuration (resolved TOML), or those of the numbers `events`.

    `progress` is called now and then with the number of events that are done.
    """

def toy_simulator(observables: SupportsGetItem[int, str], start: SupportsFloat | SupportsIndex, spread: SupportsFloat | SupportsIndex, seed: SupportsIndex) -> Simulator:
    """
    The toy: decays from the energy `start`, with the standard deviation `spread` [MeV].
    """

def train_flow(config: "object", density: Density | None, events: "tuple[list[tuple[str, str, bool, float, float]], list[tuple[str, str, float, float, list[str]]], NDArray[float64], NDArray[float64]] | None", state: str | PathLike[str] | None, resume: bool, progress: "object") -> Flow:
    """
    Trains a flow on a density, on events, on both, or on what the configuration names. `progress` hears each round;
    the state for a later resume goes to the folder `state`.
    """

def widths(config: str) -> tuple[float, list[tuple[str, str, float, float]], list[str], NDArray[float64]]:
    """
    Widths of the state of a configuration: level density of its spin and parity [1/MeV], the partial
    widths [MeV], names of the parameters whose gradients are wanted, and the derivatives of the total
    width.
    """

def write(path: str | PathLike[str], columns: Columns, record: Record, overwrite: bool) -> None:
    """
    Writes an event file; the ending of the name chooses the format.
    """
