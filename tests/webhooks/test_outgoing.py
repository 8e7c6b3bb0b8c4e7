"""GUARANTEES E6: nothing that a user gives us makes us ask an address that is not public, or wait for ever."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from businesses import outgoing
from tests.webhooks.receiver import Receiver, Reply

SOON = 0.4  # the time limit of these tests
LATE = SOON + 0.6


@pytest.fixture(autouse=True)
def _nothing_is_allowed(settings: Any) -> None:
    settings.OUTGOING_ALLOW_NETWORKS = []


class Canary:
    """Listens on every address of loopback, and counts who comes."""

    def __init__(self) -> None:
        self.sockets = []
        self.visits = 0
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with suppress(OSError):  # a machine without IPv6
                sock = socket.socket(family)
                sock.bind((host, self.port if self.sockets else 0))
                sock.listen()
                self.sockets.append(sock)
                threading.Thread(target=self._count, args=(sock,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.sockets[0].getsockname()[1])

    def _count(self, sock: socket.socket) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = sock.accept()
                self.visits += 1
                visitor.close()


@pytest.fixture(scope="module")
def _canary() -> Iterator[Canary]:
    found = Canary()
    yield found
    for sock in found.sockets:
        sock.close()


@pytest.fixture
def canary(_canary: Canary) -> Iterator[Canary]:
    """Nobody may come."""
    _canary.visits = 0
    yield _canary
    time.sleep(0.01)
    assert _canary.visits == 0


# {} is the canary's port.
PRIVATE = [
    "https://127.0.0.1:{}/",
    "https://127.1:{}/",
    "https://127.0.1:{}/",
    "https://2130706433:{}/",
    "https://0x7f000001:{}/",
    "https://0x7f.0.0.1:{}/",
    "https://0X7F.1:{}/",
    "https://0177.0.0.1:{}/",
    "https://017700000001:{}/",
    "https://0:{}/",
    "https://0.0.0.0:{}/",
    "https://127.255.255.254:{}/",
    "https://00000177.00.00.01:{}/",
    "https://0x7f.0x0.0x0.0x1:{}/",
    "https://[::1]:{}/",
    "https://[::]:{}/",
    "https://[0:0:0:0:0:0:0:1]:{}/",
    "https://[::ffff:127.0.0.1]:{}/",
    "https://[::ffff:7f00:1]:{}/",
    "https://[::127.0.0.1]:{}/",
    "https://[::7f00:1]:{}/",
    "https://[64:ff9b::7f00:1]:{}/",
    "https://[64:ff9b::127.0.0.1]:{}/",
    "https://[64:ff9b:1::7f00:1]:{}/",
    "https://[2002:7f00:1::]:{}/",
    "https://[2002:7f00:1::1]:{}/",
    "https://[2001::1]:{}/",
    "https://[2001:0:7f00:1::80ff:fffe]:{}/",
    "https://[2001:db8::1]:{}/",
    "https://[3fff::1]:{}/",
    "https://[fec0::1]:{}/",
    "https://[fe80::1]:{}/",
    "https://[fc00::1]:{}/",
    "https://[fd12:3456::1]:{}/",
    "https://[ff02::1]:{}/",
    "https://[100::1]:{}/",
    "https://[5f00::1]:{}/",
    "https://[4000::1]:{}/",
    "https://[::ffff:0:127.0.0.1]:{}/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.0.1/",
    "https://100.64.0.1/",
    "https://100.127.255.255/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0xa9fea9fe/",
    "https://2852039166/",
    "https://192.0.0.1/",
    "https://192.0.0.192/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://198.18.0.1/",
    "https://198.51.100.1/",
    "https://203.0.113.1/",
    "https://224.0.0.1/",
    "https://239.255.255.255/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://0.1.2.3/",
    "https://192.31.196.1/",
    "https://192.52.193.1/",
    "https://192.175.48.1/",
    "https://3232235521/",
    "https://0xc0.0xa8.0.1/",
    "https://0300.0250.0.1/",
    "https://10.1/",
]

WRONG = [
    "",
    " ",
    "https://",
    "https:///",
    "https:127.0.0.1",
    "https:/127.0.0.1:{}/",
    "//127.0.0.1:{}/",
    "127.0.0.1:{}",
    "http://127.0.0.1:{}/",
    "http://example.com/",
    "ftp://127.0.0.1:{}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{}/_x",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:///run/x.sock",
    "dict://127.0.0.1:{}/",
    "ldap://127.0.0.1:{}/",
    "https+unix://%2Frun/",
    "https://user@127.0.0.1:{}/",
    "https://user:password@example.com/",
    "https://@127.0.0.1:{}/",
    "https://:@127.0.0.1:{}/",
    "https://example.com@127.0.0.1:{}/",
    "https://example.com:443@127.0.0.1:{}/",
    "https://example.com\\@127.0.0.1:{}/",
    "https://127.0.0.1:{}\\.example.com/",
    "https://127.0.0.1:{}\\@example.com/",
    "https://example.com:0/",
    "https://example.com:-1/",
    "https://example.com:65536/",
    "https://example.com:99999999999/",
    "https://example.com:port/",
    "https://127.0.0.1:{}#@example.com/",
    "https://127.0.0.1:{}?@example.com/",
    "https://１２７.0.0.1:{}/",
    "https://１２７．０．０．１:{}/",
    "https://127。0。0。1:{}/",
    "https://①②⑦.0.0.1:{}/",
    "https://ⓛocalhost:{}/",
    "https://exämple.com/",
    "https://%31%32%37.0.0.1:{}/",
    "https://127%2e0%2e0%2e1:{}/",
    "https://[fe80::1%25lo]:{}/",
    "https://[fe80::1%lo]:{}/",
    "https://[::1%25lo]:{}/",
    "https://[::1:{}/",
    "https://::1]:{}/",
    "https://[::1]x:{}/",
    "https://[]:{}/",
    "https://[v1.x]:{}/",
    "https://[127.0.0.1]:{}/",
    "https://127.0.0.1:{}/ x",
    "https://127.0.0.1:{}/\r\nHost: x",
    "https://127.0.0.1:{}/\nx",
    "https://127.0.0.1\r\n:{}/",
    "https://127.0.0.1\t:{}/",
    "\thttps://127.0.0.1:{}/",
    "https://example.com/\x00",
    "https://exa\x00mple.com/",
    "https://example.com/é",
    "https://a b.example.com/",
    "https://*.example.com/",
    "https://<script>/",
    "https://exa'mple.com/",
    "https://" + "a" * 300 + ".com/",
    "https://example.com/" + "a" * 2_000,
    "https://" + "1" * 1_000 + "/",
]
NAMES = [
    "https://localhost:{}/",
    "https://LOCALHOST:{}/",
    "https://localhost.:{}/",
    "https://localhost.localdomain:{}/",
]


def test_the_corpus_is_as_large_as_was_promised() -> None:
    corpus = {*PRIVATE, *WRONG, *NAMES}
    assert len(corpus) == len(PRIVATE) + len(WRONG) + len(NAMES) >= 60


@pytest.mark.parametrize("url", PRIVATE)
def test_a_literal_address_that_is_not_public(canary: Canary, url: str) -> None:
    url = url.format(canary.port)
    with pytest.raises(outgoing.NotAllowed):
        outgoing.refuse_private_literal(url)
    with pytest.raises(outgoing.NotAllowed):
        outgoing.fetch("POST", url, body=b"x", timeout=SOON)


@pytest.mark.parametrize("url", WRONG, ids=lambda url: ascii(url)[:60])
def test_what_is_no_proper_url(canary: Canary, url: str) -> None:
    url = url.replace("{}", str(canary.port))
    with pytest.raises(outgoing.NotAllowed):
        outgoing.refuse_private_literal(url)
    with pytest.raises(outgoing.NotAllowed):
        outgoing.fetch("POST", url, body=b"x", timeout=SOON)


@pytest.mark.parametrize("url", NAMES)
def test_a_name_of_this_machine(canary: Canary, url: str) -> None:
    """It may be registered, as nobody knows what a name means tomorrow; it is refused at each attempt."""
    with pytest.raises((outgoing.NotAllowed, outgoing.NoAnswer)):
        outgoing.fetch("POST", url.format(canary.port), body=b"x", timeout=3)


PUBLIC = [
    "https://example.com/",
    "https://example.com:8443/hook?a=b#c",
    "https://sub.example.com./",
    "https://xn--exmple-cua.com/",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]/",
    "https://a_b.example.com/",
    "https://EXAMPLE.com/",
    "https://1.1/",
    "https://172.15.255.255/",
    "https://172.32.0.1/",
    "https://100.63.255.255/",
    "https://100.128.0.1/",
    "https://11.0.0.1/",
    "https://192.0.1.1/",
    "https://[2a00::1]/",
    "https://223.255.255.255/",
]


@pytest.mark.parametrize("url", PUBLIC)
def test_what_may_be_registered(url: str) -> None:
    outgoing.refuse_private_literal(url)


@pytest.mark.parametrize("network", [*outgoing.NOT_PUBLIC_V4, *outgoing.NOT_PUBLIC_V6], ids=str)
def test_both_ends_of_every_network_that_is_not_public(network: Any) -> None:
    assert not outgoing.is_public(network[0])
    assert not outgoing.is_public(network[-1])


def test_python_s_own_idea_of_private_would_not_do() -> None:
    for text in ("100.64.0.1", "64:ff9b::7f00:1", "224.0.0.1", "2002:7f00:1::"):
        assert not outgoing.is_public(ipaddress.ip_address(text))


# --- names --------------------------------------------------------------------------------------------------------

PUBLIC_ADDRESS = "93.184.215.14"


def entry(address: str, port: int | None) -> Any:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, 6, "", (address, port or 0))


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every address that a connection is opened to; none is."""
    found: list[tuple[str, int]] = []

    def dial(address: tuple[str, int], timeout: float) -> socket.socket:
        found.append(address)
        raise ConnectionRefusedError("not really")

    monkeypatch.setattr(outgoing.socket, "create_connection", dial)
    return found


def answering(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """The resolver's answers, one after another; returns the names that were asked for."""
    asked: list[str] = []

    def resolve(name: str, port: int | None, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(name)
        return [entry(address, port) for address in answers[min(len(asked), len(answers)) - 1]]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    return asked


def test_a_name_is_resolved_once_and_what_was_checked_is_dialled(
    monkeypatch: pytest.MonkeyPatch, dialled: list[tuple[str, int]]
) -> None:
    """A resolver that says something public first and loopback from then on."""
    asked = answering(monkeypatch, [PUBLIC_ADDRESS], ["127.0.0.1"])
    with pytest.raises(outgoing.NoAnswer):
        outgoing.fetch("POST", "https://rebinding.example/", timeout=SOON)
    assert (asked, dialled) == (["rebinding.example"], [(PUBLIC_ADDRESS, 443)])
    with pytest.raises(outgoing.NotAllowed):  # the next attempt asks again, and looks again
        outgoing.fetch("POST", "https://rebinding.example/", timeout=SOON)
    assert len(dialled) == 1


@pytest.mark.parametrize(
    "addresses",
    [
        [PUBLIC_ADDRESS, "127.0.0.1"],
        ["127.0.0.1", PUBLIC_ADDRESS],
        [PUBLIC_ADDRESS, "::1"],
        ["2606:4700:4700::1111", "::ffff:127.0.0.1"],
        [PUBLIC_ADDRESS, "fe80::1%lo"],
        ["169.254.169.254"],
        ["10.0.0.7"],
        ["64:ff9b::7f00:1"],
    ],
    ids=str,
)
def test_one_address_that_is_not_public_is_enough(
    monkeypatch: pytest.MonkeyPatch, dialled: list[tuple[str, int]], addresses: list[str]
) -> None:
    answering(monkeypatch, addresses)
    with pytest.raises(outgoing.NotAllowed):
        outgoing.fetch("POST", "https://mixed.example/", timeout=SOON)
    assert dialled == []


def test_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch, dialled: list[Any]) -> None:
    answering(monkeypatch, [])
    with pytest.raises(outgoing.NoAnswer):
        outgoing.fetch("POST", "https://nothing.example/", timeout=SOON)
    assert dialled == []


def test_a_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch, dialled: list[Any]) -> None:
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(3) or [])
    ends_in_time(lambda: outgoing.fetch("POST", "https://slow.example/", timeout=SOON))
    assert dialled == []


# --- what the operator allows -------------------------------------------------------------------------------------


def test_http_only_to_networks_that_are_allowed(
    settings: Any, monkeypatch: pytest.MonkeyPatch, dialled: list[tuple[str, int]]
) -> None:
    settings.OUTGOING_ALLOW_NETWORKS = ["10.1.0.0/16"]
    for url in ("http://93.184.215.14/", "http://127.0.0.1/", "http://10.2.0.1/", "https://10.2.0.1/"):
        with pytest.raises(outgoing.NotAllowed):
            outgoing.fetch("POST", url, timeout=SOON)
    answering(monkeypatch, [PUBLIC_ADDRESS])
    with pytest.raises(outgoing.NotAllowed):
        outgoing.fetch("POST", "http://example.com/", timeout=SOON)
    assert dialled == []
    answering(monkeypatch, ["10.1.2.3"])
    for url, port in (("http://inside.example/", 80), ("https://inside.example/", 443)):
        with pytest.raises(outgoing.NoAnswer):
            outgoing.fetch("POST", url, timeout=SOON)
        assert dialled.pop() == ("10.1.2.3", port)


def test_an_allowed_receiver_gets_what_was_sent(receiver: Receiver) -> None:
    answer = outgoing.fetch("POST", f"{receiver.url}/hook?a=b#c", body=b"\x00\xff", headers={"X-Test": "1"})
    (got,) = receiver.got
    assert (answer.status, answer.body) == (200, b"ok")
    assert (got.path, got.body, got.headers["x-test"]) == ("/hook?a=b", b"\x00\xff", "1")
    assert got.headers["host"] == receiver.url.removeprefix("http://")


def test_no_proxy_of_the_environment(canary: Canary, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    assert outgoing.fetch("POST", receiver.url, timeout=SOON).status == 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_answers(canary: Canary, receiver: Receiver, status: int) -> None:
    receiver.reply = lambda got: Reply(status, headers=(("Location", f"http://127.0.0.1:{canary.port}/"),))
    assert outgoing.fetch("POST", receiver.url, timeout=SOON).status == status
    assert len(receiver.got) == 1


# --- receivers without manners ------------------------------------------------------------------------------------

Play = Callable[[socket.socket], None]


def ends_in_time(call: Callable[[], outgoing.Answer], limit: float = LATE) -> None:
    began = time.monotonic()
    with pytest.raises(outgoing.NoAnswer):
        call()
    assert time.monotonic() - began < limit


@pytest.fixture
def rude(settings: Any) -> Iterator[Callable[[Play], str]]:
    """Starts a receiver that does with its one visitor what it likes."""
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    listening: list[socket.socket] = []

    def start(play: Play, scheme: str = "http") -> str:
        sock = socket.create_server(("127.0.0.1", 0))
        listening.append(sock)

        def serve() -> None:
            with suppress(OSError):
                visitor, _ = sock.accept()
                with visitor, suppress(OSError):
                    play(visitor)

        threading.Thread(target=serve, daemon=True).start()
        return f"{scheme}://127.0.0.1:{sock.getsockname()[1]}/"

    yield start
    for sock in listening:
        sock.close()


def dripping(start: bytes, drop: bytes) -> Play:
    def play(visitor: socket.socket) -> None:
        visitor.recv(65_536)
        visitor.sendall(start)
        for _ in range(200):
            visitor.sendall(drop)
            time.sleep(0.02)

    return play


OK = b"HTTP/1.1 200 OK\r\n"
SLOW: dict[str, Play] = {
    "says nothing": lambda visitor: time.sleep(4),
    "never takes the request": lambda visitor: time.sleep(4),
    "drips its status": dripping(b"HTTP/1.1 2", b"0"),
    "drips headers": dripping(OK, b"X: y\r\n"),
    "drips one header": dripping(OK + b"X: ", b"y"),
    "drips a body without a length": dripping(OK + b"\r\n", b"y"),
    "drips a body after which it would close": dripping(OK + b"Connection: close\r\n\r\n", b"y"),
    "drips a body of a length": dripping(OK + b"Content-Length: 1000\r\n\r\n", b"y"),
    "drips chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\ny\r\n"),
    "drips the size of a chunk": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "says continue for ever": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("play", SLOW)
def test_a_receiver_that_takes_for_ever(rude: Any, play: str) -> None:
    body = b"x" * (20_000_000 if play == "never takes the request" else 10)
    ends_in_time(lambda: outgoing.fetch("POST", rude(SLOW[play]), body=body, timeout=SOON))


def test_an_encrypted_handshake_that_drips(rude: Any) -> None:
    def play(visitor: socket.socket) -> None:
        visitor.recv(65_536)
        visitor.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")  # a long ServerHello, begun
        for _ in range(200):
            visitor.sendall(b"\x00")
            time.sleep(0.02)

    ends_in_time(lambda: outgoing.fetch("POST", rude(play, "https"), timeout=SOON))


def saying(text: bytes) -> Play:
    def play(visitor: socket.socket) -> None:
        visitor.recv(65_536)
        visitor.sendall(text)

    return play


BROKEN = {
    "closes at once": b"",
    "closes in its status": b"HTTP/1.1 2",
    "no HTTP": b"\x00\x01\x02\xff\xfe\r\n\r\n",
    "HTTP 0.9": b"<html>",
    "a header line without end": OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    "too many headers": OK + b"X: y\r\n" * 1_000 + b"\r\n",
    "a status that is no number": b"HTTP/1.1 abc OK\r\n\r\n",
    "a status out of range": b"HTTP/1.1 99999 OK\r\n\r\n",
    "a chunk that is no number": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk that ends early": OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nx",
}


@pytest.mark.parametrize("text", BROKEN)
def test_an_answer_that_is_none(rude: Any, text: str) -> None:
    ends_in_time(lambda: outgoing.fetch("POST", rude(saying(BROKEN[text])), timeout=SOON))


def test_of_a_hundred_megabytes_only_the_start_is_read(rude: Any) -> None:
    def play(visitor: socket.socket) -> None:
        visitor.recv(65_536)
        visitor.sendall(OK + b"Content-Length: 100000000\r\n\r\n")
        for _ in range(1_000):
            visitor.sendall(b"y" * 100_000)

    began = time.monotonic()
    answer = outgoing.fetch("POST", rude(play), timeout=5)
    assert len(answer.body) == outgoing.MOST_READ
    assert time.monotonic() - began < 2


def test_nobody_listens(settings: Any) -> None:
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        ends_in_time(lambda: outgoing.fetch("POST", f"http://127.0.0.1:{port}/", timeout=SOON))


def test_no_thread_stays_behind(receiver: Receiver) -> None:
    before = threading.active_count()
    for _ in range(20):
        outgoing.fetch("POST", receiver.url, timeout=30)
    time.sleep(0.1)
    assert threading.active_count() <= before + 3


# --- certificates -------------------------------------------------------------------------------------------------

TODAY = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
    built = _builder(name, name, key.public_key(), days=36_500)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    built = built.add_extension(_usage(signs=True), critical=True)
    return built.sign(key, hashes.SHA256()), key


def _usage(*, signs: bool) -> x509.KeyUsage:
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign")
    off = dict.fromkeys((*others, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=True, key_cert_sign=signs, **off)


def _builder(subject: x509.Name, issuer: x509.Name, key: Any, *, days: int) -> x509.CertificateBuilder:
    first, last = TODAY - timedelta(days=3_650), TODAY + timedelta(days=days)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key)
    return (
        x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), first, last)
        .add_extension(identifier, critical=False)
    )  # fmt: skip


def certificate(folder: Path, host: str, *, days: int = 36_500, own: bool = False) -> Path:
    """A file with key and certificate; `own`: signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    issuer, signer = (name, key) if own else (authority()[0].subject, authority()[1])
    alternative: x509.GeneralName = x509.DNSName(host)
    with suppress(ValueError):
        alternative = x509.IPAddress(ipaddress.ip_address(host))
    built = _builder(name, issuer, key.public_key(), days=days)
    built = built.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
    built = built.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    file = folder / "server.pem"
    clear = serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    file.write_bytes(
        key.private_bytes(*form, clear) + built.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def encrypted(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[str, Receiver]]]:
    """Starts a receiver behind TLS whose certificate comes from an authority that we trust, or is its own."""
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    trusted = tmp_path / "authority.pem"
    trusted.write_bytes(authority()[0].public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    outgoing._tls.cache_clear()
    started: list[Receiver] = []

    def start(**certified: Any) -> tuple[str, Receiver]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(tmp_path, **certified))
        receiver = Receiver()
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        started.append(receiver)
        return receiver.url.replace("http:", "https:"), receiver

    yield start
    outgoing._tls.cache_clear()
    for receiver in started:
        receiver.close()


def test_a_certificate_that_fits(encrypted: Any) -> None:
    url, receiver = encrypted(host="127.0.0.1")
    assert outgoing.fetch("POST", url, body=b"x").status == 200
    assert receiver.got[0].body == b"x"


def test_a_name_that_fits(encrypted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is the name's, though an address is dialled."""
    url, receiver = encrypted(host="hooks.example")
    answering(monkeypatch, ["127.0.0.1"])
    assert outgoing.fetch("POST", url.replace("127.0.0.1", "hooks.example")).status == 200
    assert receiver.got[0].headers["host"].startswith("hooks.example:")


@pytest.mark.parametrize(
    "certified",
    [
        {"host": "127.0.0.1", "days": -100},
        {"host": "127.0.0.1", "own": True},
        {"host": "127.0.0.2"},
        {"host": "other.example"},
    ],
    ids=["expired", "self-signed", "of another address", "of a name"],
)
def test_a_certificate_that_does_not_fit(encrypted: Any, certified: Any) -> None:
    url, receiver = encrypted(**certified)
    with pytest.raises(outgoing.NoAnswer, match="certificate"):
        outgoing.fetch("POST", url, body=b"x")
    assert receiver.got == []


def test_http_behind_https(rude: Any) -> None:
    ends_in_time(lambda: outgoing.fetch("POST", rude(saying(OK + b"\r\n"), "https"), timeout=SOON))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.com/", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("https://example.com:8443/", "example.com:8443"),
        ("https://example.com:80/", "example.com:80"),
        ("https://[2606:4700:4700::1111]/", "[2606:4700:4700::1111]"),
    ],
)
def test_the_host_that_is_named(monkeypatch: pytest.MonkeyPatch, url: str, host: str) -> None:
    """As browsers name it: without the port that goes without saying."""
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(outgoing._Dialled, "connect", lambda self: setattr(self, "sock", ours))
    answering(monkeypatch, [PUBLIC_ADDRESS])
    theirs.sendall(OK + b"Content-Length: 0\r\n\r\n")
    assert outgoing.fetch("GET", url, timeout=SOON).status == 200
    assert f"\r\nHost: {host}\r\n".encode() in theirs.recv(65_536)
    theirs.close()
