"""职务任期: which member holds which office from when to when, through whom; terms never overlap, gaps stay."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from association import clock
from association.actors import Actor
from association.audit import record
from common.errors import InvalidInput, NotFound, Refused
from common.text import one_line
from members.access import MAY, offices_visible_to
from members.choices.membership import EventKind, Office
from members.models import OfficeTerm
from members.operations.parts import line, lock_institution, tell_of
from members.queries.membership import was_member


@transaction.atomic
def give_office(
    *,
    actor: Actor,
    institution_id: int,
    office: str,
    from_on: date,
    basis: str,
    until_on: date | None = None,
    person_name: str = "",
) -> OfficeTerm:
    """任职 of a member by a resolution. One office of the council at a time; 监事 holds no other; 会长 and 秘书长 once.

    Raises Refused for those who are no members on that day, and for a term that overlaps another.
    """
    actor.require(MAY, "give_office")
    institution = lock_institution(actor, institution_id)
    if office not in Office.values:
        raise InvalidInput(_("请选择职务。"), {"office": _("请选择职务。")})
    if until_on is not None and until_on < from_on:
        raise InvalidInput(_("任期的结束不能早于开始。"), {"until_on": _("任期的结束不能早于开始。")})
    why = line(basis, "basis", _("请写明依据，例如哪次会议的决议。"))[:200]
    if was_member(institution_id=institution.pk, on=from_on) is None:
        raise Refused(_("该机构在任期开始之日不是会员，不能担任职务。"))
    term = OfficeTerm(
        institution=institution,
        office=office,
        person_name=one_line(person_name)[:60],
        from_on=from_on,
        until_on=until_on,
        basis=why,
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
    )
    _insert(term)
    record(actor, "give_office", term, office=office)
    tell_of(actor, institution, EventKind.OFFICE_TAKEN, on=from_on, text=str(Office(office).label))
    return term


SENTENCES = {
    "office_no_overlap": gettext_lazy("该机构在这段时间已有职务，任期不能重叠；监事不得兼任其他职务。"),
    "office_sole": gettext_lazy("这一职务在这段时间已有任职的单位，请先登记其离任。"),
}


def _insert(term: OfficeTerm) -> None:
    """The database says which terms overlap, to two who enter them at once too."""
    try:
        with transaction.atomic():
            term.save()
    except IntegrityError as error:
        for name, sentence in SENTENCES.items():
            if name in str(error):
                raise Refused(str(sentence)) from error
        raise


@transaction.atomic
def end_office(*, actor: Actor, office_id: int, until_on: date, reason: str = "") -> OfficeTerm:
    """离任: the row is superseded by one that ends with the day; what was known before stays known."""
    actor.require(MAY, "give_office")
    found = offices_visible_to(actor).filter(pk=office_id).values_list("institution_id", flat=True).first()
    if found is None:
        raise NotFound(_("没有这项职务。"))
    institution = lock_institution(actor, found)
    term = OfficeTerm.objects.select_for_update().get(pk=office_id)
    if term.superseded_at is not None or (term.until_on is not None and term.until_on <= until_on):
        raise Refused(_("这项职务已经登记离任。"))
    if until_on < term.from_on:
        sentence = _("离任日期不能早于任职日期。")
        raise InvalidInput(sentence, {"until_on": sentence})
    ended = close_office(actor, term, until_on)
    record(actor, "end_office", ended, reason=one_line(reason), until_on=until_on.isoformat())
    tell_of(actor, institution, EventKind.OFFICE_LEFT, on=until_on, text=str(Office(term.office).label))
    return ended


def close_office(actor: Actor, term: OfficeTerm, until_on: date) -> OfficeTerm:
    moment = max(clock.now(), term.recorded_at)
    term.superseded_at = moment
    term.save(update_fields=["superseded_at"])
    return OfficeTerm.objects.create(
        institution_id=term.institution_id,
        office=term.office,
        person_name=term.person_name,
        from_on=term.from_on,
        until_on=until_on,
        basis=term.basis,
        source=term.source,
        known_on=term.known_on,
        recorded_at=moment,
        recorded_by_id=actor.user_id,
    )
