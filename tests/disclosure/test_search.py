"""What a search finds, in which order, and that it finds nothing of a neighbour."""

import pytest
from django.db import connections

from association.tenancy import acting_for
from common.errors import InvalidInput
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

CODE = valid_uscc(777)
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
        (CODE[:17], []),
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


def test_two_characters_are_a_range_of_the_index(association):
    """Among thousands of cards the plan reads the index in order and stops: no sort of all, no table scan."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO disclosure_cardgram (association_id, card_id, gram, text, place, length, best) "
            "SELECT association_id, id, '启明', '启明' || n, 0, 2, true FROM disclosure_registercard, "
            "generate_series(1, 3000) n WHERE association_id = %s",
            [association.pk],
        )
        cursor.execute("ANALYZE disclosure_cardgram")
        values = {"associations": [association.pk], "gram": "启明", "patterns": ["%启明%"], "most": 21}
        cursor.execute(
            f"EXPLAIN (ANALYZE, TIMING OFF) {module.ALONG_THE_INDEX}",
            values | {"place": -1, "length": 0, "card": 0},
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "card_gram_rank" in plan
    assert "Seq Scan on disclosure_cardgram" not in plan
    read = max(
        int(line.split("rows=")[-1].split(".")[0].split()[0])
        for line in plan.splitlines()
        if "card_gram_rank" in line
    )
    assert read <= 21


def test_one_query_for_a_word_two_for_a_longer_one(association, django_assert_num_queries):
    for typed, number in [("启明", 1), ("启明培训", 2), (CODE, 1), ("", 0)]:
        with django_assert_num_queries(number):
            search([association.pk], wish_of(typed))


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
