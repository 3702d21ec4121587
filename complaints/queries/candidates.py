"""谁可以: the institutions, the mediators and the bodies that staff choose from in a case."""

from operator import itemgetter

from association import clock
from association.choices import Role
from association.committee import committee_on
from association.models import User
from association.notices import people_of
from complaints.access.ties import barred
from complaints.choices.complaints import Body
from complaints.models import Complaint
from members.queries import institutions

MOST_NAMES = 200


def institutions_like(name: str) -> list[tuple[int, str]]:
    """For naming the respondent: those whose name has something of what was typed first, then the others."""
    rows = institutions().order_by("name").values_list("pk", "name")
    near = [row for row in rows if name and (name in row[1] or row[1] in name)]
    return near + [row for row in rows[:MOST_NAMES] if row not in near]


def mediators_for(complaint: Complaint) -> list[tuple[int, str]]:
    """Mediators of the association who need not keep away from the case."""
    ids = people_of(roles=[Role.MEDIATOR])
    away = barred(complaint, ids)
    rows = User.objects.filter(pk__in=[pk for pk in ids if pk not in away])
    return sorted(((user.pk, user.name) for user in rows), key=itemgetter(1, 0))


def bodies_here() -> list[tuple[str, str]]:
    """In whose name may be mediated today: the association's, and that of its people's committee where it has one."""
    found = committee_on(clock.today())
    ours = (Body.ASSOCIATION.value, str(Body.ASSOCIATION.label))
    return [ours] if found is None else [ours, (Body.PEOPLES_COMMITTEE.value, found.name)]
