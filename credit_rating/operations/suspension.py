"""暂停与恢复 of a published result: asked for by one person, decided by a chair, who is another; the institution hears first."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.choices import Role
from association.notices import notify, people_of
from association.shown import Facts, refuse_moved
from common.errors import Forbidden, NotFound, Refused
from common.said import Said
from credit_rating.access import MAY, assessments_visible_to
from credit_rating.choices import Stage
from credit_rating.models import Publication
from credit_rating.operations.announcements import refresh_institution, refresh_round
from credit_rating.operations.assignments import lock_assessment, required_text
from credit_rating.operations.determination import refuse_involved
from credit_rating.operations.moves import move_assessment
from credit_rating.operations.rounds import DESK
from credit_rating.queries.waiting_decisions import suspension_shown

PROPOSED = gettext_noop(
    "理由：%(reason)s。暂停须由评定委员会主任决定，决定之前结果不变。贵机构可以立即向秘书处书面陈述和申辩。"
)
SUSPENDED = gettext_noop("理由：%(reason)s。贵机构可以书面向秘书处提出异议，请求恢复。")
DECLINED = gettext_noop("曾提请暂停的理由：%(reason)s。经委员会主任决定不予暂停，结果不变。")
RESUMED = gettext_noop("理由：%(reason)s。")


@transaction.atomic
def propose_suspension(*, actor: Actor, publication_id: int, reason: str) -> Publication:
    """提请暂停: nothing is public yet; the institution reads the reason and how to answer before a second person decides."""
    actor.require(MAY, "propose_suspension")
    publication = _lock_published(actor, publication_id)
    reason = required_text(reason, "reason", _("请说明暂停的理由。"))
    if publication.assessment.stage != Stage.PUBLISHED or publication.superseded_at is not None:
        raise Refused(_("只有现行的结果可以暂停。"))
    if publication.suspension_asked_at is not None:
        raise Refused(_("已经提请暂停，等待委员会主任决定。"))
    publication.suspension_asked_by_id, publication.suspension_asked_at = actor.person_id, clock.now()
    publication.suspension_reason = reason
    _keep(publication)
    entry = record(actor, "propose_suspension", publication, reason=reason)
    _tell(publication, entry.pk, gettext_noop("拟暂停评估结果"), PROPOSED, reason)
    notify(
        f"suspension-{publication.pk}-{entry.pk}",
        people_of(roles=[Role.COMMITTEE_CHAIR]),
        subject=gettext_noop("评估结果提请暂停"),
        body=Said(
            gettext_noop("%(institution)s：%(reason)s"),
            institution=str(publication.assessment.institution),
            reason=reason,
        ),
        path=DESK,
    )
    return publication


@transaction.atomic
def suspend_publication(*, actor: Actor, publication_id: int, shown: Facts) -> Publication:
    """暂停 as it was ``shown``, by another person than the one who asked: the grade stays on record and no longer counts."""
    publication = _asked(actor, publication_id, shown)
    move_assessment(publication.assessment, Stage.SUSPENDED)
    publication.suspended_at, publication.suspended_by_id = clock.now(), actor.person_id
    reason = publication.suspension_reason
    return _changed(
        actor, publication, "suspend_publication", gettext_noop("评估结果暂停"), SUSPENDED, reason
    )


@transaction.atomic
def decline_suspension(*, actor: Actor, publication_id: int, shown: Facts) -> Publication:
    """不予暂停: the result stands as it is, and the institution is told."""
    publication = _asked(actor, publication_id, shown)
    reason = publication.suspension_reason
    _forget(publication)
    _keep(publication)
    entry = record(actor, "decline_suspension", publication, reason=reason)
    _tell(publication, entry.pk, gettext_noop("评估结果不予暂停"), DECLINED, reason)
    return publication


def _asked(actor: Actor, publication_id: int, shown: Facts) -> Publication:
    actor.require(MAY, "suspend_publication")
    publication = _lock_published(actor, publication_id)
    if publication.suspension_asked_at is None or publication.suspended_at is not None:
        raise Refused(_("没有等待决定的暂停提请。"))
    if publication.suspension_asked_by_id == actor.person_id:
        raise Forbidden(_("提请人与批准人不能是同一人。"))
    refuse_moved(shown, suspension_shown(publication))
    return publication


@transaction.atomic
def resume_publication(*, actor: Actor, publication_id: int, reason: str) -> Publication:
    """恢复 what was suspended, with a reason."""
    actor.require(MAY, "suspend_publication")
    publication = _lock_published(actor, publication_id)
    reason = required_text(reason, "reason", _("请说明恢复的理由。"))
    move_assessment(publication.assessment, Stage.PUBLISHED)
    _forget(publication)
    return _changed(actor, publication, "resume_publication", gettext_noop("评估结果恢复"), RESUMED, reason)


def _lock_published(actor: Actor, publication_id: int) -> Publication:
    visible = assessments_visible_to(actor)
    found = Publication.objects.filter(
        pk=publication_id, assessment__in=visible, published_at__isnull=False
    ).first()
    if found is None:
        raise NotFound(_("没有这项公布。"))
    assessment = lock_assessment(actor, found.assessment_id)
    publication = Publication.objects.select_for_update().get(pk=found.pk)
    publication.assessment = assessment
    refuse_involved(actor, assessment)
    return publication


def _forget(publication: Publication) -> None:
    publication.suspended_at, publication.suspended_by, publication.suspension_reason = None, None, ""
    publication.suspension_asked_by, publication.suspension_asked_at = None, None


def _keep(publication: Publication) -> None:
    publication.save(
        update_fields=[
            "suspended_at", "suspended_by", "suspension_reason", "suspension_asked_by", "suspension_asked_at",
        ]
    )  # fmt: skip


def _tell(publication: Publication, entry: int, subject: str, sentence: str, reason: str) -> None:
    notify(
        f"publication-{publication.pk}-{entry}",
        people_of(institution_id=publication.assessment.institution_id),
        subject=subject,
        body=Said(sentence, reason=reason),
        path=DESK,
    )


def _changed(
    actor: Actor, publication: Publication, action: str, subject: str, sentence: str, reason: str
) -> Publication:
    _keep(publication)
    entry = record(actor, action, publication, reason=reason)
    _tell(publication, entry.pk, subject, sentence, reason)
    event = f"publication-{publication.pk}-{entry.pk}"
    refresh_institution(publication.assessment.institution_id, event)
    refresh_round(publication.assessment.round_id, event)
    return publication
