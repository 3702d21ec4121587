"""规范哈希: one byte string per value, so that the same inputs give the same sha256 anywhere and any year."""

import dataclasses
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from credit_rating.rules.exact import plain
from credit_rating.rules.marks import Mark, MarkState
from credit_rating.rules.scoring import ENGINE_VERSION, Result
from credit_rating.rules.specification import StandardSpec

CENT = Decimal("0.01")


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
    """输入哈希 over the engine, the standard's hash and one token per scored indicator, in the standard's order."""
    return inputs_digest(standard, ",".join(mark_token(marks.get(leaf.code)) for leaf in spec.leaves), struck)


def mark_token(mark: Mark | None) -> str:
    """Hundredths of a point; ``-`` for a missing mark, ``na`` and the reason as JSON for 不适用."""
    if mark is None:
        return "-"
    if mark.state is MarkState.NOT_APPLICABLE:
        return "na" + json.dumps(mark.na_reason, ensure_ascii=False)
    return str(int(mark.points / CENT))


def inputs_digest(standard: str, tokens: str, struck: Iterable[str] = ()) -> str:
    return sha256(f"{ENGINE_VERSION}\n{standard}\n{tokens}\n{','.join(sorted(struck))}".encode())


def result_hash(inputs: str, result: Result) -> str:
    """结果哈希 over the inputs' hash and every number that was decided from them."""
    aspects = ",".join(f"{aspect.code}={aspect.contribution:f}" for aspect in result.aspects)
    vetoes = ",".join(veto.code for veto in result.vetoes)
    return result_digest(
        inputs, aspects, _text(result.raw_total), _text(result.total), f"{result.grade}|{vetoes}"
    )


def result_digest(inputs: str, aspects: str, raw_total: str, total: str, outcome: str) -> str:
    return sha256(f"{inputs}\n{aspects}\n{raw_total}\n{total}\n{outcome}".encode())


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
