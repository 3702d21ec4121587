"""增删指标: one more or one less in a draft; points follow, a frozen version refuses, in the database too."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from association.choices import Role
from association.models import AuditEntry
from association.tenancy import acting_for
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from credit_rating import operations
from credit_rating.models import Indicator, IndicatorMap
from credit_rating.operations.standard_rows import write_standard
from credit_rating.queries.standards import indicator_spec, spec_of
from credit_rating.rules.validation import problems
from tests.credit_rating.desk import desk
from tests.factories.people import actor_with, make_association
from tests.factories.rating import draft_standard, freeze, frozen_standard, small_spec

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here():
    association = make_association()
    with acting_for(association.pk):
        yield association


@pytest.fixture
def clerk(here):
    return actor_with(Role.SECRETARIAT)


def row_of(standard, code):
    return Indicator.objects.get(standard=standard, code=code)


def add(clerk, standard, code="B1.3", parent="B1", **values):
    given = {"title": "新指标", "points": Decimal(10), "method": "expert"} | values
    parent_id = row_of(standard, parent).pk if parent else None
    return operations.add_indicator(
        actor=clerk, standard_id=standard.pk, code=code, parent_id=parent_id, **given
    )


def points(standard, *codes):
    return [row_of(standard, code).points for code in codes]


def test_an_added_indicator_stands_last_and_the_points_above_follow(clerk):
    standard = draft_standard()
    row = add(clerk, standard)
    assert (row.level, row.position) == (2, 3)
    assert points(standard, "B1", "B", "A") == [50, 50, 60]
    spec = spec_of(standard)
    assert spec.leaves[-1].code == "B1.3"
    assert {one.where for one in problems(spec)} == {""}  # only the total is not reached any more
    assert AuditEntry.objects.get(action="add_indicator").object_id == row.pk


def test_points_add_up_again_before_freezing(clerk):
    standard = draft_standard()
    add(clerk, standard)
    with pytest.raises(Refused):
        freeze(standard)
    standard.refresh_from_db()
    operations.return_to_draft(actor=clerk, standard_id=standard.pk, reason="分值不符")
    expert = row_of(standard, "B1.2")
    operations.edit_indicator(actor=clerk, indicator_id=expert.pk, points=Decimal(10))
    assert freeze(standard).sha256


def test_a_removed_indicator_takes_its_points_and_its_line_of_the_map_with_it(clerk):
    old = frozen_standard()
    new = write_standard(small_spec(code=old.code, version="2"), old.pk)
    rows = operations.suggest_indicator_map(actor=clerk, standard_id=new.pk)
    operations.set_indicator_map(actor=clerk, standard_id=new.pk, rows=rows)
    gone = row_of(new, "A2.2")
    operations.remove_indicator(actor=clerk, indicator_id=gone.pk)
    assert points(new, "A2", "A") == [15, 50]
    assert not Indicator.objects.filter(pk=gone.pk).exists()
    assert IndicatorMap.objects.filter(new_standard=new).count() == len(rows) - 1
    assert AuditEntry.objects.get(action="remove_indicator").detail["code"] == "A2.2"
    assert Indicator.objects.filter(standard=old, code="A2.2").exists()


def put_back(clerk, standard, row, **changes):
    """The same once more, in every word but the changed ones."""
    operations.remove_indicator(actor=clerk, indicator_id=row.pk)
    one = indicator_spec(row)
    names = ("title", "title_en", "points", "method", "params", "na_policy", "veto", "evidence_required")
    same = {name: getattr(one, name) for name in (*names, "evidence_hint", "basis", "data_source")}
    return add(clerk, standard, row.code, row.parent.code, **(same | changes))


def test_another_indicator_under_a_code_that_became_free_is_a_new_one(clerk):
    old = frozen_standard()
    new = write_standard(small_spec(code=old.code, version="2"), old.pk)
    identity = row_of(new, "B1.2").identity
    for changes in ({"title": "另一项指标"}, {"points": Decimal(3)}, {"evidence_required": True}):
        other = put_back(clerk, new, row_of(new, "B1.2"), **changes)
        assert row_of(new, other.code).identity not in {identity, row_of(old, "B1.2").identity}


def test_what_is_put_back_unchanged_is_the_indicator_of_the_version_before(clerk):
    old = frozen_standard()
    new = write_standard(small_spec(code=old.code, version="2"), old.pk)
    back = put_back(clerk, new, row_of(new, "B1.2"))
    assert row_of(new, "B1.2").identity == row_of(old, "B1.2").identity
    # Its identity is taken once only, also when the indicator goes on under another code.
    Indicator.objects.filter(pk=back.pk).update(code="B1.9")
    again = add(clerk, new, "B1.2", title=back.title, points=back.points, method=back.method)
    assert str(again.identity) != str(back.identity)


def test_a_heading_goes_only_when_nothing_stands_under_it(clerk):
    standard = draft_standard()
    with pytest.raises(Refused, match="还有下级"):
        operations.remove_indicator(actor=clerk, indicator_id=row_of(standard, "A2").pk)
    for code in ("A2.1", "A2.2"):
        operations.remove_indicator(actor=clerk, indicator_id=row_of(standard, code).pk)
    assert points(standard, "A2", "A") == [0, 35]
    operations.remove_indicator(actor=clerk, indicator_id=row_of(standard, "A2").pk)
    heading = add(clerk, standard, "C", None, method="", points=Decimal(0))
    assert (heading.level, heading.parent_id) == (0, None)
    assert add(clerk, standard, "C1", "C", points=Decimal(25)).level == 1
    assert points(standard, "C") == [25]


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"code": "B1.2"}, InvalidInput, "已经使用"),
        ({"code": " "}, InvalidInput, "请填写编号"),
        ({"code": "长" * 21}, InvalidInput, "请填写编号"),
        ({"title": " "}, InvalidInput, "名称"),
        ({"points": Decimal("NaN")}, InvalidInput, "分值须为"),
        ({"points": Decimal(-1)}, InvalidInput, "分值须为"),
        ({"method": ""}, InvalidInput, "由下级合计"),
        ({"method": "band"}, InvalidInput, "计分参数不完整"),
        ({"parent": "B1.2"}, Refused, "直接计分"),
        ({"state": "frozen"}, InvalidInput, "不能修改"),
    ],
)
def test_what_cannot_be_an_indicator_is_refused(clerk, changes, error, words):
    standard = draft_standard()
    count = Indicator.objects.count()
    with pytest.raises(error, match=words):
        add(clerk, standard, **changes)
    assert Indicator.objects.count() == count
    assert points(standard, "B1") == [40]


def test_a_frozen_version_refuses_both_and_so_does_the_database(clerk):
    standard = frozen_standard()
    row = row_of(standard, "B1.2")
    with pytest.raises(Refused, match="只有编制中"):
        add(clerk, standard)
    with pytest.raises(Refused, match="只有编制中"):
        operations.remove_indicator(actor=clerk, indicator_id=row.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Indicator.objects.create(
            standard=standard, level=0, code="Z", position=9, title="演示", points=Decimal(0)
        )


def test_only_the_secretariat_of_this_association_and_headings_of_this_standard(clerk):
    standard, other = draft_standard(), draft_standard()
    with pytest.raises(Forbidden):
        add(actor_with(Role.COMMITTEE), standard)
    foreign = row_of(other, "B1").pk
    values = {"title": "新", "points": Decimal(1), "method": "expert"}
    with pytest.raises(NotFound):
        operations.add_indicator(actor=clerk, standard_id=standard.pk, code="X", parent_id=foreign, **values)
    row = row_of(standard, "B1.2").pk
    with acting_for(make_association().pk):
        stranger = actor_with(Role.SECRETARIAT)
        with pytest.raises(NotFound):
            operations.remove_indicator(actor=stranger, indicator_id=row)
        with pytest.raises(NotFound):
            operations.add_indicator(actor=stranger, standard_id=standard.pk, code="X", **values)


def test_the_buttons_add_and_remove():
    staff = desk()
    with acting_for(staff.association.pk):
        standard = draft_standard()
        parent, gone = row_of(standard, "B1").pk, row_of(standard, "B1.1").pk
    page = f"credit_rating/assessmentstandard/{standard.pk}/"
    body = staff.get(page).content.decode()
    assert f"/indicator/{gone}/do/remove/" in body
    assert "100.000" not in body
    sent = {"parent": parent, "code": "B1.9", "title": "演示新指标", "points": "20", "method": "expert", "na_policy": "forbidden"}  # fmt: skip
    refused = staff.post(f"{page}do/add-indicator/", **(sent | {"code": "B1.2"}))
    assert refused.status_code == 400
    assert "已经使用" in refused.content.decode()
    assert 'value="演示新指标"' in refused.content.decode()
    assert staff.post(f"{page}do/add-indicator/", **sent).status_code == 302
    assert "上级的分值随之减少" in staff.get(f"credit_rating/indicator/{gone}/do/remove/").content.decode()
    removed = staff.post(f"credit_rating/indicator/{gone}/do/remove/")
    assert removed["Location"] == staff.address(page)
    with acting_for(staff.association.pk):
        assert [one.code for one in spec_of(standard).leaves][-2:] == ["B1.2", "B1.9"]
        assert points(standard, "B1") == [40]
        freeze(standard)
    assert "add-indicator" not in staff.get(page).content.decode()
    assert staff.post(f"{page}do/add-indicator/", **(sent | {"code": "Q"})).status_code == 409
