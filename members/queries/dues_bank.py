"""谁的钱: by which marks a line of the bank is told."""

from collections import defaultdict

from members.models import DuesInvoice, FormerName, Institution
from members.queries.institutions import search_key
from members.rules.dues_bank import Known


def known_payers() -> Known:
    """Three queries, whatever the number of institutions."""
    codes: dict[str, int] = {}
    names: dict[str, set[int]] = defaultdict(set)
    for pk, name, uscc in Institution.objects.values_list("pk", "name", "uscc"):
        names[search_key(name)].add(pk)
        if uscc:
            codes[uscc] = pk
    for institution_id, name in FormerName.objects.values_list("institution_id", "name"):
        names[search_key(name)].add(institution_id)
    bills = {
        (year, pk): institution_id
        for pk, year, institution_id in DuesInvoice.objects.values_list("pk", "year", "institution_id")
    }
    return Known(bills, codes, {name: frozenset(found) for name, found in names.items()})
