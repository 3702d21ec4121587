"""A job whose effect can be counted: every run that commits leaves one line in the append-only trail."""

import time

from association.actors import system
from association.audit import record
from association.outbox import outbox_task
from association.tenancy import current_association_id

ACTION = "drill"


@outbox_task("tests.drill")
def drill(*, number: int) -> None:
    record(system(current_association_id()), ACTION, None, number=number)
    time.sleep(0.005)  # between the effect and its commit: where a kill hurts most
