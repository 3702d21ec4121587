"""评估规范: how a version comes in, from a file or from the shipped templates. Nothing is half imported."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from association.actors import Actor
from association.audit import record
from association.in_turn import take_turn
from common.errors import InvalidInput, NotFound, Refused
from common.tables import Table, read_table
from common.text import one_line
from credit_rating.access import MAY, standards_visible_to
from credit_rating.choices import StandardState
from credit_rating.models import AssessmentStandard
from credit_rating.operations.standard_rows import write_standard
from credit_rating.rules.grid import MOST_ROWS, Header, RowError, header_from_rows, spec_from_rows
from credit_rating.rules.shipped import CODES, shipped
from credit_rating.rules.specification import BandSpec, StandardSpec

MOST_HEADER_ROWS = 100
NAMES = {"code": 40, "version": 20, "title": 120}


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """导入结果: the standard, or every wrong row and no standard."""

    standard: AssessmentStandard | None
    errors: tuple[RowError, ...] = ()


@transaction.atomic
def import_standard(
    *,
    actor: Actor,
    data: bytes,
    filename: str,
    code: str = "",
    version: str = "",
    title: str = "",
    total_points: Decimal = Decimal(100),
    bands: Sequence[BandSpec] | None = None,
    header_data: bytes | None = None,
    header_filename: str = "",
    successor_of_id: int | None = None,
) -> ImportOutcome:
    """导入评估规范 as a draft, from Excel or CSV (UTF-8 or GB18030).

    ``header_data`` is the sheet 规范信息 of an export; without it, bands not given are those of the shipped draft.
    A file that cannot be read at all is refused; wrong rows come back with their line numbers.
    """
    actor.require(MAY, "import_standard")
    table = read_table(data, filename, max_rows=MOST_ROWS)
    header, errors = (
        _header(header_data, header_filename)
        if header_data is not None
        else (Header(code, version, title, total_points, tuple(bands or _usual_bands())), ())
    )
    if header is None:
        return ImportOutcome(None, errors)
    header = replace(
        header,
        code=one_line(code or header.code),
        version=one_line(version or header.version),
        title=one_line(title or header.title),
    )
    _check_names(header)
    spec, wrong = spec_from_rows(table.rows, header)
    if spec is None:
        return ImportOutcome(None, _at_lines(wrong, table))
    return ImportOutcome(_write(actor, spec, successor_of_id, "import_standard"))


@transaction.atomic
def load_shipped_standard(*, actor: Actor, name: str) -> AssessmentStandard:
    """随附规范 as a draft of this association; none of them is official."""
    actor.require(MAY, "import_standard")
    if name not in CODES:
        raise NotFound(_("没有这份随附规范。"))
    return _write(actor, shipped(name), None, "load_shipped_standard")


def _usual_bands() -> tuple[BandSpec, ...]:
    """等级线 as published for the first round, which the shipped draft carries."""
    return shipped("beijing_draft").bands


def _header(data: bytes, filename: str) -> tuple[Header | None, tuple[RowError, ...]]:
    table = read_table(data, filename, max_rows=MOST_HEADER_ROWS)
    header, errors = header_from_rows(table.rows)
    return header, _at_lines(errors, table)


def _at_lines(errors: Sequence[RowError], table: Table) -> tuple[RowError, ...]:
    """The rules count filled rows from 2; people count lines of their file."""
    lines = dict(enumerate(table.lines, start=2))
    return tuple(replace(error, row=lines.get(error.row, error.row)) for error in errors)


def _check_names(header: Header) -> None:
    labels = {"code": _("代号"), "version": _("版本"), "title": _("名称")}
    for field, longest in NAMES.items():
        value = getattr(header, field)
        if not value:
            sentence = _("请填写规范的%(label)s。") % {"label": labels[field]}
            raise InvalidInput(sentence, {field: sentence})
        if len(value) > longest:
            sentence = _("规范的%(label)s不能超过%(longest)d个字。") % {
                "label": labels[field],
                "longest": longest,
            }
            raise InvalidInput(sentence, {field: sentence})


def _write(actor: Actor, spec: StandardSpec, successor_of_id: int | None, action: str) -> AssessmentStandard:
    take_turn("standard", spec.code)
    if AssessmentStandard.objects.filter(code=spec.code, version=spec.version).exists():
        raise Refused(
            _("已有代号为“%(code)s”、版本为“%(version)s”的规范。")
            % {"code": spec.code, "version": spec.version}
        )
    if successor_of_id is not None:
        check_predecessor(actor, successor_of_id)
    standard = write_standard(spec, successor_of_id)
    record(actor, action, standard, indicators=len(spec.leaves))
    return standard


def check_predecessor(actor: Actor, standard_id: int) -> None:
    """A successor follows a settled version only."""
    old = standards_visible_to(actor).filter(pk=standard_id).first()
    if old is None:
        raise NotFound(_("没有这份规范。"))
    if old.state not in {StandardState.FROZEN, StandardState.RETIRED}:
        raise Refused(_("被接替的规范须已定稿。"))
