"""The operations of the API that an application needs, one method each."""

from __future__ import annotations

from typing import Any, Literal, Mapping, Optional, Sequence, Type, TypeVar, Union, overload

from .._options import Call, check_path, given, to_json, to_list, to_segment
from .._parse import parse
from .._responses import (
    Candidate,
    Erasure,
    ExecuteResponse,
    FeedbackResponse,
    HypothesizeResponse,
    Interaction,
    Memory,
    MemoryPage,
    Persona,
    UserExport,
    UserSettings,
)
from .connection import AsyncConnection

T = TypeVar("T")

MemoryType = Literal["goal", "preference", "history"]
FeedbackType = Literal["thumbs_up", "thumbs_down", "rating", "comment"]
FeedbackSignal = Literal["copied", "edited", "regenerated", "ignored"]


class AsyncOperations:
    """Every method raises LearningLoopError, in the subclass that says what is wrong."""

    _connection: AsyncConnection

    async def hypothesize(
        self,
        *,
        user_id: str,
        input_text: str,
        candidates: Optional[Sequence[Union[str, Candidate]]] = None,
        multiple: Optional[bool] = None,
        media_type: Optional[str] = None,
    ) -> HypothesizeResponse:
        """Asks what the user may mean. The hypotheses come best first, and are stored as an interaction.

        Args:
            user_id: Your name for the user: 1 to 200 characters.
            input_text: What the user typed, at most 8,000 characters.
            candidates: 2 to 10 hypotheses of your own. All of them come back, ranked.
            multiple: Whether the user may select several.
            media_type: Of the text; the service takes it as text/plain.
        """
        body = {"user_id": user_id, "input_text": input_text}
        more = given(candidates=to_list("candidates", candidates), multiple=multiple, media_type=media_type)
        return await self._post(HypothesizeResponse, "/v1/hypothesize", {**body, **more})

    @overload
    async def execute(
        self,
        *,
        user_id: str,
        input_text: str,
        hypothesis_id: Optional[str],
        own_words: Optional[str] = None,
        interaction_id: Optional[str] = None,
        auto_advanced: Optional[bool] = None,
    ) -> ExecuteResponse: ...

    @overload
    async def execute(
        self,
        *,
        user_id: str,
        input_text: str,
        hypothesis_ids: Sequence[str],
        own_words: None = None,
        interaction_id: Optional[str] = None,
        auto_advanced: Optional[bool] = None,
    ) -> ExecuteResponse: ...

    async def execute(
        self,
        *,
        user_id: str,
        input_text: str,
        hypothesis_id: Optional[str] = None,
        hypothesis_ids: Optional[Sequence[str]] = None,
        own_words: Optional[str] = None,
        interaction_id: Optional[str] = None,
        auto_advanced: Optional[bool] = None,
    ) -> ExecuteResponse:
        """Tells what the user selected, and gets the prompt for your model. Learning goes on after the response.

        The same call again gets the same response and teaches nothing twice. Only a call with `interaction_id` is
        sent again when its response was lost.

        Args:
            user_id: As for `hypothesize`.
            input_text: As for `hypothesize`.
            hypothesis_id: The id of the hypothesis that the user selected; None for none of these.
            hypothesis_ids: Instead, the ids of all that the user selected, after `hypothesize` with `multiple`.
            own_words: What the user meant by none of these, in own words.
            interaction_id: From `hypothesize`. Without it, the newest interaction with this text is meant.
            auto_advanced: Whether your application went on without asking the user.
        """
        ids = to_list("hypothesis_ids", hypothesis_ids)
        selection = given(hypothesis_ids=ids, hypothesis_id=hypothesis_id) or {"hypothesis_id": None}
        more = given(own_words=own_words, interaction_id=interaction_id, auto_advanced=auto_advanced)
        return await self._select({"user_id": user_id, "input_text": input_text, **selection, **more})

    async def _select(self, body: Mapping[str, object]) -> ExecuteResponse:
        return await self._post(ExecuteResponse, "/v1/execute", body, repeatable="interaction_id" in body)

    async def feedback(
        self,
        *,
        user_id: str,
        interaction_id: str,
        type: Optional[FeedbackType] = None,
        value: Union[str, float, None] = None,
        signal: Optional[FeedbackSignal] = None,
        edited_text: Optional[str] = None,
    ) -> FeedbackResponse:
        """Tells how good the outcome was, by what the user said (`type`) or did (`signal`), or both.

        It is not sent again when its response was lost, since each counts.

        Args:
            user_id: As for `hypothesize`.
            interaction_id: From `hypothesize`.
            type: What the user said.
            value: 1 to 5 for a rating, the text for a comment; for thumbs a reason or nothing.
            signal: What the user did with the answer of your model.
            edited_text: The answer as the user left it, with the signal ``edited``.
        """
        body = {"user_id": user_id, "interaction_id": interaction_id}
        more = given(type=type, value=value, signal=signal, edited_text=edited_text)
        return await self._post(FeedbackResponse, "/v1/feedback", {**body, **more}, repeatable=False)

    async def interaction(self, interaction_id: str) -> Interaction:
        """The hypotheses, the selection, and what each consumer has learned from it."""
        path = f"/v1/interactions/{to_segment('interaction_id', interaction_id)}"
        return parse(Interaction, await self._connection.send(Call("GET", path)))

    async def persona(self, user_id: str) -> Persona:
        """How the user likes to be answered."""
        return parse(Persona, await self._connection.send(Call("GET", _user_path(user_id, "/persona"))))

    async def memories(
        self,
        user_id: str,
        *,
        type: Optional[MemoryType] = None,
        query: Optional[str] = None,
        include_superseded: bool = False,
        limit: int = 50,
        cursor: Optional[str] = None,
    ) -> MemoryPage:
        """A page of what is remembered: the newest first, or with `query` the most relevant.

        Args:
            user_id: As for `hypothesize`.
            type: Only memories of this type.
            query: A text to search for; such a response is one page.
            include_superseded: Also memories that a newer one took the place of.
            limit: At most so many, 1 to 200.
            cursor: `next_cursor` of the page before.
        """
        include = "superseded" if include_superseded else None
        asked = {"limit": limit, **given(type=type, query=query, include=include, cursor=cursor)}
        params = {name: value for name, value in asked.items() if isinstance(value, (str, int))}
        call = Call("GET", _user_path(user_id, "/memories"), params=params)
        return parse(MemoryPage, await self._connection.send(call))

    async def correct_memory(
        self,
        user_id: str,
        memory_id: str,
        *,
        content: Optional[str] = None,
        status: Optional[Literal["active", "superseded"]] = None,
    ) -> Memory:
        """Corrects a memory; learning never overrules it. Needs an ``admin`` key."""
        path = _user_path(user_id, f"/memories/{to_segment('memory_id', memory_id)}")
        body = to_json(given(content=content, status=status))
        return parse(Memory, await self._connection.send(Call("PATCH", path, body)))

    async def forget_memory(self, user_id: str, memory_id: str) -> None:
        """Forgets a memory for good. Needs an ``admin`` key."""
        path = _user_path(user_id, f"/memories/{to_segment('memory_id', memory_id)}")
        await self._connection.send(Call("DELETE", path))

    async def set_training_opt_out(self, user_id: str, training_opt_out: bool) -> UserSettings:
        """Keeps the user out of the training log from now on, or takes that back."""
        body = to_json({"training_opt_out": training_opt_out})
        return parse(UserSettings, await self._connection.send(Call("PUT", _user_path(user_id, "/settings"), body)))

    async def export_user(self, user_id: str, *, training_log: bool = False) -> UserExport:
        """All that is held of the user. Needs an ``admin`` key.

        Args:
            user_id: As for `hypothesize`.
            training_log: Also the lines of the training log. All of it is read: set a longer time-out with
                `with_options`.
        """
        params: dict[str, Union[str, int]] = {"include": "training_log"} if training_log else {}
        call = Call("GET", _user_path(user_id, "/export"), params=params)
        return parse(UserExport, await self._connection.send(call))

    async def erase_user(self, user_id: str) -> Erasure:
        """Erases the user, and returns the receipt, which `erasure` reads later. Needs an ``admin`` key."""
        return parse(Erasure, await self._connection.send(Call("DELETE", _user_path(user_id, ""))))

    async def erasure(self, erasure_id: str) -> Erasure:
        """How far an erasure is, and what it erased. Needs an ``admin`` key."""
        path = f"/v1/erasures/{to_segment('erasure_id', erasure_id)}"
        return parse(Erasure, await self._connection.send(Call("GET", path)))

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Optional[Mapping[str, Union[str, int]]] = None,
        body: object = None,
        repeatable: Optional[bool] = None,
    ) -> Any:
        """Any other operation, such as those of operators. Returns the JSON of the response, None for an empty one.

        Args:
            method: ``GET``, ``POST``, …
            path: Below the service's url, such as ``/v1/training/stats``; what users wrote must be quoted in it.
            params: What stands behind the question mark.
            body: What is sent as JSON.
            repeatable: Whether a repetition has no further effect, so that the request may be sent again when its
                response was lost. By default for all but POST.
        """
        check_path(path)
        verb = method.upper()
        again = verb != "POST" if repeatable is None else repeatable
        sent = None if body is None else to_json(body)
        return await self._connection.send(Call(verb, path, sent, dict(params or {}), again))

    async def _post(self, kind: Type[T], path: str, body: Mapping[str, object], repeatable: bool = True) -> T:
        call = Call("POST", path, to_json(body), repeatable=repeatable)
        return parse(kind, await self._connection.send(call))


def _user_path(user_id: str, below: str) -> str:
    return f"/v1/users/{to_segment('user_id', user_id)}{below}"
