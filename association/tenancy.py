"""Which association the running code acts for.

Three walls, each of which holds on its own:

1. ``ScopedManager`` refuses to query when no association is selected;
2. row security in PostgreSQL hides other associations' rows from any SQL;
3. composite foreign keys stop a row from pointing into another association.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Func, Value
from django.db.models.functions import Cast

from association.scope import NOBODY, fresh_memo, selected

# What ``_tell_database`` says, as a column: PostgreSQL reckons it for the rows that a statement answers, for no other.
TELLING = Func(
    Value("portal.association"),
    Cast("pk", models.TextField()),
    Value(True),
    function="set_config",
    output_field=models.TextField(),
)

LastDeed = Callable[[Sequence[Any]], object]
_last: ContextVar[dict[LastDeed, dict[Any, None]] | None] = ContextVar("last_deeds", default=None)


class NoAssociationSelected(RuntimeError):  # noqa: N818 - it reads as what happened
    """Code touched association-owned data without saying for whom."""


def current_association_id() -> int:
    scope = selected.get()
    if scope == NOBODY:
        raise NoAssociationSelected
    return scope


@contextmanager
def acting_for(association_id: int) -> Iterator[None]:
    """Run the block for one association: one scope is one transaction (a savepoint when nested)."""
    with transaction.atomic(), fresh_memo(), _selected(association_id):
        _tell_database(association_id)
        yield


@contextmanager
def acting_where(*places: models.QuerySet[Any]) -> Iterator[Any]:
    """As ``acting_for``, for the first association found in these ``places`` (None: there is none, and no scope).

    A place must fit one association at most. The statement that finds it also tells the database, so that opening the
    scope costs a request no statement of its own.
    """
    with transaction.atomic(), fresh_memo():
        found = next((row for place in places if (row := place.annotate(told=TELLING).first())), None)
        if found is None:
            yield None
            return
        with _selected(found.pk):
            yield found


@contextmanager
def _selected(association_id: int) -> Iterator[None]:
    """Inside a transaction that has told the database or is about to."""
    before = selected.get()
    token, last = selected.set(association_id), _last.set({})
    try:
        yield
        _do_last()
    finally:
        selected.reset(token)
        _last.reset(last)
    # The setting ends with the transaction; inside a larger one the state before is handed back
    # (a rollback, whole or to the savepoint, does it by itself).
    if connection.savepoint_ids and not connection.needs_rollback:
        _tell_database(before)


def at_the_end(deed: LastDeed, item: Any) -> None:
    """``deed`` is done as the last thing of the scope, in its transaction, with every item that was named for it, once each.

    For what needs the whole of what was done. Where it fails nothing of the scope is kept; a scope rolled back does nothing.
    """
    waiting = _last.get()
    if waiting is None:
        raise NoAssociationSelected
    waiting.setdefault(deed, {})[item] = None


def _do_last() -> None:
    waiting = _last.get()
    while waiting and not connection.needs_rollback:
        deed = next(iter(waiting))
        deed(list(waiting.pop(deed)))


def after_commit(deed: Callable[[], object]) -> None:
    """Runs ``deed`` in a scope and transaction of its own, once the present one is kept.

    For what cannot be rolled back. It may be lost (the process dies) or fail (the log says so): something else heals it.
    """
    association_id = current_association_id()

    def run() -> None:
        with acting_for(association_id):
            deed()

    transaction.on_commit(run, robust=True)


def _tell_database(scope: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.association', %s, true)", [str(scope)])


class ScopedQuerySet(models.QuerySet[Any]):
    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.claim()
        return super().bulk_create(rows, *args, **kwargs)


_Manager = models.Manager.from_queryset(ScopedQuerySet)


class ScopedManager(_Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(association_id=current_association_id())


class AssociationOwned(models.Model):
    association = models.ForeignKey(
        "association.Association", models.PROTECT, editable=False, related_name="+"
    )

    objects = ScopedManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.claim()
        super().save(*args, **kwargs)

    def claim(self) -> None:
        """Put the row under the current association, or refuse."""
        scope = current_association_id()
        if self.association_id is None:
            self.association_id = scope
        elif self.association_id != scope:
            raise NoAssociationSelected(f"row of association {self.association_id} written for {scope}")
