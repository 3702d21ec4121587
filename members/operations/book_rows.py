"""The good lines of a workbook become rows: written together, with their trail, their line in the 大事记 and their source."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_noop

from association import clock
from association.actors import Actor
from association.audit import record, record_each
from association.choices import Side
from association.clocks import Owner, deadlines_of, start_deadline
from association.models import Association
from association.outbox import enqueue, enqueue_each
from association.published import INSTITUTION, tell_public_changed
from association.rules.clock import end_of_day
from association.tenancy import current_association_id
from members.choices import Field
from members.choices.membership import EventKind, MemberState
from members.models import (
    FormerName,
    Institution,
    MemberBook,
    MembershipCertificate,
    MembershipEvent,
    MembershipTerm,
    OfficeTerm,
)
from members.operations.admission import issue_certificate
from members.operations.parts import MEMBERSHIP, PROBATION, member_case
from members.rules.book import FORMER, INSTITUTIONS, OFFICES, TERMS
from members.rules.book_plan import CHANGE, NEW, PARTICULARS, Plan, Planned, Who
from members.rules.terms import DAY

# Above it the whole register is compared with the truth in one go.
MOST_ONE_BY_ONE = 20


def load_planned(actor: Actor, book: MemberBook, planned: Sequence[Planned], plan: Plan) -> None:
    """Institutions first, so that what is about them finds them."""
    loading = _Loading(actor, book, plan, {})
    loading.register([one for one in planned if one.sheet == INSTITUTIONS and one.deed == NEW])
    loading.hold(planned)
    loading.amend([one for one in planned if one.sheet == INSTITUTIONS and one.deed == CHANGE])
    loading.former([one for one in planned if one.sheet == FORMER])
    loading.terms([one for one in planned if one.sheet == TERMS])
    loading.offices([one for one in planned if one.sheet == OFFICES])
    loading.tell(planned)


class _Loading:
    """One part: ``held`` are its institutions, locked."""

    def __init__(self, actor: Actor, book: MemberBook, plan: Plan, held: dict[Who, Institution]) -> None:
        self.actor, self.book, self.plan, self.held = actor, book, plan, held
        self.moment = clock.now()

    def register(self, chosen: Sequence[Planned]) -> None:
        is_demo = Association.objects.get(pk=current_association_id()).is_demo
        rows = [
            Institution(
                name=one.row.name,
                uscc=one.row.uscc or None,
                short_name=one.row.short_name,
                field=one.row.field or Field.OTHER,
                licence_number=one.row.licence_number,
                region_id=one.row.region or None,
                address=one.row.address,
                source=one.row.source,
                is_demo=is_demo,
                created_at=self.moment,
            )
            for one in chosen
        ]
        made = Institution.objects.bulk_create(rows)
        self.held |= {one.who: row for one, row in zip(chosen, made, strict=True)}
        self._on_record(made, chosen)

    def hold(self, planned: Iterable[Planned]) -> None:
        """Locked in the order of their numbers, as everybody locks them."""
        wanted = {one.who for one in planned if isinstance(one.who, int)}
        rows = Institution.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
        self.held |= {row.pk: row for row in rows}

    def amend(self, chosen: Sequence[Planned]) -> None:
        for one in chosen:
            here = self.held[one.who]
            said = {name: getattr(one.row, name) for name in PARTICULARS if getattr(one.row, name)}
            if region := said.pop("region", ""):
                said["region_id"] = region
            changed = sorted(name for name, value in said.items() if getattr(here, name) != value)
            for name in changed:
                setattr(here, name, said[name])
            here.save(update_fields=changed)
            record(self.actor, "amend_institution", here, fields=changed, book=self.book.pk)
            tell_public_changed(INSTITUTION, here.pk)

    def former(self, chosen: Sequence[Planned]) -> None:
        new = [one for one in chosen if one.deed == NEW]
        rows = [
            FormerName(institution=self.held[one.who], name=one.row.former, until_on=one.row.until_on)
            for one in new
        ]
        self._on_record(FormerName.objects.bulk_create(rows), new)
        for one in chosen:
            if one.deed == CHANGE:
                row = FormerName.objects.get(institution=self.held[one.who], name=one.row.former)
                row.until_on = one.row.until_on
                row.save(update_fields=["until_on"])
                self._on_record([row], [one])

    def terms(self, chosen: Sequence[Planned]) -> None:
        rows = [
            MembershipTerm(
                institution=self.held[one.who],
                tier=one.row.tier,
                state=one.row.state,
                ending=one.row.ending,
                reason=one.row.reason,
                **self._known(one.row),
            )
            for one in chosen
        ]
        made = MembershipTerm.objects.bulk_create(rows)
        self._on_record(made, chosen)
        today = clock.today()
        for one, term in zip(chosen, made, strict=True):
            if term.from_on <= today and (term.until_on is None or today <= term.until_on):
                self._in_force(one.who, term)

    def _known(self, row: Any) -> dict[str, Any]:
        """Known from now on; by whom it was decided to take it over, and where it stood before."""
        return {
            "from_on": row.from_on,
            "until_on": row.until_on,
            "source": row.source,
            "known_on": row.known_on,
            "recorded_at": self.moment,
            "recorded_by_id": self.book.decided_by_id,
        }

    def _in_force(self, who: Who, term: MembershipTerm) -> None:
        """A member of today: the certificate, and the clock of the probation from its beginning on."""
        institution = self.held[who]
        if not MembershipCertificate.objects.filter(institution=institution).exists():
            issue_certificate(self.actor, term, since=self.plan.member_since(who, clock.today()))
        if term.state != MemberState.PROBATION or term.until_on is not None:
            return
        clocks = deadlines_of(MEMBERSHIP, institution.pk).filter(code=PROBATION, stopped_at__isnull=True)
        if not clocks.exists():
            start_deadline(
                actor=self.actor,
                code=PROBATION,
                case=member_case(institution),
                owner=Owner(Side.STAFF),
                action=gettext_noop("考察期满转为正式会员"),
                start=end_of_day(term.from_on - DAY),
            )

    def offices(self, chosen: Sequence[Planned]) -> None:
        rows = [
            OfficeTerm(
                institution=self.held[one.who],
                office=one.row.office,
                person_name=one.row.person_name,
                basis=one.row.basis,
                **self._known(one.row),
            )
            for one in chosen
        ]
        self._on_record(OfficeTerm.objects.bulk_create(rows), chosen)

    def _on_record(self, rows: Sequence[Model], chosen: Sequence[Planned]) -> None:
        lines = [
            (row, {"book": self.book.pk, "line": one.row.line}) for row, one in zip(rows, chosen, strict=True)
        ]
        record_each(self.actor, "bring_in", lines)

    def tell(self, planned: Sequence[Planned]) -> None:
        """One line of the 大事记 for each institution whose history came in; the public copies follow."""
        history = {one.who for one in planned if one.sheet in {TERMS, OFFICES}}
        MembershipEvent.objects.bulk_create(
            MembershipEvent(
                institution=institution,
                kind=EventKind.BROUGHT_IN,
                on=clock.today(),
                at=self.moment,
                by_id=self.book.decided_by_id,
                text=self.book.source,
            )
            for who, institution in self.held.items()
            if who in history
        )
        key = f"book-{self.book.pk}-{self.book.loaded}"
        if len(self.held) > MOST_ONE_BY_ONE:
            enqueue("disclosure.refresh_register", key=key)
            return
        refresh = {f"{key}-{row.pk}": {"institution_id": row.pk} for row in self.held.values()}
        enqueue_each("disclosure.refresh_institution", refresh)
