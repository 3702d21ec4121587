"""What changes the rules and rates of refunds, and what keeps a calculation with a case."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line
from prepaid_escrow.access import MAY, rates_visible_to, rule_versions_visible_to
from prepaid_escrow.choices import RateKind
from prepaid_escrow.models import InterestRate, RefundCalculation, RefundRuleVersion
from prepaid_escrow.queries import answer_with_sources, as_data, digest_of
from prepaid_escrow.rules.facts import MOST_PERCENT, RefundInput
from prepaid_escrow.rules.readings import DEFAULTS, chosen

LONGEST = 300
LONGEST_CASE = 20


@transaction.atomic
def propose_interest_rate(
    *, actor: Actor, kind: str, percent: Decimal, valid_from: date, valid_until: date, citation: str
) -> InterestRate:
    """录入利率 as announced: it drives nothing until somebody else has compared it with the announcement."""
    actor.require(MAY, "propose_refund_rule")
    wrong = {}
    if kind not in RateKind.values:
        wrong["kind"] = _("请选择利率。")
    if not 0 <= percent <= MOST_PERCENT:
        wrong["percent"] = _("年利率须在0%至100%之间。")
    if valid_until < valid_from:
        wrong["valid_until"] = _("查明有效至的日期不能早于生效日期。")
    elif valid_until > clock.today():
        wrong["valid_until"] = _("今天以后的利率还没有公布，不能录入。")
    row = InterestRate(kind=kind, percent=percent, valid_until=valid_until)
    return _propose(actor, row, "propose_interest_rate", citation, valid_from, wrong)


@transaction.atomic
def confirm_interest_rate(*, actor: Actor, rate_id: int) -> InterestRate:
    """核对利率: from now on calculations use it."""
    return _confirm(actor, rates_visible_to(actor), rate_id, "confirm_interest_rate")


@transaction.atomic
def propose_rule_version(
    *, actor: Actor, readings: dict[str, str], pledge: str, valid_from: date, citation: str
) -> RefundRuleVersion:
    """拟定退费规则版本: readings other than the shipped ones, and the refund pledge of the association."""
    actor.require(MAY, "propose_refund_rule")
    wrong = {}
    try:
        own = {code: answer for code, answer in chosen(readings).items() if answer != DEFAULTS[code]}
    except ValueError:
        raise InvalidInput(_("没有这一读法。"), {"readings": _("没有这一读法。")}) from None
    if valid_from < clock.today():
        wrong["valid_from"] = _("生效日期不能早于今天：过去的计算不会改变。")
    row = RefundRuleVersion(readings=own, pledge=one_line(pledge)[:LONGEST])
    return _propose(actor, row, "propose_rule_version", citation, valid_from, wrong)


@transaction.atomic
def confirm_rule_version(*, actor: Actor, version_id: int) -> RefundRuleVersion:
    """核对退费规则版本: from its day on calculations use it, for demands made on that day and later."""
    row: RefundRuleVersion = _confirm(
        actor, rule_versions_visible_to(actor), version_id, "confirm_rule_version"
    )
    if row.valid_from < clock.today():
        raise Refused(_("生效日期已经过去，请重新拟定：过去的要求仍按当时的规则计算。"))
    return row


@transaction.atomic
def save_calculation(
    *,
    actor: Actor,
    case_kind: str,
    case_id: int,
    input: RefundInput,  # noqa: A002 - the name agreed with those who call it
) -> RefundCalculation:
    """保存计算 with a case, as it is under today's rules. The case's own page asks whether the actor may touch it."""
    actor.require(MAY, "save_calculation")
    if not 0 < len(case_kind) <= LONGEST_CASE:
        raise InvalidInput(_("没有这件事项。"))
    answer, sources = answer_with_sources(input)
    asked_data, answer_data = as_data(input), as_data(answer)
    row = RefundCalculation.objects.create(
        case_kind=case_kind,
        case_id=case_id,
        asked=asked_data,
        answer=answer_data,
        sources=dict(sources),
        digest=digest_of(asked_data, answer_data, dict(sources)),
        calculated_by_id=actor.person_id,
        calculated_at=clock.now(),
    )
    record(actor, "save_calculation", row, case_kind=case_kind, case=case_id, digest=row.digest)
    return row


def _propose(
    actor: Actor, row: Any, deed: str, citation: str, valid_from: date, wrong: dict[str, str]
) -> Any:
    """A row of this person, refused when a field is wrong."""
    source = one_line(citation)[:LONGEST]
    if not source:
        wrong["citation"] = _("请写明依据。")
    if wrong:
        raise InvalidInput(_("没有录入，请更正。"), wrong)
    row.citation, row.valid_from = source, valid_from
    row.proposed_by_id, row.proposed_at = actor.person_id, clock.now()
    row.save()
    record(actor, deed, row, valid_from=valid_from.isoformat())
    return row


def _confirm(actor: Actor, visible: QuerySet[Any], row_id: int, deed: str) -> Any:
    """核对 by somebody other than who wrote it, once."""
    actor.require(MAY, "confirm_refund_rule")
    row = visible.select_for_update(of=("self",)).filter(pk=row_id).first()
    if row is None:
        raise NotFound(_("没有这一条。"))
    if row.is_confirmed:
        raise Refused(_("这一条已经核对。"))
    if row.proposed_by_id == actor.person_id:
        raise Refused(_("录入人不能核对自己录入的内容，请另一位同事核对。"))
    row.confirmed_by_id, row.confirmed_at = actor.person_id, clock.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    record(actor, deed, row)
    return row
