"""Staff desk of 诚信等级评估: standards, rounds, assessments, and what follows from them."""

from credit_rating.admin import assessments, results, rounds, standards

__all__ = ["assessments", "results", "rounds", "standards"]
