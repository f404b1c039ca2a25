"""What a run has to say, for people: in the terminal and as one self-contained page."""
