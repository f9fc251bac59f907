"""The turn of an assistant, with a service that is there, slow, busy or away."""

from __future__ import annotations

import asyncio
import time
from typing import Union

import pytest
from conftest import OpenLoop, until_learned
from misbehaving import MisbehavingServer, Reply, cut, executed, hang, hypothesized, refuse, say

from learning_loop import AsyncLearningLoop, Candidate, NotFoundError

pytestmark = pytest.mark.anyio
outages = [
    hang,
    cut,
    refuse(429, "too_many_requests", {"retry-after": "60"}),
    refuse(503, "overloaded"),
    refuse(500, "x"),
]


async def test_a_turn_is_learned(loop: AsyncLearningLoop, user: str) -> None:
    turn = await loop.turn(user_id=user, text="build api")
    assert turn.skipped is False
    assert turn.prompt == "build api"
    assert len(turn.hypotheses) == 3
    assert turn.recommended in turn.hypotheses
    assert turn.auto_advance is False
    prompt = await turn.select(turn.hypotheses[1].id)
    assert prompt == turn.prompt
    assert turn.hypotheses[1].question in prompt
    assert await turn.feedback(type="rating", value=5) is not None
    interaction = await until_learned(loop, turn.interaction_id)
    assert interaction.selected_id == turn.hypotheses[1].id


async def test_none_of_these(loop: AsyncLearningLoop, user: str) -> None:
    turn = await loop.turn(user_id=user, text="build api", candidates=["build with Go", "build with Rust"])
    assert sorted(hypothesis.question for hypothesis in turn.hypotheses) == ["build with Go", "build with Rust"]
    assert "build api" in await turn.select(None)
    interaction = await until_learned(loop, turn.interaction_id)
    assert (interaction.status, interaction.selected_id) == ("selected", None)


async def test_an_id_that_was_not_shown_is_a_mistake(loop: AsyncLearningLoop, user: str) -> None:
    turn = await loop.turn(user_id=user, text="build api")
    with pytest.raises(NotFoundError, match="no_such_hypothesis"):
        await turn.select("h9")
    assert turn.skipped is False
    assert turn.prompt == "build api"


@pytest.mark.parametrize("outage", outages)
async def test_a_turn_without_the_service_goes_on(
    open_loop: OpenLoop, server: MisbehavingServer, outage: Reply
) -> None:
    server.replies = [outage]
    started = time.monotonic()
    turn = await open_loop(server.url, max_retries=1).turn(user_id="ada", text="build api", timeout=0.3)
    assert time.monotonic() - started < 1.5
    assert isinstance(turn.skipped, str)
    assert turn.skipped != ""
    assert (turn.hypotheses, turn.recommended, turn.auto_advance, turn.interaction_id) == ([], None, False, None)
    sent = len(server.requests)
    assert await turn.select("h1") == "build api"
    assert await turn.feedback(type="thumbs_up") is None
    assert turn.prompt == "build api"
    assert len(server.requests) == sent


async def test_nobody_listens(open_loop: OpenLoop) -> None:
    with MisbehavingServer() as gone:
        pass
    turn = await open_loop(gone.url, max_retries=0).turn(user_id="ada", text="build api")
    assert str(turn.skipped).startswith(f"No response from {gone.url}: ")


@pytest.mark.parametrize("outage", outages)
async def test_an_outage_at_the_selection_leaves_the_text(
    open_loop: OpenLoop, server: MisbehavingServer, outage: Reply
) -> None:
    server.replies = [say(200, hypothesized), outage]
    turn = await open_loop(server.url, max_retries=0, timeout=0.3).turn(user_id="ada", text="build api")
    assert turn.skipped is False
    assert await turn.select("h1") == "build api"
    assert isinstance(turn.skipped, str)
    sent = len(server.requests)
    assert await turn.select("h1") == "build api"
    assert await turn.feedback(signal="copied") is None
    assert len(server.requests) == sent


async def test_an_outage_at_the_feedback_leaves_the_prompt(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    server.replies = [say(200, hypothesized), say(200, executed), cut]
    turn = await open_loop(server.url, max_retries=0).turn(user_id="ada", text="build api")
    assert turn.recommended is not None
    assert turn.recommended.id == "h2"
    assert await turn.select("h2") == "Build a REST API."
    assert await turn.feedback(signal="copied") is None
    assert turn.prompt == "Build a REST API."


async def test_what_a_turn_sends(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    server.replies = [say(200, hypothesized), say(200, executed), say(202, {"event_id": "e"})]
    loop = open_loop(server.url, api_key="ll_key")
    candidates: list[Union[str, Candidate]] = ["a", {"text": "b", "description": "c", "value": {"d": [1, None]}}]
    turn = await loop.turn(user_id="ada", text="send", candidates=candidates, multiple=True)
    await turn.select(["h1", "h2"])
    await turn.feedback(signal="edited", edited_text="e")
    identity = {"user_id": "ada", "interaction_id": hypothesized["interaction_id"]}
    assert server.bodies() == [
        {"user_id": "ada", "input_text": "send", "candidates": candidates, "multiple": True},
        {**identity, "input_text": "send", "hypothesis_ids": ["h1", "h2"]},
        {**identity, "signal": "edited", "edited_text": "e"},
    ]
    assert [request.path for request in server.requests] == ["/v1/hypothesize", "/v1/execute", "/v1/feedback"]
    for request in server.requests:
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert headers["authorization"] == "Bearer ll_key"
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"].startswith("learning-loop-python/0.")


async def test_own_words_are_sent_beside_none_of_these(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    server.replies = [say(200, hypothesized), say(200, executed)]
    turn = await open_loop(server.url).turn(user_id="ada", text="send")
    await turn.select(None, own_words="to Bob", auto_advanced=False)
    assert server.bodies()[1] == {
        "user_id": "ada",
        "input_text": "send",
        "interaction_id": hypothesized["interaction_id"],
        "hypothesis_id": None,
        "own_words": "to Bob",
        "auto_advanced": False,
    }


async def test_a_cancelled_task_ends_at_once(server: MisbehavingServer) -> None:
    server.replies = [hang]
    async with AsyncLearningLoop(server.url, timeout=30) as loop:
        started = time.monotonic()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(loop.turn(user_id="ada", text="build api"), 0.3)
        assert time.monotonic() - started < 2
