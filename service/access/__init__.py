"""Who may do what: the rule table, one condition algebra in two forms, and decisions."""
