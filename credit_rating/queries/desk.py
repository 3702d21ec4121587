"""工作台: one assessment with everything that was sent, asked, objected and issued; how far a sheet is."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from association.actors import Actor
from association.choices import COMMITTEE_ROLES, STAFF_ROLES
from common.errors import NotFound
from credit_rating.access import assessments_visible_to, barred_from
from credit_rating.choices import ItemState
from credit_rating.models import (
    Assessment,
    Certificate,
    Objection,
    PriorNotice,
    Publication,
    RoundStage,
    Supplement,
)
from credit_rating.queries.explanation import TOLD


@dataclass(frozen=True, slots=True)
class Dossier:
    """一件评估. ``told``: whether this person may know the grade by now; ``own``: whether it is their institution."""

    assessment: Assessment
    stages: tuple[RoundStage, ...]
    supplement: Supplement | None
    prior_notices: tuple[PriorNotice, ...]
    objections: tuple[Objection, ...]
    publication: Publication | None
    certificate: Certificate | None
    own: bool
    told: bool


def row_progress(item: Any) -> tuple[int, int]:
    """How many rows are filled in, and how many there are: from what saving the row has read."""
    return item.others_done + (item.state != ItemState.OPEN), item.rows


def dossier_of(actor: Actor, assessment_id: int) -> Dossier:
    """One assessment for the institution, or for those who run and decide the round; reviewers have their sheet."""
    found = assessments_visible_to(actor).select_related("institution", "round__standard", "public_notice")
    assessment = found.filter(pk=assessment_id).first()
    decides = actor.is_system or bool(actor.roles & (STAFF_ROLES | COMMITTEE_ROLES))
    if assessment is None or not (decides or assessment.institution_id in actor.institution_ids):
        raise NotFound(_("没有这件评估。"))
    published = assessment.publications.filter(published_at__isnull=False)
    publication = published.select_related("certificate").first()
    return Dossier(
        assessment=assessment,
        stages=tuple(assessment.round.stages.order_by("position")),
        supplement=Supplement.objects.filter(assessment=assessment)
        .prefetch_related("items__indicator")
        .first(),
        prior_notices=tuple(assessment.prior_notices.order_by("pk")),
        objections=tuple(assessment.objections.order_by("pk")),
        publication=publication,
        certificate=getattr(publication, "certificate", None),
        own=assessment.institution_id in actor.institution_ids,
        told=assessment.stage in TOLD or (decides and assessment.institution_id not in barred_from(actor)),
    )
