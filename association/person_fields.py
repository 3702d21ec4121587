"""人员 in a form: named by an appointment here, never by the number of the account, which other associations have too."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from association.models import Appointment

UNKNOWN = _("请从名单中选择。")


def posts_of(user_ids: Collection[int]) -> dict[int, int]:
    """Account to the number of its first appointment in the association at hand, which stays the same."""
    rows = Appointment.objects.filter(user_id__in=user_ids).order_by("-pk")
    return dict(rows.values_list("user_id", "pk"))


class OffersPeople(forms.ChoiceField):
    """Until ``offer`` is called there is nobody to choose."""

    people: Mapping[str, int] = {}

    def __init__(self, **more: Any) -> None:
        super().__init__(error_messages={"invalid_choice": UNKNOWN}, **more)

    def offer(self, people: Iterable[tuple[int, str]], first: Iterable[tuple[str, Any]] = ()) -> None:
        """The people as (account, name), after what stands before them."""
        rows = list(people)
        posts = posts_of([user for user, _name in rows])
        self.people = {str(posts[user]): user for user, _name in rows}
        self.choices = [*first, *((str(posts[user]), name) for user, name in rows)]


class PersonField(OffersPeople):
    """One of the people offered; what comes out is the number of the account."""

    def clean(self, value: Any) -> int | None:
        return self.people.get(super().clean(value))


class PeopleField(OffersPeople, forms.MultipleChoiceField):
    """Several of the people offered; what comes out are the numbers of their accounts."""

    def clean(self, value: Any) -> list[int]:
        return [self.people[chosen] for chosen in super().clean(value)]
