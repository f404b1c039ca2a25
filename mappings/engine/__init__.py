"""Mapping tables and the small engine that runs them."""
