"""Bulk interchange XML."""
