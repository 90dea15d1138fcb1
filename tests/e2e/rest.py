"""A small HTTPS client of the Kubernetes kind, and an informer on top of it."""

import http.client
import json
import pathlib
import socket
import ssl
import threading
import time


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


class Client:
    """One caller of one server over HTTP/1.1, on a connection that is kept. One thread at a time.

    `pair`: the client certificate. `ca`: files that hold the server's CA.
    """

    def __init__(self, port, ca, pair=None, token=None, headers=(), timeout=40):
        self.port = port
        self.timeout = timeout
        self.headers = list(headers)
        if token:
            self.headers.append(("Authorization", "Bearer " + token))
        self.context = ssl.create_default_context(
            cadata="".join(pathlib.Path(file).read_text() for file in
                           (ca if isinstance(ca, (list, tuple)) else [ca])))
        if pair:
            self.context.load_cert_chain(pair.certificate, pair.key)
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def connect(self):
        self.connection = http.client.HTTPSConnection("localhost", self.port, context=self.context,
                                                      timeout=self.timeout)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def open(self, method, path, body=None, headers=()):
        """The response, its body unread."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        headers = list(headers)
        if body is not None and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        reused = self.connection is not None
        while True:
            if not self.connection:
                self.connect()
            try:
                self.connection.putrequest(method, path, skip_accept_encoding=True)
                for name, value in self.headers + headers:
                    self.connection.putheader(name, value)
                if body is not None:
                    self.connection.putheader("Content-Length", str(len(body)))
                self.connection.endheaders(body)
                return self.connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # A kept connection that was closed meanwhile says nothing about this request.
                self.close()
                if not reused:
                    raise
                reused = False
            except Exception:
                self.close()
                raise

    def request(self, method, path, body=None, headers=()):
        response = self.open(method, path, body, headers)
        try:
            answer = Answer(response.status, response.headers, response.read())
        except Exception:
            self.close()
            raise
        if response.will_close:
            self.close()
        return answer

    def get(self, path, headers=()):
        return self.request("GET", path, headers=headers)

    def done(self, method, path, body=None, headers=(), expect=(200, 201, 202)):
        """The answer's JSON. AssertionError if its status is not expected."""
        answer = self.request(method, path, body, headers)
        if answer.status not in expect:
            raise AssertionError(f"{method} {path}: {answer}")
        return answer.json

    def patch(self, path, body, expect=(200,)):
        return self.done("PATCH", path, body, [("Content-Type", "application/merge-patch+json")],
                         expect)


def wait_for(check, seconds=30, what="", pause=0.05):
    """What `check` returns once that is true; it may raise AssertionError or OSError till then."""
    end = time.monotonic() + seconds
    while True:
        last = None
        try:
            value = check()
            if value:
                return value
        except (AssertionError, OSError, http.client.HTTPException) as error:
            last = error
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what} (last: {last})")
        time.sleep(pause)


class Informer:
    """Keeps a copy of what a collection holds, as client-go's informers do: list, watch, and list
    again when a watch cannot go on."""

    def __init__(self, client, path):
        self.client = client
        self.path = path
        self.objects = {}
        self.lists = 0
        self.ended = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ended:
            try:
                self.list_and_watch()
            except (AssertionError, OSError, http.client.HTTPException, ValueError):
                self.client.close()
            if not self.ended:
                time.sleep(0.1)

    def list_and_watch(self):
        page = self.client.done("GET", self.path)
        self.objects = {item["metadata"]["name"]: item for item in page["items"]}
        self.lists += 1
        version = page["metadata"]["resourceVersion"]
        while not self.ended:
            response = self.client.open(
                "GET", f"{self.path}?watch=true&allowWatchBookmarks=true&timeoutSeconds=5"
                       f"&resourceVersion={version}")
            try:
                if response.status != 200:
                    raise AssertionError(response.read())
                for line in response:
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        raise AssertionError(event["object"])
                    metadata = event["object"]["metadata"]
                    version = metadata["resourceVersion"]
                    if event["type"] == "DELETED":
                        self.objects.pop(metadata["name"], None)
                    elif event["type"] != "BOOKMARK":
                        self.objects[metadata["name"]] = event["object"]
            finally:
                self.client.close()

    def stop(self):
        self.ended = True
        self.thread.join(30)
