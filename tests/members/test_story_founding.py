"""一个协会的成立: 13 founders, then others who apply, until there are 37 members. All institutions are fictitious."""

from datetime import date, timedelta

import pytest

from association import clock, pledge
from association.actors import system
from association.choices import Role
from association.models import User
from association.tenancy import acting_for
from members import operations
from members.choices import Field
from members.choices.membership import EvidenceKind, MemberState, Office, Tier
from members.models import Institution, MembershipCertificate, MembershipTerm
from members.operations.pledge_record import render_pledge_record
from members.queries import institutions, was_member, with_membership
from members.queries.membership import history_of, members_today
from members.queries.pledge import signatures_of, unsigned_members
from tests.factories.people import actor_with, appoint, make_association, valid_uscc
from tests.members.joining import upload
from tests.members.pledges import TEXT

pytestmark = pytest.mark.django_db
FOUNDERS, MEMBERS, SEATS = 13, 37, 7
BASIS = "第一次会员大会决议"
OFFICES = (
    Office.PRESIDENT,
    Office.VICE_PRESIDENT,
    Office.VICE_PRESIDENT,
    *[Office.DIRECTOR] * 4,
    Office.SUPERVISOR,
)


@pytest.fixture
def chaoyang(db, settings, tmp_path, time):
    settings.MEDIA_ROOT = tmp_path
    association = make_association("chaoyang", name="演示朝阳区职业培训发展促进会")
    with acting_for(association.pk):
        yield association


def register(clerk, number):
    return operations.register_institution(
        actor=clerk,
        name=f"演示会员学校{number:02d}",
        uscc=valid_uscc(50_000 + number),
        field=Field.SKILLS if number % 2 else Field.PROFESSIONAL,
    )


def found(clerk):
    """The general meeting: the founders are members, some take office."""
    today, founders = clock.today(), [register(clerk, number) for number in range(1, FOUNDERS + 1)]
    for place, institution in enumerate(founders):
        tier = Tier.VICE_PRESIDENT if 0 < place < 3 else Tier.MEMBER
        act = {"actor": clerk, "institution_id": institution.pk, "from_on": today}
        operations.admit_member(**act, tier=tier, reason=BASIS)
        operations.give_office(**act, office=Office.FOUNDER, basis=BASIS)
        if place < len(OFFICES):
            operations.give_office(**act, office=OFFICES[place], basis=BASIS, until_on=in_years(today, 5))
    return founders


def in_years(day, number):
    return date(day.year + number, day.month, day.day) - timedelta(days=1)


def seat_council(founders):
    """The people of the council work for founders."""
    return [actor_with(Role.COUNCIL, employer=institution) for institution in founders[:SEATS]]


def joins(clerk, council, institution):
    """One application from the draft to the vote; the vote is counted as soon as it is settled."""
    own = actor_with(Role.INSTITUTION_ADMIN, institution)
    application = operations.save_application(
        actor=own, institution_id=institution.pk, field=institution.field, licence_number="",
        statement="愿意遵守章程。",
    )  # fmt: skip
    handed = {"actor": own, "application_id": application.pk}
    operations.add_application_evidence(**handed, kind=EvidenceKind.REGISTRATION, upload=upload())
    operations.submit_application(**handed)
    operations.take_up_application(actor=clerk, application_id=application.pk)
    vote = operations.open_council_vote(actor=clerk, application_id=application.pk, opinion="同意")
    for member in council:
        if not vote.ballots.filter(voter_id=member.user_id).exists():
            operations.cast_ballot(actor=member, vote_id=vote.pk, choice="for")
    return operations.close_council_vote(actor=clerk, vote_id=vote.pk)


def signed_by_all(clerk, members):
    """The members' meeting adopts the pledge, and everybody signs in one ceremony: the version and the document."""
    today = clock.today()
    draft = pledge.save_pledge_draft(actor=clerk, title="行业自律公约", preamble="", text=TEXT)
    version = operations.adopt_version(
        actor=clerk, version_id=draft.pk, meeting="会员大会", met_on=today, effective_on=today, entitled=MEMBERS,
        votes_for=MEMBERS, votes_against=0, abstentions=0, minutes=upload("决议.jpg"),
    )  # fmt: skip
    ceremony = operations.open_signing(actor=clerk, title="签署仪式", opens_on=today, closes_on=today)
    for one in members:
        own = actor_with(Role.INSTITUTION_ADMIN, one)
        operations.sign_pledge(actor=own, institution_id=one.pk, sha256=version.sha256)
    operations.close_signing(actor=clerk, ceremony_id=ceremony.pk)
    return version, render_pledge_record(
        actor=system(ceremony.association_id), ceremony_id=ceremony.pk
    ).record


def test_the_founding(chaoyang, time):
    clerk = actor_with(Role.SECRETARIAT)
    founded_on = clock.today()
    founders = found(clerk)
    council = seat_council(founders)
    assert members_today().count() == FOUNDERS

    time.pass_days(30)
    joined = [register(clerk, number) for number in range(FOUNDERS + 1, MEMBERS + 1)]
    vote = joins(clerk, council, joined[0])
    assert (vote.state, vote.seats, vote.votes_for, vote.recusals) == ("passed", SEATS, SEATS, 0)

    # Somebody of the council begins to teach at an applicant: that member stands aside by itself.
    tied = council[0]
    appoint(User.objects.get(pk=tied.user_id), Role.INSTITUTION_STAFF, institution=joined[-1])
    for institution in joined[1:]:
        vote = joins(clerk, council, institution)
    assert (vote.votes_for, vote.recusals) == (SEATS - 1, 1)

    today = clock.today()
    assert members_today().count() == MEMBERS
    assert sum(row.is_member for row in with_membership(institutions())) == MEMBERS
    assert MembershipCertificate.objects.count() == MEMBERS
    assert Institution.objects.filter(offices__office=Office.FOUNDER).distinct().count() == FOUNDERS
    assert MembershipTerm.objects.filter(superseded_at=None).count() == MEMBERS
    assert {was_member(institution_id=one.pk, on=founded_on) for one in joined} == {None}
    for one in founders:
        assert was_member(institution_id=one.pk, on=founded_on).state == MemberState.ACTIVE
        assert (
            was_member(institution_id=one.pk, on=founded_on, known_on=founded_on - timedelta(days=1)) is None
        )
    assert all(history_of(one.pk).gaps == [] for one in (*founders, *joined))
    assert today > founded_on

    version, document = signed_by_all(clerk, [*founders, *joined])
    assert signatures_of(version.pk).count() == MEMBERS
    assert not unsigned_members(version).exists()
    assert document.media_type == "application/pdf"
