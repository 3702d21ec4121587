"""What a search finds, in which order, and that it finds nothing of a neighbour."""

import pytest
from django.db import connections

from association.tenancy import acting_for
from common.errors import InvalidInput
from disclosure.api.serializers import HitOutput
from disclosure.models import RegisterCard
from disclosure.operations import refresh_register
from disclosure.queries import search as module
from disclosure.queries.register import all_cards, card_of
from disclosure.queries.search import search
from disclosure.rules.wish import wish_of
from members.models import FormerName
from tests.factories.people import make_association, make_institution, valid_uscc

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]

CODE = valid_uscc(90_000_777)  # no running number of the factory comes here
NAMES = {
    "whole": "启明培训",
    "prefix": "启明培训学校有限公司",
    "inside": "北京启明培训学校",
    "later": "北京市朝阳区启明培训学校",
    "renamed": "演示星河教育",
    "latin": "ABC Career_100% 培训",
    "code": "演示代码机构",
}


@pytest.fixture
def association():
    association = make_association()
    with acting_for(association.pk):
        made = {
            kind: make_institution(name, **({"uscc": CODE} if kind == "code" else {}))
            for kind, name in NAMES.items()
        }
        FormerName.objects.create(institution=made["renamed"], name="启明老校")
        FormerName.objects.create(institution=made["inside"], name="北京启明学校")
        refresh_register()
    return association


def found(association, typed, **options):
    by_name = {name: kind for kind, name in NAMES.items()}
    return [by_name[card.name] for card in search([association.pk], wish_of(typed), **options).cards]


ALL_FOUR = ["whole", "prefix", "inside", "later"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("启明", ["whole", "renamed", "prefix", "inside", "later"]),
        ("启明培训", ALL_FOUR),
        ("　启明　", ["whole", "renamed", "prefix", "inside", "later"]),
        ("启明 学校", ["prefix", "inside", "later"]),
        ("学校 启明", ["inside", "prefix", "later"]),
        ("朝阳 启明", ["later"]),
        ("启明，培训", ALL_FOUR),
        ("启明培训学校", ["prefix", "inside", "later"]),
        ("老校", ["renamed"]),
        ("启明老校", ["renamed"]),
        ("星河", ["renamed"]),
        ("河", ["renamed"]),
        ("河 星", ["renamed"]),
        ("abc", ["latin"]),
        ("ＡＢＣ", ["latin"]),
        ("career", ["latin"]),
        ("Career_100%", ["latin"]),
        (CODE, ["code"]),
        (CODE.lower(), ["code"]),
        (f" {CODE[:8]}-{CODE[8:]} ", ["code"]),
        ("".join(chr(ord(sign) + 0xFEE0) for sign in CODE), ["code"]),
        (CODE[:17], ["code"]),
        ("不存在", []),
        ("启不", []),
        ("", []),
        ("   ", []),
        ("%", []),
        ("_", []),
        ("%%", []),
        ("启%明", ["whole", "renamed", "prefix", "inside", "later"]),
        ("\\", []),
        ("\x00", []),
        ("启\x00明", ["whole", "renamed", "prefix", "inside", "later"]),
        ("启\u200b明", ["whole", "renamed", "prefix", "inside", "later"]),
        ("\ud800", []),
        ("' OR 1=1 --", []),
        ("'); DROP TABLE disclosure_registercard; --", []),
        ("启明" * 5000, []),
        ("x" * 10_000, []),
        ("🏫", []),
    ],
)
def test_what_is_typed_finds_what_it_names(association, typed, expected):
    assert found(association, typed) == expected


@pytest.mark.parametrize("few", [1, 500])
@pytest.mark.parametrize(
    ("typed", "expected"),
    [("启明培训", ALL_FOUR), ("学校 启明", ["prefix", "inside", "later"]), ("启明老校", ["renamed"])],
)
def test_common_and_rare_words_are_found_alike(association, monkeypatch, few, typed, expected):
    monkeypatch.setattr(module, "FEW", few)
    assert set(found(association, typed)) == set(expected)


def test_card_under_two_names_is_one_hit(association):
    assert found(association, "北京启明") == ["inside"]
    assert found(association, "北京") == ["inside", "later"]


@pytest.mark.parametrize("few", [1, 500])
@pytest.mark.parametrize("typed", ["启明", "启明培训", "学校", "启"])
def test_pages_follow_each_other_without_gap_or_double(association, monkeypatch, few, typed):
    monkeypatch.setattr(module, "FEW", few)
    whole = [card.pk for card in search([association.pk], wish_of(typed)).cards]
    pages, cursor = [], ""
    while True:
        hits = search([association.pk], wish_of(typed), cursor, 1)
        pages += [card.pk for card in hits.cards]
        cursor = hits.next_cursor
        if not cursor:
            break
    assert pages == whole


def test_everybody_by_name_page_by_page(association):
    pages, cursor = [], ""
    while True:
        hits = all_cards(association.pk, cursor, 2)
        pages += [card.name for card in hits.cards]
        cursor = hits.next_cursor
        if not cursor:
            break
    assert len(pages) == len(NAMES)
    assert pages == [card.name for card in all_cards(association.pk).cards]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "e30",
        "W10",
        "WyJjIiwi5ZKv5piOIiwxZTk5OSwwLDBd",
        "[" * 399,
        "A" * 5000,
        "WyJjIiwiYWIiLC0xLDAsMF0",
    ],
)
def test_cursor_that_was_not_written_here_is_refused(association, cursor):
    with pytest.raises(InvalidInput):
        search([association.pk], wish_of("启明"), cursor)
    with pytest.raises(InvalidInput):
        all_cards(association.pk, cursor)


def test_neighbours_cards_are_never_found(association):
    neighbour = make_association()
    with acting_for(neighbour.pk):
        other = make_institution("启明培训", uscc=CODE)
        refresh_register()
    assert {card.association_id for card in search([association.pk], wish_of("启明")).cards} == {
        association.pk
    }
    assert [card.institution_id for card in search([neighbour.pk], wish_of("启明")).cards] == [other.pk]
    assert card_of(neighbour.pk, CODE).institution_id == other.pk
    both = search([association.pk, neighbour.pk], wish_of("启明培训")).cards
    assert {card.association_id for card in both} == {association.pk, neighbour.pk}
    assert both[0].name == both[1].name == "启明培训"


READ = """
SELECT pg_stat_get_xact_numscans('card_gram_rank'::regclass),
  pg_stat_get_xact_tuples_returned('card_gram_rank'::regclass),
  (SELECT sum(seq_scan) FROM pg_stat_xact_user_tables WHERE relname IN ('disclosure_cardgram', 'disclosure_registercard'))
"""


def read_by(question):
    """Ranges of the index, entries read of them, and whole tables read, as PostgreSQL counts what it really did."""
    with connections["public"].cursor() as cursor:
        cursor.execute(READ)
        before = cursor.fetchone()
        question()
        cursor.execute(READ)
        return tuple(now - then for now, then in zip(cursor.fetchone(), before, strict=True))


def fill(association, cards):
    """So many cards more whose names begin with the word, and no statistics about them."""
    with acting_for(association.pk), connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO disclosure_registercard (association_id, institution_id, name, short_name, former_names, "
            "field, region, is_member, is_demo, source, state, grade, standard, official, overruled, profile, history, "
            "search_text, as_of) SELECT %s, 1000000 + n, '启明' || n, '', '{}', 'other', '', false, true, '', "
            "'not_assessed', '', '', true, false, '[]', '[]', '启明' || n, now() FROM generate_series(1, %s) n",
            [association.pk, cards],
        )
        cursor.execute(
            "INSERT INTO disclosure_cardgram (association_id, card_id, gram, text, place, length, best) "
            "SELECT association_id, id, '启明', search_text, 0, length(search_text), true "
            "FROM disclosure_registercard WHERE association_id = %s AND institution_id > 1000000",
            [association.pk],
        )


@pytest.mark.parametrize("analysed", [True, False], ids=["analysed", "as it grew"])
def test_two_characters_are_a_range_of_the_index(association, analysed):
    """Among thousands the index is read in order until the page is full, by the plan that the connection keeps.

    It was made while the register was nearly empty, when a table is read sooner than an index.
    """
    wish = wish_of("启明")
    search([association.pk], wish)
    fill(association, 3000)
    if analysed:
        with connections["default"].cursor() as cursor:
            cursor.execute("ANALYZE disclosure_cardgram, disclosure_registercard")
    ranges, entries, tables = read_by(lambda: search([association.pk], wish))
    assert (ranges, tables) == (1, 0)
    assert entries <= module.PAGE + 1
    assert len(search([association.pk], wish).cards) == module.PAGE


def test_page_after_page_is_a_range_of_the_index(association):
    fill(association, 300)
    wish, cursor = wish_of("启明"), ""
    for _page in range(5):
        cursor = search([association.pk], wish, cursor).next_cursor
    ranges, entries, tables = read_by(lambda: search([association.pk], wish, cursor))
    assert (ranges, tables) == (1, 0)
    assert entries <= module.PAGE + 1


def test_whole_table_would_be_noticed(association):
    """The measure itself, shown red."""
    whole = "SELECT count(*) FROM disclosure_cardgram WHERE id + place < 0"
    with connections["default"].cursor() as cursor:
        _ranges, _entries, tables = read_by(lambda: cursor.execute(whole))
    assert tables == 1


def test_one_query_for_a_word_two_for_a_longer_one(association, django_assert_num_queries):
    for typed, number in [("启明", 1), ("启明培训", 2), (CODE, 1), ("", 0)]:
        with django_assert_num_queries(number):
            search([association.pk], wish_of(typed))


@pytest.mark.urls("config.urls_association")
@pytest.mark.parametrize("typed", ["启明", "启明培训", "abc"])
def test_cards_of_the_api_are_whole(association, django_assert_num_queries, typed):
    cards = search([association.pk], wish_of(typed), columns=module.WHOLE).cards
    with django_assert_num_queries(0):
        shown = [HitOutput(card, context={"request": None}).data for card in cards]
    kept = RegisterCard.objects.in_bulk([card.pk for card in cards])
    assert shown == [HitOutput(kept[card.pk], context={"request": None}).data for card in cards]


def test_what_a_page_does_not_show_is_read_when_asked_for(association):
    (card,) = search([association.pk], wish_of("abc")).cards
    assert card.as_of == RegisterCard.objects.get(pk=card.pk).as_of
    assert card.field == RegisterCard.objects.get(pk=card.pk).field


def test_long_names_stay_within_their_column(association):
    """Folding may lengthen a name: one sign becomes eighteen."""
    with acting_for(association.pk):
        make_institution("\ufdfa" * 80)
        refresh_register()
    assert RegisterCard.objects.filter(name="\ufdfa" * 80).exists()


def test_wrong_code_is_explained(association):
    assert "字母“O”" in wish_of("9111010500000000OX").hint
    assert "应为18位" in wish_of(CODE[:17]).hint
    assert "校验码" in wish_of(CODE[:17] + ("1" if CODE[17] != "1" else "2")).hint
    assert wish_of(CODE).hint == ""
