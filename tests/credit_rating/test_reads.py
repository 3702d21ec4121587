"""查阅与导出: every opening of a page that shows people, and every file that leaves, is a line without the data."""

import json

import pytest

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from tests.credit_rating.desk import desk
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_institution
from tests.factories.rating import frozen_standard
from tests.factories.review import computed

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return desk()


def lines(here):
    with acting_for(here.association.pk):
        rows = AuditEntry.objects.filter(action__regex="^(read|export)_").order_by("pk")
        return list(rows.values_list("action", "object_id", "user_id", "detail"))


@pytest.mark.parametrize("path", ["association/auditentry", "association/notice", "association/appointment"])
def test_a_list_of_people_leaves_one_line_with_their_number(here, path):
    assert here.get(f"{path}/").status_code == 200
    ((action, object_id, user_id, detail),) = lines(here)
    assert (action, object_id, user_id) == ("read_list", None, here.user.pk)
    assert detail["model"] == path.replace("/", ".")
    assert set(detail) == {"model", "rows"}


@pytest.mark.parametrize(
    "path", ["members/institution", "credit_rating/assessment", "association/deadlinerule"]
)
def test_a_list_without_people_leaves_none(here, path):
    assert here.get(f"{path}/").status_code == 200
    assert lines(here) == []


def test_pages_that_show_people_leave_a_line(here):
    with acting_for(here.association.pk):
        institution, assessment = make_institution(), computed()
        entry = AuditEntry.objects.last()
    for path in (
        f"members/institution/{institution.pk}/",
        f"credit_rating/assessment/{assessment.pk}/",
        f"association/auditentry/{entry.pk}/",
    ):
        assert here.get(path).status_code == 200
    assert [line[:3] for line in lines(here)] == [
        ("read_institution", institution.pk, here.user.pk),
        ("read_assessment", assessment.pk, here.user.pk),
        ("read_auditentry", entry.pk, here.user.pk),
    ]


def test_the_committees_page_of_opinions_leaves_a_line(here):
    with acting_for(here.association.pk):
        assessment, member = computed(), actor_with(Role.COMMITTEE)
    browser = Desk(here.association, member)
    assert browser.get(f"committee/assessments/{assessment.pk}/").status_code == 200
    assert [line[:3] for line in lines(here)] == [("read_opinions", assessment.pk, member.user_id)]


def test_files_that_leave_are_recorded_with_their_rows(here):
    with acting_for(here.association.pk):
        standard = frozen_standard()
    page = "credit_rating/assessmentstandard"
    assert here.get(f"{page}/{standard.pk}/do/export-csv/").status_code == 200
    report = json.dumps([["2", "分值", "不是数字"], ["3", "分值", "不是数字"]])
    assert here.post(f"{page}/do/error-file/", report=report).status_code == 200
    exported, reported = lines(here)
    assert exported[:2] == ("export_standard", standard.pk)
    assert exported[3]["rows"] > 1
    assert reported == ("export_import_report", None, here.user.pk, {"rows": 2})
