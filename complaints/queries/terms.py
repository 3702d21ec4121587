"""期限 as the public pages name them: from the rules in force, never from a text."""

from dataclasses import dataclass

from association import clock
from association.deadlines import rule_in_force


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
        accept=f"{accept.number}{accept.get_unit_display()}",
        mediate=f"{mediate.number}{mediate.get_unit_display()}",
        citation="、".join(dict.fromkeys([accept.citation, mediate.citation])),
    )
