"""The real settings, and one more task: ``tests.reliability.tasks`` exists in no other process than those of the drill."""

from config.settings import *  # noqa: F403

CELERY_IMPORTS = ["tests.reliability.tasks"]
