"""培训机构: registering, renaming, membership and appointments, each with a neighbour who must stay untouched."""

from datetime import date, timedelta

import pytest

from association import clock
from association.choices import Role
from association.models import Appointment, AuditEntry, OutboxJob, User
from association.tenancy import acting_for
from common import uscc
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from members import operations
from members.choices import Field
from members.models import FormerName, Institution, MembershipTerm
from members.queries import institutions, with_membership
from tests.factories.people import actor_with, make_association, make_institution, make_user, valid_uscc

pytestmark = pytest.mark.django_db
GOOD = valid_uscc(90001)


@pytest.fixture
def association():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def clerk(association):
    return actor_with(Role.SECRETARIAT)


def register(actor, **fields):
    values = {"name": "演示第九培训学校", "uscc": GOOD}
    return operations.register_institution(actor=actor, **(values | fields))


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_register_keeps_what_was_given_and_leaves_a_line(clerk):
    row = register(
        clerk, short_name=" 演示 九校 ", field=Field.SKILLS, region_code="110105", address="演示路1号"
    )
    assert (row.name, row.short_name, row.uscc) == ("演示第九培训学校", "演示 九校", GOOD)
    assert (row.field, row.region_id, row.address) == (Field.SKILLS, "110105", "演示路1号")
    assert actions() == ["register_institution"]


@pytest.mark.parametrize("typed", [GOOD.lower(), f" {GOOD} ", "-".join([GOOD[:6], GOOD[6:]]), GOOD.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})])  # fmt: skip
def test_register_normalises_the_code(clerk, typed):
    assert register(clerk, uscc=typed).uscc == GOOD


def _with(place, character):
    return GOOD[: place - 1] + character + GOOD[place:]


WRONG_BODY = uscc.with_check_digit(GOOD[:16] + ("1" if GOOD[16] != "1" else "2"))
WRONG = [
    ("", "请填写统一社会信用代码。"),
    (GOOD[:17], "统一社会信用代码应为18位，现在是17位。"),
    (GOOD + "1", "统一社会信用代码应为18位，现在是19位。"),
    *[
        (_with(10, letter), f"第10位是字母“{letter}”：代码不使用字母I、O、S、V、Z，请核对是否为{meant}。")
        for letter, meant in uscc.LOOKALIKES.items()
    ],
    (_with(10, "*"), "第10位“*”不是代码允许的数字或大写字母。"),
    (_with(10, "码"), "第10位“码”不是代码允许的数字或大写字母。"),
    (_with(5, "A"), "第3至8位是登记机关行政区划码，应全部是数字。"),
    (WRONG_BODY, "第9至17位是组织机构代码，其自身的校验码（第17位）不符，请核对。"),
]


@pytest.mark.parametrize(("code", "sentence"), WRONG)
def test_register_names_the_exact_fault_of_a_code(clerk, code, sentence):
    with pytest.raises(InvalidInput) as refused:
        register(clerk, uscc=code)
    assert refused.value.sentence == sentence
    assert refused.value.fields == {"uscc": sentence}
    assert not Institution.objects.exists()


def test_register_says_which_check_digit_belongs_there(clerk):
    other = "2" if GOOD[17] != "2" else "3"
    with pytest.raises(InvalidInput, match=f"最后一位应为“{GOOD[17]}”"):
        register(clerk, uscc=GOOD[:17] + other)


def test_register_without_a_code_needs_a_source_and_only_once_for_a_name(clerk):
    row = register(clerk, uscc=None, source="演示来源")
    assert row.uscc is None
    for again in ({"uscc": None, "source": "演示来源"}, {}):
        with pytest.raises(
            Refused, match="同名且代码未知的机构：演示第九培训学校。如是同一家，请在其页面补录"
        ):
            register(clerk, **again)
    assert institutions().get() == row


def test_two_of_one_name_are_told_apart_by_their_codes_only(clerk):
    register(clerk)
    assert register(clerk, uscc=valid_uscc(90002)).name == "演示第九培训学校"
    with pytest.raises(Refused, match="代码未知时不能区分"):
        register(clerk, uscc=None, source="演示来源")


def test_a_code_that_was_unknown_is_completed_once_checked_and_on_record(clerk):
    row = register(clerk, uscc=None, source="演示来源")
    deed = {"actor": clerk, "institution_id": row.pk}
    with pytest.raises(InvalidInput, match="应为18位"):
        operations.complete_uscc(**deed, uscc=GOOD[:17], grounds="演示证书")
    with pytest.raises(InvalidInput, match="代码的出处"):
        operations.complete_uscc(**deed, uscc=GOOD, grounds=" ")
    other = make_institution("演示另一家")
    with pytest.raises(Refused, match="已登记：演示另一家"):
        operations.complete_uscc(**deed, uscc=other.uscc, grounds="演示证书")
    operations.complete_uscc(**deed, uscc=GOOD.lower(), grounds="演示证书")
    row.refresh_from_db()
    assert (row.uscc, row.source) == (GOOD, "演示来源")
    assert AuditEntry.objects.get(action="complete_uscc", object_id=row.pk).reason == "演示证书"
    with pytest.raises(Refused, match="已登记"):
        operations.complete_uscc(**deed, uscc=valid_uscc(90003), grounds="演示证书")


@pytest.mark.parametrize("own_code", [None, valid_uscc(90004)])
def test_rename_to_a_name_that_somebody_without_a_code_has_is_refused(clerk, own_code):
    register(clerk, uscc=None, source="演示来源")
    row = make_institution("演示旧名", uscc=own_code)
    with pytest.raises(Refused, match="已有同名且代码未知的机构"):
        operations.rename_institution(actor=clerk, institution_id=row.pk, name="演示第九培训学校")
    row.refresh_from_db()
    assert (row.name, FormerName.objects.count()) == ("演示旧名", 0)


def test_the_public_copy_follows_every_change_at_once(clerk):
    row = register(clerk, uscc=None, source="演示来源")
    deed = {"actor": clerk, "institution_id": row.pk}
    operations.complete_uscc(**deed, uscc=GOOD, grounds="演示证书")
    operations.rename_institution(**deed, name="演示新名")
    operations.admit_member(**deed, from_on=clock.today())
    operations.end_membership(**deed, until_on=clock.today())
    operations.amend_institution(
        **deed, short_name="演示", licence_number="", field=Field.SKILLS, region_code=None, address=""
    )
    jobs = OutboxJob.objects.filter(task="disclosure.refresh_institution")
    assert [job.payload for job in jobs] == [{"institution_id": row.pk}] * 6


def test_register_the_same_code_twice_is_refused_with_the_name_it_has(clerk):
    register(clerk)
    with pytest.raises(Refused, match="该统一社会信用代码已登记：演示第九培训学校"):
        register(clerk, name="演示另一学校")
    assert institutions().count() == 1


def test_register_the_same_code_in_another_association_is_its_own_row(clerk):
    register(clerk)
    neighbour = make_association()
    with acting_for(neighbour.pk):
        register(actor_with(Role.SECRETARIAT))
        assert institutions().count() == 1
    assert institutions().count() == 1


@pytest.mark.parametrize("name", ["", "  ", "\u200b"])
def test_register_without_a_name_is_refused(clerk, name):
    with pytest.raises(InvalidInput) as refused:
        register(clerk, name=name)
    assert refused.value.fields == {"name": "请填写机构名称。"}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COMMITTEE_CHAIR, Role.ASSESSOR, Role.INSTITUTION_ADMIN])
def test_only_the_secretariat_registers_and_appoints(association, role):
    actor = actor_with(role)
    before = Institution.objects.count()
    with pytest.raises(Forbidden):
        register(actor)
    with pytest.raises(Forbidden):
        operations.appoint_person(
            actor=actor, email="x@example.org", name="演示", role=Role.AUDITOR, from_on=date(2026, 1, 1)
        )
    assert (Institution.objects.count(), User.objects.filter(email="x@example.org").count()) == (before, 0)


def test_rename_keeps_the_former_name_and_leaves_the_neighbour_alone(clerk):
    row, neighbour = make_institution("演示旧名"), make_institution("演示邻居")
    operations.rename_institution(actor=clerk, institution_id=row.pk, name=" 演示新名 ")
    row.refresh_from_db()
    neighbour.refresh_from_db()
    assert (row.name, neighbour.name) == ("演示新名", "演示邻居")
    assert [(one.institution_id, one.name, one.until_on) for one in FormerName.objects.all()] == [
        (row.pk, "演示旧名", clock.today())
    ]


@pytest.mark.parametrize("name", ["", "演示旧名", " 演示旧名 "])
def test_rename_to_nothing_or_the_same_is_refused(clerk, name):
    row = make_institution("演示旧名")
    with pytest.raises(InvalidInput):
        operations.rename_institution(actor=clerk, institution_id=row.pk, name=name)
    assert not FormerName.objects.exists()


def test_amend_changes_particulars_and_records_which(clerk):
    row, neighbour = make_institution(), make_institution()
    operations.amend_institution(
        actor=clerk,
        institution_id=row.pk,
        short_name="演示简称",
        licence_number="",
        field=Field.SKILLS,
        region_code=None,
        address="演示路2号",
    )
    row.refresh_from_db()
    assert (row.short_name, row.field, row.address) == ("演示简称", Field.SKILLS, "演示路2号")
    assert AuditEntry.objects.get().detail == {"fields": ["address", "field", "short_name"]}
    neighbour.refresh_from_db()
    assert neighbour.short_name == ""


def test_amend_refuses_an_unknown_field(clerk):
    row = make_institution()
    with pytest.raises(InvalidInput) as refused:
        operations.amend_institution(
            actor=clerk,
            institution_id=row.pk,
            short_name="",
            licence_number="",
            field="space",
            region_code=None,
            address="",
        )
    assert list(refused.value.fields) == ["field"]


def test_membership_begins_ends_and_begins_again(clerk):
    row, neighbour = make_institution(), make_institution()
    today = clock.today()
    operations.admit_member(actor=clerk, institution_id=row.pk, from_on=today - timedelta(days=9))
    with pytest.raises(Refused, match="该机构已是会员"):
        operations.admit_member(actor=clerk, institution_id=row.pk, from_on=today)
    operations.end_membership(actor=clerk, institution_id=row.pk, until_on=today - timedelta(days=1))
    assert [one.is_member for one in with_membership(institutions()).order_by("pk")] == [False, False]
    operations.admit_member(actor=clerk, institution_id=row.pk, from_on=today)
    members = {one.pk: one.is_member for one in with_membership(institutions())}
    assert members == {row.pk: True, neighbour.pk: False}
    assert MembershipTerm.objects.filter(institution=row, superseded_at=None).count() == 2


def test_membership_cannot_end_before_it_began_or_without_being_there(clerk):
    row = make_institution()
    with pytest.raises(Refused, match="现在不是会员"):
        operations.end_membership(actor=clerk, institution_id=row.pk, until_on=clock.today())
    operations.admit_member(actor=clerk, institution_id=row.pk, from_on=clock.today())
    with pytest.raises(InvalidInput):
        operations.end_membership(
            actor=clerk, institution_id=row.pk, until_on=clock.today() - timedelta(days=1)
        )


def test_institution_of_another_association_does_not_exist(clerk):
    elsewhere = make_association()
    with acting_for(elsewhere.pk):
        foreign = make_institution("演示别处")
    calls = [
        lambda: operations.rename_institution(actor=clerk, institution_id=foreign.pk, name="抢"),
        lambda: operations.complete_uscc(actor=clerk, institution_id=foreign.pk, uscc=GOOD, grounds="抢"),
        lambda: operations.admit_member(actor=clerk, institution_id=foreign.pk, from_on=clock.today()),
        lambda: operations.end_membership(actor=clerk, institution_id=foreign.pk, until_on=clock.today()),
        lambda: operations.appoint(
            actor=clerk,
            user=make_user(),
            name="演示",
            role=Role.INSTITUTION_ADMIN,
            from_on=clock.today(),
            institution_id=foreign.pk,
        ),
        lambda: operations.appoint(
            actor=clerk,
            user=make_user(),
            name="演示",
            role=Role.ASSESSOR,
            from_on=clock.today(),
            employer_id=foreign.pk,
        ),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()
    with acting_for(elsewhere.pk):
        foreign.refresh_from_db()
        assert foreign.name == "演示别处"
        assert not MembershipTerm.objects.exists()
        assert not Appointment.objects.exists()


@pytest.mark.parametrize(("role", "at_institution"), [(Role.INSTITUTION_ADMIN, False), (Role.ASSESSOR, True)])
def test_appoint_wants_an_institution_exactly_for_its_own_roles(clerk, role, at_institution):
    institution = make_institution().pk if at_institution else None
    with pytest.raises(InvalidInput, match="机构角色须指明机构"):
        operations.appoint(
            actor=clerk,
            user=make_user(),
            name="演示",
            role=role,
            from_on=clock.today(),
            institution_id=institution,
        )


def test_appoint_person_makes_an_account_without_a_password_and_sends_a_link(clerk):
    institution = make_institution()
    row = operations.appoint_person(
        actor=clerk,
        email=" New@Example.org ",
        name="演示新人",
        role=Role.INSTITUTION_ADMIN,
        from_on=clock.today(),
        institution_id=institution.pk,
    )
    assert (row.user.email, row.user.name, row.user.has_usable_password()) == (
        "new@example.org",
        "演示新人",
        False,
    )
    job = OutboxJob.objects.get(task="association.send_password_link")
    assert job.payload == {"user_id": row.user_id}
    assert actions() == ["register_person", "appoint"]


def test_appoint_person_who_is_known_elsewhere_looks_like_somebody_new(clerk):
    """Same questions, same lines on record, same jobs; neither association hears what the other calls the person."""
    with acting_for(make_association().pk):
        known = actor_with(Role.ASSESSOR, user=make_user("演示别处的名字", email="old@example.org"))
    ask = {"actor": clerk, "role": Role.ASSESSOR, "from_on": clock.today()}
    for email in ("OLD@example.org", "new@example.org"):
        with pytest.raises(InvalidInput) as refused:
            operations.appoint_person(**ask, email=email, name=" ")
        assert refused.value.fields == {"name": "请填写姓名。"}
    rows = [operations.appoint_person(**ask, email=f"{who}@example.org", name=who) for who in ("old", "new")]
    assert rows[0].user_id == known.user_id
    assert [(str(row.user), row.user.name) for row in rows] == [("old", "old"), ("new", "new")]
    assert actions() == ["register_person", "appoint"] * 2
    jobs = OutboxJob.objects.filter(task="association.send_password_link").order_by("pk")
    assert [job.payload["user_id"] for job in jobs] == [row.user_id for row in rows]
    with acting_for(known.association_id):
        assert User.objects.get(pk=known.user_id).name == "演示别处的名字"


def test_a_person_has_the_last_name_here_and_none_where_never_appointed(clerk):
    person = make_user("演示自己的名字", email="own@example.org")
    assert person.name == "未在本会任职的人员"
    ask = {"actor": clerk, "email": person.email, "from_on": clock.today()}
    operations.appoint_person(**ask, name="演示旧名", role=Role.ASSESSOR)
    operations.appoint_person(**ask, name="演示新名", role=Role.MEDIATOR)
    assert person.name == "演示新名"
    with acting_for(make_association().pk):
        assert person.name == "未在本会任职的人员"


def test_appointment_ends_by_date_once_and_stays(clerk):
    appointed = actor_with(Role.ASSESSOR)
    row, other = (
        Appointment.objects.get(user_id=appointed.user_id),
        Appointment.objects.get(user_id=clerk.user_id),
    )
    yesterday = clock.today() - timedelta(days=1)
    operations.end_appointment(actor=clerk, appointment_id=row.pk, until_on=yesterday)
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.until_on, other.until_on) == (yesterday, None)
    with pytest.raises(Refused, match="已经终止"):
        operations.end_appointment(actor=clerk, appointment_id=row.pk, until_on=clock.today())


def test_appointment_cannot_end_before_it_began(clerk):
    row = Appointment.objects.get(user_id=actor_with(Role.ASSESSOR).user_id)
    with pytest.raises(InvalidInput):
        operations.end_appointment(
            actor=clerk, appointment_id=row.pk, until_on=row.from_on - timedelta(days=1)
        )


def test_appointment_of_another_association_does_not_exist(clerk):
    elsewhere = make_association()
    with acting_for(elsewhere.pk):
        foreign = Appointment.objects.get(user_id=actor_with(Role.ASSESSOR).user_id)
    with pytest.raises(NotFound):
        operations.end_appointment(actor=clerk, appointment_id=foreign.pk, until_on=clock.today())
    with acting_for(elsewhere.pk):
        foreign.refresh_from_db()
        assert foreign.until_on is None
