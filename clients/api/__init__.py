"""Endpoints of clients for programs."""
