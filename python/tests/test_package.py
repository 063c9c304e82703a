"""The package itself: types, stubs, examples, the example of the README."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import gradino
import numpy as np
import pytest
from gradino import _gradino

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def test_the_package_and_the_examples_pass_the_strict_type_checker():
    pytest.importorskip("mypy")
    paths = [ROOT / "python" / "gradino", *EXAMPLES]
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def stub_names(body: list[ast.stmt]) -> set[str]:
    names = {node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return names | {node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}


def test_the_stubs_name_what_the_extension_has_and_say_its_types():
    text = (ROOT / "python" / "gradino" / "_gradino.pyi").read_text()
    tree = ast.parse(text)
    public = {name for name in dir(_gradino) if not name.startswith("_")}
    assert stub_names(tree.body) == public
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            of_class = getattr(_gradino, node.name)
            public = {name for name in dir(of_class) if not name.startswith("_")}
            assert stub_names(node.body) == public | ({"__new__"} & vars(of_class).keys())
    assert "Incomplete" not in text and "Any" not in text


def test_the_public_names_are_there():
    for name in gradino.__all__:
        assert getattr(gradino, name) is not None
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", gradino.__version__)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_fits_a_screen(path):
    assert len(path.read_text().splitlines()) <= 50 and "# %%" in path.read_text()
    result = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    assert result.stdout


def python_of(page: str) -> str:
    """The Python blocks of a page, one after the other."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), flags=re.DOTALL)
    assert blocks
    return "\n".join(blocks)


PAGES = ["README.md", "docs/src/tutorial.md", "docs/src/physics/mean-field.md"]
PAGES += [f"docs/src/howto/{name}.md" for name in ["fit", "propagate", "flow", "knockout", "responses"]]


@pytest.mark.parametrize("page", PAGES)
def test_the_python_of_a_page_runs(page, tmp_path, monkeypatch):
    (tmp_path / "run.toml").write_text('seed = 42\nevents = 2000\n[gradients]\nparameters = ["level_density.*"]\n')
    program = tmp_path / "page.py"
    program.write_text(python_of(page))
    result = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("library", ["jax", "torch"])
def test_the_layers_of_the_page_run(library, tmp_path):
    pytest.importorskip(library, reason=f"{library} is not installed")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/src/howto/layers.md").read_text(), flags=re.DOTALL)
    (block,) = [block for block in blocks if f"import {library}\n" in block]
    result = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode == 0, result.stderr


def test_the_loss_of_pytorch_on_the_page_has_the_gradient_of_the_sample(run):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    centres = torch.tensor([6.0, 12.0, 18.0], dtype=torch.float64)
    width, data = 3.0, torch.tensor([0.3, 0.4, 0.2], dtype=torch.float64)
    names = {"run": run, "data": data, "kernel": lambda energy: torch.exp(-(((energy[:, None] - centres) / width) ** 2))}
    exec(python_of("docs/src/reference/python.md"), names)

    distance = (run.visible_energy[:, None] - centres.numpy()) / width
    bins = np.exp(-(distance**2))
    slope = -2 * distance / width * bins
    mean = bins.mean(axis=0)
    jacobian = (bins.T @ run.weight_gradient + slope.T @ run.visible_energy_gradient) / len(run)
    assert names["loss"].item() == pytest.approx(((mean - data.numpy()) ** 2).sum(), rel=1e-12)
    gradient = 2 * (mean - data.numpy()) @ jacobian
    np.testing.assert_allclose(names["theta"].grad.numpy(), gradient, rtol=1e-9)
    assert (gradient != 0).all()
