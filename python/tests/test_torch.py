"""The layer of PyTorch: exact first derivatives, for batches, and in training; no second ones."""

import sys

import gradino
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'gradino[torch]'")
import gradino.torch  # noqa: E402

EDGES = np.arange(0.0, 8.1, 0.5)


def smooth(layer):
    """A mean of both observables."""

    def mean(theta):
        values, weights = layer(theta)
        return (weights * torch.tanh(values[..., 0] / 10) * torch.exp(-values[..., 1])).mean(-1)

    return mean


def counted(layer):
    return lambda theta: (layer.histogram(theta, EDGES, total=50.0) ** 2).sum(-1)


@pytest.mark.parametrize("of", [smooth, counted])
def test_gradients_are_those_of_finite_differences_also_of_batches_and_mapped(bank, of):
    function = of(gradino.torch.Layer(bank))
    points = torch.tensor(np.array([bank.origin * 1.01, bank.origin * 0.99]), requires_grad=True)
    steps = 1e-6 * torch.diag(torch.tensor(bank.origin))
    exact = torch.stack([(function(points + s) - function(points - s)) / (2 * s.sum()) for s in steps], dim=-1).detach()
    (batch,) = torch.autograd.grad(function(points).sum(), points)
    torch.testing.assert_close(batch, exact, rtol=2e-5, atol=1e-9)
    single = [torch.autograd.grad(function(theta), theta)[0] for theta in points.detach().requires_grad_().unbind()]
    torch.testing.assert_close(torch.stack(single), batch)
    mapped = torch.func.vmap(torch.func.grad(function))(points.detach())
    torch.testing.assert_close(mapped, batch)
    rows = torch.func.jacrev(function)(points.detach())
    torch.testing.assert_close(torch.stack([rows[k, k] for k in range(2)]), batch)


def test_values_are_those_of_the_bank(bank):
    layer, theta = gradino.torch.Layer(bank), torch.tensor(bank.origin * 1.01)
    sample = bank.at(theta.numpy())
    values, weights = layer(theta)
    np.testing.assert_array_equal(values, sample.values)
    np.testing.assert_array_equal(weights, sample.weights)
    counts, _, jacobian = bank.histogram(theta.numpy(), EDGES, total=1.0)
    np.testing.assert_array_equal(layer.histogram(theta, EDGES), counts)
    rows = torch.autograd.functional.jacobian(lambda t: layer.histogram(t, EDGES), theta)
    np.testing.assert_allclose(rows, jacobian, rtol=1e-12)


@pytest.mark.parametrize("of", [smooth, counted])
def test_second_derivatives_and_forward_mode_are_refused_with_their_reason(toy, of):
    function, theta = of(gradino.torch.Layer(toy)), torch.tensor(toy.origin, requires_grad=True)
    (slope,) = torch.autograd.grad(function(theta), theta, create_graph=True)
    for second in (
        lambda: torch.autograd.grad(slope.sum(), theta),
        lambda: torch.func.hessian(function)(theta.detach()),
        lambda: torch.func.jacrev(torch.func.grad(function))(theta.detach()),
        lambda: torch.func.jacfwd(function)(theta.detach()),
        lambda: torch.func.jvp(function, (theta.detach(),), (theta.detach(),)),
    ):
        with pytest.raises(gradino.DerivativeError, match="first derivatives"):
            second()


def test_what_is_wrong_with_theta_is_said(toy):
    layer = gradino.torch.Layer(toy)
    with pytest.raises(gradino.ConfigError, match=r"theta of shape \(3,\)\nhint: give a value for each of toy.alpha, toy.lambda"):
        layer(torch.ones(3))
    with pytest.raises(gradino.ConfigError, match="toy.alpha = NaN is outside its bounds"):
        layer(torch.tensor([torch.nan, 3.0]))
    np.testing.assert_allclose(layer(torch.tensor([5, 3]))[1], layer(torch.tensor([5.0, 3.0]))[1])


def test_results_have_the_precision_of_theta_and_follow_a_new_bank(toy):
    layer, theta = gradino.torch.Layer(toy), torch.tensor(toy.origin)
    single = theta.to(torch.float32).requires_grad_()
    assert {part.dtype for part in (*layer(single), layer.histogram(single, EDGES))} == {torch.float32}
    (gradient,) = torch.autograd.grad(smooth(layer)(single), single)
    (double,) = torch.autograd.grad(smooth(layer)(theta.requires_grad_()), theta)
    torch.testing.assert_close(gradient, double.to(torch.float32), rtol=1e-3, atol=1e-9)
    layer.bank = toy.simulator.draw(events=range(2000, 2500))
    assert layer(theta)[1].shape == (500,)


def test_a_network_learns_through_the_simulation_to_read_spectra():
    """An amortised fit: spectra in, parameters out. It never sees the parameters: what it says is simulated,
    and the result is compared with its input."""
    torch.manual_seed(1)
    layer = gradino.torch.Layer(gradino.toy(spread=0.3).draw(events=1000))
    centre, reach = torch.tensor([5.0, 3.0]), torch.tensor([1.0, 0.6])
    inner = torch.nn.Sequential(torch.nn.Linear(16, 12), torch.nn.Tanh(), torch.nn.Linear(12, 2), torch.nn.Tanh())
    spectra = lambda theta: layer.histogram(theta, EDGES, total=16.0)  # noqa: E731
    truth = centre + 0.8 * reach * (2 * torch.rand(12, 2) - 1)
    data = spectra(truth)
    optimiser = torch.optim.Adam(inner.parameters(), lr=0.03)
    losses = []
    for _ in range(120):
        optimiser.zero_grad()
        loss = (spectra(centre + reach * inner(data - 1.0)) - data).square().mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    found = centre + reach * inner(data - 1.0).detach()
    assert losses[-1] < losses[0] / 20
    assert torch.corrcoef(torch.stack([found[:, 1], truth[:, 1]]))[0, 1] > 0.8


def test_without_pytorch_its_absence_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "gradino.torch")
    with pytest.raises(ImportError, match=r"pip install 'gradino\[torch\]'"):
        import gradino.torch  # noqa: F401
