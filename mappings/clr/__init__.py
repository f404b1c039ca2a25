"""From plans to learner records."""
