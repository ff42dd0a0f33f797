"""django-oauth-toolkit as its tutorial sets it up, on the same database and middleware."""
