from members.choices.institutions import Field

__all__ = ["Field"]
