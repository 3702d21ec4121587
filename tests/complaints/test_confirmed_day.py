"""到账日: a day that only the institution names undoes nothing; the complainant's own word or a proof that staff read does."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from association import clock
from association.choices import Role
from association.models import Notice
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from complaints import operations
from complaints.choices.complaints import FactKind, Outcome, ReportState
from complaints.models import Fact, FactSetAside, Instalment, PaymentReport
from tests.common.files import picture
from tests.complaints.material import agreed, world
from tests.complaints.test_operations_money import breach, conduct, pay, settled
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association

DAY = timedelta(days=1)


def proof():
    return SimpleUploadedFile("转账.jpg", picture())


def breached(here, time, **more):
    """Unpaid, found, and then reported with the day of the agreement: the institution's own word."""
    made = agreed(here, **more)
    due = Instalment.objects.filter(complaint=made.complaint).latest("position").due_on
    time.to(due + 20 * DAY)
    breach(here, made)
    return made, due


def resolved(here, made, **more):
    return operations.survey(
        actor=here.person, outcome=Outcome.RESOLVED, receipt_code=made.receipt_code, **more
    )


def test_a_day_that_only_the_institution_names_leaves_the_breach(here, time):
    made, due = breached(here, time, days=(5, 8))
    pay(here, made, paid_on=due - 5 * DAY, instalments=2, proof=proof())
    resolved(here, made)
    assert (conduct(here).breaches, conduct(here).breached_fen) == (1, 8_000_00)
    assert not FactSetAside.objects.exists()


@pytest.mark.parametrize(("late", "breaches"), [(0, 0), (1, 1)])
def test_a_day_that_the_complainant_confirms_counts(here, time, late, breaches):
    made, due = breached(here, time)
    pay(here, made, paid_on=due)
    resolved(here, made, arrived_on=due + late * DAY)
    assert conduct(here).breaches == breaches


def test_the_day_may_be_named_later_and_is_written_once(here, time):
    made, due = breached(here, time)
    pay(here, made, paid_on=due)
    row = PaymentReport.objects.get()
    which = {"actor": here.person, "payment_id": row.pk, "came": True, "receipt_code": made.receipt_code}
    operations.answer_payment(**which)
    assert conduct(here).breaches == 1
    operations.answer_payment(**which, arrived_on=due)
    assert conduct(here).breaches == 0
    with pytest.raises(Refused, match="已经确认"):
        operations.answer_payment(**which, arrived_on=due - DAY)


@pytest.mark.parametrize("day", [-1, 400])
def test_a_day_before_the_complaint_or_to_come_is_refused(here, time, day):
    made = agreed(here)
    pay(here, made)
    with pytest.raises(InvalidInput) as wrong:
        resolved(here, made, arrived_on=clock.today() + day * DAY)
    assert set(wrong.value.fields) == {"arrived_on"}
    assert PaymentReport.objects.get().state == ReportState.REPORTED


def test_staff_read_the_day_from_the_proof(here, time):
    made, due = breached(here, time)
    pay(here, made, paid_on=due)
    row = PaymentReport.objects.get()
    which = {"complaint_id": made.complaint.pk, "payment_id": row.pk, "arrived_on": due}
    with pytest.raises(InvalidInput, match="没有凭证"):
        operations.see_proof(actor=here.officer, **which)
    for actor in (here.school, here.mediator, here.auditor):
        with pytest.raises(Forbidden):
            operations.see_proof(actor=actor, **which)
    with pytest.raises(NotFound):
        operations.see_proof(actor=here.officer, **(which | {"payment_id": row.pk + 99}))
    operations.see_proof(actor=here.officer, **which, proof=proof())
    row.refresh_from_db()
    assert (row.state, row.confirmed_on, row.seen_by_id) == (
        ReportState.CONFIRMED,
        due,
        here.officer.user_id,
    )
    assert conduct(here).breaches == 0
    told = Notice.objects.filter(user_id=here.school.user_id, subject__contains="已核实")
    assert told.filter(channel="desk").count() == 1
    with pytest.raises(Refused, match="已经确认"):
        operations.see_proof(actor=here.officer, **which)


def test_a_breach_of_a_settlement_falls_by_a_confirmed_day_too(here, time):
    made = settled(here)
    due = clock.today() + 5 * DAY
    time.pass_days(9)
    breach(here, made)
    pay(here, made, paid_on=due)
    assert conduct(here).breaches == 1
    resolved(here, made, arrived_on=due)
    assert conduct(here).breaches == 0


def refused(match):
    return pytest.raises(IntegrityError, match=match)


def test_the_database_wants_a_confirmed_day_or_two_people(here, time):
    made, due = breached(here, time)
    pay(here, made, paid_on=due)
    fact = Fact.objects.get(kind=FactKind.BREACH)
    with refused("confirmed day or by two people"), transaction.atomic():
        FactSetAside.objects.create(fact=fact, reason="经确认。", at=clock.now())
    rows = PaymentReport.objects.all()
    with refused("payment_day"), transaction.atomic():
        rows.update(confirmed_on=due)
    with refused("confirmed once"), transaction.atomic():
        rows.update(seen_by_id=here.officer.user_id)
    resolved(here, made, arrived_on=clock.today())
    with refused("confirmed once"), transaction.atomic():
        rows.update(confirmed_on=due)
    with refused("confirmed day or by two people"), transaction.atomic():
        FactSetAside.objects.create(fact=fact, reason="经确认。", at=clock.now())


# -- the pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def first(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def those(first):
    with acting_for(first.pk):
        yield world()


@pytest.mark.django_db
@pytest.mark.usefixtures("counting")
def test_the_pages_ask_the_day_and_leave_it_empty(first, those, client):
    made = agreed(those, days=(10, 40))
    operations.perform(
        actor=those.school,
        complaint_id=made.complaint.pk,
        paid_on=clock.today(),
        instalments=2,
        proof=proof(),
    )
    address = "/first/complaints/track/"
    page = client.post(address, {"code": made.receipt_code}).content.decode()
    assert "全部款项最晚哪一天到账" in page
    assert page.count('name="arrived_on"') == 2
    assert f'value="{clock.today().isoformat()}"' not in page
    row, other = PaymentReport.objects.order_by("pk")
    said = {"code": made.receipt_code, "deed": "answer_payment", "payment_id": row.pk, "came": "yes"}
    assert client.post(f"{address}do/", said | {"arrived_on": "2999-01-01"}).status_code == 400
    shown = client.post(f"{address}do/", said | {"arrived_on": clock.today().isoformat()})
    assert f"确认的到账日{clock.today().isoformat()}" in shown.content.decode()
    desk, place = Desk(first, those.officer), f"complaints/{made.complaint.pk}/"
    assert "核实付款凭证" in desk.get(place).content.decode()
    seen = {"deed": "see_proof", "payment_id": other.pk, "arrived_on": clock.today().isoformat()}
    neighbour = Desk(first, actor_with(Role.INSTITUTION_ADMIN, institution=those.institution))
    assert neighbour.post(f"{place}do/", **seen).status_code == 403
    assert desk.post(f"{place}do/", **seen).status_code == 302
    assert 'value="see_proof"' not in desk.get(place).content.decode()
    assert f"确认的到账日{clock.today().isoformat()}" in neighbour.get(place).content.decode()
