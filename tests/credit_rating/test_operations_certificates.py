"""等级证书: what it shows, what its code answers, and that it is made once."""

import io

import pikepdf
import pytest

from association.actors import system
from association.choices import Role
from association.locker import read_file
from association.models import Attachment, OutboxJob
from association.tenancy import acting_for, current_association_id
from common.errors import NotFound
from credit_rating import operations
from credit_rating.choices import CertificateStanding
from credit_rating.documents.certificate import certificate_html, verify_address
from credit_rating.queries.results import certificate_standing
from tests.factories.people import actor_with, make_association
from tests.factories.review import move_clock, published, suspend

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope():
    with acting_for(make_association().pk):
        yield


def test_certificate_is_rendered_once_and_its_code_is_answered_from_live_data(scope):
    publication = published()
    certificate = publication.certificate
    assert len(certificate.code) == 32
    job = OutboxJob.objects.get(task="credit_rating.render_certificate")
    clerk, owner = (
        system(current_association_id()),
        actor_with(Role.INSTITUTION_ADMIN, publication.assessment.institution),
    )
    with pytest.raises(NotFound):
        operations.certificate_file(owner, publication.assessment_id)
    first = operations.render_certificate(actor=clerk, **job.payload)
    again = operations.render_certificate(actor=clerk, **job.payload)
    assert first.attachment_id == again.attachment_id
    assert Attachment.objects.filter(name__contains="证书").count() == 1
    file = operations.certificate_file(owner, publication.assessment_id)
    with pikepdf.open(io.BytesIO(read_file(file))) as pdf:
        assert len(pdf.pages) == 1
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "zh-Hans"
    with pytest.raises(NotFound):
        operations.certificate_file(actor_with(Role.INSTITUTION_ADMIN), publication.assessment_id)

    assert certificate_standing(certificate.code).standing == CertificateStanding.VALID
    assert certificate_standing("0" * 32).standing == CertificateStanding.NOT_OURS
    chair = actor_with(Role.COMMITTEE_CHAIR)
    suspend(publication, chair, "核查中")
    assert certificate_standing(certificate.code).standing == CertificateStanding.SUSPENDED
    operations.resume_publication(actor=chair, publication_id=publication.pk, reason="已核实")
    assert certificate_standing(certificate.code).standing == CertificateStanding.VALID
    move_clock(380)
    assert certificate_standing(certificate.code).standing == CertificateStanding.EXPIRED


def test_certificate_says_what_was_published(scope):
    certificate = published().certificate
    html = certificate_html(certificate)
    institution = certificate.publication.assessment.institution
    for text in (
        institution.name,
        institution.uscc,
        "非官方",
        "演示证书",
        verify_address(certificate),
        "不收取任何费用",
    ):
        assert text in html
    assert f"/verify/{certificate.code}/" in verify_address(certificate)
    assert verify_address(certificate).startswith("http")


def test_code_of_a_neighbour_is_not_ours(scope):
    code = published().certificate.code
    with acting_for(make_association().pk):
        assert certificate_standing(code).standing == CertificateStanding.NOT_OURS
