"""签署自律公约: what can be signed now, what of it is new to an institution, who has signed; and the public facts of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.choices import PledgeState
from association.conflicts import is_of_tied
from association.models import Appointment, PledgeClause, PledgeVersion
from association.notices import posts_today
from association.published import INSTITUTION, PublicFact
from association.rules.pledge import changed_clauses
from common.errors import NotFound
from members.access import (
    MAY,
    ceremonies_visible_to,
    institutions_visible_to,
    papers_visible_to,
    signatures_visible_to,
)
from members.choices.pledge import CeremonyState, PaperState
from members.models import Institution, MembershipTerm, PledgeCeremony, PledgePaper, PledgeSignature
from members.queries.membership import history_of, members_today

TO_SIGN = (PledgeState.ADOPTED, PledgeState.IN_FORCE)


def newest_version() -> PledgeVersion | None:
    """The one that members sign: adopted last, in force or soon to be."""
    return PledgeVersion.objects.filter(state__in=TO_SIGN).order_by("-number").first()


def open_ceremony() -> PledgeCeremony | None:
    """The one in whose window this moment lies."""
    now = clock.now()
    rows = PledgeCeremony.objects.filter(state=CeremonyState.OPEN, opens_at__lte=now, ends_at__gt=now)
    return rows.select_related("version").first()


def papers_to_confirm(actor: Actor) -> QuerySet[PledgePaper]:
    """纸质签署 that waits for this person: registered by somebody else, of no institution they are tied to."""
    if actor.user_id is None or not actor.may(MAY, "confirm_paper_signature"):
        return PledgePaper.objects.none()
    rows = papers_visible_to(actor).filter(state=PaperState.WAITING).exclude(registered_by_id=actor.user_id)
    return rows.exclude(is_of_tied(actor.user_id))


def last_signature(institution_id: int) -> PledgeSignature | None:
    """On which the next one builds: none where the membership was interrupted since."""
    found = PledgeSignature.objects.filter(institution_id=institution_id).order_by("-pk").first()
    if found is None:
        return None
    cut = [gap for gap in history_of(institution_id).gaps if gap.last is None or gap.last >= found.signed_on]
    return None if cut else found


def clauses_to_sign(version: PledgeVersion, earlier: PledgeSignature | None) -> list[PledgeClause]:
    """Those whose words the institution has not signed."""
    clauses = list(version.clauses.all())
    signed = PledgeClause.objects.filter(version_id=earlier.version_id) if earlier else []
    places = changed_clauses([row.sha256 for row in clauses], [row.sha256 for row in signed])
    return [clauses[place - 1] for place in places]


EXCERPT = 30


def clauses_signed(institution_id: int) -> list[tuple[int, str]]:
    """What a member may be held to, for a choice: number and first words of each clause of the version it signed last."""
    signature = (
        last_signature(institution_id) if members_today().filter(institution_id=institution_id) else None
    )
    if signature is None:
        return []
    clauses = PledgeClause.objects.filter(version_id=signature.version_id).order_by("place")
    return [(row.place, f"{row} {row.text[:EXCERPT]}") for row in clauses]


def unsigned_members(version: PledgeVersion) -> QuerySet[MembershipTerm]:
    """Members today who have not signed this version."""
    signed = PledgeSignature.objects.filter(version=version).values("institution_id")
    return members_today().exclude(institution_id__in=signed)


def signers_of(institution_ids: Collection[int], role: str) -> list[int]:
    """Accounts with this role at these institutions today; one query for all."""
    rows: QuerySet[Appointment] = posts_today().filter(institution_id__in=institution_ids, role=role)
    return sorted(set(rows.values_list("user_id", flat=True)))


@dataclass(frozen=True, slots=True)
class ToSign:
    """One institution of the person: its signature of the newest version, or what it would sign."""

    institution: Institution
    term: MembershipTerm | None
    signature: PledgeSignature | None
    earlier: PledgeSignature | None
    changed: list[int]
    may_sign: bool


@dataclass(frozen=True, slots=True)
class PledgePage:
    version: PledgeVersion | None
    clauses: list[PledgeClause]
    ceremony: PledgeCeremony | None
    rows: list[ToSign]
    records: list[PledgeCeremony]
    signed: int
    members: int


def pledge_page(actor: Actor) -> PledgePage:
    """自律公约 at the desk."""
    version = newest_version()
    ceremony = open_ceremony()
    if version is None:
        return PledgePage(None, [], None, [], [], 0, 0)
    if ceremony is not None and ceremony.version_id != version.pk:
        ceremony = None
    own = institutions_visible_to(actor).filter(pk__in=actor.institution_ids).order_by("name", "pk")
    held = members_today().count()
    return PledgePage(
        version,
        list(version.clauses.all()),
        ceremony,
        [_to_sign(actor, one, version, is_open=ceremony is not None) for one in own],
        list(records_for(actor)),
        held - unsigned_members(version).count(),
        held,
    )


def _to_sign(actor: Actor, institution: Institution, version: PledgeVersion, *, is_open: bool) -> ToSign:
    term = members_today().filter(institution=institution).first()
    signature = PledgeSignature.objects.filter(institution=institution, version=version).first()
    earlier = None if signature else last_signature(institution.pk)
    changed = [] if signature else [row.place for row in clauses_to_sign(version, earlier)]
    may = is_open and term is not None and signature is None and actor.may(MAY, "sign_pledge")
    return ToSign(institution, term, signature, earlier, changed, may)


def records_for(actor: Actor) -> QuerySet[PledgeCeremony]:
    """签署文本 with everybody's signatures: for the staff and those whose signature stands in it."""
    rows = ceremonies_visible_to(actor).filter(record__isnull=False).select_related("version", "record")
    if actor.is_system or actor.is_staff:
        return rows
    return rows.filter(version_id__in=signatures_visible_to(actor).values("version_id"))


def record_of(actor: Actor, ceremony_id: int) -> PledgeCeremony:
    found = records_for(actor).filter(pk=ceremony_id).first()
    if found is None:
        raise NotFound(_("没有这份签署文本。"))
    return found


def signatures_of(version_id: int) -> QuerySet[PledgeSignature]:
    """Everybody's, in the order of signing."""
    return PledgeSignature.objects.filter(version_id=version_id).order_by("signed_on", "pk")


@dataclass(frozen=True, slots=True)
class Signed:
    """What the register card says: the last version that a member signed, and on which day."""

    number: int
    on: date


def signed_by(institution_ids: Collection[int]) -> dict[int, Signed]:
    """Of those who are members today."""
    members = members_today().filter(institution_id__in=institution_ids).values("institution_id")
    last = (
        PledgeSignature.objects.filter(institution_id__in=members)
        .values("institution_id")
        .annotate(last=Max("pk"))
        .values("last")
    )
    rows = PledgeSignature.objects.filter(pk__in=last).select_related("version")
    return {row.institution_id: Signed(row.version.number or 0, row.signed_on) for row in rows}


def facts_of_signatures(institution_ids: Collection[int] | None) -> Iterator[PublicFact]:
    """签署 as published: which institution signed which text; never who held the pen."""
    rows = PledgeSignature.objects.select_related("version")
    if institution_ids is not None:
        rows = rows.filter(institution_id__in=institution_ids)
    for row in rows:
        yield PublicFact(
            kind="pledge_signature",
            subject=row.pk,
            about=INSTITUTION,
            about_id=row.institution_id,
            content={
                "institution": row.institution_id,
                "name": row.name,
                "uscc": row.uscc,
                "number": row.version.number,
                "sha256": row.sha256,
                "signed_on": row.signed_on.isoformat(),
            },
            standing="signed",
            effective_at=row.signed_at,
        )


def ended(now: datetime) -> QuerySet[PledgeCeremony]:
    """Open ones whose window is over."""
    return PledgeCeremony.objects.filter(state=CeremonyState.OPEN, ends_at__lte=now)
