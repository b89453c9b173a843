"""A certificate that no authority signed."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that no authority signed, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl command that makes a certificate for this test is not on this machine")
    folder = tmp_path_factory.mktemp("tls")
    key, proof = folder / "key.pem", folder / "certificate.pem"
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=loopback", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(proof),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return proof, key


@pytest.fixture
def secured(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context
