"""What is applied: the stand-ins, the secrets, and the overlay or chart in namespaces of the drill's own."""

import base64
import datetime as dt
import os
import secrets
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.check import tools
from infra.check.chart import rendered
from infra.check.finding import ROOT
from infra.check.kustomize import Manifest, containers, pod_of

ACCOUNT, HUB = "drill", "footfall"
_SIGNS_CERTIFICATES = x509.KeyUsage(
    key_cert_sign=True,
    digital_signature=False,
    crl_sign=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)
_WORDS = ("face", "erase", "id", "db")
Images = dict[str, str]


@dataclass(frozen=True)
class Scene:
    """One drill's names and secrets, made anew each time."""

    namespace: str
    outside: str
    images: Images
    """By the manifests' own names: footfall-worker, footfall-face-api, footfall-premises; others stay as they are."""
    storage_key: str = field(default_factory=lambda: base64.b64encode(os.urandom(48)).decode())
    hub_key: str = field(default_factory=lambda: secrets.token_hex(16))
    words: dict[str, str] = field(default_factory=lambda: {name: secrets.token_hex(32) for name in _WORDS})

    @property
    def storage(self) -> str:
        """The worker's connection string: TLS, signed by the drill's own authority."""
        endpoint = f"https://storage.{self.outside}.svc.cluster.local/{ACCOUNT}"
        key = f"AccountName={ACCOUNT};AccountKey={self.storage_key}"
        return f"DefaultEndpointsProtocol=https;{key};BlobEndpoint={endpoint};"

    @property
    def hub(self) -> str:
        """The worker's way to the stand-in for Event Hubs, which has no TLS."""
        host = f"hub.{self.outside}.svc.cluster.local:5671"
        key = f"SharedAccessKeyName=all;SharedAccessKey={self.hub_key}"
        return f"Endpoint=sb://{host};{key};UseDevelopmentEmulator=true"

    def premises(self) -> str:
        """Namespace, certificate, Azurite and hub, as YAML."""
        roots, certificate, key = authority(f"storage.{self.outside}.svc.cluster.local")
        values = {
            "outside": self.outside,
            "image": self.images["footfall-premises"],
            "storage": self.storage,
            "hub": self.hub,
            "hub_name": HUB,
            "account": f"{ACCOUNT}:{self.storage_key}",
            "keys": f"all={self.hub_key}",
            "certificate": certificate,
            "key": key,
        }
        stand_ins = _filled(yaml.safe_load_all(Path(__file__).with_name("premises.yaml").read_text()), values)
        secret = {
            "PictureStorage": self.storage,
            "EventHub": self.hub,
            "FACE_API_KEY": self.words["face"],
            "FACE_API_ERASING_KEY": self.words["erase"],
            "ANONYMIZATION_KEY": self.words["id"],
            "POSTGRES_PASSWORD": self.words["db"],
            "FACE_API_DATABASE": f"postgresql://footfall:{self.words['db']}@postgres:5432/footfall",
        }
        return yaml.safe_dump_all(
            [
                *stand_ins,
                _named("ConfigMap", "roots", self.outside, data={"roots.pem": roots}),
                _named("Namespace", self.namespace, None, labels={"pod-security.kubernetes.io/enforce": "restricted"}),
                _named("Secret", "footfall", self.namespace, stringData=secret),
                _named("ConfigMap", "premises-ca", self.namespace, data={"roots.pem": roots}),
            ]
        )

    def chart(self, patch: Path | None) -> list[Manifest]:
        """The Helm chart with its own values, then as `overlay`."""
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary).resolve()
            manifests = rendered(tools.helm(), ROOT, self.namespace)
            for manifest in manifests:
                manifest["metadata"].pop("namespace", None)  # the kustomization gives it back, after its patches
            (folder / "rendered.yaml").write_text(yaml.safe_dump_all(manifests))
            (folder / "kustomization.yaml").write_text("resources: [rendered.yaml]\n")
            return self.overlay(folder, patch)

    def overlay(self, folder: Path, patch: Path | None) -> list[Manifest]:
        """An overlay in the drill's namespace: small requests, known counts, the stand-ins' authority."""
        private_ca = ROOT / "infra/stack_hub/kubernetes/components/private-ca"
        with tempfile.TemporaryDirectory() as temporary:
            here = Path(temporary).resolve()
            kustomization: dict[str, Any] = {
                "namespace": self.namespace,
                "resources": [os.path.relpath(folder, here)],
                "components": [os.path.relpath(private_ca, here)],
                "patches": [{"path": "patch.yaml"}] if patch else [],
            }
            if patch:
                (here / "patch.yaml").write_text(patch.read_text())
            (here / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
            command = [tools.kubectl(), "kustomize", "--load-restrictor=LoadRestrictionsNone", str(here)]
            answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        if answer.returncode:
            raise ValueError((answer.stderr.strip().splitlines() or ["kubectl said nothing"])[-1])
        return self.fitted(list(yaml.safe_load_all(answer.stdout)))

    def fitted(self, manifests: list[Manifest]) -> list[Manifest]:
        """The same, for one small node: requests and replicas are no part of the trial, nor whose registry it is."""
        for manifest in manifests:
            pod = pod_of(manifest)
            for container in containers(pod) if pod else ():
                container["resources"]["requests"] = {"cpu": "50m", "memory": "64Mi"}
                name = container["image"].partition("@")[0].rpartition("/")[2].partition(":")[0]
                container["image"] = self.images.get(name, container["image"])
            if pod:
                pod["spec"].pop("imagePullSecrets", None)
            if manifest["kind"] == "HorizontalPodAutoscaler":
                manifest["spec"] |= {"minReplicas": 1, "maxReplicas": 2}
            if manifest["kind"] == "PodDisruptionBudget":
                manifest["spec"] = {"selector": manifest["spec"]["selector"], "maxUnavailable": 1}
            if manifest["kind"] == "ConfigMap" and manifest["metadata"]["name"] == "worker-settings":
                manifest["data"] |= {"EVENT_HUB_NAME": HUB, "VISITOR_MEMORY": "drill", "WORKER_LEASE_SECONDS": "15"}
                if "MIN_GROUP" in manifest["data"]:
                    manifest["data"]["MIN_GROUP"] = "1"  # so that sums can be compared
        return manifests


def authority(host: str) -> tuple[str, str, str]:
    """An authority's certificate, and a certificate and key it gave the host, as PEM; a day long.

    With all that RFC 5280 asks for: from 3.13 on Python insists on it.
    """
    now = dt.datetime.now(dt.UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the drill's own authority")])

    def signed(subject: x509.Name, public: ec.EllipticCurvePublicKey, *critical: x509.ExtensionType) -> str:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(ca_name).public_key(public)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
        for extension in critical:
            builder = builder.add_extension(extension, critical=True)
        for named in (
            x509.SubjectKeyIdentifier.from_public_key(public),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()),
        ):
            builder = builder.add_extension(named, critical=False)
        return builder.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    constraints = x509.BasicConstraints(ca=True, path_length=None)
    roots = signed(ca_name, ca_key.public_key(), constraints, _SIGNS_CERTIFICATES)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "storage")])
    certificate = signed(subject, key.public_key(), x509.SubjectAlternativeName([x509.DNSName(host)]))
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return roots, certificate, encoded.decode()


def _named(kind: str, name: str, namespace: str | None, **rest: Any) -> dict[str, Any]:
    labels = rest.pop("labels", None)
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {}) | ({"labels": labels} if labels else {})
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **rest}


def _filled(value: Any, values: dict[str, str]) -> Any:
    """`$name` alone, or at the end of a text, replaced."""
    if isinstance(value, str) and value.startswith("$"):
        return values[value[1:]]
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    return value if isinstance(value, str | int | None) else [_filled(item, values) for item in value]
