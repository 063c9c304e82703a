"""The simulation as a layer of PyTorch.

    layer = gradino.torch.Layer(simulator.draw(events=20_000))
    loss = ((layer.histogram(theta, edges) - data) ** 2).sum()
    loss.backward()

Results have the type and the device of theta; the simulation itself runs on the processor with 64 bits. First
derivatives in reverse mode are exact; there are no others: a second one, or forward mode, raises
``gradino.DerivativeError``.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from ._errors import DerivativeError
from ._estimators import Floats
from ._layer import Binned, check_shape, events, pull_back

try:
    import torch
except ImportError as error:
    raise ImportError("gradino.torch needs PyTorch: pip install 'gradino[torch]'") from error

if TYPE_CHECKING:
    from ._simulator import Bank

__all__ = ["Layer"]


class Layer(torch.nn.Module):
    """Events of a bank as differentiable functions of theta, a tensor of the parameters ``bank.names``.

    Theta may have leading axes, with a point in each row; the results have them too. ``bank`` may be replaced
    between steps: ``layer.bank = simulator.draw(theta, n)``.
    """

    def __init__(self, bank: "Bank") -> None:
        super().__init__()
        self.bank = bank

    def forward(self, theta: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What is observed, (..., events, observables), and the weights, (..., events), at theta."""
        return _Events.apply(self._point(theta), self.bank)

    def histogram(
        self, theta: torch.Tensor, bins: ArrayLike, observable: str | None = None, *, total: float = 1.0
    ) -> torch.Tensor:
        """Expected counts of ``total`` events between the edges ``bins``, (..., bins): see ``Bank.histogram``."""
        binned = Binned(self.bank.simulator, bins, observable, total)
        counts, _ = _Counts.apply(self._point(theta), self.bank, binned)
        return counts

    def _point(self, theta: torch.Tensor) -> torch.Tensor:
        """Theta as floating-point numbers."""
        check_shape(self.bank, tuple(theta.shape[-1:]))
        return theta if theta.is_floating_point() else theta.to(torch.get_default_dtype())


class _Events(torch.autograd.Function):
    """Values and weights at theta."""

    @staticmethod
    def forward(theta: torch.Tensor, bank: "Bank") -> tuple[torch.Tensor, ...]:
        return _tensors(theta, *events(bank, _array(theta)))

    @staticmethod
    def setup_context(ctx: torch.autograd.Function, inputs: tuple[torch.Tensor, "Bank"], output: object) -> None:
        theta, ctx.bank = inputs
        ctx.save_for_backward(theta)

    @staticmethod
    def backward(
        ctx: torch.autograd.Function, by_value: torch.Tensor, by_weight: torch.Tensor
    ) -> tuple[torch.Tensor, None]:
        return _PulledBack.apply(*ctx.saved_tensors, by_value, by_weight, ctx.bank), None

    @staticmethod
    def jvp(*_: object) -> None:
        raise DerivativeError

    @staticmethod
    def vmap(
        info: object, axes: tuple[int | None, ...], theta: torch.Tensor, bank: "Bank"
    ) -> tuple[object, tuple[int, int]]:
        return _Events.apply(theta.movedim(axes[0], 0), bank), (0, 0)


class _Counts(torch.autograd.Function):
    """A histogram at theta, and its derivatives."""

    @staticmethod
    def forward(theta: torch.Tensor, bank: "Bank", binned: Binned) -> tuple[torch.Tensor, ...]:
        return _tensors(theta, *binned.filled(bank, _array(theta)))

    @staticmethod
    def setup_context(
        ctx: torch.autograd.Function, inputs: object, output: tuple[torch.Tensor, torch.Tensor]
    ) -> None:
        jacobian = output[1]
        ctx.mark_non_differentiable(jacobian)
        ctx.save_for_backward(jacobian)

    @staticmethod
    def backward(
        ctx: torch.autograd.Function, by_count: torch.Tensor, _: torch.Tensor
    ) -> tuple[torch.Tensor, None, None]:
        return _Product.apply(by_count, *ctx.saved_tensors), None, None

    @staticmethod
    def jvp(*_: object) -> None:
        raise DerivativeError

    @staticmethod
    def vmap(
        info: object, axes: tuple[int | None, ...], theta: torch.Tensor, bank: "Bank", binned: Binned
    ) -> tuple[object, tuple[int, int]]:
        return _Counts.apply(theta.movedim(axes[0], 0), bank, binned), (0, 0)


class _First(torch.autograd.Function):
    """A first derivative; it has none itself."""

    @staticmethod
    def setup_context(ctx: torch.autograd.Function, inputs: object, output: object) -> None:
        pass

    @staticmethod
    def backward(ctx: torch.autograd.Function, *_: object) -> None:
        raise DerivativeError

    @staticmethod
    def jvp(*_: object) -> None:
        raise DerivativeError


class _PulledBack(_First):
    """Derivatives with respect to theta from those with respect to values and weights."""

    @staticmethod
    def forward(
        theta: torch.Tensor, by_value: torch.Tensor, by_weight: torch.Tensor, bank: "Bank"
    ) -> torch.Tensor:
        (gradient,) = _tensors(theta, pull_back(bank, *map(_array, (theta, by_value, by_weight))))
        return gradient

    @staticmethod
    def vmap(info: object, axes: tuple[int | None, ...], *inputs: torch.Tensor) -> tuple[object, int]:
        *tensors, bank = inputs
        return _PulledBack.apply(*_together(info, axes, tensors), bank), 0


class _Product(_First):
    """Derivatives with respect to theta from those with respect to counts."""

    @staticmethod
    def forward(by_count: torch.Tensor, jacobian: torch.Tensor) -> torch.Tensor:
        return torch.einsum("...b,...bp->...p", by_count, jacobian)

    @staticmethod
    def vmap(info: object, axes: tuple[int | None, ...], *inputs: torch.Tensor) -> tuple[object, int]:
        return _Product.apply(*_together(info, axes, inputs)), 0


def _together(
    info: torch.autograd.Function, axes: tuple[int | None, ...], tensors: Sequence[torch.Tensor]
) -> list[torch.Tensor]:
    """All with the axis of a vmap in front."""
    size = info.batch_size
    return [
        tensor.expand(size, *tensor.shape) if axis is None else tensor.movedim(axis, 0)
        for tensor, axis in zip(tensors, axes)
    ]


def _array(tensor: torch.Tensor) -> Floats:
    array: Floats = tensor.detach().to("cpu", torch.float64).numpy()
    return array


def _tensors(like: torch.Tensor, *arrays: Floats) -> tuple[torch.Tensor, ...]:
    return tuple(torch.from_numpy(array).to(like.device, like.dtype) for array in arrays)
