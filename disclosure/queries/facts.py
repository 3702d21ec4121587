"""What ought to stand in the publication log: every published fact of the apps below, as their rows say it now."""

from collections.abc import Callable, Collection, Iterator

from django.conf import settings
from django.utils import translation

from association.models import PledgeClause, PledgeVersion
from association.published import FIGURES, INSTITUTION, PLEDGE, ROUND, PublicFact
from complaints.queries.public_facts import facts_of_figures
from credit_rating.queries.public_facts import facts_of_institutions, facts_of_rounds
from members import queries as members
from members.queries.pledge import facts_of_signatures

# Also the order in which catching up writes them: what is spoken of comes before what speaks of it.
KINDS = (
    "round",
    "public_notice",
    "institution",
    "pledge",
    "pledge_signature",
    "complaint_figures",
    "result_taken_over",
    "proposed_result",
    "grade",
    "certificate",
    "retraction",
)
Source = Callable[[Collection[int] | None], Iterator[PublicFact]]


def registered(institution_ids: Collection[int] | None) -> Iterator[PublicFact]:
    """登记信息: what the register says of who an institution is."""
    rows = members.institutions().select_related("region")
    names = members.former_names()
    if institution_ids is not None:
        rows, names = rows.filter(pk__in=institution_ids), names.filter(institution_id__in=institution_ids)
    former: dict[int, list[str]] = {}
    for name in names.order_by("pk"):
        former.setdefault(name.institution_id, []).append(name.name)
    for row in rows:
        yield PublicFact(
            kind="institution",
            subject=row.pk,
            about=INSTITUTION,
            about_id=row.pk,
            content={
                "name": row.name,
                "short_name": row.short_name,
                "former_names": former.get(row.pk, []),
                "uscc": row.uscc,
                "field": row.field,
                "region": row.region.name if row.region else "",
                "is_demo": row.is_demo,
            },
            standing="registered",
            effective_at=row.created_at,
        )


def pledges(version_ids: Collection[int] | None) -> Iterator[PublicFact]:
    """自律公约: every adopted version with its text, its hash and the figures of the meeting."""
    rows = PledgeVersion.objects.filter(number__isnull=False)
    clauses = PledgeClause.objects.filter(version__number__isnull=False)
    if version_ids is not None:
        rows, clauses = rows.filter(pk__in=version_ids), clauses.filter(version_id__in=version_ids)
    texts: dict[int, list[str]] = {}
    for clause in clauses.order_by("version_id", "place"):
        texts.setdefault(clause.version_id, []).append(clause.text)
    for row in rows:
        yield PublicFact(
            kind="pledge",
            subject=row.pk,
            about=PLEDGE,
            about_id=row.pk,
            content={
                "number": row.number,
                "title": row.title,
                "preamble": row.preamble,
                "clauses": texts.get(row.pk, []),
                "sha256": row.sha256,
                "meeting": row.meeting,
                "met_on": row.met_on.isoformat() if row.met_on else "",
                "effective_on": row.effective_on.isoformat() if row.effective_on else "",
                "entitled": row.entitled,
                "present": row.present,
                "votes_for": row.votes_for,
                "votes_against": row.votes_against,
                "abstentions": row.abstentions,
            },
            standing=row.state,
            effective_at=row.superseded_at or row.in_force_at or row.adopted_at,
            began=("adopted", row.adopted_at),
        )


# An app that begins to publish something adds its facts here, and tells its changes by ``tell_public_changed``.
SOURCES: dict[str, tuple[Source, ...]] = {
    INSTITUTION: (registered, facts_of_signatures, facts_of_institutions),
    ROUND: (facts_of_rounds,),
    PLEDGE: (pledges,),
    FIGURES: (facts_of_figures,),
}


def facts_about(about: str, ids: Collection[int] | None) -> list[PublicFact]:
    """In the order of kind and number, in the language of the sources: an entry reads alike whoever caused it."""
    with translation.override(settings.LANGUAGE_CODE):
        found = [fact for source in SOURCES[about] for fact in source(ids)]
    return sorted(found, key=lambda fact: (KINDS.index(fact.kind), fact.subject))
