"""Bands as a workspace of pyhf (HistFactory in JSON)."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ._cost import check, scale
from ._errors import mistake
from ._estimators import Floats

if TYPE_CHECKING:
    from ._bands import Bands, Contribution

# Parameters may be taken one by one if their effects give the covariance back to this share.
_CORRELATION = 1e-6


def workspace(
    bands: "Bands", data: ArrayLike | None, by: str, total: float | None, sample: str, channel: str
) -> dict[str, object]:
    """One channel with one sample."""
    factor = 1.0 if total is None else scale(bands, total)
    nominal = factor * bands.values
    counts = nominal if data is None else np.asarray(data, dtype=np.float64)
    check(counts, nominal, nominal)
    modifiers: list[dict[str, object]] = [{"name": "mu", "type": "normfactor", "data": None}]
    modifiers += [_histosys(c.name, nominal, factor * c.effect) for c in _uncertainties(bands, by)]
    errors = (factor * bands.statistical_errors).tolist()
    modifiers.append({"name": f"staterror_{channel}", "type": "staterror", "data": errors})
    samples = [{"name": sample, "data": nominal.tolist(), "modifiers": modifiers}]
    return {
        "version": "1.0.0",
        "channels": [{"name": channel, "samples": samples}],
        "observations": [{"name": channel, "data": counts.tolist()}],
        "measurements": [{"name": "gradino", "config": {"poi": "mu", "parameters": []}}],
    }


def _uncertainties(bands: "Bands", by: str) -> list["Contribution"]:
    if by == "direction":
        return bands.directions()
    if by != "parameter":
        raise mistake(f"by = {by!r}", "give 'direction' or 'parameter'")
    alone = sum((np.outer(c.effect, c.effect) for c in bands.parameters), np.zeros_like(bands.systematic))
    if np.abs(alone - bands.systematic).max() > _CORRELATION * np.abs(bands.systematic).max():
        raise mistake("the parameters are correlated, which pyhf cannot say of them", "use by='direction'")
    return bands.parameters


def _histosys(name: str, nominal: Floats, effect: Floats) -> dict[str, object]:
    ends = {"hi_data": (nominal + effect).tolist(), "lo_data": (nominal - effect).tolist()}
    return {"name": name, "type": "histosys", "data": ends}
