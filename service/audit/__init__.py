"""Everything that happened to a student's record, on a log that cannot be changed unseen.

Whoever answers a request writes one `Event` with `log.record`, in the transaction of the change,
or in one of its own before the bytes leave.
"""
