"""People of the administration, and how they reach its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse

from tests.factories import UserFactory


@pytest.fixture
def staff(db: None) -> Callable[..., Browser]:
    """`staff("oauth_clients.view_client", ...)`: the browser of somebody with just these permissions."""

    def somebody(*names: str, **more: Any) -> Browser:
        user = UserFactory(is_staff=True, **more)
        for name in names:
            app, _, codename = name.partition(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        browser = Browser(raise_request_exception=False)
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        browser.user = user
        return browser

    return somebody


@pytest.fixture
def root(staff: Callable[..., Browser]) -> Browser:
    """A superuser's browser."""
    return staff(username="root", is_superuser=True)


@pytest.fixture
def act_path() -> Callable[..., str]:
    """Where an act upon one object is confirmed."""

    def path(obj: Any, name: str) -> str:
        return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_act", args=[obj.pk, name])

    return path


@pytest.fixture
def confirm(act_path: Callable[..., str]) -> Callable[..., Any]:
    """Read the page of an act upon one object, and send its form as it stands."""

    def confirmed(browser: Browser, obj: Any, name: str, **given: Any) -> Any:
        path = act_path(obj, name)
        page = browser.get(path)
        form = page.context["form"] if page.context else None
        seen = {} if form is None else {"shown": form.effect.count, "stamp": form.effect.stamp}
        return browser.post(path, {"confirmed": "1", "reason": "Because.", **seen, **given})

    return confirmed
