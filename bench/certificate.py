"""等级证书: the PDF step of the task against WeasyPrint alone on the same page."""

import json

from bench.place import Place
from bench.report import Figure, middle, spread


def run(place: Place) -> list[Figure]:
    pairs = json.loads(place.run("bench.certificate_worker", database=place.copy("certificate")))
    ratios = [ours / bare for bare, ours in pairs]
    return [
        Figure(
            "PDF of a certificate",
            f"{middle([ours for _bare, ours in pairs]) * 1000:.0f} ms",
            f"bare WeasyPrint {middle([bare for bare, _ours in pairs]) * 1000:.0f} ms",
            middle(ratios),
            1.2,
            spread=spread(ratios),
        )
    ]
