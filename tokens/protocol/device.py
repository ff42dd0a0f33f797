"""`POST /oauth/device_authorization` (RFC 8628 §3.1)."""

from __future__ import annotations

from urllib.parse import urlencode

from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from clients.border.issuer import address, issuer
from clients.border.rest import BorderView, body
from clients.border.throttles import DeviceThrottle
from tokens.protocol.credentials import proven_client
from tokens.protocol.views import parameters
from tokens.rules import device, resources

PARAMETERS = "client_id client_secret scope token_group".split()


class DeviceAuthorization(BorderView):
    """Where a device begins: it gets a code to poll with, and one to show."""

    parser_classes = [FormParser]  # RFC 8628 §3.1
    throttle_classes = [DeviceThrottle]

    def post(self, request: Request) -> Response:
        """RFC 8628 §3.2."""
        sent = parameters(request, PARAMETERS)
        client = proven_client(request, sent)
        grant, device_code, user_code = device.begin(
            client=client,
            scope=sent.get("scope", ""),
            token_group=sent.get("token_group", ""),
            resource=resources.requested(body(request).get("resource", [])),
        )
        page = address(issuer(request), "oauth_tokens:device")
        return Response(
            {
                "device_code": device_code,
                "user_code": user_code,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?{urlencode({'user_code': user_code})}",
                "expires_in": round((grant.expires - grant.created).total_seconds()),
                "interval": grant.interval,
            }
        )
