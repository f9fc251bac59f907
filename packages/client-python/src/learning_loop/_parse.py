"""Reads JSON into the dataclasses of the responses."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime
from functools import cache
from typing import Any, Mapping, Type, TypeVar, Union, get_args, get_origin, get_type_hints

from ._errors import InvalidResponseError

T = TypeVar("T")


def parse(kind: Type[T], value: object) -> T:
    """The value as this dataclass. Fields that it does not know are left out: a newer service may send more.

    Raises InvalidResponseError, which names the field.
    """
    parsed: T = _convert(kind, value, "")
    return parsed


def _convert(kind: Any, value: Any, where: str) -> Any:
    if kind is Any:
        return value
    if dataclasses.is_dataclass(kind):
        return _to_dataclass(kind, value, where)
    outer, inner = get_origin(kind), get_args(kind)
    if outer is Union:  # of one kind and None
        return None if value is None else _convert(inner[0], value, where)
    if outer is list and isinstance(value, list):
        return [_convert(inner[0], item, f"{where}[{index}]") for index, item in enumerate(value)]
    if outer is dict and isinstance(value, dict):
        return {name: _convert(inner[1], item, f"{where}.{name}") for name, item in value.items()}
    if kind is datetime and isinstance(value, str):
        return _to_datetime(value, where)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is kind:
        return value
    raise _fault(where, f"is {type(value).__name__}, not {getattr(outer or kind, '__name__', kind)}")


def _to_dataclass(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise _fault(where, f"is {type(value).__name__}, not an object")
    found = {}
    hints = _hints_of(kind)
    for field in dataclasses.fields(kind):
        name = field.metadata.get("json", field.name)
        if name in value:
            found[field.name] = _convert(hints[field.name], value[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING:
            raise _fault(f"{where}.{name}", "is missing")
    return kind(**found)


@cache
def _hints_of(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _to_datetime(value: str, where: str) -> datetime:
    # Before Python 3.11 a fraction has three or six digits, and no Z follows.
    six_digits = re.sub(r"\.(\d+)", lambda match: f".{match[1][:6]:0<6}", value)
    try:
        return datetime.fromisoformat(re.sub("[zZ]$", "+00:00", six_digits))
    except ValueError:
        raise _fault(where, "is no time in ISO 8601") from None


def _fault(where: str, what: str) -> InvalidResponseError:
    name = where.lstrip(".") or "it"
    return InvalidResponseError(
        f"The response is not one of this API: {name} {what}. Check url, proxies, and the service's version.",
        code="invalid_response",
    )
