"""公布: proposed by one person and approved by another, after the notice has run out and no objection is open."""

import secrets
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.deadlines import start_clock
from association.notices import notify, people_of
from association.outbox import enqueue
from association.rules.clock import Due
from association.shown import Facts, Moved, moved_sentence, refuse_unseen
from common.errors import Forbidden, Refused
from common.said import Said
from credit_rating.access import MAY
from credit_rating.choices import DeterminationState, ObjectionState, RoundState, Stage
from credit_rating.models import (
    Assessment,
    Certificate,
    Determination,
    Objection,
    Publication,
    PublicNotice,
    Round,
)
from credit_rating.operations.announcements import refresh_institution, refresh_round
from credit_rating.operations.determination import refuse_involved
from credit_rating.operations.moves import move_assessment, move_round
from credit_rating.operations.rounds import DESK, lock_round
from credit_rating.operations.terms import start_validity
from credit_rating.queries.explanation import profile_of
from credit_rating.queries.standards import spec_of
from credit_rating.queries.waiting_decisions import publications_shown, standing_proposals, words_of
from credit_rating.queries.windows import is_open

ON_NOTICE = frozenset({Stage.DETERMINED, Stage.NOTICED, Stage.PUBLIC_NOTICE, Stage.OBJECTION})
IN_FORCE = gettext_noop("贵机构的诚信等级为%(grade)s，有效期至%(until)s。")
LATE = gettext_noop("贵机构的诚信等级为%(grade)s。贵机构已有更新年度的结果，本结果公布时即被其替代。")
UNDER_WAY = ON_NOTICE | {Stage.SUBMITTED, Stage.SUPPLEMENT, Stage.DISTRICT_REVIEWED, Stage.REVIEWED}


@transaction.atomic
def propose_publication(*, actor: Actor, round_id: int) -> list[Publication]:
    """提请公布 of everything whose notice has run out without an open objection; what it says is fixed here."""
    actor.require(MAY, "propose_publication")
    held_in = lock_round(actor, round_id)
    waiting = list(_waiting(held_in))
    ripe = [row for row in waiting if _is_ripe(row)]
    proposed = {row.determination_id for row in standing_proposals(held_in.pk)}
    current = _confirmed(ripe)
    wanted = [row for row in ripe if row.pk in current and current[row.pk].pk not in proposed]
    if not wanted:
        raise Refused(_why_not(waiting, ripe))
    spec = spec_of(held_in.standard)
    publications = Publication.objects.bulk_create(
        Publication(
            assessment=row,
            determination=current[row.pk],
            grade=row.grade,
            total=row.total,
            profile=profile_of(current[row.pk].computation, spec),
            proposed_by_id=actor.person_id,
            proposed_at=clock.now(),
        )
        for row in wanted
    )
    record(actor, "propose_publication", held_in, publications=[row.pk for row in publications])
    notify(
        f"publication-proposed-{publications[0].pk}",
        people_of(roles=[Role.COMMITTEE_CHAIR]),
        subject=gettext_noop("评估结果提请公布"),
        body=Said(
            gettext_noop("“%(round)s”%(count)s家机构的结果等待批准公布。"),
            round=held_in.title,
            count=len(publications),
        ),
        path=DESK,
    )
    return publications


@transaction.atomic
def approve_publication(*, actor: Actor, round_id: int, shown: Facts) -> list[Publication]:
    """批准公布 of what the page showed (``publications_shown``), by another person than the one who proposed.

    What was proposed since stays proposed; Moved where one of those shown was determined anew. Earlier results of the
    institution are superseded.
    """
    actor.require(MAY, "approve_publication")
    held_in = lock_round(actor, round_id)
    waiting = _hold(held_in)
    standing = list(standing_proposals(held_in.pk).select_for_update(of=("self",)))
    proposed = [row for row in standing if str(row.pk) in shown]
    if not standing:
        raise Refused(_("没有等待批准的公布。"))
    if any(row.proposed_by_id == actor.user_id for row in proposed):
        raise Forbidden(_("提请人与批准人不能是同一人。"))
    refuse_unseen(shown, publications_shown(standing))
    _refuse_moved(held_in, standing, shown)
    if not proposed:
        raise Refused(_("您看到的结果都已公布，另有新提请的等待批准。"))
    current = _confirmed([row for row in waiting if _is_ripe(row)])
    ready = [row for row in proposed if _stands(row, current)]
    if not ready:
        raise Refused(_why_none(waiting))
    ready = _uninvolved(actor, ready)
    for publication in ready:
        _publish(actor, publication)
    if not Assessment.objects.filter(round=held_in, stage__in=UNDER_WAY).exists():
        move_round(held_in, RoundState.PUBLISHED)
    record(actor, "approve_publication", held_in, publications=[row.pk for row in ready])
    refresh_round(held_in.pk, f"published-{ready[-1].pk}")
    return ready


def _refuse_moved(held_in: Round, standing: list[Publication], shown: Facts) -> None:
    """Each one shown still stands as it was, or was published as it was; else both sides, by the institution's name."""
    rows = Publication.objects.filter(assessment__round=held_in).select_related("assessment__institution")
    meant = [row for row in rows.order_by("pk") if str(row.pk) in shown]
    stands = {row.pk for row in standing}
    instead = {row.assessment_id: words_of(row) for row in standing}
    moved = []
    for row in meant:
        still = row.pk in stands or row.published_at is not None
        now = words_of(row) if still else instead.get(row.assessment_id, _("已重新评定，尚未提请公布"))
        if not still or now != shown[str(row.pk)]:
            moved.append((str(row.assessment.institution), shown[str(row.pk)], now))
    if moved:
        raise Moved(moved_sentence(moved), publications_shown(standing))


def _hold(held_in: Round) -> list[Assessment]:
    """Everything of the institutions proposed, in every round and in one order: what is superseded is moved too.

    Round, assessments by their number, publications: everybody here takes them in this order. Returns this round's.
    """
    institutions = (
        standing_proposals(held_in.pk).order_by().values_list("assessment__institution_id", flat=True)
    )
    rows = Assessment.objects.select_for_update(of=("self",)).select_related("public_notice")
    held = rows.filter(institution_id__in=list(institutions)).order_by("pk")
    return [row for row in held if row.round_id == held_in.pk]


def _uninvolved(actor: Actor, ready: list[Publication]) -> list[Publication]:
    """回避: where the approver scored or has an interest it waits for another chair; with nothing else left, why."""
    free, refusals = [], []
    for publication in ready:
        try:
            refuse_involved(actor, publication.assessment)
            free.append(publication)
        except (Forbidden, Refused) as refused:
            refusals.append(refused)
    if not free:
        raise refusals[0]
    return free


def _waiting(held_in: Round) -> QuerySet[Assessment]:
    """On public notice in this round, held until the transaction ends."""
    rows = Assessment.objects.select_for_update(of=("self",)).select_related("public_notice")
    return rows.filter(round=held_in, stage__in=[Stage.PUBLIC_NOTICE, Stage.OBJECTION]).order_by("pk")


def _is_ripe(assessment: Assessment) -> bool:
    """公示期满且无未处理异议."""
    notice = assessment.public_notice
    if assessment.stage != Stage.PUBLIC_NOTICE or notice is None or is_open(notice):
        return False
    return not Objection.objects.filter(assessment=assessment, state=ObjectionState.FILED).exists()


def _why_not(waiting: list[Assessment], ripe: list[Assessment]) -> str:
    running = [row.public_notice for row in waiting if row.public_notice and row not in ripe]
    if not waiting:
        return _("没有公示中的结果。")
    if ripe:
        return _("可公布的结果都已提请，等待批准。")
    latest = max(running, key=lambda notice: notice.closes_at)
    if latest.provisional:
        return provisional_end(latest)
    if clock.now() < latest.closes_at:
        return _("公示期未满，不能提请公布。%(term)s") % {"term": latest.arithmetic}
    return _("还有未处理的异议，不能提请公布。")


def _why_none(waiting: Iterable[Assessment]) -> str:
    """Why nothing of what was proposed may be published now."""
    for row in waiting:
        if row.public_notice is not None and row.public_notice.provisional:
            return provisional_end(row.public_notice)
    return _("提请公布的结果都有未处理的异议或新的评定，不能公布。")


def provisional_end(notice: PublicNotice) -> str:
    return _("公示期的截止日为暂定，待放假安排公布并重新计算后才能公布。%(term)s") % {
        "term": notice.arithmetic
    }


def _confirmed(rows: Iterable[Assessment]) -> dict[int, Determination]:
    found = Determination.objects.filter(
        assessment__in=[row.pk for row in rows], state=DeterminationState.CONFIRMED
    )
    return {row.assessment_id: row for row in found.select_related("computation")}


def _stands(publication: Publication, current: dict[int, Determination]) -> bool:
    """Nothing has moved since it was proposed: no objection, no other determination."""
    determination = current.get(publication.assessment_id)
    return determination is not None and determination.pk == publication.determination_id


def _publish(actor: Actor, publication: Publication) -> None:
    assessment = publication.assessment
    rule, due = start_clock("ROUND-VALIDITY")
    late = _newer_stands(publication)
    publication.approved_by_id, publication.published_at = actor.person_id, clock.now()
    publication.valid_until, publication.superseded_at = _last_valid(due), clock.now() if late else None
    publication.save(update_fields=["approved_by", "published_at", "valid_until", "superseded_at"])
    move_assessment(assessment, Stage.PUBLISHED)
    start_validity(actor, publication)
    if late:
        move_assessment(assessment, Stage.EXPIRED)
    else:
        _supersede_earlier(publication)
    certificate = Certificate.objects.create(
        publication=publication, code=secrets.token_hex(16), issued_at=clock.now()
    )
    enqueue(
        "credit_rating.render_certificate",
        key=f"certificate-{certificate.pk}",
        certificate_id=certificate.pk,
    )
    record(actor, "publish", publication, grade=publication.grade, rule=rule.pk, superseded=late)
    notify(
        f"published-{publication.pk}",
        people_of(institution_id=assessment.institution_id),
        subject=gettext_noop("评估结果已公布"),
        body=(LATE if late else IN_FORCE)
        % {"grade": publication.grade, "until": _last_valid(due).isoformat()},
        path=DESK,
    )
    refresh_institution(assessment.institution_id, f"published-{publication.pk}")


def _last_valid(due: Due) -> date:
    """有效期至: the corresponding day. Nobody has to act on it, so no day of rest moves it (Civil Code 203 moves terms to act).

    What is printed does not hang on whether the holidays of that year were announced when it was approved.
    """
    return due.reckoning.counted


def _standing(publication: Publication) -> QuerySet[Publication]:
    """The other published results of the institution that nothing has superseded."""
    rows = Publication.objects.filter(
        assessment__institution_id=publication.assessment.institution_id,
        published_at__isnull=False,
        superseded_at__isnull=True,
    )
    return rows.exclude(pk=publication.pk)


def _newer_stands(publication: Publication) -> bool:
    """A round that comes late does not take the place of a later year's result."""
    return (
        _standing(publication).filter(assessment__round__year__gt=publication.assessment.round.year).exists()
    )


def _supersede_earlier(publication: Publication) -> None:
    """被替代: an earlier result ends with the new one, its certificate says so when scanned.

    Their assessments are held already.
    """
    earlier = (
        _standing(publication)
        .select_for_update(of=("self",))
        .select_related("assessment")
        .filter(assessment__round__year__lte=publication.assessment.round.year)
        .order_by("pk")
    )
    for row in earlier:
        row.superseded_at = clock.now()
        row.save(update_fields=["superseded_at"])
        refresh_round(row.assessment.round_id, f"superseded-{row.pk}")
        if row.assessment.stage in {Stage.PUBLISHED, Stage.SUSPENDED}:
            move_assessment(row.assessment, Stage.EXPIRED)
