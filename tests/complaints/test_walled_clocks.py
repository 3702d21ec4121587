"""回避 in 今日钟表: who is tied to a party sees that something runs and until when, and neither names nor a link."""

import pytest

from association import watch
from association.access import cases_kept_from
from association.actors import actor_of
from association.choices import QueuePart, Role
from association.clock_queue import Asked, part_counts, queue
from association.models import Deadline, Notice, User
from complaints import operations
from complaints.choices.complaints import Recusal
from tests.complaints.material import accepted, filed, mediating
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, appoint, make_institution

pytestmark = pytest.mark.django_db
REGISTER = "/%s/admin/association/deadline/"


@pytest.fixture
def tied(here):
    """An officer who works for the institution complained of."""
    return actor_with(Role.SECRETARIAT, employer=here.institution, name="演示兼职者")


def row_of(actor, made, **asked):
    rows = queue(actor, Asked(**asked)).rows
    return next(row for row in rows if row.deadline.case_id == made.complaint.pk)


def test_a_tied_colleague_sees_kind_and_day_only(here, tied, association):
    made = filed(here)
    other = filed(here, institution_id=make_institution().pk)
    walled, free = row_of(tied, made), row_of(here.officer, made)
    assert walled.is_walled
    assert not free.is_walled
    assert (walled.kind, walled.left, walled.part) == (free.kind, free.left, free.part)
    assert (walled.href, walled.title, walled.explanation) == ("", "", "")
    page = Desk(association, tied).get("clocks/").content.decode()
    assert made.complaint.number not in page
    assert here.institution.name not in page
    assert f"complaints/{made.complaint.pk}/" not in page
    assert other.complaint.number in page
    assert "您应当回避的事项" in page
    assert made.complaint.number in Desk(association, here.officer).get("clocks/").content.decode()


def test_nothing_overdue_is_hidden_by_a_tie(here, tied, time):
    made = accepted(here)
    time.pass_days(30)
    counted = part_counts(here.officer)
    assert part_counts(tied) == counted
    assert counted["overdue"] >= 1
    assert len(queue(tied, Asked(part=QueuePart.OVERDUE)).rows) == counted["overdue"]
    assert row_of(tied, made, part=QueuePart.OVERDUE).is_walled


def test_who_speaks_for_the_institution_too_keeps_the_own_terms(here):
    made = accepted(here)
    person = User.objects.get(pk=actor_with(Role.SECRETARIAT).user_id)
    appoint(person, Role.INSTITUTION_ADMIN, here.institution)
    found = queue(actor_of(person, made.complaint.association_id), Asked()).rows
    mine = [row for row in found if row.deadline.case_id == made.complaint.pk]
    assert {row.deadline.code: row.is_walled for row in mine} == {"CMP-REPLY": False, "MED-END": True}


def test_who_stood_aside_is_kept_from_the_clocks_of_that_case_alone(here):
    made, other = mediating(here), filed(here)
    operations.recuse(
        actor=here.mediator, complaint_id=made.complaint.pk, ground=Recusal.INTEREST, reason="利害关系"
    )
    assert cases_kept_from(here.mediator.user_id) == {f"complaint-{made.complaint.pk}"}
    assert f"complaint-{other.complaint.pk}" not in cases_kept_from(here.mediator.user_id)


def test_the_register_of_terms_leaves_them_out(here, tied, association):
    made = filed(here)
    term = Deadline.objects.get(case_id=made.complaint.pk)
    theirs, ours = (Desk(association, one) for one in (tied, here.officer))
    assert here.institution.name not in theirs.client.get(REGISTER % association.slug).content.decode()
    assert theirs.client.get(f"{REGISTER % association.slug}{term.pk}/change/").status_code == 404
    assert made.complaint.number in ours.client.get(REGISTER % association.slug).content.decode()


def test_an_alarm_names_the_case_to_colleagues_and_not_to_who_is_tied(here, tied, time):
    made = filed(here)
    time.pass_days(30)
    watch.keep_clocks(actor=here.system)
    told = {row.user_id: row for row in Notice.objects.filter(event__contains="-over-", channel="desk")}
    assert made.complaint.number in told[here.officer.user_id].body
    assert made.complaint.number not in told[tied.user_id].body
    assert here.institution.name not in told[tied.user_id].body
    assert told[tied.user_id].path == watch.QUEUE
    assert "另有1件您应当回避的事项" in told[tied.user_id].body
