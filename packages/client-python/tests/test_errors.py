"""Bad input and bad responses: what is raised, and what it says."""

from __future__ import annotations

import pickle
from datetime import datetime, timezone

import httpx
import pytest
from conftest import OpenLoop
from misbehaving import MisbehavingServer, hypothesized, refuse, say

from learning_loop import (
    AsyncLearningLoop,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    InvalidResponseError,
    LearningLoop,
    LearningLoopError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)

pytestmark = pytest.mark.anyio


async def test_a_wrong_request_names_its_field(loop: AsyncLearningLoop) -> None:
    with pytest.raises(BadRequestError) as raised:
        await loop.hypothesize(user_id="", input_text="build api")
    error = raised.value
    assert (error.status, error.code, error.field) == (400, "invalid_request", "user_id")
    assert error.message.startswith("user_id ")
    assert str(error) == f"{error.message} (400 invalid_request)"


@pytest.mark.parametrize(
    ("text", "field"), [("", "input_text"), ("x" * 8_001, "input_text"), ("a\ud800b", "input_text")]
)
async def test_the_service_says_what_is_wrong_with_a_text(
    loop: AsyncLearningLoop, user: str, text: str, field: str
) -> None:
    with pytest.raises(BadRequestError) as raised:
        await loop.turn(user_id=user, text=text)
    assert raised.value.field == field


async def test_what_is_no_json_is_not_sent(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    loop = open_loop(server.url)
    for value in (float("nan"), object(), {1, 2}):
        with pytest.raises(BadRequestError, match="The request is not JSON"):
            await loop.turn(user_id="ada", text="send", candidates=[{"text": "a", "value": value}, "b"])
    assert server.requests == []


@pytest.mark.parametrize("user_id", ["", ".", ".."])
async def test_a_user_who_would_lead_to_another_path_is_not_sent(
    open_loop: OpenLoop, server: MisbehavingServer, user_id: str
) -> None:
    loop = open_loop(server.url)
    for call in (loop.persona, loop.memories, loop.export_user, loop.erase_user):
        with pytest.raises(BadRequestError) as raised:
            await call(user_id)
        assert (raised.value.status, raised.value.field) == (400, "user_id")
    assert server.requests == []


async def test_a_single_text_is_no_list_of_candidates(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    loop = open_loop(server.url)
    with pytest.raises(BadRequestError, match="candidates is a single text; make a list of it"):
        await loop.hypothesize(user_id="ada", input_text="send", candidates="ab")
    with pytest.raises(BadRequestError, match="hypothesis_ids is a single text"):
        await loop.execute(user_id="ada", input_text="send", hypothesis_ids="h1")
    assert server.requests == []


@pytest.mark.parametrize(
    "path", ["v1/models", "@evil.example", "/v1/../metrics", "/v1/./x", "/v1/..", "/a?b", "/a#b", "/a\n", ""]
)
async def test_a_path_that_would_lead_elsewhere_is_not_sent(
    open_loop: OpenLoop, server: MisbehavingServer, path: str
) -> None:
    with pytest.raises(BadRequestError) as raised:
        await open_loop(server.url).request("GET", path)
    assert raised.value.field == "path"
    assert server.requests == []


async def test_without_a_key_or_with_a_wrong_one(open_loop: OpenLoop, url: str, app_key: str) -> None:
    for key in (None, f"{app_key[:-3]}xyz", "sk-123"):
        with pytest.raises(AuthenticationError) as raised:
            await open_loop(url, api_key=key).turn(user_id="ada", text="build api")
        assert raised.value.status == 401


async def test_a_lesser_role_may_not(open_loop: OpenLoop, url: str, app_key: str, user: str) -> None:
    with pytest.raises(PermissionDeniedError) as raised:
        await open_loop(url, api_key=app_key).erase_user(user)
    assert raised.value.status == 403


async def test_what_does_not_exist(loop: AsyncLearningLoop, user: str) -> None:
    nothing = "01a2057f-58be-77b5-ad22-32f3129e4e90"
    with pytest.raises(NotFoundError) as raised:
        await loop.interaction(nothing)
    assert (raised.value.status, raised.value.code) == (404, "no_such_interaction")
    with pytest.raises(NotFoundError, match="no_such_memory"):
        await loop.forget_memory(user, nothing)
    with pytest.raises(NotFoundError, match="no_such_erasure"):
        await loop.erasure(nothing)


async def test_another_selection_is_a_conflict(loop: AsyncLearningLoop, user: str) -> None:
    turn = await loop.turn(user_id=user, text="build api")
    await turn.select("h1")
    with pytest.raises(ConflictError, match="409 already_picked"):
        await turn.select("h2")


async def test_too_many_requests_of_a_user(open_loop: OpenLoop, url: str, admin_key: str, user: str) -> None:
    loop = open_loop(url, api_key=admin_key, max_retries=0)
    with pytest.raises(RateLimitError) as raised:
        for _ in range(101):
            await loop.persona(user)
    assert (raised.value.status, raised.value.code) == (429, "too_many_requests")
    assert raised.value.retry_after is not None
    assert 1 <= raised.value.retry_after <= 60
    turn = await loop.turn(user_id=user, text="build api")
    assert str(turn.skipped).startswith("The 100 requests a minute of this user are used up")
    assert turn.prompt == "build api"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>Welcome</html>", "answered 200 with something that is not JSON"),
        (b'{"interaction_id": "', "answered 200 with something that is not JSON"),
        (b"\xff\xfe", "answered 200 with something that is not JSON"),
        (b"[" * 100_000, "answered 200 with something that is not JSON"),
        (b"", "it is NoneType, not an object"),
        (b"[]", "it is list, not an object"),
        (b"{}", "interaction_id is missing"),
    ],
)
async def test_a_response_that_is_none_of_a_learning_loop(
    open_loop: OpenLoop, server: MisbehavingServer, body: bytes, said: str
) -> None:
    server.replies = [say(200, body)]
    with pytest.raises(InvalidResponseError) as raised:
        await open_loop(server.url).turn(user_id="ada", text="build api")
    assert said in raised.value.message
    assert raised.value.code == "invalid_response"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("recommended_id", 1, "recommended_id is int, not str"),
        ("auto_advance", "no", "auto_advance is str, not bool"),
        ("none_confidence", True, "none_confidence is bool, not float"),
        ("hypotheses", {}, "hypotheses is dict, not list"),
        ("hypotheses", [{"id": "h1"}], "hypotheses[0].question is missing"),
        ("context", None, "context is NoneType, not an object"),
    ],
)
async def test_a_wrong_field_of_a_response_is_named(
    open_loop: OpenLoop, server: MisbehavingServer, field: str, value: object, said: str
) -> None:
    server.replies = [say(200, {**hypothesized, field: value})]
    with pytest.raises(InvalidResponseError) as raised:
        await open_loop(server.url).hypothesize(user_id="ada", input_text="build api")
    assert said in raised.value.message


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-30T19:16:00Z", datetime(2026, 11, 30, 19, 16, tzinfo=timezone.utc)),
        ("2026-11-30T19:16:00.5Z", datetime(2026, 11, 30, 19, 16, 0, 500_000, tzinfo=timezone.utc)),
        ("2026-11-30T19:16:00.12345+00:00", datetime(2026, 11, 30, 19, 16, 0, 123_450, tzinfo=timezone.utc)),
        ("2026-11-30T19:16:00.1234567+01:00", datetime(2026, 11, 30, 18, 16, 0, 123_456, tzinfo=timezone.utc)),
    ],
)
async def test_a_time_may_have_any_fraction(
    open_loop: OpenLoop, server: MisbehavingServer, said: str, meant: datetime
) -> None:
    server.replies = [say(200, {"facets": {}, "interaction_count": 1, "updated_at": said})]
    assert (await open_loop(server.url).persona("ada")).updated_at == meant


async def test_what_is_no_time_is_named(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    server.replies = [say(200, {"facets": {}, "interaction_count": 1, "updated_at": "yesterday"})]
    with pytest.raises(InvalidResponseError, match="updated_at is no time in ISO 8601"):
        await open_loop(server.url).persona("ada")


async def test_a_newer_service_may_say_more(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    server.replies = [say(200, {**hypothesized, "none_confidence": 0, "mood": {"good": True}})]
    response = await open_loop(server.url).hypothesize(user_id="ada", input_text="build api")
    assert response.none_confidence == 0.0
    assert not hasattr(response, "mood")


async def test_a_redirect_is_not_followed_with_the_key(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    with MisbehavingServer() as other:
        other.replies = [say(200, hypothesized)]
        server.replies = [say(307, headers={"location": f"{other.url}/v1/hypothesize"})]
        following = httpx.AsyncClient(follow_redirects=True)
        async with AsyncLearningLoop(server.url, api_key="ll_secret", http_client=following) as loop:
            with pytest.raises(InvalidResponseError):
                await loop.turn(user_id="ada", text="build api")
        await following.aclose()
        with pytest.raises(InvalidResponseError) as raised:
            await open_loop(server.url, api_key="ll_secret").turn(user_id="ada", text="build api")
        assert (raised.value.status, raised.value.code) == (307, "redirected")
        assert f"{server.url} redirects to {other.url}/v1/hypothesize" in raised.value.message
        assert other.requests == []


async def test_an_error_of_a_proxy_is_said_so(open_loop: OpenLoop, server: MisbehavingServer) -> None:
    server.replies = [say(502, b"<html>Bad gateway</html>")]
    with pytest.raises(InternalServerError) as raised:
        await open_loop(server.url, max_retries=0).persona("ada")
    assert (raised.value.status, raised.value.code) == (502, "http_502")
    assert "answered 502 and not as a learning loop does" in raised.value.message


@pytest.mark.parametrize(("status", "kind"), [(413, BadRequestError), (415, BadRequestError), (422, BadRequestError)])
async def test_other_mistakes_are_bad_requests(
    open_loop: OpenLoop, server: MisbehavingServer, status: int, kind: type[LearningLoopError]
) -> None:
    server.replies = [refuse(status, "some_code")]
    with pytest.raises(kind, match="some_code"):
        await open_loop(server.url).turn(user_id="ada", text="build api")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "bad", ["", "127.0.0.1:8080", "ftp://host", "http://", "http://host/?a=b", "http://host/#a", "http://h:x"]
)
def test_a_url_that_is_none(bad: str) -> None:
    for client in (LearningLoop, AsyncLearningLoop):
        with pytest.raises(ValueError, match=r"url is .* it must be as in http://127"):
            client(bad)


@pytest.mark.parametrize("bad", ["", "ll_a b", "ll_a\n", "ll_ä"])
def test_a_key_that_no_header_can_hold(bad: str) -> None:
    with pytest.raises(ValueError, match="api_key must be the line") as raised:
        LearningLoop("http://127.0.0.1:8080", api_key=bad)
    assert bad == "" or bad not in str(raised.value)


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf")])
def test_a_time_out_that_is_none(bad: float) -> None:
    with pytest.raises(ValueError, match="it must be a number of seconds above 0"):
        LearningLoop("http://127.0.0.1:8080", timeout=bad)


def test_fewer_retries_than_none() -> None:
    with pytest.raises(ValueError, match="max_retries is -1"):
        LearningLoop("http://127.0.0.1:8080", max_retries=-1)


def test_a_key_is_in_no_representation() -> None:
    with LearningLoop("http://127.0.0.1:8080", api_key="ll_secret") as loop:
        assert "ll_secret" not in repr(loop) + repr(loop._connection.options)
        assert repr(loop) == "LearningLoop(url='http://127.0.0.1:8080')"


def test_an_error_survives_the_way_between_processes() -> None:
    error = RateLimitError("Wait.", status=429, code="too_many_requests", field="user_id", retry_after=3)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is RateLimitError
    assert vars(again) == vars(error)
