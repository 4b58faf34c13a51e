"""A real calendar server on this machine, another client that speaks to it, and one that misbehaves."""

import base64
import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

USER, PASSWORD = "ann", "s3cret-word"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Radicale:
    """Radicale with one user, its store in a folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.port = free_port()
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n")
        (self.folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {self.folder / 'users'}\n"
            "htpasswd_encryption = plain\ndelay = 0\n"
            f"[storage]\nfilesystem_folder = {self.folder / 'store'}\n[logging]\nlevel = error\n"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "radicale", "--config", str(self.folder / "config")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder)},
        )
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                break
        else:
            raise RuntimeError("radicale did not start")

    def calendar(self, name):
        """The address of a new, empty calendar."""
        address = f"http://127.0.0.1:{self.port}/{USER}/{name}/"
        other = Client(address)
        assert other.send("MKCALENDAR", "")[0] in (201, 405, 409)
        return other

    def stop(self):
        self.process.terminate()
        self.process.wait()


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
        _, _, text = self.send("PROPFIND", "", body, Depth="1")
        found = [part.partition("<")[0] for part in text.split("<href>")[1:]]
        return sorted(one.rpartition("/")[2] for one in found if one.endswith(".ics"))

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
