"""计算记录 in sets: one statement writes the results of thousands of assessments and proposes their grades."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from association import clock
from association.tenancy import current_association_id
from credit_rating.queries.final_marks import FinalMarks, Plan, struck_in
from credit_rating.rules.compiled import Rated
from credit_rating.rules.scoring import ENGINE_VERSION

# Whoever calls holds the assessments, so nobody else writes a computation of theirs meanwhile.
# From the results to the proposals: only what had a result before is looked at again afterwards. The marks come as one
# string that is cut at every ``width`` bytes; what few assessments have comes by their number.
WRITE = """
WITH written AS (
  INSERT INTO credit_rating_computation (association_id, assessment_id, standard_hash, inputs_hash, result_hash,
                                         engine_version, total, grade, opinions, marks, na_reasons, struck, created_at)
  SELECT %(association)s, assessment_id, %(standard)s, inputs_hash, result_hash, %(engine)s, total, grade,
         opinions::bigint[], substring(%(marks)s FROM ((place - 1) * %(width)s + 1)::int FOR %(width)s),
         coalesce(%(na)s::jsonb -> assessment_id::text, '{}'), coalesce(%(struck)s::jsonb -> assessment_id::text, '[]'),
         %(moment)s
  FROM ROWS FROM (unnest(%(assessments)s::bigint[], %(opinions)s::text[], %(inputs)s::text[], %(results)s::text[],
                         %(totals)s::numeric[]), json_array_elements_text(%(grades)s))
    WITH ORDINALITY AS given(assessment_id, opinions, inputs_hash, result_hash, total, grade, place)
  WHERE NOT EXISTS (SELECT 1 FROM credit_rating_computation known WHERE known.association_id = %(association)s
                    AND known.assessment_id = given.assessment_id AND known.inputs_hash = given.inputs_hash)
  RETURNING assessment_id, id, grade)
INSERT INTO credit_rating_determination (association_id, assessment_id, computation_id, state, grade, overruled, reason)
SELECT %(association)s, assessment_id, id, 'proposed', grade, false, '' FROM written
WHERE NOT EXISTS (SELECT 1 FROM credit_rating_determination standing
                  WHERE standing.assessment_id = written.assessment_id AND standing.state <> 'superseded')
RETURNING assessment_id
"""


def write_computations(plan: Plan, results: Sequence[tuple[FinalMarks, Rated]]) -> set[int]:
    """The computations that are new, and a proposal for each assessment that had none; those assessments."""
    if not results:
        return set()
    values: dict[str, Any] = {
        "association": current_association_id(),
        "standard": plan.standard.standard_hash,
        "engine": ENGINE_VERSION,
        "moment": clock.now(),
        "width": len(results[0][0].packed),
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values | _columns(plan, results))
        return {pk for (pk,) in cursor.fetchall()}


def _columns(plan: Plan, results: Sequence[tuple[FinalMarks, Rated]]) -> dict[str, Any]:
    """Each column as one value: hashes and numbers are joined as they are, words of people as JSON."""
    given, found = zip(*results, strict=True)
    return {
        "assessments": _array(str(marks.assessment_id) for marks in given),
        "opinions": _array('"{' + ",".join(map(str, marks.opinions)) + '}"' for marks in given),
        "inputs": _array(result.inputs_hash for result in found),
        "results": _array(result.result_hash for result in found),
        "totals": _array("NULL" if result.total is None else str(result.total) for result in found),
        "grades": json.dumps([result.grade or "" for result in found]),
        "marks": b"".join([marks.packed for marks in given]),
        "na": json.dumps(
            {marks.assessment_id: dict(marks.na_reasons) for marks in given if marks.na_reasons}
        ),
        "struck": json.dumps(_struck(plan, given)),
    }


def _struck(plan: Plan, given: Iterable[FinalMarks]) -> dict[int, list[str]]:
    with_zeros = [marks for marks in given if NOTHING in marks.packed]
    struck = {marks.assessment_id: struck_in(plan, marks.row) for marks in with_zeros}
    return {assessment_id: codes for assessment_id, codes in struck.items() if codes}


# Packed zero points; the same bytes may also stand across two numbers.
NOTHING = bytes(4)


def _array(texts: Iterable[str]) -> str:
    """A literal of PostgreSQL; only for texts that need no quotes."""
    return "{" + ",".join(texts) + "}"
