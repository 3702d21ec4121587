"""轮到谁: the people behind a side."""

from association.choices import COMMITTEE_ROLES, Role, Side
from association.notices import people_of


def people_in_turn(side: Side, user_id: int | None = None, institution_id: int | None = None) -> list[int]:
    """Whom a notice about a term reaches. For those without an account here the secretariat stands in."""
    if user_id is not None:
        return [user_id]
    match side:
        case Side.INSTITUTION:
            return people_of(institution_id=institution_id) if institution_id else []
        case Side.COMMITTEE:
            return people_of(roles=COMMITTEE_ROLES)
        case Side.ASSESSOR:
            return []
    return people_of(roles=[Role.SECRETARIAT])
