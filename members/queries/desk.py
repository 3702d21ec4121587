"""What the pages of the desk show of applications, votes and memberships."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.clocks import Turn, whose_turn
from association.models import Appointment, User
from common.errors import NotFound
from members.access import (
    MAY,
    applications_visible_to,
    certificates_visible_to,
    institutions_visible_to,
    votes_visible_to,
)
from members.choices.membership import (
    APPLICATION_OPEN,
    RECALLABLE,
    ApplicationState,
    Choice,
    VoteState,
)
from members.models import (
    ApplicationEvidence,
    CouncilBallot,
    CouncilVote,
    Institution,
    MembershipApplication,
    MembershipCertificate,
    MembershipTerm,
)
from members.queries.membership import History, history_of, members_today
from members.rules.council import Tally

MOST_OFFERED = 500
STAGES = (
    ApplicationState.DRAFT,
    ApplicationState.APPLYING,
    ApplicationState.UNDER_REVIEW,
    ApplicationState.COUNCIL_VOTE,
)


@dataclass(frozen=True, slots=True)
class OwnMembership:
    """One institution of the person: what it is today, what it has, and what is under way."""

    institution: Institution
    term: MembershipTerm | None
    history: History
    certificate: MembershipCertificate | None
    applications: list[MembershipApplication]

    @property
    def may_apply(self) -> bool:
        return self.term is None and not any(row.state in APPLICATION_OPEN for row in self.applications)


def own_memberships(actor: Actor) -> list[OwnMembership]:
    """For each institution that the person acts for, mostly one."""
    rows = institutions_visible_to(actor).filter(pk__in=actor.institution_ids).order_by("name", "pk")
    return [_own(actor, institution) for institution in rows]


def _own(actor: Actor, institution: Institution) -> OwnMembership:
    certificates = certificates_visible_to(actor).filter(institution=institution, attachment__isnull=False)
    return OwnMembership(
        institution,
        members_today().filter(institution=institution).first(),
        history_of(institution.pk),
        certificates.first(),
        list(applications_visible_to(actor).filter(institution=institution)),
    )


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """An application as its reader sees it; ``deeds`` are the forms that this person may use now."""

    application: MembershipApplication
    evidence: list[ApplicationEvidence]
    turn: Turn | None
    stages: list[dict[str, Any]]
    deeds: list[str]
    is_own: bool
    result: CouncilVote | None


def application_page(actor: Actor, pk: int) -> ApplicationPage:
    rows = applications_visible_to(actor).select_related("institution")
    application = rows.filter(pk=pk).first()
    if application is None:
        raise NotFound(_("没有这件入会申请。"))
    own = application.institution_id in actor.institution_ids
    votes = application.votes.exclude(state=VoteState.OPEN)
    return ApplicationPage(
        application,
        list(application.evidence.select_related("attachment")),
        whose_turn("application", application.pk),
        _stages(application),
        _deeds(actor, application) if own else [],
        own,
        votes.first(),
    )


def _deeds(actor: Actor, application: MembershipApplication) -> list[str]:
    state = ApplicationState(application.state)
    found = []
    if state == ApplicationState.DRAFT:
        found += ["save", "add_evidence"]
        found += ["submit"] if actor.may(MAY, "submit_application") else []
    if state == ApplicationState.SUPPLEMENT:
        found += ["add_evidence", "answer"]
    if state in RECALLABLE and actor.may(MAY, "recall_application"):
        found.append("recall")
    return found


def _stages(application: MembershipApplication) -> list[dict[str, Any]]:
    """草稿、提交、审查、表决、决定; one that was recalled stopped where it was."""
    state = ApplicationState(application.state)
    at = {ApplicationState.SUPPLEMENT: 2, ApplicationState.ADMITTED: 5, ApplicationState.REJECTED: 5}
    place = at.get(state, STAGES.index(state) if state in STAGES else -1)
    labels = (_("填写"), _("提交"), _("审查"), _("理事会表决"), _("决定"))
    return [
        {"label": label, "state": _stage(number, place), "when": ""} for number, label in enumerate(labels)
    ]


def _stage(number: int, place: int) -> str:
    if place < 0:
        return "skipped"
    return "done" if number < place else "current" if number == place else "todo"


# -- the council ----------------------------------------------------------------------------------------------


def council_votes(actor: Actor) -> QuerySet[Any]:
    """Open ones first; ``has_voted``: whether this person has said something."""
    mine = CouncilBallot.objects.filter(vote=OuterRef("pk"), voter_id=actor.user_id or 0)
    rows = votes_visible_to(actor).annotate(has_voted=Exists(mine)).select_related("institution")
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-pk")


def to_vote(actor: Actor) -> QuerySet[CouncilVote]:
    """What waits for this member of the council."""
    rows = council_votes(actor).filter(state=VoteState.OPEN, ends_at__gt=clock.now(), has_voted=False)
    return rows if actor.may(MAY, "cast_ballot") and not actor.is_system else rows.none()


def to_finish(actor: Actor) -> QuerySet[MembershipApplication]:
    """Of the person's institutions: drafts, and what must be supplemented."""
    states = [ApplicationState.DRAFT, ApplicationState.SUPPLEMENT]
    rows = MembershipApplication.objects.filter(institution_id__in=actor.institution_ids, state__in=states)
    return rows.select_related("institution").order_by("pk")


@dataclass(frozen=True, slots=True)
class VotePage:
    """Who has voted is shown; how, only to the person and after the count as numbers."""

    vote: CouncilVote
    own: CouncilBallot | None
    said: list[tuple[str, bool]]
    tally: Tally
    deeds: list[str]
    evidence: list[ApplicationEvidence]


def vote_page(actor: Actor, pk: int) -> VotePage:
    rows = votes_visible_to(actor).select_related(
        "institution", "application", "quorum_rule", "majority_rule"
    )
    vote = rows.filter(pk=pk).first()
    if vote is None:
        raise NotFound(_("没有这项表决。"))
    ballots = list(vote.ballots.all())
    own = next((row for row in ballots if row.voter_id == actor.user_id), None)
    names = names_of([row.voter_id for row in ballots])
    is_open = vote.state == VoteState.OPEN and clock.now() < vote.ends_at
    may = is_open and own is None and actor.may(MAY, "cast_ballot") and not actor.is_system
    files = vote.application.evidence.select_related("attachment") if vote.application else []
    return VotePage(
        vote,
        own,
        [(names.get(row.voter_id, ""), row.choice == Choice.RECUSED) for row in ballots],
        counted(vote, ballots),
        ["cast", "stand_aside"] if may else [],
        list(files),
    )


def counted(vote: CouncilVote, ballots: list[CouncilBallot]) -> Tally:
    said = [row.choice for row in ballots]
    return Tally(
        vote.seats,
        said.count(Choice.FOR),
        said.count(Choice.AGAINST),
        said.count(Choice.ABSTAIN),
        said.count(Choice.RECUSED),
    )


def names_of(user_ids: list[int]) -> dict[int, str]:
    """What this association calls these people."""
    posts = Appointment.objects.filter(user_id=OuterRef("pk")).order_by("-pk").values("name")[:1]
    people = User.objects.filter(pk__in=user_ids).annotate(called=Coalesce(posts, Value("")))
    return dict(people.values_list("pk", "called"))


def offered_institutions(actor: Actor, wanted: int | None = None) -> list[tuple[int, str]]:
    """As many as a person may look through; the one that was asked for is always among them."""
    seen = institutions_visible_to(actor).order_by("name", "pk")
    found = list(seen.values_list("pk", "name")[:MOST_OFFERED])
    if wanted is not None and wanted not in dict(found):
        found += list(seen.filter(pk=wanted).values_list("pk", "name"))
    return found
