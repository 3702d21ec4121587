"""同时: several calls at one moment, each with a connection and a transaction of its own. Real commits, real threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from association.tenancy import acting_for
from common.errors import DomainError


def at_once(association, *calls):
    """Each call in its own thread, scope and connection, all let go together: what each gave, or the refusal it met."""
    gate = Barrier(len(calls))

    def run(call):
        try:
            with acting_for(association.pk):
                gate.wait(timeout=20)
                return call()
        except DomainError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def winners(outcomes):
    return [one for one in outcomes if not isinstance(one, DomainError)]


def losers(outcomes):
    return [one for one in outcomes if isinstance(one, DomainError)]
