"""Events for other libraries, on the memory of the NumPy arrays."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import _gradino

if TYPE_CHECKING:
    import awkward
    import pyarrow

    from ._run import Run

_NO_PARTICLE = np.iinfo(np.uint32).max
_PARTICLE_COLUMNS = ("pdg", "status", "e", "px", "py", "pz", "mass", "charge", "excitation", "two_j", "parity")


def _missing(library: str) -> ImportError:
    return ImportError(f"this needs {library}: `pip install {library}`", name=library)


def particles(run: "Run") -> "awkward.Array":
    """A list of records for each event."""
    try:
        import awkward as ak
    except ImportError:
        raise _missing("awkward") from None
    fields = [ak.contents.NumpyArray(getattr(run, name)) for name in _PARTICLE_COLUMNS]
    record = ak.contents.RecordArray(fields, list(_PARTICLE_COLUMNS))
    return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(run.offsets), record), with_name="Momentum4D")


def table(columns: _gradino.Columns, parameters: int) -> "pyarrow.Table":
    """A row for each event, lists for its particles and vertices."""
    try:
        import pyarrow as pa
    except ImportError:
        raise _missing("pyarrow") from None

    def flat(values: NDArray[np.generic], valid: NDArray[np.bool_] | None = None) -> "pyarrow.Array":
        bits = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
        kind = pa.from_numpy_dtype(values.dtype)
        return pa.Array.from_buffers(kind, len(values), [bits, pa.py_buffer(values)])

    def lists(offsets: NDArray[np.int64], values: "pyarrow.Array") -> "pyarrow.Array":
        return pa.LargeListArray.from_arrays(flat(offsets), values)

    c = columns
    beam, nucleus = ~np.isnan(c.neutrino_energy), c.two_j >= 0
    rows = np.arange(len(c.event) + 1, dtype=np.int64) * parameters
    of_particles = {
        **{name: flat(getattr(c, name)) for name in ("pdg", "status", "px", "py", "pz", "e", "mass", "charge")},
        **{name: flat(getattr(c, name), nucleus) for name in ("excitation", "two_j", "parity")},
    }
    of_vertices = {
        "vertex_status": flat(c.vertex_status),
        "vertex_in": flat(c.vertex_in),
        "vertex_in_second": flat(c.vertex_in_second, c.vertex_in_second != _NO_PARTICLE),
        "vertex_first_out": flat(c.vertex_first_out),
        "vertex_count_out": flat(c.vertex_count_out),
    }
    return pa.table(
        {
            "event": flat(c.event),
            "process": flat(c.process),
            "weight": flat(c.weight),
            "neutrino_energy": flat(c.neutrino_energy, beam),
            "visible_energy": flat(c.visible_energy),
            **{name: lists(c.offsets, values) for name, values in of_particles.items()},
            **{name: lists(c.vertex_offsets, values) for name, values in of_vertices.items()},
            "weight_gradient": lists(rows, flat(c.weight_gradient)),
            "coordinate_gradient": lists(c.coordinate_offsets, flat(c.coordinate_gradient)),
            "energy_jacobian": lists(c.jacobian_offsets, flat(c.energy_jacobian)),
        }
    )
