"""公示公告: every 公示 that runs and every 公布, with whose turn it is and until when; as ``portal_public``."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connections
from django.utils.translation import gettext as _

from association.moments import until
from disclosure.models import PublishedRound

MOST = 100
# One line for each 公示 that is open or waits for a decision: how many it shows, how many are disputed, and by when the
# first objection has to be answered.
RUNNING = """
SELECT held.year, held.title, (board->>'id')::bigint, (board->>'opens_at')::timestamptz,
  (board->>'closes_at')::timestamptz, (board->>'provisional')::boolean, count(*),
  count(*) FILTER (WHERE (shown->>'objection')::boolean), min((shown->>'answer_due')::timestamptz)
FROM disclosure_publishedround held, jsonb_array_elements(held.notice->'open') AS boards(board),
  jsonb_array_elements(board->'rows') AS lines(shown)
WHERE held.association_id = %s GROUP BY held.id, held.year, held.title, board ORDER BY 4 DESC, 3 DESC LIMIT %s
"""
# One line for each day on which results of a round were published.
PUBLISHED = """
SELECT held.round_id, held.year, held.title, (result->>'published_at')::timestamptz AS at,
  ((result->>'published_at')::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AS day, (result->>'valid_until')::date AS valid_until
FROM disclosure_publishedround held, jsonb_array_elements(held.results) AS lines(result)
WHERE held.association_id = %s AND result->>'published_at' IS NOT NULL
"""
BY_DAY = f"""
SELECT round_id, year, title, day, count(*), min(valid_until), max(at) FROM ({PUBLISHED}) one
GROUP BY round_id, year, title, day ORDER BY 4 DESC, 1 DESC LIMIT %s
"""  # noqa: S608 - two constants


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose clock runs, for what, and until when; without an end where no rule sets one."""

    whose: str
    what: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunningNotice:
    """公示."""

    year: int
    title: str
    notice: int | None
    opens_at: datetime
    closes_at: datetime
    provisional: bool
    number: int
    disputed: int
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class PublishedResults:
    """公布: what of one round was published on one day."""

    round_id: int
    year: int
    title: str
    published_on: date
    number: int
    valid_until: date | None
    published_at: datetime

    @property
    def term(self) -> str:
        if self.valid_until is None:
            return ""
        return _("各机构：等级有效期至%(day)s起陆续届满") % {"day": self.valid_until.isoformat()}


def running_notices(association_id: int, now: datetime, most: int = MOST) -> list[RunningNotice]:
    """Newest first."""
    return [_running(now, row) for row in _rows(RUNNING, association_id, most)]


def published_results(association_id: int, most: int = MOST) -> list[PublishedResults]:
    """Newest first."""
    return [PublishedResults(*row) for row in _rows(BY_DAY, association_id, most)]


def _rows(statement: str, association_id: int, most: int) -> list[tuple[Any, ...]]:
    with connections[PublishedRound.objects.using("public").db].cursor() as cursor:
        cursor.execute(statement, [association_id, most])
        return list(cursor.fetchall())


def _running(now: datetime, row: tuple[Any, ...]) -> RunningNotice:
    year, title, notice, opens_at, closes_at, provisional, number, disputed, answer_due = row
    turns = _turns(now, closes_at, provisional=provisional, disputed=disputed, answer_due=answer_due)
    return RunningNotice(year, title, notice, opens_at, closes_at, provisional, number, disputed, turns)


def _turns(
    now: datetime, closes_at: datetime, *, provisional: bool, disputed: int, answer_due: datetime | None
) -> tuple[Turn, ...]:
    """公众 until the notice closes; the committee while an objection is open; then the secretariat."""
    turns = []
    if now < closes_at:
        turns.append(Turn(_("任何人"), _("对拟定结果可以提出异议"), closes_at))
    if disputed:
        turns.append(Turn(_("评定委员会"), _("核查并答复异议"), answer_due))
    if not turns:
        what = _("等待放假安排公布，重新计算截止日") if provisional else _("公示期已满，提请公布")
        turns.append(Turn(_("秘书处"), what))
    return tuple(turns)


def told(turn: Turn) -> str:
    """One sentence of the feed."""
    end = _("，至%(until)s") % {"until": until(turn.until)} if turn.until else ""
    return f"{turn.whose}：{turn.what}{end}"
