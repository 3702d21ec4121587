"""演示填报: what a fictitious institution or reviewer enters, so that about ``share`` of the points follow."""

from decimal import ROUND_DOWN, Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from credit_rating.rules import parameters
from credit_rating.rules.entries import NO, YES, Entry
from credit_rating.rules.methods import points_for
from credit_rating.rules.specification import IndicatorSpec, Method

STEPS = 20


def entry_for(leaf: IndicatorSpec, share: Decimal) -> dict[str, str]:
    """The lowest entry that still gives ``share`` of the indicator's points."""
    wanted = leaf.points * share
    tries = [raw for raw in _candidates(leaf) if points_for(leaf, Entry(_method(leaf), raw)) >= wanted]
    return tries[-1] if tries else _candidates(leaf)[0]


def _method(leaf: IndicatorSpec) -> Method:
    if leaf.method is None:
        raise ValueError(f"{leaf.code} is a heading")
    return leaf.method


def _candidates(leaf: IndicatorSpec) -> list[dict[str, str]]:
    """Entries from the best to the worst."""
    match _method(leaf):
        case Method.PASS_FAIL:
            return [{"passed": YES}, {"passed": NO}]
        case Method.DEDUCT_EACH:
            return [{"count": str(count)} for count in range(STEPS)]
        case Method.BAND:
            return [{"tier": tier.label} for tier in parameters.tiers(leaf)]
        case Method.SAMPLE_RATE:
            return [{"sampled": "40", "passed": str(passed)} for passed in range(40, 0, -1)]
        case Method.EXPERT:
            ceiling = leaf.points
            return [{"points": str(_tenth(ceiling * (STEPS - step) / STEPS))} for step in range(STEPS)]
        case _:
            return _measured(leaf)


def _measured(leaf: IndicatorSpec) -> list[dict[str, str]]:
    curve = parameters.curve(leaf)
    values = [_tenth(curve.full + (curve.zero - curve.full) * step / STEPS) for step in range(STEPS + 1)]
    if leaf.method == Method.RATIO:
        return [{"value": str(value)} for value in values]
    return [{"mean": str(value), "responses": "60"} for value in values]


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_DOWN)


def evidence() -> SimpleUploadedFile:
    """A picture that says it is only a demonstration."""
    image = Image.new("RGB", (320, 200), "#f4f1ea")
    ImageDraw.Draw(image).text((110, 94), "DEMO ONLY", fill="#5b5346")
    out = BytesIO()
    image.save(out, "PNG")
    return SimpleUploadedFile("演示佐证.png", out.getvalue(), content_type="image/png")
