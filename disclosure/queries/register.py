"""登记册: one card, or all in the order of their names, as ``portal_public``."""

from django.db.models import Count
from django.utils.translation import gettext as _

from common import uscc
from common.errors import NotFound
from disclosure.models import RegisterCard
from disclosure.queries.search import PAGE, Hits, search
from disclosure.rules import cursor as cursors
from disclosure.rules.wish import wish_of

LARGEST_ID = 2**63
MOST_ON_THE_DESK = 200


def card_of(association_id: int, key: str) -> RegisterCard:
    """The card under a USCC, or under our number where the code is not known."""
    cards = RegisterCard.objects.using("public").filter(association_id=association_id)
    if key.isascii() and key.isdigit() and len(key) < uscc.LENGTH and int(key) < LARGEST_ID:
        card = cards.filter(institution_id=int(key)).first()
    else:
        card = cards.filter(uscc=uscc.normalised(key)).first()
    if card is None:
        raise NotFound(_("没有找到这家机构。请核对名称或统一社会信用代码。"))
    return card


def all_cards(association_id: int, cursor: str = "", most: int = PAGE) -> Hits:
    """Every institution by name, page by page."""
    cards = RegisterCard.objects.using("public").filter(association_id=association_id)
    cards = cards.defer("profile", "history", "own_rule").order_by("search_text", "pk")
    if cursor:
        text, last = cursors.read(cursor, str, int)
        rest = cards.filter(search_text__gte=text)
        rows = list(rest.exclude(search_text=text, pk__lte=last)[: most + 1])
    else:
        rows = list(cards[: most + 1])
    return _page(rows, most)


def signatories(association_id: int, cursor: str = "", most: int = PAGE) -> Hits:
    """签署单位 by name, page by page: members who have signed a version of the pledge."""
    cards = RegisterCard.objects.using("public").filter(
        association_id=association_id, pledge_version__isnull=False
    )
    cards = cards.defer("profile", "history", "own_rule").order_by("search_text", "pk")
    if cursor:
        text, last = cursors.read(cursor, str, int)
        cards = cards.filter(search_text__gte=text).exclude(search_text=text, pk__lte=last)
    return _page(list(cards[: most + 1]), most)


def signatories_by_version(association_id: int) -> dict[int, int]:
    """How many have which version as their last."""
    cards = RegisterCard.objects.using("public").filter(
        association_id=association_id, pledge_version__isnull=False
    )
    return dict(cards.values_list("pledge_version").annotate(number=Count("pk")))


def institutions_meant(association_id: int, typed: str) -> list[int]:
    """Ids of the institutions that the public search finds first for these words; for the list of the staff desk."""
    hits = search([association_id], wish_of(typed), most=MOST_ON_THE_DESK)
    return [card.institution_id for card in hits.cards]


def _page(rows: list[RegisterCard], most: int) -> Hits:
    if len(rows) <= most:
        return Hits(rows)
    last = rows[most - 1]
    return Hits(rows[:most], cursors.written(last.search_text, last.pk))
