"""提交前预审: the institution's rows as the rules see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from association import clock
from association.actors import Actor
from common.errors import NotFound
from credit_rating.access import opinions_visible_to
from credit_rating.choices import ItemState, StageKind
from credit_rating.models import AssessmentStandard, Evidence, Opinion, OpinionItem
from credit_rating.queries.standards import spec_of
from credit_rating.rules import preflight as rules
from credit_rating.rules.entries import Entry
from credit_rating.rules.preflight import Answer, Finding, Likely, preflight
from credit_rating.rules.specification import Method, StandardSpec


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """提交前预审: ``likely`` is a forecast and not a result; ``unconfirmed`` are codes carried from last year."""

    findings: tuple[Finding, ...]
    likely: Likely | None
    unconfirmed: tuple[str, ...]
    spec: StandardSpec

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.blocking)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.blocking)

    @property
    def may_submit(self) -> bool:
        return not self.blocking and not self.unconfirmed


def preflight_of(actor: Actor, assessment_id: int) -> SelfCheck:
    """提交前预审 of what the institution has filled in so far."""
    opinion = (
        opinions_visible_to(actor)
        .filter(assessment_id=assessment_id, kind=StageKind.SELF_ASSESSMENT)
        .select_related("assessment__round__standard")
        .order_by("-id")
        .first()
    )
    if opinion is None:
        raise NotFound("没有这件自评。")
    return check_of(opinion.assessment.round.standard, opinion)


def check_of(standard: AssessmentStandard, opinion: Opinion) -> SelfCheck:
    spec = spec_of(standard)
    items = list(OpinionItem.objects.filter(opinion=opinion).select_related("indicator"))
    outcome = preflight(spec, answers_of(items), clock.today())
    unconfirmed = {item.indicator.code for item in items if item.carried}
    return SelfCheck(
        outcome.findings,
        outcome.likely,
        tuple(leaf.code for leaf in spec.leaves if leaf.code in unconfirmed),
        spec,
    )


def answers_of(items: Iterable[OpinionItem]) -> dict[str, Answer]:
    """自评答案 by code, with the evidence behind each."""
    rows = list(items)
    files: dict[int, list[rules.Evidence]] = {}
    behind = Evidence.objects.filter(item_id__in=[row.pk for row in rows]).order_by("id")
    for one in behind.values_list("item_id", "attachment__name", "attachment__valid_until"):
        files.setdefault(one[0], []).append(rules.Evidence(one[1], one[2]))
    return {row.indicator.code: _answer(row, tuple(files.get(row.pk, ()))) for row in rows}


def _answer(row: OpinionItem, evidence: tuple[rules.Evidence, ...]) -> Answer:
    scored = row.state == ItemState.SCORED
    return Answer(
        entry=Entry(Method(row.indicator.method), row.entry) if scored else None,
        not_applicable=row.state == ItemState.NA,
        na_reason=row.na_reason,
        evidence=evidence,
    )
