"""What a stranger reads and types: the code as it is printed, the day as Beijing counts it, a notice that has closed."""

from datetime import UTC, datetime, timedelta

import pytest

from association import clock
from association.models import DeadlineRule
from association.tenancy import acting_for
from credit_rating.choices import RoundState, Stage
from credit_rating.documents.certificate import _grouped
from credit_rating.models import PublicNotice
from disclosure.operations import refresh_register
from disclosure.rules.codes import code_of, may_be_ours
from tests.disclosure.material import assessed, certified, foreign_result, held_round, published
from tests.disclosure.test_pages import marked, text_of
from tests.factories.people import make_association, make_institution, make_user

CODE = "db33a00a201f7e01aab61c4fd8a9a286"
FULL_WIDTH = "".join(chr(ord(sign) + 0xFEE0) for sign in CODE)
TYPED = [
    _grouped(CODE),
    _grouped(CODE).upper(),
    _grouped(CODE).replace(" ", "-"),
    _grouped(CODE).replace(" ", "—"),
    _grouped(CODE).replace(" ", "\u3000"),
    f"  {CODE} \u200b",
    FULL_WIDTH,
    " ".join(CODE),
]


@pytest.mark.parametrize("typed", TYPED)
def test_a_code_is_the_same_however_it_is_typed(typed):
    assert code_of(typed) == CODE
    assert may_be_ours(code_of(typed))


@pytest.mark.parametrize("typed", ["", " ", "a b", "证书" * 10, "a" * 33, "/", "\0"])
def test_what_is_no_code_stays_none(typed):
    assert not may_be_ours(code_of(typed))


@marked
@pytest.mark.parametrize("typed", TYPED)
def test_the_printed_code_leads_to_the_certificate_on_page_and_interface(client, typed):
    with acting_for(make_association("chaoyang").pk):
        certified(published(make_institution()), CODE)
    answer = client.get("/chaoyang/verify/", {"code": typed}, follow=True)
    assert answer.redirect_chain == [(f"/chaoyang/verify/{CODE}/", 302)]
    assert "<h1>证书有效</h1>" in answer.content.decode()
    assert "<h1>证书有效</h1>" in client.get(f"/chaoyang/verify/{typed}/").content.decode()
    assert client.get(f"/chaoyang/api/v1/verify/{typed}/").json()["standing"] == "valid"


@marked
def test_the_field_holds_what_is_printed(client):
    make_association("chaoyang")
    form = client.get("/chaoyang/verify/").content.decode()
    held = int(form.split('maxlength="')[1].split('"')[0])
    assert held >= len(" ".join(CODE))


@marked
def test_the_list_names_the_day_in_beijing(client):
    night = datetime(2027, 1, 6, 17, 56, tzinfo=UTC)  # 7 January, 01:56 in Beijing
    with acting_for(make_association("chaoyang").pk):
        held = held_round(2026)
        institution = make_institution("演示夜间公布机构")
        published(institution, held, published_at=night, valid_until="2029-01-08")
        refresh_register()
    for page in ("/chaoyang/rounds/2026/", f"/chaoyang/register/{institution.uscc}/"):
        said = text_of(client.get(page))
        assert "2027-01-07" in said
        assert "2027-01-06" not in said


def on_notice(ends, provisional):
    with acting_for(make_association("chaoyang").pk):
        held = held_round(state=RoundState.PUBLIC_NOTICE)
        notice = PublicNotice.objects.create(
            round=held,
            rule=DeadlineRule.objects.first(),
            opens_at=clock.now() - timedelta(days=9),
            closes_at=ends,
            explanation="自公示次日起5个工作日。",
            provisional=provisional,
            opened_by=make_user(),
        )
        assessed(make_institution("演示公示机构"), held, Stage.PUBLIC_NOTICE, "B", notice)
        refresh_register()
    return held.year


@marked
@pytest.mark.parametrize(
    ("days", "provisional", "is_open"), [(1, False, True), (-1, True, True), (-1, False, False)]
)
def test_a_notice_that_has_closed_for_good_invites_no_objection(client, days, provisional, is_open):
    year = on_notice(clock.now() + timedelta(days=days), provisional)
    said = text_of(client.get(f"/chaoyang/rounds/{year}/"))
    assert ("可以提出异议" in said) is is_open
    assert ("公示期已满，不再受理异议" in said) is not is_open
    listed = text_of(client.get(f"/chaoyang/rounds/{year}/notice/"))
    assert "演示公示机构" in listed
    assert ("公示期已满，不再受理异议" in listed) is not is_open
    told = client.get(f"/chaoyang/api/v1/rounds/{year}/").json()["results"][0]["notices"]
    assert [row["open"] for row in told] == [is_open]


@marked
def test_nothing_is_called_official_where_nothing_is(client):
    with acting_for(make_association("chaoyang").pk):
        unknown, others = make_institution(), make_institution(uscc=None, source="演示日报")
        foreign_result(others)
        ours = published(make_institution()).assessment.institution
        refresh_register()
    interface = "/chaoyang/api/v1"
    assert client.get(f"{interface}/verify/{'0' * 32}/").json()["official"] is None
    assert client.get(f"{interface}/register/{unknown.uscc}/").json()["official"] is None
    assert client.get(f"{interface}/register/{others.pk}/").json()["official"] is None
    assert client.get(f"{interface}/register/{ours.uscc}/").json()["official"] is False
