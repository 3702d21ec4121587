"""人民调解委员会: a registered fact of the association; without it no agreement is drawn up in the name of one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from association import clock
from association.actors import system
from association.choices import Role
from association.committee import committee_on, end_committee, register_committee
from association.models import AuditEntry, PeoplesCommittee
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints.choices.complaints import Body, Party
from complaints.documents import letters
from complaints.models import Agreement
from complaints.operations.agreements import hash_of
from tests.common.files import picture
from tests.complaints.material import Time, drawn_up, mediating, registered_committee, sign_both, world
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db
NAME = "演示培训行业人民调解委员会"


@pytest.fixture
def time(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Time(monkeypatch)


@pytest.fixture
def association(time):
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


def paper():
    return SimpleUploadedFile("备案.jpg", picture(), "image/jpeg")


def test_without_a_registered_committee_its_name_is_refused_and_not_offered(association, here):
    made = mediating(here)
    with pytest.raises(Refused, match="没有登记人民调解委员会"), transaction.atomic():
        drawn_up(here, made, body=Body.PEOPLES_COMMITTEE)
    assert not Agreement.objects.exists()
    desk = Desk(association, here.mediator)
    assert 'value="peoples_committee"' not in desk.get(f"complaints/{made.complaint.pk}/").content.decode()
    registered_committee(here)
    page = desk.get(f"complaints/{made.complaint.pk}/").content.decode()
    assert 'value="peoples_committee"' in page
    assert NAME in page
    drawn_up(here, made, body=Body.PEOPLES_COMMITTEE)


def test_the_database_refuses_an_agreement_in_the_name_of_none(here):
    agreement = drawn_up(here, mediating(here))
    committee = registered_committee(here)
    for change in ({"body": Body.PEOPLES_COMMITTEE}, {"committee": committee}):
        with pytest.raises(IntegrityError, match="is settled"), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(**change)
    row = Agreement.objects.get(pk=agreement.pk)
    Agreement.objects.filter(pk=agreement.pk).update(superseded_at=clock.now())
    before = clock.now() - timedelta(days=4_000)
    wrong = [
        {"body": Body.PEOPLES_COMMITTEE, "committee": None},
        {"body": Body.ASSOCIATION, "committee": committee},
        {"body": Body.PEOPLES_COMMITTEE, "committee": committee, "drawn_up_at": before},
    ]
    for change in wrong:
        row.pk = row.id = None
        for name, value in ({"drawn_up_at": clock.now()} | change).items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError, match="only a registered committee"), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.usefixtures("counting")
def test_body_and_mediator_are_in_the_hash_and_on_the_pages_that_both_sign(association, here):
    made = mediating(here)
    first = drawn_up(here, made)
    registered_committee(here)
    second = drawn_up(here, made, body=Body.PEOPLES_COMMITTEE)
    assert first.check_code != second.check_code
    school = Desk(association, here.school).get(f"complaints/{made.complaint.pk}/").content.decode()
    theirs = Client().post("/first/complaints/track/", {"code": made.receipt_code}).content.decode()
    for page in (school, theirs):
        assert NAME in page
        assert "演示调解员" in page


def test_the_hash_sees_the_body_and_the_mediator():
    day = date(2026, 3, 20)
    base = {"body": "association", "mediator": "演示甲"}
    seen = {
        hash_of("x", 1, [], day, **base | change)
        for change in ({}, {"body": "peoples_committee"}, {"mediator": "演示乙"})
    }
    assert len(seen) == 3


def test_confirmation_in_a_year_without_a_calendar_is_told_as_provisional(here, time, monkeypatch):
    seen = []
    monkeypatch.setattr(letters, "render_pdf", lambda html, *_args, **_more: seen.append(html) or b"%PDF-")
    registered_committee(here)
    time.at(datetime(2026, 12, 2, 2, tzinfo=UTC))
    made = mediating(here)
    agreement = drawn_up(here, made, body=Body.PEOPLES_COMMITTEE)
    sign_both(here, made, agreement)
    letters.agreement_pdf(Agreement.objects.get(pk=agreement.pk), Party.INSTITUTION)
    assert "司法确认" in seen[0]
    assert "此日期为暂定" in seen[0]


def test_a_committee_ends_by_a_day_and_stays_what_it_was(here, time):
    row = registered_committee(here)
    with pytest.raises(Refused, match="已登记"):
        registered_committee(here)
    with pytest.raises(InvalidInput):
        end_committee(actor=here.system, valid_until=clock.today() + timedelta(days=1))
    end_committee(actor=here.system, valid_until=clock.today())
    assert (committee_on(clock.today()), committee_on(clock.today() - timedelta(days=1))) == (None, row)
    with pytest.raises(NotFound):
        end_committee(actor=here.system, valid_until=clock.today())
    for change in ({"name": "别的"}, {"valid_until": None}):
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            PeoplesCommittee.objects.filter(pk=row.pk).update(**change)
    overlapping = {"name": NAME, "filed_as": "x", "document": row.document}
    with pytest.raises(IntegrityError, match="one committee at a time"), transaction.atomic():
        PeoplesCommittee.objects.create(**overlapping, valid_from=clock.today() - timedelta(days=1))
    assert AuditEntry.objects.filter(action="end_committee").exists()


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"filed_as": ""}, {"valid_from": date(2027, 1, 1)}, {"document": None}]
)
def test_a_registration_names_the_committee_its_paper_and_its_day(here, wrong):
    given = {
        "name": NAME,
        "filed_as": "演示备〔2025〕1号",
        "valid_from": date(2025, 1, 1),
        "document": paper(),
    }
    with pytest.raises(InvalidInput):
        register_committee(actor=here.system, **given | wrong)
    assert not PeoplesCommittee.objects.exists()


def test_nobody_of_the_association_registers_it_in_a_case(here):
    for actor in (here.officer, here.mediator, actor_with(Role.COMMITTEE_CHAIR)):
        with pytest.raises(Forbidden):
            registered_committee(here, actor=actor)


def test_the_committee_of_a_neighbour_is_none_of_ours(association, here):
    other = make_association("second")
    with acting_for(other.pk):
        register_committee(
            actor=system(other.pk),
            name=NAME,
            filed_as="演示备〔2025〕2号",
            valid_from=date(2025, 1, 1),
            document=paper(),
        )
    with acting_for(association.pk):
        assert committee_on(clock.today()) is None


def test_the_operator_registers_and_ends_it(association, tmp_path, time):
    scan = tmp_path / "paper.jpg"
    scan.write_bytes(picture())
    given = [
        "--name",
        NAME,
        "--filed-as",
        "演示备〔2025〕1号",
        "--from",
        "2025-01-01",
        "--document",
        str(scan),
    ]
    call_command("peoples_committee", "first", *given)
    with acting_for(association.pk):
        assert committee_on(clock.today()).name == NAME
    for wrong in (["second"], ["first"], ["first", *given], ["first", "--until", "2024-01-01"]):
        with pytest.raises(CommandError):
            call_command("peoples_committee", *wrong)
    call_command("peoples_committee", "first", "--until", "2026-03-02")
    with acting_for(association.pk):
        assert committee_on(clock.today()) is None
