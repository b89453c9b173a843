"""A second look at rows whose values came in another shape than the venue documents.

A row of an account is worth reading however its numbers are spelled: what cannot be read leaves an order unknown.
So where the documented shape does not fit, numbers are taken as text, text as numbers, and null as not told; what is
wrong beyond that stays unreadable.
The first look costs what it always did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = TypeVar("Shape")

_anything = msgspec.json.Decoder(float_hook=str).decode  # digits as they were sent


def decode(text: bytes | msgspec.Raw, shape: type[Shape]) -> Shape:
    """Decode JSON in two looks; raises as msgspec does."""
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.ValidationError:
        return msgspec.json.decode(_spelled_anew(text), type=shape, strict=False)


def reader(shape: type[Shape]) -> Callable[[bytes | msgspec.Raw], Shape]:
    """Return a decoder of JSON that looks twice; it raises as msgspec does."""
    documented = msgspec.json.Decoder(shape).decode
    spelled = msgspec.json.Decoder(shape, strict=False).decode

    def read(text: bytes | msgspec.Raw) -> Shape:
        try:
            return documented(text)
        except msgspec.ValidationError:
            return spelled(_spelled_anew(text))

    return read


def _spelled_anew(text: bytes | msgspec.Raw) -> bytes:
    return msgspec.json.encode(_respelled(_anything(text)))


def _respelled(value: Any) -> Any:
    """Return a value without nulls in its objects, and with its numbers as text."""
    if isinstance(value, dict):
        return {name: _respelled(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_respelled(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
