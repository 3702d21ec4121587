"""指标对照: how the indicators of one version of a standard became those of the next."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from common.said import Said
from credit_rating.rules.problem import Problem
from credit_rating.rules.specification import IndicatorSpec, StandardSpec


class MapKind(StrEnum):
    """对照类型."""

    SAME = "same"
    RENAMED = "renamed"
    REWEIGHTED = "reweighted"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    RETIRED = "retired"


WORDS = {
    MapKind.SAME: "不变",
    MapKind.RENAMED: "更名",
    MapKind.REWEIGHTED: "调整分值",
    MapKind.SPLIT: "拆分",
    MapKind.MERGED: "合并",
    MapKind.NEW: "新增",
    MapKind.RETIRED: "停用",
}

CARRIED_KINDS = frozenset({MapKind.SAME, MapKind.RENAMED, MapKind.REWEIGHTED})


@dataclass(frozen=True, slots=True)
class MapRow:
    """对照行: codes of scored indicators on both sides."""

    kind: MapKind
    from_codes: tuple[str, ...] = ()
    to_codes: tuple[str, ...] = ()


def kind_of_pair(old: IndicatorSpec, new: IndicatorSpec) -> MapKind | None:
    """一对一的类型; ``None`` when the scoring method changed, so that an old entry means nothing any more."""
    if old.method is not new.method:
        return None
    if (old.points, dict(old.params)) != (new.points, dict(new.params)):
        return MapKind.REWEIGHTED
    return MapKind.SAME if old.title == new.title else MapKind.RENAMED


def map_problems(old: StandardSpec, new: StandardSpec, rows: Sequence[MapRow]) -> tuple[Problem, ...]:
    """对照表检查: every scored indicator of both versions exactly once, and each kind means what it says."""
    olds, news = _leaves(old), _leaves(new)
    covered = (
        *_coverage(olds, [code for row in rows for code in row.from_codes], Said("旧版")),
        *_coverage(news, [code for row in rows for code in row.to_codes], Said("新版")),
    )
    return covered or tuple(problem for row in rows for problem in _row_problems(olds, news, row))


def _leaves(spec: StandardSpec) -> dict[str, IndicatorSpec]:
    return {leaf.code: leaf for leaf in spec.leaves}


def _coverage(leaves: Mapping[str, IndicatorSpec], codes: Sequence[str], side: str) -> Iterator[Problem]:
    times = Counter(codes)
    for code, leaf in leaves.items():
        if times[code] == 0:
            yield Problem(
                code,
                Said(
                    "%(side)s指标“%(code)s %(title)s”没有写入对照表。", side=side, code=code, title=leaf.title
                ),
            )
        elif times[code] > 1:
            yield Problem(
                code,
                Said(
                    "%(side)s指标“%(code)s %(title)s”在对照表中出现 %(times)s 次。",
                    side=side,
                    code=code,
                    title=leaf.title,
                    times=times[code],
                ),
            )
    for code in times:
        if code not in leaves:
            yield Problem(code, Said("%(side)s没有计分指标“%(code)s”。", side=side, code=code))


_SHAPES = {
    MapKind.SAME: ("一对一", lambda old, new: old == new == 1),
    MapKind.RENAMED: ("一对一", lambda old, new: old == new == 1),
    MapKind.REWEIGHTED: ("一对一", lambda old, new: old == new == 1),
    MapKind.SPLIT: ("一对多", lambda old, new: old == 1 < new),
    MapKind.MERGED: ("多对一", lambda old, new: new == 1 < old),
    MapKind.NEW: ("只有新版指标", lambda old, new: old == 0 < new),
    MapKind.RETIRED: ("只有旧版指标", lambda old, new: new == 0 < old),
}


def _row_problems(
    olds: Mapping[str, IndicatorSpec], news: Mapping[str, IndicatorSpec], row: MapRow
) -> Iterator[Problem]:
    where = (*row.from_codes, *row.to_codes)[0] if row.from_codes or row.to_codes else ""
    words, fits = _SHAPES[row.kind]
    if not fits(len(row.from_codes), len(row.to_codes)):
        yield Problem(
            where,
            Said(
                "对照行“%(where)s”的类型为“%(words)s”，须为%(words_2)s。",
                where=where,
                words=WORDS[row.kind],
                words_2=words,
            ),
        )
    elif row.kind in CARRIED_KINDS:
        really = kind_of_pair(olds[row.from_codes[0]], news[row.to_codes[0]])
        if really is None:
            yield Problem(
                where, Said("“%(where)s”的计分方法已改变，应写为旧版“停用”与新版“新增”。", where=where)
            )
        elif really is not row.kind:
            yield Problem(
                where,
                Said(
                    "对照行“%(where)s”标为“%(words)s”，实际为“%(words_2)s”。",
                    where=where,
                    words=WORDS[row.kind],
                    words_2=WORDS[really],
                ),
            )


def suggested_map(old: StandardSpec, new: StandardSpec) -> tuple[MapRow, ...]:
    """对照表草案: by identity, then by code, then by title; splits and merges are for people to find."""
    olds, news = _leaves(old), _leaves(new)
    pairs = _pairs(olds, news)
    rows: list[MapRow] = []
    for code, leaf in olds.items():
        kind = kind_of_pair(leaf, news[pairs[code]]) if code in pairs else None
        if kind is None:
            pairs.pop(code, None)
            rows.append(MapRow(MapKind.RETIRED, (code,)))
        else:
            rows.append(MapRow(kind, (code,), (pairs[code],)))
    taken = set(pairs.values())
    return (*rows, *(MapRow(MapKind.NEW, (), (code,)) for code in news if code not in taken))


def _pairs(olds: Mapping[str, IndicatorSpec], news: Mapping[str, IndicatorSpec]) -> dict[str, str]:
    """Old code to new code, each used once; the stronger sign is looked at first."""
    pairs: dict[str, str] = {}
    for sign in (attrgetter("identity"), attrgetter("code"), attrgetter("title")):
        taken = set(pairs.values())
        free = {sign(leaf): code for code, leaf in news.items() if code not in taken and sign(leaf)}
        for code, leaf in olds.items():
            if code not in pairs and sign(leaf) in free:
                pairs[code] = free.pop(sign(leaf))
    return pairs
