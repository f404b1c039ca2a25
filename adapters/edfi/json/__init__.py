"""JSON resources in files."""
