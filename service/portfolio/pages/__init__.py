"""A portfolio for people: what it says, and how it looks on paper and on a screen."""
