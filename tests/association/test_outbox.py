"""Work for later: written with the deed, done once, given up visibly, started over on request."""

import ast
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from association import operations, outbox, periodic, tasks
from association.actors import system
from association.audit import record
from association.choices import Channel, OutboxState, Role
from association.models import AuditEntry, Notice, OutboxJob
from association.notices import notify
from association.outbox import MOST_ATTEMPTS, QUEUES, enqueue, lease
from association.tenancy import NoAssociationSelected, acting_for, current_association_id
from common.errors import Forbidden, NotFound
from config.home import PROJECT
from tests.factories.people import actor_with, make_association, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return make_association()


def jobs():
    return list(OutboxJob.objects.order_by("pk"))


def waiting(association, task="association.send_notice", key="k", **payload):
    with acting_for(association.pk):
        enqueue(task, key=key, **payload)
    return OutboxJob.objects.get(key=key)


def make_due(job):
    OutboxJob.objects.filter(pk=job.pk).update(due_at=timezone.now())


def test_job_of_a_rolled_back_deed_leaves_nothing(association):
    with acting_for(association.pk):
        enqueue("association.send_notice", key="k", notice_id=1)
        transaction.set_rollback(True)
    assert jobs() == []


def test_job_of_a_kept_deed_is_due_at_once(association):
    job = waiting(association, notice_id=1)
    assert (job.state, job.payload, job.association_id) == (
        OutboxState.WAITING,
        {"notice_id": 1},
        association.pk,
    )
    assert lease() == [(job.pk, "association.send_notice")]


def test_same_key_twice_is_one_job_and_the_first_stays(association):
    waiting(association, notice_id=1)
    waiting(association, notice_id=2)
    assert [job.payload for job in jobs()] == [{"notice_id": 1}]


def test_same_key_in_two_associations_is_two_jobs(association):
    other = make_association()
    for one in (association, other):
        with acting_for(one.pk):
            enqueue("association.send_notice", key="k")
    assert {job.association_id for job in jobs()} == {association.pk, other.pk}


def test_enqueue_without_an_association_is_refused():
    with pytest.raises(NoAssociationSelected):
        enqueue("association.send_notice", key="k")


def test_leased_job_is_not_leased_again_until_its_lease_ends(association):
    job = waiting(association)
    assert [found for found, _task in lease()] == [job.pk]
    assert lease() == []
    make_due(job)
    assert [found for found, _task in lease()] == [job.pk]
    job.refresh_from_db()
    assert job.handed_out == 2
    assert job.due_at > timezone.now()


def test_job_due_later_is_not_leased(association):
    with acting_for(association.pk):
        enqueue("association.send_notice", key="k", due=timezone.now() + timedelta(hours=1))
    assert lease() == []


def test_of_each_task_only_so_many_are_out_at_once(association):
    with acting_for(association.pk):
        for number in range(5):
            enqueue("slow", key=f"s{number}")
            enqueue("quick", key=f"q{number}")
    assert sorted(task for _job, task in lease(2)) == ["quick", "quick", "slow", "slow"]
    assert lease(2) == []
    begun = OutboxJob.objects.filter(task="quick", handed_out=1).first()
    outbox._begin(begun.pk)
    assert [task for _job, task in lease(2)] == ["quick"]


# -- running --------------------------------------------------------------------------------------------------


@pytest.fixture
def notice(association):
    with acting_for(association.pk):
        notify("event-1", [make_user().pk], subject="题", body="文", path="/desk/")
        return Notice.objects.get(channel=Channel.MAIL)


def test_task_run_twice_has_one_effect(notice, association, mailoutbox):
    job = OutboxJob.objects.get()
    run_task(job)
    run_task(job)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == (OutboxState.DONE, 1, "")
    assert [mail.subject for mail in mailoutbox] == ["题"]
    with acting_for(association.pk):
        notice.refresh_from_db()
    assert notice.sent_at is not None


def test_event_told_twice_is_one_notice_and_one_job(notice, association):
    with acting_for(association.pk):
        notify("event-1", [notice.user_id], subject="题", body="文")
        assert Notice.objects.count() == 2
    assert len(jobs()) == 1


def run_task(job):
    """As a worker does, without the queue."""
    assert tasks.send_notice.name == job.task
    current_app.tasks[job.task](job.pk)


def fails(**_payload):
    record(system(current_association_id()), "half_done", None)
    raise ValueError("名字不得进入记录")


def test_failing_job_leaves_no_effect_and_only_the_kind_of_error(association):
    job = waiting(association)
    outbox._run(job.pk, fails)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == (OutboxState.WAITING, 1, "ValueError")
    with acting_for(association.pk):
        assert not AuditEntry.objects.filter(action="half_done").exists()


def meets_a_lock(**_payload):
    fault = OperationalError("canceling statement due to lock timeout")
    fault.__cause__ = Locked()
    raise fault


class Locked(Exception):  # noqa: N818 - stands for what the driver raises
    pgcode = "55P03"


def test_job_that_meets_a_lock_waits_and_is_no_error_in_the_log(association, caplog):
    job = waiting(association)
    outbox._run(job.pk, meets_a_lock)
    job.refresh_from_db()
    assert (job.state, job.last_error) == (OutboxState.WAITING, "OperationalError")
    told = [line.levelname for line in caplog.records if line.name == "association.outbox"]
    assert told == ["WARNING"]


def test_poison_is_given_up_after_eight_attempts_and_a_person_may_start_it_over(association):
    job = waiting(association)
    for _attempt in range(MOST_ATTEMPTS + 2):
        outbox._run(job.pk, fails)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == (OutboxState.DEAD, MOST_ATTEMPTS, "ValueError")
    make_due(job)
    assert lease() == []
    with acting_for(association.pk):
        operations.retry_dead_job(actor=actor_with(Role.SECRETARIAT), outbox_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.handed_out) == (OutboxState.WAITING, 0, 0)
    outbox._run(job.pk, lambda **_payload: None)
    job.refresh_from_db()
    assert job.state == OutboxState.DONE


def test_job_that_kills_its_worker_eight_times_is_given_up(association):
    job = waiting(association)
    for _attempt in range(MOST_ATTEMPTS):
        assert outbox._begin(job.pk) == association.pk  # and then nothing: the process is gone
    assert outbox._begin(job.pk) is None
    job.refresh_from_db()
    assert (job.state, job.last_error) == (OutboxState.DEAD, "WorkerLost")


def test_dead_job_of_a_neighbour_cannot_be_found_nor_retried_by_an_auditor(association):
    job = waiting(association)
    OutboxJob.objects.update(state=OutboxState.DEAD)
    with acting_for(association.pk), pytest.raises(Forbidden):
        operations.retry_dead_job(actor=actor_with(Role.AUDITOR), outbox_id=job.pk)
    with acting_for(make_association().pk), pytest.raises(NotFound):
        operations.retry_dead_job(actor=actor_with(Role.SECRETARIAT), outbox_id=job.pk)
    job.refresh_from_db()
    assert job.state == OutboxState.DEAD


def test_job_runs_in_the_scope_of_its_association_and_the_next_one_in_none(association):
    seen = []
    job = waiting(association)
    outbox._run(job.pk, lambda **_payload: seen.append(current_association_id()))
    assert seen == [association.pk]
    with pytest.raises(NoAssociationSelected):
        current_association_id()


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_job_do_it_once(association):
    """The second finds the row in the first one's hands and leaves it."""
    job = waiting(association)
    runs = []

    def slow(**_payload):
        runs.append("first")
        with in_another_connection():
            outbox._run(job.pk, lambda **_payload: runs.append("second"))

    outbox._run(job.pk, slow)
    job.refresh_from_db()
    assert (runs, job.state) == (["first"], OutboxState.DONE)


class in_another_connection:  # noqa: N801 - reads as a word
    """A second session on the same database, in this thread."""

    def __enter__(self):
        from django.db import connections

        self.own = connections["default"]
        connections["default"] = self.own.copy()

    def __exit__(self, *_error):
        from django.db import connections

        connections["default"].close()
        connections["default"] = self.own


# -- by the clock ---------------------------------------------------------------------------------------------


def test_slot_is_planned_once_for_each_open_association(association):
    closed = make_association(is_open=False)
    moment = timezone.now()
    periodic.plan({"credit_rating.keep_the_clock": 60}, moment)
    periodic.plan({"credit_rating.keep_the_clock": 60}, moment)
    assert [job.association_id for job in jobs()] == [association.pk]
    periodic.plan({"credit_rating.keep_the_clock": 60}, moment + timedelta(seconds=60))
    assert len(jobs()) == 2
    assert closed.pk not in {job.association_id for job in jobs()}


def test_done_rows_go_after_a_month_and_slots_after_a_day(association):
    now = timezone.now()
    ages = {"k-29": 29, "k-31": 31, "slot-0": 0.9, "slot-1": 1.1}
    for key, days in ages.items():
        job = waiting(association, key=key)
        done_at = now - timedelta(days=days)
        OutboxJob.objects.filter(pk=job.pk).update(state=OutboxState.DONE, done_at=done_at)
    waiting(association, key="k-waiting")
    OutboxJob.objects.filter(pk=waiting(association, key="k-dead").pk).update(state=OutboxState.DEAD)
    OutboxJob.objects.update(created_at=now - timedelta(days=90))
    with acting_for(make_association().pk):
        assert periodic.tidy(now) == 0
    with acting_for(association.pk):
        assert periodic.tidy(now) == 2
    assert {job.key for job in jobs()} == {"k-29", "slot-0", "k-waiting", "k-dead"}


# -- names ----------------------------------------------------------------------------------------------------


def sources():
    for app in ("association", "members", "credit_rating", "disclosure", "config"):
        for path in (PROJECT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def names_queued():
    """The first argument of every ``enqueue(…)``: written out, there or in a constant of the same file.

    Who follows a deadline, and what an update asks for, is named in the settings.
    """
    yield from settings.AFTER_UPDATE
    yield from settings.DEADLINE_FOLLOWERS.values()
    for path in sources():
        tree = ast.parse(path.read_text())
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "enqueue"
                and path.stem not in {"periodic", "clocks"}
            ):
                name = node.args[0]
                yield name.value if isinstance(name, ast.Constant) else constants[name.id]


def test_every_queued_name_has_a_task():
    current_app.loader.import_default_modules()
    current_app.finalize()
    queued = {*names_queued(), *settings.PERIODIC}
    assert "association.send_notice" in queued
    assert queued - set(QUEUES) == set()
    assert set(QUEUES) <= set(current_app.tasks)


def test_every_task_goes_to_a_queue_that_the_workers_read():
    current_app.loader.import_default_modules()
    worker = next(
        line for line in (PROJECT / "Procfile").read_text().splitlines() if line.startswith("worker:")
    )
    read = set(worker.split("--queues ")[1].split()[0].split(","))
    assert set(QUEUES.values()) <= read


def test_messages_are_json_and_results_are_not_kept():
    assert current_app.conf.accept_content == ["json"]
    assert current_app.conf.task_serializer == "json"
    assert current_app.conf.result_backend is None
