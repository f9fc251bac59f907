"""What a client is set to, one request, and when it is sent again. Nothing here sends."""

from __future__ import annotations

import json
import math
import random
import re
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Optional, Sequence, TypeVar, Union
from urllib.parse import quote

import httpx

from ._errors import (
    APIConnectionError,
    APITimeoutError,
    BadRequestError,
    InternalServerError,
    LearningLoopError,
    RateLimitError,
)

T = TypeVar("T")

__version__ = version("learning-loop")

_first_delay_seconds = 0.2
_before_sending = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True)
class Options:
    """Raises ValueError for what no client can work with."""

    url: str
    #: Left out of the representation, which ends in logs.
    api_key: Optional[str] = field(repr=False)
    #: Seconds that a call may take, with its retries.
    timeout: float
    max_retries: int

    def __post_init__(self) -> None:
        if not _is_service_url(self.url):
            raise ValueError(f"url is {self.url!r}; it must be as in http://127.0.0.1:8080, without ? and #.")
        if self.api_key is not None and not re.fullmatch(r"[!-~]+", self.api_key):
            raise ValueError("api_key must be the line that the command keys create printed, without white space.")
        if not (math.isfinite(self.timeout) and self.timeout > 0):
            raise ValueError(f"timeout is {self.timeout!r}; it must be a number of seconds above 0.")
        if self.max_retries < 0:
            raise ValueError(f"max_retries is {self.max_retries!r}; it must be 0 or more.")

    def headers(self) -> dict[str, str]:
        known = {"accept": "application/json", "user-agent": f"learning-loop-python/{__version__}"}
        return known if self.api_key is None else {**known, "authorization": f"Bearer {self.api_key}"}


def _is_service_url(text: str) -> bool:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, TypeError):
        return False
    return url.scheme in ("http", "https") and url.host != "" and "?" not in text and "#" not in text


@dataclass(frozen=True)
class Call:
    """A request. `repeatable`: whether a repetition has no further effect."""

    method: str
    path: str
    body: Optional[bytes] = None
    params: dict[str, Union[str, int]] = field(default_factory=dict)
    repeatable: bool = True


def to_json(body: object) -> bytes:
    """Raises BadRequestError for what no JSON can hold."""
    try:
        # Broken Unicode is escaped, so that the service can say which field has it.
        return json.dumps(body, ensure_ascii=True, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequestError(f"The request is not JSON: {error}.", status=400, code="invalid_request") from error


def given(**fields: object) -> dict[str, object]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def to_segment(field_name: str, value: str) -> str:
    """A segment of a path. Raises BadRequestError for one that would lead to another path."""
    if value in ("", ".", ".."):
        raise _bad(field_name, f"{field_name} must not be empty, . or ..")
    return quote(value, safe="", errors="surrogatepass")


def to_list(field_name: str, values: Optional[Sequence[T]]) -> Optional[list[T]]:
    """Raises BadRequestError for a single text, whose characters would be the items."""
    if isinstance(values, (str, bytes)):
        raise _bad(field_name, f"{field_name} is a single text; make a list of it")
    return None if values is None else list(values)


def check_path(path: str) -> None:
    """Raises BadRequestError for a path that would lead to another one."""
    if not re.fullmatch(r"(?:/(?!\.{1,2}(?:/|$))[^/?#\s\x00-\x1f\x7f]*)+", path):
        raise _bad("path", f"path is {path!r}; it must begin with / and hold no white space, ?, #, /./ and /../")


def _bad(field_name: str, message: str) -> BadRequestError:
    return BadRequestError(f"{message}.", status=400, code="invalid_request", field=field_name)


class Attempts:
    """Counts the attempts of one call, within its time-out."""

    def __init__(self, call: Call, options: Options) -> None:
        self._call = call
        self._url = options.url
        self._timeout = options.timeout
        self._left = options.max_retries
        self._delay = _first_delay_seconds
        self._deadline = time.monotonic() + options.timeout

    def seconds_left(self) -> float:
        """Above 0. Raises APITimeoutError when the time is over."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self.timed_out()
        return left

    def timed_out(self) -> APITimeoutError:
        return APITimeoutError(f"No response within {self._timeout:g} s.", code="timeout")

    def no_response(self, error: httpx.RequestError) -> APIConnectionError:
        """The error for a request that got no response, or only a part of one."""
        if isinstance(error, httpx.TimeoutException):
            found: APIConnectionError = self.timed_out()
        else:
            reason = str(error) or type(error).__name__
            found = APIConnectionError(f"No response from {self._url}: {reason}.", code="unreachable")
        found.maybe_processed = not isinstance(error, _before_sending)
        return found

    def delay_after(self, error: LearningLoopError) -> Optional[float]:
        """Seconds to wait before the next attempt; None where there is none."""
        if self._left == 0 or not self._is_worth_a_retry(error):
            return None
        self._left -= 1
        backoff, self._delay = self._delay * random.uniform(0.5, 1), self._delay * 2
        delay = backoff if error.retry_after is None else error.retry_after
        # Who cannot be asked again in time learns so now.
        return delay if time.monotonic() + delay < self._deadline else None

    def _is_worth_a_retry(self, error: LearningLoopError) -> bool:
        if isinstance(error, APIConnectionError):
            return self._call.repeatable or not error.maybe_processed
        if isinstance(error, RateLimitError) or error.status == 503:
            return True  # turned away: nothing was done
        return isinstance(error, InternalServerError) and self._call.repeatable
