"""入会: from the draft to the certificate, its refusals and its clocks, each with a neighbour."""

import pytest

from association import clock
from association.choices import Role
from association.models import AuditEntry, Deadline, DeadlineRule, Notice, OutboxJob
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from members import operations
from members.choices.membership import ApplicationState, EventKind, MemberState, VoteState
from members.models import (
    ApplicationEvidence,
    CouncilBallot,
    MembershipApplication,
    MembershipCertificate,
    MembershipEvent,
    MembershipTerm,
)
from members.queries import was_member
from tests.factories.people import actor_with, appoint, make_association, make_institution
from tests.members.joining import (
    admitted,
    asked,
    draft,
    reviewed,
    submitted,
    upload,
    voted,
    world,
)

pytestmark = pytest.mark.django_db


def kinds():
    return list(MembershipEvent.objects.order_by("pk").values_list("kind", flat=True))


def running():
    rows = Deadline.objects.filter(stopped_at__isnull=True).order_by("code")
    return [(row.case_kind, row.code, row.paused_on is not None) for row in rows]


def test_a_draft_is_one_and_is_kept(here):
    first = draft(here)
    again = operations.save_application(
        actor=here.admin, institution_id=here.institution.pk, field="other", licence_number="", statement=""
    )
    assert (again.pk, again.field, again.statement) == (first.pk, "other", "")
    assert MembershipApplication.objects.count() == 1
    assert kinds() == []


def test_the_way_to_membership(here):
    application = submitted(here)
    assert running() == [("application", "MEMBER-REVIEW", False)]
    operations.take_up_application(actor=here.clerk, application_id=application.pk)
    vote = operations.open_council_vote(actor=here.clerk, application_id=application.pk, opinion="同意")
    assert running() == [("council_vote", "MEMBER-VOTE", False)]
    for actor in here.council:
        operations.cast_ballot(actor=actor, vote_id=vote.pk, choice="for")
    vote = operations.close_council_vote(actor=here.clerk, vote_id=vote.pk)
    application.refresh_from_db()
    assert (vote.state, application.state) == (VoteState.PASSED, ApplicationState.ADMITTED)
    term = was_member(institution_id=here.institution.pk, on=clock.today())
    assert (term.state, term.until_on) == (MemberState.ACTIVE, None)
    certificate = MembershipCertificate.objects.get()
    assert OutboxJob.objects.filter(key=f"member-certificate-{certificate.pk}").exists()
    assert running() == []
    assert kinds() == [EventKind.SUBMITTED, EventKind.TAKEN_UP, EventKind.VOTE_OPENED, EventKind.ADMITTED]
    assert Notice.objects.filter(user_id=here.admin.user_id, subject="贵机构已成为会员").count() == 2


def test_who_voted_is_kept_with_the_choice(here):
    vote = voted(here, "for", "against", "abstain")
    kept = CouncilBallot.objects.filter(vote=vote).values_list("voter_id", "choice")
    said = zip([actor.user_id for actor in here.council], ["for", "against", "abstain"], strict=True)
    assert set(kept) == set(said)


def test_probation_where_the_charter_has_it(here, time):
    DeadlineRule.objects.filter(code="MEMBER-PROBATION").update(
        confirmed_by_id=here.clerk.user_id, confirmed_at=clock.now(), confirmation="章程第九条"
    )
    admitted(here)
    first = was_member(institution_id=here.institution.pk, on=clock.today())
    assert first.state == MemberState.PROBATION
    assert running() == [("membership", "MEMBER-PROBATION", False)]
    operations.keep_membership(actor=world_system(here))
    assert running() == [("membership", "MEMBER-PROBATION", False)]
    time.pass_days(190)
    for _ in range(2):
        operations.keep_membership(actor=world_system(here))
    term = was_member(institution_id=here.institution.pk, on=clock.today())
    assert term.state == MemberState.ACTIVE
    ended = Deadline.objects.get(code="MEMBER-PROBATION")
    before = was_member(institution_id=here.institution.pk, on=ended.due_on)
    assert (before.state, before.until_on) == (MemberState.PROBATION, ended.due_on)
    assert kinds().count(EventKind.CONFIRMED) == 1


def world_system(here):
    from association.actors import system

    return system(here.institution.association_id)


def test_without_a_confirmed_rule_there_is_no_probation(here):
    admitted(here)
    assert MembershipTerm.objects.get().state == MemberState.ACTIVE


def test_an_odd_licence_is_warned_of_and_taken(here):
    application = submitted(here, licence_number="第八号")
    assert application.state == ApplicationState.APPLYING
    assert len(application.doubts) == 1


# -- refusals -------------------------------------------------------------------------------------------------


def test_nothing_is_handed_in_without_reasons_papers_and_a_code(home, here):
    application = draft(here, statement="")
    with pytest.raises(InvalidInput, match="入会理由"):
        operations.submit_application(actor=here.admin, application_id=application.pk)
    draft(here)
    evidence = ApplicationEvidence.objects.get()
    operations.remove_application_evidence(
        actor=here.admin, application_id=application.pk, evidence_id=evidence.pk
    )
    with pytest.raises(InvalidInput, match="登记证书"):
        operations.submit_application(actor=here.admin, application_id=application.pk)
    nameless = world(uscc=None, source="公示名单")
    with pytest.raises(Refused, match="统一社会信用代码尚未登记"):
        submitted(nameless)


def test_a_member_and_one_who_applied_do_not_apply_again(here):
    application = submitted(here)
    with pytest.raises(Refused, match="正在办理"):
        draft(here)
    operations.recall_application(actor=here.admin, application_id=application.pk)
    assert running() == []
    admitted(here)
    with pytest.raises(Refused, match="已经是会员"):
        draft(here)


def test_what_was_handed_in_stays(here):
    application = submitted(here)
    with pytest.raises(Refused):
        operations.add_application_evidence(
            actor=here.admin, application_id=application.pk, kind="other", upload=upload("别的.jpg")
        )
    with pytest.raises(Refused):
        operations.remove_application_evidence(
            actor=here.admin, application_id=application.pk, evidence_id=application.evidence.get().pk
        )


def test_a_supplement_is_asked_for_once(here):
    application = reviewed(here)
    ask = {"actor": here.clerk, "application_id": application.pk}
    with pytest.raises(InvalidInput):
        operations.ask_supplement(**ask, items=[" "])
    operations.ask_supplement(**ask, items=["许可证副本", " 章程 "])
    application.refresh_from_db()
    assert application.supplement_items == ["许可证副本", "章程"]
    assert running() == [("application", "MEMBER-REVIEW", True), ("application", "MEMBER-SUPPLEMENT", False)]
    operations.add_application_evidence(
        actor=here.admin, application_id=application.pk, kind="licence", upload=upload("许可证.jpg")
    )
    operations.answer_supplement(actor=here.admin, application_id=application.pk, answer="均已补交")
    assert running() == [("application", "MEMBER-REVIEW", False)]
    with pytest.raises(Refused, match="只能告知一次"):
        operations.ask_supplement(**ask, items=["再来一份"])


def test_without_an_answer_it_is_reviewed_as_it_stands(here, time):
    application = reviewed(here)
    operations.ask_supplement(actor=here.clerk, application_id=application.pk, items=["许可证副本"])
    operations.keep_membership(actor=world_system(here))
    application.refresh_from_db()
    assert application.state == ApplicationState.SUPPLEMENT
    time.pass_days(30)
    for _ in range(2):
        operations.keep_membership(actor=world_system(here))
    application.refresh_from_db()
    assert application.state == ApplicationState.UNDER_REVIEW
    assert kinds().count(EventKind.SUPPLEMENT_LAPSED) == 1
    assert running() == [("application", "MEMBER-REVIEW", False)]


def test_refused_with_reasons_and_may_apply_again(here):
    vote = voted(here, "against", "against", "for")
    with pytest.raises(InvalidInput, match="写明理由"):
        operations.close_council_vote(actor=here.clerk, vote_id=vote.pk)
    operations.close_council_vote(actor=here.clerk, vote_id=vote.pk, reasons="材料显示尚未开展培训。")
    application = MembershipApplication.objects.get()
    assert (application.state, application.decision) == (
        ApplicationState.REJECTED,
        "材料显示尚未开展培训。",
    )
    assert not MembershipTerm.objects.exists()
    draft(here)


def test_a_vote_without_a_quorum_decides_nothing(here, time):
    vote = voted(here, "for")
    with pytest.raises(Refused, match="尚未截止"):
        operations.close_council_vote(actor=here.clerk, vote_id=vote.pk)
    time.pass_days(30)
    closed = operations.close_council_vote(actor=here.clerk, vote_id=vote.pk)
    assert closed.state == VoteState.VOID
    assert MembershipApplication.objects.get().state == ApplicationState.UNDER_REVIEW
    assert running() == [("application", "MEMBER-REVIEW", False)]
    with pytest.raises(Refused, match="已经计票"):
        operations.close_council_vote(actor=here.clerk, vote_id=vote.pk)


def test_one_ballot_each(here, time):
    vote = voted(here, "for")
    with pytest.raises(Refused, match="不能更改"):
        operations.cast_ballot(actor=here.council[0], vote_id=vote.pk, choice="against")
    with pytest.raises(Refused, match="不能更改"):
        operations.stand_aside(actor=here.council[0], vote_id=vote.pk, reason="后来想起来")
    with pytest.raises(InvalidInput):
        operations.cast_ballot(actor=here.council[1], vote_id=vote.pk, choice="recused")
    time.pass_days(30)
    with pytest.raises(Refused, match="已经截止"):
        operations.cast_ballot(actor=here.council[1], vote_id=vote.pk, choice="for")


def test_who_is_tied_stands_aside_at_once_and_counts_no_more(here):
    tied = actor_with(Role.COUNCIL, employer=here.institution)
    vote = asked(here)
    assert vote.seats == 4
    assert [(row.voter_id, row.choice) for row in vote.ballots.all()] == [(tied.user_id, "recused")]
    with pytest.raises(Refused):
        operations.cast_ballot(actor=tied, vote_id=vote.pk, choice="for")
    for actor in here.council[:2]:
        operations.cast_ballot(actor=actor, vote_id=vote.pk, choice="for")
    closed = operations.close_council_vote(actor=here.clerk, vote_id=vote.pk)
    assert (closed.state, closed.votes_for, closed.recusals) == (VoteState.PASSED, 2, 1)


def test_a_tie_that_came_later_keeps_from_voting(here):
    vote = asked(here)
    late = here.council[0]
    from association.models import User

    appoint(User.objects.get(pk=late.user_id), Role.INSTITUTION_STAFF, institution=here.institution)
    with pytest.raises(Refused, match="利害关系"):
        operations.cast_ballot(actor=late, vote_id=vote.pk, choice="for")
    operations.stand_aside(actor=late, vote_id=vote.pk, reason="新近受聘于该机构")
    assert vote.ballots.get().choice == "recused"


def test_who_took_office_later_has_no_seat(here):
    vote = voted(here, "for")
    late = actor_with(Role.COUNCIL)
    with pytest.raises(Refused, match="不是理事会成员"):
        operations.cast_ballot(actor=late, vote_id=vote.pk, choice="for")


def test_a_tied_clerk_keeps_away(here):
    application = submitted(here)
    tied = actor_with(Role.SECRETARIAT, employer=here.institution)
    with pytest.raises(Refused, match="回避"):
        operations.take_up_application(actor=tied, application_id=application.pk)
    assert not Notice.objects.filter(user_id=tied.user_id).exists()
    vote = operations.open_council_vote(
        actor=here.clerk,
        application_id=operations.take_up_application(actor=here.clerk, application_id=application.pk).pk,
        opinion="同意",
    )
    with pytest.raises(Refused, match="回避"):
        operations.close_council_vote(actor=tied, vote_id=vote.pk)


def test_neighbours_have_no_part_in_it(here):
    application = submitted(here)
    neighbour = actor_with(Role.INSTITUTION_ADMIN)
    deeds = (
        lambda actor: operations.recall_application(actor=actor, application_id=application.pk),
        lambda actor: operations.answer_supplement(actor=actor, application_id=application.pk, answer="x"),
        lambda actor: operations.save_application(
            actor=actor, institution_id=here.institution.pk, field="other", licence_number="", statement=""
        ),
    )
    for deed in deeds:
        with pytest.raises(NotFound):
            deed(neighbour)
    with acting_for(make_association().pk):
        clerk = actor_with(Role.SECRETARIAT)
        for deed in (operations.take_up_application,):
            with pytest.raises(NotFound):
                deed(actor=clerk, application_id=application.pk)
    for role in set(Role) - {Role.SECRETARIAT}:
        with pytest.raises(Forbidden):
            operations.take_up_application(actor=actor_with(role), application_id=application.pk)


def test_every_step_leaves_a_line(here):
    admitted(here)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {
        "save_application",
        "submit_application",
        "take_up_application",
        "open_council_vote",
        "cast_ballot",
        "close_council_vote",
        "admit",
        "issue_certificate",
    }


def test_an_institution_of_another_clerk_is_not_drafted_for(here):
    other = make_institution()
    with pytest.raises(NotFound):
        operations.save_application(
            actor=here.admin, institution_id=other.pk, field="other", licence_number="", statement=""
        )
