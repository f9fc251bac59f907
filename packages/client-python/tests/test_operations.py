"""Every operation, against the service."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import httpx
import pytest
from conftest import OpenLoop, until_learned

from learning_loop import AsyncLearningLoop, BadRequestError, Erasure, ExecuteResponse, LearningLoop

pytestmark = pytest.mark.anyio


async def select_first(loop: AsyncLearningLoop, user: str, text: str) -> ExecuteResponse:
    shown = await loop.hypothesize(user_id=user, input_text=text)
    response = await loop.execute(
        user_id=user, input_text=text, hypothesis_id=shown.hypotheses[0].id, interaction_id=shown.interaction_id
    )
    await until_learned(loop, shown.interaction_id)
    return response


async def test_hypothesize_and_execute(loop: AsyncLearningLoop, user: str) -> None:
    shown = await loop.hypothesize(user_id=user, input_text="build api", media_type="text/plain")
    assert [hypothesis.id for hypothesis in shown.hypotheses] == ["h1", "h2", "h3"]
    assert shown.recommended_id in ("h1", "h2", "h3")
    assert shown.model_id == "rules"
    assert sum(hypothesis.confidence for hypothesis in shown.hypotheses) + shown.none_confidence == pytest.approx(1)
    assert shown.context.persona_facets["concise"] == 0.5
    assert shown.context.interaction_count == 0
    response = await loop.execute(user_id=user, input_text="build api", hypothesis_id="h1", auto_advanced=True)
    assert response.interaction_id == shown.interaction_id
    assert shown.hypotheses[0].question in response.enriched_prompt
    assert response.tokens_estimate > 0
    assert set(response.context_breakdown) == {"goal", "pref", "history"}


async def test_the_next_hypotheses_know_of_the_selection(loop: AsyncLearningLoop, user: str) -> None:
    await select_first(loop, user, "build api")
    shown = await loop.hypothesize(user_id=user, input_text="deploy api")
    assert shown.context.interaction_count == 1
    assert len(shown.context.recent_goals) == 1


async def test_own_candidates_come_back_ranked(loop: AsyncLearningLoop, user: str) -> None:
    offered = ["answer with a table", "answer with prose", "answer with code", "ask back"]
    shown = await loop.hypothesize(user_id=user, input_text="compare", candidates=tuple(offered))
    assert sorted(hypothesis.question for hypothesis in shown.hypotheses) == sorted(offered)
    assert shown.model_id == "candidates"
    with pytest.raises(BadRequestError) as raised:
        await loop.hypothesize(user_id=user, input_text="compare", candidates=[])
    assert raised.value.field == "candidates"


async def test_an_interaction_says_what_was_learned(loop: AsyncLearningLoop, user: str) -> None:
    before = datetime.now(timezone.utc)
    response = await select_first(loop, user, "build api")
    interaction = await loop.interaction(response.interaction_id)
    assert (interaction.user_id, interaction.input_text, interaction.status) == (user, "build api", "selected")
    assert abs(interaction.created_at - before) < timedelta(minutes=1)
    assert interaction.selected_at is not None
    assert interaction.selected_at >= interaction.created_at
    assert (interaction.selected_id, interaction.event_id) == ("h1", response.event_id)
    assert [hypothesis.position for hypothesis in interaction.hypotheses] == [1, 2, 3]
    assert interaction.hypotheses[0].features != {}
    learning = interaction.learning
    assert learning is not None
    assert learning.training_log.status == learning.memory.status == learning.persona.status == "learned"
    assert {memory.type for memory in learning.memory.memories} >= {"goal", "history"}
    assert learning.persona.decided_by == "rules"


async def test_memories_come_in_pages_or_by_a_query(loop: AsyncLearningLoop, user: str) -> None:
    assert (await loop.memories(user)).memories == []
    await select_first(loop, user, "build api")
    await select_first(loop, user, "write unit tests")
    page = await loop.memories(user, limit=1)
    assert len(page.memories) == 1
    second = await loop.memories(user, limit=1, cursor=page.next_cursor)
    assert second.memories[0].memory_id != page.memories[0].memory_id
    history = (await loop.memories(user, type="history")).memories
    assert [memory.type for memory in history] == ["history", "history"]
    assert all(memory.last_seen >= memory.first_seen and memory.sources for memory in history)
    found = await loop.memories(user, query="unit tests", include_superseded=True)
    assert found.next_cursor is None
    assert found.memories[0].relevance is not None
    assert "unit tests" in found.memories[0].content


async def test_a_memory_is_corrected_and_forgotten(loop: AsyncLearningLoop, user: str) -> None:
    await select_first(loop, user, "build api")
    (memory,) = (await loop.memories(user, type="goal")).memories
    corrected = await loop.correct_memory(user, memory.memory_id, content="Learn Rust")
    assert (corrected.content, corrected.corrected, corrected.status) == ("Learn Rust", True, "active")
    set_aside = await loop.correct_memory(user, memory.memory_id, status="superseded")
    assert set_aside.status == "superseded"
    assert (await loop.memories(user, type="goal")).memories == []
    assert len((await loop.memories(user, type="goal", include_superseded=True)).memories) == 1
    await loop.forget_memory(user, memory.memory_id)
    assert (await loop.memories(user, type="goal", include_superseded=True)).memories == []


async def test_a_persona_is_neutral_until_something_is_learned(loop: AsyncLearningLoop, user: str) -> None:
    persona = await loop.persona(user)
    assert persona.facets == {"concise": 0.5, "step_by_step": 0.5, "code_first": 0.5, "formal": 0.5}
    assert (persona.interaction_count, persona.updated_at) == (0, None)
    await select_first(loop, user, "build api")
    persona = await loop.persona(user)
    assert persona.interaction_count == 1
    assert persona.updated_at is not None
    assert persona.updated_at.tzinfo is not None


async def test_feedback(loop: AsyncLearningLoop, user: str) -> None:
    shown = await loop.hypothesize(user_id=user, input_text="build api")
    first = await loop.feedback(user_id=user, interaction_id=shown.interaction_id, type="rating", value=4)
    second = await loop.feedback(user_id=user, interaction_id=shown.interaction_id, type="comment", value="good")
    assert first.event_id != second.event_id
    with pytest.raises(BadRequestError, match="value must be a whole number from 1 to 5"):
        await loop.feedback(user_id=user, interaction_id=shown.interaction_id, type="rating", value=6)


async def test_a_user_opts_out_of_the_training_log(loop: AsyncLearningLoop, user: str) -> None:
    assert (await loop.set_training_opt_out(user, True)).training_opt_out is True
    assert (await loop.set_training_opt_out(user, False)).training_opt_out is False


async def test_a_user_is_exported_and_erased(loop: AsyncLearningLoop, user: str) -> None:
    await select_first(loop, user, "build api")
    export = await loop.export_user(user)
    assert export.user_id == user
    assert len(export.held["interactions"]) == 1
    assert export.training_log is None
    with_log = await loop.export_user(user, training_log=True)
    assert with_log.training_log is not None
    assert len(with_log.training_log["hypotheses_data"]) == 1
    receipt = await loop.erase_user(user)
    done = await until_erased(loop, receipt)
    assert (done.error, done.done_at is not None) == (None, True)
    assert done.erased is not None
    assert done.erased.rows["interactions"] == 1
    assert done.erased.training_log_records >= 1
    assert (await loop.memories(user)).memories == []


async def until_erased(loop: AsyncLearningLoop, receipt: Erasure) -> Erasure:
    for _ in range(600):
        found = await loop.erasure(receipt.erasure_id)
        if found.status == "erased":
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{receipt} was not done within 30 s")


async def test_operations_of_operators_by_name(loop: AsyncLearningLoop) -> None:
    stats = await loop.request("GET", "/v1/training/stats")
    assert stats["hypotheses_count"] >= 0
    models = await loop.request("get", "/v1/models")
    assert isinstance(models["models"], list)
    metrics = await loop.request("GET", "/v1/metrics/learning", params={"by": "day"})
    assert metrics != {}
    with pytest.raises(BadRequestError) as raised:
        await loop.request("GET", "/v1/metrics/learning", params={"by": "nonsense"})
    assert raised.value.field == "querystring.by"
    with pytest.raises(BadRequestError):
        await loop.request("POST", "/v1/models", body={"kind": "nonsense"})


async def test_a_client_with_options_shares_the_connections(open_loop: OpenLoop, url: str, app_key: str) -> None:
    loop = open_loop(url, timeout=30.0)
    with_key = loop.with_options(api_key=app_key, timeout=20.0, max_retries=0)
    assert (await with_key.turn(user_id="ada", text="build api")).skipped is False
    await with_key.aclose()
    assert (await with_key.turn(user_id="ada", text="build api")).skipped is False


async def test_a_client_is_closed_at_the_end_of_its_block(url: str, admin_key: str) -> None:
    async with AsyncLearningLoop(f"{url}/", api_key=admin_key) as loop:
        assert (await loop.persona("ada")).interaction_count >= 0
    with pytest.raises(RuntimeError, match="closed"):
        await loop.persona("ada")
    with LearningLoop(f"{url}/", api_key=admin_key) as other:
        assert other.persona("ada").interaction_count >= 0
    with pytest.raises(RuntimeError, match="closed"):
        other.persona("ada")


async def test_an_http_client_of_yours_stays_open(url: str, app_key: str) -> None:
    async with httpx.AsyncClient() as http:
        async with AsyncLearningLoop(url, api_key=app_key, http_client=http):
            pass
        assert not http.is_closed
    with httpx.Client() as http:
        with LearningLoop(url, api_key=app_key, http_client=http):
            pass
        assert not http.is_closed
