"""Whose address a request carries: the peer's, or what a proxy that we trust wrote down about it.

A header is worth as much as who wrote it. Each proxy adds, on the right, the address it was called from; so the list is
read from the right, and the first address that is no proxy of ours is the client. What stands left of it was sent by
the client itself and is not read.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

SOCKET = "unix"
MOST = 2_000


@dataclass(frozen=True)
class Proxies:
    """The proxies that are believed: their networks, and whether the local socket is one."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    by_socket: bool = False

    @classmethod
    def read(cls, words: str) -> "Proxies":
        """From addresses and networks with commas between; `unix` is the server's own socket."""
        named = [word.strip() for word in words.split(",") if word.strip()]
        networks = tuple(ip_network(word) for word in named if word != SOCKET)
        return cls(networks, SOCKET in named)

    def trusts(self, peer: str) -> bool:
        """Whether the peer is one of them; a socket has no address."""
        if not peer:
            return self.by_socket
        address = _address(peer)
        return address is not None and any(address in network for network in self.networks)

    def client(self, peer: str, forwarded: str) -> str:
        """The client's address by the header of a trusted peer; the peer's where it says nothing sound."""
        at = peer
        for word in reversed(forwarded[-MOST:].split(",")):
            address = _address(word)
            if address is None:
                return at
            at = str(address)
            if not self.trusts(at):
                return at
        return at


def _address(word: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write them: plain, with a port, IPv6 in brackets, IPv4 dressed as IPv6."""
    word = word.strip()
    if word.startswith("["):
        word = word[1:].partition("]")[0]
    elif word.count(":") == 1:
        word = word.partition(":")[0]
    try:
        address = ip_address(word)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
