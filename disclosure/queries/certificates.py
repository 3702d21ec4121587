"""扫码验真 from the truth itself, not from a copy: a suspended certificate must not look valid for a minute."""

import re

from credit_rating.choices import CertificateStanding
from credit_rating.queries.results import Standing, certificate_standing

CODE = re.compile(r"[0-9A-Za-z_-]{8,32}")


def standing_of(code: str) -> Standing:
    """What the certificate under this code is worth now; what cannot be a code of ours is not looked for."""
    if CODE.fullmatch(code) is None:
        return Standing(CertificateStanding.NOT_OURS, code=code[:40])
    return certificate_standing(code)
