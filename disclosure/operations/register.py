"""What keeps the public copies true: written again when told of a change, and compared with the truth by the clock.

Each may run twice, late, or at the same time as another: the copy is always made from what is committed now, under
a lock on the institution or the round, and is written only when it differs.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from association import clock
from association.choices import OutboxState
from association.models import OutboxJob
from association.tenancy import current_association_id
from credit_rating.queries.past_rounds import PastBoard, past_boards
from credit_rating.queries.results import PublicStanding, public_standings
from credit_rating.queries.round_board import RoundBoard, public_round_ids, round_board
from disclosure.models import CardGram, PastRound, PublishedRound, RegisterCard
from disclosure.rules.keys import VERSION, Key, compared, keys_of
from members import queries as members
from members.queries.pledge import Signed, signed_by

BATCH = 500
# In the order of the index that they are found by: neighbours go to the same page of it.
KEYS = """
INSERT INTO disclosure_cardgram (association_id, card_id, gram, text, place, length, best)
SELECT %(association)s, * FROM unnest(
  string_to_array(%(card)s, ' ')::bigint[], string_to_array(%(gram)s, ' '), string_to_array(%(text)s, ' '),
  string_to_array(%(place)s, ' ')::smallint[], string_to_array(%(length)s, ' ')::smallint[],
  string_to_array(%(best)s, ' ')::bool[]) AS key (card, gram, text, place, length, best)
ORDER BY gram COLLATE "C", place, length, card
"""
Values = dict[str, Any]


@transaction.atomic
def refresh_institution(*, institution_id: int) -> bool:
    """登记卡 of one institution; whether anything had to be written."""
    return bool(_refresh([institution_id]))


@transaction.atomic
def refresh_round(*, round_id: int) -> bool:
    """结果公布 of one round; whether anything had to be written."""
    association_id = current_association_id()
    board = round_board(round_id)
    stored = (
        PublishedRound.objects.filter(association_id=association_id, round_id=round_id)
        .select_for_update()
        .first()
    )
    if board is None:
        return bool(stored and stored.delete())
    values = {name: value for name, value in asdict(board).items() if name != "round_id"}
    if stored is not None and all(getattr(stored, name) == value for name, value in values.items()):
        return False
    PublishedRound.objects.update_or_create(
        round_id=round_id, defaults={**values, "association_id": association_id, "as_of": clock.now()}
    )
    return True


@transaction.atomic
def refresh_past_rounds(*, year: int) -> int:
    """以往公布的结果 of one year; how many had to be written."""
    boards = past_boards(year)
    gone = _drop_past_rounds(_past_rounds().filter(year=year), boards)
    return gone + sum(_write_past_round(board) for board in boards)


@transaction.atomic
def refresh_register() -> int:
    """Compare every copy with the truth and write those that differ: what was missed, and what a day has changed."""
    return _refresh_all(_stale)


def _refresh_all(chosen: Callable[[list[int]], list[int]]) -> int:
    """``chosen``: which of some institutions are looked at under a lock; how many copies had to be written."""
    written = _drop_what_is_gone()
    ids = list(members.institutions().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        written += len(_refresh(chosen(ids[start : start + BATCH])))
    boards = past_boards()
    written += _drop_past_rounds(_past_rounds(), boards) + sum(_write_past_round(board) for board in boards)
    return written + sum(refresh_round(round_id=pk) for pk in public_round_ids())


@transaction.atomic
def rebuild_register() -> int:
    """Write every copy of the association anew, also those that look right: the keys of the search above all."""
    association_id = current_association_id()
    PublishedRound.objects.filter(association_id=association_id).delete()
    PastRound.objects.filter(association_id=association_id).delete()
    RegisterCard.objects.filter(association_id=association_id).delete()
    return _refresh_all(lambda ids: ids)


def altered_copies() -> list[str]:
    """Which copies do not say what the truth says, in words; those of which a job waits to be done are left out."""
    waiting = _waiting("disclosure.refresh_institution", "institution_id")
    rounds = _waiting("disclosure.refresh_round", "round_id")
    ids = list(members.institutions().order_by("pk").values_list("pk", flat=True))
    said = []
    for start in range(0, len(ids), BATCH):
        some = [pk for pk in ids[start : start + BATCH] if pk not in waiting]
        said += _altered_cards(some)
    own = current_association_id()
    kept = RegisterCard.objects.filter(association_id=own).exclude(institution_id__in=ids)
    said += [f"register card of institution {pk}" for pk in kept.values_list("institution_id", flat=True)]
    boards = {pk: round_board(pk) for pk in public_round_ids() if pk not in rounds}
    stored = {row.round_id: row for row in PublishedRound.objects.filter(association_id=own)}
    said += [
        f"published round {pk}" for pk, board in boards.items() if board and _differs(stored.get(pk), board)
    ]
    years = _waiting("disclosure.refresh_past_rounds", "year")
    past = {(row.year, row.scheme, row.issuing_body): row for row in _past_rounds()}
    truth = {(board.year, board.scheme, board.issuing_body): board for board in past_boards()}
    return said + [
        f"past round {key[0]} {key[1]}"
        for key in sorted(past.keys() | truth.keys())
        if key[0] not in years and (key not in past or key not in truth or _differs(past[key], truth[key]))
    ]


def _waiting(task: str, name: str) -> set[int]:
    """What will be written anew in a moment anyway."""
    jobs = OutboxJob.objects.filter(
        association_id=current_association_id(), task=task, state=OutboxState.WAITING
    )
    return {int(payload[name]) for payload in jobs.values_list("payload", flat=True)}


def _differs(stored: PublishedRound | PastRound | None, board: RoundBoard | PastBoard) -> bool:
    return stored is None or any(getattr(stored, name) != value for name, value in asdict(board).items())


def _altered_cards(institution_ids: Collection[int]) -> list[str]:
    said = [f"register card of institution {pk}" for pk in sorted(_differing(institution_ids))]
    cards = RegisterCard.objects.filter(
        association_id=current_association_id(), institution_id__in=institution_ids
    ).prefetch_related("grams")
    return said + [
        f"search keys of institution {card.institution_id}"
        for card in cards.order_by("institution_id")
        if _marks(card.grams.all()) != _marks(_keys(card))
    ]


def _marks(rows: Iterable[CardGram | Key]) -> list[tuple[Any, ...]]:
    return sorted((row.gram, row.text, row.place, row.length, row.best) for row in rows)


def _write_past_round(board: PastBoard) -> bool:
    """Writes the copy of one evaluation when it differs."""
    copies = _past_rounds().filter(year=board.year, scheme=board.scheme, issuing_body=board.issuing_body)
    told = {
        "sources": board.sources,
        "notes": board.notes,
        "results": board.results,
        "removed": board.removed,
    }
    stored = copies.select_for_update().first()
    if stored is not None and all(getattr(stored, name) == value for name, value in told.items()):
        return False
    PastRound.objects.update_or_create(
        association_id=current_association_id(),
        year=board.year,
        scheme=board.scheme,
        issuing_body=board.issuing_body,
        defaults={**told, "as_of": clock.now()},
    )
    return True


def _drop_past_rounds(copies: QuerySet[PastRound], boards: Collection[PastBoard]) -> int:
    """Those of evaluations of which no result is left."""
    kept = {(board.year, board.scheme, board.issuing_body) for board in boards}
    gone = [row.pk for row in copies if (row.year, row.scheme, row.issuing_body) not in kept]
    return PastRound.objects.filter(pk__in=gone).delete()[0]


def _past_rounds() -> QuerySet[PastRound]:
    return PastRound.objects.filter(association_id=current_association_id())


def _refresh(institution_ids: Collection[int]) -> list[int]:
    """Write the cards of these that differ, under a lock on the institutions; the ids of those written."""
    if not institution_ids:
        return []
    list(
        members.institutions()
        .filter(pk__in=institution_ids)
        .order_by("pk")
        .select_for_update()
        .values_list("pk")
    )
    changed = _differing(institution_ids)
    cards = _write(changed)
    CardGram.objects.filter(card_id__in=[card.pk for card in cards]).delete()
    _write_keys(cards)
    return list(changed)


def _stale(institution_ids: Collection[int]) -> list[int]:
    return list(_differing(institution_ids))


def _differing(institution_ids: Collection[int]) -> dict[int, Values]:
    """What the cards ought to hold, for those that do not."""
    cards = {
        card.institution_id: card
        for card in RegisterCard.objects.filter(
            association_id=current_association_id(), institution_id__in=institution_ids
        )
    }
    return {
        pk: values
        for pk, values in _wanted(institution_ids).items()
        if pk not in cards or any(getattr(cards[pk], name) != value for name, value in values.items())
    }


def _wanted(institution_ids: Collection[int]) -> dict[int, Values]:
    former: dict[int, list[str]] = {}
    for row in members.former_names().filter(institution_id__in=institution_ids).order_by("pk"):
        former.setdefault(row.institution_id, []).append(row.name)
    standings, signed = public_standings(institution_ids), signed_by(institution_ids)
    rows = members.with_membership(members.institutions().filter(pk__in=institution_ids)).select_related(
        "region"
    )
    return {
        row.pk: _values(row, former.get(row.pk, []), standings[row.pk], signed.get(row.pk)) for row in rows
    }


def _values(
    institution: Any, former_names: list[str], standing: PublicStanding, signed: Signed | None
) -> Values:
    return {
        "name": institution.name,
        "short_name": institution.short_name,
        "former_names": former_names,
        "uscc": institution.uscc,
        "field": institution.field,
        "region": institution.region.name if institution.region else "",
        "is_member": institution.is_member,
        "pledge_version": signed.number if signed else None,
        "pledge_signed_on": signed.on if signed else None,
        "is_demo": institution.is_demo,
        "source": standing.source,
        "state": standing.state.value,
        "grade": standing.grade,
        "grade_year": standing.year,
        "standard": standing.standard,
        "official": standing.official,
        "overruled": standing.overruled,
        "profile": list(standing.profile),
        "published_at": standing.published_at,
        "valid_until": standing.valid_until,
        "history": [asdict(row) for row in standing.history],
        "own_rule": standing.own_rule,
        "search_text": compared(institution.name),
        "keys_version": VERSION,
    }


def _write(changed: dict[int, Values]) -> list[RegisterCard]:
    """One statement for all of them; a card keeps its number when only its values change."""
    owned = {"association_id": current_association_id(), "as_of": clock.now()}
    cards = [RegisterCard(institution_id=pk, **owned, **values) for pk, values in changed.items()]
    if not cards:
        return []
    written = [name for values in changed.values() for name in values]
    return RegisterCard.objects.bulk_create(
        cards,
        update_conflicts=True,
        unique_fields=["institution"],
        update_fields=[*dict.fromkeys(written), "association", "as_of"],
    )


def _write_keys(cards: Collection[RegisterCard]) -> None:
    """Some hundred keys for each card: each column as one text, for folded texts hold no space."""
    keys = [(card.pk, *key) for card in cards for key in _keys(card)]
    if not keys:
        return
    pks, *columns = zip(*keys, strict=True)
    values = {name: " ".join(map(str, column)) for name, column in zip(Key._fields, columns, strict=True)}
    with connection.cursor() as cursor:
        cursor.execute(
            KEYS, {**values, "card": " ".join(map(str, pks)), "association": current_association_id()}
        )


def _keys(card: RegisterCard) -> list[Key]:
    names = [card.name, *([card.short_name] if card.short_name else []), *card.former_names]
    return keys_of(names, card.uscc)


def _drop_what_is_gone() -> int:
    """Copies whose institution or round is no longer there to be shown."""
    association_id = current_association_id()
    cards = RegisterCard.objects.filter(association_id=association_id)
    gone = list(
        cards.exclude(institution_id__in=members.institutions().values("pk")).values_list("pk", flat=True)
    )
    RegisterCard.objects.filter(pk__in=gone).delete()
    rounds = PublishedRound.objects.filter(association_id=association_id).exclude(
        round_id__in=public_round_ids()
    )
    return len(gone) + rounds.delete()[0]
