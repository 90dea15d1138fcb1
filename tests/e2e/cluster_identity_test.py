"""Client certificates, and the identity headers of the front proxy: whose are believed."""

import socket
import subprocess

import pki
from cluster import WARDLE, ClusterCase
from plane import rule, user

MASTERS = [("X-Remote-User", "root"), ("X-Remote-Group", "system:masters")]

# What a client may try in place of the two headers.
SPELLINGS = (
    ("X-Remote-User", "X-Remote-Group"),
    ("x-remote-user", "x-remote-group"),
    ("X-REMOTE-USER", "X-REMOTE-GROUP"),
    ("X_Remote_User", "X_Remote_Group"),
    ("X-Remote_User", "X-Remote_Group"),
    ("X.Remote.User", "X.Remote.Group"),
    ("XRemoteUser", "XRemoteGroup"),
    ("HTTP_X_REMOTE_USER", "HTTP_X_REMOTE_GROUP"),
    ("X-Remote-User%20", "X-Remote-Group%20"),
    ("X-Remote-Uid", "X-Remote-Extra-Scopes"),
)

# The same as bytes, which no client library would send.
RAW = (
    b"X-Remote-User : root\r\nX-Remote-Group : system:masters\r\n",
    b" X-Remote-User: root\r\n X-Remote-Group: system:masters\r\n",
    b"X-Any: thing\r\n X-Remote-User: root\r\n X-Remote-Group: system:masters\r\n",
    b"X-Any: thing\r\n\tX-Remote-User: root\r\n\tX-Remote-Group: system:masters\r\n",
    b"X-Any: thing\nX-Remote-User: root\nX-Remote-Group: system:masters\n",
    b"X-Any: thing\rX-Remote-User: root\rX-Remote-Group: system:masters\r\n",
    b"X-Remote-User\x00: root\r\nX-Remote-Group\x00: system:masters\r\n",
    b"X-Remote-User:root\r\nX-Remote-Group:system:masters\r\n",
    b"Connection: X-Remote-User\r\nX-Remote-User: root\r\nX-Remote-Group: system:masters\r\n",
    b"Expect: 100-continue\r\nX-Remote-User: root\r\nX-Remote-Group: system:masters\r\n",
)


class Identity(ClusterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flunders = cls.extension.path("flunders", "default")
        cls.carol = cls.plane.client_ca.issue("carol", "/O=ops/CN=carol")
        cls.stranger_ca = pki.Authority(cls.plane.folder / "stranger", "stranger-ca")
        cls.plane.allow("dan-reads", [rule(WARDLE, "flunders", "get,list,watch")], user("dan"))

    def ask(self, pair=None, headers=(), token=None):
        caller = self.extension.client(pair=pair, token=token)
        try:
            return caller.get(self.flunders, headers)
        finally:
            caller.close()

    def cannot(self, answer, name):
        self.status(answer, 403, f'flunders.{WARDLE} is forbidden: User "{name}" cannot list '
                                 f'resource "flunders" in API group "{WARDLE}" in the namespace '
                                 '"default"')

    def test_client_certificates(self):
        self.assertEqual(200, self.ask(self.plane.admin).status)
        self.assertEqual(200, self.ask(self.plane.client_ca.issue("dan", "/CN=dan")).status)
        self.cannot(self.ask(self.carol), "carol")

    def test_wrong_certificates(self):
        masters = "/O=system:masters/CN=root"
        ca = self.plane.client_ca
        for name, pair in (
                ("another CA", self.stranger_ca.issue("root", masters)),
                ("expired", ca.issue("expired", masters, days=0)),
                ("for servers only", ca.issue("server", masters, usage="serverAuth")),
                ("for mail only", ca.issue("mail", masters, usage="emailProtection")),
                ("the front proxy's CA", self.plane.front_ca.issue("root", masters)),
                ("the serving CA", self.extension.ca.issue("root", masters)),
                ("itself", pki.Authority(self.plane.folder / "self", "system:masters"))):
            with self.subTest(name):
                self.assertEqual(401, self.ask(pair).status)
                # A token beside it is a way of its own.
                token = self.plane.service_account("default", "default")
                self.assertEqual(403, self.ask(pair, token=token).status)

    def test_front_proxy(self):
        proxy = self.plane.front_proxy
        self.assertEqual(200, self.ask(proxy, MASTERS).status)
        self.assertEqual(200, self.ask(proxy, [("x-remote-user", "dan")]).status)
        self.cannot(self.ask(proxy, [("X-Remote-User", "carol")]), "carol")
        self.cannot(self.ask(proxy, [("X-Remote-User", "carol"), ("X-Remote-Group", "a"),
                                     ("X-Remote-Group", "b")]), "carol")
        # A comma separates nothing.
        self.cannot(self.ask(proxy, [("X-Remote-User", "carol"),
                                     ("X-Remote-Group", "a,system:masters")]), "carol")
        self.cannot(self.ask(proxy, [("X-Remote-User", "carol,dan")]), "carol,dan")
        self.assertEqual(401, self.ask(proxy).status)
        self.assertEqual(401, self.ask(proxy, [("X-Remote-Group", "system:masters")]).status)
        self.assertEqual(401, self.ask(proxy, [("X-Remote-User", "")]).status)

    def test_not_quite_the_front_proxy(self):
        ca = self.plane.front_ca
        for name, pair in (
                ("another name", ca.issue("other", "/CN=another-client")),
                ("expired", ca.issue("expired", "/CN=front-proxy-client", days=0)),
                ("for servers only", ca.issue("s", "/CN=front-proxy-client", usage="serverAuth")),
                ("another CA", self.stranger_ca.issue("f", "/CN=front-proxy-client"))):
            with self.subTest(name):
                self.assertEqual(401, self.ask(pair, MASTERS).status)
        # The client CA is no CA of front proxies: the certificate counts, the headers do not.
        self.cannot(self.ask(self.plane.client_ca.issue("f", "/CN=front-proxy-client"), MASTERS),
                    "front-proxy-client")

    def test_spoofed_headers(self):
        token = self.plane.service_account("default", "default")
        account = "system:serviceaccount:default:default"
        for names in SPELLINGS:
            headers = [(names[0], "root"), (names[1], "system:masters")]
            with self.subTest(names):
                self.cannot(self.ask(headers=headers), "system:anonymous")
                self.cannot(self.ask(self.carol, headers), "carol")
                self.cannot(self.ask(headers=headers, token=token), account)
                self.cannot(self.ask(self.carol, headers + headers), "carol")

    def test_odd_bytes(self):
        """Whether they are refused or read past, nobody becomes root by them."""
        for head in RAW:
            with self.subTest(head):
                self.assertNotIn(b" 200 ", self.send_raw(head, self.carol).split(b"\r\n")[0])
                self.assertNotIn(b" 200 ", self.send_raw(head, None).split(b"\r\n")[0])
        head = b"X-Remote-User: root\r\nX-Remote-Group: system:masters\r\n"
        self.assertIn(b" 200 ", self.send_raw(head, self.plane.front_proxy).split(b"\r\n")[0])

    def send_raw(self, head, pair):
        context = self.extension.client(pair=pair).context
        with socket.create_connection(("127.0.0.1", self.extension.port), 10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as stream:
                stream.sendall(f"GET {self.flunders} HTTP/1.1\r\nHost: localhost\r\n".encode() +
                               head + b"\r\n")
                try:
                    return stream.recv(65536)
                except OSError:
                    return b""

    def curl(self, pair, *requests):
        """The status codes of requests that follow each other on one HTTP/2 connection."""
        command = ["curl", "--silent", "--show-error"]
        for number, headers in enumerate(requests):
            if number:
                command.append("--next")
            command += ["--http2", "--cacert", str(self.extension.ca.certificate), "--max-time",
                        "30", "--output", "/dev/null", "--write-out",
                        "%{http_code} %{http_version} %{num_connects}\n",
                        f"https://localhost:{self.extension.port}{self.flunders}"]
            if pair:
                command += ["--cert", str(pair.certificate), "--key", str(pair.key)]
            for name, value in headers:
                command += ["--header", f"{name}: {value}"]
        lines = subprocess.run(command, check=True, stdout=subprocess.PIPE,
                               text=True).stdout.split("\n")[:-1]
        self.assertEqual({"2"}, {line.split()[1] for line in lines})
        return [int(line.split()[0]) for line in lines], sum(int(line.split()[2]) for line in lines)

    def test_spoofed_headers_over_http2(self):
        every = [[(names[0], "root"), (names[1], "system:masters")] for names in SPELLINGS]
        self.assertEqual(([403] * len(every), 1), self.curl(self.carol, *every))
        # An anonymous caller's connection is ended after each answer, so each has its own.
        self.assertEqual([403] * len(every), self.curl(None, *every)[0])

    def test_identity_is_per_request(self):
        """On one connection of the front proxy itself, no request lends its identity to another."""
        carol = [("X-Remote-User", "carol")]
        sneaky = carol + [("X_Remote_Group", "system:masters"), ("X-Remote_User", "root")]
        wanted = ((MASTERS, 200), (carol, 403), (MASTERS, 200), (sneaky, 403),
                  ([("X-Remote-User", "dan")], 200), (carol, 403))
        caller = self.extension.client(pair=self.plane.front_proxy)
        for headers, code in wanted:
            self.assertEqual(code, caller.get(self.flunders, headers).status, headers)
        self.assertEqual(401, caller.get(self.flunders).status)
        self.assertEqual(200, caller.get(self.flunders, MASTERS).status)
        caller.close()
        codes, connections = self.curl(self.plane.front_proxy, *[headers for headers, _ in wanted])
        self.assertEqual(([code for _, code in wanted], 1), (codes, connections))

    def test_headers_sent_to_the_cluster(self):
        """Through the aggregation layer, on the connection that it shares among its users."""
        dan = self.plane.client(pair=self.plane.client_ca.issue("dan", "/CN=dan"))
        carol = self.plane.client(pair=self.carol)
        for names in SPELLINGS:
            headers = [(names[0], "root"), (names[1], "system:masters")]
            with self.subTest(names):
                self.assertEqual(200, self.api.get(self.flunders).status)
                self.assertEqual(200, dan.get(self.flunders, headers).status)
                self.assertEqual(403, dan.request("DELETE", self.flunders, headers=headers).status)
                self.assertEqual(403, carol.get(self.flunders, headers).status)
        dan.close()
        carol.close()
