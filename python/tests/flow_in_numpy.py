"""What a file of a flow means, in NumPy alone: the density of the definition, with nothing of gradino."""

import json
from pathlib import Path

import numpy as np

LEAST = 1e-4  # of a bin, and of a slope


def read(path: Path) -> tuple[dict, dict[str, np.ndarray]]:
    """The flow and its tensors: the safetensors format is a header and numbers."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    spec = json.loads(header.pop("__metadata__")["spec"])
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"]).astype(np.float64)
    return spec, tensors


def chebyshev(t: np.ndarray, n: int) -> list[np.ndarray]:
    return [np.cos(k * np.arccos(t)) for k in range(1, n + 1)]


def of_axis(spec: dict, axis: int, u: np.ndarray) -> list[np.ndarray]:
    if spec["space"]["axes"][axis]["manifold"] == "interval":
        return chebyshev(2 * u - 1, spec["features"]["interval"])
    angles = [2 * np.pi * k * u for k in range(1, spec["features"]["circle"] + 1)]
    return [f(angle) for angle in angles for f in (np.cos, np.sin)]


def of_conditions(spec: dict, conditions: np.ndarray) -> list[np.ndarray]:
    seen = []
    for condition, value in zip(spec["space"]["conditions"], conditions.T):
        if "range" in condition["domain"]:
            low, high = (condition["domain"]["range"][key] for key in ("low", "high"))
            seen += chebyshev(2 * (value - low) / (high - low) - 1, spec["features"]["condition"])
        else:
            labels = condition["domain"]["category"]["labels"]
            seen += [(value == kind).astype(float) for kind in range(len(labels))]
    return seen or [np.ones(len(conditions))]


def knots(raw: np.ndarray) -> np.ndarray:
    sizes = np.exp(raw - raw.max(axis=1, keepdims=True))
    sizes = LEAST + (1 - LEAST * raw.shape[1]) * sizes / sizes.sum(axis=1, keepdims=True)
    return np.concatenate([np.zeros((len(raw), 1)), np.cumsum(sizes, axis=1)], axis=1)


def spline(raw: np.ndarray, bins: int, circle: bool, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Image and slope, eqs. (4) and (5) of durkan2019."""
    edges, values = knots(raw[:, :bins]), knots(raw[:, bins : 2 * bins])
    slopes = LEAST + np.logaddexp(0, raw[:, 2 * bins :] + np.log(np.expm1(1 - LEAST)))
    if circle:
        slopes = np.concatenate([slopes, slopes[:, :1]], axis=1)
    at = np.clip((edges <= x[:, None]).sum(axis=1) - 1, 0, bins - 1)
    pick = lambda table, shift=0: np.take_along_axis(table, at[:, None] + shift, axis=1)[:, 0]
    width, rise = pick(edges, 1) - pick(edges), pick(values, 1) - pick(values)
    mean, left, right, share = rise / width, pick(slopes), pick(slopes, 1), (x - pick(edges)) / width
    cross = share * (1 - share)
    below = mean + (left + right - 2 * mean) * cross
    image = pick(values) + rise * (mean * share**2 + left * cross) / below
    return image, mean**2 * (right * share**2 + 2 * mean * cross + left * (1 - share) ** 2) / below**2


def activation(name: str, x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0) if name == "relu" else x / (1 + np.exp(-x))


class Conditioner:
    """The networks of a transform."""

    def __init__(self, spec: dict, turn: int, tensors: dict[str, np.ndarray]) -> None:
        self.spec, self.turn, self.transform = spec, turn, spec["transforms"][turn]
        self.tensors, self.order = tensors, self.transform["order"]
        ((self.kind, self.setting),) = self.transform["conditioner"].items()
        half = len(self.order) // 2
        self.coupling = self.transform["kind"] == "coupling"
        self.mapped = range(half, len(self.order)) if self.coupling else range(len(self.order))
        self.seen = lambda place: self.order[: half if self.coupling else place]

    def numbers(self, place: int) -> int:
        axis = self.spec["space"]["axes"][self.order[place]]
        return 3 * self.transform["bins"] + (axis["manifold"] == "interval")

    def layer(self, name: str, x: np.ndarray, mask: np.ndarray | float = 1.0) -> np.ndarray:
        return x @ (self.tensors[f"{name}.weight"] * mask) + self.tensors[f"{name}.bias"]

    def raw(self, u: np.ndarray, conditions: list[np.ndarray]) -> dict[int, np.ndarray]:
        """The numbers of the spline in each place."""
        act = lambda x: activation(self.setting["activation"], x)
        if self.kind == "per_axis":
            found = {}
            for place in self.mapped:
                h = np.stack(self.features(self.seen(place), u) + conditions, axis=1)
                for number in range(self.setting["layers"]):
                    h = act(self.layer(f"transform.{self.turn}.axis.{self.order[place]}.layer.{number}", h))
                last = f"transform.{self.turn}.axis.{self.order[place]}.layer.{self.setting['layers']}"
                found[place] = self.layer(last, h)
            return found
        sees = self.seen(len(self.order) - 1)
        first = [place + 1 for place, axis in enumerate(sees) for _ in self.features([axis], u)] + [0] * len(conditions)
        hidden = [h * len(self.order) // self.setting["width"] for h in range(self.setting["width"])]
        last = [place for place in self.mapped for _ in range(self.numbers(place))]
        mask = lambda a, b: 1.0 if self.coupling else (np.array(a)[:, None] <= np.array(b)[None, :]).astype(float)
        name = lambda number: f"transform.{self.turn}.layer.{number}"
        h = self.layer(name(0), np.stack(self.features(sees, u) + conditions, axis=1), mask(first, hidden))
        for block in range(self.setting["blocks"]):
            step = self.layer(name(2 * block + 1), act(h), mask(hidden, hidden))
            h = h + self.layer(name(2 * block + 2), act(step), mask(hidden, hidden))
        out = self.layer(name(2 * self.setting["blocks"] + 1), h, mask(hidden, last))
        ends = np.cumsum([self.numbers(place) for place in self.mapped])[:-1]
        return dict(zip(self.mapped, np.split(out, ends, axis=1)))

    def features(self, axes: list[int], u: np.ndarray) -> list[np.ndarray]:
        return [feature for axis in axes for feature in of_axis(self.spec, axis, u[:, axis])]


def log_density(path: Path, points: np.ndarray, conditions: np.ndarray) -> np.ndarray:
    """ln q(x | c) of rows of points under rows of conditions."""
    spec, tensors = read(path)
    axes = spec["space"]["axes"]
    low, high = (np.array([axis[key] for axis in axes]) for key in ("low", "high"))
    u, seen = (points - low) / (high - low), of_conditions(spec, conditions)
    log = np.full(len(points), -np.log(high - low).sum())
    for turn, transform in enumerate(spec["transforms"]):
        after = u.copy()
        for place, raw in Conditioner(spec, turn, tensors).raw(u, seen).items():
            axis = transform["order"][place]
            circle = axes[axis]["manifold"] == "circle"
            after[:, axis], slope = spline(raw, transform["bins"], circle, u[:, axis])
            log += np.log(slope)
        u = after
    return log
