"""What States ask of a plan, as data with sources; `ilp-content.md` §6."""
