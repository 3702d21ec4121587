"""Celery entry points of the association; each is one operation."""

from celery import shared_task
from django.conf import settings

from association import accounts, calendars, locker, notices, originals, periodic, pledge, watch
from association.actors import system
from association.outbox import outbox_task
from association.tenancy import current_association_id


@shared_task(name="association.tick")
def tick() -> None:
    """Rung by beat; what is due becomes rows of the outbox."""
    periodic.plan(settings.PERIODIC)


@outbox_task("association.send_notice")
def send_notice(*, notice_id: int) -> None:
    notices.send_notice(notice_id=notice_id)


@outbox_task("association.send_password_link")
def send_password_link(*, user_id: int) -> None:
    accounts.send_password_link(user_id=user_id)


@outbox_task("association.send_reset_link")
def send_reset_link(*, box: str, at_platform: bool, language: str = settings.LANGUAGE_CODE) -> None:
    accounts.send_reset_link(box=box, at_platform=at_platform, language=language)


@outbox_task("association.tidy_outbox")
def tidy_outbox() -> None:
    periodic.tidy()


@outbox_task("association.destroy_originals")
def destroy_originals() -> None:
    """What is destroyed now is not yet kept: its bytes go after the commit, and a sweep must not see its rows before."""
    originals.sweep_originals()
    locker.sweep_copies()
    originals.destroy_old()


@outbox_task("association.recompute_deadlines")
def recompute_deadlines(*, after_id: int = 0) -> None:
    calendars.recompute_open_deadlines(actor=system(current_association_id()), after_id=after_id)


@outbox_task("association.keep_clocks")
def keep_clocks() -> None:
    watch.keep_clocks(actor=system(current_association_id()))


@outbox_task("association.keep_pledge")
def keep_pledge() -> None:
    pledge.keep_pledge(actor=system(current_association_id()))
