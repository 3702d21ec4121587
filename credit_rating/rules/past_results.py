"""历史结果: what a line taken over from a published source must hold, in a file and in a call alike.

The columns of the database are exactly as wide; a test compares them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from common import uscc as codes
from common.said import Said

FIRST_YEAR = 1980
WITH_ADDRESS = frozenset({"http", "https"})
COLUMNS: Mapping[str, tuple[str, int]] = {
    "institution_name": ("机构名称", 80),
    "uscc": ("统一社会信用代码", 18),
    "year": ("年度", 4),
    "scheme": ("评估名称", 80),
    "grade": ("结果", 12),
    "issuing_body": ("发布单位", 80),
    "source_title": ("出处", 200),
    "source_url": ("链接", 300),
    "note": ("说明", 300),
}
NEEDED = ("institution_name", "year", "scheme", "grade", "issuing_body", "source_title")
NO_TEXT = frozenset({"uscc", "year"})


@dataclass(frozen=True, slots=True)
class HistoricalRow:
    """One published line: who, when, what, and where it stands."""

    institution_name: str
    year: int
    scheme: str
    grade: str
    issuing_body: str
    source_title: str
    source_url: str = ""
    uscc: str = ""
    note: str = ""


def row_faults(row: HistoricalRow, this_year: int) -> Iterator[tuple[str, str]]:
    """Every fault of one line as the column's plain name and a sentence; nothing else is looked at."""
    yield from text_faults({name: getattr(row, name) for name in COLUMNS if name not in NO_TEXT})
    if row.uscc and (wrong := codes.problem(row.uscc)):
        yield "uscc", wrong
    if not FIRST_YEAR <= row.year <= this_year:
        yield "year", Said("年度须在%(first)s至%(last)s之间。", first=FIRST_YEAR, last=this_year)


def text_faults(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with these texts, by the plain names of their columns: of a new result or of a correction."""
    for name, text in texts.items():
        label, longest = COLUMNS[name]
        if not text and name in NEEDED:
            yield name, Said("请填写%(name)s。", name=label)
        if len(text) > longest:
            yield (
                name,
                Said(
                    "%(name)s最多%(longest)s个字，现在是%(length)s个字。",
                    name=label,
                    longest=longest,
                    length=len(text),
                ),
            )
    if texts.get("source_url") and (wrong := address_problem(texts["source_url"])):
        yield "source_url", wrong


def address_problem(text: str) -> str | None:
    """Why this is no address of a page that may stand in a link for everybody; ``None`` when it is one."""
    if any(sign.isspace() or not sign.isprintable() for sign in text):
        return "链接中间不能有空格或看不见的字符。"
    try:
        parts = urlsplit(text)
        _port, host, account = parts.port, parts.hostname, parts.username
    except ValueError:
        return "链接的写法不对，请从浏览器地址栏复制。"
    if parts.scheme not in WITH_ADDRESS:
        return "链接须以 https:// 或 http:// 开头。"
    if not host or account is not None:
        return "链接的写法不对，请从浏览器地址栏复制。"
    return None
