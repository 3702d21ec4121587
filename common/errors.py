"""What can go wrong for a person, each with a sentence for them, a status and a stable code for machines."""
# ruff: noqa: N818 - they are read in sentences: raise NotFound("没有这件投诉")

from collections.abc import Mapping


class DomainError(Exception):
    """A refusal that a person can understand; the pages and the API turn it into an answer."""

    status = 409
    code = "refused"

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if status is not None:
            self.status = status


class NotFound(DomainError):
    """It does not exist, or it is not theirs to know."""

    status = 404
    code = "not_found"


class Forbidden(DomainError):
    """It is known to exist, but this role may not do it."""

    status = 403
    code = "forbidden"


class Involved(Forbidden):
    """The role may do it, this person may not: they took part in what is to be judged. What they typed is kept."""


class Refused(DomainError):
    """The thing is not in a state that allows this now."""

    status = 409
    code = "refused"


class InvalidInput(DomainError):
    """What was entered cannot be taken; ``fields`` says which field and why."""

    status = 400
    code = "invalid_input"

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields: dict[str, str] = dict(fields or {})


class TooLarge(DomainError):
    """More bytes, rows or pages than are taken."""

    status = 413
    code = "too_large"


class TooMany(DomainError):
    """Too many requests in a short time."""

    status = 429
    code = "too_many"

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
