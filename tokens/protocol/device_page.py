"""The page `/oauth/device`: the user types the code that the device shows, and decides."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import segno
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.border.addresses import bucket, client_ip
from clients.border.issuer import issuer
from clients.border.pages import Page, show
from clients.border.throttles import AtomicThrottle, UserCodeAddressThrottle, UserCodeThrottle
from clients.errors import OAuthError
from tokens import letters
from tokens.origin import Origin, origin
from tokens.rules import device_consent
from tokens.rules.consent import family_ends
from tokens.rules.device_consent import spelled
from tokens.views import consent_page


class Device(LoginRequiredMixin, Page):
    """Nothing is ever decided by following a link (RFC 8628 §5.4): the code is sent by a form, and so is the answer."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The field, filled in if the device gave a whole address (RFC 8628 §3.3.1)."""
        return self.ask(request, user_code=request.GET.get("user_code", ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        """What the device wants; or the user's decision about it."""
        came_from = origin(request)
        user_code = request.POST.get("user_code", "")
        counters = wrong_codes(request)
        if not all(throttle.take(key) for throttle, key in counters):
            return self.ask(request, problem=_("Too many wrong codes. Wait ten minutes."), status=429)
        try:
            grant = device_consent.offered(user_code, user=request.user)
            for throttle, key in counters:
                throttle.give_back(key)
            return self.decide(request, grant, user_code, came_from)
        except device_consent.UnknownUserCode:
            problem = _("No device is waiting with this code. Check it, or begin anew on the device.")
        except OAuthError as error:
            problem = error.description
        return self.ask(request, user_code=user_code, problem=problem, status=400)

    def decide(self, request: HttpRequest, grant: Any, user_code: str, came_from: Origin) -> HttpResponse:
        """Carry out the decision; without one, ask for it."""
        if "deny" in request.POST:
            device_consent.deny(grant, user=request.user, origin=came_from)
            return show(request, "oauth_tokens/device_done.html", {"client": grant.client, "is_allowed": False})
        if "allow" in request.POST:
            family = device_consent.allow(grant, user=request.user, origin=came_from)
            letters.tell_of_authorization(family=family, site=issuer(request))
            return show(request, "oauth_tokens/device_done.html", {"client": grant.client, "is_allowed": True})
        content = {
            "grant": grant,
            "user_code": spelled(user_code),
            "lasts": consent_page.lasts(family_ends(grant.client, grant.scope.split(), now := timezone.now()), now),
            "scopes": consent_page.lines(grant.scope.split()),
            "switch_url": consent_page.switch_url(f"{request.path}?{urlencode({'user_code': spelled(user_code)})}"),
        }
        return show(request, "oauth_tokens/device_confirm.html", content)

    def ask(self, request: HttpRequest, *, user_code: str = "", problem: str = "", status: int = 200) -> HttpResponse:
        """The page with the field."""
        here = request.build_absolute_uri()
        image = (
            segno.make(here, micro=False).svg_data_uri(scale=4, light="white") if len(here) <= LONGEST_IN_IMAGE else ""
        )
        content = {"user_code": user_code[:LONGEST_SHOWN], "problem": problem, "image": image}
        return show(request, "oauth_tokens/device.html", content, status=status)


LONGEST_SHOWN = 20
LONGEST_IN_IMAGE = 500


def wrong_codes(request: HttpRequest) -> list[tuple[AtomicThrottle, str]]:
    """What counts the wrong codes of this user, and of this address (RFC 8628 §5.1)."""
    by_user, by_address = UserCodeThrottle(), UserCodeAddressThrottle()
    return [
        (by_user, by_user.key_of(str(request.user.pk))),
        (by_address, by_address.key_of(bucket(client_ip(request)))),
    ]
