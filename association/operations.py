"""What changes the association itself, its clock, its jobs and its notices."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.access import MAY
from association.actors import Actor
from association.audit import record
from association.choices import JOB_STEPS, OF_TIME, Certainty, JobState, Role, Unit
from association.in_turn import take_turn_everywhere
from association.models import (
    Association,
    AuditEntry,
    DeadlineRule,
    Job,
    Notice,
    OutboxJob,
    PracticeClock,
    User,
)
from association.notices import notify, people_of
from association.outbox import enqueue, retry
from association.periodic import again_today
from common.errors import InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line
from common.transitions import check_step

MOST_DAYS_AT_ONCE = 400


@transaction.atomic
def move_practice_clock(*, actor: Actor, days: int) -> PracticeClock:
    """演练时钟 forward by whole days; only in a demo association of a demo installation."""
    actor.require(MAY, "move_practice_clock")
    association = Association.objects.get(pk=actor.association_id)
    if not settings.PORTAL_DEMO or not association.is_demo:
        raise NotFound(_("这里没有演练时钟。"))
    if not 1 <= days <= MOST_DAYS_AT_ONCE:
        raise InvalidInput(_("每次可拨快1至400天。"))
    row, _created = PracticeClock.objects.select_for_update().get_or_create()
    row.offset_seconds += int(timedelta(days=days).total_seconds())
    row.save(update_fields=["offset_seconds"])
    clock.forget_practice_offset()
    again_today(key=f"practice-{row.offset_seconds}")
    record(actor, "move_practice_clock", row, days=days)
    return row


@transaction.atomic
def start_job(*, actor: Actor, kind: str, title: str, total: int, **result: Any) -> Job:
    """A job with progress. Who may start it is the caller's question."""
    return Job.objects.create(
        kind=kind,
        title=title,
        total=total,
        started_by_id=actor.user_id,
        created_at=clock.now(),
        result=result,
    )


@transaction.atomic
def advance_job(job_id: int, *, by: int) -> Job:
    """Count work done; the last piece finishes the job. Of one that has failed the pieces count no more."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state == JobState.FAILED:
        return job
    job.done = min(job.total, job.done + by)
    job.save(update_fields=["done"])
    if job.state == JobState.QUEUED:
        _move_job(job, JobState.RUNNING)
    return _move_job(job, JobState.DONE if job.done == job.total else JobState.RUNNING)


@transaction.atomic
def fail_job(job_id: int, *, message: str) -> Job:
    job = Job.objects.select_for_update().get(pk=job_id)
    job.message = message
    job.save(update_fields=["message"])
    return _move_job(job, JobState.FAILED)


def _move_job(job: Job, state: JobState) -> Job:
    check_step(JOB_STEPS, JobState(job.state), state)
    job.state = state
    if state in {JobState.DONE, JobState.FAILED}:
        job.finished_at = clock.now()
    job.save(update_fields=["state", "finished_at"])
    return job


@transaction.atomic
def mark_notices_read(*, actor: Actor, notice_ids: Collection[int]) -> int:
    """已读: the own notices that were on the page, and no other."""
    shown = Notice.objects.filter(user_id=actor.person_id, pk__in=notice_ids, read_at__isnull=True)
    return shown.update(read_at=clock.now())


@transaction.atomic
def retry_dead_job(*, actor: Actor, outbox_id: int) -> None:
    """重办: a job given up after eight attempts starts over."""
    actor.require(MAY, "retry_dead_job")
    job = OutboxJob.objects.filter(pk=outbox_id, association_id=actor.association_id).first()
    if job is None:
        raise NotFound(_("没有这件作业。"))
    retry(job)
    record(actor, "retry_dead_job", None, outbox=outbox_id)


@transaction.atomic
def set_deadline_rule(
    *,
    actor: Actor,
    rule_id: int,
    number: int,
    unit: str,
    citation: str,
    certainty: str,
    valid_from: date,
) -> DeadlineRule:
    """期限规则 from a day on: a new row. Cases keep the row they began under, so the past never changes."""
    actor.require(MAY, "set_deadline_rule")
    before = DeadlineRule.objects.select_for_update().filter(pk=rule_id).first()
    if before is None:
        raise NotFound(_("没有这条期限规则。"))
    if before.valid_until is not None:
        raise Refused(_("这条期限规则已有后续版本，请修改最新的一条。"))
    _check_rule(before, number, unit, certainty, one_line(citation))
    if valid_from <= max(before.valid_from, clock.today()):
        sentence = _("生效日期须晚于今天和现行规则的生效日期。")
        raise InvalidInput(sentence, {"valid_from": sentence})
    after = DeadlineRule.objects.create(
        code=before.code,
        title=before.title,
        owner=before.owner,
        silence_means=before.silence_means,
        number=number,
        unit=unit,
        citation=one_line(citation)[:200],
        certainty=certainty,
        valid_from=valid_from,
    )
    # The database lets a rule end only where another begins.
    before.valid_until = valid_from
    before.save(update_fields=["valid_until"])
    record(actor, "set_deadline_rule", after, before=before.pk, number=number, unit=unit)
    _tell_of_rule(after, f"set-{after.pk}", gettext_noop("期限规则已修改"))
    return after


def _tell_of_rule(rule: DeadlineRule, event: str, subject: str) -> None:
    """No term that protects somebody is changed, or answered for, unseen by the others who answer for the terms."""
    notify(
        f"deadline-rule-{event}",
        people_of(roles=[Role.SECRETARIAT, Role.COMMITTEE_CHAIR]),
        subject=subject,
        body=Said(
            gettext_noop("“%(title)s”自%(day)s起为%(number)s%(unit)s。依据：%(citation)s"),
            title=rule.title,
            day=rule.valid_from.isoformat(),
            number=rule.number,
            unit=Unit(rule.unit).label,
            citation=rule.citation,
        ),
        path="/desk/",
    )


@transaction.atomic
def confirm_deadline_rule(*, actor: Actor, rule_id: int, reason: str) -> DeadlineRule:
    """核实: a person answers with name and reason for a number that was not certain; from now on it may count."""
    actor.require(MAY, "confirm_deadline_rule")
    rule = DeadlineRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(_("没有这条期限规则。"))
    if rule.may_count:
        raise Refused(_("这条期限规则无须核实。"))
    if _wrote(actor, rule):
        raise Refused(_("这条期限规则由您登记，须由另一人核实。"))
    if not one_line(reason):
        sentence = _("请写明核实的依据和理由。")
        raise InvalidInput(sentence, {"reason": sentence})
    rule.confirmed_by_id, rule.confirmed_at = actor.person_id, clock.now()
    rule.confirmation = one_line(reason)[:300]
    rule.save(update_fields=["confirmed_by", "confirmed_at", "confirmation"])
    record(actor, "confirm_deadline_rule", rule, reason=rule.confirmation)
    _tell_of_rule(rule, f"confirmed-{rule.pk}", gettext_noop("期限规则已核实"))
    return rule


def _wrote(actor: Actor, rule: DeadlineRule) -> bool:
    """As the trail says, which nobody changes; rules that came with the portal were written by nobody here."""
    written = AuditEntry.objects.filter(action="set_deadline_rule", object_id=rule.pk, user=actor.person_id)
    return written.exists()


def _check_rule(before: DeadlineRule, number: int, unit: str, certainty: str, citation: str) -> None:
    wrong = {}
    if not 1 <= number <= 3650:  # noqa: PLR2004 - ten years of days
        wrong["number"] = _("数值须在1至3650之间。")
    if unit not in Unit.values:
        wrong["unit"] = _("请选择单位。")
    elif (unit in OF_TIME) != (before.unit in OF_TIME):
        wrong["unit"] = _("期限不能改为人数，人数也不能改为期限。")
    if certainty not in Certainty.values:
        wrong["certainty"] = _("请选择依据性质。")
    if not citation:
        wrong["citation"] = _("请写明依据。")
    if wrong:
        raise InvalidInput(_("期限规则“%(title)s”没有改。") % {"title": before.title}, wrong)


@transaction.atomic
def register_person(*, actor: Actor, email: str, name: str) -> User:
    """登记人员: an account without a usable password; a link to set one goes out by mail.

    Somebody who has an account already keeps it as it is, and gets no link. Nothing here tells the one from the
    other: the same is asked for, the same is put on record and queued.
    """
    actor.require(MAY, "register_person")
    email, name = email.strip().lower(), named(name)
    take_turn_everywhere("person", email)
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, None, own_name=name)
    entry = record(actor, "register_person", user)
    enqueue("association.send_password_link", key=f"registered-{entry.pk}", user_id=user.pk)
    return user


def named(name: str) -> str:
    """姓名 on one line, never empty."""
    if not one_line(name):
        raise InvalidInput(_("请填写姓名。"), {"name": _("请填写姓名。")})
    return one_line(name)[:60]
