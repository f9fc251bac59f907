# Made from ../_async/client.py by make_sync.py; not to be edited.
"""The client: how it is set, opened and closed, and the turn of an assistant."""

from __future__ import annotations

from types import TracebackType
from typing import Optional, Sequence, Type, Union

import httpx

from .._errors import LearningLoopError
from .._options import Options
from .._responses import Candidate
from .connection import Connection
from .operations import Operations
from .turn import Turn


class LearningLoop(Operations):
    """A client for one learning loop. Make one, share it between threads, and close it.

    ::

        with LearningLoop(url="http://127.0.0.1:8080") as loop:
            turn = loop.turn(user_id="ada", text="build api")
            prompt = turn.select(turn.hypotheses[0].id)
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: Optional[str] = None,
        timeout: float = 5.0,
        max_retries: int = 3,
        http_client: Optional[httpx.Client] = None,
    ) -> None:
        """Connects to nothing yet.

        Args:
            url: Of the service, such as ``http://127.0.0.1:8080``.
            api_key: With the role ``app`` for turns. A service on your own machine needs none.
            timeout: Seconds that a call may take, with its retries.
            max_retries: How often a request is sent again that was turned away (429, 503) or never arrived. Where a
                repetition has no further effect, also one whose response was lost (500, 502, 504, a cut).
            http_client: One of yours, for example with certificates or a proxy. You close it.

        Raises:
            ValueError: For what no client can work with.
        """
        options = Options(url, api_key, timeout, max_retries)
        self._own_http = http_client is None
        self._connection = Connection(options, httpx.Client() if http_client is None else http_client)

    def turn(
        self,
        *,
        user_id: str,
        text: str,
        candidates: Optional[Sequence[Union[str, Candidate]]] = None,
        multiple: Optional[bool] = None,
        media_type: Optional[str] = None,
        timeout: Optional[float] = None,
    ) -> Turn:
        """Begins a turn: asks what the user may mean, and goes on without the service where it is away.

        Args:
            user_id: Your name for the user: 1 to 200 characters.
            text: What the user typed, at most 8,000 characters.
            candidates: 2 to 10 hypotheses of your own. All of them come back, ranked.
            multiple: Whether the user may select several.
            media_type: Of the text; the service takes it as text/plain.
            timeout: Seconds after which the assistant goes on without the service, in each call of this turn. By
                default the client's.

        Raises:
            LearningLoopError: For a mistake, such as a text that is too long or a wrong key.
        """
        turn = Turn(self if timeout is None else self.with_options(timeout=timeout), user_id, text)
        try:
            turn.shown = turn._loop.hypothesize(
                user_id=user_id,
                input_text=text,
                candidates=candidates,
                multiple=multiple,
                media_type=media_type,
            )
        except LearningLoopError as error:
            turn._skip(error)
        return turn

    def with_options(
        self,
        *,
        api_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> LearningLoop:
        """A client with these changes and the same connections, which closes with this one."""
        options = self._connection.options
        return LearningLoop(
            options.url,
            api_key=options.api_key if api_key is None else api_key,
            timeout=options.timeout if timeout is None else timeout,
            max_retries=options.max_retries if max_retries is None else max_retries,
            http_client=self._connection.http,
        )

    def close(self) -> None:
        """Closes the connections, unless they are of an `http_client` of yours."""
        if self._own_http:
            self._connection.http.close()

    def __enter__(self) -> LearningLoop:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(url={self._connection.options.url!r})"
