"""CEDS 14: tables, and the bridge between trees of CEDS nodes and our records."""
