"""The overview for an admin index: `{% load oauth_admin %}{% oauth_overview %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from tokens.numbers.overview import may_see_overview, overview

register = template.Library()

HEIGHT, BAR, GAP = 80, 16, 4  # of the chart, in its own units


@register.inclusion_tag("oauth_tokens/admin/overview_parts.html", takes_context=True)
def oauth_overview(context: RequestContext) -> dict[str, Any]:
    """What an administrator looks at first; nothing for those who may not see it."""
    if not may_see_overview(context["request"].user):
        return {"found": None}
    found = overview()
    most = max(count for _, count in found.issued)
    heights = [max(2, round(count * HEIGHT / most)) if count else 0 for _, count in found.issued]
    bars = [
        {"day": day, "count": count, "x": place * (BAR + GAP), "top": HEIGHT - height, "height": height}
        for place, ((day, count), height) in enumerate(zip(found.issued, heights, strict=True))
    ]
    return {
        "found": found,
        "bars": bars,
        "bar": BAR,
        "height": HEIGHT,
        "width": len(bars) * (BAR + GAP) - GAP,
        "request": context["request"],
    }
