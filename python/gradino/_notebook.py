"""How a run looks in a notebook."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ._run import Run

_EMITTED = {22: "gammas", 2112: "neutrons", 2212: "protons", 1000020040: "alphas"}
_STRONGEST = 8


def summary(run: "Run") -> str:
    """A table of the run, and one of what moves its mean visible energy."""
    mean, error, gradient = run.expectation()
    rows = [
        ("events", f"{run.n_events:,}"),
        ("seed", str(run.seed)),
        ("mean visible energy", f"{mean:.4f} &plusmn; {error:.4f} MeV"),
    ]
    if run.cross_section is not None:
        rows.append(("cross section", f"{run.cross_section.value:.4e} cm<sup>2</sup> per atom"))
    for pdg, name in _EMITTED.items():
        count = run.expectation(run.count(pdg))
        if count.mean > 0:
            rows.append((f"{name} per event", f"{count.mean:.4f} &plusmn; {count.error:.4f}"))
    rows += [("warning", escape(text)) for text in run.warnings]
    body = "".join(f"<tr><th style='text-align:left'>{name}</th><td>{text}</td></tr>" for name, text in rows)
    return f"<table>{body}</table>{_gradients(run, gradient)}"


def _gradients(run: "Run", gradient: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    if not run.gradient_names:
        return ""
    known = run.gradient_parameters
    errors = run.gradient_error()
    step = np.array([p.sigma or abs(p.value) * 0.01 for p in known])
    order = np.argsort(-np.abs(gradient * step))[:_STRONGEST]
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(known[k].name)}</td><td>{known[k].value:g}</td>"
        f"<td>{gradient[k]:+.4g} &plusmn; {errors[k]:.2g}</td><td>{escape(known[k].unit)}</td></tr>"
        for k in order
    )
    head = "<tr><th>parameter</th><th>value</th><th>d mean visible energy [MeV per unit]</th><th>unit</th></tr>"
    return f"<table>{head}{rows}</table>"
