"""What Planbridge remembers: tables, migrations, bulk writes and repositories."""
