"""What opens strangers' files. Nothing here is imported by a serving process; see ``common.sandbox``."""
