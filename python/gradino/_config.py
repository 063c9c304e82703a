"""Configurations as they are given: a path, a TOML text, a mapping with the same keys, or None."""

import os
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from . import _gradino

Config: TypeAlias = str | os.PathLike[str] | Mapping[str, object] | None


def resolve(
    config: Config,
    *,
    events: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    gradients: str | Sequence[str] | None = None,
    parameters: Mapping[str, float] | None = None,
    state: Mapping[str, str] | None = None,
) -> str:
    """The configuration with every default, as TOML, with the arguments put over it."""
    overrides: dict[str, object] = {}
    for key, value in {"events": events, "seed": seed, "threads": threads}.items():
        if value is not None:
            overrides[key] = value
    if gradients is not None:
        patterns = [gradients] if isinstance(gradients, str) else list(gradients)
        overrides["gradients"] = {"parameters": patterns}
    if parameters is not None:
        overrides["parameters"] = dict(parameters)
    if state is not None:
        overrides["state"] = dict(state)
    return _gradino.resolve(config, overrides)
