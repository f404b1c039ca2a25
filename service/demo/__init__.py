"""Three nights of a small invented district, to see what a night looks like."""
