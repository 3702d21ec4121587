"""The real settings, one more task, and a mail server that counts: they exist in no other process than those of the drill."""

from config.settings import *  # noqa: F403

CELERY_IMPORTS = ["tests.reliability.tasks"]
EMAIL_BACKEND = "tests.reliability.mails.CountingBackend"
