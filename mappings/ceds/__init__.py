"""CEDS and our records."""
