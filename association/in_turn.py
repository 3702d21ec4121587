"""一个一个来: a check before an insert is true at the insert only if nobody else is between the two.

The database's own unique constraints stay the last word; whoever runs into one all the same gets 409 (``answers.py``).
"""

from django.db import connection

from association.tenancy import current_association_id


def take_turn(subject: str, key: object = "") -> None:
    """Waits for whoever has this turn in the association, and keeps it to the end of the transaction.

    What was written in the earlier turn is committed and seen: check after this call, then insert.
    Gives up as any other lock does, with the sentence 别人正在办理.
    """
    _hold(f"{current_association_id()}/{subject}/{key}")


def wait_for_turns(subject: str, key: object = "") -> None:
    """For those who only read what the turn writes: many at once, and none while somebody has the turn.

    What an earlier turn committed is seen, and a later one waits until this transaction is over. Call it before rows
    are locked that the turn may lock too.
    """
    with connection.cursor() as cursor:
        name = f"{current_association_id()}/{subject}/{key}"
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [name])


def take_turn_everywhere(subject: str, key: object) -> None:
    """The same for what all associations share: accounts."""
    _hold(f"/{subject}/{key}")


def _hold(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
