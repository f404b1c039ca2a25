"""Destroying students' records: on schedule, or by an order for a section; with proof, never early.

Federal law sets no term for most records; it asks for destruction when they are no longer needed
and a parent wishes it (34 CFR 300.624), and forbids it while an inspection is open (99.10(e)). How
long a record is kept after a student has left is the district's choice.
"""
