"""The package as a whole: its two clients, its types, its metadata."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import learning_loop
from learning_loop import AsyncLearningLoop, AsyncTurn, LearningLoop, Turn

root = Path(__file__).parent.parent


def test_the_client_for_threads_is_made_from_the_one_for_asyncio() -> None:
    made = subprocess.run([sys.executable, root / "make_sync.py", "--check"], capture_output=True, text=True)
    assert (made.returncode, made.stdout) == (0, "")


def test_both_clients_have_the_same_methods_and_arguments() -> None:
    for one, other in ((AsyncLearningLoop, LearningLoop), (AsyncTurn, Turn)):
        methods = {name.replace("aclose", "close"): method for name, method in public_methods(one).items()}
        assert set(methods) == set(public_methods(other))
        for name, method in public_methods(other).items():
            assert list(inspect.signature(methods[name]).parameters) == list(inspect.signature(method).parameters)
            assert not inspect.iscoroutinefunction(method)
            assert method.__doc__


def public_methods(kind: type) -> dict[str, Any]:
    return dict(inspect.getmembers(kind, lambda found: inspect.isfunction(found) and found.__name__[0] != "_"))


def test_everything_public_is_listed_and_exists() -> None:
    imported = ast.parse((root / "src/learning_loop/__init__.py").read_text()).body
    names = {alias.name for node in imported if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(learning_loop.__all__) == names
    assert all(hasattr(learning_loop, name) for name in names)


def test_the_metadata_names_what_it_needs() -> None:
    found = metadata.metadata("learning-loop")
    assert found["Version"] == learning_loop.__version__
    assert metadata.requires("learning-loop") == ["httpx<1,>=0.27"]
    assert found["Requires-Python"] == ">=3.9"
    assert found["License-Expression"] == "MIT"
    files = {str(file) for file in metadata.files("learning-loop") or ()}
    assert "learning_loop/py.typed" in files
    assert any(name.endswith("licenses/LICENSE") for name in files)
    assert (root / "LICENSE").read_text() == (root.parents[1] / "LICENSE").read_text()


def test_it_needs_nothing_that_it_does_not_name() -> None:
    standard: Iterable[str] = getattr(sys, "stdlib_module_names", ())
    if not standard:  # Python 3.9 has no list of them; the other versions check the same files
        return
    allowed = {"httpx", *standard}
    for file in (root / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            assert {name.split(".")[0] for name in names} <= allowed, file
