from enum import StrEnum

import pytest

from common.errors import DomainError, Forbidden, InvalidInput, NotFound, Refused, TooLarge, TooMany
from common.transitions import check_step


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (DomainError, 409, "refused"),
        (NotFound, 404, "not_found"),
        (Forbidden, 403, "forbidden"),
        (Refused, 409, "refused"),
        (InvalidInput, 400, "invalid_input"),
        (TooLarge, 413, "too_large"),
        (TooMany, 429, "too_many"),
    ],
)
def test_error_carries_sentence_status_and_code(kind, status, code):
    error = kind("一句话")
    assert (error.sentence, error.status, error.code, str(error)) == ("一句话", status, code, "一句话")


def test_invalid_input_names_fields():
    assert InvalidInput("有误", {"score": "不能是负数"}).fields == {"score": "不能是负数"}
    assert InvalidInput("有误").fields == {}


def test_too_many_says_when_to_come_back():
    assert TooMany("太频繁", retry_after=30).retry_after == 30


class Stage(StrEnum):
    OPEN = "open"
    CLOSED = "closed"

    @property
    def label(self):
        return {"open": "进行中", "closed": "已结束"}[self.value]


STEPS = {Stage.OPEN: frozenset({Stage.CLOSED}), Stage.CLOSED: frozenset()}


def test_step_in_the_table_passes():
    check_step(STEPS, Stage.OPEN, Stage.CLOSED)


@pytest.mark.parametrize("wanted", [Stage.OPEN, Stage.CLOSED])
def test_step_not_in_the_table_is_refused_with_labels(wanted):
    with pytest.raises(Refused) as caught:
        check_step(STEPS, Stage.CLOSED, wanted)
    assert caught.value.sentence == f"现在是“已结束”，不能变为“{wanted.label}”。"


def test_unknown_state_may_go_nowhere():
    with pytest.raises(Refused, match="从前"):
        check_step(STEPS, "从前", Stage.OPEN)
