"""演示的故事: told through the same operations that people use, each deed at its moment."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from association import clock
from association.actors import Actor, actor_of, system
from association.models import User
from association.rules.clock import BEIJING, beijing
from association.tenancy import current_association_id
from common.errors import InvalidInput
from credit_rating import operations
from credit_rating.access import assessments_visible_to
from credit_rating.choices import StageKind, Verdict
from credit_rating.queries.review import assignments_of, review_sheet
from credit_rating.queries.self_sheet import self_sheet
from credit_rating.queries.waiting_decisions import publications_shown, standing_proposals
from disclosure.management.demo.answers import entry_for, evidence

ASSESSORS = ("pinggu1", "pinggu2", "pinggu3")


@dataclass(frozen=True, slots=True)
class Windows:
    """Days before (negative) or after today on which the stages of a round open and close."""

    opens: int
    closes: int
    reviewed: int
    determined: int


class Cast:
    """演示人物 of the association at hand, as they are on the day of the deed."""

    def __init__(self, users: dict[str, User], first_day: datetime) -> None:
        self.users = users
        self.first_day = first_day

    def at(self, days: int, hour: int = 9) -> datetime:
        """``days`` from today, at a full hour in Beijing."""
        day = beijing(self.first_day).date() + timedelta(days=days)
        return datetime.combine(day, time(hour), BEIJING)

    def actor(self, key: str) -> Actor:
        return actor_of(self.users[key], current_association_id())


def settled_standard(cast: Cast, name: str, days: int) -> int:
    """评估规范 loaded from its template, judged by experts and frozen. Returns its id."""
    with clock.rehearsing(cast.at(days)):
        secretary = cast.actor("mishu")
        standard = operations.load_shipped_standard(actor=secretary, name=name)
        operations.send_to_experts(actor=secretary, standard_id=standard.pk)
    with clock.rehearsing(cast.at(days + 5)):
        for key in ("weiyuan", "pinggu1", "pinggu2"):
            operations.give_expert_opinion(
                actor=cast.actor(key),
                standard_id=standard.pk,
                verdict=Verdict.AGREE,
                text="演示意见：结构完整，可以试行；本规范为非官方草稿，正式文本以主管部门公布为准。",
            )
        operations.freeze_standard(actor=cast.actor("mishu"), standard_id=standard.pk)
    return standard.pk


def standard_before_experts(cast: Cast, name: str, days: int) -> None:
    """评估规范 that waits for the experts: loaded from its template and sent, judged by nobody yet."""
    with clock.rehearsing(cast.at(days)):
        standard = operations.load_shipped_standard(actor=cast.actor("mishu"), name=name)
        operations.send_to_experts(actor=cast.actor("mishu"), standard_id=standard.pk)


def open_round(
    cast: Cast, *, year: int, standard_id: int, windows: Windows, invited: list[int], district: bool
) -> int:
    """轮次 planned, institutions invited and opened. Returns its id."""
    kinds = [StageKind.SELF_ASSESSMENT, StageKind.REVIEW, StageKind.DETERMINATION]
    if district:
        kinds[1] = StageKind.DISTRICT_REVIEW
    days = (windows.opens, windows.closes, windows.reviewed, windows.determined)
    stages = [
        operations.StageWindow(kind=kind, opens_at=cast.at(first, 0), closes_at=cast.at(last, 0))
        for kind, first, last in zip(kinds, days, days[1:], strict=False)
    ]
    with clock.rehearsing(cast.at(windows.opens - 7)):
        secretary = cast.actor("mishu")
        planned = operations.plan_round(
            actor=secretary,
            year=year,
            title=f"{year}年度诚信等级评估（演示）",
            standard_id=standard_id,
            stages=stages,
            authorising_document="演示轮次，无文件依据",
        )
        operations.invite(actor=secretary, round_id=planned.pk, institution_ids=invited)
        operations.open_round(actor=secretary, round_id=planned.pk)
    return planned.pk


def held_in(cast: Cast, round_id: int) -> dict[int, int]:
    """The assessments of a round: institution id to assessment id."""
    rows = assessments_visible_to(cast.actor("mishu")).filter(round_id=round_id)
    return dict(rows.values_list("institution_id", "pk"))


def self_assess(
    cast: Cast, actor: Actor, assessment_id: int, *, share: str, days: int, most: int = 999
) -> None:
    """自评 up to ``most`` rows; a whole one is submitted."""
    with clock.rehearsing(cast.at(days, 10)):
        operations.open_self_assessment(actor=actor, assessment_id=assessment_id)
        sheet = self_sheet(actor, assessment_id)
        for row in sheet.rows[:most]:
            operations.save_row(
                actor=actor,
                assessment_id=assessment_id,
                indicator_id=row.indicator_id,
                version=row.item.version,
                raw=entry_for(row.leaf, Decimal(share)),
            )
            if row.leaf.evidence_required:
                operations.add_evidence(
                    actor=actor,
                    assessment_id=assessment_id,
                    indicator_id=row.indicator_id,
                    upload=evidence(),
                    valid_until=beijing(cast.at(900)).date(),
                )
        if most >= sheet.total:
            operations.submit_self_assessment(actor=actor, assessment_id=assessment_id)


def assign(cast: Cast, assessment_id: int, kind: StageKind, keys: tuple[str, ...], days: int) -> None:
    with clock.rehearsing(cast.at(days, 11)):
        for key in keys:
            operations.assign_assessor(
                actor=cast.actor("mishu"),
                assessment_id=assessment_id,
                kind=kind,
                assessor_id=cast.users[key].pk,
            )


def review(cast: Cast, assessment_id: int, key: str, *, share: str, days: int) -> None:
    """One reviewer declares, scores every row and submits."""
    with clock.rehearsing(cast.at(days, 14)):
        actor = cast.actor(key)
        for assignment in assignments_of(actor).filter(assessment_id=assessment_id):
            operations.declare_no_conflict(actor=actor, assignment_id=assignment.pk)
        operations.open_review(actor=actor, assessment_id=assessment_id)
        rows = [row for heading in review_sheet(actor, assessment_id).headings for row in heading.rows]
        for row in rows:
            found: dict[str, Any] = {
                "actor": actor,
                "assessment_id": assessment_id,
                "indicator_id": row.indicator_id,
                "version": row.own.version if row.own else 0,
                "raw": entry_for(row.leaf, Decimal(share)),
            }
            try:
                operations.save_review_row(**found, gap_reason="")
            except InvalidInput:  # a gap over the threshold asks for a reason
                operations.save_review_row(**found, gap_reason="演示：现场核查与自评有差距")
        operations.submit_review(actor=actor, assessment_id=assessment_id, summary="演示评审意见")


def finish(cast: Cast, assessment_id: int, days: int) -> None:
    with clock.rehearsing(cast.at(days, 15)):
        operations.finish_review(
            actor=cast.actor("mishu"), assessment_id=assessment_id, discussion="演示：评估组已合议"
        )


def tick(cast: Cast, days: int) -> None:
    """The clock's own work on a day."""
    with clock.rehearsing(cast.at(days, 1)):
        operations.keep_the_clock(actor=system(current_association_id()))


def determine(cast: Cast, assessment_ids: list[int], days: int) -> None:
    """Computed and confirmed by the committee."""
    with clock.rehearsing(cast.at(days, 9)):
        for assessment_id in assessment_ids:
            operations.compute_assessment(actor=cast.actor("weiyuan"), assessment_id=assessment_id)
            operations.determine(actor=cast.actor("weiyuan"), assessment_id=assessment_id)


def publish(cast: Cast, round_id: int, *, notice: int, published: int) -> None:
    """公示, then 公布 by two people."""
    with clock.rehearsing(cast.at(notice, 9)):
        operations.open_public_notice(actor=cast.actor("mishu"), round_id=round_id)
    tick(cast, published)
    with clock.rehearsing(cast.at(published, 9)):
        operations.propose_publication(actor=cast.actor("mishu"), round_id=round_id)
        operations.approve_publication(
            actor=cast.actor("zhuren"),
            round_id=round_id,
            shown=publications_shown(standing_proposals(round_id)),
        )
