"""指标对照 as a sheet, for standards of any size: one line for each relation, the titles beside the codes to read by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from common.said import Said
from common.text import folded, one_line
from credit_rating.rules.grid import RowError
from credit_rating.rules.indicator_map import WORDS, MapKind, MapRow, map_problems
from credit_rating.rules.specification import StandardSpec

KIND, OLD, OLD_TITLE, NEW, NEW_TITLE = "关系", "旧版指标编号", "旧版指标", "新版指标编号", "新版指标"
HEADINGS = (KIND, OLD, OLD_TITLE, NEW, NEW_TITLE)
BETWEEN = "、"


def codes_in(text: str) -> tuple[str, ...]:
    """编号 as people write several of them."""
    parts = text.replace(",", BETWEEN).replace("，", BETWEEN).split(BETWEEN)
    return tuple(part.strip() for part in parts if part.strip())


def map_cells(old: StandardSpec, new: StandardSpec, rows: Sequence[MapRow]) -> list[list[str]]:
    """The lines under the headings."""
    return [
        [
            WORDS[row.kind],
            BETWEEN.join(row.from_codes),
            _titles(old, row.from_codes),
            BETWEEN.join(row.to_codes),
            _titles(new, row.to_codes),
        ]
        for row in rows
    ]


def _titles(spec: StandardSpec, codes: Sequence[str]) -> str:
    return BETWEEN.join(spec.by_code[code].title for code in codes if code in spec.by_code)


@dataclass(frozen=True, slots=True)
class MapRead:
    """The relations, or every wrong line and no relation."""

    rows: tuple[MapRow, ...] = ()
    errors: tuple[RowError, ...] = ()


def read_map(
    old: StandardSpec, new: StandardSpec, cells: Sequence[Mapping[str, str]], lines: Sequence[int]
) -> MapRead:
    """``lines`` are those of the file. What is said of a code is told at the first line that names it."""
    if not cells:
        return MapRead(errors=(RowError(0, "", "表中没有数据行。"),))
    if absent := [name for name in (KIND, OLD, NEW) if name not in cells[0]]:
        return MapRead(
            errors=(RowError(1, absent[0], Said("表头缺少：%(absent)s。", absent="、".join(absent))),)
        )
    kinds = {folded(word): kind for kind, word in WORDS.items()} | {kind.value: kind for kind in MapKind}
    rows, errors, places = list[MapRow](), list[RowError](), dict[str, int]()
    for one, line in zip(cells, lines, strict=True):
        word = one_line(one[KIND])
        if (kind := kinds.get(folded(word))) is None:
            errors.append(RowError(line, KIND, _unknown(word)))
            continue
        rows.append(MapRow(kind, codes_in(one[OLD]), codes_in(one[NEW])))
        for code in (*rows[-1].from_codes, *rows[-1].to_codes):
            places.setdefault(code, line)
    errors += () if errors else _wrong(old, new, rows, places)
    return MapRead(errors=tuple(errors)) if errors else MapRead(tuple(rows))


def _unknown(word: str) -> str:
    known = "、".join(WORDS.values())
    return (
        Said("关系“%(word)s”无法识别，可填：%(known)s。", word=word, known=known) if word else "请填写关系。"
    )


def _wrong(
    old: StandardSpec, new: StandardSpec, rows: Sequence[MapRow], places: Mapping[str, int]
) -> Iterator[RowError]:
    for problem in map_problems(old, new, rows):
        yield RowError(places.get(problem.where, 0), "", problem.sentence)
