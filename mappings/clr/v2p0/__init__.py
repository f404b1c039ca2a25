"""CLR 2.0 with Open Badges 3.0: what a plan holds of the past, as achievements."""
