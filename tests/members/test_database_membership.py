"""会籍 in the database itself: what no code of ours may write."""

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import Error as DatabaseFault

from association import clock
from association.models import CharterRule
from members.choices.membership import ApplicationState, VoteState
from members.models import CouncilBallot, CouncilVote, MembershipApplication, MembershipEvent
from tests.members.joining import admitted, asked, draft, reviewed, submitted, voted

pytestmark = pytest.mark.django_db


def refused(words, write):
    with pytest.raises(DatabaseFault, match=words), transaction.atomic():
        write()


def update(row, **values):
    return lambda: type(row).objects.filter(pk=row.pk).update(**values)


def delete(row):
    """Past Django's own look at what points to it."""
    return lambda: type(row).objects.filter(pk=row.pk)._raw_delete("default")


@pytest.mark.parametrize("state", [one for one in ApplicationState if one != ApplicationState.APPLYING])
def test_no_step_past_the_table(here, state):
    application = submitted(here)
    if state in (ApplicationState.UNDER_REVIEW, ApplicationState.RECALLED):
        return
    refused("no step|application_", update(application, state=state, reviewer_id=here.clerk.user_id))


def test_nobody_is_admitted_without_the_council(here):
    vote = asked(here)
    for state in (ApplicationState.ADMITTED, ApplicationState.REJECTED):
        refused(
            "the council has not decided so",
            update(vote.application, state=state, decided_at=clock.now(), decision="x"),
        )


def test_what_was_handed_in_is_settled(here):
    application = submitted(here)
    refused("settled", update(application, statement="改过"))
    refused("settled", update(application, submitted_at=clock.now(), licence_number="1"))
    refused("is kept", delete(application))
    refused("handed in stays", delete(application.evidence.get()))


def test_a_supplement_is_asked_for_once(here):
    from members import operations

    application = reviewed(here)
    operations.ask_supplement(actor=here.clerk, application_id=application.pk, items=["一"])
    refused("settled", update(application, supplement_items=["一", "二"]))


def test_one_open_application_for_each_institution(here):
    draft(here)
    with pytest.raises(IntegrityError, match="application_open_once"), transaction.atomic():
        MembershipApplication.objects.create(
            institution=here.institution, field="other", applicant_id=here.admin.user_id, saved_at=clock.now()
        )


def ballot(vote, person, choice="for"):
    return lambda: CouncilBallot.objects.create(
        vote=vote, voter_id=person.user_id, choice=choice, cast_at=clock.now()
    )


def test_one_ballot_each_written_once(here):
    vote = voted(here, "for")
    refused("ballot_once", ballot(vote, here.council[0], "against"))
    refused("append-only", update(vote.ballots.get(), choice="against"))
    refused("no seat", ballot(vote, here.clerk))


def close(vote, state, **counts):
    values = {"votes_for": 0, "votes_against": 0, "abstentions": 0, "recusals": 0, "reasons": "x"}
    return update(vote, state=state, closed_at=clock.now(), **(values | counts))


def test_no_result_without_a_quorum_or_against_the_ballots(here):
    vote = voted(here, "for")
    refused("no such result", close(vote, VoteState.PASSED, votes_for=1))
    refused("the ballots say otherwise", close(vote, VoteState.PASSED, votes_for=3))
    ballot(vote, here.council[1], "against")()
    refused("no such result", close(vote, VoteState.PASSED, votes_for=1, votes_against=1))
    assert close(vote, VoteState.FAILED, votes_for=1, votes_against=1)() == 1
    refused("the vote is closed", ballot(vote, here.council[2]))
    refused("stays as it was", update(vote, state=VoteState.OPEN))


def test_a_vote_keeps_the_shares_it_began_under(here):
    vote = voted(here, "for")
    easy = CharterRule.objects.create(
        code="X", title="易", numerator=1, denominator=9, is_strict=False, citation="x", certainty="charter",
        valid_from="2020-01-01",
    )  # fmt: skip
    refused("stays as it was", update(vote, quorum_rule=easy))
    refused("stays as it was", update(easy, numerator=2))
    refused("a vote is kept", delete(vote))
    refused("charter_rule_share", lambda: CharterRule.objects.create(
        code="Y", title="难", numerator=1, denominator=1, is_strict=True, citation="x", certainty="charter",
        valid_from="2020-01-01",
    ))  # fmt: skip


def test_events_and_certificates_stay(here):
    admitted(here)
    from members.models import MembershipCertificate

    refused("append-only", delete(MembershipEvent.objects.first()))
    refused("as it was issued", update(MembershipCertificate.objects.get(), code="x" * 32))
    assert CouncilVote.objects.get().votes_for == 3
