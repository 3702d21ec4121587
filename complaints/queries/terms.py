"""期限 as the public pages name them: from the rules in force, never from a text."""

from dataclasses import dataclass

from django.utils.translation import ngettext

from association import clock
from association.choices import Unit
from association.deadlines import rule_in_force
from association.models import DeadlineRule


@dataclass(frozen=True, slots=True)
class Terms:
    """Numbers with their units, and what they rest on."""

    accept: str
    mediate: str
    citation: str


def public_terms() -> Terms:
    """What a complainant is told before filing. Raises NotFound while the association has no such rules."""
    accept, mediate = (rule_in_force(code, clock.today()) for code in ("CMP-ACCEPT", "MED-END"))
    return Terms(
        accept=_spoken(accept),
        mediate=_spoken(mediate),
        citation="、".join(dict.fromkeys([accept.citation, mediate.citation])),
    )


def _spoken(rule: DeadlineRule) -> str:
    """7个工作日, as one says it."""
    if rule.unit == Unit.WORKING_DAY:
        return ngettext("%(number)d个工作日", "%(number)d个工作日", rule.number) % {"number": rule.number}
    return f"{rule.number}{rule.get_unit_display()}"
