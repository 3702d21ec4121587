"""Staff desk of 投诉与线索."""

from complaints.admin import leads

__all__ = ["leads"]
