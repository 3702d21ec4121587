"""What stands outside the walls of reading has a wall of its own for writing."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from association.outbox import enqueue
from association.tenancy import acting_for
from disclosure.models import DataLicence
from disclosure.operations import catch_up_log, refresh_register, sign_log
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
            catch_up_log()
            sign_log()
            DataLicence.objects.create(association_id=neighbour.pk, text="演示许可")
    with acting_for(here.pk), connection.cursor() as cursor:
        assert ask(f"SELECT count(*) FROM {table} WHERE association_id = %s", [neighbour.pk]) > [(0,)]
        cursor.execute(f"UPDATE {table} SET id = id WHERE association_id = %s", [neighbour.pk])
        assert cursor.rowcount == 0
        cursor.execute(f"DELETE FROM {table} WHERE association_id = %s", [neighbour.pk])
        assert cursor.rowcount == 0
        # The log asks first whether an entry continues its chain.
        with pytest.raises(DatabaseError, match=r"row-level security|continue"), transaction.atomic():
            cursor.execute(
                f"INSERT INTO {table} SELECT * FROM {table} WHERE association_id = %s", [neighbour.pk]
            )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id")
        assert (cursor.rowcount > 0) is (table == "association_outboxjob")
        cursor.execute(f"DELETE FROM {table}")
        assert cursor.rowcount == 0
