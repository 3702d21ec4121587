"""The relay: leases due rows of the outbox and rings Celery. It may be killed at any moment, and many may run."""

import logging
import os
import signal
import socket
import threading
import time
from datetime import timedelta
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone
from kombu.exceptions import OperationalError as QueueError
from redis.exceptions import RedisError

from association.checks import refuse_unsafe_roles
from association.models import WorkerBeat
from association.outbox import QUEUES, lease

logger = logging.getLogger(__name__)

BUSY_SECONDS = 0.1
PAUSE_SECONDS = 0.5
TROUBLE_SECONDS = 2.0
BEAT_SECONDS = 15
FORGOTTEN = timedelta(days=1)


class Command(BaseCommand):
    help = "Rings Celery for every due job of the outbox, until SIGTERM."

    def handle(self, *_args: Any, **_options: Any) -> None:
        refuse_unsafe_roles()
        current_app.loader.import_default_modules()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Relay().run(stop)


class Relay:
    """One loop; what it keeps between rounds is only the time of its last heartbeat."""

    def __init__(self) -> None:
        self.name = f"relay {socket.gethostname()} {os.getpid()}"
        self.next_beat = 0.0

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            stop.wait(self.round())
        WorkerBeat.objects.filter(name=self.name).delete()

    def round(self) -> float:
        """Hand out what is due; the answer is how long to wait before the next round."""
        try:
            close_old_connections()
            self.beat()
            return BUSY_SECONDS if ring(lease()) else PAUSE_SECONDS
        except (DatabaseError, InterfaceError):
            logger.exception("database out of reach")
            connection.close()
        except (QueueError, RedisError, OSError):
            # The leased rows are due again when the lease runs out: nothing to undo.
            logger.exception("queue out of reach")
        return TROUBLE_SECONDS

    def beat(self) -> None:
        if time.monotonic() < self.next_beat:
            return
        moment = timezone.now()
        WorkerBeat.objects.update_or_create(name=self.name, defaults={"at": moment})
        WorkerBeat.objects.filter(at__lt=moment - FORGOTTEN).delete()
        self.next_beat = time.monotonic() + BEAT_SECONDS


def ring(jobs: list[tuple[int, str]]) -> int:
    """Tell the queue about each job; a name without a task here goes to the default queue and waits."""
    for job_id, task in jobs:
        current_app.send_task(task, args=[job_id], queue=QUEUES.get(task, "default"), retry=False)
    return len(jobs)
