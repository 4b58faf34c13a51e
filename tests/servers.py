"""Real calendar servers on this machine, another client that speaks to them, and a server that
misbehaves.
"""

import base64
import contextlib
import http.client
import http.server
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

USER, PASSWORD = "ann", "s3cret-word"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class RealServer:
    """A server in a process of its own, its store in a folder."""

    user, password = USER, PASSWORD

    def __init__(self, folder):
        self.folder = Path(folder)
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder)},
        )
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                break
        else:
            raise RuntimeError("the server did not start")

    def calendar(self, name):
        """The address of a new, empty calendar, and another client of it."""
        address = f"http://127.0.0.1:{self.port}{self.PARENT}{name}/"
        client = Client(address, self.user, self.password)
        assert client.send("MKCALENDAR", "")[0] in (201, 405, 409)
        return client

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Xandikos(RealServer):
    """Xandikos, which asks for no login on this machine; an ETag is a digest of the bytes."""

    PARENT = "/user/calendars/"

    def command(self):
        where = ("-l", "127.0.0.1", "-p", str(self.port))
        return ["xandikos", "serve", "-d", "store", "--defaults", *where]


class Radicale(RealServer):
    """Radicale with one user."""

    def __init__(self, folder, user=USER, password=PASSWORD):
        self.user, self.password = user, password
        self.PARENT = f"/{user}/"
        super().__init__(folder)

    def command(self):
        (self.folder / "users").write_text(f"{self.user}:{self.password}\n")
        (self.folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {self.folder / 'users'}\n"
            "htpasswd_encryption = plain\ndelay = 0\n"
            f"[storage]\nfilesystem_folder = {self.folder / 'store'}\n[logging]\nlevel = error\n"
        )
        return ["radicale", "--config", str(self.folder / "config")]


class Client:
    """Another client of a calendar: it reads and writes as it likes."""

    def __init__(self, address, user=USER, password=PASSWORD):
        self.address = address
        parts = urlsplit(address)
        self.host, self.path = parts.netloc, parts.path
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}"}

    def send(self, method, name, body=b"", **headers):
        connection = http.client.HTTPConnection(self.host, timeout=20)
        try:
            connection.request(method, f"{self.path}{name}", body, self.headers | headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def names(self):
        body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
        _, _, text = self.send("PROPFIND", "", body, Depth="1", **{"Content-Type": "text/xml"})
        paths = re.findall(r"<(?:\w+:)?href>([^<]*)<", text)
        return sorted(path.rpartition("/")[2] for path in paths if path.endswith(".ics"))

    def etag(self, name):
        return self.send("GET", name)[1]["ETag"]

    def text(self, name):
        status, _, text = self.send("GET", name)
        assert status == 200, name
        return text

    def texts(self):
        return {name: self.text(name) for name in self.names()}

    def find(self, words):
        """The one entry with these words in it."""
        (name,) = [name for name, text in self.texts().items() if words in text]
        return name

    def edit(self, name, *pairs):
        """Change an entry as a person would."""
        text = self.text(name)
        for old, new in pairs:
            assert old in text, (old, text)
            text = text.replace(old, new)
        status, _, _ = self.send("PUT", name, text.encode(), **{"Content-Type": "text/calendar"})
        assert status in (201, 204), status

    def delete(self, name):
        assert self.send("DELETE", name)[0] in (200, 204)


def uid_of(data):
    return re.search(rb"^UID:(\S+)", data, re.MULTILINE)[1]


LISTING = (
    '<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
    "<response><href>{path}</href><propstat><prop><resourcetype><collection/>{kind}</resourcetype>"
    "</prop></propstat></response>{entries}</multistatus>"
)
ENTRY = (
    "<response><href>{path}{name}</href><propstat><prop><getetag>{etag}</getetag>"
    "<resourcetype/></prop></propstat></response>"
)


ONCE_AN_ACCOUNT = (
    b'<?xml version="1.0" encoding="utf-8"?><D:error xmlns:D="DAV:" '
    b'xmlns:C="urn:ietf:params:xml:ns:caldav"><C:unique-scheduling-object-resource>'
    b"<D:href>/dav/calendars/user/ann/other/1.ics</D:href>"
    b"</C:unique-scheduling-object-resource></D:error>"
)


class Misbehaving:
    """A small calendar server in memory that does as it is told.

    ``fault(method, name, writes)`` may return what to do instead of the right thing: a status, `cut` (before doing it), `cut after` (having done it), a Location, `endless`, `slow`, `slowly`
    (and then the right thing), or None.
    ``log`` has every request: method, name, headers, body. In an ``account`` of several calendars
    a UID is taken once, as Cyrus does.
    """

    PATH = "/cal/clinic/"

    def __init__(self, tls=""):
        self.entries = {}
        self.log = []
        self.fault = lambda *_: None
        self.etags = True
        self.kind = "<C:calendar/>"
        self.count = 0
        self.account = [self]
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                server.handle(self)

            do_GET = do_PUT = do_DELETE = do_PROPFIND = do_OPTIONS = answer  # noqa: N815

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        scheme = "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.address = f"{scheme}://127.0.0.1:{self.server.server_port}{self.PATH}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def writes(self):
        return [request for request in self.log if request[0] in ("PUT", "DELETE")]

    def handle(self, request):
        method = request.command
        name = request.path.removeprefix(self.PATH)
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.log.append((method, name, dict(request.headers), body))
        wanted = self.fault(method, name, len(self.writes))
        if wanted == "cut":
            request.connection.close()
            request.close_connection = True
            return
        if wanted == "slow":
            threading.Event().wait(3)  # a test may have stilled time.sleep
        if wanted == "slowly":
            threading.Event().wait(0.05)
        if wanted == "endless":
            request.send_response(207)
            request.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    request.wfile.write(b" " * 65536)
            request.close_connection = True
            return
        if isinstance(wanted, str) and "/" in wanted:
            self.say(request, 302, {"Location": wanted})
            return
        if isinstance(wanted, int):
            self.say(request, wanted)
            return
        status, headers, text = self.do(method, name, request.headers, body)
        if wanted == "cut after":
            request.connection.close()
            request.close_connection = True
            return
        self.say(request, status, headers, text)

    def say(self, request, status, headers=None, body=b""):
        request.send_response(status)
        for key, value in (headers or {}).items():
            request.send_header(key, value)
        if status != 204:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if status != 204:
            request.wfile.write(body)

    def do(self, method, name, headers, body):
        there = self.entries.get(name)
        if method == "PROPFIND":
            entries = "".join(
                ENTRY.format(path=self.PATH, name=entry, etag=etag if self.etags else "")
                for entry, (etag, _) in self.entries.items()
            )
            text = LISTING.format(path=self.PATH, kind=self.kind, entries=entries)
            return 207, {"Content-Type": "text/xml"}, text.encode()
        if method == "GET":
            if there is None:
                return 404, {}, b""
            shown = {"ETag": there[0]} if self.etags else {}
            return 200, {"Content-Type": "text/calendar", **shown}, there[1]
        if headers.get("If-None-Match") == "*" and there:
            return 412, {}, b""
        match = headers.get("If-Match")
        if match is not None and (there is None or there[0] != match):
            return 412, {}, b""
        if method == "DELETE":
            del self.entries[name]
            return 204, {}, b""
        others = [calendar for calendar in self.account if calendar is not self]
        if any(
            uid_of(body) == uid_of(data) for other in others for _, data in other.entries.values()
        ):
            return 403, {"Content-Type": "text/xml"}, ONCE_AN_ACCOUNT
        return self.put(name, body, created=there is None)

    def put(self, name, body, *, created=True):
        """Store an entry, also as somebody else would."""
        self.count += 1
        etag = f'"{self.count}"'
        self.entries[name] = (etag, body)
        return 201 if created else 204, {"ETag": etag} if self.etags else {}, b""
