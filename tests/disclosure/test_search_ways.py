"""Pinyin, initials, pieces of codes and what comes near: pages, reasons, neighbours, cost, and hostile words."""

import pytest
from django.db import connections
from django.test import Client

from association.tenancy import acting_for
from common.errors import InvalidInput
from disclosure.choices import Ground
from disclosure.documents.hits import with_reason
from disclosure.models import CardGram, RegisterCard
from disclosure.operations import refresh_register
from disclosure.queries import search as module
from disclosure.queries.search import search
from disclosure.rules import cursor as cursors
from disclosure.rules import near
from disclosure.rules.keys import VERSION
from disclosure.rules.wish import wish_of
from members.models import FormerName
from tests.factories.people import make_association, make_institution, valid_uscc

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]

CODE = valid_uscc(90_000_778)


@pytest.fixture
def association():
    association = make_association("chaoyang")
    with acting_for(association.pk):
        make_institution("启明职业培训学校", uscc=CODE)
        make_institution("朝阳区启明艺术学校", short_name="明艺")
        renamed = make_institution("演示星河教育")
        FormerName.objects.create(institution=renamed, name="启明夜校")
        make_institution("QM培训")
        refresh_register()
    return association


def reasons(association, typed, **options):
    wish = wish_of(typed)
    cards = search([association.pk], wish, **options).cards
    return [(card.name, with_reason(card, wish).ground) for card in cards]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("启明职业培训学校", [("启明职业培训学校", Ground.SAME_NAME)]),
        ("启明职业", [("启明职业培训学校", Ground.NAME_BEGINS)]),
        ("艺术", [("朝阳区启明艺术学校", Ground.NAME_CONTAINS)]),
        ("明艺", [("朝阳区启明艺术学校", Ground.NAME_CONTAINS)]),
        ("夜校", [("演示星河教育", Ground.FORMER_NAME)]),
        (CODE, [("启明职业培训学校", Ground.SAME_CODE)]),
        (CODE[-7:], [("启明职业培训学校", Ground.PART_OF_CODE)]),
        (CODE[:9] + "9" + CODE[10:], [("启明职业培训学校", Ground.NEAR_CODE)]),
        ("qimingzhiye", [("启明职业培训学校", Ground.SOUND)]),
        ("qmzy", [("启明职业培训学校", Ground.INITIALS)]),
        ("qm", [("QM培训", Ground.NAME_CONTAINS), ("演示星河教育", Ground.INITIALS),
                ("启明职业培训学校", Ground.INITIALS), ("朝阳区启明艺术学校", Ground.INITIALS)]),
        ("奇鸣职业", [("启明职业培训学校", Ground.SAME_SOUND)]),
        ("启明学校职", []),  # of which no four stand together
        ("朝阳启明", [("朝阳区启明艺术学校", Ground.PARTS)]),
        ("启朋职业", [("启明职业培训学校", Ground.ONE_WRONG)]),
    ],
)  # fmt: skip
def test_each_hit_has_its_reason(association, typed, expected):
    assert reasons(association, typed) == expected


def test_reason_stands_on_the_page_and_in_the_answer_of_the_api(association):
    page = Client().get("/chaoyang/register/?q=夜校").content.decode()
    assert "命中理由：曾用名中含有所输入的字（启明夜校）" in page
    everywhere = Client().get("/?q=qimingzhiye").content.decode()
    assert "命中理由：拼音相符" in everywhere
    in_english = Client().get("/chaoyang/register/?q=qmzy", headers={"accept-language": "en"})
    assert "Why it is here: the pinyin initials match" in in_english.content.decode()
    answer = Client().get("/chaoyang/api/v1/register/?q=qmzy").json()["results"]
    assert [(row["ground"], row["ground_label"]) for row in answer] == [("initials", "拼音首字母相符")]
    everybody = Client().get("/chaoyang/api/v1/register/").json()["results"]
    assert {row["ground"] for row in everybody} == {None}
    assert "命中理由" not in Client().get("/chaoyang/register/").content.decode()


@pytest.mark.parametrize("typed", ["qm", "qiming", "peixun", "px"])
def test_pages_follow_each_other_over_the_ways_without_gap_or_double(association, typed):
    whole = [card.pk for card in search([association.pk], wish_of(typed)).cards]
    pages, cursor = [], ""
    while True:
        hits = search([association.pk], wish_of(typed), cursor, 1)
        pages += [card.pk for card in hits.cards]
        cursor = hits.next_cursor
        if not cursor:
            break
    assert pages == whole
    assert len(set(pages)) == len(pages) >= 1


@pytest.mark.parametrize("gram", ["9", "-1", "", "启明", "０"])
def test_mark_of_a_way_that_is_not_there_is_refused(association, gram):
    with pytest.raises(InvalidInput):
        search([association.pk], wish_of("qiming"), cursors.written("w", gram, -1, 0, 0))


def test_neighbours_are_found_by_no_way(association):
    neighbour = make_association()
    with acting_for(neighbour.pk):
        make_institution("邻居启明职业培训学校")
        refresh_register()
    for typed in ("qiming", "qmzy", "启朋职业", "奇鸣职业", "邻居启明", CODE[:8], "linju"):
        assert {card.association_id for card in search([association.pk], wish_of(typed)).cards} <= {
            association.pk
        }
    both = search([association.pk, neighbour.pk], wish_of("qimingzhiye")).cards
    assert {card.association_id for card in both} == {association.pk, neighbour.pk}


def test_closed_association_is_found_nowhere(association):
    type(association).objects.filter(pk=association.pk).update(is_open=False)
    assert "启明职业培训学校" not in Client().get("/?q=qiming").content.decode()
    assert Client().get("/chaoyang/register/?q=qiming").status_code == 404


@pytest.mark.parametrize(
    "typed",
    ["%", "_", "\\", "'", '"', "qi%", "q_ming", "qi\\", "~qim", "^qm", "#5211", "qiming'--", "\x00qi", "q" * 10_000,
     "启明" * 5_000, "启%朋_职\\业", "52110105%", "～ｑｉｍ", "\ud800启朋职业", "qi" * 200, "1" * 400],
)  # fmt: skip
def test_hostile_words_are_only_words(association, typed):
    found = [card.name for card in search([association.pk], wish_of(typed)).cards]
    assert set(found) <= {"启明职业培训学校", "朝阳区启明艺术学校", "演示星河教育", "QM培训"}
    assert CardGram.objects.exists()


def test_signs_of_a_pattern_are_not_patterns(association):
    assert reasons(association, "q_ming") == reasons(association, "qming") == []


# 朝阳 is read in two ways, and each is asked for.
def test_every_kind_of_question_has_its_number_of_queries(association, django_assert_num_queries):
    for typed, number in [
        ("qiming", 2),
        ("qm", 2),
        (CODE[:8], 3),
        ("朝阳启明", 6),
        ("启不", 2),
        (CODE[:9] + "9" + CODE[10:], 2),
    ]:
        with django_assert_num_queries(number):
            search([association.pk], wish_of(typed))


READ = """
SELECT pg_stat_get_xact_numscans('card_gram_rank'::regclass),
  (SELECT sum(seq_scan) FROM pg_stat_xact_user_tables WHERE relname IN ('disclosure_cardgram', 'disclosure_registercard'))
"""


@pytest.mark.parametrize("typed", ["qiming", "qmzy", CODE[:8]])
def test_a_way_is_a_range_of_the_index(association, typed):
    wish = wish_of(typed)
    search([association.pk], wish)
    with connections["public"].cursor() as cursor:
        cursor.execute(READ)
        before = cursor.fetchone()
        search([association.pk], wish)
        cursor.execute(READ)
        ranges, tables = (now - then for now, then in zip(cursor.fetchone(), before, strict=True))
    assert tables == 0
    assert ranges <= len(wish.ways) + 1


def test_cards_with_keys_of_an_earlier_version_are_written_again(association):
    with acting_for(association.pk):
        CardGram.objects.filter(gram__startswith="~").delete()
        RegisterCard.objects.update(keys_version=VERSION - 1)
    assert reasons(association, "qimingzhiye") == []
    with acting_for(association.pk):
        assert refresh_register() == 4
        assert refresh_register() == 0
    assert reasons(association, "qimingzhiye") != []


def test_the_page_holds_no_more_than_it_may(association, monkeypatch):
    assert len(search([association.pk], wish_of("启朋职业"), most=1).cards) == 1
    monkeypatch.setattr(module, "FEW", 1)
    assert reasons(association, "朝阳启明") == [("朝阳区启明艺术学校", Ground.PARTS)]


def test_two_pieces_apart_are_the_rarest():
    numbers = {"启": 9, "朋": 0, "职": 50, "业": 60, "启朋": 0, "朋职": 0, "职业": 40}
    assert near.looked_through("启朋职业", numbers) == ["朋", "启"]
