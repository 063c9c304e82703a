"""The simulation as a layer of JAX.

    layer = gradino.jax.Layer(simulator.draw(events=20_000))
    loss = lambda theta: ((layer.histogram(theta, edges) - data) ** 2).sum()
    jax.jit(jax.value_and_grad(loss))(theta)

Numbers are float64 with ``jax.config.update("jax_enable_x64", True)``; without it they are rounded to float32 on
the way in and out, while the simulation itself always has 64 bits. First derivatives in reverse mode are exact;
there are no others: a second one raises ``gradino.DerivativeError``, forward mode a ``TypeError`` of JAX.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._errors import DerivativeError
from ._estimators import Floats
from ._layer import Binned, check_shape, events, pull_back

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    raise ImportError("gradino.jax needs JAX: pip install 'gradino[jax]'") from error

if TYPE_CHECKING:
    from ._simulator import Bank

__all__ = ["Layer"]

class Layer:
    """Events of a bank as differentiable functions of theta, an array of the parameters ``bank.names``.

    Compiled functions look the bank up when they run: after ``layer.bank = simulator.draw(theta, n)``, with
    the same number of events, they go on with the new one.
    """

    def __init__(self, bank: "Bank") -> None:
        self.bank = bank

    def __call__(self, theta: ArrayLike | jax.Array) -> tuple[jax.Array, jax.Array]:
        """What is observed, (events, observables), and the weights, (events,), at theta."""
        n, d = len(self.bank), len(self.bank.simulator.observables)

        def moved(theta: Floats) -> tuple[Floats, ...]:
            return events(self.bank, theta)

        def pulled(theta: Floats, by_value: Floats, by_weight: Floats) -> tuple[Floats, ...]:
            return (pull_back(self.bank, theta, by_value, by_weight),)

        @jax.custom_vjp
        def layer(theta: jax.Array) -> tuple[jax.Array, ...]:
            return _outside(moved, [(n, d), (n,)], theta)

        def forward(theta: jax.Array) -> tuple[tuple[jax.Array, ...], jax.Array]:
            return _outside(moved, [(n, d), (n,)], theta), theta

        def backward(theta: jax.Array, by: tuple[jax.Array, ...]) -> tuple[jax.Array]:
            (gradient,) = _outside(pulled, [theta.shape], theta, *by)
            return (gradient,)

        layer.defvjp(forward, backward)
        values, weights = layer(self._point(theta))
        return values, weights

    def histogram(
        self,
        theta: ArrayLike | jax.Array,
        bins: ArrayLike,
        observable: str | None = None,
        *,
        total: float = 1.0,
    ) -> jax.Array:
        """Expected counts of ``total`` events between the edges ``bins``: see ``Bank.histogram``."""
        binned = Binned(self.bank.simulator, bins, observable, total)
        shape = (binned.bins,)

        def filled(theta: Floats) -> tuple[Floats, ...]:
            return binned.filled(self.bank, theta)

        @jax.custom_vjp
        def layer(theta: jax.Array) -> jax.Array:
            return _outside(filled, [shape, shape + theta.shape], theta)[0]

        def forward(theta: jax.Array) -> tuple[jax.Array, jax.Array]:
            counts, jacobian = _outside(filled, [shape, shape + theta.shape], theta)
            return counts, jacobian

        def backward(jacobian: jax.Array, by: jax.Array) -> tuple[jax.Array]:
            return (by @ jacobian,)

        layer.defvjp(forward, backward)
        return layer(self._point(theta))

    def _point(self, theta: ArrayLike | jax.Array) -> jax.Array:
        """Theta as floating-point numbers; its shape is known while a function is compiled."""
        point = jnp.asarray(theta)
        check_shape(self.bank, point.shape, "; for many points use jax.vmap")
        return point if jnp.issubdtype(point.dtype, jnp.floating) else point.astype(float)


def _outside(
    function: Callable[..., tuple[Floats, ...]], shapes: list[tuple[int, ...]], *arguments: jax.Array
) -> tuple[jax.Array, ...]:
    """Calls ``function`` outside of JAX. It takes any leading axes, and its derivatives are refused."""
    kind = arguments[0].dtype
    results = tuple(jax.ShapeDtypeStruct(shape, kind) for shape in shapes)

    def cast(*given: ArrayLike) -> tuple[NDArray[np.floating], ...]:
        arrays = (np.asarray(array, dtype=np.float64) for array in given)
        return tuple(result.astype(kind) for result in function(*arrays))

    @jax.custom_jvp
    def call(*arguments: jax.Array) -> tuple[jax.Array, ...]:
        return tuple(jax.pure_callback(cast, results, *arguments, vmap_method="broadcast_all"))

    @call.defjvp
    def refused(primals: object, tangents: object) -> tuple[tuple[jax.Array, ...], tuple[jax.Array, ...]]:
        raise DerivativeError

    return call(*arguments)
