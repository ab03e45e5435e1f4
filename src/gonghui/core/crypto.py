"""Sealed texts and files: AES-256-GCM under a key of their own purpose, derived from the master key.

Nobody else imports primitives; Ed25519, which signs checkpoints, is here too. A stored value is `g1.<key id>.<nonce
and ciphertext>`, of a file the last part as bytes; the place it belongs to is authenticated, so a value moved elsewhere
does not open. The master key comes from the environment or a file, never from the database; a wrong key is noticed by
its id before anything is opened (GB/T 39786 readiness: the provider is this module, one algorithm for each use so far).
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FORMAT = "g1"
NONCE_BYTES = 12


class Unreadable(Exception):
    """The value was sealed under another key, for another place, or was changed."""


def _key(purpose: str) -> bytes:
    master: str = settings.GONGHUI_MASTER_KEY
    return derived(master.encode(), purpose)


@lru_cache(256)
def _prepared(master: str, purpose: str) -> tuple[str, AESGCM]:
    """The id of a key and its cipher, for the many values of one purpose."""
    key = derived(master.encode(), purpose)
    return hashlib.sha256(b"gonghui key id" + key).hexdigest()[:8], AESGCM(key)


def seal(text: str, *, purpose: str, place: str = "") -> str:
    """The text, readable only under the same master key, purpose and place."""
    head, sealed = _sealed(text.encode(), purpose, place)
    return head + base64.urlsafe_b64encode(sealed).decode()


def unseal(sealed: str, *, purpose: str, place: str = "") -> str:
    """The text that was sealed; `Unreadable` where key, place or value is another."""
    form, _, rest = sealed.partition(".")
    key_id, _, body = rest.partition(".")
    by = _cipher_of(form, key_id, purpose)
    try:
        return opened_by(by, base64.urlsafe_b64decode(body.encode()), place.encode()).decode()
    except ValueError as error:
        raise Unreadable("the value was changed or belongs elsewhere") from error


def seal_bytes(content: bytes, *, purpose: str, place: str) -> bytes:
    """A file's bytes behind the same head as a text's, not written in letters: for the disk."""
    head, sealed = _sealed(content, purpose, place)
    return head.encode() + sealed


def unseal_bytes(sealed: bytes, *, purpose: str, place: str) -> bytes:
    """The bytes that were sealed; `Unreadable` where key, place or file is another."""
    form, key_id, body = (*sealed.split(b".", 2), b"", b"")[:3]
    by = _cipher_of(form.decode("latin-1"), key_id.decode("latin-1"), purpose)
    return opened_by(by, body, place.encode())


def _sealed(content: bytes, purpose: str, place: str) -> tuple[str, bytes]:
    """The head that names format and key, and the nonce with what it sealed."""
    (key_id, by), nonce = _prepared(settings.GONGHUI_MASTER_KEY, purpose), os.urandom(NONCE_BYTES)
    return f"{FORMAT}.{key_id}.", nonce + by.encrypt(nonce, content, place.encode())


def _cipher_of(form: str, key_id: str, purpose: str) -> AESGCM:
    """Our cipher of the purpose, if its key is the one that a head names."""
    ours, by = _prepared(settings.GONGHUI_MASTER_KEY, purpose)
    if form != FORMAT or key_id != ours:
        raise Unreadable(f"sealed as {form[:8] or 'nothing'} under key {key_id[:8] or 'none'}, not under {ours}")
    return by


def key_id(purpose: str) -> str:
    """The short name of the purpose's key, as values sealed under it carry it; tells one master key from another."""
    return _prepared(settings.GONGHUI_MASTER_KEY, purpose)[0]


def digest(text: str, *, purpose: str) -> str:
    """The same 64 letters for the same text, under a key of the purpose's own: finds what is sealed, opens nothing."""
    return hmac.new(_key(f"{purpose} digest"), text.encode(), hashlib.sha256).hexdigest()


SEED_BYTES = 32


# For the keyring of sealed columns --------------------------------------------------------------------------------


@lru_cache(256)
def derived(secret: bytes, purpose: str) -> bytes:
    """A key of the purpose's own."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"gonghui {purpose}".encode()).derive(secret)


def cipher(key: bytes) -> AESGCM:
    """AES-256-GCM under the key."""
    return AESGCM(key)


def opened_by(by: AESGCM, sealed: bytes, place: bytes) -> bytes:
    """What nonce and ciphertext hold; `Unreadable` where place or value is another."""
    try:
        return by.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
    except (InvalidTag, ValueError) as error:
        raise Unreadable("the value was changed or belongs elsewhere") from error


def digest_bytes(key: bytes, content: bytes) -> bytes:
    """The keyed hash of the content."""
    return hmac.digest(key, content, "sha256")


@lru_cache(64)
def hashing(key: bytes) -> Callable[[bytes], bytes]:
    """The same for many contents: what begins with the key is hashed once."""
    begun = hmac.new(key, digestmod="sha256")

    def hashed(content: bytes) -> bytes:
        one = begun.copy()
        one.update(content)
        return one.digest()

    return hashed


def public_key(seed: bytes) -> bytes:
    """The Ed25519 public key of a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def signature(seed: bytes, message: bytes) -> bytes:
    """The Ed25519 signature of the message."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def is_signed(public: bytes, message: bytes, signed: bytes) -> bool:
    """Whether the key's owner signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed, message)
    except (InvalidSignature, ValueError):
        return False
    return True
