"""年度会费收支表: counted from the books up to a day, published with its query; a correction is another revision."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Side
from association.clocks import Case, Owner, deadlines_of, start_deadline, stop_deadline
from association.in_turn import take_turn
from association.links import path_to
from common.errors import InvalidInput
from common.text import one_line
from members.access import MAY
from members.models import DuesAccount
from members.operations.parts import LONGEST_LINE
from members.queries.dues_account import by_tier, counted
from members.rules.dues_account import QUERY

KIND, ANNUAL, TURN = "dues_account", "DUES-ANNUAL", "dues-account"
LONGEST_ITEM, LARGEST_FEN = 80, 10**13


@transaction.atomic
def publish_account(
    *, actor: Actor, year: int, cut_off: date, spending: Sequence[tuple[str, int]], remark: str = ""
) -> DuesAccount:
    """公布年度会费收支表. ``spending``: what for, and how many 分; income is counted, never typed.

    Raises InvalidInput for a day outside of what can be counted, and for a second one of a year without a reason.
    """
    actor.require(MAY, "publish_dues_account")
    take_turn(TURN)
    if not date(year, 1, 1) <= cut_off <= clock.today():
        sentence = _("统计截止日期须在该年度开始以后，且不能晚于今天。")
        raise InvalidInput(sentence, {"cut_off": sentence})
    rows = _read(spending)
    before = DuesAccount.objects.filter(year=year).order_by("-revision").first()
    why = one_line(remark)[:LONGEST_LINE]
    if before is not None and not why:
        sentence = _("这一年度已经公布过，更正请写明原因。")
        raise InvalidInput(sentence, {"remark": sentence})
    account = DuesAccount.objects.create(
        year=year,
        revision=before.revision + 1 if before else 1,
        cut_off=cut_off,
        query=QUERY,
        figures=counted(year, cut_off, [fen for _item, fen in rows]),
        tiers=by_tier(year, cut_off),
        spending=[{"item": item, "fen": fen} for item, fen in rows],
        remark=why,
        published_at=clock.now(),
        published_by_id=actor.person_id,
    )
    stop_deadline(actor=actor, case=case_of(year), code=ANNUAL)
    record(actor, "publish_dues_account", account, year=year, revision=account.revision)
    return account


def _read(spending: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    rows = [(one_line(item)[:LONGEST_ITEM], fen) for item, fen in spending]
    if any(not item or not 0 < fen <= LARGEST_FEN for item, fen in rows):
        raise InvalidInput(_("每个支出项目都要写明用途和大于零的金额。"))
    return rows


def start_account(actor: Actor, year: int) -> None:
    """The term of publishing the account runs from the first bills of the year."""
    if deadlines_of(KIND, year).exists():
        return
    start_deadline(
        actor=actor,
        code=ANNUAL,
        case=case_of(year),
        owner=Owner(Side.STAFF),
        action=gettext_noop("公布年度会费收支表"),
    )


def case_of(year: int) -> Case:
    title = gettext_noop("%(year)d年度会费收支表") % {"year": year}
    return Case(KIND, year, title, path_to("admin:members_duesaccount_changelist"))
