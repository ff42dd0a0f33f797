"""Redirect URIs: what may be registered, and what a request may name.

Nothing is ever normalised. A browser that normalises sees the same host and path in two URIs that
are equal as text; two that differ as text are different to us (RFC 9700 §4.1.3). The grammar at
registration is narrow enough that no parser reads another host in it than we do.
"""

import re
import unicodedata
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address
from urllib.parse import unquote_plus

from django.utils.translation import gettext as _

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
MOST = 10
LONGEST = 2_000
LONGEST_ADDED_QUERY = 512
BLANK = "".join(map(chr, range(0x21)))  # what servers strip from a name: spaces and controls
FORBIDDEN_SCHEMES = frozenset(
    "about blob chrome cid content data file filesystem ftp intent jar javascript livescript mailto mid mocha"
    " resource tel urn vbscript view-source ws wss".split()
)
# RFC 3986 §2, without the fragment's "#" and the quote.
CHARACTERS = re.compile(r"(?:[A-Za-z0-9\-._~:/?\[\]@!$&()*+,;=]|%[0-9A-Fa-f]{2})+")
SHAPE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):(?P<rest>.*)")
AUTHORITY = re.compile(r"//(?P<host>\[[^\]]*\]|[^:/?\[\]]*)(?P<port>:[^/?]*)?(?=[/?]|$)")
LABEL = re.compile(r"(?!-)[A-Za-z0-9_\-]{1,63}(?<!-)")
OPAQUE_HOST = re.compile(r"[A-Za-z0-9\-._~!$&()*+,;=]*")
LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?(?=[/?]|$)")
PARTS = re.compile(
    r"(?:(?P<scheme>[^:/?#]*):)?(?://(?P<host>\[[^\]/?#]*\]|[^:/?#]*)(?::(?P<port>[^/?#]*))?)?(?P<path>[^?#]*)(?P<query>\?.*)?",
    re.DOTALL,
)
# The parameters of an answer (RFC 6749, 9207, OpenID Connect, and Mastodon's error_message).
RESERVED = frozenset(
    "code state iss error error_description error_uri error_message access_token refresh_token id_token token_type"
    " expires_in scope session_state response".split()
)


def split(text: str) -> list[str]:
    """The URIs in a field where spaces or line breaks separate them."""
    return text.split()


def check(uri: str) -> None:
    """Nothing, if a client may register this URI. Raises ValueError with the reason."""
    if uri == OUT_OF_BAND:
        return
    if len(uri) > LONGEST:
        raise ValueError(_("is too long (maximum is %(count)d characters)") % {"count": LONGEST})
    if "#" in uri:
        raise ValueError(_("cannot contain a fragment."))
    shape = SHAPE.fullmatch(uri)
    if not shape:
        raise ValueError(_("must be an absolute URI."))
    if not CHARACTERS.fullmatch(uri):
        raise ValueError(_("must be a valid URI."))
    scheme = shape["scheme"].lower()
    if scheme in FORBIDDEN_SCHEMES:
        raise ValueError(_("is forbidden by the server."))
    if scheme in ("http", "https") or shape["rest"].startswith("//"):
        _check_authority(shape["rest"], is_web=scheme in ("http", "https"))


def matches(registered: Iterable[str], uri: str, *, exact: bool = False) -> bool:
    """Whether a request may name `uri`.

    A registered URI matches itself. One without a query also matches itself with a query added
    (pnut's rule), unless `exact`; an added query that names a parameter of the answer matches
    nothing. The port of a loopback literal over http may vary (RFC 8252 §7.3).
    """
    base, mark, query = uri.partition("?")
    try:
        check(base if mark and len(query) <= LONGEST_ADDED_QUERY else uri)
    except ValueError:
        return False
    if not CHARACTERS.fullmatch(uri):
        return False
    whole = {_without_loopback_port(own) for own in registered}
    if _without_loopback_port(uri) in whole:
        return True
    return bool(mark) and base != OUT_OF_BAND and not exact and _without_loopback_port(base) in whole and may_add(query)


def may_add(query: str) -> bool:
    """Whether this query may stand behind a registered URI: it is short and names nothing reserved."""
    return len(query) <= LONGEST_ADDED_QUERY and all(
        RESERVED.isdisjoint(_plain_names(part)) for part in re.split("[&;]", query)
    )


def is_loopback(uri: str) -> bool:
    """Whether the URI stays on the user's device over http (RFC 8252 §7.3)."""
    return bool(LOOPBACK.match(uri))


def is_web(uri: str) -> bool:
    """Whether a browser loads the URI itself; any other scheme belongs to a program on the device."""
    return uri.partition(":")[0].lower() in ("http", "https")


def is_on_this_device(uri: str) -> bool:
    """Whether any program on the user's device may answer at this http(s) address (RFC 8252 §8.6)."""
    host = parts(uri)["host"].lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def parts(uri: str) -> dict[str, str]:
    """Scheme, host, port, path and query of a URI as text, for people to compare. Decides nothing."""
    found = PARTS.match(uri)
    return (
        {name: value or "" for name, value in found.groupdict().items()}
        if found
        else dict.fromkeys(PARTS.groupindex, "")
    )


def _check_authority(rest: str, *, is_web: bool) -> None:
    """Raises ValueError unless every URL parser reads the same host and port out of `rest`."""
    authority = AUTHORITY.match(rest)
    if "@" in re.split("[/?]", rest[2:], maxsplit=1)[0]:
        raise ValueError(_("cannot contain a user name or password."))
    if not authority or not _is_host(authority["host"], is_web=is_web):
        raise ValueError(_("must be a valid URI."))
    port = authority["port"]
    if port is not None and not (re.fullmatch(":[1-9][0-9]{0,4}", port) and int(port[1:]) <= 65_535):
        raise ValueError(_("must have a port from 1 to 65535."))


def _is_host(host: str, *, is_web: bool) -> bool:
    if host.startswith("["):
        return _is_ipv6(host[1:-1])
    if not is_web:  # a private-use scheme: the host is a name that only the app knows
        return bool(OPAQUE_HOST.fullmatch(host))
    labels = host.split(".")
    if re.fullmatch("[0-9]+|0[xX][0-9A-Fa-f]*", labels[-1]):  # what browsers take for IPv4
        return _is_ipv4(host)
    return len(host) <= 253 and all(LABEL.fullmatch(label) for label in labels)


def _is_ipv4(host: str) -> bool:
    try:
        return str(IPv4Address(host)) == host
    except AddressValueError:
        return False


def _is_ipv6(host: str) -> bool:
    try:
        address = IPv6Address(host)
    except AddressValueError:
        return False
    # A zone (`%25eth0`) means something on one machine only, and browsers do not take one.
    return address.ipv4_mapped is None and address.scope_id is None and "." not in host


def _without_loopback_port(uri: str) -> str:
    return LOOPBACK.sub(r"\1", uri, count=1)


def _plain_names(part: str) -> set[str]:
    """A query parameter's name as lenient servers read it: decoded, and `x[]` as `x`.

    PHP reads `access token` and `access.token` as `access_token`.
    """
    name = part.partition("=")[0]
    for _layer in range(3):  # `%2563ode`: decoded twice by careless software
        name = unquote_plus(name)
    plain = unicodedata.normalize("NFKC", name).strip(BLANK).casefold()
    return {re.split(r"[\[.\s\x00]", plain, maxsplit=1)[0], re.sub(r"[\[.\s]", "_", plain.partition("\0")[0])}
