"""The records office: the one way in which a face reads, writes or gives out student records.

A visit is one request of one account. It decides what is open, and everything that it let through
is on the audit log before a byte leaves; what it refused is on the log as well.
"""

from service.office.sight import Sight
from service.office.visit import Visit
from service.office.window import Window, at_window, let_out

__all__ = ["Sight", "Visit", "Window", "at_window", "let_out"]
