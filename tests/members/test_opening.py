"""开通协会: what the operator of a real installation does, from an empty database to a secretary who can sign in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from association import clock
from association.actors import actor_of
from association.appointments import confirm_appointment
from association.choices import Kind, Role
from association.models import (
    Appointment,
    Association,
    AssociationHost,
    AuditEntry,
    DeadlineRule,
    OutboxJob,
    User,
)
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput
from members.operations import open_association
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db
SECRETARY = ("演示秘书", "Mishu@example.org")
CHAIR = ("演示主任", "zhuren@example.org")
NEW = {"slug": "pxcy", "name": "演示培训协会", "short_name": "演示协会", "region_id": "110105"}


def test_an_association_opens_with_rules_a_secretary_and_a_chair_to_confirm(db):
    association = open_association(secretary=SECRETARY, chair=CHAIR, host="Pxcy.example.org ", **NEW)
    assert (association.kind, association.is_open, association.is_demo) == (Kind.ASSOCIATION, True, False)
    assert AssociationHost.objects.get(host="pxcy.example.org").association == association
    secretary = User.objects.get(email="mishu@example.org")
    assert not secretary.has_usable_password()
    with acting_for(association.pk):
        assert DeadlineRule.objects.exists()
        assert actor_of(secretary, association.pk).roles == {Role.SECRETARIAT}
        chair = Appointment.objects.get(role=Role.COMMITTEE_CHAIR)
        assert chair.awaits, "the secretary is there to confirm it"
        tasks = OutboxJob.objects.filter(task="association.send_password_link")
        assert {job.payload["user_id"] for job in tasks} == {secretary.pk, chair.user_id}
        assert AuditEntry.objects.filter(action="open_association", user=None).count() == 1


def test_the_first_secretary_confirms_the_chair_and_nobody_confirms_oneself(db):
    association = open_association(secretary=SECRETARY, chair=CHAIR, **NEW)
    people = {
        role: User.objects.get(email__iexact=address)
        for role, (_name, address) in zip("sc", (SECRETARY, CHAIR), strict=True)
    }
    with acting_for(association.pk):
        chair = Appointment.objects.get(role=Role.COMMITTEE_CHAIR)
        with pytest.raises(Forbidden):
            confirm_appointment(actor=actor_of(people["c"], association.pk), appointment_id=chair.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.filter(pk=chair.pk).update(
                awaits=False, confirmed_by=people["c"], confirmed_at=clock.now()
            )
        confirm_appointment(actor=actor_of(people["s"], association.pk), appointment_id=chair.pk)
        assert actor_of(people["c"], association.pk).roles == {Role.COMMITTEE_CHAIR}


def test_a_branch_belongs_to_its_association(db):
    above = open_association(secretary=SECRETARY, **NEW)
    branch = open_association(
        secretary=SECRETARY, parent="pxcy", **NEW | {"slug": "pxcy-b", "name": "演示分会"}
    )
    assert (branch.kind, branch.parent) == (Kind.BRANCH, above)
    assert User.objects.filter(email__iexact=SECRETARY[1]).count() == 1, "one account, two associations"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"slug": "admin"}, "网址代号"),
        ({"slug": "朝阳"}, "网址代号：以小写英文字母开头"),
        ({"slug": "taken"}, "网址代号：已有协会使用"),
        ({"name": ""}, "名称"),
        ({"region_id": "999999"}, "所在地区：没有代码为“999999”的行政区划"),
        ({"region_id": "11"}, "所在地区：没有代码为“11”的行政区划"),
        ({"parent": "nobody"}, "没有代号为“nobody”的协会"),
        ({"secretary": ("演示秘书", "mishu@")}, "电子邮件地址不完整"),
        ({"chair": ("演示主任", "MISHU@example.org")}, "须是两个人"),
        ({"host": "taken.example.org"}, "域名"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(db, changed, said):
    taken = make_association("taken")
    AssociationHost.objects.create(association=taken, host="taken.example.org")
    before = User.objects.count()
    with pytest.raises(InvalidInput) as refused:
        open_association(**{"secretary": SECRETARY} | NEW | changed)
    assert said in str(refused.value.sentence)
    assert (Association.objects.exclude(pk=taken.pk).exists(), User.objects.count()) == (False, before)


def command(*more):
    told = StringIO()
    words = ["--name", NEW["name"], "--short-name", NEW["short_name"], "--region", NEW["region_id"]]
    call_command(
        "open_association",
        NEW["slug"],
        *words,
        "--secretary",
        "演示秘书 <mishu@example.org>",
        *more,
        stdout=told,
    )
    return told.getvalue()


def test_the_command_says_where_it_is(db, settings):
    settings.SHARED_HOST = "portal.example.org"
    assert command().startswith("https://portal.example.org/pxcy/")
    with pytest.raises(CommandError, match="网址代号"):
        command()


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--host", "other.example.org"), "not in ALLOWED_HOSTS"), (("--chair", "没有地址"), "write it as")],
)
def test_the_command_refuses_in_words(db, words, said):
    with pytest.raises(CommandError, match=said):
        command(*words)
    assert not Association.objects.exists()
