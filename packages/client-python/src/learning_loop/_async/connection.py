"""Sends requests, again where that is of use, and reads responses."""

from __future__ import annotations

import asyncio
import json
from typing import Optional

import httpx

from .._errors import InvalidResponseError, LearningLoopError, error_of
from .._options import Attempts, Call, Options


class AsyncConnection:
    """Options may differ between connections that share an HTTP client."""

    def __init__(self, options: Options, http: httpx.AsyncClient) -> None:
        self.options = options
        self.http = http

    async def send(self, call: Call) -> object:
        """The JSON of the response; None for an empty one. Raises LearningLoopError."""
        attempts = Attempts(call, self.options)
        while True:
            try:
                return await self._attempt(call, attempts)
            except LearningLoopError as error:
                delay = attempts.delay_after(error)
                if delay is None:
                    raise
            await asyncio.sleep(delay)

    async def _attempt(self, call: Call, attempts: Attempts) -> object:
        try:
            response = await self.http.send(self._build(call, attempts), stream=True, follow_redirects=False)
            try:
                body = await self._read(response, attempts)
            finally:
                await response.aclose()
        except httpx.RequestError as error:
            raise attempts.no_response(error) from error
        if not response.is_success:
            raise error_of(response.status_code, response.headers, body, self.options.url)
        return _to_value(body, response.status_code, self.options.url)

    def _build(self, call: Call, attempts: Attempts) -> httpx.Request:
        headers = self.options.headers()
        if call.body is not None:
            headers["content-type"] = "application/json"
        return self.http.build_request(
            call.method,
            self.options.url.rstrip("/") + call.path,
            content=call.body,
            params=call.params or None,
            headers=headers,
            timeout=attempts.seconds_left(),
        )

    async def _read(self, response: httpx.Response, attempts: Attempts) -> bytes:
        """In parts, so that a response that trickles in ends with the time-out, too."""
        parts = []
        async for part in response.aiter_bytes():
            attempts.seconds_left()
            parts.append(part)
        return b"".join(parts)


def _to_value(body: bytes, status: int, url: str) -> Optional[object]:
    if body == b"":
        return None
    try:
        value: object = json.loads(body)
        return value
    except (ValueError, RecursionError) as error:
        message = f"{url} answered {status} with something that is not JSON; check url and proxies."
        raise InvalidResponseError(message, status=status, code="invalid_response") from error
