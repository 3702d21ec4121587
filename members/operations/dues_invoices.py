"""会费通知: made from the resolution in force, once for each member and year, however often and by whom it is run."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record, record_each
from association.choices import Side
from association.clocks import Owner, start_deadlines
from association.deadlines import start_clock
from association.in_turn import take_turn
from association.links import path_to
from association.notices import notify
from common.errors import Refused
from common.said import Said
from members.access import MAY
from members.choices.membership import Tier
from members.models import DuesInvoice
from members.operations.dues import TURN, people_by_institution
from members.operations.dues_account import start_account
from members.operations.dues_books import PAY, case_of, spread_receipts, take_books
from members.queries.dues import Plan, plan_of, receipts_with_rest
from members.rules.dues import yuan


@transaction.atomic
def issue_dues(*, actor: Actor) -> int:
    """开具本年度的会费通知 to every member of today that has none yet. How many; run again, it does what is left.

    Raises Refused without a published resolution for this year.
    """
    actor.require(MAY, "issue_dues")
    take_turn(TURN)
    plan = plan_of(clock.today().year)
    if plan.resolution is None:
        raise Refused(_("本年度没有已公布的会费标准，不能开具会费通知。"))
    invoices = _write(actor, plan) if plan.terms else []
    record(actor, "issue_dues", plan.resolution, year=plan.year, count=len(invoices))
    return len(invoices)


@transaction.atomic
def keep_dues(*, actor: Actor) -> None:
    """By the beat: who became a member is billed without anybody pressing; without a resolution nothing happens."""
    actor.require(MAY, "issue_dues")
    if plan_of(clock.today().year).terms:
        issue_dues(actor=actor)


def _write(actor: Actor, plan: Plan) -> list[DuesInvoice]:
    resolution = plan.resolution
    amounts = {one.tier: one.amount_fen for one in plan.tiers}
    _rule, due = start_clock(PAY)
    moment = clock.now()
    rows = DuesInvoice.objects.bulk_create(
        DuesInvoice(
            institution=term.institution,
            term=term,
            resolution=resolution,
            year=plan.year,
            tier=term.tier,
            amount_fen=amounts[Tier(term.tier)],
            due_on=due.on,
            issued_at=moment,
            issued_by_id=actor.user_id,
        )
        for term in plan.terms
    )
    start_deadlines(
        actor=actor,
        code=PAY,
        starts=[(case_of(row), Owner(Side.INSTITUTION, institution_id=row.institution_id)) for row in rows],
        action=gettext_noop("缴纳会费"),
    )
    record_each(actor, "issue_invoice", [(row, {"year": row.year}) for row in rows])
    _tell(rows)
    start_account(actor, plan.year)
    take_books()
    spread_receipts(actor, receipts_with_rest([row.institution_id for row in rows]))
    return rows


def _tell(rows: Collection[DuesInvoice]) -> None:
    people = people_by_institution([row.institution_id for row in rows])
    for row in rows:
        notify(
            f"dues-{row.pk}-issued",
            people[row.institution_id],
            subject=gettext_noop("会费通知"),
            body=Said(
                gettext_noop(
                    "%(year)s年度会费%(yuan)s元，请在%(day)s之前缴纳，汇款时请注明编号%(number)s。"
                    "是否缴纳会费与诚信等级评定无关。"
                ),
                year=str(row.year),
                yuan=yuan(row.amount_fen),
                day=row.due_on.isoformat(),
                number=row.number,
            ),
            path=path_to("own_dues"),
        )
