"""Institutions and people on the staff desk, through whole requests."""

import pytest

from association import clock
from association.choices import Role
from association.models import Appointment, AuditEntry
from association.tenancy import acting_for
from members.models import Institution
from tests.credit_rating.desk import desk
from tests.factories.people import appoint, make_association, make_institution, make_user, valid_uscc

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]
GOOD = valid_uscc(91001)
FORM = {"name": "演示登记学校", "uscc": GOOD, "field": "skills", "short_name": "", "region_code": "110105", "address": "", "source": ""}  # fmt: skip


def inside(here, read):
    with acting_for(here.association.pk):
        return read()


def test_an_institution_is_registered_by_the_operation():
    here = desk()
    answer = here.post("members/institution/do/register/", **FORM)
    row = inside(here, lambda: Institution.objects.get())
    assert answer["Location"] == here.address(f"members/institution/{row.pk}/")
    assert (row.uscc, row.region_id) == (GOOD, "110105")
    entry = inside(here, lambda: AuditEntry.objects.get(action="register_institution"))
    assert (entry.user_id, entry.object_id) == (here.user.pk, row.pk)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (GOOD[:9] + "O" + GOOD[10:], "第10位是字母“O”"),
        (GOOD[:17], "统一社会信用代码应为18位，现在是17位。"),
        ("", "请填写统一社会信用代码。"),
    ],
)
def test_a_wrong_code_is_named_and_what_was_typed_stays(typed, sentence):
    here = desk()
    answer = here.post("members/institution/do/register/", **(FORM | {"uscc": typed}))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    assert FORM["name"] in page
    assert inside(here, Institution.objects.count) == 0


def test_a_duplicate_is_refused_in_place_with_its_sentence():
    here = desk()
    here.post("members/institution/do/register/", **FORM)
    answer = here.post("members/institution/do/register/", **(FORM | {"name": "演示另一家"}))
    assert "该统一社会信用代码已登记：演示登记学校" in answer.content.decode()
    assert inside(here, Institution.objects.count) == 1


def test_rename_membership_and_particulars():
    here = desk()
    row = inside(here, make_institution)
    page = f"members/institution/{row.pk}/"
    assert here.post(f"{page}do/rename/", name="演示新名").status_code == 302
    assert here.post(f"{page}do/admit/", from_on=clock.today()).status_code == 302
    assert "终止会籍" in here.get(page).content.decode()
    assert here.post(f"{page}do/leave/", until_on=clock.today()).status_code == 302
    values = {
        "short_name": "演示",
        "field": "skills",
        "licence_number": "1",
        "region_code": "",
        "address": "演示路",
    }
    assert here.post(f"{page}do/amend/", **values).status_code == 302
    row = inside(here, lambda: Institution.objects.get())
    assert (row.name, row.short_name, row.region_id) == ("演示新名", "演示", None)
    assert inside(here, lambda: row.memberships.filter(superseded_at=None).count()) == 1


def test_a_taken_name_is_refused_in_place_and_an_unknown_code_is_completed():
    here = desk()
    here.post("members/institution/do/register/", **(FORM | {"uscc": "", "source": "演示来源"}))
    row = inside(here, lambda: Institution.objects.get())
    other = inside(here, lambda: make_institution("演示旧名"))
    refused = here.post(f"members/institution/{other.pk}/do/rename/", name=FORM["name"])
    assert refused.status_code == 409
    assert "已有同名且代码未知的机构" in refused.content.decode()
    page = f"members/institution/{row.pk}/"
    assert "do/uscc/" in here.get(page).content.decode()
    wrong = here.post(f"{page}do/uscc/", uscc=GOOD[:17], grounds="演示证书")
    assert wrong.status_code == 400
    assert "应为18位，现在是17位" in wrong.content.decode()
    assert 'value="演示证书"' in wrong.content.decode()
    assert here.post(f"{page}do/uscc/", uscc=GOOD, grounds="演示证书").status_code == 302
    assert "do/uscc/" not in here.get(page).content.decode()
    assert inside(here, lambda: Institution.objects.get(pk=row.pk).uscc) == GOOD


def test_people_are_appointed_at_an_institution_and_at_the_association_and_end_by_date():
    here = desk()
    row = inside(here, make_institution)
    common = {"name": "演示甲", "from_on": clock.today(), "until_on": ""}
    there = here.post(
        f"members/institution/{row.pk}/do/appoint/",
        email="a@example.org",
        role=Role.INSTITUTION_ADMIN,
        **common,
    )
    own = here.post(
        "association/appointment/do/appoint/",
        email="b@example.org",
        role=Role.ASSESSOR,
        employer=row.pk,
        **common,
    )
    assert (there.status_code, own.status_code) == (302, 302)
    found = inside(here, lambda: list(Appointment.objects.filter(user__email__in=["a@example.org", "b@example.org"]).order_by("user__email")))  # fmt: skip
    assert [(one.role, one.institution_id, one.employer_id) for one in found] == [
        (Role.INSTITUTION_ADMIN, row.pk, None),
        (Role.ASSESSOR, None, row.pk),
    ]
    here.post(f"association/appointment/{found[1].pk}/do/end/", until_on=clock.today())
    assert inside(here, lambda: Appointment.objects.get(pk=found[1].pk).until_on) == clock.today()


def test_a_name_given_elsewhere_is_neither_shown_nor_found_here():
    here, elsewhere = desk(), make_association()
    with acting_for(elsewhere.pk):
        appoint(make_user("演示别处的名字", email="old@example.org"), Role.ASSESSOR)
    form = {"email": "old@example.org", "role": Role.ASSESSOR, "from_on": clock.today(), "until_on": "", "employer": ""}  # fmt: skip
    address = "association/appointment/do/appoint/"
    for email in (form["email"], "new@example.org"):
        refused = here.post(address, **(form | {"email": email, "name": ""}))
        assert refused.status_code == 400
    done = here.post(address, **(form | {"name": "演示甲"}))
    pages = [here.get("association/appointment/"), here.client.get(done["Location"])]
    pages += [here.get("association/auditentry/"), here.get("association/appointment/", q="别处的名字")]
    assert "演示甲" in pages[0].content.decode()
    assert "演示甲" not in pages[3].content.decode()
    assert not [page for page in pages if "演示别处的名字" in page.content.decode()]


def test_rows_of_the_neighbour_are_not_found_offered_or_accepted():
    here, elsewhere = desk(), make_association()
    with acting_for(elsewhere.pk):
        foreign = make_institution("演示别处学校")
    assert "演示别处学校" not in here.get("members/institution/").content.decode()
    assert here.get(f"members/institution/{foreign.pk}/").status_code == 404
    assert here.post(f"members/institution/{foreign.pk}/do/rename/", name="抢").status_code == 404
    found = here.get("autocomplete/", term="演示", app_label="association", model_name="appointment", field_name="employer")  # fmt: skip
    assert found.json()["results"] == []
    answer = here.post(
        "association/appointment/do/appoint/",
        email="c@example.org",
        name="演示",
        role=Role.ASSESSOR,
        from_on=clock.today(),
        employer=foreign.pk,
    )
    assert answer.status_code == 400
    assert not inside(here, lambda: Appointment.objects.filter(user__email="c@example.org").exists())


@pytest.mark.parametrize("deed", ["rename", "admit", "amend", "appoint", "uscc"])
def test_an_auditor_looks_and_does_not_touch(deed):
    here = desk(Role.AUDITOR)
    row = inside(here, make_institution)
    page = here.get(f"members/institution/{row.pk}/").content.decode()
    assert row.uscc in page
    assert f"/do/{deed}/" not in page
    assert here.post(f"members/institution/{row.pk}/do/{deed}/").status_code == 403
