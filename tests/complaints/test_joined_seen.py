"""共同投诉 as the institution reads it: everybody whose contract it must find, who represents, and nothing more of them."""

import pytest
from django.test import Client

from association.tenancy import acting_for
from complaints import operations
from complaints.choices.complaints import Party
from complaints.documents import letters
from complaints.models import Agreement
from complaints.queries.shown import named_to_institution, preview, shown_to
from tests.complaints.material import (
    IDENTITY,
    MAIL,
    NAME,
    PHONE,
    STREET,
    accepted,
    again,
    applicant,
    drawn_up,
    filing,
    mediating,
    world,
)
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db
OTHERS = ("司徒测试乙", "诸葛测试丙")
THEIRS = ("13911112222", "13933334444")


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


def three(**more):
    people = (
        applicant(),
        applicant(kind="joined", name=OTHERS[0], phone=THEIRS[0], is_representative=True),
        applicant(kind="joined", name=OTHERS[1], phone=THEIRS[1]),
        applicant(kind="agent", name="上官测试丁", phone="13955556666", has_authority=True),
    )
    return {"people": people[: more.pop("many", 3)], "agrees_to_joining": True} | more


@pytest.mark.parametrize("shares", [True, False])
def test_the_institution_reads_every_name_and_who_represents(association, here, shares):
    made = accepted(here, **three(shares_phone=shares))
    shown = shown_to(here.school, again(made))
    assert [(one.name, one.represents) for one in shown.named] == [
        (NAME, False),
        (OTHERS[0], True),
        (OTHERS[1], False),
    ]
    assert [one.phone for one in shown.named] == [PHONE if shares else "", "", ""]
    page = Desk(association, here.school).get(f"complaints/{made.complaint.pk}/").content.decode()
    for words in (NAME, *OTHERS, "3人就同一事项共同投诉", "代表人"):
        assert words in page
    for hidden in (*THEIRS, STREET, IDENTITY, MAIL):
        assert hidden not in page
    served = named_to_institution(again(made))
    assert all(name in served for name in (NAME, *OTHERS))
    assert f"{OTHERS[0]}（代表人）" in served


@pytest.mark.usefixtures("counting")
def test_everybody_else_reads_them_masked(association, here):
    made = accepted(here, **three())
    for actor in (here.officer, here.auditor):
        assert shown_to(actor, again(made)).named == ()
        page = Desk(association, actor).get(f"complaints/{made.complaint.pk}/").content.decode()
        assert [name for name in (NAME, *OTHERS) if name in page] == []
    tracked = Client().post("/first/complaints/track/", {"code": made.receipt_code}).content.decode()
    assert made.complaint.number in tracked
    assert [name for name in (NAME, *OTHERS) if name in tracked] == []


def test_the_preview_says_exactly_what_the_institution_will_read(here):
    for many in (1, 3):
        fields = three(many=many, shares_phone=True)
        before = preview(filing(here.institution, **fields)).named
        made = accepted(here, **fields)
        assert before == shown_to(here.school, again(made)).named


def test_a_single_complaint_is_no_joined_one(association, here):
    made = accepted(here)
    page = Desk(association, here.school).get(f"complaints/{made.complaint.pk}/").content.decode()
    assert "共同投诉" not in page
    assert NAME in page


def test_the_institutions_copy_of_an_agreement_names_all_whom_it_binds(here, monkeypatch):
    pages = []
    monkeypatch.setattr(letters, "render_pdf", lambda html, *_args, **_more: pages.append(html) or b"%PDF-")
    made = mediating(here, **three())
    agreement = drawn_up(here, made)
    for reader in Party:
        letters.agreement_pdf(Agreement.objects.get(pk=agreement.pk), reader)
    theirs, ours = pages
    assert f"<dd>{NAME}、{OTHERS[0]}（代表人）、{OTHERS[1]}</dd>" in ours
    assert f"{OTHERS[0]}（代表全体投诉人）" in ours
    assert [name for name in (NAME, *OTHERS) if name in theirs] == []
    assert "代表全体投诉人" in theirs
    for hidden in (PHONE, *THEIRS, STREET):
        assert hidden not in ours + theirs


def test_nobody_is_asked_whether_an_answer_may_be_published(association, here):
    made = accepted(here)
    page = Desk(association, here.school).get(f"complaints/{made.complaint.pk}/").content.decode()
    assert "一并公开" not in page
    assert operations.answer(
        actor=here.school, complaint_id=made.complaint.pk, kind="disputed", text="已按合同安排。"
    ).pk
