"""Certificate authorities and what they sign, made with the openssl program."""

import base64
import hashlib
import json
import pathlib
import subprocess
import tempfile
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

    def issue(self, name, subject, usage="clientAuth", names="", days=30, begin=0):
        """Signs a certificate. `names`: as subjectAltName is written; days=0: ends as it begins;
        `begin`: in how many days it does so, before today if negative."""
        pair = Pair(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        request = openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                          "-keyout", pair.key, "-subj", subject)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"extendedKeyUsage={usage}\n" if usage else "basicConstraints=CA:FALSE\n")
        if names:
            with open(extensions, "a", encoding="utf-8") as file:
                file.write(f"subjectAltName={names}\n")
        serial = int.from_bytes(hashlib.sha256(f"{name}{time.time_ns()}".encode()).digest()[:8], "big")
        if begin:
            self.sign_from(begin, request, pair, days, extensions)
            return pair
        openssl("x509", "-req", "-CA", self.certificate, "-CAkey", self.key,
                "-set_serial", serial, "-out", pair.certificate, "-days", days,
                "-extfile", extensions, stdin=request)
        return pair

    def sign_from(self, begin, request, pair, days, extensions):
        """As a CA that keeps a register does, which alone may say when a certificate begins."""
        first = time.time() + begin * 86400
        dates = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(at)) for at in (first, first + days * 86400)]
        with tempfile.TemporaryDirectory(dir=self.folder) as register:
            folder = pathlib.Path(register)
            (folder / "index").touch()
            (folder / "request").write_bytes(request)
            (folder / "config").write_text(
                f"[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index\nnew_certs_dir={folder}\n"
                "rand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n")
            openssl("ca", "-batch", "-notext", "-config", folder / "config", "-cert", self.certificate,
                    "-keyfile", self.key, "-in", folder / "request", "-out", pair.certificate,
                    "-startdate", dates[0], "-enddate", dates[1], "-extfile", extensions)

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
