"""Public pages over HTTP: what they say, what they never say, and how big they are."""

import re
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connections
from django.test import Client

from association import clock
from association.tenancy import acting_for
from credit_rating.choices import RoundState, Stage
from disclosure.models import RegisterCard
from disclosure.operations import refresh_register
from tests.disclosure.material import a_season, assessed, certified, foreign_result, held_round, published
from tests.disclosure.test_pages_browser import addresses
from tests.factories.people import make_association, make_institution

LARGEST = 100 * 1024
WITHOUT_PUBLIC = pytest.mark.usefixtures("public_sees_default")
QUICK = [pytest.mark.django_db(databases=["default", "public"]), WITHOUT_PUBLIC]
REAL = pytest.mark.django_db(transaction=True, databases=["default", "public"])


def marked(test):
    for mark in QUICK:
        test = mark(test)
    return test


def season():
    association = make_association("chaoyang")
    with acting_for(association.pk):
        return a_season() | {"association": association}


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@REAL
def test_every_page_is_served_by_the_role_that_sees_only_what_is_published():
    made = season()
    for name, address in addresses(made).items():
        answer = Client().get(address)
        assert answer.status_code == (404 if name == "missing" else 200), address
        assert len(answer.content) <= LARGEST
        assert b"<script" not in answer.content
        assert b" style=" not in answer.content


@REAL
def test_public_role_reads_published_tables_and_nothing_else():
    season()
    with connections["public"].cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("portal_public", False, False)
        cursor.execute(
            "SELECT c.relname, p.privilege FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, "
            "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p(privilege) "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
            "AND has_table_privilege(c.oid, p.privilege) ORDER BY 1, 2"
        )
        assert cursor.fetchall() == [
            ("disclosure_cardgram", "SELECT"),
            ("disclosure_datalicence", "SELECT"),
            ("disclosure_pastround", "SELECT"),
            ("disclosure_publicationcheckpoint", "SELECT"),
            ("disclosure_publicationkey", "SELECT"),
            ("disclosure_publicationlog", "SELECT"),
            ("disclosure_publicationpayload", "SELECT"),
            ("disclosure_publishedround", "SELECT"),
            ("disclosure_registercard", "SELECT"),
        ]
        cursor.execute(
            "SELECT proname, prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
            "AND proname LIKE 'portal%%' AND has_function_privilege(oid, 'EXECUTE')"
        )
        # with its own rights, not with its maker's
        assert sorted(cursor.fetchall()) == [("portal_search", False), ("portal_search_way", False)]
        cursor.execute("SHOW default_transaction_read_only")
        assert cursor.fetchone() == ("on",)
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("SELECT 1 FROM members_institution")


@marked
def test_card_shows_grade_with_aspects_standard_year_and_state(client):
    made = season()
    said = text_of(client.get(f"/chaoyang/register/{made['graded'].uscc}/"))
    for part in (
        "B 级",
        "已评",
        f"{made['held'].year}年度",
        str(made["held"].standard),
        "基本条件",
        "18.5",
        "非官方",
    ):
        assert part in said
    assert "演示机构，并不存在" in said


@marked
def test_result_of_others_is_shown_with_its_source(client):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        institution = make_institution("北京演示旧闻教育", uscc=None, source="演示日报")
        foreign_result(institution)
        refresh_register()
    said = text_of(client.get(f"/chaoyang/register/{institution.pk}/"))
    assert "据演示协会培委会 · 演示日报2024-01-30公布，非本平台评定；统一社会信用代码未公布。" in said
    assert "曾评 A 级 · 往年结果" in said
    assert "来源没有写明有效期。列为当前结果至2024-12-31、此后列为往年结果，是本站自定的规则" in said
    assert "已过期" not in said
    in_english = text_of(
        client.get(f"/chaoyang/register/{institution.pk}/", headers={"accept-language": "en"})
    )
    assert "The source names no last day" in in_english
    assert "is a rule of this site" in in_english
    assert "xpired" not in in_english


@marked
def test_a_last_day_that_has_passed_counts_before_the_copy_is_written_again(client):
    made = season()
    yesterday = clock.today() - timedelta(days=1)
    with acting_for(made["association"].pk):
        RegisterCard.objects.filter(uscc=made["graded"].uscc).update(valid_until=yesterday)
    pages = [f"/chaoyang/register/{made['graded'].uscc}/", f"/chaoyang/register/?q={made['graded'].uscc}"]
    for page in pages:
        said = text_of(client.get(page))
        assert "曾评 B 级 · 已过期" in said
        assert "等级在有效期内" not in said
    for path in ("", f"?q={made['graded'].name}"):
        answer = client.get(
            f"/chaoyang/api/v1/register/{'' if path else made['graded'].uscc + '/'}{path}"
        ).json()
        told = answer["results"][0] if path else answer
        assert (told["state"], told["state_label"]) == ("expired", "已过期")


@marked
@pytest.mark.parametrize(
    ("stage", "shown"),
    [
        ("graded", "评估已经结束并公布，等级在有效期内。"),
        ("not_assessed", "没有等级不等于不好"),
        ("in_progress", "正在评估，还没有结果"),
        ("objection", "协会正在处理"),
        ("suspended", "等级暂停使用"),
        ("expired", "只作历史参考"),
    ],
)
def test_each_state_says_what_it_means(client, stage, shown):
    made = season()
    assert shown in text_of(client.get(f"/chaoyang/register/{made[stage].uscc}/"))


@marked
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "证书有效"),
        ({"stage": Stage.EXPIRED}, "证书已过期"),
        ({"stage": Stage.SUSPENDED}, "证书已暂停使用"),
        ({"superseded_at": "2026-01-01T00:00:00Z"}, "证书已被新结果替代"),
    ],
)
def test_certificate_says_its_state_first(client, fields, said):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        certificate = certified(published(make_institution(), **fields))
    page = client.get(f"/chaoyang/verify/{certificate.code}/").content.decode()
    assert f"<h1>{said}</h1>" in page
    assert f"http://testserver/chaoyang/verify/{certificate.code}/" in page
    assert (
        client.get(f"/chaoyang/api/v1/verify/{certificate.code}/").json()["name"]
        == certificate.publication.assessment.institution.name
    )


@marked
@pytest.mark.parametrize("code", ["zzzzzzzzzzzz", "x", "'--;drop", "证书" * 10, "a" * 500])
def test_foreign_code_is_not_ours(client, code):
    make_association("chaoyang")
    answer = client.get(f"/chaoyang/verify/{code}/")
    assert answer.status_code == 200
    assert "<h1>不是本会签发的证书</h1>" in answer.content.decode()


@marked
def test_certificate_of_a_neighbour_is_not_ours(client):
    make_association("chaoyang")
    with acting_for(make_association("neighbour").pk):
        certificate = certified(published(make_institution()))
    assert "不是本会签发的证书" in client.get(f"/chaoyang/verify/{certificate.code}/").content.decode()
    assert "证书有效" in client.get(f"/neighbour/verify/{certificate.code}/").content.decode()


@marked
def test_code_typed_from_paper_leads_to_its_page(client):
    make_association("chaoyang")
    answer = client.get("/chaoyang/verify/?code=abcd1234")
    assert (answer.status_code, answer["Location"]) == (302, "/chaoyang/verify/abcd1234/")


@marked
@pytest.mark.parametrize("code", ["/", "//", "///x", "..", "?", "a b", "abcd1234/", "证书" * 20])
def test_what_cannot_be_a_code_is_answered_at_once(client, code):
    make_association("chaoyang")
    answer = client.get("/chaoyang/verify/", {"code": code})
    assert answer.status_code == 200
    assert "<h1>不是本会签发的证书</h1>" in answer.content.decode()


@marked
def test_neighbours_are_not_found_here_but_on_the_platform(client):
    with acting_for(make_association("chaoyang").pk):
        make_institution("演示甲培训")
        refresh_register()
    with acting_for(make_association("neighbour").pk):
        other = make_institution("演示乙培训")
        refresh_register()
    assert "演示乙培训" not in text_of(client.get("/chaoyang/register/?q=培训"))
    assert "演示乙培训" not in text_of(client.get("/chaoyang/register/"))
    assert client.get(f"/chaoyang/register/{other.uscc}/").status_code == 404
    assert client.get(f"/chaoyang/register/{other.pk}/").status_code == 404
    everywhere = client.get("/?q=培训")
    assert "演示甲培训" in text_of(everywhere)
    assert f'href="/neighbour/register/{other.uscc}/"' in everywhere.content.decode()


@marked
def test_what_is_not_published_is_on_no_page(client):
    association = make_association("chaoyang")
    with acting_for(association.pk):
        draft = held_round(state=RoundState.DRAFT)
        running = held_round(draft.year - 1, RoundState.DETERMINING)
        secret = make_institution("演示机密机构")
        assessed(secret, running, Stage.DETERMINED, "D")
        refresh_register()
    assert client.get(f"/chaoyang/rounds/{draft.year}/").status_code == 404
    assert client.get(f"/chaoyang/standards/{draft.pk}/").status_code == 404
    assert "演示机密机构" not in text_of(client.get(f"/chaoyang/rounds/{running.year}/"))
    assert "演示机密机构" not in text_of(client.get(f"/chaoyang/rounds/{running.year}/notice/"))
    said = text_of(client.get(f"/chaoyang/register/{secret.uscc}/"))
    assert "评估中" in said
    assert "D 级" not in said


@marked
@pytest.mark.parametrize(
    "address",
    [
        "/register/?q=" + "x" * 10_000,
        "/register/?q='%20OR%201=1",
        "/register/?q=%25%25",
        "/register/?q=%ED%A0%80",
    ],
)
def test_hostile_words_find_nothing_quietly(client, address):
    with acting_for(make_association("chaoyang").pk):
        make_institution()
        refresh_register()
    answer = client.get(f"/chaoyang{address}")
    assert answer.status_code == 200
    assert "没有找到" in text_of(answer)


@marked
@pytest.mark.parametrize(
    "address",
    [
        "/rounds/99999999999999999999/",
        "/standards/99999999999999999999/",
        "/register/" + "9" * 17 + "/",
        "/register/" + "9" * 400 + "/",
    ],
)
def test_address_of_nothing_is_not_found(client, address):
    make_association("chaoyang")
    assert client.get(f"/chaoyang{address}").status_code == 404


@marked
@pytest.mark.parametrize("address", ["/register/?q=%00", "/register/%00/", "/verify/%00abcdefgh/"])
def test_nul_is_a_bad_request(client, address):
    make_association("chaoyang")
    assert client.get(f"/chaoyang{address}").status_code == 400


@marked
def test_foreign_cursor_is_a_sentence(client):
    make_association("chaoyang")
    answer = client.get("/chaoyang/register/?q=培训&cursor=abc")
    assert answer.status_code == 400
    assert "翻页标记无效" in text_of(answer)


@marked
@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_for_one_and_for_three(client, number, django_assert_num_queries):
    with acting_for(make_association("chaoyang").pk):
        held = held_round()
        for _institution in range(number):
            institution = make_institution()
            published(institution, held)
        refresh_register()
    Client().get("/chaoyang/")
    # savepoint, association with its scope, and at the end scope back and savepoint; the clock of the demo
    for address, queries in [
        ("/chaoyang/register/?q=培训", 6),
        ("/chaoyang/register/", 6),
        (f"/chaoyang/rounds/{held.year}/", 7),  # with what was taken over
        (f"/chaoyang/register/{institution.uscc}/", 6),
    ]:
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200


@marked
def test_long_list_stays_small(client):
    with acting_for(make_association("chaoyang").pk):
        for number in range(60):
            make_institution(f"演示名称特别长的职业技能培训学校有限责任公司北京市朝阳区第{number}分校")
        refresh_register()
    first = client.get("/chaoyang/register/?q=培训")
    assert len(first.content) <= LARGEST
    assert first.content.decode().count('class="result"') == 20
    onward = re.search(r'rel="next" href="([^"]+)"', first.content.decode()).group(1).replace("&amp;", "&")
    second = client.get(f"/chaoyang/register/{onward}")
    assert second.content.decode().count('class="result"') == 20
    assert "回到第一页" in text_of(second)
    assert RegisterCard.objects.count() == 60
