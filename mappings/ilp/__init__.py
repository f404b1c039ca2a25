"""Between a plan's profile and the roster: both say who the student is."""
