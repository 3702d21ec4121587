"""投诉 on the staff desk: the list with whose turn and until when, filters, and a search that leaves no trace of what for."""

import pytest

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from complaints import operations
from complaints.models import Complaint
from tests.complaints.material import MAIL, NAME, PHONE, STREET, accepted, filed, mediating, world
from tests.complaints.test_operations_orders import look, mended, rows
from tests.credit_rating.desk import Desk
from tests.credit_rating.desk_pages import statements
from tests.factories.people import make_association

pytestmark = pytest.mark.django_db
LIST = "complaints/complaint/"


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


@pytest.fixture
def desk(association):
    return Desk(association)


def text(response):
    return response.content.decode()


def test_a_line_shows_state_turn_and_day_and_masks_people(desk, here):
    made = accepted(here)
    page = text(desk.get(LIST))
    assert f'href="/first/desk/complaints/{made.complaint.pk}/"' in page
    for words in (made.complaint.number, "待机构答复", "欧*", here.institution.name, "网上提交"):
        assert words in page
    assert [one for one in (NAME, PHONE, STREET, MAIL) if one in page] == []


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_asks_the_same_number_of_questions(association, desk, here, item_count):
    for _ in range(item_count):
        accepted(here)
    desk.get(LIST)
    with statements() as asked:
        page = text(desk.get(LIST))
    assert page.count("/first/desk/complaints/") >= item_count
    assert len(asked) <= 12


def test_filters_of_turn_state_and_channel(desk, here):
    waiting, answering = filed(here), accepted(here)
    look(here, mended(rows(here, 1)), dry_run=False)
    ordered = Complaint.objects.get(intake="hotline")

    def shown(**asked):
        page = text(desk.get(LIST, **asked))
        return {one.pk for one in (waiting.complaint, answering.complaint, ordered) if one.number in page}

    everything = {waiting.complaint.pk, answering.complaint.pk, ordered.pk}
    assert shown() == shown(open="yes") == everything
    assert shown(turn="institution") == {answering.complaint.pk}
    assert shown(turn="staff") >= {waiting.complaint.pk, ordered.pk}
    assert shown(turn="x") == everything
    assert shown(state__exact="received") == {waiting.complaint.pk, ordered.pk}
    assert shown(intake__exact="hotline") == {ordered.pk}
    assert shown(open="no") == set()


def test_overdue_ones_are_found_and_marked(desk, here, time):
    late = filed(here)
    time.pass_days(60)
    page = text(desk.get(LIST, turn="overdue"))
    assert late.complaint.number in page
    assert "已逾期" in page


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("number", True),
        ("lower", True),
        ("order", True),
        ("institution", True),
        ("T2026-999999", False),
        ("' OR 1=1 --", False),
        (PHONE, False),
        (NAME, False),
    ],
)
def test_the_box_finds_numbers_and_institutions_and_nobody(desk, here, typed, finds):
    look(here, mended(rows(here, 1)), dry_run=False)
    complaint = Complaint.objects.get()
    said = {
        "number": complaint.number,
        "lower": complaint.number.lower(),
        "order": complaint.order_number,
        "institution": here.institution.name[:6],
    }.get(typed, typed)
    assert (f'href="/first/desk/complaints/{complaint.pk}/"' in text(desk.get(LIST, q=said))) == finds


@pytest.mark.parametrize("typed", ["code", PHONE, "139-1234-5678", NAME, "110105199001011232"])
def test_a_person_is_found_by_hash_and_what_was_typed_is_kept_nowhere(desk, here, typed):
    made = mediating(here)
    said = made.receipt_code.lower() if typed == "code" else typed
    answer = desk.post(f"{LIST}do/find/", who=said)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert made.complaint.number in text(answer)
    assert NAME not in text(answer)
    entry = AuditEntry.objects.get(action="read_people_by_search")
    assert said not in str(entry.detail) + entry.reason


def test_nobody_found_is_said(desk, here):
    made = filed(here)
    answer = desk.post(f"{LIST}do/find/", who="13000000000")
    assert "没有找到" in text(answer)
    assert made.complaint.number not in text(answer)
    assert desk.post(f"{LIST}do/find/", who="").status_code == 400


def test_neighbours_and_others_see_nothing(association, desk, here):
    made = filed(here)
    other = make_association("second")
    neighbour = Desk(other)
    assert made.complaint.number not in text(neighbour.get(LIST))
    assert made.complaint.number not in text(neighbour.post(f"{LIST}do/find/", who=PHONE))
    assert made.complaint.number not in text(neighbour.post(f"{LIST}do/find/", who=made.receipt_code))
    assert Desk(association, Role.AUDITOR).post(f"{LIST}do/find/", who=PHONE).status_code == 403
    assert Desk(association, Role.AUDITOR).get(LIST).status_code == 200
    mediator = Desk(association, Role.MEDIATOR)
    assert mediator.get(LIST).status_code in {302, 403}


def test_a_file_without_personal_data_has_no_name(desk, here, time):
    made = filed(here)
    operations.withdraw(actor=here.person, receipt_code=made.receipt_code, reason="")
    time.pass_days(365 * 12)
    operations.retire_personal_data(actor=here.system)
    page = text(desk.get(LIST))
    assert made.complaint.number in page
    assert "欧*" not in page
