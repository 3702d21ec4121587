"""自评表: what its page and one saved row cost in queries, over HTTP, whatever the number of institutions and rows.

The statement that finds the association and opens its scope is one of them. A demo association asks one more,
for its practice clock; here there is none.
"""

import json

from bench.place import Place
from bench.report import Figure


def run(place: Place) -> list[Figure]:
    found = json.loads(place.run("bench.self_assessment_worker", database=place.copy("self_assessment")))
    pages, saves = found["pages"], found["saves"]
    return [
        Figure(
            "page of 58 rows, the dearest of 1, 3 and 9 institutions",
            f"{max(pages)} queries",
            f"{pages[0]} with 1 institution",
            max(pages),
            12,
        ),
        Figure("growth of the page", f"{max(pages)}", f"{min(pages)}", max(pages) / min(pages), 1),
        Figure(
            "save of a row, without files and with",
            f"{max(saves)} queries",
            f"{min(saves)} at least",
            max(saves),
            6,
        ),
    ]
