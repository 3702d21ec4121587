"""付款前体检: what the page says in each state, what it never claims, how heavy it is, and the picture that is shared."""

import re
from io import BytesIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from association.tenancy import acting_for
from common.errors import NotFound
from disclosure.documents import share
from disclosure.models import RegisterCard
from disclosure.operations import refresh_register
from tests.disclosure.material import a_season, foreign_result
from tests.factories.people import make_association, make_institution

pytestmark = [
    pytest.mark.django_db(databases=["default", "public"]),
    pytest.mark.usefixtures("public_sees_default"),
]

LARGEST = 100 * 1024
SHEET = re.compile(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"')


@pytest.fixture
def season():
    association = make_association("chaoyang", short_name="朝阳促进会")
    with acting_for(association.pk):
        return a_season() | {"association": association}


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("graded", "评估已经结束并公布，等级在有效期内。"),
        ("not_assessed", "没有等级不等于不好"),
        ("in_progress", "正在评估，还没有结果"),
        ("proposed", "正在评估，还没有结果"),
        ("objection", "协会正在处理"),
        ("suspended", "等级暂停使用"),
        ("expired", "只作历史参考"),
    ],
)
def test_each_state_is_said_in_plain_words(client, season, kind, said):
    page = text_of(client.get(f"/chaoyang/register/{season[kind].uscc}/check/"))
    assert said in page
    assert "资料截至" in page
    assert "演示机构，并不存在" in page


def test_nothing_is_claimed_that_is_not_known(client, season):
    page = text_of(client.get(f"/chaoyang/register/{season['not_assessed'].uscc}/check/"))
    assert "没有写在这里，不说明有，也不说明没有" in page
    for claim in ("无投诉", "没有投诉", "已存管", "没有违法", "安全", "放心"):
        assert claim not in page
    foreign = text_of(client.get(f"/chaoyang/register/{season['foreign'].pk}/check/"))
    assert "非本平台评定" in foreign
    assert "名称相同的可能不是同一家" in foreign


def test_what_to_do_next_leads_somewhere(client, season):
    page = client.get(f"/chaoyang/register/{season['graded'].uscc}/check/").content.decode()
    for name in ("refund-calculator/", "verify/", "complaints/new/", "leads/new/"):
        assert f'href="/chaoyang/{name}"' in page
        assert client.get(f"/chaoyang/{name}").status_code == 200
    assert (
        f'href="/chaoyang/register/{season["graded"].uscc}/check/"'
        in client.get(f"/chaoyang/register/{season['graded'].uscc}/").content.decode()
    )


def test_page_with_its_sheets_is_small_and_without_script(client, season, settings):
    answer = client.get(f"/chaoyang/register/{season['graded'].uscc}/check/")
    html = answer.content.decode()
    sheets = [
        settings.BASE_DIR / "static" / href.split("/static/")[-1].split("?")[0]
        for href in SHEET.findall(html)
    ]
    assert len(sheets) >= 8
    assert len(answer.content) + sum(sheet.stat().st_size for sheet in sheets) <= LARGEST
    assert "<script" not in html


def test_link_is_shown_with_picture_and_state(client, season):
    address = f"/chaoyang/register/{season['graded'].uscc}/"
    html = client.get(f"{address}check/").content.decode()
    assert f'<meta property="og:image" content="http://testserver{address}share.png">' in html
    assert f'<meta property="og:title" content="付款前体检：{season["graded"].name}">' in html
    assert re.search(r'og:description" content="诚信等级：B · 已评 · \d{4}年度"', html)
    in_english = client.get(f"{address}check/", headers={"accept-language": "en"}).content.decode()
    assert 'og:description" content="Integrity grade: B' in in_english


@pytest.mark.parametrize("kind", ["graded", "not_assessed", "suspended", "foreign"])
def test_picture_is_small_and_of_its_card(client, season, kind):
    cache.clear()
    answer = client.get(f"/chaoyang/register/{season[kind].uscc or season[kind].pk}/share.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert len(answer.content) <= LARGEST
    assert Image.open(BytesIO(answer.content)).size == (1200, 630)


def test_picture_changes_with_the_card(season):
    card = RegisterCard.objects.get(institution=season["graded"])
    before = share.share_picture(card, "朝阳促进会")
    card.state = "suspended"
    assert share.share_picture(card, "朝阳促进会") != before
    card.name = "演示" * 40
    assert share.share_picture(card, "朝阳促进会")


def test_picture_without_its_font_is_said(season, monkeypatch, tmp_path):
    monkeypatch.setattr(share, "FONT", tmp_path / "none.ttc")
    with pytest.raises(NotFound):
        share.share_picture(RegisterCard.objects.first(), "朝阳促进会")


@pytest.mark.parametrize("what", ["check/", "share.png"])
def test_neighbours_and_closed_associations_have_none(client, season, what):
    with acting_for(make_association("neighbour").pk):
        other = make_institution()
        foreign_result(make_institution(uscc=None, source="演示日报"))
        refresh_register()
    assert client.get(f"/chaoyang/register/{other.uscc}/{what}").status_code == 404
    assert client.get(f"/chaoyang/register/{other.pk}/{what}").status_code == 404
    assert client.get(f"/neighbour/register/{other.uscc}/{what}").status_code == 200
    association = season["association"]
    type(association).objects.filter(pk=association.pk).update(is_open=False)
    assert client.get(f"/chaoyang/register/{season['graded'].uscc}/{what}").status_code == 404


@pytest.mark.parametrize("key", ["999999", "x" * 300, "%25", "%27--", "9" * 40])
def test_key_of_nobody_is_not_found(client, season, key):
    assert client.get(f"/chaoyang/register/{key}/check/").status_code == 404
    assert client.get(f"/chaoyang/register/{key}/share.png").status_code == 404


def test_page_asks_as_often_for_a_long_history(client, season):
    asked = []
    for kind in ("graded", "graded", "not_assessed"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/chaoyang/register/{season[kind].uscc}/check/").status_code == 200
        asked.append(len(queries))
    assert asked[1] == asked[2] <= 7
