"""招生人数 of an institution: what its complaints are counted against; one by one, or from a file."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from association import clock
from association.actors import Actor
from association.audit import record, record_each
from common.errors import InvalidInput, NotFound
from common.tables import read_table
from common.text import one_line
from complaints.access.complaints import MAY
from complaints.models import Enrolment
from complaints.rules.enrolments import (
    FIRST_YEAR,
    MOST,
    Figure,
    Known,
    RowFault,
    headings_found,
    read_figures,
)
from members.queries import institutions

MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class FiguresLoaded:
    """``faults`` line by line: with any of them nothing was loaded. ``same`` are figures that stood there already."""

    loaded: int
    same: int
    faults: list[RowFault]


@transaction.atomic
def set_enrolment(*, actor: Actor, institution_id: int, year: int, learners: int, source: str) -> Enrolment:
    """登记招生人次 with its source; the figure of a year may be corrected, and the trail keeps who did."""
    actor.require(MAY, "set_enrolment")
    if not institutions().filter(pk=institution_id).exists():
        raise NotFound(_("没有这家机构。"))
    wrong = {}
    if not FIRST_YEAR <= year <= clock.today().year:
        wrong["year"] = _("年度不对，请检查。")
    if not 0 <= learners <= MOST:
        wrong["learners"] = _("人次须在0至1000万之间。")
    if not one_line(source):
        wrong["source"] = _("请写明数字的来源。")
    if wrong:
        raise InvalidInput(_("没有登记，请更正。"), wrong)
    row, is_new = Enrolment.objects.update_or_create(
        association_id=actor.association_id,
        institution_id=institution_id,
        year=year,
        defaults={
            "learners": learners,
            "source": one_line(source)[:120],
            "entered_by_id": actor.person_id,
            "entered_at": clock.now(),
        },
    )
    record(actor, "set_enrolment", row, year=year, learners=learners, is_new=is_new)
    return row


@transaction.atomic
def import_enrolments(*, actor: Actor, data: bytes, filename: str) -> FiguresLoaded:
    """导入招生人次 from an .xlsx or .csv: all rows or none. The same file again changes nothing.

    Raises InvalidInput (no table, columns missing), TooLarge.
    """
    actor.require(MAY, "set_enrolment")
    table = read_table(data, filename, max_rows=MOST_ROWS)
    headings_found(table.headings)
    if not table.rows:
        raise InvalidInput(_("表格里没有数据行，没有导入。"))
    found = read_figures(table.rows, table.lines, _known(), clock.today().year)
    if found.faults:
        return FiguresLoaded(0, 0, found.faults)
    changed = _changed(found.good)
    rows = _written(actor, changed)
    record_each(
        actor,
        "set_enrolment",
        [
            (row, {"year": row.year, "learners": row.learners, "file": one_line(filename)[:160]})
            for row in rows
        ],
    )
    return FiguresLoaded(len(rows), len(found.good) - len(rows), [])


def _known() -> Known:
    by_code: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    for pk, uscc, name in institutions().values_list("pk", "uscc", "name"):
        if uscc:
            by_code[uscc] = pk
        by_name.setdefault(name, []).append(pk)
    return Known(by_code, by_name)


def _changed(figures: list[Figure]) -> list[Figure]:
    """Those that differ from what is there; the rows stay locked, in one order for everybody."""
    wanted = {figure.institution_id for figure in figures}
    rows = Enrolment.objects.select_for_update().filter(institution_id__in=wanted).order_by("pk")
    now = {(row.institution_id, row.year): (row.learners, row.source) for row in rows}
    ordered = sorted(figures, key=lambda one: (one.institution_id, one.year))
    return [one for one in ordered if now.get((one.institution_id, one.year)) != (one.learners, one.source)]


def _written(actor: Actor, figures: list[Figure]) -> list[Enrolment]:
    """One statement; who writes the same figure at the same time is waited for, and the later one counts."""
    moment = clock.now()
    return Enrolment.objects.bulk_create(
        [
            Enrolment(
                institution_id=one.institution_id,
                year=one.year,
                learners=one.learners,
                source=one.source,
                entered_by_id=actor.person_id,
                entered_at=moment,
            )
            for one in figures
        ],
        update_conflicts=True,
        unique_fields=["association", "institution", "year"],
        update_fields=["learners", "source", "entered_by", "entered_at"],
    )
