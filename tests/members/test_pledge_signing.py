"""签署自律公约: the ceremony, what a signature binds, changed clauses only, paper by two people; and what is refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from association import clock
from association.actors import system
from association.choices import Role
from association.models import Notice, PledgeVersion
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from disclosure.models import PublicationLog, RegisterCard
from disclosure.operations import refresh_institution
from members import operations
from members.choices.pledge import CeremonyState, PaperState, Way
from members.models import MembershipEvent, MembershipTerm, PledgeCeremony, PledgePaper, PledgeSignature
from members.operations.pledge_record import render_pledge_record
from members.queries.pledge import pledge_page, record_of, unsigned_members
from tests.factories.people import actor_with, make_association, make_institution
from tests.members.joining import upload
from tests.members.pledges import TEXT, Desk

REFUSALS = (IntegrityError, InternalError)
CHANGED = TEXT.replace("原路退回", "十个工作日内原路退回") + "\n第四条 接受监督。"


@pytest.fixture
def desk(here):
    return Desk()


def opened(desk, days=5):
    today = clock.today()
    return operations.open_signing(
        actor=desk.clerk, title="会员大会签署仪式", opens_on=today, closes_on=today + timedelta(days=days)
    )


def sign(desk, place=0, version=None, **values):
    found = version or PledgeVersion.objects.filter(number__isnull=False).order_by("-number").first()
    given = {"actor": desk.signers[place], "institution_id": desk.members[place].pk, "sha256": found.sha256}
    return operations.sign_pledge(**given | values)


def paper(desk, place=0, **values):
    given = {
        "institution_id": desk.members[place].pk, "signer_name": "演示校长", "signer_role": "校长",
        "signed_on": clock.today(), "scan": upload("签字页.jpg"),
    }  # fmt: skip
    return operations.register_paper_signature(actor=desk.clerk, **given | values)


def refused_by_database(deed):
    with pytest.raises(REFUSALS), transaction.atomic():
        deed()


# -- the ceremony ---------------------------------------------------------------------------------------------


def test_opening_tells_the_administrators_of_members_who_have_not_signed(desk):
    desk.adopted()
    other = actor_with(Role.INSTITUTION_ADMIN, make_institution())
    ceremony = opened(desk)
    told = set(
        Notice.objects.filter(event=f"pledge-ceremony-{ceremony.pk}").values_list("user_id", flat=True)
    )
    assert told == {one.user_id for one in desk.signers}
    assert other.user_id not in told


def test_no_ceremony_without_a_pledge_nor_beside_another(desk):
    with pytest.raises(Refused, match="还没有会员大会通过"):
        opened(desk)
    desk.adopted()
    opened(desk)
    with pytest.raises(Refused, match="已有一场"):
        opened(desk)


@pytest.mark.parametrize(
    ("first", "last", "field"), [(-1, 3, "opens_on"), (2, 1, "closes_on"), (0, 400, "closes_on")]
)
def test_window_that_cannot_be_is_refused_under_its_field(desk, first, last, field):
    desk.adopted()
    day = clock.today()
    with pytest.raises(InvalidInput) as refused:
        operations.open_signing(
            actor=desk.clerk, title="签署", opens_on=day + timedelta(first), closes_on=day + timedelta(last)
        )
    assert field in refused.value.fields


def test_ceremony_ends_with_its_window_and_the_document_is_made_once(desk, time):
    desk.adopted()
    ceremony = opened(desk, days=2)
    sign(desk)
    operations.keep_membership(actor=system(ceremony.association_id))
    ceremony.refresh_from_db()
    assert ceremony.state == CeremonyState.OPEN
    time.pass_days(4)
    for _ in range(2):
        operations.keep_membership(actor=system(ceremony.association_id))
    made = render_pledge_record(actor=system(ceremony.association_id), ceremony_id=ceremony.pk)
    again = render_pledge_record(actor=system(ceremony.association_id), ceremony_id=ceremony.pk)
    assert made.record_id == again.record_id
    assert made.record.media_type == "application/pdf"
    assert record_of(desk.signers[0], ceremony.pk).pk == ceremony.pk
    with pytest.raises(NotFound):
        record_of(desk.signers[1], ceremony.pk)


def test_only_the_secretariat_opens_closes_and_registers(desk):
    desk.adopted()
    for role in (Role.AUDITOR, Role.COUNCIL, Role.INSTITUTION_ADMIN):
        with pytest.raises(Forbidden):
            operations.open_signing(
                actor=actor_with(role), title="签署", opens_on=clock.today(), closes_on=clock.today()
            )
    ceremony = opened(desk)
    with pytest.raises(Forbidden):
        operations.close_signing(actor=desk.signers[0], ceremony_id=ceremony.pk)


# -- online ---------------------------------------------------------------------------------------------------


def test_signature_binds_text_signer_role_time_and_state(desk):
    version = desk.adopted()
    ceremony = opened(desk)
    signed = sign(desk)
    member = desk.members[0]
    term = MembershipTerm.objects.get(institution=member)
    assert (signed.sha256, signed.way, signed.ceremony_id) == (version.sha256, Way.ONLINE, ceremony.pk)
    assert (signed.signer_id, signed.signer_role) == (desk.signers[0].user_id, "机构管理员")
    assert (signed.term_id, signed.name, signed.uscc) == (term.pk, member.name, member.uscc)
    assert (signed.tier, signed.member_state, signed.signed_on) == ("member", "active", clock.today())
    assert len(signed.clauses) == 3
    assert MembershipEvent.objects.filter(institution=member, kind="pledge_signed").count() == 1
    assert unsigned_members(version).count() == 2


def test_signing_twice_is_refused_by_sentence_and_by_the_database(desk):
    desk.adopted()
    opened(desk)
    signed = sign(desk)
    with pytest.raises(Refused, match="不能重复签署"):
        sign(desk)
    copy = PledgeSignature(**{
        field.attname: getattr(signed, field.attname)
        for field in PledgeSignature._meta.concrete_fields if field.attname != "id"
    })  # fmt: skip
    copy.earlier_id, copy.clauses = signed.pk, []
    refused_by_database(copy.save)


def test_old_version_is_refused_by_sentence_and_by_the_database(desk):
    first = desk.adopted()
    ceremony = opened(desk)
    signed = sign(desk, 1)
    operations.close_signing(actor=desk.clerk, ceremony_id=ceremony.pk)
    desk.adopted(CHANGED)
    opened(desk)
    with pytest.raises(Refused, match="这是第1版，已有第2版"):
        sign(desk, version=first)
    term = MembershipTerm.objects.get(institution=desk.members[0])
    values = {
        field.attname: getattr(signed, field.attname)
        for field in PledgeSignature._meta.concrete_fields if field.attname != "id"
    } | {"institution_id": desk.members[0].pk, "term_id": term.pk}  # fmt: skip
    refused_by_database(lambda: PledgeSignature.objects.create(**values))


def test_text_that_is_no_version_is_refused(desk):
    desk.adopted()
    opened(desk)
    with pytest.raises(Refused, match="不是现行的公约"):
        sign(desk, sha256="0" * 64)


def test_only_what_changed_is_signed_again(desk):
    desk.adopted()
    ceremony = opened(desk)
    before = sign(desk)
    operations.close_signing(actor=desk.clerk, ceremony_id=ceremony.pk)
    second = desk.adopted(CHANGED)
    opened(desk)
    page = pledge_page(desk.signers[0])
    assert page.rows[0].changed == [2, 4]
    signed = sign(desk)
    places = dict(second.clauses.values_list("sha256", "place"))
    assert [places[one] for one in signed.clauses] == [2, 4]
    assert signed.earlier_id == before.pk
    assert len(sign(desk, 1).clauses) == 4


def test_who_left_and_came_back_signs_the_whole_again(desk, time):
    desk.adopted()
    ceremony = opened(desk)
    sign(desk)
    operations.close_signing(actor=desk.clerk, ceremony_id=ceremony.pk)
    member = desk.members[0]
    operations.withdraw_membership(actor=desk.signers[0], institution_id=member.pk)
    time.pass_days(10)
    operations.admit_member(actor=desk.clerk, institution_id=member.pk, from_on=clock.today())
    desk.adopted(CHANGED)
    opened(desk)
    signed = sign(desk)
    assert (signed.earlier_id, len(signed.clauses)) == (None, 4)


def test_nobody_signs_outside_a_ceremony_or_its_window(desk, time):
    desk.adopted()
    with pytest.raises(Refused, match="没有进行中的签署仪式"):
        sign(desk)
    ceremony = opened(desk, days=1)
    time.pass_days(3)
    with pytest.raises(Refused, match="没有进行中的签署仪式"):
        sign(desk)
    assert PledgeCeremony.objects.get(pk=ceremony.pk).state == CeremonyState.OPEN


def test_only_members_sign_and_only_for_themselves(desk):
    desk.adopted()
    opened(desk)
    stranger = make_institution()
    with pytest.raises(Refused, match="不是会员"):
        sign(desk, actor=actor_with(Role.INSTITUTION_ADMIN, stranger), institution_id=stranger.pk)
    with pytest.raises(NotFound):
        sign(desk, actor=desk.signers[1])
    with pytest.raises(Forbidden):
        sign(desk, actor=actor_with(Role.INSTITUTION_STAFF, desk.members[0]))
    with pytest.raises(Forbidden):
        sign(desk, actor=desk.clerk)


def test_neighbour_association_has_neither_version_nor_ceremony(desk):
    version = desk.adopted()
    opened(desk)
    with acting_for(make_association().pk):
        there = Desk(members=1)
        with pytest.raises(Refused, match="还没有会员大会通过"):
            operations.sign_pledge(
                actor=there.signers[0], institution_id=there.members[0].pk, sha256=version.sha256
            )
        assert pledge_page(there.signers[0]).version is None


# -- on paper -------------------------------------------------------------------------------------------------


def test_paper_counts_when_another_person_has_compared_it(desk):
    desk.adopted()
    waiting = paper(desk)
    assert not PledgeSignature.objects.exists()
    with pytest.raises(Refused, match="登记人以外"):
        operations.confirm_paper_signature(actor=desk.clerk, paper_id=waiting.pk)
    signed = operations.confirm_paper_signature(actor=desk.second, paper_id=waiting.pk)
    assert (signed.way, signed.signer_id, signed.signer_role) == (Way.PAPER, None, "校长")
    with pytest.raises(Refused):
        operations.confirm_paper_signature(actor=desk.second, paper_id=waiting.pk)
    with pytest.raises(Refused, match="不能重复签署"):
        paper(desk)


def test_refused_paper_makes_room_for_a_better_one(desk):
    desk.adopted()
    waiting = paper(desk)
    with pytest.raises(Refused, match="等待核对"):
        paper(desk)
    with pytest.raises(InvalidInput):
        operations.refuse_paper_signature(actor=desk.second, paper_id=waiting.pk, reason=" ")
    refused = operations.refuse_paper_signature(actor=desk.second, paper_id=waiting.pk, reason="没有盖章")
    assert refused.state == PaperState.REFUSED
    assert paper(desk).state == PaperState.WAITING


@pytest.mark.parametrize(
    ("values", "field"),
    [({"signer_name": " "}, "signer_name"), ({"signer_role": ""}, "signer_role")],
)
def test_paper_says_who_signed(desk, values, field):
    desk.adopted()
    with pytest.raises(InvalidInput) as refused:
        paper(desk, **values)
    assert field in refused.value.fields


def test_day_on_the_paper_lies_after_the_meeting_and_not_ahead(desk):
    desk.adopted()
    for days in (-1, 1):
        with pytest.raises(InvalidInput):
            paper(desk, signed_on=clock.today() + timedelta(days))


def test_who_is_tied_to_the_institution_keeps_away(desk):
    desk.adopted()
    tied = actor_with(Role.SECRETARIAT, employer=desk.members[0])
    waiting = paper(desk)
    with pytest.raises(Refused, match="回避"):
        operations.confirm_paper_signature(actor=tied, paper_id=waiting.pk)


# -- the database ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": "0" * 64},
        {"clauses": []},
        {"clauses": ["0" * 64]},
        {"member_state": "suspended"},
        {"tier": "president"},
        {"signed_at": "2020-01-01T00:00:00Z"},
        {"signer_id": None},
        {"way": "paper"},
    ],
)
def test_database_refuses_a_signature_that_binds_something_else(desk, wrong):
    desk.adopted()
    opened(desk)
    signed = sign(desk)
    term = MembershipTerm.objects.get(institution=desk.members[1])
    values = {
        field.attname: getattr(signed, field.attname)
        for field in PledgeSignature._meta.concrete_fields if field.attname != "id"
    } | {"institution_id": desk.members[1].pk, "term_id": term.pk}  # fmt: skip
    refused_by_database(lambda: PledgeSignature.objects.create(**values | wrong))
    PledgeSignature.objects.create(**values)


def test_database_keeps_signatures_papers_and_ceremonies(desk):
    desk.adopted()
    ceremony = opened(desk)
    signed, waiting = sign(desk), paper(desk, 1)
    rows = PledgeSignature.objects.filter(pk=signed.pk)
    for change in (
        lambda: rows.update(signer_name="别人"),
        rows.delete,
        lambda: PledgeCeremony.objects.filter(pk=ceremony.pk).update(
            ends_at=clock.now() + timedelta(days=90)
        ),
        lambda: PledgePaper.objects.filter(pk=waiting.pk).update(signer_name="别人"),
        lambda: PledgePaper.objects.filter(pk=waiting.pk).update(
            state="confirmed", decided_by_id=desk.clerk.user_id, decided_at=clock.now()
        ),
        lambda: PledgePaper.objects.filter(pk=waiting.pk).delete(),
    ):
        refused_by_database(change)


# -- in public ------------------------------------------------------------------------------------------------


def test_card_and_log_say_who_signed_and_never_who_held_the_pen(home, time):
    with acting_for(home.pk):
        desk = Desk()
        version = desk.adopted()
        opened(desk)
        sign(desk)
        refresh_institution(institution_id=desk.members[0].pk)
        card = RegisterCard.objects.get(institution=desk.members[0])
    assert (card.pledge_version, card.pledge_signed_on) == (version.number, clock.today())
    entry = PublicationLog.objects.get(kind="pledge_signature")
    assert version.sha256 in entry.payload.text
    assert desk.signers[0].name not in entry.payload.text
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM disclosure_publicationpayload WHERE text LIKE %s",
            [f"%{desk.signers[0].name}%"],
        )
        assert cursor.fetchone() == (0,)
