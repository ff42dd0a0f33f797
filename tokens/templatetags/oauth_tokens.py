"""What the pages of both apps show about tokens: `{% load oauth_tokens %}`."""

from __future__ import annotations

from typing import Any

from django import template

from tokens import useragents
from tokens.models import TokenFamily
from tokens.numbers import chart
from tokens.rules import selection

register = template.Library()

HEIGHT, BAR, GAP = 80, 16, 4  # of the chart, in its own units


@register.simple_tag
def numbers_of(client: Any) -> selection.Numbers:
    """How many tokens of the client work, and for how many people."""
    return selection.numbers(TokenFamily.objects.of_client(client))


@register.filter
def device(user_agent: str) -> str:
    """A User-Agent header in two words."""
    return useragents.describe(user_agent)


@register.inclusion_tag("oauth_tokens/chart.html")
def client_chart(client: Any) -> dict[str, Any]:
    """The last thirty days as bars, and the same numbers in a table."""
    days = chart.days(client)
    most = max((max(day.issued, day.in_use) for day in days), default=0)

    def bar(count: int) -> int:
        return max(2, round(count * HEIGHT / most)) if count else 0

    bars = [
        {
            "day": day,
            "x": place * (BAR + GAP),
            "middle": place * (BAR + GAP) + BAR // 2,
            "used": bar(day.in_use),
            "used_top": HEIGHT - bar(day.in_use),
            "issued": bar(day.issued),
            "issued_top": HEIGHT - bar(day.issued),
        }
        for place, day in enumerate(days)
    ]
    return {
        "bars": bars,
        "most": most,
        "half": BAR // 2,
        "height": HEIGHT,
        "width": len(days) * (BAR + GAP) - GAP,
        "first": days[0].date,
        "last": days[-1].date,
    }
