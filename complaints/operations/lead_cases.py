"""What every operation on a lead begins with: finding and locking it, whose it is, and its clock."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from association.actors import Actor
from association.choices import Role, Side
from association.clocks import Case, Owner
from association.conflicts import institutions_tied_to
from association.links import path_to
from association.notices import people_of
from common.errors import Forbidden, InvalidInput, NotFound, Refused
from common.text import paragraphs
from complaints.access.leads import leads_visible_to
from complaints.models import Lead
from complaints.queries.lead_boxes import IDENTITY, opened
from complaints.rules.leads import gives_away
from members.queries import called

KIND = "lead"
SCREEN, CHECK, EXTENSION, FEEDBACK = "LEAD-SCREEN", "LEAD-CHECK", "LEAD-CHECK-EXTENSION", "LEAD-FEEDBACK"
LONGEST = 8000


def lock_lead(actor: Actor, lead_id: int) -> Lead:
    """Raises NotFound, also to those who are tied to the institution: for them it is not there."""
    lead = leads_visible_to(actor).select_for_update(of=("self",)).filter(pk=lead_id).first()
    if lead is None:
        raise NotFound(_("没有这件线索。"))
    return lead


def lock_own(actor: Actor, lead_id: int) -> Lead:
    """The same for what only the officer in charge may do."""
    lead = lock_lead(actor, lead_id)
    if lead.officer_id is None or lead.officer_id != actor.person_id:
        raise Forbidden(_("只有这件线索的承办人可以办理。"))
    return lead


def case_of(lead: Lead) -> Case:
    """The queue shows it to all staff, so its title names no institution."""
    title = gettext_noop("线索 %(number)s") % {"number": lead.number}
    return Case(KIND, lead.pk, title, path_to("admin:complaints_lead_change", lead.pk))


def owner_of(lead: Lead) -> Owner:
    return Owner(Side.STAFF, user_id=lead.officer_id)


def meant_by(lead: Lead) -> list[Any]:
    """The institution it is about; before somebody has identified it all those that are called as the informant wrote."""
    return [lead.institution] if lead.institution is not None else list(called(lead.institution_name))


def untied_staff(lead: Lead) -> list[int]:
    """Who may hear of it: the secretariat but for those who are tied to the institution."""
    everyone, meant = people_of(roles=[Role.SECRETARIAT]), {one.pk for one in meant_by(lead)}
    return [person for person in everyone if not meant & institutions_tied_to(person)]


def required(text: str, field: str, sentence: str, longest: int = LONGEST) -> str:
    """Raises InvalidInput where there is nothing, and where it is too long: nothing is cut off silently."""
    found = paragraphs(text)
    if not found:
        raise InvalidInput(sentence, {field: sentence})
    if len(found) > longest:
        sentence = _("最多%(most)d个字。") % {"most": longest}
        raise InvalidInput(sentence, {field: sentence})
    return found


def refuse_identity(lead: Lead, **texts: str) -> None:
    """What stands in clear, here or elsewhere, never holds the informant's name, number or address."""
    known = [opened(lead, box) for box in IDENTITY if getattr(lead, box)]
    wrong = {
        field: _("这里含有线索提供人的身份信息，请删去后再办理。")
        for field, text in texts.items()
        if gives_away(text, known)
    }
    if wrong:
        raise InvalidInput(_("文字中含有线索提供人的身份信息，没有办理。"), wrong)


def refuse_retired(lead: Lead) -> None:
    if lead.retired_on is not None:
        raise Refused(_("这件线索已经去标识化，内容不再保存。"))
