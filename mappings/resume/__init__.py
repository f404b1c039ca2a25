"""From plans to JSON Resume."""
