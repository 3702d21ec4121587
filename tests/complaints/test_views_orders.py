"""工单导入 through the pages: looked at, decided, loaded by the worker in parts, mended and loaded again."""

import html
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from association.choices import BatchState, JobState, OutboxState, Role
from association.models import AuditEntry, Deadline, Job, OutboxJob
from association.tenancy import acting_for
from common.errors import NotFound, Refused
from common.spreadsheet import write_csv, write_xlsx
from common.tables import read_table
from complaints import operations, tasks
from complaints.models import Complaint, ImportBatch, ImportFault, PersonalData
from complaints.operations.order_jobs import TASK
from tests.complaints.material import NAME, PHONE, queued, world
from tests.complaints.test_operations_orders import HEADINGS, file_of, look, mended, rows
from tests.credit_rating.desk_pages import Desk
from tests.factories.people import actor_with, make_association

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture
def association(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return make_association("first")


@pytest.fixture
def here(association):
    with acting_for(association.pk):
        yield world()


def text(response):
    return response.content.decode()


def upload(desk, data, name="工单.csv"):
    return desk.client.post(desk.path("complaints/orders/"), {"file": SimpleUploadedFile(name, data)})


def decide(desk, batch, deed="load"):
    return desk.post(f"complaints/orders/{batch.pk}/decide/", deed=deed)


def work():
    """What the worker does until nothing is left."""
    while waiting := [job for job in queued(TASK) if job.state == OutboxState.WAITING]:
        for job in waiting:
            tasks.load_orders_part(job.pk)
            done = OutboxJob.objects.get(pk=job.pk)
            assert (done.state, done.last_error) == (OutboxState.DONE, "")


def test_twenty_thousand_orders_with_thirty_seven_bad_rows_end_to_end(association, here):
    desk = Desk(association, here.officer)
    bad = set(range(500, 500 + 37 * 500, 500))
    found = mended(rows(here, 20_000, bad=bad))
    assert upload(desk, file_of(found)).status_code == 302
    batch = ImportBatch.objects.get()
    page = text(desk.get(f"complaints/orders/{batch.pk}/"))
    assert "导入19963件" in page
    assert "第501行" in page
    assert not Complaint.objects.exists()
    assert decide(desk, batch).status_code == 302
    assert "等待开始" in text(desk.get(f"complaints/orders/{batch.pk}/"))
    work()
    assert Complaint.objects.count() == PersonalData.objects.count() == 19_963
    job = Job.objects.get()
    assert (job.state, job.done, job.total) == (JobState.DONE, 20_000, 20_000)
    file = desk.get(f"complaints/orders/{batch.pk}/errors/")
    assert file["Cache-Control"] == "private, no-store"
    again = mend(file.content)
    assert len(again) == 37
    second = write_xlsx([*HEADINGS, "错误原因"], [[*row, "已改"] for row in again])
    assert upload(desk, second, "改好.xlsx").status_code == 302
    mended_batch = ImportBatch.objects.exclude(pk=batch.pk).get()
    assert (mended_batch.rows, mended_batch.good, mended_batch.bad) == (37, 37, 0)
    decide(desk, mended_batch)
    work()
    assert set(Complaint.objects.values_list("order_number", flat=True)) == {row[0] for row in found}
    assert Deadline.objects.count() == 2 * 20_000
    assert file_again_loads_nothing(desk, found)


def mend(data):
    sheet = read_table(data, "错误.xlsx", max_rows=100)
    found = [[row[name] for name in HEADINGS] for row in sheet.rows]
    for row in found:
        assert row[4] != PHONE
        row[4] = PHONE
    return found


def file_again_loads_nothing(desk, found):
    upload(desk, file_of([[*row[:4], PHONE, *row[5:]] for row in found]))
    batch = ImportBatch.objects.first()
    page = text(desk.get(f"complaints/orders/{batch.pk}/"))
    assert "没有可以导入的工单" in text(decide(desk, batch))
    return (batch.good, batch.known) == (0, 20_000) and "不会重复导入" in page


def test_faults_are_told_by_line_and_column_and_the_cell_is_not_repeated(association, here):
    desk = Desk(association, here.officer)
    found = mended(rows(here, 3, bad={2}))
    found[2][3] = "=cmd()"
    upload(desk, file_of(found))
    page = text(desk.get(f"complaints/orders/{ImportBatch.objects.get().pk}/"))
    assert page.count('scope="row">第') == 2
    assert "联系电话" in page
    assert "cmd" not in page
    sheet = desk.get(f"complaints/orders/{ImportBatch.objects.get().pk}/errors/").content
    cells = load_workbook(BytesIO(sheet)).active.iter_rows(min_row=2, min_col=4, max_col=4, values_only=True)
    assert list(cells) == [(NAME,), ("'=cmd()",)]


CHINESE = re.compile(r"[\u4e00-\u9fff]")


def reasons(page):
    found = re.findall(r'<td data-label="(?:Reason|原因)">([^<]*)</td>', html.unescape(page))
    return [reason for reason in found if reason]


def test_faults_are_told_in_the_language_of_the_page_also_years_later(association, here):
    """The numbers, the row that is meant and the bounds stand in the sentence of either language."""
    desk = Desk(association, here.officer)
    found = mended(rows(here, 3, bad=set()))
    place = {heading: HEADINGS.index(heading) for heading in HEADINGS}
    found[1][place["工单编号"]] = found[0][place["工单编号"]]
    found[2][place["已付金额（元）"]] = "abc"
    upload(desk, file_of(found))
    address = f"complaints/orders/{ImportBatch.objects.get().pk}/"
    chinese = reasons(text(desk.get(address)))
    assert chinese == ["工单编号与第2行重复。", "金额不对：请只填数字，例如 4.5。"]
    english = reasons(text(desk.client.get(desk.path(address), headers={"accept-language": "en"})))
    assert len(english) == len(chinese)
    assert "2" in english[0]
    assert [reason for reason in english if CHINESE.search(reason)] == []
    ImportFault.objects.update(wording=None)  # as before the parts were kept
    assert reasons(text(desk.get(address))) == chinese


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "x.csv", "空的"),
        (b"x", "x.pdf", "请使用 .xlsx 或 .csv"),
        ("工单编号,诉求人\n1,张三\n".encode(), "x.csv", "缺少"),
        (b"\xd0\xcf\x11\xe0", "x.xls", "旧版"),
    ],
)
def test_what_is_no_table_of_orders_is_refused_on_the_page(association, here, data, name, sentence):
    answer = upload(Desk(association, here.officer), data, name)
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert not ImportBatch.objects.exists()
    assert Desk(association, here.officer).post("complaints/orders/").status_code == 400


def test_a_large_file_is_too_large(association, here):
    answer = upload(Desk(association, here.officer), b"x," * (6 * 1024 * 1024))
    assert (answer.status_code, "10 MB" in text(answer)) == (413, True)


def test_pressed_twice_is_one_job_and_the_worker_run_twice_loads_once(association, here):
    desk = Desk(association, here.officer)
    batch = look(here, mended(rows(here, 3, bad={2}))).batch
    decide(desk, batch)
    decide(desk, batch)
    assert (Job.objects.count(), len(queued(TASK))) == (1, 1)
    job = queued(TASK)[0]
    tasks.load_orders_part(job.pk)
    tasks.load_orders_part(job.pk)
    assert Complaint.objects.count() == 2
    assert decide(desk, batch).status_code == 409
    assert decide(desk, batch, "discard").status_code == 409
    assert AuditEntry.objects.filter(action="begin_loading").count() == 1


def test_a_job_that_was_given_up_is_taken_up_again_and_loses_nothing(association, here, monkeypatch):
    monkeypatch.setattr("complaints.operations.order_jobs.AT_ONCE", 2)
    desk = Desk(association, here.officer)
    batch = look(here, mended(rows(here, 5, bad={4}))).batch
    decide(desk, batch)
    tasks.load_orders_part(queued(TASK)[0].pk)
    assert Complaint.objects.count() == 2
    OutboxJob.objects.filter(task=TASK, state=OutboxState.WAITING).update(state=OutboxState.DEAD)
    assert decide(desk, batch, "discard").status_code == 409
    decide(desk, batch)
    assert [job.state for job in Job.objects.order_by("pk")] == [JobState.FAILED, JobState.QUEUED]
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.loaded, Complaint.objects.count()) == (BatchState.LOADED, 4, 4)
    assert (
        len(
            read_table(
                operations.error_file(actor=here.officer, batch_id=batch.pk), "x.xlsx", max_rows=9
            ).rows
        )
        == 1
    )


def test_what_another_file_brought_meanwhile_is_passed_over_and_said(association, here):
    desk = Desk(association, here.officer)
    found = mended(rows(here, 3))
    batch = look(here, found).batch
    look(here, found[:2], dry_run=False)
    decide(desk, batch)
    work()
    assert Complaint.objects.count() == 3
    assert "其中2件" in text(desk.get(f"complaints/orders/{batch.pk}/"))


def test_what_is_wrong_only_now_joins_the_rows_to_be_mended(association, here, monkeypatch):
    batch = look(here, mended(rows(here, 3))).batch
    operations.begin_loading(actor=here.officer, batch_id=batch.pk)
    monkeypatch.setattr("complaints.rules.orders.LONGEST_RESPONDENT", 5)
    work()
    batch.refresh_from_db()
    faults = ImportFault.objects.filter(batch=batch).count()
    assert (batch.good + batch.bad, batch.bad, batch.loaded) == (3, faults, batch.good)
    assert faults > 0
    assert (
        len(
            read_table(
                operations.error_file(actor=here.officer, batch_id=batch.pk), "x.xlsx", max_rows=9
            ).rows
        )
        == faults
    )


def test_rows_kept_no_longer_are_refused_with_a_sentence(association, here):
    batch = look(here, mended(rows(here, 1))).batch
    ImportBatch.objects.update(box=b"")
    assert decide(Desk(association, here.officer), batch).status_code == 404
    with pytest.raises(NotFound, match="已经删除"):
        operations.load_orders(actor=here.officer, batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_a_discarded_file_loads_nothing(association, here):
    desk = Desk(association, here.officer)
    batch = look(here, mended(rows(here, 2))).batch
    assert decide(desk, batch, "discard").status_code == 302
    assert decide(desk, batch).status_code == 409
    assert decide(desk, batch, "x").status_code == 404
    with pytest.raises(Refused):
        operations.begin_loading(actor=here.officer, batch_id=batch.pk)
    assert desk.get(f"complaints/orders/{batch.pk}/errors/").status_code == 404
    assert not Complaint.objects.exists()


def test_nobody_else_imports(association, here):
    batch = look(here, mended(rows(here, 2, bad={1}))).batch
    for actor in (here.school, here.mediator, here.auditor):
        desk = Desk(association, actor)
        assert desk.get("complaints/orders/").status_code == 403
        assert desk.get(f"complaints/orders/{batch.pk}/").status_code == 403
        assert desk.get(f"complaints/orders/{batch.pk}/errors/").status_code == 403
        assert upload(desk, b"x").status_code == 403
        assert {decide(desk, batch, deed).status_code for deed in ("load", "discard", "x")} == {403}
    other = make_association("second")
    with acting_for(other.pk):
        elsewhere = Desk(other, actor_with(Role.SECRETARIAT))
    assert elsewhere.get(f"complaints/orders/{batch.pk}/").status_code == 404
    assert elsewhere.get(f"complaints/orders/{batch.pk}/errors/").status_code == 404
    assert decide(elsewhere, batch).status_code == 404
    assert batch.file_name not in text(elsewhere.get("complaints/orders/"))
    assert not Complaint.objects.exists()


def test_the_database_counts_no_more_than_was_good(here):
    batch = look(here, mended(rows(here, 2))).batch
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk).update(loaded=3)


def test_the_list_and_the_page_ask_few_questions(association, here, django_assert_max_num_queries):
    desk = Desk(association, here.officer)
    for many in range(1, 4):
        look(here, mended(rows(here, many, bad={1})))
    with django_assert_max_num_queries(14):
        desk.get("complaints/orders/")
    with django_assert_max_num_queries(13):
        desk.get(f"complaints/orders/{ImportBatch.objects.first().pk}/")


def test_a_template_with_other_names_of_columns_is_read(association, here):
    other = [
        "工单号",
        "受理时间",
        "办结时限",
        "来电人",
        "来电号码",
        "地址",
        "被投诉单位",
        "工单内容",
        "分类",
        "缴费金额",
    ]
    upload(Desk(association, here.officer), write_csv(other, mended(rows(here, 1))))
    assert ImportBatch.objects.get().good == 1
