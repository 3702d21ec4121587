"""自己的话: whether an institution has an administrator who signs in and speaks for it, so that nobody else has to."""

from association.choices import Role
from association.notices import posts_today


def speaks_for_itself(institution_id: int | None) -> bool:
    """A clerk of the institution does not bind it, so a clerk alone is no voice."""
    if institution_id is None:
        return False
    posts = posts_today().filter(institution_id=institution_id, role=Role.INSTITUTION_ADMIN)
    return posts.filter(user__is_active=True).exists()
