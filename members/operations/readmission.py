"""重新入会: how long after an expulsion an institution must wait, by the rule in force."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from association import clock
from association.deadlines import count, rule_in_force
from association.rules.clock import end_of_day
from common.errors import Refused
from members.choices.membership import MemberState
from members.models import Institution
from members.queries.membership import current_terms

READMISSION = "MEMBER-READMISSION"


def readmitted_from(institution: Institution) -> date | None:
    """The last day on which an expelled institution may not yet apply; nothing for others."""
    terms = current_terms().filter(institution=institution, ending=MemberState.EXPELLED)
    last = terms.order_by("-until_on").first()
    if last is None or last.until_on is None:
        return None
    last_moment = end_of_day(last.until_on) - timedelta(seconds=1)
    return count(rule_in_force(READMISSION, last.until_on), last_moment).on


def refuse_too_early(institution: Institution) -> None:
    waits_until = readmitted_from(institution)
    if waits_until is not None and clock.today() <= waits_until:
        told = _("贵机构曾被除名，%(day)s之后才可以重新申请入会。")
        raise Refused(told % {"day": waits_until.isoformat()})
