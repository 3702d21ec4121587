"""会员工作簿 on the staff desk, through whole requests: looked at, decided, mended; and everything out."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from members.models import Institution, MemberBook, MembershipTerm
from tests.credit_rating.desk import Desk
from tests.credit_rating.desk_pages import statements
from tests.factories.people import make_association
from tests.members.books import book_of, cells, office, school, term, work

pytestmark = pytest.mark.django_db
PLACE = "members/memberbook/"


@pytest.fixture
def desk(home):
    return Desk(home)


def text(answer):
    return answer.content.decode()


def upload(desk, data, name="名册.xlsx", **more):
    given = {"file": SimpleUploadedFile(name, data), "source": "2025年度会员名册", "known_on": "2025-12-31"}
    return desk.post(f"{PLACE}do/look/", **(given | more))


def lines(bad=1):
    return book_of(
        institutions=[school(1), school(2, uscc="123" if bad else school(2)["uscc"])],
        terms=[term(1), term(2)],
        offices=[office(1)],
    )


def test_looked_at_decided_mended(home, desk):
    answer = upload(desk, lines())
    with acting_for(home.pk):
        book = MemberBook.objects.get()
        assert not Institution.objects.filter(name=school(1)["name"]).exists()
    page = f"{PLACE}{book.pk}/"
    assert answer["Location"].endswith(page)
    shown = text(desk.get(page))
    for words in ("等您决定", "逐表结果", "有误的行", "18位", "名录和“机构”表的正确行里都没有"):
        assert words in shown
    assert "演示代表" not in shown
    assert "可以导入的3行" in text(desk.get(f"{page}do/load/"))
    assert desk.post(f"{page}do/load/").status_code == 302
    assert "正在导入" in text(desk.get(page))
    with acting_for(home.pk):
        work()
        assert MembershipTerm.objects.count() == 1
    assert "决定过" in text(desk.post(f"{page}do/load/"))
    assert "决定过" in text(desk.post(f"{page}do/discard/"))
    file = desk.get(f"{page}do/errors/")
    assert "no-store" in file["Cache-Control"]
    assert [len(rows) for rows in cells(file.content).values()] == [2, 2]


def test_a_refusal_stays_on_the_form(desk, home):
    answer = upload(desk, "机构名称,手机\n甲,1\n".encode(), "机构.csv")
    assert (answer.status_code, "不认识的列：手机" in text(answer)) == (400, True)
    missing = upload(desk, lines(), source="")
    assert missing.status_code == 400
    assert "晚于今天" in text(upload(desk, lines(), known_on="2099-01-01"))
    assert "空的" in text(upload(desk, b""))
    with acting_for(home.pk):
        assert not MemberBook.objects.exists()


def test_thrown_away(home, desk):
    upload(desk, lines())
    with acting_for(home.pk):
        book = MemberBook.objects.get()
    assert desk.post(f"{PLACE}{book.pk}/do/discard/").status_code == 302
    assert "已放弃" in text(desk.get(f"{PLACE}{book.pk}/"))
    assert desk.get(f"{PLACE}{book.pk}/do/errors/").status_code == 404


def test_template_and_everything_out(home, desk):
    assert list(cells(desk.get(f"{PLACE}do/template/").content))[-1] == "填写说明"
    out = desk.get(f"{PLACE}do/export/")
    assert list(cells(out.content)) == ["机构", "曾用名", "会籍", "任职"]
    with acting_for(home.pk):
        assert AuditEntry.objects.filter(action="read_member_book").count() == 1


def test_an_auditor_reads_what_was_done_and_presses_nothing(home, desk):
    upload(desk, lines())
    with acting_for(home.pk):
        book = MemberBook.objects.get()
    auditor = Desk(home, Role.AUDITOR)
    page = text(auditor.get(f"{PLACE}{book.pk}/"))
    assert "逐表结果" in page
    assert "do/load" not in page
    for place in ("do/look/", "do/export/", f"{book.pk}/do/load/", f"{book.pk}/do/errors/"):
        assert auditor.get(f"{PLACE}{place}").status_code == 403


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_asks_the_same_number_of_questions(home, desk, item_count):
    for number in range(item_count):
        upload(desk, lines(), f"名册{number}.xlsx")
    with acting_for(make_association().pk):
        pass
    desk.get(PLACE)
    with statements() as asked:
        answer = desk.get(PLACE)
    assert text(answer).count(".xlsx") == item_count
    assert len(asked) <= 12
