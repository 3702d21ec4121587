"""诚信等级评估 on the staff desk: every button one operation, every refusal a sentence, every list a fixed cost."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from credit_rating import operations
from credit_rating.choices import StandardState
from credit_rating.documents import export_standard, export_standard_header
from credit_rating.models import AssessmentStandard, Indicator, IndicatorMap, Round
from credit_rating.operations.standard_rows import write_standard
from tests.credit_rating.desk import desk
from tests.factories.people import actor_with, make_institution
from tests.factories.rating import (
    BANDS,
    draft_round,
    draft_standard,
    freeze,
    frozen_standard,
    open_round,
    small_spec,
)

pytestmark = pytest.mark.django_db
STANDARD = "credit_rating/assessmentstandard"


@pytest.fixture
def here():
    return desk()


def inside(here, read, *args, **kwargs):
    with acting_for(here.association.pk):
        return read(*args, **kwargs)


def actions(here):
    return inside(here, lambda: list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)))


def upload(data, name):
    return SimpleUploadedFile(name, data)


def test_a_standard_is_exported_and_imported_again(here):
    row = inside(here, draft_standard)
    sheets = [
        here.get(f"{STANDARD}/{row.pk}/do/{deed}/").content for deed in ("export-xlsx", "export-header")
    ]
    assert [sheet[:2] for sheet in sheets] == [b"PK", b"PK"]
    answer = here.post(
        f"{STANDARD}/do/import/",
        file=upload(sheets[0], "指标.xlsx"),
        header_file=upload(sheets[1], "信息.xlsx"),
        version="2",
    )
    new = inside(here, lambda: AssessmentStandard.objects.get(version="2"))
    assert answer["Location"] == here.address(f"{STANDARD}/{new.pk}/")
    assert inside(here, new.indicators.count) == inside(here, row.indicators.count)


def test_a_file_with_wrong_rows_imports_nothing_and_names_each_row(here):
    row = inside(here, draft_standard)
    with acting_for(here.association.pk):
        lines = export_standard(row, "csv").decode("utf-8-sig").splitlines()
        header = export_standard_header(row, "csv")
    broken = "\r\n".join(
        [lines[0], lines[1].replace("pass_fail", "guess").replace("是否符合", "猜"), *lines[2:]]
    )
    before = inside(here, AssessmentStandard.objects.count)
    answer = here.post(
        f"{STANDARD}/do/import/",
        file=upload(broken.replace(",20,", ",二十,").encode(), "指标.csv"),
        header_file=upload(header, "信息.csv"),
        version="3",
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "没有导入" in page
    assert "下载错误报告" in page
    assert inside(here, AssessmentStandard.objects.count) == before


def test_wrong_rows_are_told_in_english_too(here):
    row = inside(here, draft_standard)
    with acting_for(here.association.pk):
        lines = export_standard(row, "csv").decode("utf-8-sig").splitlines()
        header = export_standard_header(row, "csv").decode("utf-8-sig")
    broken = [lines[0], *(line.replace(",20,", ",abc,") for line in lines[1:])]
    unread = re.sub("满分,[^\\r\\n]*", "满分,x", header)
    assert unread != header
    files = ("\r\n".join(broken), header), ("\r\n".join(lines), unread)
    for table, about in files:
        answer = here.client.post(
            here.address(f"{STANDARD}/do/import/"),
            {
                "file": upload(table.encode(), "a.csv"),
                "header_file": upload(about.encode(), "b.csv"),
                "version": "3",
            },
            headers={"accept-language": "en"},
        )
        assert answer.status_code == 400
        told = [sentence for _row, _column, sentence in json.loads(answer.context["report"])]
        assert told
        assert [sentence for sentence in told if re.search(r"[\u4e00-\u9fff]", sentence)] == []


def test_the_error_report_comes_back_as_a_file_without_formulas(here):
    answer = here.post(f"{STANDARD}/do/error-file/", report='[[2, "分值", "=HYPERLINK(1)"]]')
    assert answer["Content-Disposition"].startswith("attachment")
    assert "'=HYPERLINK(1)" in answer.content.decode("utf-8-sig")
    assert here.post(f"{STANDARD}/do/error-file/", report='{"a": 1}').status_code == 400


def test_a_shipped_template_becomes_a_draft(here):
    here.post(f"{STANDARD}/do/load/", name="tianjin_form")
    row = inside(here, AssessmentStandard.objects.get)
    assert (row.state, row.official) == (StandardState.DRAFT, False)
    assert "非官方" in here.get(f"{STANDARD}/{row.pk}/").content.decode()


def settings_of(row, **changes):
    values = {
        "version": row.version,
        "title": row.title,
        "legal_basis": "",
        "source": "",
        "total_points": row.total_points,
        "aggregation": row.aggregation,
        "rounding_digits": 2,
        "rounding_mode": "down",
        "gap_share": "0.25",
        "spread_share": "0.3",
        "panel_minimum": 1,
        "combine": "mean",
        "successor_of": "",
    }
    return values | changes


def test_settings_bands_and_indicators_of_a_draft_are_edited_through_the_operations(here):
    row = inside(here, draft_standard)
    page = f"{STANDARD}/{row.pk}/do"
    assert here.post(f"{page}/settings/", **settings_of(row, title="演示新名")).status_code == 302
    rows = {}
    for place, band in enumerate(BANDS):
        upper = "" if band.upper is None else band.upper
        values = {"grade": band.grade, "label": f"演示{band.label}", "lower": band.lower, "upper": upper}
        values |= {"adverse": "on"} if band.adverse else {}
        rows |= {f"row-{place}-{name}": value for name, value in values.items()}
    assert here.post(f"{page}/bands/", **rows).status_code == 302
    with acting_for(here.association.pk):
        leaf = Indicator.objects.filter(standard=row, method="expert").first()
    edited = here.post(f"credit_rating/indicator/{leaf.pk}/do/edit/", title="演示指标", points=f"{leaf.points:.2f}", method="expert", params="", na_policy="forbidden")  # fmt: skip
    assert edited["Location"] == here.address(f"{STANDARD}/{row.pk}/")
    with acting_for(here.association.pk):
        row.refresh_from_db()
        leaf.refresh_from_db()
        assert (row.title, row.rounding_mode, row.panel_minimum, leaf.title) == (
            "演示新名",
            "down",
            1,
            "演示指标",
        )
        assert {band.label for band in row.bands.all()} == {f"演示{band.label}" for band in BANDS}
    assert actions(here) == ["edit_settings", "edit_bands", "edit_indicator"]


def test_a_way_of_aggregation_is_written_in_words_and_refused_in_words(here):
    row = inside(here, draft_standard)
    page = f"{STANDARD}/{row.pk}/do/settings/"
    refused = here.post(page, **settings_of(row, aggregation="factor_product"))
    assert "汇总参数缺少：影响因子" in refused.content.decode()
    written = (
        "影响因子=A；基础分=B；附加分=C；上浮起点=75；上浮基点=74；上浮除数=200；持平起点=60；下浮除数=100"
    )
    kept = here.post(page, **settings_of(row, aggregation="factor_product", aggregation_params=written))
    assert kept.status_code == 302
    with acting_for(here.association.pk):
        row.refresh_from_db()
    assert row.aggregation_params["good_divisor"] == "200"
    assert written.replace("；", ";") in here.get(page).content.decode()


@pytest.mark.parametrize("written", ["[1,2]", '{"tiers":5}', "优=3;良", "\u0000", "每次扣 2"])
def test_parameters_that_cannot_be_read_are_told_at_their_field(here, written):
    row = inside(here, draft_standard)
    with acting_for(here.association.pk):
        leaf = Indicator.objects.filter(standard=row, method="expert").first()
    answer = here.post(f"credit_rating/indicator/{leaf.pk}/do/edit/", title="演示", points="1", method="band", params=written, na_policy="forbidden")  # fmt: skip
    assert answer.status_code == 400
    assert "params" in answer.context["form"].errors


def test_a_hole_between_bands_is_refused_with_its_sentence_and_nothing_changes(here):
    row = inside(here, draft_standard)
    rows = {"row-0-grade": "A", "row-0-label": "优", "row-0-lower": "90", "row-1-grade": "D", "row-1-label": "差", "row-1-lower": "0", "row-1-upper": "80"}  # fmt: skip
    answer = here.post(f"{STANDARD}/{row.pk}/do/bands/", **rows)
    assert answer.status_code == 400
    assert "d-refusal" in answer.content.decode()
    assert inside(here, row.bands.count) == len(BANDS)


def test_what_keeps_a_draft_from_being_frozen_is_listed_with_its_code(here):
    row = inside(here, draft_standard)
    with acting_for(here.association.pk):
        Indicator.objects.filter(standard=row, method="expert").update(points="1")
    for page in (f"{STANDARD}/{row.pk}/", f"{STANDARD}/{row.pk}/do/freeze/"):
        assert "没有问题" not in here.get(page).content.decode()
    assert "定稿前检查" in here.get(f"{STANDARD}/{row.pk}/").content.decode()


def test_a_missing_map_to_the_version_before_is_told_before_the_experts_are_asked(here):
    with acting_for(here.association.pk):
        new = write_standard(small_spec(version="next"), frozen_standard().pk)
    missing = "缺少与上一版的指标对照"
    for page in (f"{STANDARD}/{new.pk}/", f"{STANDARD}/{new.pk}/do/ask/"):
        assert missing in here.get(page).content.decode()
    here.post(f"{STANDARD}/{new.pk}/do/ask/")
    shown = here.get(f"{STANDARD}/{new.pk}/do/freeze/").content.decode()
    assert missing in shown
    assert "没有问题" not in shown


def test_the_way_to_a_frozen_standard_and_nothing_editable_after_it(here):
    row = inside(here, draft_standard)
    here.post(f"{STANDARD}/{row.pk}/do/ask/")
    refused = here.post(f"{STANDARD}/{row.pk}/do/freeze/", reason="")
    assert "还没有专家对这一稿提出意见" in refused.content.decode()
    here.post(f"{STANDARD}/{row.pk}/do/return/", reason="演示理由")
    frozen = inside(here, lambda: freeze(row))
    page = here.get(f"{STANDARD}/{row.pk}/").content.decode()
    assert frozen.sha256 in page
    for deed in ("settings", "bands", "map", "ask"):
        assert f"/do/{deed}/" not in page
    answer = here.post(f"{STANDARD}/{row.pk}/do/settings/", **settings_of(row))
    assert "只有编制中的规范可以修改" in answer.content.decode()
    here.post(f"{STANDARD}/{row.pk}/do/retire/", reason="演示停用")
    assert inside(here, lambda: AssessmentStandard.objects.get().state) == StandardState.RETIRED


def test_the_map_of_a_successor_is_suggested_and_saved(here):
    with acting_for(here.association.pk):
        old = frozen_standard()
        new = write_standard(small_spec(version="next"), old.pk)
    page = here.get(f"{STANDARD}/{new.pk}/do/map/")
    form = page.context["form"]
    rows = {field.html_name: field.value() or "" for _label, fields in form.grid() for field in fields}
    assert here.post(f"{STANDARD}/{new.pk}/do/map/", **rows).status_code == 302
    assert inside(here, lambda: IndicatorMap.objects.filter(new_standard=new).exists())
    wrong = here.post(
        f"{STANDARD}/{new.pk}/do/map/", **{"row-0-kind": "same", "row-0-old": "x", "row-0-new": "y"}
    )
    assert "没有写入对照表" in wrong.content.decode()


def _standard():
    write_standard(small_spec(version=str(AssessmentStandard.objects.count())), None)


def _round():
    draft_round(frozen_standard(small_spec(version=str(AssessmentStandard.objects.count()))))


def _assessment():
    round_ = Round.objects.first() or open_round()
    operations.invite(
        actor=actor_with(Role.SECRETARIAT), round_id=round_.pk, institution_ids=[make_institution().pk]
    )


LISTS = [
    (STANDARD, _standard, 9),
    ("credit_rating/round", _round, 11),
    ("credit_rating/assessment", _assessment, 10),
]


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize(("path", "make", "budget"), LISTS)
def test_a_list_costs_the_same_for_one_row_and_for_three(
    here, django_assert_num_queries, path, make, budget, item_count
):
    with acting_for(here.association.pk):
        for _ in range(item_count):
            make()
    here.get(f"{path}/")
    with django_assert_num_queries(budget):
        assert here.get(f"{path}/").status_code == 200


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_queue_of_today_counts_in_four_queries_and_leads_to_its_lists(
    here, django_assert_num_queries, item_count
):
    with acting_for(here.association.pk):
        for _ in range(item_count):
            _assessment()
    here.get()
    with django_assert_num_queries(11):
        page = here.get().content.decode()
    assert "尚未开始自评的机构" in page
    listed = here.get("credit_rating/assessment/", waits="unanswered")
    assert listed.context["cl"].result_count == item_count + 1
    for code in ("unassigned", "reviewed", "supplements", "to_compute", "to_tell", "defended", "heard", "disputed", "on_notice", "to_propose", "to_approve"):  # fmt: skip
        assert here.get("credit_rating/assessment/", waits=code).context["cl"].result_count == 0
