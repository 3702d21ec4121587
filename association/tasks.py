"""Celery entry points of the association; each is one operation."""

from celery import shared_task
from django.conf import settings

from association import accounts, notices, originals, periodic
from association.outbox import outbox_task


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
def send_reset_link(*, box: str, at_platform: bool) -> None:
    accounts.send_reset_link(box=box, at_platform=at_platform)


@outbox_task("association.tidy_outbox")
def tidy_outbox() -> None:
    periodic.tidy()


@outbox_task("association.destroy_originals")
def destroy_originals() -> None:
    originals.destroy_old()
