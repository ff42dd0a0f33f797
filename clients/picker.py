"""The scope picker: the catalogue as a short list of big permissions, each with its parts inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients import scopes
from clients.catalogues import Scope
from clients.conf import options


@dataclass(frozen=True)
class Choice:
    """One box to tick."""

    name: str
    entry: Scope
    is_chosen: bool
    parts: tuple[Choice, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a part of it is ticked, so that the parts should be in sight."""
        return any(part.is_chosen for part in self.parts)


class Joined(forms.TextInput):
    """Several inputs of one name, as one text: boxes that are ticked, and a line for the rest."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        """All values with a space between them."""
        values = data.getlist(name) if hasattr(data, "getlist") else [data[name]] if name in data else []
        return " ".join(values) if values else None


class ScopesField(forms.CharField):
    """Scopes, ticked or typed."""

    widget = Joined

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("What it may ask for"), **kwargs})


def choices(chosen: Iterable[str], *, within: Iterable[str] | None = None) -> list[Choice]:
    """Every scope of the catalogue once, or of `within` those that it contains.

    A scope that another contains is shown as its part; one in several, with the first. What only sees comes
    first, in each area the whole before the parts and what is restricted last; suffixed ones that are chosen
    stand on their own.
    """
    ticked, limit = set(chosen), None if within is None else list(within)
    shown = {
        name: entry
        for name, entry in options().SCOPES.items()
        if name != options().FALLBACK_SCOPE and (limit is None or scopes.covers(limit, [name]))
    }
    shown |= {name: entry for name in sorted(ticked) if name not in shown and (entry := scopes.describe(name))}
    inner = {part for entry in shown.values() for part in entry.contains}
    seen: set[str] = set()
    found = [_choice(name, shown, ticked, seen) for name in shown if name not in inner]
    return sorted(found, key=lambda choice: (not choice.entry.reads, choice.entry.restricted, not choice.parts))


def _choice(name: str, shown: Mapping[str, Scope], ticked: set[str], seen: set[str]) -> Choice:
    parts = []
    for part in shown[name].contains:
        if part in shown and part not in seen:
            seen.add(part)
            parts.append(Choice(part, shown[part], part in ticked))
    return Choice(name, shown[name], name in ticked, tuple(parts))
