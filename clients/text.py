"""Text that people type and other people will read: names of clients and of token groups."""

import unicodedata

from django.utils.translation import gettext as _

from clients.conf import options

NAME_LENGTH = 60  # characters, as Mastodon caps it
GROUP_BYTES = 64  # of UTF-8, as pnut caps it
# Controls, direction marks and other letters without a shape, lone surrogates, line separators, what no Unicode knows.
FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"})
JOINERS = frozenset("\u200c\u200d")  # Persian and emoji need them
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that show nothing
# Letters of other scripts that look Latin (from Unicode TR 39, the everyday ones).
_LOOKALIKES = (
    "аa еe оo рp сc уy хx іi јj ѕs ԁd ԛq ԝw һh ӏl κk νv οo ρp τt υu χx αa"
    " АA ВB ЕE КK МM НH ОO РP СC ТT ХX ІI ЈJ ЅS ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX 0o 1l Il |l"
)
CONFUSABLE = str.maketrans({pair[0]: pair[1] for pair in _LOOKALIKES.split()})


def client_name(text: str) -> str:
    """A client's name, brought to NFKC.

    Raises ValueError with the reason: blank, too long, control or direction characters, runs of
    spaces, or a name that passes for a reserved one.
    """
    name = unicodedata.normalize("NFKC", _harmless(text)).strip()
    if BLANKS.issuperset(skeleton(name)):
        raise ValueError(_("can't be blank"))
    if len(name) > NAME_LENGTH:
        raise ValueError(_("is too long (maximum is %(count)d characters)") % {"count": NAME_LENGTH})
    if "  " in _harmless(name):
        raise ValueError(_("contains several spaces in a row"))
    if skeleton(name) in {skeleton(taken) for taken in (options().SITE_NAME, *options().RESERVED_NAMES)}:
        raise ValueError(_("is reserved"))
    return name


def token_group(text: str) -> str:
    """A token group, brought to NFC. Raises ValueError with the reason."""
    group = unicodedata.normalize("NFC", _harmless(text))
    if len(group.encode()) > GROUP_BYTES:
        raise ValueError(_("is longer than %(count)d bytes") % {"count": GROUP_BYTES})
    return group


def skeleton(name: str) -> str:
    """What a name looks like: the same for names that people mistake for each other (UTS 39 §4)."""
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf") and not c.isspace())
    return letters.translate(CONFUSABLE).casefold().translate(CONFUSABLE)


def _harmless(text: str) -> str:
    """`text` itself. Joiners are fine; controls, direction marks and lone surrogates are not."""
    if any(unicodedata.category(c) in FORBIDDEN and c not in JOINERS for c in text):
        raise ValueError(_("contains characters that cannot be shown safely"))
    return text
