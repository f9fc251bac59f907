"""The service that the tests talk to runs already; `pnpm test:python` starts it and says where in the environment."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any, Callable, Optional, cast

import pytest
from misbehaving import MisbehavingServer

from learning_loop import AsyncLearningLoop, Interaction, LearningLoop, Turn

OpenLoop = Callable[..., AsyncLearningLoop]


class Awaitable:
    """A client for threads, or a turn of one, with the methods of the one for asyncio: one test for both."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, "close" if name == "aclose" else name)
        if name == "with_options":
            return lambda **options: Awaitable(found(**options))
        if not callable(found):
            return found

        async def call(*args: Any, **kwargs: Any) -> Any:
            result = found(*args, **kwargs)
            return Awaitable(result) if isinstance(result, Turn) else result

        return call


async def until_learned(loop: AsyncLearningLoop, interaction_id: Optional[str]) -> Interaction:
    assert interaction_id is not None
    for _ in range(300):
        interaction = await loop.interaction(interaction_id)
        if interaction.learned:
            return interaction
        await asyncio.sleep(0.05)
    raise AssertionError(f"{interaction_id} was not learned within 15 s")


@pytest.fixture(autouse=True)
def short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between attempts, which are many here."""
    monkeypatch.setattr("learning_loop._options._first_delay_seconds", 0.02)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def url() -> str:
    return os.environ["LEARNING_LOOP_URL"]


@pytest.fixture(scope="session")
def app_key() -> str:
    return os.environ["LEARNING_LOOP_APP_KEY"]


@pytest.fixture(scope="session")
def admin_key() -> str:
    return os.environ["LEARNING_LOOP_ADMIN_KEY"]


@pytest.fixture
def user() -> str:
    """One that nobody has had; it needs quoting in a path."""
    return f"ada/ ü{uuid.uuid4()}"


@pytest.fixture(params=["asyncio", "threads"])
async def open_loop(request: pytest.FixtureRequest) -> AsyncIterator[OpenLoop]:
    """Opens clients of both kinds, which are closed after the test."""
    opened: list[AsyncLearningLoop] = []

    def open_one(url: str, **options: Any) -> AsyncLearningLoop:
        is_async = request.param == "asyncio"
        made = AsyncLearningLoop(url, **options) if is_async else Awaitable(LearningLoop(url, **options))
        opened.append(cast(AsyncLearningLoop, made))
        return opened[-1]

    yield open_one
    for loop in opened:
        await loop.aclose()


@pytest.fixture
def loop(open_loop: OpenLoop, url: str, admin_key: str) -> AsyncLearningLoop:
    """With all rights, and with time for a busy machine."""
    return open_loop(url, api_key=admin_key, timeout=30.0)


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as server:
        yield server
