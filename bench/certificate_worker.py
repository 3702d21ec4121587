"""In the worker's process: the same certificate, bare and through our own step, in turns."""

import json
import time
from collections.abc import Callable

import django

django.setup()

from unittest.mock import patch  # noqa: E402 - after the settings

from weasyprint import CSS, HTML  # noqa: E402

from association.tenancy import acting_for  # noqa: E402
from common.inside.rendering import AssetFetcher  # noqa: E402
from credit_rating.documents import certificate as module  # noqa: E402
from tests.disclosure.material import certified, published  # noqa: E402
from tests.factories.people import make_association, make_institution  # noqa: E402

ROUNDS = 15
WARM = 3


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    with acting_for(make_association().pk):
        made = certified(published(make_institution("北京演示启明职业技能培训学校有限公司")))
        page = given_page(made)

        def bare() -> bytes:
            html, css, assets = page
            fetcher = AssetFetcher(assets)
            sheet = CSS(string=css, url_fetcher=fetcher)
            return HTML(string=html, base_url="asset:", url_fetcher=fetcher).write_pdf(stylesheets=[sheet])

        def ours() -> bytes:
            return module.certificate_pdf(made)

        for _time in range(WARM):
            bare()
            ours()
        pairs = [(seconds(bare), seconds(ours)) for _round in range(ROUNDS)]
    print(json.dumps(pairs))


def given_page(made: module.Certificate) -> tuple[str, str, dict[str, bytes]]:
    """What our step hands to the renderer."""
    with patch.object(module, "render_pdf") as caught:
        module.certificate_pdf(made)
    html, css, assets = caught.call_args.args
    return html, css, assets


if __name__ == "__main__":
    main()
