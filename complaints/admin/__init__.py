"""Staff desk of 投诉与线索."""

from complaints.admin import complaints, leads

__all__ = ["complaints", "leads"]
