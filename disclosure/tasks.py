"""Celery entry points of the public copies; each is one operation."""

from association.actors import system
from association.outbox import outbox_task
from association.tenancy import current_association_id
from disclosure import operations


@outbox_task("disclosure.refresh_institution")
def refresh_institution(*, institution_id: int) -> None:
    operations.refresh_institution(institution_id=institution_id)


@outbox_task("disclosure.refresh_round")
def refresh_round(*, round_id: int) -> None:
    operations.refresh_round(round_id=round_id)


@outbox_task("disclosure.refresh_past_rounds")
def refresh_past_rounds(*, year: int) -> None:
    operations.refresh_past_rounds(year=year)


@outbox_task("disclosure.refresh_register")
def refresh_register() -> None:
    operations.refresh_register()


@outbox_task("disclosure.catch_up_log")
def catch_up_log() -> None:
    operations.catch_up_log()


@outbox_task("disclosure.sign_log")
def sign_log() -> None:
    operations.sign_log()


@outbox_task("disclosure.plan_open_data")
def plan_open_data() -> None:
    operations.plan_open_data()


@outbox_task("disclosure.publish_open_data")
def publish_open_data() -> None:
    operations.publish_open_data(actor=system(current_association_id()))
