"""个人信息: sealed into its table, found by keyed hashes, shown masked. Nothing else in the project unseals it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from association.sealed import seal_text, search_key, search_keys, unseal_text
from complaints.choices.complaints import PersonalField, PersonKind
from complaints.models import Complaint, Person, PersonalData
from complaints.rules.intake import Applicant, normal_identity, normal_name, normal_phone
from complaints.rules.masking import masked_mail, masked_name, masked_phone
from complaints.rules.shown import SHORTEST_ADDRESS, district_of, masked_identity

NAME, PHONE, ADDRESS = "complaints.name", "complaints.phone", "complaints.address"
IDENTITY, MAIL = "complaints.id_number", "complaints.email"
PURPOSES = {
    PersonalField.NAME: ("name_box", NAME),
    PersonalField.PHONE: ("phone_box", PHONE),
    PersonalField.ADDRESS: ("address_box", ADDRESS),
    PersonalField.ID_NUMBER: ("id_box", IDENTITY),
    PersonalField.EMAIL: ("email_box", MAIL),
}
MASKS = {
    PersonalField.NAME: masked_name,
    PersonalField.PHONE: masked_phone,
    PersonalField.ADDRESS: district_of,
    PersonalField.ID_NUMBER: masked_identity,
    PersonalField.EMAIL: masked_mail,
}


def sealed(person: Applicant) -> dict[str, Any]:
    """The columns of ``PersonalData`` for a cleaned applicant."""
    phone, number = normal_phone(person.phone), normal_identity(person.id_number)
    return {
        "name_box": seal_text(person.name, purpose=NAME),
        "phone_box": seal_text(person.phone, purpose=PHONE),
        "address_box": seal_text(person.address, purpose=ADDRESS),
        "id_box": seal_text(number, purpose=IDENTITY),
        "email_box": seal_text(person.email, purpose=MAIL),
        "district": district_of(person.address)[:40],
        "name_key": search_key(normal_name(person.name), purpose=NAME),
        "phone_key": search_key(phone, purpose=PHONE) if phone else None,
        "id_key": search_key(number, purpose=IDENTITY) if number else None,
    }


def opened(data: PersonalData, field: PersonalField) -> str:
    """The datum itself. Who asks for it has recorded the look before."""
    column, purpose = PURPOSES[PersonalField(field)]
    return unseal_text(getattr(data, column), purpose=purpose)


@dataclass(frozen=True, slots=True)
class MaskedPerson:
    """当事人 as everybody sees them by default; empty where it is gone."""

    person_id: int
    kind: PersonKind
    is_representative: bool
    name: str
    phone: str
    district: str
    id_number: str
    email: str


def masked_people(complaints: Iterable[Complaint]) -> dict[int, list[MaskedPerson]]:
    """The people of each complaint, masked; one query for all of them."""
    found: dict[int, list[MaskedPerson]] = {complaint.pk: [] for complaint in complaints}
    rows = Person.objects.filter(complaint_id__in=found).select_related("personal").order_by("pk")
    for person in rows:
        found[person.complaint_id].append(masked(person))
    return found


def masked(person: Person) -> MaskedPerson:
    data = getattr(person, "personal", None)
    shown = {field: MASKS[field](opened(data, field)) if data is not None else "" for field in MASKS}
    return MaskedPerson(
        person_id=person.pk,
        kind=PersonKind(person.kind),
        is_representative=person.is_representative,
        name=shown[PersonalField.NAME],
        phone=shown[PersonalField.PHONE],
        district=data.district if data is not None else "",
        id_number=shown[PersonalField.ID_NUMBER],
        email=shown[PersonalField.EMAIL],
    )


def signer_of(complaint: Complaint) -> Person:
    """谁代表投诉人签署: the representative where several complain, else the complainant."""
    people = list(Person.objects.filter(complaint=complaint).exclude(kind=PersonKind.AGENT).order_by("pk"))
    return next((person for person in people if person.is_representative), people[0])


def name_of(person: Person) -> str:
    """Whole: for a paper whose every opening by staff is a look on record. Empty where it is gone."""
    data = PersonalData.objects.filter(person=person).first()
    return opened(data, PersonalField.NAME) if data is not None else ""


def names_in(complaint: Complaint) -> list[str]:
    """The full names, to find and mask them inside texts; never shown."""
    return list(identifying(complaint).names)


@dataclass(frozen=True, slots=True)
class Identifying:
    """What would give away the people of a complaint inside a text; compared with, never shown."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return self.names + self.addresses + self.others


def identifying(*complaints: Complaint) -> Identifying:
    """Addresses whole and from the street on: the district stands open."""
    rows = list(PersonalData.objects.filter(person__complaint__in=complaints))
    whole = [opened(row, PersonalField.ADDRESS) for row in rows]
    streets = [one.replace(" ", "").removeprefix(district_of(one)) for one in whole]
    other = (PersonalField.PHONE, PersonalField.ID_NUMBER, PersonalField.EMAIL)
    return Identifying(
        names=tuple(opened(row, PersonalField.NAME) for row in rows),
        addresses=tuple(one for one in [*whole, *streets] if len(one) >= SHORTEST_ADDRESS),
        others=tuple(datum for row in rows for field in other if (datum := opened(row, field))),
    )


def of_person(rows: QuerySet[Complaint], typed: str) -> QuerySet[Complaint]:
    """Complaints of whoever has this phone, name or identity number; one keyed hash each, nothing is read."""
    found = PersonalData.objects.none()
    for column, purpose, value in (
        ("phone_key", PHONE, normal_phone(typed)),
        ("name_key", NAME, normal_name(typed)),
        ("id_key", IDENTITY, normal_identity(typed)),
    ):
        if value:
            keys = search_keys(value, purpose=purpose)
            found = found | _with(column, keys)
    return rows.filter(people__personal__in=found).distinct()


def _with(column: str, keys: list[bytes]) -> QuerySet[PersonalData]:
    rows = PersonalData.objects.all()
    if column == "phone_key":
        return rows.filter(phone_key__in=keys)
    return rows.filter(name_key__in=keys) if column == "name_key" else rows.filter(id_key__in=keys)


def similar_to(complaint: Complaint) -> QuerySet[Complaint]:
    """可能重复: other complaints about the same institution by somebody with the same phone or name; for staff to judge."""
    own = PersonalData.objects.filter(person__complaint=complaint)
    phones = [key for key in own.values_list("phone_key", flat=True) if key is not None]
    names = own.values_list("name_key", flat=True)
    same = PersonalData.objects.filter(phone_key__in=phones) | PersonalData.objects.filter(
        name_key__in=list(names)
    )
    about = (
        Q(institution_id=complaint.institution_id)
        if complaint.institution_id
        else Q(respondent_name=complaint.respondent_name)
    )
    rows = Complaint.objects.filter(about, people__personal__in=same).exclude(pk=complaint.pk)
    return rows.distinct()
