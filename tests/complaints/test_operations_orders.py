"""工单导入: nothing is loaded before somebody decides; the good rows once, the bad ones back to be mended."""

import re
from datetime import date

import pytest

from association.choices import BatchState, Role
from association.models import AuditEntry, Deadline
from association.rules.clock import beijing
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.spreadsheet import write_csv, write_xlsx
from common.tables import read_table
from complaints import operations
from complaints.choices.complaints import IdentityCheck, Intake, State
from complaints.models import Complaint, Enrolment, ImportBatch, ImportFault, Person, PersonalData
from complaints.queries.people import masked_people
from complaints.queries.statistics import counts_by_institution
from complaints.queries.tracking import track
from tests.complaints.material import NAME, PHONE, PLANTED, given_anew, world
from tests.factories.people import actor_with, make_association, make_institution

HEADINGS = [
    "工单编号",
    "来电日期",
    "办理时限",
    "诉求人",
    "联系电话",
    "联系地址",
    "被反映单位",
    "诉求内容",
    "事项",
    "已付金额（元）",
]


def rows(here, many, bad=()):
    """Orders with numbers of their own; those of ``bad`` have no phone."""
    return [
        [
            f"BJ2026{number:08d}",
            "2026-03-01",
            "2026-03-11" if number % 2 else "2026-02-28",
            NAME,
            "没有" if number in bad else PHONE,
            "北京市海淀区某街1号",
            here.institution.name if number % 3 else "某培训班",
            "停课后不退费，请协调。",
            "退费",
            "12800",
        ]
        for number in range(1, many + 1)
    ]


def mended(found):
    """The time limit of an even row stands before its call; here they are all after."""
    return [[*row[:2], "2026-03-11", *row[3:]] for row in found]


def file_of(found, headings=HEADINGS):
    return write_csv(headings, found)


def look(here, found, **more):
    return operations.import_orders(actor=here.officer, data=file_of(found), filename="工单.csv", **more)


def test_a_dry_run_changes_nothing_but_the_batch(here):
    report = look(here, mended(rows(here, 10, bad={3, 7})))
    assert (report.rows, report.good, report.bad, report.known, report.loaded) == (10, 8, 2, 0, 0)
    assert not Complaint.objects.exists()
    faults = [(fault.line, fault.column) for fault in ImportFault.objects.all()]
    assert faults == [(4, "联系电话"), (8, "联系电话")]
    batch = ImportBatch.objects.get()
    assert [secret for secret in PLANTED if secret.encode() in bytes(batch.box)] == []


def test_good_rows_become_complaints_with_both_clocks(here, time):
    time.pass_days(1)
    report = look(here, mended(rows(here, 4, bad={2})))
    loaded = operations.load_orders(actor=here.officer, batch_id=report.batch.pk)
    assert loaded.loaded == 3
    first = Complaint.objects.get(order_number="BJ202600000001")
    assert (first.intake, first.state, first.institution, first.paid_fen) == (
        Intake.HOTLINE,
        State.RECEIVED,
        here.institution,
        12_800_00,
    )
    assert Complaint.objects.get(order_number="BJ202600000003").institution is None
    clocks = Deadline.objects.filter(case_id=first.pk).values_list("code", "due_on__day")
    assert sorted(clocks) == [("CMP-ACCEPT", 10), ("CMP-ORDER", 11)]
    assert masked_people([first])[first.pk][0].phone == "139****5678"
    assert (Person.objects.count(), PersonalData.objects.count()) == (3, 3)
    operations.accept(actor=here.officer, complaint_id=first.pk)
    with pytest.raises(Refused, match="决定过"):
        operations.load_orders(actor=here.officer, batch_id=report.batch.pk)


def test_the_day_of_the_call_is_the_day_of_receipt(here, time):
    """Called in December 2025, typed in in March: it is a complaint of 2025, and its decision is overdue."""
    (found,) = mended(rows(here, 1))
    headings = [*HEADINGS, "事发日期"]
    late = [[found[0], "2025-12-01", *found[2:], "2022-11-20"]]
    report = operations.import_orders(
        actor=here.officer, data=file_of(late, headings), filename="工单.csv", dry_run=False
    )
    assert report.loaded == 1
    made = Complaint.objects.get()
    assert beijing(made.received_at).date() == date(2025, 12, 1)
    assert (made.number[:5], made.harmed_on) == ("T2025", date(2022, 11, 20))
    accept = Deadline.objects.get(code="CMP-ACCEPT")
    assert (accept.start_on, accept.due_on) == (date(2025, 12, 1), date(2025, 12, 10))
    counts = counts_by_institution(date(2025, 1, 1), date(2025, 12, 31))[here.institution.pk]
    assert counts.received == 1
    assert counts_by_institution(date(2026, 1, 1), date(2026, 12, 31)) == {}
    # Over three years between what happened and the call, by the day of the call.
    assert [doubt.ground for doubt in operations.doubts_about(made)] == ["over_limit"]


def test_a_call_before_any_rule_is_a_fault(here):
    (found,) = mended(rows(here, 1))
    report = look(here, [[found[0], "2019-12-31", *found[2:]]])
    assert (report.good, report.bad) == (0, 1)
    assert "没有当时的期限规则" in ImportFault.objects.get().sentence


def test_an_order_whose_limit_was_over_when_it_came_is_late_at_once(here, time):
    time.pass_days(30)
    look(here, mended(rows(here, 1)), dry_run=False)
    order = Deadline.objects.get(code="CMP-ORDER")
    assert (order.due_on.isoformat(), order.ends_at < time.moment) == ("2026-03-11", True)


def test_the_bad_rows_come_back_to_be_mended_and_loaded(here):
    report = look(here, mended(rows(here, 6, bad={2, 5})), dry_run=False)
    assert report.loaded == 4
    sheet = read_table(
        operations.error_file(actor=here.officer, batch_id=report.batch.pk), "错误.xlsx", max_rows=100
    )
    assert [row["工单编号"] for row in sheet.rows] == ["BJ202600000002", "BJ202600000005"]
    assert all("联系电话" in row["错误原因"] for row in sheet.rows)
    again = [[row[name] for name in HEADINGS] for row in sheet.rows]
    for row in again:
        row[4] = PHONE
    data = write_xlsx([*HEADINGS, "错误原因"], [[*row, "联系电话：……"] for row in again])
    second = operations.import_orders(actor=here.officer, data=data, filename="改好.xlsx", dry_run=False)
    assert (second.loaded, second.bad) == (2, 0)
    assert Complaint.objects.count() == 6
    assert AuditEntry.objects.filter(action="read_import_errors").count() == 1


def test_the_same_file_twice_is_imported_once(here):
    found = mended(rows(here, 5))
    look(here, found, dry_run=False)
    again = look(here, found)
    assert (again.good, again.known) == (0, 5)
    assert operations.load_orders(actor=here.officer, batch_id=again.batch.pk).loaded == 0
    assert Complaint.objects.count() == 5


def test_what_was_imported_between_looking_and_loading_is_passed_over(here):
    found = mended(rows(here, 3))
    waiting = look(here, found)
    look(here, found[:2], dry_run=False)
    assert operations.load_orders(actor=here.officer, batch_id=waiting.batch.pk).loaded == 1
    assert Complaint.objects.count() == 3


def test_a_discarded_file_is_gone(here):
    report = look(here, mended(rows(here, 3, bad={1})))
    operations.discard_orders(actor=here.officer, batch_id=report.batch.pk)
    batch = ImportBatch.objects.get()
    assert (batch.state, bytes(batch.box)) == (BatchState.DISCARDED, b"")
    with pytest.raises(Refused):
        operations.load_orders(actor=here.officer, batch_id=batch.pk)
    with pytest.raises(NotFound):
        operations.error_file(actor=here.officer, batch_id=batch.pk)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "x.csv"),
        (b"\xd0\xcf\x11\xe0", "x.xls"),
        (b"PK\x03\x04 broken", "x.xlsx"),
        ("工单编号,诉求人\n1,张三\n".encode(), "x.csv"),
        (b"x", "x.pdf"),
    ],
)
def test_what_is_no_table_of_orders_is_refused_with_a_sentence(here, data, name):
    with pytest.raises(InvalidInput) as refused:
        operations.import_orders(actor=here.officer, data=data, filename=name)
    assert re.search(r"[一-龥]", refused.value.sentence)
    assert not ImportBatch.objects.exists()


def test_nobody_else_imports_or_sees_a_batch(here):
    report = look(here, mended(rows(here, 2, bad={1})))
    for actor in (here.school, here.mediator, here.auditor, here.person):
        with pytest.raises(Forbidden):
            operations.import_orders(actor=actor, data=b"x", filename="x.csv")
        with pytest.raises(Forbidden):
            operations.load_orders(actor=actor, batch_id=report.batch.pk)
    with acting_for(make_association().pk):
        elsewhere = world()
        with pytest.raises(NotFound):
            operations.error_file(actor=elsewhere.officer, batch_id=report.batch.pk)


def test_an_imported_person_is_given_a_code_that_replaces_the_former(here):
    look(here, mended(rows(here, 1)), dry_run=False)
    complaint = Complaint.objects.get()
    given = {"complaint_id": complaint.pk, "identity": IdentityCheck.CALLED_BACK, "reason": "工单首次发放"}
    first, second = (given_anew(here, complaint, reason="工单首次发放") for _ in range(2))
    assert (track(first), track(second).complaint) == (None, complaint)
    with pytest.raises(Forbidden):
        operations.issue_receipt(actor=here.mediator, **given)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"year": 1999}, "year"),
        ({"year": 2027}, "year"),
        ({"learners": -1}, "learners"),
        ({"source": " "}, "source"),
    ],
)
def test_an_enrolment_figure_has_a_year_and_a_source(here, fields, wrong):
    values = {"institution_id": here.institution.pk, "year": 2025, "learners": 1200, "source": "年报"}
    operations.set_enrolment(actor=here.officer, **values)
    with pytest.raises(InvalidInput) as refused:
        operations.set_enrolment(actor=here.officer, **(values | fields))
    assert set(refused.value.fields) == {wrong}
    operations.set_enrolment(actor=here.officer, **(values | {"learners": 1300}))
    assert [row.learners for row in Enrolment.objects.all()] == [1300]
    with acting_for(make_association().pk):
        elsewhere = make_institution()
    with pytest.raises(NotFound):
        operations.set_enrolment(actor=here.officer, **(values | {"institution_id": elsewhere.pk}))
    with pytest.raises(Forbidden):
        operations.set_enrolment(actor=actor_with(Role.INSTITUTION_ADMIN), **values)


def test_thirty_seven_bad_rows_wait_and_the_others_load_with_people_and_clocks(here):
    """Of twenty thousand, through the pages: tests/complaints/test_views_orders.py."""
    bad = set(range(50, 50 + 37 * 50, 50))
    report = look(here, mended(rows(here, 2_000, bad=bad)))
    assert (report.rows, report.good, report.bad) == (2_000, 1_963, 37)
    assert operations.load_orders(actor=here.officer, batch_id=report.batch.pk).loaded == 1_963
    assert Complaint.objects.count() == PersonalData.objects.count() == 1_963
    assert Deadline.objects.count() == 2 * 1_963
    assert ImportFault.objects.count() == 37


def test_rows_that_cannot_be_read_are_wrong_rows_and_the_others_load(here):
    text = file_of(mended(rows(here, 6))).decode("utf-8-sig").splitlines()
    text[2] += ",多出来的一格"
    text[4] = '"' + text[4]
    report = operations.import_orders(
        actor=here.officer, data="\r\n".join(text).encode(), filename="工单.csv", dry_run=False
    )
    assert (report.rows, report.good, report.bad, report.loaded) == (6, 4, 2, 4)
    faults = {fault.line: (fault.column, fault.sentence[:4]) for fault in ImportFault.objects.all()}
    assert faults == {3: ("整行", "内容比表"), 5: ("整行", "格式有误")}
    again = read_table(
        operations.error_file(actor=here.officer, batch_id=report.batch.pk), "错误.xlsx", max_rows=9
    )
    assert len(again.rows) == 2


def sent_back(here, batch):
    """The file of wrong rows as it came out, looked at anew."""
    data = operations.error_file(actor=here.officer, batch_id=batch.pk)
    return operations.import_orders(actor=here.officer, data=data, filename="错误.xlsx", dry_run=False)


def test_the_file_of_wrong_rows_keeps_what_was_beyond_the_columns(here):
    """One comma too many in the last column: its second half is neither lost nor is the rest taken without it."""
    lines = file_of(mended(rows(here, 3))).decode("utf-8-sig").splitlines()
    lines[2] += ",另外老师打人,请一并处理"
    report = operations.import_orders(
        actor=here.officer, data="\r\n".join(lines).encode(), filename="工单.csv", dry_run=False
    )
    assert (report.loaded, report.bad) == (2, 1)
    back = sent_back(here, report.batch)
    assert (back.good, back.bad, back.loaded) == (0, 1, 0)
    faults = [(fault.column, fault.sentence[:8]) for fault in back.batch.faults.order_by("pk")]
    assert faults == [("多出的内容1", "这一格是表头以外"), ("多出的内容2", "这一格是表头以外")]
    found = read_table(
        operations.error_file(actor=here.officer, batch_id=back.batch.pk), "x.xlsx", max_rows=9
    )
    assert (found.rows[0]["多出的内容1"], found.rows[0]["多出的内容2"]) == ("另外老师打人", "请一并处理")
    row = dict(found.rows[0])
    row["诉求内容"] += "，" + row.pop("多出的内容1") + "，" + row.pop("多出的内容2")
    data = write_xlsx(list(row), [list(row.values())])
    mended_file = {"data": data, "filename": "改好.xlsx", "dry_run": False}
    assert operations.import_orders(actor=here.officer, **mended_file).loaded == 1
    assert Complaint.objects.order_by("pk").last().facts.endswith("，另外老师打人，请一并处理")


def test_a_number_that_lost_its_last_digits_is_refused_until_somebody_put_it_right(here):
    """Two long numbers that round alike would be one order, and a wrong one."""
    found = mended(rows(here, 2))
    table = [[int(f"2026112000000001234{place}"), *row[1:]] for place, row in enumerate(found)]
    report = operations.import_orders(
        actor=here.officer, data=write_xlsx(HEADINGS, table), filename="工单.xlsx"
    )
    assert (report.good, report.bad) == (0, 2)
    back = sent_back(here, report.batch)
    assert (back.good, back.bad, back.known) == (0, 2, 0)
    assert {fault.column for fault in back.batch.faults.all()} == {"工单编号"}
    assert not Complaint.objects.exists()


def test_an_order_keeps_the_hour_of_its_limit(here):
    found = mended(rows(here, 2))
    found[0][2], found[1][2] = "2026-03-03 09:30", "2026/3/3 00:00:00"
    look(here, found, dry_run=False)
    ends = dict(
        Deadline.objects.filter(code="CMP-ORDER").order_by("case_id").values_list("case_id", "ends_at")
    )
    moments = [beijing(moment).strftime("%d %H:%M") for moment in ends.values()]
    assert moments == ["03 09:30", "04 00:00"], "the second names a day: it ends at its 24:00"


def test_one_number_in_two_cases_of_letters_is_one_order(here):
    found = mended(rows(here, 2))
    found[0][0], found[1][0] = "bjAA01", "BJAA01"
    report = look(here, found, dry_run=False)
    assert (report.good, report.bad) == (1, 1)
    later = look(here, [["Bjaa01", *found[0][1:]]])
    assert later.known == 1
