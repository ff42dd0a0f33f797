"""The caller's IP address, believed only as far as the deployment says."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.http import HttpRequest

from clients.conf import options

LONGEST_HEADER = 2_000


def client_ip(request: HttpRequest) -> str | None:
    """The address of the caller in canonical form; None over a Unix socket.

    With `TRUSTED_PROXIES = n` the n-th entry of `X-Forwarded-For`, counted from its end, was
    written by our own outermost proxy; everything before it is the caller's claim. A header that
    is too short or holds no address there is not believed: the connection's own address counts.
    """
    depth = options().TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if depth and len(forwarded) <= LONGEST_HEADER:
        entries = forwarded.split(",")
        if len(entries) >= depth and (address := canonical(entries[-depth])):
            return address
    return canonical(request.META.get("REMOTE_ADDR", ""))


def canonical(text: str) -> str | None:
    """One spelling per address: `::ffff:1.2.3.4` is `1.2.3.4`. None if it is no address."""
    address = _parse(text.strip())
    return str(address) if address else None


def bucket(address: str | None) -> str:
    """What shares a rate limit: an IPv4 address, or the /64 that one IPv6 customer holds."""
    parsed = _parse(address or "")
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 64), strict=False))
    return str(parsed or "unknown")


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or (None if address.scope_id else address)
    return address
