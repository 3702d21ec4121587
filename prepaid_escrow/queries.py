"""退费计算 with the rows in force: the one function behind the page, the interface and the mediator's screen."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from association import clock
from association.models import DeadlineRule
from association.rules.clock import beijing
from common.errors import InvalidInput
from prepaid_escrow.choices import RateKind
from prepaid_escrow.models import InterestRate, RefundCalculation, RefundRuleVersion
from prepaid_escrow.rules.facts import RefundInput, problems
from prepaid_escrow.rules.law import CODES, Law, Rate, Rates, Term
from prepaid_escrow.rules.readings import chosen
from prepaid_escrow.rules.refunds import Refund, refund


@dataclass(frozen=True, slots=True)
class InForce:
    """The law of a day and the rows it was read from, by kind and name."""

    law: Law
    sources: Mapping[str, Any]


def calculate(*, input: RefundInput) -> Refund:  # noqa: A002 - the name agreed with those who call it
    """退费计算 under what is in force; a question that cannot be taken is refused with a sentence for each field."""
    return answer_with_sources(input)[0]


def answer_with_sources(asked: RefundInput) -> tuple[Refund, Mapping[str, Any]]:
    """The answer, and the ids of the rows it rests on."""
    wrong = problems(asked, clock.today())
    if wrong:
        raise InvalidInput(_("填写的内容有误，没有计算。"), wrong)
    held = in_force(beijing(asked.claim.demanded_at).date(), beijing(asked.contract.made_at).date())
    return refund(asked, held.law), held.sources


def in_force(demanded_on: date, made_on: date) -> InForce:
    """Terms and readings of the day of the demand; rates of the day of the contract. What may not count yet is left out."""
    rules = _rules_on(demanded_on)
    version = rule_version_on(demanded_on)
    rates = {kind: _rate_on(kind, made_on) for kind in RateKind}
    law = Law(
        calendar=clock.calendar(),
        terms={
            code: Term(code, row.title, row.number, row.unit, row.citation) for code, row in rules.items()
        },
        rates=Rates(lpr=_as_rate(rates[RateKind.LPR]), deposit=_as_rate(rates[RateKind.DEPOSIT])),
        readings=chosen(version.readings if version else {}),
        pledge=version.pledge if version else "",
    )
    sources = {
        "deadline_rules": {code: row.pk for code, row in rules.items()},
        "interest_rates": {kind.value: row.pk for kind, row in rates.items() if row},
        "rule_version": version.pk if version else None,
    }
    return InForce(law, sources)


def rule_version_on(day: date) -> RefundRuleVersion | None:
    """The confirmed version of that day; of two with one day the later one."""
    rows = RefundRuleVersion.objects.filter(confirmed_at__isnull=False, valid_from__lte=day)
    return rows.order_by("-valid_from", "-id").first()


def calculations_of(case_kind: str, case_id: int) -> QuerySet[RefundCalculation]:
    """The saved calculations of a case, newest first; whether somebody may see them is the case's question."""
    return RefundCalculation.objects.filter(case_kind=case_kind, case_id=case_id)


def as_data(value: Any) -> Any:
    """A question or an answer as plain JSON: days and moments in ISO, numbers with a point as text."""
    return json.loads(json.dumps(asdict(value), default=_plain, ensure_ascii=False))


def digest_of(asked: Any, answer: Any, sources: Any) -> str:
    """校验值: the same content has the same one."""
    whole = json.dumps([asked, answer, sources], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(type(value).__name__)


def _rules_on(day: date) -> dict[str, DeadlineRule]:
    """The last row of each code that may count on that day: certain by itself, or confirmed by somebody."""
    rows = DeadlineRule.objects.filter(code__in=CODES, valid_from__lte=day)
    rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day))
    return {row.code: row for row in rows.order_by("valid_from") if row.may_count}


def _rate_on(kind: RateKind, day: date) -> InterestRate | None:
    rows = InterestRate.objects.filter(kind=kind, confirmed_at__isnull=False)
    return rows.filter(valid_from__lte=day, valid_until__gte=day).order_by("-valid_from", "-id").first()


def _as_rate(row: InterestRate | None) -> Rate | None:
    return Rate(row.percent, row.citation) if row else None
