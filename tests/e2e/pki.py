"""Certificate authorities and what they sign, made with the openssl program."""

import base64
import hashlib
import json
import pathlib
import subprocess
import time


def openssl(*arguments, stdin=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments}: {done.stderr.decode(errors='replace')}")
    return done.stdout


class Pair:
    """A certificate in PEM and its key, as files."""

    def __init__(self, certificate, key):
        self.certificate = pathlib.Path(certificate)
        self.key = pathlib.Path(key)

    @property
    def pem(self):
        return self.certificate.read_text()


class Authority(Pair):
    """A CA whose files are in `folder`."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        super().__init__(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.key, "-out", self.certificate, "-days", "30",
                "-subj", f"/CN={name}")

    def issue(self, name, subject, usage="clientAuth", names="", days=30):
        """Signs a certificate. `names`: as subjectAltName is written; days=0: ends as it begins."""
        pair = Pair(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        request = openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                          "-keyout", pair.key, "-subj", subject)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"extendedKeyUsage={usage}\n" if usage else "basicConstraints=CA:FALSE\n")
        if names:
            with open(extensions, "a", encoding="utf-8") as file:
                file.write(f"subjectAltName={names}\n")
        serial = int.from_bytes(hashlib.sha256(f"{name}{time.time_ns()}".encode()).digest()[:8], "big")
        openssl("x509", "-req", "-CA", self.certificate, "-CAkey", self.key,
                "-set_serial", serial, "-out", pair.certificate, "-days", days,
                "-extfile", extensions, stdin=request)
        return pair

    def issue_server(self, name, service, namespace):
        """What a server behind the APIService needs, and the names by which tests reach it."""
        host = f"{service}.{namespace}.svc"
        return self.issue(name, f"/CN={host}", "serverAuth",
                          f"DNS:{host},DNS:localhost,IP:127.0.0.1")


def sign_token(key, claims):
    """A JSON Web Token signed with an RSA key as kube-apiserver signs those of service accounts."""
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    public = openssl("rsa", "-in", key, "-pubout", "-outform", "DER")
    key_id = part(hashlib.sha256(public).digest()).decode()
    text = (part(json.dumps({"alg": "RS256", "kid": key_id}).encode()) + b"." +
            part(json.dumps(claims).encode()))
    return (text + b"." + part(openssl("dgst", "-sha256", "-sign", key, stdin=text))).decode()
