"""What people record about access: consents, restrictions, holds, requests, emergencies."""
