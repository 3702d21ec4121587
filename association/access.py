"""Who may do what with the association's own things, and who sees which."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from association.actors import Actor
from association.choices import (
    COMMITTEE_ROLES,
    INSTITUTION_ROLES,
    REVIEWER_ROLES,
    STAFF_ROLES,
    PledgeState,
    Role,
    Side,
)
from association.models import (
    Attachment,
    AuditEntry,
    Deadline,
    Job,
    Notice,
    OriginalRequest,
    OutboxJob,
    PledgeVersion,
)

MAY = {
    "move_practice_clock": frozenset(Role),
    "retry_dead_job": frozenset({Role.SECRETARIAT}),
    "set_deadline_rule": frozenset({Role.SECRETARIAT}),
    "set_charter_rule": frozenset({Role.SECRETARIAT}),
    "register_committee": frozenset(),
    "confirm_deadline_rule": frozenset({Role.SECRETARIAT}),
    "set_calendar_day": frozenset({Role.SECRETARIAT}),
    "announce_calendar_year": frozenset({Role.SECRETARIAT}),
    "set_working_hours": frozenset({Role.SECRETARIAT}),
    "keep_clocks": frozenset(),
    "register_person": frozenset({Role.SECRETARIAT}),
    "store_file": INSTITUTION_ROLES | {Role.SECRETARIAT},
    # 任职: another person than the one who appointed, whatever their roles.
    "confirm_appointment": frozenset({Role.SECRETARIAT, Role.COMMITTEE_CHAIR}),
    # 启封原件: who asks and who decides are never the same person, whatever their roles.
    "request_original": frozenset({Role.SECRETARIAT}),
    "approve_original": frozenset({Role.SECRETARIAT, Role.COMMITTEE_CHAIR}),
    "read_original": frozenset({Role.SECRETARIAT}),
    # 自律公约: a flag is never cleared by whoever wrote the text.
    "draft_pledge": frozenset({Role.SECRETARIAT}),
    "clear_pledge_wording": frozenset({Role.SECRETARIAT}),
    "adopt_pledge": frozenset({Role.SECRETARIAT}),
    "keep_pledge": frozenset(),
}


def pledges_visible_to(actor: Actor) -> QuerySet[PledgeVersion]:
    """An adopted version is everybody's; a draft is the staff's."""
    if actor.is_system or actor.is_staff:
        return PledgeVersion.objects.all()
    return PledgeVersion.objects.exclude(state__in=[PledgeState.DRAFT, PledgeState.DROPPED])


def jobs_visible_to(actor: Actor) -> QuerySet[Job]:
    """Staff and the committee see every job, others only their own."""
    if actor.is_system or actor.roles & (STAFF_ROLES | COMMITTEE_ROLES):
        return Job.objects.all()
    return Job.objects.filter(started_by_id=actor.user_id) if actor.user_id else Job.objects.none()


def outbox_visible_to(actor: Actor) -> QuerySet[OutboxJob]:
    """This association's only: the table of jobs stands outside the walls."""
    if actor.is_system or actor.roles & STAFF_ROLES:
        return OutboxJob.objects.filter(association_id=actor.association_id)
    return OutboxJob.objects.none()


@dataclass(frozen=True, slots=True)
class ReadTerms:
    """当事人读到的期限: of which cases an institution reads also the terms that others have to keep.

    ``codes`` says which: a term that tells something the institution does not know is not among them. ``cases`` are
    those it has been told of, ``path`` where it reads of one (with the place for its number, or a list).
    """

    kind: str
    codes: frozenset[str]
    cases: Callable[[Actor], QuerySet[Any]]
    path: str

    def page_of(self, case_id: int) -> str:
        return self.path % case_id if "%d" in self.path else self.path


# Apps above say here what their parties read; who has to act reads the own terms anyway.
READ_BY_PARTIES: dict[str, ReadTerms] = {}


def let_parties_read(*terms: ReadTerms) -> None:
    READ_BY_PARTIES.update((one.kind, one) for one in terms)


def deadlines_visible_to(actor: Actor) -> QuerySet[Deadline]:
    """Staff see that every clock runs, the names of those they keep away from excepted (``terms_kept_from``); an institution
    its own and those that it waits for (``READ_BY_PARTIES``), the committee those of the committee, everybody what is
    theirs by name.
    """
    if actor.is_system or actor.is_staff:
        return Deadline.objects.all()
    if actor.user_id is None:
        return Deadline.objects.none()
    own = Q(owner_user_id=actor.user_id)
    if actor.institution_ids:
        own |= Q(owner_side=Side.INSTITUTION, owner_institution_id__in=sorted(actor.institution_ids))
        own |= _read_by_party(actor)
    if actor.roles & COMMITTEE_ROLES:
        own |= Q(owner_side=Side.COMMITTEE, owner_user__isnull=True)
    return Deadline.objects.filter(own)


def _read_by_party(actor: Actor) -> Q:
    return Q(
        *(
            Q(case_kind=kind, code__in=sorted(read.codes), case_id__in=read.cases(actor).values("pk"))
            for kind, read in READ_BY_PARTIES.items()
        ),
        _connector=Q.OR,
    )


def terms_kept_from(user_id: int) -> Q:
    """The clocks of cases that somebody must keep away from."""
    kept: defaultdict[str, list[int]] = defaultdict(list)
    for name in cases_kept_from(user_id):
        kind, _dash, pk = name.rpartition("-")
        kept[kind].append(int(pk))
    return (
        Q(*(Q(case_kind=kind, case_id__in=ids) for kind, ids in kept.items()), _connector=Q.OR)
        if kept
        else Q(pk__in=[])
    )


def notices_visible_to(actor: Actor) -> QuerySet[Notice]:
    return Notice.objects.filter(user_id=actor.user_id) if actor.user_id else Notice.objects.none()


def audit_visible_to(actor: Actor) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.all() if actor.roles & STAFF_ROLES else AuditEntry.objects.none()


def attachments_visible_to(
    actor: Actor, assigned: QuerySet[Attachment] | None = None
) -> QuerySet[Attachment]:
    """An institution sees its own files, those who decide see all; an assessor what ``assigned`` names.

    An auditor opens none: what decisions rest on is read, personal data in a file is not. The files of a case are not
    among them: the case's own app says who sees those.
    """
    free = Attachment.objects.filter(case="")
    if actor.is_system or actor.roles & (COMMITTEE_ROLES | {Role.SECRETARIAT}):
        return free
    own = Q(institution_id__in=actor.institution_ids)
    if assigned is not None and actor.roles & REVIEWER_ROLES:
        own |= Q(pk__in=assigned.values("pk"))
    return free.filter(own)


# Apps above say here from which cases a person is kept away (回避): from a person's id to names like ``lead-12``.
KEPT_FROM: list[Callable[[int], Collection[str]]] = []


def cases_kept_from(user_id: int) -> frozenset[str]:
    return frozenset(name for kept in KEPT_FROM for name in kept(user_id))


def original_requests_visible_to(actor: Actor) -> QuerySet[OriginalRequest]:
    """Those who ask, those who decide and the auditor see that a seal was broken, by whom and why; not in a case that
    the person is kept away from.
    """
    if actor.is_system:
        return OriginalRequest.objects.all()
    if actor.user_id is None or not (actor.roles & STAFF_ROLES or actor.may(MAY, "approve_original")):
        return OriginalRequest.objects.none()
    kept = cases_kept_from(actor.user_id)
    rows = OriginalRequest.objects.all()
    return rows.exclude(original__attachment__case__in=kept) if kept else rows
