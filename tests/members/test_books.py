"""会员工作簿: nothing is taken before somebody decides; the good lines once, the wrong ones back to be mended."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import Error as DatabaseFault

from association import clock
from association.actors import system
from association.choices import BatchState, Role
from association.models import AuditEntry, Deadline, DeadlineRule, Job, OutboxJob, Region
from association.tenancy import acting_for
from common.errors import DomainError, Forbidden, InvalidInput, NotFound, Refused, TooLarge
from common.spreadsheet import write_book, write_csv
from members import operations
from members.choices.membership import EventKind, MemberState, Office, Tier
from members.documents.books import member_book_template
from members.models import (
    FormerName,
    Institution,
    MemberBook,
    MemberBookFault,
    MembershipCertificate,
    MembershipEvent,
    MembershipTerm,
    OfficeTerm,
)
from members.operations.periodic import keep_membership
from members.queries import was_member
from members.queries.membership import brought_in
from tests.factories.people import actor_with, make_association, make_institution
from tests.members.books import KNOWN_ON, SOURCE, book_of, cells, look, office, school, take, term, work
from tests.members.joining import world

pytestmark = pytest.mark.django_db
STARTED = date(2024, 1, 1)


@pytest.fixture
def clerk(here):
    return here.clerk


def small(bad=()):
    """Three schools, members of two tiers with a gap, one office; the codes of ``bad`` are wrong."""
    schools = [school(n, uscc="123") if n in bad else school(n, address="演示路1号") for n in (1, 2, 3)]
    return book_of(
        institutions=schools,
        former=[{"name": schools[0]["name"], "former": "演示旧名", "until_on": "2023-05-01"}],
        terms=[
            term(1, "2020-01-01", until_on="2021-12-31", ending="退会", reason="自愿退会"),
            term(1, "2023-01-01", until_on="2023-12-31"),
            term(1, "2024-01-01", tier="副会长单位"),
            term(2),
            term(3, "2024-05-01"),
        ],
        offices=[office(1, "副会长"), office(2, "会长", until_on="2028-01-01")],
    )


def of(number):
    return Institution.objects.get(name=school(number)["name"])


def test_a_look_changes_nothing_but_the_book(clerk):
    before = Institution.objects.count()
    book = look(clerk, small(bad={3}))
    assert (book.rows, book.good, book.same, book.bad) == (11, 9, 0, 2)
    assert book.counts["institutions"] == {"new": 2, "same": 0, "change": 0, "wrong": 1}
    assert Institution.objects.count() == before
    assert not MembershipTerm.objects.exists()
    faults = list(book.faults.order_by("pk").values_list("sheet", "line", "column"))
    assert faults == [("institutions", 4, "统一社会信用代码"), ("terms", 6, "机构名称")]
    assert "演示代表".encode() not in bytes(book.box)
    assert all("演示代表" not in fault.sentence for fault in MemberBookFault.objects.all())


def test_good_lines_come_in_with_their_source(clerk, time):
    book = take(clerk, small(bad={3}))
    assert (book.state, book.loaded, bool(book.box)) == (BatchState.LOADED, 9, True)
    first = of(1)
    terms = MembershipTerm.objects.filter(institution=first).order_by("from_on")
    assert [(row.tier, row.ending, row.source, row.known_on) for row in terms] == [
        (Tier.MEMBER, MemberState.WITHDRAWN, SOURCE, KNOWN_ON),
        (Tier.MEMBER, "", SOURCE, KNOWN_ON),
        (Tier.VICE_PRESIDENT, "", SOURCE, KNOWN_ON),
    ]
    assert FormerName.objects.get(institution=first).until_on == date(2023, 5, 1)
    assert OfficeTerm.objects.get(office=Office.PRESIDENT).person_name == "演示代表"
    certificate = MembershipCertificate.objects.get(institution=first)
    assert (certificate.tier, certificate.member_since) == (Tier.VICE_PRESIDENT, date(2023, 1, 1))
    events = MembershipEvent.objects.filter(kind=EventKind.BROUGHT_IN)
    assert sorted(events.values_list("institution_id", flat=True)) == sorted([first.pk, of(2).pk])
    refreshed = OutboxJob.objects.filter(task="disclosure.refresh_institution", key__startswith="book-")
    assert {job.payload["institution_id"] for job in refreshed} == {first.pk, of(2).pk}
    assert AuditEntry.objects.filter(action="bring_in").count() == 9
    assert not any("演示代表" in str(entry.detail) for entry in AuditEntry.objects.all())
    assert Job.objects.get(kind="load_member_book").state == "done"


def test_what_was_known_when_stays_answerable(clerk, time):
    time.pass_days(30)
    take(clerk, small())
    here = {"institution_id": of(1).pk}
    assert was_member(**here, on=date(2020, 5, 1)).tier == Tier.MEMBER
    assert was_member(**here, on=date(2022, 5, 1)) is None
    yesterday = clock.today() - timedelta(days=1)
    assert was_member(**here, on=date(2020, 5, 1), known_on=yesterday) is None
    later = brought_in(**here, on=date(2020, 5, 1), known_on=yesterday)
    assert (later.source, later.known_on) == (SOURCE, KNOWN_ON)
    assert brought_in(**here, on=date(2020, 5, 1), known_on=KNOWN_ON - timedelta(days=1)) is None
    # What is decided here from now on has no source but our own books.
    operations.change_tier(
        actor=clerk, institution_id=of(1).pk, tier=Tier.COUNCIL, from_on=clock.today(), reason="决议"
    )
    assert was_member(**here, on=clock.today()).source == ""
    assert was_member(**here, on=yesterday).source == SOURCE


def test_the_same_book_again_changes_nothing(clerk):
    take(clerk, small())
    stood = (Institution.objects.count(), MembershipTerm.objects.count(), OfficeTerm.objects.count())
    book = look(clerk, small())
    assert (book.good, book.same, book.bad) == (0, 11, 0)
    with pytest.raises(Refused, match="没有可以导入"):
        operations.begin_loading_book(actor=clerk, book_id=book.pk)
    assert stood == (Institution.objects.count(), MembershipTerm.objects.count(), OfficeTerm.objects.count())


def test_mended_lines_are_loaded_and_the_others_are_not_doubled(clerk):
    book = take(clerk, small(bad={3}))
    pages = cells(operations.book_errors(actor=clerk, book_id=book.pk))
    assert list(pages) == ["机构", "会籍"]
    head, row = pages["机构"]
    assert (head[-1], "18位" in row[-1]) == ("错误原因", True)
    assert AuditEntry.objects.filter(action="read_member_book_errors", object_id=book.pk).exists()
    row[head.index("统一社会信用代码")] = school(3)["uscc"]
    mended = write_book({name: (found[0], found[1:]) for name, found in pages.items()})
    again = take(clerk, mended)
    assert (again.rows, again.loaded, again.bad) == (2, 2, 0)
    assert was_member(institution_id=of(3).pk, on=clock.today()).from_on == date(2024, 5, 1)
    assert bytes(again.box) == b""
    with pytest.raises(NotFound):
        operations.book_errors(actor=clerk, book_id=again.pk)


def test_one_bad_line_of_five_thousand(clerk):
    many = 5_000
    schools = [school(n) for n in range(many)]
    schools[1234]["uscc"] = "1" * 18
    book = take(clerk, book_of(institutions=schools))
    assert (book.rows, book.loaded, book.bad, book.state) == (many, many - 1, 1, BatchState.LOADED)
    assert Institution.objects.filter(name__startswith="演示名册").count() == many - 1
    assert [fault.line for fault in book.faults.all()] == [1236]
    assert AuditEntry.objects.filter(action="load_book_part").count() == 3
    (_head, row) = cells(operations.book_errors(actor=clerk, book_id=book.pk))["机构"]
    assert row[0] == schools[1234]["name"]


def test_particulars_change_and_empty_cells_say_nothing(clerk):
    Region.objects.get_or_create(code="110105", defaults={"name": "朝阳区", "level": "district"})
    take(clerk, small())
    more = {
        "name": school(1)["name"],
        "uscc": school(1)["uscc"],
        "short_name": "演示一校",
        "region": "110105",
    }
    book = take(clerk, book_of(institutions=[more]))
    assert book.counts["institutions"] == {"new": 0, "same": 0, "change": 1, "wrong": 0}
    found = of(1)
    assert (found.short_name, found.region_id, found.address) == ("演示一校", "110105", "演示路1号")
    entry = AuditEntry.objects.get(action="amend_institution", object_id=found.pk)
    assert entry.detail["fields"] == ["region_id", "short_name"]


def test_nothing_in_the_books_is_overwritten(clerk):
    take(clerk, small())
    other = book_of(
        terms=[term(2, tier="理事单位"), term(3, "2024-05-01", until_on="2025-01-01", ending="退会")]
    )
    book = look(clerk, other)
    assert (book.good, book.bad) == (0, 2)
    assert all("导入不改已有的记载" in fault.sentence for fault in book.faults.all())


def test_a_probation_that_comes_in_has_its_clock(clerk):
    DeadlineRule.objects.filter(code="MEMBER-PROBATION").update(
        confirmed_by_id=clerk.user_id, confirmed_at=clock.now(), confirmation="章程"
    )
    first = clock.today() - timedelta(days=10)
    take(clerk, book_of(institutions=[school(1)], terms=[term(1, first.isoformat(), state="考察期会员")]))
    row = MembershipTerm.objects.get()
    assert row.state == MemberState.PROBATION
    running = Deadline.objects.get(code="MEMBER-PROBATION")
    assert (running.case_id, running.start_on) == (row.institution_id, first)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SECRETARIAT])
def test_the_secretariat_alone(clerk, role):
    book = look(clerk, small())
    stranger = actor_with(role)
    for call in (
        lambda: look(stranger, small()),
        lambda: operations.begin_loading_book(actor=stranger, book_id=book.pk),
        lambda: operations.discard_book(actor=stranger, book_id=book.pk),
        lambda: operations.book_errors(actor=stranger, book_id=book.pk),
        lambda: operations.export_members(actor=stranger),
        lambda: operations.load_book_part(actor=stranger, book_id=book.pk, job_id=1, first=0),
    ):
        with pytest.raises(Forbidden):
            call()


def test_a_neighbour_knows_nothing_of_it(clerk):
    book = look(clerk, small(bad={1}))
    neighbour = make_association("neighbour")
    with acting_for(neighbour.pk):
        there = world().clerk
        for call in (operations.begin_loading_book, operations.discard_book, operations.book_errors):
            with pytest.raises(NotFound):
                call(actor=there, book_id=book.pk)
        assert look(there, small()).good == 11
        assert "演示名册学校1" not in str(cells(operations.export_members(actor=there)))


def test_decided_is_decided(clerk):
    book = look(clerk, small())
    first = operations.begin_loading_book(actor=clerk, book_id=book.pk)
    assert operations.begin_loading_book(actor=clerk, book_id=book.pk).pk == first.pk
    with pytest.raises(Refused, match="决定过"):
        operations.discard_book(actor=clerk, book_id=book.pk)
    work()
    with pytest.raises(Refused, match="决定过"):
        operations.begin_loading_book(actor=clerk, book_id=book.pk)
    gone = look(clerk, book_of(institutions=[school(9)]))
    operations.discard_book(actor=clerk, book_id=gone.pk)
    gone.refresh_from_db()
    assert (gone.state, bytes(gone.box)) == (BatchState.DISCARDED, b"")
    with pytest.raises(Refused):
        operations.begin_loading_book(actor=clerk, book_id=gone.pk)


def test_what_became_wrong_since_the_look_waits_too(clerk):
    book = look(clerk, small())
    taken = make_institution(name="演示抢先", uscc=school(3)["uscc"])
    operations.begin_loading_book(actor=clerk, book_id=book.pk)
    work()
    book.refresh_from_db()
    assert (book.loaded, book.good, book.bad) == (9, 9, 2)
    assert Institution.objects.get(uscc=school(3)["uscc"]) == taken


def test_a_part_that_was_given_up_is_taken_up_again(clerk):
    book = look(clerk, small())
    first = operations.begin_loading_book(actor=clerk, book_id=book.pk)
    OutboxJob.objects.filter(payload__job_id=first.pk).update(state="dead")
    second = operations.begin_loading_book(actor=clerk, book_id=book.pk)
    assert second.pk != first.pk
    work()
    book.refresh_from_db()
    assert (book.state, book.loaded) == (BatchState.LOADED, 11)


def test_rows_that_nobody_mends_are_not_kept(clerk, time):
    book = take(clerk, small(bad={3}))
    time.pass_days(31)
    keep_membership(actor=system(clerk.association_id))
    book.refresh_from_db()
    assert bytes(book.box) == b""
    with pytest.raises(NotFound, match="已经删除"):
        operations.book_errors(actor=clerk, book_id=book.pk)


def refused(clerk, data, filename="名册.xlsx", **more):
    with pytest.raises(DomainError) as caught:
        look(clerk, data, filename, **more)
    assert not MemberBook.objects.exists()
    return caught.value.sentence


def made(fill):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "机构"
    page.append(["机构名称", "地址"])
    fill(book, page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_bad_files_are_refused_with_a_sentence(clerk):
    assert "合并单元格" in refused(
        clerk, made(lambda _b, page: (page.append(["a", "b"]), page.merge_cells("A2:B2")))
    )
    assert "有公式" in refused(clerk, made(lambda _b, page: page.append(["=1+1", "x"])))
    assert "编码" in refused(clerk, "机构名称\n甲".encode("utf-16"), "名册.csv")
    assert "旧版 .xls" in refused(clerk, b"\xd0\xcf\x11\xe0rest", "名册.xls")
    assert "没有数据行" in refused(clerk, member_book_template())
    assert "不认识工作表" in refused(
        clerk, made(lambda book, page: (page.append(["甲", ""]), book.create_sheet("联系人").append(["x"])))
    )
    assert "没有数据行" in refused(clerk, "机构名称\n".encode(), "名册.csv")
    assert "来源" in refused(clerk, small(), source=" ")
    assert "晚于今天" in refused(clerk, small(), known_on=clock.today() + timedelta(days=1))


def test_too_many_lines_are_refused(clerk):
    many = [[f"演示{n}"] for n in range(100_000)]
    with pytest.raises(TooLarge, match="超过20000行"):
        look(clerk, write_book({"机构": (["机构名称"], many)}))
    with pytest.raises(TooLarge, match="超过20000行"):
        look(clerk, write_csv(["机构名称"], many), "名册.csv")


def test_a_csv_is_one_sheet_told_by_its_headings(clerk):
    take(clerk, book_of(institutions=[school(1)]))
    data = "机构名称,会员级别,自,状态\n演示名册学校1,会员单位,2024年1月1日,\n".encode("gb18030")
    assert take(clerk, data, filename="会籍.csv").loaded == 1
    assert was_member(institution_id=of(1).pk, on=STARTED).source == SOURCE


def test_a_line_with_too_many_cells_is_one_wrong_line(clerk):
    data = "机构名称,统一社会信用代码\n演示甲,,多了\n演示乙,\n".encode()
    book = take(clerk, data, filename="机构.csv")
    assert (book.loaded, book.bad) == (1, 1)
    assert book.faults.get().column == "整行"


def test_everything_out_and_in_again_is_the_same(clerk, time):
    take(clerk, small())
    operations.register_institution(
        actor=clerk, name="=演示公式学校", uscc=None, source="+某公告", address="@演示"
    )
    own = make_institution(name="演示自办")
    operations.admit_member(actor=clerk, institution_id=own.pk, from_on=STARTED, reason="-成立大会")
    operations.give_office(
        actor=clerk, institution_id=own.pk, office=Office.SUPERVISOR, from_on=STARTED, basis="决议"
    )
    out = operations.export_members(actor=clerk)
    entry = AuditEntry.objects.get(action="read_member_book")
    assert entry.detail["rows"] == sum(len(rows) - 1 for rows in cells(out).values())
    book = openpyxl.load_workbook(io.BytesIO(out))
    assert not any(cell.data_type == "f" for page in book for row in page for cell in row)
    assert "'=演示公式学校" in str(cells(out))
    empty = make_association("empty")
    with acting_for(empty.pk):
        there = actor_with(Role.SECRETARIAT)
        book = take(there, out, source="别处", known_on=date(2020, 1, 1))
        assert (book.bad, book.same) == (0, 0)
        assert cells(operations.export_members(actor=there)) == cells(out)
        assert look(there, out).good == 0


def test_the_database_itself_refuses(clerk):
    book = look(clerk, small())

    def refuses(**changes):
        with pytest.raises(DatabaseFault), transaction.atomic():
            MemberBook.objects.filter(pk=book.pk).update(**changes)

    refuses(source="别的")
    refuses(loaded=1)
    refuses(state=BatchState.LOADED)
    refuses(state="eaten")
    refuses(good=5)
    with pytest.raises(DatabaseFault), transaction.atomic():
        MemberBook.objects.filter(pk=book.pk).delete()
    operations.discard_book(actor=clerk, book_id=book.pk)
    refuses(state=BatchState.CHECKED, decided_at=None, decided_by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipTerm.objects.create(institution=make_institution(), from_on=STARTED, known_on=STARTED)
    with pytest.raises(DatabaseFault), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE members_memberbookfault")


def test_the_template_is_read_back_without_a_line(clerk):
    pages = cells(member_book_template())
    assert list(pages) == ["机构", "曾用名", "会籍", "任职", "填写说明"]
    assert [len(rows) for name, rows in pages.items() if name != "填写说明"] == [1, 1, 1, 1]
    with pytest.raises(InvalidInput, match="没有数据行"):
        look(clerk, member_book_template())
