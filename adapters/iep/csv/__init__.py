"""Our own CSV layout for IEP systems that only export files (`docs/reference/iep-csv.md`)."""
