"""理事会表决: opened by the secretariat, one ballot each, counted by the shares of the charter in force at the opening."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record
from association.charter import charter_rule
from association.choices import Role, Side
from association.clocks import Owner, start_deadline, stop_deadline
from association.conflicts import conflicts_with
from association.links import path_to
from association.models import CharterRule
from association.notices import notify, people_of
from association.rules.clock import end_of_day
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line
from members.access import MAY, votes_visible_to
from members.choices.membership import CAST, ApplicationState, Choice, EventKind, Matter, VoteState
from members.models import CouncilBallot, CouncilVote, Institution, MembershipApplication
from members.operations.admission import admit, reject
from members.operations.endings import expel
from members.operations.moves import move_application, move_vote
from members.operations.parts import (
    LONGEST,
    LONGEST_LINE,
    REVIEW,
    VOTE,
    case_of,
    line,
    lock_for_review,
    lock_institution,
    refuse_tied,
    required,
    tell_of,
    vote_case,
)
from members.rules.council import Result, Share, Tally, is_settled, result_of

QUORUM, MAJORITIES = (
    "COUNCIL-QUORUM",
    {
        Matter.ADMISSION: "COUNCIL-MAJORITY",
        Matter.EXPULSION: "EXPULSION-MAJORITY",
    },
)


@transaction.atomic
def open_council_vote(*, actor: Actor, application_id: int, opinion: str) -> CouncilVote:
    """提交理事会表决 with the opinion of the review; whoever is tied to the institution stands aside at once."""
    actor.require(MAY, "open_council_vote")
    application = lock_for_review(actor, application_id)
    text = required(opinion, "opinion", _("请写明审查意见。"))
    move_application(application, ApplicationState.COUNCIL_VOTE, opinion=text)
    stop_deadline(actor=actor, case=case_of(application), code=REVIEW)
    vote = begin_vote(actor, Matter.ADMISSION, application.institution, text, application)
    tell_of(actor, application.institution, EventKind.VOTE_OPENED)
    return vote


def begin_vote(
    actor: Actor,
    matter: Matter,
    institution: Institution,
    proposal: str,
    application: MembershipApplication | None = None,
) -> CouncilVote:
    """The seats, the shares and the term are those of today."""
    if CouncilVote.objects.filter(institution=institution, matter=matter, state=VoteState.OPEN).exists():
        raise Refused(_("这一事项正在表决。"))
    members = people_of(roles=[Role.COUNCIL])
    ties = conflicts_with(members, institution)
    if not [member for member in members if not ties[member]]:
        raise Refused(_("没有可以参加表决的理事会成员，请先登记理事会成员的任职。"))
    today = clock.today()
    vote = CouncilVote.objects.create(
        matter=matter,
        institution=institution,
        application=application,
        proposal=proposal[:LONGEST],
        seats=len(members),
        seated=members,
        quorum_rule=charter_rule(QUORUM, today),
        majority_rule=charter_rule(MAJORITIES[matter], today),
        opened_at=clock.now(),
        opened_by_id=actor.person_id,
        ends_at=end_of_day(today),
    )
    term = start_deadline(
        actor=actor,
        code=VOTE,
        case=vote_case(vote),
        owner=Owner(Side.STAFF),
        action=gettext_noop("督促表决并计票"),
    )
    vote.ends_at = term.ends_at
    vote.save(update_fields=["ends_at"])
    for member in members:
        if ties[member]:
            _write(vote, member, Choice.RECUSED, str(ties[member][0].sentence))
    record(actor, "open_council_vote", vote, seats=vote.seats, recused=vote.ballots.count())
    _call(vote, [member for member in members if not ties[member]])
    return vote


def _call(vote: CouncilVote, members: Collection[int]) -> None:
    notify(
        f"vote-{vote.pk}-opened",
        members,
        subject=gettext_noop("有一项表决请您参加"),
        body=Said(
            gettext_noop("%(name)s的事项请您表决，与该机构有利害关系的请先回避。"), name=vote.institution.name
        ),
        path=path_to("council_vote", vote.pk),
    )


@transaction.atomic
def cast_ballot(*, actor: Actor, vote_id: int, choice: str, reason: str = "") -> CouncilBallot:
    """表决: once, and never again otherwise. Who is tied to the institution may not, whatever the choice.

    Raises Refused for a second ballot, after the term, for a tie, and for those who took office after the opening.
    """
    actor.require(MAY, "cast_ballot")
    if choice not in CAST:
        raise InvalidInput(_("请选择赞成、反对或者弃权。"), {"choice": _("请选择赞成、反对或者弃权。")})
    vote = _lock_open(actor, vote_id)
    _refuse_second(vote, actor.person_id)
    ties = conflicts_with([actor.person_id], vote.institution)[actor.person_id]
    if ties:
        raise Refused(_("您与这家机构有利害关系，应当回避，不能参加表决。"))
    ballot = _write(vote, actor.person_id, Choice(choice), reason)
    record(actor, "cast_ballot", ballot, vote=vote.pk)
    return ballot


@transaction.atomic
def stand_aside(*, actor: Actor, vote_id: int, reason: str) -> CouncilBallot:
    """回避: the member takes no part, and counts no longer among those who should."""
    actor.require(MAY, "cast_ballot")
    vote = _lock_open(actor, vote_id)
    _refuse_second(vote, actor.person_id)
    why = line(reason, "reason", _("请写明回避的理由。"))
    ballot = _write(vote, actor.person_id, Choice.RECUSED, why)
    record(actor, "stand_aside", ballot, vote=vote.pk)
    return ballot


def _lock_open(actor: Actor, vote_id: int) -> CouncilVote:
    """Ballots of one vote are written one after the other, and none while it is counted."""
    vote = lock_vote(actor, vote_id)
    if vote.state != VoteState.OPEN or clock.now() >= vote.ends_at:
        raise Refused(_("这项表决已经截止。"))
    if actor.person_id not in vote.seated:
        raise Refused(_("表决开始时您不是理事会成员，不能参加这项表决。"))
    return vote


def lock_vote(actor: Actor, vote_id: int) -> CouncilVote:
    rows = votes_visible_to(actor).select_for_update(of=("self",))
    vote = rows.select_related("institution", "quorum_rule", "majority_rule").filter(pk=vote_id).first()
    if vote is None:
        raise NotFound(_("没有这项表决。"))
    return vote


def _refuse_second(vote: CouncilVote, person_id: int) -> None:
    if vote.ballots.filter(voter_id=person_id).exists():
        raise Refused(_("您在这项表决中已经表态，不能更改。"))


def _write(vote: CouncilVote, voter_id: int, choice: Choice, reason: str) -> CouncilBallot:
    """The database says whether there is one already, to two windows of one person too."""
    try:
        with transaction.atomic():
            return CouncilBallot.objects.create(
                vote=vote,
                voter_id=voter_id,
                choice=choice,
                reason=one_line(reason)[:LONGEST_LINE],
                cast_at=clock.now(),
            )
    except IntegrityError as error:
        if "ballot_once" in str(error):
            raise Refused(_("您在这项表决中已经表态，不能更改。")) from error
        raise


@transaction.atomic
def close_council_vote(*, actor: Actor, vote_id: int, reasons: str = "") -> CouncilVote:
    """计票: at the end of the term, or before it when those who have not voted cannot change the result.

    ``reasons`` are needed where it was refused; the institution reads them. Without a quorum nothing was decided.
    """
    actor.require(MAY, "close_council_vote")
    vote = lock_vote(actor, vote_id)
    refuse_tied(actor, vote.institution_id)
    if vote.state != VoteState.OPEN:
        raise Refused(_("这项表决已经计票。"))
    tally, shares = tally_of(vote), (share_of(vote.quorum_rule), share_of(vote.majority_rule))
    if clock.now() < vote.ends_at and not is_settled(tally, *shares):
        raise Refused(_("表决尚未截止，未表决的人仍可能改变结果。"))
    result = result_of(tally, *shares)
    if result == Result.FAILED:
        reasons = required(reasons, "reasons", _("未通过的，请写明理由，申请机构会看到。"))
    move_vote(
        vote,
        VoteState(result),
        closed_at=clock.now(),
        closed_by_id=actor.person_id,
        votes_for=tally.in_favour,
        votes_against=tally.against,
        abstentions=tally.abstaining,
        recusals=tally.recused,
        reasons=reasons.strip()[:LONGEST],
    )
    stop_deadline(actor=actor, case=vote_case(vote), code=VOTE)
    record(actor, "close_council_vote", vote, result=str(result))
    follow_result(actor, vote)
    return vote


def tally_of(vote: CouncilVote) -> Tally:
    counted = {one.value: Count("pk", filter=Q(choice=one)) for one in Choice}
    found = CouncilBallot.objects.filter(vote=vote).aggregate(**counted)
    return Tally(
        vote.seats, found[Choice.FOR], found[Choice.AGAINST], found[Choice.ABSTAIN], found[Choice.RECUSED]
    )


def share_of(rule: CharterRule) -> Share:
    return Share(rule.numerator, rule.denominator, rule.is_strict)


def follow_result(actor: Actor, vote: CouncilVote) -> None:
    """What the vote decided happens with it."""
    if vote.application_id is None:
        expel(actor, vote)
        return
    rows = MembershipApplication.objects.select_for_update(of=("self",)).select_related("institution")
    application = rows.get(pk=vote.application_id)
    match VoteState(vote.state):
        case VoteState.PASSED:
            lock_institution(actor, application.institution_id)
            admit(actor, application, vote)
        case VoteState.FAILED:
            reject(actor, application, vote)
        case VoteState.VOID:
            _ask_again(actor, application)


def _ask_again(actor: Actor, application: MembershipApplication) -> None:
    move_application(application, ApplicationState.UNDER_REVIEW)
    start_deadline(
        actor=actor,
        code=REVIEW,
        case=case_of(application),
        owner=Owner(Side.STAFF),
        action=gettext_noop("表决未达法定人数，请重新提交表决"),
    )
    tell_of(actor, application.institution, EventKind.VOTE_VOID)


@transaction.atomic
def follow_vote_term(*, actor: Actor, vote_id: int, ends_at: object) -> None:
    """The term was counted anew (holidays were announced): an open vote ends with it."""
    actor.require(MAY, "keep_membership")
    CouncilVote.objects.filter(pk=vote_id, closed_at__isnull=True).update(ends_at=ends_at)
