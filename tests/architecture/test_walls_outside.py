"""What stands outside the walls of reading has a wall of its own for writing."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from association.outbox import enqueue
from association.tenancy import acting_for
from disclosure.operations import refresh_register
from tests.architecture.test_walls import PUBLISHED, ask
from tests.disclosure.material import a_season
from tests.factories.people import make_association

WRITTEN_BY_ITS_OWN = sorted({*PUBLISHED, "association_outboxjob"})


@pytest.mark.parametrize("table", WRITTEN_BY_ITS_OWN)
def test_what_stands_outside_is_written_only_for_the_association_of_the_scope(db, table):
    neighbour, here = make_association("neighbour"), make_association("here")
    with acting_for(neighbour.pk):
        if table == "association_outboxjob":
            enqueue("association.never", key="theirs", due=timezone.now() + timedelta(days=9))
        else:
            a_season()
            refresh_register()
    with acting_for(here.pk), connection.cursor() as cursor:
        assert ask(f"SELECT count(*) FROM {table} WHERE association_id = %s", [neighbour.pk]) > [(0,)]
        cursor.execute(f"UPDATE {table} SET id = id WHERE association_id = %s", [neighbour.pk])
        assert cursor.rowcount == 0
        cursor.execute(f"DELETE FROM {table} WHERE association_id = %s", [neighbour.pk])
        assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            cursor.execute(
                f"INSERT INTO {table} SELECT * FROM {table} WHERE association_id = %s", [neighbour.pk]
            )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id")
        assert (cursor.rowcount > 0) is (table == "association_outboxjob")
        cursor.execute(f"DELETE FROM {table}")
        assert cursor.rowcount == 0
