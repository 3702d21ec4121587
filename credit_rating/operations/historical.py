"""历史结果: taken over from a published source, with that source, never computed here; brought by one, confirmed by another."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor, system
from association.audit import record
from association.choices import Role
from association.in_turn import take_turn
from association.models import Association
from association.notices import notify, people_of
from association.outbox import enqueue
from association.published import INSTITUTION, tell_public_changed
from association.tenancy import current_association_id
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.said import Said
from common.text import one_line
from common.uscc import normalised
from credit_rating.access import MAY, imports_visible_to, tied_to
from credit_rating.choices import ImportState
from credit_rating.models import HistoricalResult, ResultImport, Round
from credit_rating.operations.announcements import institution_people
from credit_rating.operations.moves import move_import
from credit_rating.queries.corrections import as_it_stands
from credit_rating.queries.past_register import known_today, rows_of
from credit_rating.rules.past_results import HistoricalRow, row_faults
from credit_rating.rules.past_sheet import identity_faults
from members.operations import REGISTER, register_institution
from members.queries import institutions

DESK = "/desk/corrections/"
ASKED = gettext_noop("共%(rows)s项历史结果拟导入并公开。请由提交人以外的人对照出处核对后确认。")
DONE = gettext_noop("您提交的%(rows)s项历史结果已由另一人确认，随即公开。")
DECLINED = gettext_noop("您提交的%(rows)s项历史结果没有导入。")
LISTED = gettext_noop(
    "公众页面列出了贵机构%(year)s年度的“%(scheme)s”：%(grade)s，出处：%(source)s。如与事实不符，请告知秘书处。"
)


@transaction.atomic
def propose_historical_results(*, actor: Actor, rows: Sequence[HistoricalRow]) -> ResultImport | None:
    """提交导入: nothing is public yet. Lines that stand already are left out; ``None`` when no other is there.

    Raises InvalidInput (a line is wrong), Refused where the same lines wait already, Forbidden (回避).
    """
    actor.require(MAY, "import_historical_results")
    take_turn(REGISTER)
    tidied = [_tidied(row) for row in rows]
    _refuse_faults(tidied)
    new = [asdict(row) for row in tidied if not _stands(row)]
    if not new:
        return None
    _refuse_tied(actor, tidied)
    if ResultImport.objects.filter(state=ImportState.WAITING, rows=new).exists():
        raise Refused(_("同样的内容已经提交，正等待另一人确认。"))
    brought = ResultImport.objects.create(rows=new, proposed_by_id=actor.person_id, proposed_at=clock.now())
    record(actor, "propose_historical_results", brought, rows=len(new))
    deciders = set(people_of(roles=[Role.SECRETARIAT, Role.COMMITTEE_CHAIR])) - {actor.person_id}
    _tell(brought, deciders, gettext_noop("历史结果的导入等待确认"), ASKED)
    return brought


@transaction.atomic
def confirm_historical_results(*, actor: Actor, import_id: int) -> int:
    """确认导入, by somebody else: all lines become results, or none. Returns how many are new.

    Refused where today's register does not lead every line to the institution that the source names.

    An institution that the source names without a code is kept without one, and its page says so. Its people are told
    what the public reads of it.
    """
    brought = _lock_for_decision(actor, import_id)
    take_turn(REGISTER)
    rows = rows_of(brought)
    _refuse_faults(rows)
    _refuse_register(rows)
    _refuse_tied(actor, rows)
    move_import(brought, ImportState.CONFIRMED, decided_by_id=actor.person_id, decided_at=clock.now())
    results = [result for row in rows if (result := _take_over(brought, row))]
    entry = record(actor, "import_historical_results", brought, rows=len(rows), new=len(results))
    for year in sorted({result.year for result in results}):
        enqueue("disclosure.refresh_past_rounds", key=f"historical-{entry.pk}-{year}", year=year)
    _tell(brought, {brought.proposed_by_id}, gettext_noop("历史结果已导入"), DONE)
    return len(results)


@transaction.atomic
def decline_historical_results(*, actor: Actor, import_id: int) -> ResultImport:
    """不予导入, by somebody else: nothing becomes public."""
    brought = _lock_for_decision(actor, import_id)
    move_import(brought, ImportState.DECLINED, decided_by_id=actor.person_id, decided_at=clock.now())
    record(actor, "decline_historical_results", brought)
    _tell(brought, {brought.proposed_by_id}, gettext_noop("历史结果没有导入"), DECLINED)
    return brought


@transaction.atomic
def withdraw_historical_results(*, actor: Actor, import_id: int) -> ResultImport:
    """撤回 by whoever brought it, before it is decided."""
    actor.require(MAY, "withdraw_historical_results")
    brought = _lock_waiting(actor, import_id)
    if brought.proposed_by_id != actor.person_id:
        raise Refused(_("只有提交人可以撤回。"))
    move_import(brought, ImportState.WITHDRAWN, decided_by_id=actor.person_id, decided_at=clock.now())
    record(actor, "withdraw_historical_results", brought)
    return brought


def _lock_for_decision(actor: Actor, import_id: int) -> ResultImport:
    actor.require(MAY, "confirm_historical_results")
    brought = _lock_waiting(actor, import_id)
    if brought.proposed_by_id == actor.person_id:
        raise Forbidden(_("提交人与确认人不能是同一人。"))
    return brought


def _lock_waiting(actor: Actor, import_id: int) -> ResultImport:
    brought = imports_visible_to(actor).select_for_update(of=("self",)).filter(pk=import_id).first()
    if brought is None:
        raise NotFound(_("没有这次导入。"))
    if brought.state != ImportState.WAITING:
        raise Refused(_("这次导入已经办理：%(state)s。") % {"state": brought.get_state_display()})
    return brought


def _refuse_faults(rows: Sequence[HistoricalRow]) -> None:
    for number, row in enumerate(rows, 1):
        if wrong := next(_faults(row), None):
            raise InvalidInput(
                Said(gettext_noop("第%(line)s行：%(why)s全部没有导入。"), line=number, why=wrong)
            )


def _refuse_register(rows: Sequence[HistoricalRow]) -> None:
    """The register moves while an import waits: under its turn every line is read against it again, as when it was brought."""
    if wrong := identity_faults(rows, known_today()):
        first = wrong[0]
        raise Refused(
            Said(
                gettext_noop("第%(line)s行“%(name)s”：%(why)s名录在提交以后有变动，全部没有导入。"),
                line=first.row,
                name=rows[first.row - 1].institution_name,
                why=first.sentence,
            )
        )


def _faults(row: HistoricalRow) -> Iterator[str]:
    yield from (sentence for _name, sentence in row_faults(row, clock.today().year))
    if row.issuing_body == _own_name() and Round.objects.filter(year=row.year).exists():
        yield Said(
            gettext_noop("本协会%(year)s年度的评估在本平台进行，结果由该轮次公布，不能作为历史结果导入。"),
            year=row.year,
        )


def _own_name() -> str:
    return Association.objects.values_list("name", flat=True).get(pk=current_association_id())


def _refuse_tied(actor: Actor, rows: Sequence[HistoricalRow]) -> None:
    tied = tied_to(actor)
    if tied and any(_known(row).filter(pk__in=tied).exists() for row in rows):
        raise Forbidden(_("您与其中的机构有任职关系，应当回避。"))


def _tidied(row: HistoricalRow) -> HistoricalRow:
    """Without blanks at the ends and invisible characters; a code as it is stored."""
    texts = {one.name: one_line(getattr(row, one.name)) for one in fields(row) if one.name != "year"}
    return HistoricalRow(**(texts | {"uscc": normalised(row.uscc)}), year=row.year)


def _known(row: HistoricalRow) -> QuerySet[Any]:
    named = Q(uscc=row.uscc) if row.uscc else Q(name=row.institution_name)
    return institutions().filter(named).order_by("pk")


def _stands(row: HistoricalRow) -> bool:
    found = HistoricalResult.objects.filter(year=row.year, scheme=row.scheme)
    return (known := _known(row).first()) is not None and found.filter(institution=known).exists()


def _take_over(brought: ResultImport, row: HistoricalRow) -> HistoricalResult | None:
    institution = _known(row).first() or register_institution(
        actor=system(current_association_id()),
        name=row.institution_name,
        uscc=row.uscc or None,
        source=row.source_title,
    )
    result, created = HistoricalResult.objects.get_or_create(
        institution=institution,
        year=row.year,
        scheme=row.scheme,
        defaults={
            "grade": row.grade,
            "issuing_body": row.issuing_body,
            "source_title": row.source_title,
            "source_url": row.source_url,
            "note": row.note,
            "taken_over_with": brought,
        },
    )
    if not created:
        _refuse_another(result, row)
        return None
    enqueue("disclosure.refresh_institution", key=f"historical-{result.pk}", institution_id=institution.pk)
    tell_public_changed(INSTITUTION, institution.pk)
    _tell_institution(result)
    return result


def _refuse_another(result: HistoricalResult, row: HistoricalRow) -> None:
    """What was brought in or corrected meanwhile is never written over, and never passed over in silence."""
    stands = as_it_stands(result)
    if stands.removed:
        raise Refused(
            _("“%(name)s”%(year)s年度的这项结果已经撤下，导入不能恢复；全部没有导入。")
            % {"name": result.institution.name, "year": result.year}
        )
    if stands.grade != row.grade:
        raise Refused(
            _(
                "“%(name)s”%(year)s年度已有这项结果，是“%(grade)s”，与这次导入的“%(other)s”不同；全部没有导入。"
            )
            % {
                "name": result.institution.name,
                "year": result.year,
                "grade": stands.grade,
                "other": row.grade,
            }
        )


def _tell_institution(result: HistoricalResult) -> None:
    notify(
        f"historical-{result.pk}",
        institution_people([result.institution_id]),
        subject=gettext_noop("公众页面列出了一项历史结果"),
        body=Said(
            LISTED, year=result.year, scheme=result.scheme, grade=result.grade, source=result.source_title
        ),
        path="/desk/notices/",
    )


def _tell(brought: ResultImport, people: set[int], subject: str, body: str) -> None:
    notify(
        f"import-{brought.pk}-{brought.state}",
        people,
        subject=subject,
        body=Said(body, rows=len(brought.rows)),
        path=DESK if brought.state == ImportState.WAITING else "/desk/notices/",
    )
