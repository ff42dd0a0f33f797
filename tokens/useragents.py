"""A User-Agent header in two words."""

from __future__ import annotations

LONGEST = 40


def describe(user_agent: str) -> str:
    """Browser and system, where ua-parser is installed and knows them; else the product's name as it was sent."""
    found = _parsed(user_agent) if user_agent else ""
    return found or user_agent.partition(" (")[0].partition("/")[0][:LONGEST].strip()


def _parsed(user_agent: str) -> str:
    try:
        from ua_parser import parse
    except ImportError:  # of the reference site's extras; a host may do without
        return ""
    known = parse(user_agent)
    parts = [known.user_agent.family if known.user_agent else "", known.os.family if known.os else ""]
    return " · ".join(part for part in parts if part)
