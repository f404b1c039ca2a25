"""Gradebook, assessments and learning resources, as OneRoster names them."""
