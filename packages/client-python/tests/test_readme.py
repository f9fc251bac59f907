"""The code of the README does what it says."""

from __future__ import annotations

import ast
import inspect
import logging
import re
from pathlib import Path

import pytest

from learning_loop import LearningLoop

readme = (Path(__file__).parent.parent / "README.md").read_text()
blocks = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)


def test_the_readme_has_code() -> None:
    assert len(blocks) >= 3


@pytest.mark.anyio
@pytest.mark.parametrize("block", blocks, ids=[str(number) for number in range(len(blocks))])
async def test_a_block_of_the_readme_runs(block: str, url: str, app_key: str) -> None:
    source = block.replace('url="http://127.0.0.1:8080"', "url=url, api_key=app_key")
    code = compile(source, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with LearningLoop(url, api_key=app_key) as loop:
        names = {"url": url, "app_key": app_key, "loop": loop, "log": logging.getLogger("readme")}
        result = eval(code, names)
        if inspect.isawaitable(result):
            await result
        turn = names["turn"]
    assert getattr(turn, "prompt", None)
    # A busy machine may take longer than the one that is set here.
    assert "timeout=" in block or getattr(turn, "skipped", None) is False
