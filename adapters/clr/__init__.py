"""Learner records (CLR 2.0, Open Badges 3.0): signed, read and verified without any network."""
