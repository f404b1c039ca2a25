"""JSON Resume 1.x: the part of a plan that a résumé shows."""
