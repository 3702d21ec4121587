"""公开结果: what a finished step of the rating lets the public know. Read by ``disclosure`` in bulk, never by pages."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet

from association import clock
from association.deadlines import count, rule_row
from credit_rating.choices import CertificateStanding, PublicState, Stage, overruled_note
from credit_rating.models import Assessment, Certificate, HistoricalResult, Publication
from credit_rating.queries.corrections import TakenOver, as_corrected

RUNNING = frozenset(
    {
        Stage.SELF_ASSESSING,
        Stage.SUBMITTED,
        Stage.SUPPLEMENT,
        Stage.DISTRICT_REVIEWED,
        Stage.REVIEWED,
        Stage.DETERMINED,
        Stage.NOTICED,
        Stage.PUBLIC_NOTICE,
    }
)
# 期限规则, the association's own: how long after its year a result of others, whose source names no last day, is listed.
LISTED = "FOREIGN-RESULT-LISTED"
Listed = dict[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class PastResult:
    """一次结果, ours or taken over with its source; ``removed`` is one that a correction took down."""

    year: int
    scheme: str
    grade: str
    state: str
    source: str = ""
    source_url: str = ""
    note: str = ""
    overruled: bool = False
    corrections: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PublicStanding:
    """What the public sees of one institution's rating: one of the seven states, and all results so far.

    ``profile`` is what ``profile_of`` kept with the publication; ``own_rule`` is said of a result of others only:
    until when it is listed as current, and the rule of ours that says so.
    """

    state: PublicState = PublicState.NOT_ASSESSED
    grade: str = ""
    year: int | None = None
    standard: str = ""
    official: bool = True
    overruled: bool = False
    profile: tuple[dict[str, Any], ...] = ()
    published_at: datetime | None = None
    valid_until: date | None = None
    source: str = ""
    own_rule: dict[str, str] | None = None
    history: tuple[PastResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """扫码验真: what a certificate is worth at this moment."""

    standing: CertificateStanding
    code: str = ""
    institution_id: int | None = None
    name: str = ""
    uscc: str | None = None
    address: str = ""
    is_demo: bool = False
    grade: str = ""
    year: int | None = None
    standard: str = ""
    official: bool | None = None
    issued_at: datetime | None = None
    published_at: datetime | None = None
    valid_until: date | None = None
    overruled: bool = False

    @property
    def overruled_note(self) -> str:
        return overruled_note(self.overruled)


@dataclass(slots=True)
class _Facts:
    assessments: list[Assessment] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    foreign: list[TakenOver] = field(default_factory=list)


def public_standings(institution_ids: Collection[int]) -> dict[int, PublicStanding]:
    """The standing of each institution, in as many queries for one as for thousands."""
    facts: defaultdict[int, _Facts] = defaultdict(_Facts)
    assessments = Assessment.objects.filter(institution_id__in=institution_ids).order_by("pk")
    for assessment in assessments.select_related("round__standard"):
        facts[assessment.institution_id].assessments.append(assessment)
    published = Publication.objects.filter(
        published_at__isnull=False, assessment__institution_id__in=institution_ids
    ).order_by("pk")
    for publication in published.select_related("assessment__round__standard", "determination"):
        facts[publication.assessment.institution_id].publications.append(publication)
    others = HistoricalResult.objects.filter(institution_id__in=institution_ids).order_by("pk")
    for result in as_corrected(others):
        facts[result.row.institution_id].foreign.append(result)
    day = clock.today()
    listed = _listed(row.year for one in facts.values() for row in one.foreign)
    return {
        pk: _standing(facts[pk], day, listed) if pk in facts else PublicStanding() for pk in institution_ids
    }


def _listed(years: Iterable[int]) -> Listed:
    """Until when results of others of these years are listed as current, by the rule that holds at the end of each."""
    told: Listed = {}
    for year in set(years):
        rule = rule_row(LISTED, date(year, 12, 31))
        if rule is not None and rule.may_count:
            until = count(rule, datetime(year, 12, 31, tzinfo=UTC)).on
            told[year] = {"until": until.isoformat(), "rule": str(rule), "citation": rule.citation}
    return told


def certificate_standing(code: str) -> Standing:
    """扫码验真 from live data: valid, superseded, suspended, expired, or not ours."""
    certificate = (
        Certificate.objects.filter(code=code)
        .select_related(
            "publication__assessment__institution",
            "publication__assessment__round__standard",
            "publication__determination",
        )
        .first()
    )
    if certificate is None:
        return Standing(CertificateStanding.NOT_OURS, code=code)
    publication = certificate.publication
    institution, held_in = publication.assessment.institution, publication.assessment.round
    return Standing(
        standing=worth(publication, clock.today()),
        code=code,
        institution_id=institution.pk,
        name=institution.name,
        uscc=institution.uscc,
        address=institution.address,
        is_demo=institution.is_demo,
        grade=publication.grade,
        year=held_in.year,
        standard=str(held_in.standard),
        official=held_in.standard.official,
        issued_at=certificate.issued_at,
        published_at=publication.published_at,
        valid_until=publication.valid_until,
        overruled=publication.determination.overruled,
    )


def published_results(round_id: int) -> QuerySet[Publication]:
    """The results of a round that two people published; one superseded since stays on its round's list, and says so."""
    return (
        Publication.objects.filter(assessment__round_id=round_id, published_at__isnull=False)
        .select_related("assessment__institution", "assessment__round__standard", "determination")
        .order_by("assessment__institution__name", "pk")
    )


def worth(publication: Publication, day: date) -> CertificateStanding:
    """What ended for good comes before what is only suspended: a suspended result expires too."""
    if publication.superseded_at is not None:
        return CertificateStanding.SUPERSEDED
    if publication.assessment.stage == Stage.EXPIRED or (
        publication.valid_until and publication.valid_until < day
    ):
        return CertificateStanding.EXPIRED
    if publication.suspended_at is not None or publication.assessment.stage == Stage.SUSPENDED:
        return CertificateStanding.SUSPENDED
    return CertificateStanding.VALID


STATES = {
    CertificateStanding.VALID: PublicState.GRADED,
    CertificateStanding.SUSPENDED: PublicState.SUSPENDED,
    CertificateStanding.EXPIRED: PublicState.EXPIRED,
}


def _standing(facts: _Facts, day: date, listed: Listed) -> PublicStanding:
    """What holds, then 异议, then what ran out or is under way, then what others published.

    An objection is to a proposal of a later round: it takes nothing from a grade that still holds.
    """
    current = max(
        (row for row in facts.publications if row.superseded_at is None),
        key=lambda row: (row.assessment.round.year, row.pk),
        default=None,
    )
    history = _history(facts, day)
    disputed = [row for row in facts.assessments if row.stage == Stage.OBJECTION]
    holds = current is not None and worth(current, day) != CertificateStanding.EXPIRED
    if disputed and not holds:
        return _without_grade(PublicState.UNDER_OBJECTION, disputed[-1], history)
    if current is not None:
        return _with_grade(current, STATES[worth(current, day)], history)
    running = [row for row in facts.assessments if row.stage in RUNNING]
    if running:
        return _without_grade(PublicState.IN_PROGRESS, running[-1], history)
    return _foreign(facts, day, listed, history)


def _with_grade(row: Publication, state: PublicState, history: tuple[PastResult, ...]) -> PublicStanding:
    standard = row.assessment.round.standard
    return PublicStanding(
        state=state,
        grade=row.grade,
        year=row.assessment.round.year,
        standard=str(standard),
        official=standard.official,
        overruled=row.determination.overruled,
        profile=tuple(row.profile),
        published_at=row.published_at,
        valid_until=row.valid_until,
        history=history,
    )


def _without_grade(state: PublicState, row: Assessment, history: tuple[PastResult, ...]) -> PublicStanding:
    """A result that is not final is not told, whatever was proposed."""
    standard = row.round.standard
    return PublicStanding(
        state=state, year=row.round.year, standard=str(standard), official=standard.official, history=history
    )


def _foreign(facts: _Facts, day: date, listed: Listed, history: tuple[PastResult, ...]) -> PublicStanding:
    """As its source tells it; that it is current is said only until our own rule stops saying so."""
    stand = (row for row in facts.foreign if not row.removed)
    latest = max(stand, key=lambda row: (row.year, row.row.pk), default=None)
    if latest is None:
        return PublicStanding(history=history)
    rule = listed.get(latest.year)
    current = rule is not None and day.isoformat() <= rule["until"]
    return PublicStanding(
        state=PublicState.GRADED if current else PublicState.EARLIER,
        grade=latest.grade,
        year=latest.year,
        standard=latest.scheme,
        source=latest.source,
        own_rule=rule,
        history=history,
    )


def _history(facts: _Facts, day: date) -> tuple[PastResult, ...]:
    ours = [
        PastResult(
            year=row.assessment.round.year,
            scheme=str(row.assessment.round.standard),
            grade=row.grade,
            state=worth(row, day).value,
            overruled=row.determination.overruled,
        )
        for row in facts.publications
    ]
    foreign = [
        PastResult(
            year=row.year,
            scheme=row.scheme,
            grade=row.grade,
            state="removed" if row.removed else "foreign",
            source=row.source,
            source_url=row.source_url,
            note=row.note,
            corrections=row.corrections,
        )
        for row in facts.foreign
    ]
    return tuple(sorted([*ours, *foreign], key=lambda row: -row.year))
