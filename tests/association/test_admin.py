"""The staff desk: who comes in, what stays closed, what each list costs, and the association's own lists."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client

from association import clock, clocks
from association.accounts import send_password_link
from association.actors import system
from association.choices import STAFF_ROLES, Channel, OutboxState, Role, Side
from association.models import (
    Appointment,
    AuditEntry,
    CalendarDay,
    DeadlineRule,
    Job,
    Notice,
    OutboxJob,
    OwnCalendarDay,
)
from association.operations import set_deadline_rule
from association.staff_desk import DeskAdmin
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating.models import Assessment
from tests.credit_rating.desk import Desk, desk
from tests.factories.people import NUMBERS, actor_with, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db


def rule_values(**changes):
    after = clock.today() + timedelta(days=30)
    return {"number": 7, "unit": "working_day", "citation": "演示依据", "certainty": "charter", "valid_from": after} | changes  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_the_desk_opens_for_staff_only(role):
    association = make_association()
    with acting_for(association.pk):
        person = actor_with(role)
    here = Desk(association)
    here.client.force_login(type(here.user).objects.get(pk=person.user_id))
    assert here.get().status_code == (200 if role in STAFF_ROLES else 302)


def test_visitors_are_sent_to_the_sign_in_page_of_the_same_association():
    association = make_association("opener")
    answer = Client().get("/opener/admin/members/institution/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/opener/accounts/login/?next=/opener/admin/")
    assert association.slug == "opener"


def test_staff_of_one_association_are_nobody_at_the_neighbour():
    here, neighbour = desk(), make_association()
    assert here.client.get(f"/{neighbour.slug}/admin/").status_code == 302


@pytest.mark.parametrize("path", ["search/?s=a", "password_change/", "r/1/1/", "auth/group/", "association/auditentry/add/", "association/auditentry/1/delete/", "association/auditentry/1/history/", "credit_rating/round/add/"])  # fmt: skip
def test_djangos_own_ways_round_the_operations_have_no_address(path):
    assert desk().client.get(f"/{desk().association.slug}/admin/{path}").status_code in {302, 404}
    assert desk().get(path).status_code == 404


def test_every_class_of_the_desk_is_closed_for_djangos_forms():
    for model, one in admin.site._registry.items():
        assert isinstance(one, DeskAdmin), model
        assert (one.has_add_permission(None), one.has_change_permission(None), one.has_delete_permission(None)) == (False, False, False)  # fmt: skip
        assert not one.list_editable
        assert one.show_full_result_count is False


def test_nothing_is_written_to_djangos_log_and_no_panel_shows_it():
    here = desk()
    rule = scoped(here, lambda: DeadlineRule.objects.get(code="ROUND-DEFENCE"))
    here.post(f"association/deadlinerule/{rule.pk}/do/change/", **rule_values())
    assert LogEntry.objects.count() == 0
    assert "recent-actions" not in here.get().content.decode()


def scoped(here, read):
    with acting_for(here.association.pk):
        return read()


def _audit(actor):
    AuditEntry.objects.create(at=clock.now(), user_id=actor.user_id, action="try", object_kind="x")


def _notice(actor):
    Notice.objects.create(event=f"e{next(NUMBERS)}", user_id=actor.user_id, channel=Channel.DESK, subject="演示", body="演示", created_at=clock.now())  # fmt: skip


def _job(actor):
    Job.objects.create(kind="try", title="演示", created_at=clock.now(), started_by_id=actor.user_id)


def _outbox(_actor):
    OutboxJob.objects.create(
        association_id=_association(),
        task="association.send_notice",
        key=str(next(NUMBERS)),
        due_at=clock.now(),
    )


def _association():
    from association.tenancy import current_association_id

    return current_association_id()


def _rule(_actor):
    DeadlineRule.objects.create(code=f"TRY-{next(NUMBERS)}", title="演示", number=1, unit="day", citation="演示", certainty="charter", valid_from=clock.today())  # fmt: skip


def _deadline(_actor):
    clocks.start_deadline(
        actor=system(_association()), code="CMP-ACCEPT", case=clocks.Case("complaint", next(NUMBERS), "演示", ""),
        owner=clocks.Owner(Side.STAFF), action="演示",
    )  # fmt: skip


def _own_day(actor):
    OwnCalendarDay.objects.create(
        date=clock.today(), kind="off", holiday="演示", source="演示", entered_by_id=actor.user_id, entered_at=clock.now()
    )  # fmt: skip


def _appointment(_actor):
    actor_with(Role.ASSESSOR, employer=make_institution())


def _institution(_actor):
    make_institution()


# Session, user, association with its scope, the scope handed back, actor, then the list itself.
LISTS = [
    ("association/auditentry", _audit, 13),
    ("association/notice", _notice, 11),
    ("association/job", _job, 11),
    ("association/outboxjob", _outbox, 10),
    ("association/deadlinerule", _rule, 9),
    ("association/deadline", _deadline, 12),
    ("association/owncalendarday", _own_day, 10),
    ("association/appointment", _appointment, 10),
    ("members/institution", _institution, 9),
]


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize(("path", "make", "budget"), LISTS)
def test_a_list_costs_the_same_for_one_row_and_for_three(
    django_assert_num_queries, path, make, budget, item_count
):
    here = desk()
    with acting_for(here.association.pk):
        actor = actor_with(Role.AUDITOR)
        for _ in range(item_count):
            make(actor)
    here.get(f"{path}/")
    with django_assert_num_queries(budget):
        assert here.get(f"{path}/").status_code == 200


def test_the_calendar_is_read_only_and_has_no_page_of_a_day():
    CalendarDay.objects.get_or_create(
        date="2026-10-01", defaults={"kind": "off", "holiday": "国庆", "source": "演示"}
    )
    here = desk()
    page = here.get("association/calendarday/").content.decode()
    assert "/do/" not in page
    assert here.get("association/calendarday/1/").status_code == 404


def test_dead_jobs_are_retried_here_and_the_neighbours_stay_dead():
    here, neighbour = desk(), make_association()
    dead = [
        OutboxJob.objects.create(
            association_id=pk, task="x", key="x", due_at=clock.now(), state=OutboxState.DEAD, attempts=8
        )
        for pk in (here.association.pk, neighbour.pk)
    ]
    page = here.get("association/outboxjob/").content.decode()
    assert f"/association/outboxjob/{dead[0].pk}/" in page
    assert f"/association/outboxjob/{dead[1].pk}/" not in page
    assert here.post(f"association/outboxjob/{dead[0].pk}/do/retry/").status_code == 302
    assert here.post(f"association/outboxjob/{dead[1].pk}/do/retry/").status_code == 404
    states = [OutboxJob.objects.get(pk=one.pk).state for one in dead]
    assert states == [OutboxState.WAITING, OutboxState.DEAD]


def test_bulk_retry_says_what_it_will_do_and_does_it_once_confirmed():
    here = desk()
    dead, done = (
        OutboxJob.objects.create(
            association_id=here.association.pk, task="x", key=key, due_at=clock.now(), state=state, done_at=at
        )
        for key, state, at in (("a", "dead", None), ("b", "done", clock.now()))
    )
    chosen = {"action": "retry", "_selected_action": [dead.pk, done.pk], "index": 0}
    preview = here.post("association/outboxjob/", **chosen)
    assert "将办理" in preview.content.decode()
    assert "现在不适用" in preview.content.decode()
    assert OutboxJob.objects.get(pk=dead.pk).state == OutboxState.DEAD
    here.post("association/outboxjob/", confirmed="1", **chosen)
    assert [OutboxJob.objects.get(pk=one.pk).state for one in (dead, done)] == ["waiting", "done"]


def test_an_auditor_sees_every_list_and_no_button():
    here = desk(Role.AUDITOR)
    rule = scoped(here, lambda: DeadlineRule.objects.first())
    assert here.get("association/auditentry/").status_code == 200
    assert "/do/" not in here.get(f"association/deadlinerule/{rule.pk}/").content.decode()
    assert here.get(f"association/deadlinerule/{rule.pk}/do/change/").status_code == 403
    assert here.post(f"association/deadlinerule/{rule.pk}/do/change/", **rule_values()).status_code == 403


def test_an_auditor_opens_no_file_and_is_not_told_how_people_are_reached():
    clerk = desk()
    auditor = Desk(clerk.association, Role.AUDITOR)
    files, person = "association/attachment/", scoped(clerk, lambda: Appointment.objects.get(user=clerk.user))
    page = f"association/appointment/{person.pk}/"
    assert clerk.user.email in clerk.get(page).content.decode()
    assert clerk.get(files).status_code == 200
    shown = auditor.get(page).content.decode()
    assert clerk.user.own_name in shown
    assert clerk.user.email not in shown
    assert auditor.get(files).status_code == 403
    assert files not in auditor.get("").content.decode()
    assert files in clerk.get("").content.decode()


def test_reading_a_notice_or_an_appointment_is_recorded():
    here = desk()
    with acting_for(here.association.pk):
        actor = actor_with(Role.ASSESSOR)
        _notice(actor)
        notice, row = Notice.objects.get(), actor.user_id
        appointment = here.user.appointments.get()
    here.get(f"association/notice/{notice.pk}/")
    here.get(f"association/appointment/{appointment.pk}/")
    with acting_for(here.association.pk):
        seen = list(AuditEntry.objects.order_by("pk").values_list("action", "object_id", "user_id"))
    assert seen == [
        ("read_notice", notice.pk, here.user.pk),
        ("read_appointment", appointment.pk, here.user.pk),
    ]
    assert row != here.user.pk


def test_a_rule_is_changed_by_a_new_row_and_the_old_one_ends_that_day():
    here = desk()
    before = scoped(here, lambda: DeadlineRule.objects.get(code="ROUND-DEFENCE"))
    values = rule_values()
    assert here.post(f"association/deadlinerule/{before.pk}/do/change/", **values).status_code == 302
    rows = scoped(here, lambda: list(DeadlineRule.objects.filter(code="ROUND-DEFENCE").order_by("pk")))
    assert [(row.number, row.valid_until) for row in rows] == [(5, values["valid_from"]), (7, None)]
    assert "修改（登记新规则）" not in here.get(f"association/deadlinerule/{before.pk}/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": 0}, "number"),
        ({"number": 3651}, "number"),
        ({"unit": "week"}, "unit"),
        ({"certainty": "rumour"}, "certainty"),
        ({"citation": " "}, "citation"),
        ({"valid_from": "today"}, "valid_from"),
    ],
)
def test_a_wrong_rule_is_refused_by_field(changes, field):
    association = make_association()
    with acting_for(association.pk):
        clerk, before = actor_with(Role.SECRETARIAT), DeadlineRule.objects.get(code="ROUND-DEFENCE")
        values = rule_values(**{k: clock.today() if v == "today" else v for k, v in changes.items()})
        with pytest.raises(InvalidInput) as refused:
            set_deadline_rule(actor=clerk, rule_id=before.pk, **values)
        assert list(refused.value.fields) == [field]
        assert DeadlineRule.objects.filter(code="ROUND-DEFENCE").count() == 1


def test_a_rule_of_the_past_of_the_neighbour_or_by_an_auditor_is_refused():
    association, elsewhere = make_association(), make_association()
    with acting_for(elsewhere.pk):
        foreign = DeadlineRule.objects.first()
    with acting_for(association.pk):
        clerk, auditor = actor_with(Role.SECRETARIAT), actor_with(Role.AUDITOR)
        rule = DeadlineRule.objects.get(code="ROUND-DEFENCE")
        with pytest.raises(NotFound):
            set_deadline_rule(actor=clerk, rule_id=foreign.pk, **rule_values())
        with pytest.raises(Forbidden):
            set_deadline_rule(actor=auditor, rule_id=rule.pk, **rule_values())
        set_deadline_rule(actor=clerk, rule_id=rule.pk, **rule_values())
        with pytest.raises(Refused):
            set_deadline_rule(actor=clerk, rule_id=rule.pk, **rule_values())


def test_the_link_to_set_a_password_leads_into_the_association():
    association = make_association("linked")
    user = make_user()
    with acting_for(association.pk):
        send_password_link(user_id=user.pk)
    (message,) = mail.outbox
    assert message.to == [user.email]
    (link,) = [line for line in message.body.splitlines() if "/key/" in line]
    assert "/linked/accounts/password/reset/key/" in link
    path = link[link.index("/linked/") :]
    assert Client().get(path, follow=True).status_code == 200


def test_no_link_is_sent_to_somebody_who_has_a_password():
    association, user = make_association(), make_user()
    user.set_password("demo-demo-demo")
    user.save()
    with acting_for(association.pk):
        send_password_link(user_id=user.pk)
    assert mail.outbox == []


def test_the_policy_of_the_desk_is_wider_there_and_nowhere_else():
    here = desk()
    assert "'unsafe-eval'" in here.get()["Content-Security-Policy"]
    assert (
        "'unsafe-eval'"
        not in here.client.get(f"/{here.association.slug}/desk/notices/")["Content-Security-Policy"]
    )


def test_every_link_of_the_desk_stays_inside_the_association():
    import re

    here = desk()
    page = here.get().content.decode()
    links = [
        link for link in re.findall(r'(?:href|action)="(/[^"]*)"', page) if not link.startswith("/static/")
    ]
    assert links
    assert [link for link in links if not link.startswith(f"/{here.association.slug}/")] == []


def test_numbers_of_a_page_have_no_idle_zeros():
    desk = DeskAdmin(Assessment, admin.site)
    assert desk._fact("total", Assessment(total=Decimal("95.900")))[1] == "95.9"
