"""相争: which faults of the database only mean that somebody else was at the same row; asked again they pass."""

import logging

from django.db import IntegrityError, OperationalError

# lock_not_available (somebody held the row for longer than lock_timeout), deadlock_detected, serialization_failure.
CONTENDED = {"55P03", "40P01", "40001"}
# unique_violation: somebody wrote the same between our check and our insert. Asked again, the check has its sentence.
WRITTEN_BEFORE = "23505"
logger = logging.getLogger(__name__)


def is_contended(error: Exception) -> bool:
    """Whether the database gave up because somebody else was at the same row, or has just written the same one."""
    code = getattr(error.__cause__, "pgcode", None)
    if isinstance(error, IntegrityError) and code == WRITTEN_BEFORE:
        # An operation whose check could have told it should take its turn first (in_turn.py): the line names the place.
        logger.warning("written twice", exc_info=error)
        return True
    return isinstance(error, OperationalError) and code in CONTENDED
