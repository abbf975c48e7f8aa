"""A throw-away certificate authority, made with the openssl command."""

import os
import subprocess

from processes import Failure

DAYS = "30"


def _openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"openssl {arguments[0]}: {done.stderr.strip()}")


def _new_key(path):
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    os.chmod(path, 0o600)


class Authority:
    def __init__(self, folder):
        os.makedirs(folder)
        self._key = os.path.join(folder, "ca.key")
        self._folder = folder
        self.certificate = os.path.join(folder, "ca.pem")
        _new_key(self._key)
        _openssl("req", "-x509", "-new", "-key", self._key, "-days", DAYS, "-subj", "/CN=immp lab", "-out", self.certificate,
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, domain, folder):
        """Writes folder/key.pem, cert.pem, and both.pem (ejabberd reads one file) for the domain and its subdomains."""
        key, certificate, both = (os.path.join(folder, name) for name in ("key.pem", "cert.pem", "both.pem"))
        request, extensions = (os.path.join(self._folder, f"{domain}.{end}") for end in ("csr", "ext"))
        _new_key(key)
        with open(extensions, "w", encoding="ascii") as file:
            file.write(f"subjectAltName=DNS:{domain},DNS:*.{domain}\nbasicConstraints=CA:FALSE\n"
                       "keyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n")
        _openssl("req", "-new", "-key", key, "-subj", f"/CN={domain}", "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                 "-days", DAYS, "-extfile", extensions, "-out", certificate)
        with open(os.open(both, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as joined:
            for part in (key, certificate):
                with open(part, encoding="ascii") as file:
                    joined.write(file.read())
        return certificate, key, both
