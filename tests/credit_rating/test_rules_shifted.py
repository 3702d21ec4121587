"""批量计分 with 不适用 gives the numbers and the hashes of the long way."""

import random

import pytest

from credit_rating.rules.canonical import CENT
from credit_rating.rules.compiled import compile_standard
from credit_rating.rules.marks import Mark, struck_by_marks
from credit_rating.rules.shifted import ShiftedStandard
from credit_rating.rules.shipped import CODES, shipped
from credit_rating.rules.specification import NaPolicy


def marks_of(spec, row, reasons):
    return {
        leaf.code: Mark.not_applicable(reasons[leaf.code]) if points < 0 else Mark.scored(points * CENT)
        for leaf, points in zip(spec.leaves, row, strict=True)
    }


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("seed", range(25))
def test_short_and_long_agree(code, seed):
    spec, chance = shipped(code), random.Random(seed)
    compiled = compile_standard(spec)
    shifted = ShiftedStandard(spec, compiled.standard_hash)
    share = chance.choice([0.1, 0.5, 1])
    row, reasons = [], {}
    for leaf in spec.leaves:
        ceiling = int(leaf.points / CENT)
        if leaf.na_policy is not NaPolicy.FORBIDDEN and chance.random() < share:
            reasons[leaf.code] = f"未开展{leaf.code}"
            row.append(-1)
        else:
            row.append(chance.randint(1 if leaf.veto else 0, ceiling) if ceiling else 0)
    marks = marks_of(spec, row, reasons)
    wanted = compiled.rate_marks(marks, struck_by_marks(spec, marks))
    found = shifted.rate(row, reasons)
    assert found == wanted or (found is None and wanted.total is None)


def test_what_needs_the_long_way_is_left_to_it():
    spec = shipped("beijing_draft")
    shifted = ShiftedStandard(spec, compile_standard(spec).standard_hash)
    full = [int(leaf.points / CENT) for leaf in spec.leaves]
    veto = next(place for place, leaf in enumerate(spec.leaves) if leaf.veto)
    forbidden = next(place for place, leaf in enumerate(spec.leaves) if leaf.na_policy is NaPolicy.FORBIDDEN)
    free = next(place for place, leaf in enumerate(spec.leaves) if leaf.na_policy is not NaPolicy.FORBIDDEN)
    assert shifted.rate([*full[:free], -1, *full[free + 1 :]], {spec.leaves[free].code: "x"}) is not None
    for place, points in ((veto, 0), (forbidden, -1), (free, -2), (free, full[free] + 1)):
        assert shifted.rate([*full[:place], points, *full[place + 1 :]], {}) is None
