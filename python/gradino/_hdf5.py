"""Bands as an HDF5 file."""

from typing import TYPE_CHECKING

from ._errors import FileError

if TYPE_CHECKING:
    from ._bands import Bands

try:
    import h5py
except ImportError as error:
    raise ImportError("HDF5 files need h5py: pip install 'gradino[hdf5]'") from error


def write(bands: "Bands", path: str, overwrite: bool) -> None:
    """One data set for each array; units are attributes."""
    arrays = {
        "edges": (bands.edges, bands.unit),
        "content": (bands.values, "events"),
        "systematic_covariance": (bands.systematic, "events^2"),
        "statistical_covariance": (bands.statistical, "events^2"),
        "systematic_error_error": (bands.band_errors, "events"),
        "systematic_shift": (bands.shift, "events"),
        "noise_variance": (bands.noise, "events^2"),
        "jacobian": (bands.jacobian, "events per unit of the parameter"),
        "parameter_values": (bands.parameter_values, "unit of the parameter"),
        "parameter_covariance": (bands.parameter_covariance, "units of the parameters"),
    }
    try:
        with h5py.File(path, "w" if overwrite else "x") as file:
            for name, (array, unit) in arrays.items():
                file.create_dataset(name, data=array).attrs["unit"] = unit
            file["parameters"] = [name.encode() for name in bands.names]
            file.attrs.update(observable=bands.observable, events=bands.events, weight=bands.weight)
            file.attrs["bands"] = bands.method
            file.attrs["warnings"] = "\n".join(bands.warnings)
    except FileExistsError as error:
        raise FileError(f"{path} exists already\nhint: replace it with overwrite=True") from error
