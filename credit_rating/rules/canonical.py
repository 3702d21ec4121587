"""规范哈希: one byte string per value, so that the same inputs give the same sha256 anywhere and any year."""

import dataclasses
import hashlib
import json
import struct
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from credit_rating.rules.exact import plain
from credit_rating.rules.marks import Mark, MarkState
from credit_rating.rules.scoring import ENGINE_VERSION, Result
from credit_rating.rules.specification import StandardSpec

CENT = Decimal("0.01")
NOT_APPLICABLE, MISSING = -1, -2


def canonical(value: Any) -> bytes:
    """规范化 JSON: sorted keys, no spaces, UTF-8, decimals as plain strings; floats are refused."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return f"{plain(value):f}"
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case set() | frozenset():
            return sorted(_plain(one) for one in value)
    if dataclasses.is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form")


def sha256(parts: bytes) -> str:
    return hashlib.sha256(parts).hexdigest()


def standard_hash(spec: StandardSpec) -> str:
    """规范哈希: the order in which bands and indicators are listed does not matter, their positions do."""
    value = _plain(spec)
    value["indicators"] = sorted(value["indicators"], key=lambda one: one["code"])
    value["bands"] = sorted(value["bands"], key=lambda one: one["grade"])
    return sha256(canonical(value))


def inputs_hash(
    spec: StandardSpec, standard: str, marks: Mapping[str, Mark], struck: Collection[str] = ()
) -> str:
    """输入哈希 over the engine, the standard's hash, the packed marks, the reasons of NA and the struck vetoes."""
    reasons = {code: mark.na_reason for code, mark in marks.items() if mark.state is MarkState.NOT_APPLICABLE}
    return sha256(inputs_head(standard) + packed(spec, marks) + inputs_tail(reasons, struck))


def inputs_head(standard: str) -> bytes:
    return f"{ENGINE_VERSION}\n{standard}\n".encode()


def inputs_tail(reasons: Mapping[str, str], struck: Collection[str]) -> bytes:
    return b"\n" + canonical({"na": reasons, "struck": sorted(set(struck))})


def packed(spec: StandardSpec, marks: Mapping[str, Mark]) -> bytes:
    """Hundredths of a point as four bytes each, in the order of ``spec.leaves``; -1 is 不适用, -2 no mark."""
    return packed_row([_hundredths(marks.get(leaf.code)) for leaf in spec.leaves])


def packed_row(row: Sequence[int]) -> bytes:
    return struct.pack(f">{len(row)}i", *row)


def unpacked(data: bytes | memoryview) -> tuple[int, ...]:
    """The hundredths again, in the same order."""
    return struct.unpack(f">{len(data) // 4}i", data)


def _hundredths(mark: Mark | None) -> int:
    if mark is None:
        return MISSING
    return NOT_APPLICABLE if mark.state is MarkState.NOT_APPLICABLE else int(mark.points / CENT)


def result_hash(inputs: str, result: Result) -> str:
    """结果哈希 over the inputs' hash and every number that was decided from them."""
    aspects = ",".join(f"{aspect.code}={aspect.contribution:f}" for aspect in result.aspects)
    outcome = "|".join((result.grade or "", *(veto.code for veto in result.vetoes)))
    return result_digest(inputs, aspects, _text(result.raw_total), _text(result.total), outcome)


def result_digest(inputs: str, aspects: str, raw_total: str, total: str, outcome: str) -> str:
    return sha256(f"{inputs}\n{aspects}\n{raw_total}\n{total}\n{outcome}".encode())


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
