"""The Celery application; what happens by the clock stands in the settings."""

import gc
import os
from typing import Any

from celery import Celery, signals
from django.core.exceptions import ImproperlyConfigured

from association.checks import refuse_unsafe_roles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_our_logging(**_kwargs: Any) -> None:
    """Celery leaves the logging of the settings alone."""


@signals.worker_init.connect
def _refuse_unsafe_roles(**_kwargs: Any) -> None:
    """Celery logs what a signal raises and goes on; leaving the process is what stops it."""
    try:
        refuse_unsafe_roles()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error


@signals.worker_process_init.connect
def _freeze_what_is_loaded(**_kwargs: Any) -> None:
    """Code and settings stay as long as the process: the collector looks at what jobs leave, not at them again."""
    gc.freeze()
