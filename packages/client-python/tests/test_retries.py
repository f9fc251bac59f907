"""When a request is sent again, and when the client gives up."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from conftest import OpenLoop
from misbehaving import (
    MisbehavingServer,
    Reply,
    cut,
    cut_in_half,
    executed,
    hang,
    hypothesized,
    lose_response,
    pass_on,
    refuse,
    say,
    trickle,
)

from learning_loop import APIConnectionError, APITimeoutError, InternalServerError, RateLimitError

pytestmark = pytest.mark.anyio
asked = {"user_id": "ada", "input_text": "build api"}
told = {"user_id": "ada", "interaction_id": "i"}
fine = say(200, hypothesized)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_request_without_further_effect_is_sent_again(
    open_loop: OpenLoop, server: MisbehavingServer, status: int
) -> None:
    server.replies = [refuse(status, "away"), cut, cut_in_half, fine]
    response = await open_loop(server.url).hypothesize(user_id="ada", input_text="build api")
    assert response.interaction_id == hypothesized["interaction_id"]
    assert len(server.requests) == 4


async def test_retries_end_and_the_last_error_is_raised(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    server.replies = [refuse(503, "overloaded")]
    with pytest.raises(InternalServerError) as raised:
        await open_loop(server.url, max_retries=2).hypothesize(user_id="ada", input_text="build api")
    assert (raised.value.status, raised.value.code) == (503, "overloaded")
    assert len(server.requests) == 3


@pytest.mark.parametrize("reply", [refuse(502, "bad"), refuse(500, "bad"), cut, cut_in_half])
async def test_feedback_in_doubt_is_not_sent_twice(
    open_loop: OpenLoop, server: MisbehavingServer, reply: Reply
) -> None:
    server.replies = [refuse(503, "overloaded"), refuse(429, "too_many_requests"), reply, say(202, {"event_id": "e"})]
    with pytest.raises((InternalServerError, APIConnectionError)):
        await open_loop(server.url).feedback(user_id="ada", interaction_id="i", type="thumbs_up")
    assert len(server.requests) == 3


async def test_a_selection_is_sent_again_only_where_it_names_its_interaction(
    open_loop: OpenLoop, server: MisbehavingServer
) -> None:
    server.replies = [cut, say(200, executed)]
    loop = open_loop(server.url)
    with pytest.raises(APIConnectionError):
        await loop.execute(user_id="ada", input_text="build api", hypothesis_id="h1")
    assert len(server.requests) == 1
    server.requests.clear()
    response = await loop.execute(user_id="ada", input_text="build api", hypothesis_id="h1", interaction_id="i")
    assert response.enriched_prompt == "Build a REST API."
    assert len(server.requests) == 2


async def test_a_refused_connection_is_tried_again_whatever_the_request(
    open_loop: OpenLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learning_loop._options._first_delay_seconds", 0.2)
    with MisbehavingServer() as gone:
        pass
    started = time.monotonic()
    with pytest.raises(APIConnectionError) as raised:
        await open_loop(gone.url, max_retries=3).feedback(user_id="ada", interaction_id="i", signal="copied")
    # Waits of at least half of 0.2, 0.4 and 0.8 s.
    assert time.monotonic() - started > 0.69
    assert raised.value.code == "unreachable"
    assert raised.value.status is None
    assert gone.url in raised.value.message


async def test_retry_after_is_waited_for(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    server.replies = [refuse(503, "overloaded", {"retry-after": "1"}), fine]
    started = time.monotonic()
    await open_loop(server.url).hypothesize(user_id="ada", input_text="build api")
    assert 1 <= time.monotonic() - started < 3


async def test_who_cannot_be_asked_again_in_time_learns_so_at_once(
    open_loop: OpenLoop, server: MisbehavingServer
) -> None:
    server.replies = [refuse(429, "too_many_requests", {"retry-after": "60"})]
    started = time.monotonic()
    with pytest.raises(RateLimitError) as raised:
        await open_loop(server.url).hypothesize(user_id="ada", input_text="build api")
    assert raised.value.retry_after == 60
    assert time.monotonic() - started < 1
    assert len(server.requests) == 1


async def test_retry_after_may_be_a_date(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    in_a_minute = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=60), usegmt=True)
    server.replies = [refuse(503, "overloaded", {"retry-after": in_a_minute})]
    with pytest.raises(InternalServerError) as raised:
        await open_loop(server.url).persona("ada")
    assert raised.value.retry_after == pytest.approx(60, abs=5)


@pytest.mark.parametrize("nonsense", ["soon", "-1", "", "1e9", "nan"])
async def test_a_retry_after_that_is_none_is_ignored(
    open_loop: OpenLoop, server: MisbehavingServer, nonsense: str
) -> None:
    server.replies = [refuse(503, "overloaded", {"retry-after": nonsense}), fine]
    await open_loop(server.url).hypothesize(user_id="ada", input_text="build api")
    assert len(server.requests) == 2


@pytest.mark.parametrize("reply", [hang, trickle])
async def test_a_call_ends_with_its_time_out(open_loop: OpenLoop, server: MisbehavingServer, reply: Reply) -> None:
    server.replies = [reply]
    started = time.monotonic()
    with pytest.raises(APITimeoutError) as raised:
        await open_loop(server.url, timeout=0.5).hypothesize(user_id="ada", input_text="build api")
    assert 0.5 <= time.monotonic() - started < 1.5
    assert raised.value.code == "timeout"
    assert raised.value.message == "No response within 0.5 s."
    assert len(server.requests) == 1


async def test_a_selection_whose_response_was_lost_is_learned_once(
    open_loop: OpenLoop, server: MisbehavingServer, url: str, admin_key: str, user: str
) -> None:
    lose, keep = lose_response(url), pass_on(url)
    server.replies = [lose, keep, lose, keep]
    loop = open_loop(server.url, api_key=admin_key, timeout=30.0)
    shown = await loop.hypothesize(user_id=user, input_text="build api")
    first = await loop.execute(
        user_id=user, input_text="build api", hypothesis_id="h1", interaction_id=shown.interaction_id
    )
    assert len(server.requests) == 4
    server.replies = [keep]
    again = await loop.execute(
        user_id=user, input_text="build api", hypothesis_id="h1", interaction_id=shown.interaction_id
    )
    assert again == first
