"""What the client raises, and how it reads an error of the service."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from typing import Mapping, Optional


class LearningLoopError(Exception):
    """Any call that failed. The subclass says in which way.

    Attributes:
        message: What is wrong, and what to do.
        status: The HTTP status; None where no response came.
        code: A name for programs, such as ``no_such_interaction``; the API's, or ``timeout``, ``unreachable``,
            ``invalid_response`` and ``redirected``, or ``http_502`` for a status without a code.
        field: The field of the request that is wrong, where one is.
        retry_after: Seconds after which the service wants to be asked again, where it said so.
    """

    def __init__(
        self,
        message: str,
        *,
        status: Optional[int] = None,
        code: str = "error",
        field: Optional[str] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.field = field
        self.retry_after = retry_after

    def __str__(self) -> str:
        known = self.code if self.status is None else f"{self.status} {self.code}"
        return f"{self.message} ({known})"


class BadRequestError(LearningLoopError):
    """400, 413, 415, 422: the request is wrong; ``field`` says where. Nothing was stored."""


class AuthenticationError(LearningLoopError):
    """401: the API key is missing, wrong, revoked or expired."""


class PermissionDeniedError(LearningLoopError):
    """403: the role of the API key does not suffice."""


class NotFoundError(LearningLoopError):
    """404: what the request names does not exist for this tenant."""


class ConflictError(LearningLoopError):
    """409: another selection stands for this interaction, or the user was erased meanwhile."""


class RateLimitError(LearningLoopError):
    """429: too many requests; ``retry_after`` says when to ask again."""


class InternalServerError(LearningLoopError):
    """5xx: the service, or a proxy before it, is in trouble."""


class InvalidResponseError(LearningLoopError):
    """The response is none of a learning loop: broken JSON, a redirect, fields that are missing."""


class APIConnectionError(LearningLoopError):
    """No response: refused, unreachable, cut.

    Attributes:
        maybe_processed: Whether the request may have reached the service.
    """

    maybe_processed = True


class APITimeoutError(APIConnectionError):
    """No response within the time-out."""


_by_status = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitError,
}


def is_outage(error: LearningLoopError) -> bool:
    """Whether the service is away or busy, which an assistant can do without; anything else is a mistake to repair."""
    return isinstance(error, (APIConnectionError, RateLimitError, InternalServerError))


def error_of(status: int, headers: Mapping[str, str], body: bytes, url: str) -> LearningLoopError:
    """The error for a response that is no success. `headers` takes names in any case; `url` is the service's."""
    if 300 <= status < 400:
        target = headers.get("location", "nowhere")
        message = f"{url} redirects to {target}; if that is the service, use its address as url."
        return InvalidResponseError(message, status=status, code="redirected")
    kind = _by_status.get(status, BadRequestError if status < 500 else InternalServerError)
    told = _read_error(body)
    return kind(
        told.get("message", f"{url} answered {status} and not as a learning loop does; check url and proxies."),
        status=status,
        code=told.get("code", f"http_{status}"),
        field=told.get("field"),
        retry_after=_read_retry_after(headers.get("retry-after", "")),
    )


def _read_error(body: bytes) -> dict[str, str]:
    try:
        error = json.loads(body)["error"]
        return {name: value for name, value in error.items() if isinstance(value, str)}
    except (ValueError, TypeError, LookupError, AttributeError):
        return {}


def _read_retry_after(value: str) -> Optional[float]:
    """Seconds, from a number or a date (RFC 9110, 10.2.3)."""
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
