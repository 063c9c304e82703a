"""The layer of JAX: exact first derivatives, compiled, mapped and in training; no second ones."""

import sys

import gradino
import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="JAX is not installed: pip install 'gradino[jax]'")
import gradino.jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

jax.config.update("jax_enable_x64", True)

EDGES = np.arange(0.0, 8.1, 0.5)


def smooth(layer):
    """A mean of both observables."""

    def mean(theta):
        values, weights = layer(theta)
        return (weights * jnp.tanh(values[:, 0] / 10) * jnp.exp(-values[:, 1])).mean()

    return mean


def counted(layer):
    return lambda theta: jnp.sum(layer.histogram(theta, EDGES, total=50.0) ** 2)


def difference(function, theta, k):
    step = 1e-6 * theta[k]
    return (function(theta.at[k].add(step)) - function(theta.at[k].add(-step))) / (2 * step)


@pytest.mark.parametrize("of", [smooth, counted])
def test_gradients_are_those_of_finite_differences_also_compiled_and_mapped(bank, of):
    function = of(gradino.jax.Layer(bank))
    points = jnp.array([bank.origin * 1.01, bank.origin * 0.99])
    exact = np.array([[difference(jax.jit(function), theta, k) for k in range(2)] for theta in points])
    for gradient in (jax.grad(function), jax.jit(jax.grad(function))):
        np.testing.assert_allclose([gradient(theta) for theta in points], exact, rtol=2e-5, atol=1e-9)
    for mapped in (jax.vmap(jax.grad(function)), jax.jit(jax.vmap(jax.grad(function)))):
        np.testing.assert_allclose(mapped(points), exact, rtol=2e-5, atol=1e-9)


def test_values_are_those_of_the_bank(bank):
    layer, theta = gradino.jax.Layer(bank), bank.origin * 1.01
    sample = bank.at(theta)
    for call in (layer, jax.jit(layer)):
        values, weights = call(theta)
        np.testing.assert_array_equal(values, sample.values)
        np.testing.assert_array_equal(weights, sample.weights)
    counts, _, jacobian = bank.histogram(theta, EDGES, total=1.0)
    np.testing.assert_array_equal(layer.histogram(theta, EDGES), counts)
    np.testing.assert_allclose(jax.jacrev(lambda t: layer.histogram(t, EDGES))(theta), jacobian, rtol=1e-12)


@pytest.mark.parametrize("of", [smooth, counted])
def test_second_derivatives_and_forward_mode_are_refused_with_their_reason(toy, of):
    function, theta = of(gradino.jax.Layer(toy)), jnp.array(toy.origin)
    for second in (jax.hessian(function), jax.jit(jax.hessian(function)), jax.jacrev(jax.grad(function))):
        with pytest.raises(gradino.DerivativeError, match="first derivatives only, a second one was asked for"):
            second(theta)
    for forward in (jax.jacfwd(function), lambda t: jax.jvp(function, (t,), (t,))):
        with pytest.raises(TypeError, match="forward-mode"):
            forward(theta)


def test_what_is_wrong_with_theta_is_said(toy):
    layer = gradino.jax.Layer(toy)
    with pytest.raises(gradino.ConfigError, match=r"theta of shape \(3,\)\nhint: give a value for each of toy.alpha, toy.lambda"):
        jax.jit(layer)(jnp.ones(3))
    with pytest.raises(Exception, match="toy.alpha = NaN is outside its bounds"):
        jax.block_until_ready(layer(jnp.array([jnp.nan, 3.0])))
    np.testing.assert_array_equal(layer(jnp.array([5, 3]))[1], layer(jnp.array([5.0, 3.0]))[1])


def test_results_have_the_precision_of_theta(toy):
    layer, theta = gradino.jax.Layer(toy), jnp.array(toy.origin)
    single = theta.astype(jnp.float32)
    assert layer(single)[0].dtype == layer(single)[1].dtype == layer.histogram(single, EDGES).dtype == jnp.float32
    gradient = jax.grad(smooth(layer))(single)
    assert gradient.dtype == jnp.float32
    np.testing.assert_allclose(gradient, jax.grad(smooth(layer))(theta), rtol=1e-3)


def test_compiled_functions_see_a_new_bank(toy):
    layer = gradino.jax.Layer(toy)
    theta = jnp.array([5.3, 2.8])
    counts = jax.jit(lambda t: layer.histogram(t, EDGES))
    before = counts(theta)
    layer.bank = toy.simulator.draw(np.array(theta), range(2000, 4000))
    after = counts(theta)
    np.testing.assert_array_equal(after, layer.bank.histogram(np.array(theta), EDGES, total=1.0).counts)
    assert np.abs(after - before).max() > 0


def test_a_network_learns_through_the_simulation_to_read_spectra():
    """An amortised fit: spectra in, parameters out. It never sees the parameters: what it says is simulated,
    and the result is compared with its input."""
    layer = gradino.jax.Layer(gradino.toy(spread=0.3).draw(events=1000))
    centre, reach = jnp.array([5.0, 3.0]), jnp.array([1.0, 0.6])
    spectra = jax.vmap(lambda theta: layer.histogram(theta, EDGES, total=16.0))

    def network(weights, counts):
        hidden = jnp.tanh((counts - 1.0) @ weights["in"] + weights["bias"])
        return centre + reach * jnp.tanh(hidden @ weights["out"])

    def loss(weights, counts):
        return jnp.mean((spectra(network(weights, counts)) - counts) ** 2)

    keys = jax.random.split(jax.random.key(1), 3)
    weights = {"in": 0.3 * jax.random.normal(keys[0], (16, 12)), "bias": jnp.zeros(12)}
    weights["out"] = 0.1 * jax.random.normal(keys[1], (12, 2))
    truth = centre + 0.8 * reach * jax.random.uniform(keys[2], (12, 2), minval=-1.0)
    data = spectra(truth)

    @jax.jit
    def adam(weights, first, second, step):
        value, slope = jax.value_and_grad(loss)(weights, data)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
        second = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, second, slope)
        scale = 0.03 / (1 - 0.9**step) * jnp.sqrt(1 - 0.99**step)
        return jax.tree.map(lambda w, m, v: w - scale * m / (jnp.sqrt(v) + 1e-9), weights, first, second), first, second, value

    first = second = jax.tree.map(jnp.zeros_like, weights)
    losses = []
    for step in range(1, 121):
        weights, first, second, value = adam(weights, first, second, step)
        losses.append(float(value))
    assert losses[-1] < losses[0] / 20
    assert jnp.corrcoef(network(weights, data)[:, 1], truth[:, 1])[0, 1] > 0.8


def test_without_jax_its_absence_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.delitem(sys.modules, "gradino.jax")
    with pytest.raises(ImportError, match=r"pip install 'gradino\[jax\]'"):
        import gradino.jax  # noqa: F401
