"""历史结果 from a file: looked through first, all lines or none, never another association's."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, Refused, TooLarge
from common.spreadsheet import write_csv, write_xlsx
from common.tables import read_table
from credit_rating import operations
from credit_rating.documents import export_past_results, past_results_template
from credit_rating.models import HistoricalResult, ResultImport
from credit_rating.operations import Corrected
from credit_rating.operations.historical import HistoricalRow, propose_historical_results
from credit_rating.rules.past_results import COLUMNS, address_problem
from members.models import FormerName, Institution
from tests.credit_rating.desk import Desk, desk
from tests.factories.corrections import corrected
from tests.factories.people import actor_with, make_association, make_institution, valid_uscc

RESULT = "credit_rating/historicalresult"
HEADINGS = [label for label, _most in COLUMNS.values()]
LINE = [
    "演示旧校",
    "",
    "2023",
    "演示诚信等级评估",
    "A",
    "演示培委会",
    "演示日报2024-01-30",
    "https://example.org/1",
    "",
]

LATER = HistoricalRow("演示旧校", 2023, "演示诚信等级评估", "A", "演示培委会", "另一出处")
CODE = valid_uscc(99_000_001)


def line(**fields):
    values = dict(zip(COLUMNS, LINE, strict=True)) | fields
    return [values[name] for name in COLUMNS]


def sheet(*lines):
    return write_csv(HEADINGS, lines)


@pytest.fixture
def here(db):
    return desk()


@pytest.fixture
def scope(db):
    association = make_association()
    with acting_for(association.pk):
        yield association


def imports():
    return AuditEntry.objects.filter(action="import_historical_results").count()


def clerk():
    return actor_with(Role.SECRETARIAT)


def look(*lines):
    return operations.check_historical_sheet(actor=clerk(), data=sheet(*lines), filename="表.csv")


def take(*lines):
    return operations.import_historical_sheet(actor=clerk(), data=sheet(*lines), filename="表.csv")


def taken(*lines):
    """What the second person's confirmation brings."""
    waiting = take(*lines).waiting
    return (
        0 if waiting is None else operations.confirm_historical_results(actor=clerk(), import_id=waiting.pk)
    )


def only_fault(*lines):
    before = HistoricalResult.objects.count(), Institution.objects.count()
    (fault,) = take(*lines).read.faults
    assert (HistoricalResult.objects.count(), Institution.objects.count()) == before
    return fault.row, fault.column, fault.sentence


def test_a_look_writes_nothing_and_the_import_does_what_it_said(scope):
    make_institution("演示丙校", uscc=None, source="演示日报")
    lines = line(), line(institution_name="演示丙校", grade="B")
    planned = look(*lines).planned
    assert [(one.line, one.new_institution, one.stands) for one in planned] == [
        (2, True, False),
        (3, False, False),
    ]
    assert (HistoricalResult.objects.count(), Institution.objects.count(), imports()) == (0, 1, 0)
    assert taken(*lines) == 2
    assert sorted(HistoricalResult.objects.values_list("institution__name", "grade")) == [
        ("演示丙校", "B"),
        ("演示旧校", "A"),
    ]
    again = take(*lines)
    assert (again.waiting, [one.stands for one in again.read.planned]) == (None, [True, True])


@pytest.mark.parametrize(
    ("fields", "column", "why"),
    [
        ({"institution_name": ""}, "机构名称", "请填写机构名称"),
        ({"institution_name": "演" * 81}, "机构名称", "最多80个字"),
        ({"uscc": "91110105MA01ABCD1I"}, "统一社会信用代码", "第18位是字母“I”"),
        ({"year": "今年"}, "年度", "数字"),
        ({"year": "2999"}, "年度", "年度须在"),
        ({"year": "1" * 60}, "年度", ""),
        ({"scheme": "评" * 81}, "评估名称", "最多80个字"),
        ({"grade": "合" * 13}, "结果", "最多12个字"),
        ({"issuing_body": ""}, "发布单位", "请填写发布单位"),
        ({"source_title": "出" * 201}, "出处", "最多200个字"),
        ({"source_url": "javascript:alert(1)"}, "链接", "https://"),
        ({"source_url": "https://example.org/" + "a" * 300}, "链接", "最多300个字"),
        ({"note": "说" * 301}, "说明", "最多300个字"),
    ],
)
def test_one_wrong_cell_is_named_and_nothing_is_imported(scope, fields, column, why):
    row, where, sentence = only_fault(line(institution_name="演示别校"), line(**fields))
    assert (row, where) == (3, column)
    assert why in sentence


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//example.org", "example.org", "https://", "http://[::1", "ftp://a.b",
     "https://bank.example@example.org/", "https://a b.org", "https://example.org:port/", "JavaScript:https://x"],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused_in_every_way(scope, address):
    assert address_problem(address)
    row = HistoricalRow("演示旧校", 2023, "演示评估", "A", "演示培委会", "演示日报", address)
    with pytest.raises(InvalidInput, match="第1行"):
        propose_historical_results(actor=clerk(), rows=[row])
    assert not HistoricalResult.objects.exists()


def test_addresses_of_pages_are_taken():
    for address in ("https://example.org/1", "HTTP://例子.测试/页?甲=1#x", "https://example.org:8443/"):
        assert address_problem(address) is None


def test_lines_that_say_the_same_twice_are_named(scope):
    assert only_fault(line(), line(grade="B"))[::2] == (3, "与第2行是同一家机构同一年度的同一项评估。")
    assert "一处有代码" in only_fault(line(), line(uscc=CODE, year="2022"))[2]


def test_two_names_under_one_new_code_are_named(scope):
    fault = only_fault(line(uscc=CODE), line(uscc=CODE, institution_name="演示另校", year="2022"))
    assert fault == (3, "统一社会信用代码", "与第2行代码相同，机构名称却不同。")


def test_a_result_that_stands_is_not_written_over(scope):
    taken(line())
    row, column, sentence = only_fault(line(grade="B"))
    assert (row, column) == (2, "结果")
    assert "已有这项结果，是“A”" in sentence
    assert HistoricalResult.objects.get().grade == "A"


def test_nobody_is_guessed(scope):
    known = make_institution("演示甲校")
    FormerName.objects.create(institution=known, name="演示甲前身")
    assert "在名录中是" in only_fault(line(uscc=known.uscc, institution_name="演示他校"))[2]
    assert "曾用名" in only_fault(line(institution_name="演示甲前身"))[2]
    make_institution("演示甲校")
    assert "几家同名" in only_fault(line(institution_name="演示甲校"))[2]
    make_institution("演示无码校", uscc=None, source="演示日报")
    assert "补录代码" in only_fault(line(institution_name="演示无码校", uscc=CODE))[2]
    assert taken(line(uscc=known.uscc.lower(), institution_name="演示甲前身")) == 1
    assert HistoricalResult.objects.get().institution == known


def test_a_sheet_without_its_columns_or_lines(scope):
    data = write_csv(["机构名称", "年度"], [["演示旧校", "2023"]])
    read = operations.check_historical_sheet(actor=clerk(), data=data, filename="表.csv")
    assert [one.sentence for one in read.faults] == ["表头缺少：评估名称、结果、发布单位、出处。"]
    assert [one.sentence for one in look().faults] == ["表中没有数据行。"]
    with pytest.raises(TooLarge, match="1 MB"):
        operations.check_historical_sheet(actor=clerk(), data=b"a" * (2 << 20), filename="表.csv")
    with pytest.raises(TooLarge, match="500"):
        look(*[line(institution_name=f"演示{number}校") for number in range(501)])


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.AUDITOR, Role.ASSESSOR])
def test_only_the_secretariat(scope, role):
    for deed in (operations.check_historical_sheet, operations.import_historical_sheet):
        with pytest.raises(Forbidden):
            deed(actor=actor_with(role), data=sheet(line()), filename="表.csv")


def test_the_export_is_read_back_and_is_no_formula(scope):
    taken(line(note="=HYPERLINK(1)"))
    for ending in ("xlsx", "csv"):
        data, rows = export_past_results(ending)
        table = read_table(data, f"表.{ending}", max_rows=10)
        assert (rows, list(table.headings)) == (1, HEADINGS)
        read = operations.check_historical_sheet(actor=clerk(), data=data, filename=f"表.{ending}")
        assert [one.stands for one in read.planned] == [True]
        assert read.planned[0].row.note == "=HYPERLINK(1)"
    assert "'=HYPERLINK(1)" in export_past_results("csv")[0].decode()
    assert list(read_table(past_results_template(), "表.xlsx", max_rows=1).headings) == HEADINGS


def test_the_export_tells_what_stands_today_and_its_lines_are_known_as_there(scope):
    taken(line(), line(institution_name="演示撤下学校"))
    kept, gone = HistoricalResult.objects.order_by("institution__name")
    stands = Corrected("B", "演示培委会", "演示日报2024-01-31")
    if kept.institution.name != "演示旧校":
        kept, gone = gone, kept
    corrected(kept, stands)
    corrected(gone, removes=True)
    data, rows = export_past_results("csv")
    (told,) = read_table(data, "表.csv", max_rows=10).rows
    assert (rows, told["机构名称"], told["结果"], told["出处"]) == (1, "演示旧校", "B", "演示日报2024-01-31")
    again = operations.import_historical_sheet(actor=clerk(), data=data, filename="表.csv")
    assert (again.read.faults, [one.stands for one in again.read.planned]) == ([], [True])
    assert again.waiting is None
    assert "已有这项结果，是“B”" in str(only_fault(line())[2])
    assert "已经撤下" in str(only_fault(line(institution_name="演示撤下学校"))[2])


def test_what_was_corrected_meanwhile_is_not_taken_over_again(scope):
    first, second = take(line()).waiting, propose_historical_results(actor=clerk(), rows=[LATER])
    operations.confirm_historical_results(actor=clerk(), import_id=first.pk)
    corrected(HistoricalResult.objects.get(), Corrected("B", "演示培委会", "演示日报2024-01-31"))
    with pytest.raises(Refused, match="是“B”"):
        operations.confirm_historical_results(actor=clerk(), import_id=second.pk)


def test_columns_are_as_wide_as_the_database(scope):
    for name, (_label, longest) in COLUMNS.items():
        if name not in {"year", "uscc", "institution_name"}:
            assert HistoricalResult._meta.get_field(name).max_length == longest
    assert Institution._meta.get_field("name").max_length == COLUMNS["institution_name"][1]
    assert Institution._meta.get_field("source").max_length >= COLUMNS["source_title"][1]


# -- the staff desk -------------------------------------------------------------------------------------------


def upload(data, name="表.csv"):
    return SimpleUploadedFile(name, data)


def counted(here):
    with acting_for(here.association.pk):
        return HistoricalResult.objects.count()


def sent_back(page):
    return dict(re.findall(r'name="(filename|content)" value="([^"]+)"', page.content.decode()))


def test_a_file_is_looked_through_then_imported(here):
    page = here.post(f"{RESULT}/do/import/", file=upload(sheet(line())))
    assert page.status_code == 200
    assert "将提交1项" in page.content.decode()
    assert counted(here) == 0
    answer = here.post(f"{RESULT}/do/confirm-import/", **sent_back(page))
    assert answer.status_code == 302
    assert counted(here) == 0, "nothing is a result before a second person has confirmed it"
    with acting_for(here.association.pk):
        operations.confirm_historical_results(actor=clerk(), import_id=ResultImport.objects.get().pk)
    assert counted(here) == 1
    again = here.post(f"{RESULT}/do/import/", file=upload(write_xlsx(HEADINGS, [line()]), "表.xlsx"))
    assert "将提交0项，已有1项" in again.content.decode()
    assert "提交，待另一人确认" not in again.content.decode()


def test_wrong_lines_come_back_as_a_report(here):
    page = here.post(
        f"{RESULT}/do/import/", file=upload(sheet(line(), line(source_url="javascript:1", year="2022")))
    )
    assert page.status_code == 400
    assert "链接须以 https://" in page.content.decode()
    assert "下载错误报告" in page.content.decode()
    assert counted(here) == 0


def test_what_changed_since_the_preview_is_said(here):
    sent = sent_back(here.post(f"{RESULT}/do/import/", file=upload(sheet(line()))))
    with acting_for(here.association.pk):
        taken(line(grade="B"))
    answer = here.post(f"{RESULT}/do/confirm-import/", **sent)
    assert answer.status_code == 400
    assert "预览以后有了变化" in answer.content.decode()
    for content in ("AAAAA", "表", "=" * 5):
        assert (
            here.post(f"{RESULT}/do/confirm-import/", filename="表.csv", content=content).status_code == 400
        )
    assert counted(here) == 1


def test_files_that_leave_are_recorded(here):
    for deed in ("template", "export-xlsx", "export-csv"):
        answer = here.get(f"{RESULT}/do/{deed}/")
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
    with acting_for(here.association.pk):
        assert AuditEntry.objects.filter(action="export_past_results").count() == 2


def test_a_neighbour_sees_and_changes_nothing(here):
    sent = sent_back(here.post(f"{RESULT}/do/import/", file=upload(sheet(line()))))
    here.post(f"{RESULT}/do/confirm-import/", **sent)
    other = Desk(make_association("neighbour"))
    _data, rows = _exported(other)
    assert rows == 0
    other.post(f"{RESULT}/do/confirm-import/", **sent)
    for desk_of in (here, other):
        with acting_for(desk_of.association.pk):
            (waiting,) = ResultImport.objects.all()
            operations.confirm_historical_results(actor=clerk(), import_id=waiting.pk)
    assert (counted(here), counted(other)) == (1, 1)
    assert here.client.post(f"/neighbour/admin/{RESULT}/do/confirm-import/", sent).status_code in {
        302,
        403,
        404,
    }
    assert counted(other) == 1


def _exported(desk_of):
    with acting_for(desk_of.association.pk):
        return export_past_results()


@pytest.mark.parametrize("role", [Role.COMMITTEE_CHAIR, Role.AUDITOR])
def test_others_find_no_button(db, role):
    here = desk(role)
    for deed in ("import", "confirm-import", "export-xlsx", "template"):
        assert here.get(f"{RESULT}/do/{deed}/").status_code in {302, 403, 404}
