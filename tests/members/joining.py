"""Material for tests of 会籍: an applying institution with its papers, a secretariat and a council."""

from dataclasses import dataclass
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from association import clock
from association.actors import Actor
from association.choices import Role
from association.locker import store_document
from members import operations
from members.choices import Field
from members.choices.membership import EvidenceKind
from members.models import Institution, MembershipCertificate
from tests.common.files import picture
from tests.factories.people import actor_with, make_institution

FOUNDED = date(2024, 1, 1)
STATEMENT = "愿意遵守章程和自律公约。"
LICENCE = "人社民110105200001号"


@dataclass
class World:
    institution: Institution
    admin: Actor
    clerk: Actor
    council: list[Actor]


def world(seats=3, **fields):
    institution = make_institution(**fields)
    return World(
        institution,
        actor_with(Role.INSTITUTION_ADMIN, institution),
        actor_with(Role.SECRETARIAT),
        [actor_with(Role.COUNCIL) for _ in range(seats)],
    )


def upload(name="证书.jpg"):
    return SimpleUploadedFile(name, picture())


def draft(here, **values):
    given = {"field": Field.SKILLS, "licence_number": LICENCE, "statement": STATEMENT} | values
    application = operations.save_application(actor=here.admin, institution_id=here.institution.pk, **given)
    operations.add_application_evidence(
        actor=here.admin, application_id=application.pk, kind=EvidenceKind.REGISTRATION, upload=upload()
    )
    return application


def submitted(here, **values):
    application = draft(here, **values)
    return operations.submit_application(actor=here.admin, application_id=application.pk)


def reviewed(here, **values):
    application = submitted(here, **values)
    return operations.take_up_application(actor=here.clerk, application_id=application.pk)


def asked(here, **values):
    """The open vote on a fresh application."""
    application = reviewed(here, **values)
    return operations.open_council_vote(
        actor=here.clerk, application_id=application.pk, opinion="材料齐全，建议同意。"
    )


def voted(here, *choices):
    vote = asked(here)
    for actor, choice in zip(here.council, choices, strict=False):
        operations.cast_ballot(actor=actor, vote_id=vote.pk, choice=choice)
    return vote


def admitted(here):
    vote = voted(here, *["for"] * len(here.council))
    return operations.close_council_vote(actor=here.clerk, vote_id=vote.pk)


def matrix_of(institution):
    """For the matrix of addresses: an application about which the council is asked; a member with an office."""
    here = World(
        institution,
        actor_with(Role.INSTITUTION_ADMIN, institution),
        actor_with(Role.SECRETARIAT),
        [actor_with(Role.COUNCIL)],
    )
    vote = asked(here)
    member = make_institution()
    day = {"actor": here.clerk, "institution_id": member.pk, "from_on": FOUNDED}
    operations.admit_member(**day)
    operations.give_office(**day, office="director", basis="第一次会员大会决议")
    file = store_document(
        actor=here.clerk, data=b"%PDF-1.7", name="会员证书.pdf", media_type="application/pdf",
        institution_id=institution.pk,
    )  # fmt: skip
    certificate = MembershipCertificate.objects.create(
        institution=institution, tier="member", member_since=FOUNDED, code="0" * 32, attachment=file,
        issued_at=clock.now(),
    )  # fmt: skip
    return {
        "application": vote.application_id,
        "vote": vote.pk,
        "paper": vote.application.evidence.get().attachment_id,
        "member_certificate": certificate.pk,
        "own": institution.pk,
    }
