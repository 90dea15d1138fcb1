"""No path of the whole server ever answers with a redirection."""

import http.client
import json
import ssl

from sample import ServerCase

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def spellings(path):
    """A path in the forms for which servers like to redirect."""
    name = path.rstrip("/") or "/"
    yield path
    yield name + "/"
    yield name + "//"
    yield "/" + name
    yield name + "/."
    yield name + "/x/.."
    yield name.replace("/", "/./", 1)
    yield name.replace("/", "%2F").replace("%2F", "/", 1)
    yield name + "?hash=00&pretty=1"


class Routes(ServerCase):
    def ask(self, connection, method, path):
        connection.request(method, path, headers={"Authorization": "Bearer " + self.server.token()})
        reply = connection.getresponse()
        reply.read()
        return reply

    def paths(self):
        listed = json.loads(self.server.get("/")[1])["paths"]
        described = json.loads(self.server.get("/openapi/v2")[1])["paths"]
        documents = json.loads(self.server.get("/openapi/v3")[1])["paths"].values()
        yield from ("/", "/index.html", "/api", "/openapi", "/apis/none.example.com", "/none")
        yield from listed
        yield from (path.replace("{namespace}", "a").replace("{name}", "b") for path in described)
        yield from (document["serverRelativeURL"].split("?")[0] for document in documents)

    def test_no_redirection_anywhere(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=60,
                                                 context=context)
        asked = 0
        for path in sorted(set(self.paths())):
            for spelling in spellings(path):
                for method in METHODS:
                    watch = method == "GET" and "watch" in spelling
                    separator = "&" if "?" in spelling else "?"
                    target = spelling + (separator + "timeoutSeconds=1" if watch else "")
                    if watch and spelling != path:
                        continue
                    reply = self.ask(connection, method, target)
                    asked += 1
                    self.assertFalse(300 <= reply.status < 400, f"{method} {target}")
                    self.assertIsNone(reply.getheader("Location"), f"{method} {target}")
        self.assertGreater(asked, 1500)
        connection.close()
