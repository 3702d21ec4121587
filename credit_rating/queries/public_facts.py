"""公布的事实 of the rating for the publication log: grades, certificates, proposed and taken-over results, rounds, notices.

Nothing here depends on the hour or the language: a fact changes only with a deed.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from association.published import INSTITUTION, ROUND, PublicFact
from association.rules.clock import end_of_day
from common.numbers import shown
from credit_rating.choices import RoundState, Stage
from credit_rating.models import (
    Assessment,
    AssessmentStandard,
    Certificate,
    HistoricalResult,
    Publication,
    PublicNotice,
    Round,
)
from credit_rating.queries.corrections import TakenOver, as_corrected

ON_NOTICE = (Stage.PUBLIC_NOTICE, Stage.OBJECTION)
VALID, SUSPENDED, SUPERSEDED, EXPIRED = "valid", "suspended", "superseded", "expired"
SHOWN, DISPUTED, CONCLUDED = "on_notice", "under_objection", "concluded"


def facts_of_institutions(institution_ids: Collection[int] | None) -> Iterator[PublicFact]:
    """Every published result of these institutions, or of all."""
    published = Publication.objects.filter(published_at__isnull=False)
    certificates = Certificate.objects.filter(publication__published_at__isnull=False)
    proposed = Assessment.objects.filter(stage__in=ON_NOTICE)
    taken_over = HistoricalResult.objects.all()
    if institution_ids is not None:
        published = published.filter(assessment__institution_id__in=institution_ids)
        certificates = certificates.filter(publication__assessment__institution_id__in=institution_ids)
        proposed = proposed.filter(institution_id__in=institution_ids)
        taken_over = taken_over.filter(institution_id__in=institution_ids)
    yield from map(
        _grade,
        published.select_related("assessment__institution", "assessment__round__standard", "determination"),
    )
    yield from map(_certificate, certificates.select_related("publication__assessment"))
    yield from map(_proposed, proposed.select_related("institution", "round", "public_notice"))
    yield from map(_taken_over, as_corrected(taken_over.select_related("institution")))


def facts_of_rounds(round_ids: Collection[int] | None) -> Iterator[PublicFact]:
    """These rounds and their notices, or all; a round that is being prepared is nobody's business."""
    held = Round.objects.exclude(state=RoundState.DRAFT)
    on_it = Assessment.objects.filter(public_notice=OuterRef("pk"), stage__in=ON_NOTICE)
    notices = PublicNotice.objects.annotate(runs=Exists(on_it))
    if round_ids is not None:
        held, notices = held.filter(pk__in=round_ids), notices.filter(round_id__in=round_ids)
    yield from map(_round, held.select_related("standard").prefetch_related("stages"))
    for notice in notices.select_related("round"):
        yield _notice(notice, runs=notice.runs)


def standing_of_result(row: Publication) -> str:
    """As deeds have left it: the day on which a result runs out is in the entry, its end comes with the clock's deed."""
    if row.superseded_at is not None:
        return SUPERSEDED
    if row.assessment.stage == Stage.EXPIRED:
        return EXPIRED
    if row.suspended_at is not None or row.assessment.stage == Stage.SUSPENDED:
        return SUSPENDED
    return VALID


def _named(assessment: Assessment | HistoricalResult) -> dict[str, Any]:
    institution = assessment.institution
    return {"id": institution.pk, "name": institution.name, "uscc": institution.uscc}


def _grade(row: Publication) -> PublicFact:
    assessment, held = row.assessment, row.assessment.round
    standing = standing_of_result(row)
    return PublicFact(
        kind="grade",
        subject=row.pk,
        about=INSTITUTION,
        about_id=assessment.institution_id,
        content={
            "institution": _named(assessment),
            "round": held.pk,
            "year": held.year,
            "standard": str(held.standard),
            "official": held.standard.official,
            "grade": row.grade,
            "profile_sha256": _digest(row.profile),
            "published_at": row.published_at.isoformat() if row.published_at else None,
            "valid_until": row.valid_until.isoformat() if row.valid_until else None,
            **({"overruled": True} if row.determination.overruled else {}),
        },
        standing=standing,
        ended=standing in {SUPERSEDED, EXPIRED},
        effective_at=_since(row, standing),
        began=(VALID, row.published_at),
    )


def _since(row: Publication, standing: str) -> datetime | None:
    """The moment from which the result is worth what it is worth."""
    if standing == EXPIRED and row.valid_until is not None:
        return end_of_day(row.valid_until)
    moments = {SUPERSEDED: row.superseded_at, SUSPENDED: row.suspended_at}
    return moments.get(standing) or row.published_at


def _certificate(row: Certificate) -> PublicFact:
    """The code stays with whoever holds the certificate; by its hash they find the entry."""
    publication = row.publication
    standing = standing_of_result(publication)
    return PublicFact(
        kind="certificate",
        subject=row.pk,
        about=INSTITUTION,
        about_id=publication.assessment.institution_id,
        content={
            "grade": publication.pk,
            "code_sha256": hashlib.sha256(row.code.encode()).hexdigest(),
            "issued_at": row.issued_at.isoformat(),
        },
        standing=standing,
        ended=standing != VALID,
        effective_at=row.issued_at if standing == VALID else _since(publication, standing),
        began=(VALID, row.issued_at),
    )


def _proposed(row: Assessment) -> PublicFact:
    opened = row.public_notice.opens_at if row.public_notice else None
    return PublicFact(
        kind="proposed_result",
        subject=row.pk,
        about=INSTITUTION,
        about_id=row.institution_id,
        content={
            "institution": _named(row),
            "round": row.round_id,
            "year": row.round.year,
            "notice": row.public_notice_id,
            "grade": row.grade,
        },
        standing=DISPUTED if row.stage == Stage.OBJECTION else SHOWN,
        effective_at=opened,
        began=(SHOWN, opened),
    )


def _taken_over(row: TakenOver) -> PublicFact:
    """When it was first published only its source knows; since when it is corrected, the last correction."""
    return PublicFact(
        kind="result_taken_over",
        subject=row.row.pk,
        about=INSTITUTION,
        about_id=row.row.institution_id,
        content={
            "institution": _named(row.row),
            "year": row.year,
            "scheme": row.scheme,
            "grade": row.grade,
            "issuing_body": row.issuing_body,
            "source_title": row.source_title,
            "source_url": row.source_url,
            "note": row.note,
            **({"corrections": row.corrections} if row.corrections else {}),
        },
        standing="removed" if row.removed else "corrected" if row.corrections else "taken_over",
        ended=row.removed,
        effective_at=row.corrected_at,
    )


def _round(row: Round) -> PublicFact:
    stages = sorted(row.stages.all(), key=lambda stage: stage.position)
    return PublicFact(
        kind="round",
        subject=row.pk,
        about=ROUND,
        about_id=row.pk,
        content={
            "year": row.year,
            "title": row.title,
            "authorising_document": row.authorising_document,
            "standard": str(row.standard),
            "standard_sha256": row.standard.sha256,
            "standard_text_sha256": _standard_text(row.standard),
            "official": row.standard.official,
            "stages": [
                {
                    "kind": stage.kind,
                    "opens_at": stage.opens_at.isoformat(),
                    "closes_at": stage.closes_at.isoformat(),
                }
                for stage in stages
            ],
        },
        standing=row.state,
    )


def _notice(row: PublicNotice, *, runs: bool) -> PublicFact:
    return PublicFact(
        kind="public_notice",
        subject=row.pk,
        about=ROUND,
        about_id=row.round_id,
        content={
            "round": row.round_id,
            "year": row.round.year,
            "title": row.round.title,
            "opens_at": row.opens_at.isoformat(),
            "closes_at": row.closes_at.isoformat(),
            "provisional": row.provisional,
        },
        standing=SHOWN if runs else CONCLUDED,
        ended=not runs,
        effective_at=row.opens_at,
        began=(SHOWN, row.opens_at),
    )


def _standard_text(standard: AssessmentStandard) -> str:
    """Bands and indicators as the page of the standard shows them."""
    bands = [
        [band.grade, band.label, shown(band.lower), None if band.upper is None else shown(band.upper)]
        for band in standard.bands.order_by("-lower")
    ]
    rows = [
        [row.code, row.level, row.title, row.title_en, shown(row.points), row.method]
        for row in standard.indicators.order_by("code")
    ]
    return _digest([bands, rows, standard.legal_basis, standard.source])


def _digest(value: Any) -> str:
    """Of values of JSON; what they say stands in the copy that the register shows."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
