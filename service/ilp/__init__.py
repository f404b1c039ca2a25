"""Students' plans: taken in, kept with all versions, given out with the roster's own facts."""
