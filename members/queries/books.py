"""会员工作簿: what the books hold, as the rules of the workbook read it, and what the page of a workbook shows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import override

from association import clock
from association.choices import BatchState
from association.deadlines import rule_row
from association.models import Job
from association.queries import regions
from association.rules.clock import beijing
from common.text import folded
from members.choices import Field
from members.choices.membership import ENDINGS, SOLE_OFFICES, STANDING, MemberState, Office, Tier
from members.models import FormerName, Institution, MemberBook, MemberBookFault, MembershipTerm, OfficeTerm
from members.queries.membership import current_terms
from members.rules.book import TITLES, FormerRow, InstitutionRow, OfficeRow, TermRow, Words
from members.rules.book_plan import Known

KIND = "load_member_book"
PROBATION = "MEMBER-PROBATION"


LISTS: Mapping[str, Sequence[Any]] = {
    "field": list(Field),
    "tier": list(Tier),
    "state": [state for state in MemberState if state in STANDING],
    "ending": [state for state in MemberState if state in ENDINGS],
    "office": list(Office),
}


def words() -> Words:
    """As people write them into the sheets: in Chinese, as we do, or in English."""
    found: dict[str, dict[str, str]] = {name: {} for name in LISTS}
    for language in ("en", settings.LANGUAGE_CODE):
        with override(language):
            for name, choices in LISTS.items():
                found[name] |= {folded(str(one.label)): str(one.value) for one in choices}
    return found | {"region": {code: code for code in regions().values_list("code", flat=True)}}


@dataclass(slots=True)
class Standing:
    """What stands in the books now: each institution, its former names, its terms and offices, by its id."""

    institutions: dict[int, InstitutionRow]
    former: dict[int, list[FormerRow]]
    terms: dict[int, list[TermRow]]
    offices: dict[int, list[OfficeRow]]

    def known(self) -> Known:
        return Known(
            institutions=self.institutions,
            former={pk: {row.former: row.until_on for row in rows} for pk, rows in self.former.items()},
            terms=self.terms,
            offices=self.offices,
            sole=frozenset(str(office) for office in SOLE_OFFICES),
            has_probation=has_probation,
            today=clock.today(),
        )


def has_probation(day: date) -> bool:
    rule = rule_row(PROBATION, day)
    return rule is not None and rule.may_count


def standing() -> Standing:
    """Four queries, whatever the number of institutions."""
    institutions = {row.pk: _institution(row) for row in Institution.objects.order_by("name", "pk")}
    former: dict[int, list[FormerRow]] = defaultdict(list)
    terms: dict[int, list[TermRow]] = defaultdict(list)
    offices: dict[int, list[OfficeRow]] = defaultdict(list)
    for name in FormerName.objects.order_by("institution_id", "name"):
        who = institutions[name.institution_id]
        former[name.institution_id].append(FormerRow(0, who.name, name.name, who.uscc, name.until_on))
    for term in current_terms().order_by("institution_id", "from_on"):
        terms[term.institution_id].append(_term(term, institutions[term.institution_id]))
    held = OfficeTerm.objects.filter(superseded_at__isnull=True)
    for office in held.order_by("institution_id", "from_on", "office"):
        offices[office.institution_id].append(_office(office, institutions[office.institution_id]))
    return Standing(institutions, former, terms, offices)


def _institution(row: Institution) -> InstitutionRow:
    return InstitutionRow(
        line=0,
        name=row.name,
        uscc=row.uscc or "",
        short_name=row.short_name,
        field=row.field,
        licence_number=row.licence_number,
        region=row.region_id or "",
        address=row.address,
        source=row.source,
    )


def _term(row: MembershipTerm, who: InstitutionRow) -> TermRow:
    return TermRow(
        line=0,
        name=who.name,
        uscc=who.uscc,
        tier=row.tier,
        state=row.state,
        from_on=row.from_on,
        until_on=row.until_on,
        ending=row.ending,
        reason=row.reason,
        source=row.source,
        known_on=row.known_on or beijing(row.recorded_at).date(),
    )


def _office(row: OfficeTerm, who: InstitutionRow) -> OfficeRow:
    return OfficeRow(
        line=0,
        name=who.name,
        uscc=who.uscc,
        office=row.office,
        person_name=row.person_name,
        from_on=row.from_on,
        until_on=row.until_on,
        basis=row.basis,
        source=row.source,
        known_on=row.known_on or beijing(row.recorded_at).date(),
    )


# -- the page -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetCount:
    title: str
    new: int
    same: int
    change: int
    wrong: int


def sheet_counts(book: MemberBook) -> list[SheetCount]:
    """As it was found when it was looked at, sheet by sheet."""
    return [SheetCount(TITLES[sheet], **book.counts[sheet]) for sheet in TITLES if sheet in book.counts]


def faults_of(book: MemberBook) -> QuerySet[MemberBookFault]:
    """In the order in which the workbook is filled in."""
    places = [When(sheet=sheet, then=Value(place)) for place, sheet in enumerate(TITLES)]
    return book.faults.order_by(Case(*places, output_field=IntegerField()), "line", "pk")


def job_of(book: MemberBook) -> Job | None:
    """The last one that loaded or loads it."""
    return Job.objects.filter(kind=KIND, result__book_id=book.pk).order_by("-pk").first()


def waits(book: MemberBook) -> bool:
    """Somebody has to decide."""
    return book.state == BatchState.CHECKED


def has_error_file(book: MemberBook) -> bool:
    return bool(book.bad and book.box)
