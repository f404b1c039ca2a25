"""State profiles at work: students and schools against what their State asks of plans."""
