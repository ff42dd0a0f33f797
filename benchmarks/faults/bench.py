"""What every fault is given: a cluster, perhaps a Redis, and sites on them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.faults.machine import PostgreSQL, Site

# A name of a table each: what must never be there, however a request ended.
HALVES = {
    "a family that was issued without an access token": """
        SELECT count(*) FROM oauth_tokens_tokenfamily f WHERE issued_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM oauth_tokens_accesstoken t WHERE t.family_id = f.id)""",
    "an access token of a family that was not issued": """
        SELECT count(*) FROM oauth_tokens_accesstoken t JOIN oauth_tokens_tokenfamily f ON f.id = t.family_id
        WHERE f.issued_at IS NULL""",
    "a spent code that gave no token": """
        SELECT count(*) FROM oauth_tokens_grant g WHERE used_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM oauth_tokens_accesstoken t WHERE t.family_id = g.family_id)""",
    "a code that gave two tokens": """
        SELECT count(*) FROM oauth_tokens_grant g WHERE
        (SELECT count(*) FROM oauth_tokens_accesstoken t WHERE t.family_id = g.family_id) > 1
        AND NOT EXISTS (SELECT 1 FROM oauth_tokens_refreshtoken r WHERE r.family_id = g.family_id)""",
    "a spent refresh token without a successor": """
        SELECT count(*) FROM oauth_tokens_refreshtoken r WHERE used_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM oauth_tokens_refreshtoken n WHERE n.family_id = r.family_id AND n.id > r.id)""",
    "a family with two refresh tokens that work": """
        SELECT count(*) FROM (SELECT family_id FROM oauth_tokens_refreshtoken WHERE used_at IS NULL
        GROUP BY family_id HAVING count(*) > 1) AS doubled""",
}


@dataclass
class Bench:
    """The private machine."""

    folder: Path
    cluster: PostgreSQL
    redis: int | None  # its port

    @property
    def cache(self) -> str:
        """Where the site counts, if nobody stands between."""
        return f"redis://127.0.0.1:{self.redis}/0" if self.redis else "locmemcache://"

    def site(self, *options: str, **more: str) -> Site:
        """The reference site with its production settings; gunicorn with these options."""
        given = {"options": options} if options else {}
        return Site(self.folder, **given, **{**environment(self.cluster), "CACHE_URL": self.cache, **more})

    def halves(self) -> dict[str, int]:
        """What is in the database and should never be: each kind, and how many."""
        return {name: found for name, query in HALVES.items() if (found := self.cluster.ask(query))}


def environment(cluster: PostgreSQL) -> dict[str, str]:
    """A deployment, as `.env.example` describes one."""
    return {
        "DJANGO_SETTINGS_MODULE": "benchmarks.faults.settings",
        "ENV_FILE": "",
        "DEBUG": "off",
        "SECRET_KEY": "measured-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
        "DATABASE_URL": cluster.url,
        "EMAIL_URL": "dummymail://",
        "TRUSTED_PROXIES": "1",
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", ""),
    }
