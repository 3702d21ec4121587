"""今日钟表, row by row: one term in the words of the page, and its piece of HTML."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from association.access import READ_BY_PARTIES
from association.choices import CASE_KINDS, QueuePart, Side
from association.frames import part_with_holes
from association.models import Deadline
from association.moments import last_day, until
from association.reckoning import explained
from association.rules.clock import beijing

Gettext = Callable[[str], str]
PartOf = Callable[[datetime], QueuePart]


@dataclass(frozen=True, slots=True)
class Row:
    """One term as the list shows it; ``heading`` where another part begins.

    ``is_walled``: of a case that the reader keeps away from (回避), so without names, action and link.
    """

    deadline: Deadline
    part: QueuePart
    kind: str
    name: str
    owner: str
    action: str
    title: str
    left: str
    explanation: str
    # 逾期视为, where the rule of the term says one.
    silence: str
    href: str
    heading: str = ""
    is_walled: bool = False

    @property
    def html(self) -> SafeString:
        """As drawn: what few rows differ in shapes the piece, what is theirs alone is put in."""
        end = self.deadline.ends_at
        shape = {
            "part": self.part.value,
            "heading": self.heading,
            "kind": self.kind,
            "provisional": self.deadline.provisional,
            "is_walled": self.is_walled,
        }
        own = {
            "name": self.name,
            "owner": self.owner,
            "action": self.action,
            "title": self.title,
            "left": self.left,
            "explanation": self.explanation,
            "silence": self.silence,
            "href": self.href,
            "moment": beijing(end).isoformat(),
            "until": until(end),
        }
        return part_with_holes("association/_clock.html", shape, own)


class _Words:
    """The words of one page: fifty rows share most of them, so each is looked up once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today: date = beijing(now).date()
        self.gettext: Gettext = cache(gettext)
        self.kind = cache(lambda kind: str(CASE_KINDS.get(kind, "")))
        self.side = cache(lambda side: str(Side(side).label))


def rows_of(
    page: Sequence[Deadline],
    part_of: PartOf,
    now: datetime,
    institutions: Collection[int],
    kept: Collection[str],
) -> list[Row]:
    """Each part is named where it begins, and at the top of a page. ``kept``: the cases that the reader keeps away from,
    but for the terms of ``institutions`` that the reader speaks for.
    """
    words = _Words(now)
    rows: list[Row] = []
    for deadline in page:
        part = part_of(deadline.ends_at)
        begins = not rows or rows[-1].part != part
        named = deadline.owner_institution_id in institutions
        is_walled = not named and f"{deadline.case_kind}-{deadline.case_id}" in kept
        make = _walled if is_walled else _row
        rows.append(make(deadline, part, words, str(part.label) if begins else ""))
    return rows


def _row(deadline: Deadline, part: QueuePart, words: _Words, heading: str) -> Row:
    say = words.gettext
    silence = getattr(deadline, "silence_means", None)
    return Row(
        deadline=deadline,
        part=part,
        kind=words.kind(deadline.case_kind),
        owner=_owner(deadline, words),
        name=case_name(deadline.case_title, say),
        action=say(deadline.action),
        title=say(deadline.title),
        left=_left(deadline, words),
        explanation=explained(deadline.reckoning, say),
        silence=say(silence) if silence else "",
        href=here_of(deadline) if _is_mine(deadline) else _read_at(deadline),
        heading=heading,
    )


def _is_mine(deadline: Deadline) -> bool:
    """Staff ask for no difference: they act in every case."""
    return bool(getattr(deadline, "is_mine", True))


def _read_at(deadline: Deadline) -> str:
    """Where a party reads of what others have to do; empty where it has no page for it."""
    read = READ_BY_PARTIES.get(deadline.case_kind)
    return _under_mount(read.page_of(deadline.case_id)) if read else ""


# How a title begins, where that is a word of ours; a number and a name follow.
TITLED = {
    "投诉 ": gettext_noop("投诉 %(rest)s"),
    "线索 ": gettext_noop("线索 %(rest)s"),
    "入会申请 ": gettext_noop("入会申请 %(rest)s"),
    "理事会表决：": gettext_noop("理事会表决：%(rest)s"),
    "会籍：": gettext_noop("会籍：%(rest)s"),
    "公约违约 ": gettext_noop("公约违约 %(rest)s"),
    "群体性投诉 ": gettext_noop("群体性投诉 %(rest)s"),
    "会费标准：": gettext_noop("会费标准：%(rest)s"),
    "会费 ": gettext_noop("会费 %(rest)s"),
}


def case_name(title: str, say: Gettext = gettext) -> str:
    """事项 in the language of the page."""
    for begins, whole in TITLED.items():
        if title.startswith(begins):
            return say(whole) % {"rest": title.removeprefix(begins)}
    return title


def here_of(deadline: Deadline) -> str:
    """办理页面, under the mount of the association; empty where there is none."""
    return _under_mount(deadline.case_path)


def _under_mount(address: str) -> str:
    path = address.lstrip("/")
    return get_script_prefix() + path if path else ""


def _walled(deadline: Deadline, part: QueuePart, words: _Words, heading: str) -> Row:
    """That something runs, until when, and on which side: nothing overdue is hidden, and nobody is named."""
    return Row(
        deadline=deadline,
        part=part,
        kind=words.kind(deadline.case_kind),
        name=gettext("您应当回避的事项"),
        owner=words.side(deadline.owner_side),
        action=gettext("与您有利害关系，由同事办理，您不能查看。"),
        title="",
        left=_left(deadline, words),
        explanation="",
        silence="",
        href="",
        heading=heading,
        is_walled=True,
    )


def _owner(deadline: Deadline, words: _Words) -> str:
    """The side, and who of it: an institution, or the person who has it. A party that waits reads the side alone."""
    side = words.side(deadline.owner_side)
    if not _is_mine(deadline):
        return side
    who = deadline.owner_institution or deadline.owner_user
    return words.gettext("%(side)s · %(who)s") % {"side": side, "who": who} if who else side


def _left(deadline: Deadline, words: _Words) -> str:
    if deadline.paused_on is not None:
        return words.gettext("中止中")
    days = (last_day(deadline.ends_at) - words.today).days
    if deadline.ends_at <= words.now:
        return words.gettext("逾期%(days)d天") % {"days": -days} if days < 0 else words.gettext("已逾期")
    return words.gettext("今天到期") if days == 0 else words.gettext("还有%(days)d天") % {"days": days}


def rows_html(rows: Iterable[Row]) -> SafeString:
    return SafeString("".join([row.html for row in rows]))
