"""How the records of each standard correspond to ours."""
