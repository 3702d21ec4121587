"""扫码验真 from the truth itself, not from a copy: a suspended certificate must not look valid for a minute."""

from django.utils.translation import gettext as _

from credit_rating.choices import CertificateStanding
from credit_rating.queries.results import Standing, certificate_standing
from disclosure.rules.codes import code_of, may_be_ours
from members.choices.membership import MemberState
from members.queries import membership
from members.queries.membership import MemberStanding


def standing_of(typed: str) -> Standing:
    """What the certificate under this code is worth now; what cannot be a code of ours is not looked for."""
    code = code_of(typed)
    if not may_be_ours(code):
        return Standing(CertificateStanding.NOT_OURS, code=typed[:40])
    member = membership.certificate_standing(code)
    return certificate_standing(code) if member is None else _of_member(member)


OF_MEMBERS = {
    MemberState.PROBATION: CertificateStanding.VALID,
    MemberState.ACTIVE: CertificateStanding.VALID,
    MemberState.SUSPENDED: CertificateStanding.SUSPENDED,
}


def _of_member(member: MemberStanding) -> Standing:
    """会员证书: no grade and no year; what it certifies stands in ``standard``."""
    certificate, institution = member.certificate, member.certificate.institution
    return Standing(
        standing=OF_MEMBERS.get(member.state, CertificateStanding.EXPIRED),
        code=certificate.code,
        institution_id=institution.pk,
        name=institution.name,
        uscc=institution.uscc,
        address=institution.address,
        is_demo=institution.is_demo,
        standard=_("会员证书（%(state)s）") % {"state": member.state.label},
        issued_at=certificate.issued_at,
        valid_until=member.until_on,
    )
