"""One turn of an assistant: what the user may mean, what the user selected, and the prompt for the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Optional, Sequence, Union

from .._errors import LearningLoopError, is_outage
from .._options import given
from .._responses import FeedbackResponse, Hypothesis, HypothesizeResponse
from .operations import FeedbackSignal, FeedbackType

if TYPE_CHECKING:
    from .client import AsyncLearningLoop


class AsyncTurn:
    """Made by `AsyncLearningLoop.turn`. When the service is away, the assistant goes on without it.

    Attributes:
        user_id: The user's.
        text: What the user typed.
        prompt: For your model: the user's own text, and after `select` the enriched prompt.
        skipped: False, or why the service has no part in this turn: it was not there, or not in time. Then there are
            no hypotheses, and `select` and `feedback` do nothing.
        shown: The response of `hypothesize`; None where it was skipped.
    """

    def __init__(self, loop: AsyncLearningLoop, user_id: str, text: str) -> None:
        self._loop = loop
        self.user_id = user_id
        self.text = text
        self.prompt = text
        self.skipped: Union[Literal[False], str] = False
        self.shown: Optional[HypothesizeResponse] = None

    @property
    def interaction_id(self) -> Optional[str]:
        """None where the turn was skipped."""
        return None if self.shown is None else self.shown.interaction_id

    @property
    def hypotheses(self) -> list[Hypothesis]:
        """Best first; empty where the turn was skipped."""
        return [] if self.shown is None else self.shown.hypotheses

    @property
    def recommended(self) -> Optional[Hypothesis]:
        """The hypothesis to select when the user is not asked; None where the turn was skipped."""
        recommended_id = None if self.shown is None else self.shown.recommended_id
        return next((hypothesis for hypothesis in self.hypotheses if hypothesis.id == recommended_id), None)

    @property
    def auto_advance(self) -> bool:
        """Whether the recommended hypothesis is sure enough to go on without asking the user."""
        return self.shown is not None and self.shown.auto_advance

    async def select(
        self,
        selected: Union[str, Sequence[str], None],
        *,
        own_words: Optional[str] = None,
        auto_advanced: Optional[bool] = None,
    ) -> str:
        """Tells what the user selected, and returns the prompt for your model.

        Does nothing for a skipped turn. When the service is away by now, the turn is skipped, too.

        Args:
            selected: The id of a hypothesis, the ids of several for a turn with `multiple`, or None for none of these.
            own_words: What the user meant by none of these, in own words.
            auto_advanced: Whether your application selected without asking the user.

        Raises:
            LearningLoopError: For a mistake, such as an id that was not shown.
        """
        if self.shown is None or self.skipped:
            return self.prompt
        is_one = selected is None or isinstance(selected, str)
        selection = {"hypothesis_id": selected} if is_one else {"hypothesis_ids": list(selected or ())}
        body = {
            "user_id": self.user_id,
            "input_text": self.text,
            "interaction_id": self.shown.interaction_id,
            **selection,
            **given(own_words=own_words, auto_advanced=auto_advanced),
        }
        try:
            self.prompt = (await self._loop._select(body)).enriched_prompt
        except LearningLoopError as error:
            self._skip(error)
        return self.prompt

    async def feedback(
        self,
        *,
        type: Optional[FeedbackType] = None,
        value: Union[str, float, None] = None,
        signal: Optional[FeedbackSignal] = None,
        edited_text: Optional[str] = None,
    ) -> Optional[FeedbackResponse]:
        """Tells how good the outcome was; the arguments are those of `AsyncLearningLoop.feedback`.

        Returns None for a skipped turn, and when the service is away by now.
        """
        if self.shown is None or self.skipped:
            return None
        try:
            return await self._loop.feedback(
                user_id=self.user_id,
                interaction_id=self.shown.interaction_id,
                type=type,
                value=value,
                signal=signal,
                edited_text=edited_text,
            )
        except LearningLoopError as error:
            self._skip(error)
            return None

    def _skip(self, error: LearningLoopError) -> None:
        """Raises what is no outage."""
        if not is_outage(error):
            raise error
        self.skipped = error.message
