"""Who may do what, asked of the server itself: the review is the cluster's, the words are upstream's."""

import time

from cluster import WARDLE, ClusterCase, flunder
from pki import sign_token
from plane import account, group, rule, user
from rest import wait_for

UNAUTHORIZED = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                "message": "Unauthorized", "reason": "Unauthorized", "code": 401}


class Access(ClusterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plane.namespace("team")
        cls.token = cls.plane.service_account("team", "reader")
        cls.reader = account("team", "reader")
        cls.plane.allow("read-flunders", [rule(WARDLE, "flunders", "get,list,watch")], cls.reader,
                        namespace="team")
        cls.flunders = cls.extension.path("flunders", "team")

    def forbidden(self, answer, message, **details):
        said = self.status(answer, 403, message)
        self.assertEqual({**UNAUTHORIZED, "message": message, "reason": "Forbidden", "code": 403,
                          "details": details}, said)
        self.assertEqual("nosniff", answer.headers["X-Content-Type-Options"])

    def unauthorized(self, answer):
        self.assertEqual(401, answer.status, answer)
        self.assertEqual(UNAUTHORIZED, answer.json)
        self.assertIsNone(answer.headers["WWW-Authenticate"])

    def test_few_rights(self):
        name = 'User "system:serviceaccount:team:reader" cannot'
        where = f'in API group "{WARDLE}"'
        for caller in (self.extension.client(token=self.token), self.plane.client(token=self.token)):
            self.assertEqual("FlunderList", caller.done("GET", self.flunders)["kind"])
            self.status(caller.get(self.flunders + "/none"), 404,
                        f'flunders.{WARDLE} "none" not found')
            self.forbidden(caller.request("POST", self.flunders, flunder("a")),
                           f'flunders.{WARDLE} is forbidden: {name} create resource "flunders" '
                           f'{where} in the namespace "team"', group=WARDLE, kind="flunders")
            self.forbidden(caller.request("DELETE", self.flunders + "/a"),
                           f'flunders.{WARDLE} "a" is forbidden: {name} delete resource "flunders" '
                           f'{where} in the namespace "team"', name="a", group=WARDLE,
                           kind="flunders")
            self.forbidden(caller.request("DELETE", self.flunders),
                           f'flunders.{WARDLE} is forbidden: {name} deletecollection resource '
                           f'"flunders" {where} in the namespace "team"', group=WARDLE,
                           kind="flunders")
            self.forbidden(caller.get(self.extension.path("flunders", "default")),
                           f'flunders.{WARDLE} is forbidden: {name} list resource "flunders" '
                           f'{where} in the namespace "default"', group=WARDLE, kind="flunders")
            self.forbidden(caller.get(self.extension.path("fischers", name="f")),
                           f'fischers.{WARDLE} "f" is forbidden: {name} get resource "fischers" '
                           f'{where} at the cluster scope', name="f", group=WARDLE,
                           kind="fischers")
            self.assertEqual(200, caller.get("/openapi/v2").status)  # as system:discovery says
            self.forbidden(caller.get("/metrics"), f'forbidden: {name} get path "/metrics"')
            caller.close()

    def test_one_name(self):
        """RBAC on a name holds for lists and watches that select just that name."""
        token = self.plane.service_account("team", "one-name")
        self.plane.allow("one-flunder", [rule(WARDLE, "flunders", "get,list,watch", "mine")],
                         account("team", "one-name"), namespace="team")
        caller = self.extension.client(token=token)
        self.assertEqual(404, caller.get(self.flunders + "/mine").status)
        self.assertEqual(403, caller.get(self.flunders + "/yours").status)
        self.assertEqual(403, caller.get(self.flunders).status)
        query = "?fieldSelector=metadata.name%3D"
        self.assertEqual(200, caller.get(self.flunders + query + "mine").status)
        self.assertEqual(403, caller.get(self.flunders + query + "yours").status)
        caller.close()

    def test_impersonation(self):
        token = self.plane.service_account("team", "helper")
        self.plane.allow("act-as-alice", [rule("", "users", "impersonate", "alice"),
                                          rule("", "groups", "impersonate", "dev")],
                         account("team", "helper"))
        self.plane.bind("alice-reads", "Role", "read-flunders", user("alice"), namespace="team")
        for caller in (self.extension.client(token=token), self.plane.client(token=token)):
            self.assertEqual(403, caller.get(self.flunders).status)
            alice = [("Impersonate-User", "alice")]
            self.assertEqual(200, caller.get(self.flunders, alice).status)
            self.status(caller.request("POST", self.flunders, flunder("a"), alice), 403,
                        f'flunders.{WARDLE} is forbidden: User "alice" cannot create resource '
                        f'"flunders" in API group "{WARDLE}" in the namespace "team"')
            self.assertEqual(200, caller.get(
                self.flunders, alice + [("Impersonate-Group", "dev")]).status)
            bob = caller.get(self.flunders, [("Impersonate-User", "bob")])
            self.assertEqual(403, bob.status, bob)
            self.assertIn('User "system:serviceaccount:team:helper" cannot impersonate',
                          bob.json["message"])
            ops = caller.get(self.flunders, alice + [("Impersonate-Group", "system:masters")])
            self.assertEqual(403, ops.status, ops)
            self.assertIn("cannot impersonate", ops.json["message"])
            lone = caller.get(self.flunders, [("Impersonate-Group", "dev")])
            self.assertIn("without impersonating a user", lone.json["message"])
            self.assertGreaterEqual(lone.status, 400)
            caller.close()

    def test_anonymous(self):
        caller = self.extension.client()
        for path in ("/healthz", "/livez", "/readyz"):
            self.assertEqual(b"ok", caller.get(path).body)
        self.forbidden(caller.get(self.flunders),
                       f'flunders.{WARDLE} is forbidden: User "system:anonymous" cannot list '
                       f'resource "flunders" in API group "{WARDLE}" in the namespace "team"',
                       group=WARDLE, kind="flunders")
        self.forbidden(caller.get("/apis"),
                       'forbidden: User "system:anonymous" cannot get path "/apis"')
        self.assertEqual(200, caller.get("/version").status)  # system:public-info-viewer
        caller.close()
        caller = self.plane.client()
        self.assertEqual(403, caller.get(self.flunders).status)
        caller.close()

    def test_tokens(self):
        item = self.api.done("GET", "/api/v1/namespaces/team/serviceaccounts/reader")
        now = int(time.time())
        claims = {"iss": "https://kubernetes.default.svc", "aud": ["https://kubernetes.default.svc"],
                  "sub": "system:serviceaccount:team:reader", "iat": now - 900, "nbf": now - 900,
                  "exp": now + 900, "kubernetes.io": {
                      "namespace": "team",
                      "serviceaccount": {"name": "reader", "uid": item["metadata"]["uid"]}}}
        key = self.plane.token_key
        good = sign_token(key, claims)
        caller = self.extension.client()

        def with_token(text):
            return caller.get(self.flunders, [("Authorization", text)])
        self.assertEqual(200, with_token("Bearer " + good).status)
        self.assertEqual(200, with_token("bearer " + good).status)
        self.unauthorized(with_token("Bearer " + sign_token(key, {**claims, "exp": now - 60})))
        self.unauthorized(with_token("Bearer " + good[:-4] + "AAAA"))
        self.unauthorized(with_token("Bearer wrong"))
        self.unauthorized(with_token("Bearer " + sign_token(key, {**claims, "aud": ["elsewhere"]})))
        self.unauthorized(with_token("Bearer " + sign_token(
            self.plane.folder / "pki" / "tokens.key", {**claims, "iss": "https://elsewhere"})))
        # No bearer token at all is anonymous.
        self.assertEqual(403, with_token("Basic YTpi").status)
        caller.close()

    def test_deleted_account(self):
        token = self.plane.service_account("team", "short-lived")
        self.plane.bind("short-lived-reads", "Role", "read-flunders", account("team", "short-lived"),
                        namespace="team")
        self.api.done("DELETE", "/api/v1/namespaces/team/serviceaccounts/short-lived")
        caller = self.extension.client(token=token)
        wait_for(lambda: caller.get(self.flunders).status == 401, 15, "the token is not believed")
        caller.close()

    def test_group_rights(self):
        pair = self.plane.client_ca.issue("dora", "/O=readers/CN=dora")
        self.plane.bind("readers-read", "Role", "read-flunders", group("readers"), namespace="team")
        caller = self.extension.client(pair=pair)
        self.assertEqual(200, caller.get(self.flunders).status)
        self.assertEqual(403, caller.request("DELETE", self.flunders).status)
        caller.close()
