"""Portfolios: what leaves as a bundle, a learner record, a résumé or a printed page."""
