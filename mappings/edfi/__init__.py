"""Ed-Fi Data Standards 5.2 and 6.1: tables, the roster's views, and the bridge between both."""
