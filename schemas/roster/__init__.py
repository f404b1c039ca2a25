"""People, organizations, sessions, courses, classes and enrollments: what the SIS owns."""
