"""Staff desk of 诚信等级评估: standards, rounds, assessments, and what follows from them."""

from credit_rating.admin import standards

__all__ = ["standards"]
