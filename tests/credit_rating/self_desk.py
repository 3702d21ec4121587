"""One institution at its self-assessment: invited, begun or filled in, for the tests of those operations."""

from django.core.files.uploadedfile import SimpleUploadedFile

from association.choices import Role
from credit_rating import operations
from credit_rating.models import Indicator, OpinionItem
from tests.factories.people import actor_with, make_institution
from tests.factories.rating import (
    assessment_of,
    begun_assessment,
    fill,
    open_round,
)


class Desk:
    """One institution at its self-assessment."""

    def __init__(self, assessment, admin):
        self.assessment, self.admin = assessment, admin
        self.ids = dict(
            Indicator.objects.values_list("code", "id").filter(standard=assessment.round.standard)
        )

    def save(self, code, raw, version=0, actor=None, **more):
        return operations.save_row(
            actor=actor or self.admin,
            assessment_id=self.assessment.pk,
            indicator_id=self.ids[code],
            version=version,
            raw=raw,
            **more,
        )

    def row(self, code):
        return OpinionItem.objects.filter(opinion__assessment=self.assessment).get(indicator__code=code)

    def add(self, code, upload, **more):
        return operations.add_evidence(
            actor=self.admin,
            assessment_id=self.assessment.pk,
            indicator_id=self.ids[code],
            upload=upload,
            **more,
        )

    def submit(self, actor=None):
        return operations.submit_self_assessment(actor=actor or self.admin, assessment_id=self.assessment.pk)


def invited():
    institution = make_institution()
    admin = actor_with(Role.INSTITUTION_ADMIN, institution)
    return Desk(assessment_of(open_round(institutions=[institution])), admin)


def begun():
    desk = invited()
    begun_assessment(desk.assessment, desk.admin)
    return desk


def full():
    desk = invited()
    fill(desk.assessment, desk.admin)
    return desk


def colleague(desk, role=Role.INSTITUTION_STAFF):
    return actor_with(role, desk.assessment.institution)


def upload(data, name):
    return SimpleUploadedFile(name, data)
