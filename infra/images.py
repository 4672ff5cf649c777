"""`python -m infra.images` builds the project's images with docker, podman or buildah, whichever is there."""

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.check.finding import ROOT
from infra.installed import program
from infra.version import current

IMAGES = {
    "footfall-edge": "edge/Dockerfile",
    "footfall-face-api": "face_api/Dockerfile",
    "footfall-worker": "function_app/Dockerfile",
    "footfall-functions": "function_app/functions.Dockerfile",
    "footfall-windows": "windows/Dockerfile",
    "footfall-premises": "infra/drill/Dockerfile",
}
"""Each image and what it is made from; the last is only the drill's."""

LOCKS = {
    "footfall-edge": "edge/requirements.lock",
    "footfall-face-api": "face_api/requirements.lock",
    "footfall-worker": "function_app/requirements.lock",
    "footfall-functions": "function_app/functions.lock",
    "footfall-windows": "windows/requirements.lock",
}
CYCLONEDX = "cyclonedx-bom==7.5.0"

USUAL = ("footfall-edge", "footfall-face-api", "footfall-worker")


@dataclass(frozen=True)
class Engine:
    """What builds: its program, and what it needs to hear besides."""

    program: str

    def build(self, image: str, tag: str, bases: list[str], platform: str | None) -> list[str]:
        """The command that builds one image; its build context is the repository's root."""
        file = ROOT / IMAGES[image]
        name = os.path.basename(self.program)  # noqa: PTH119 - a program's name
        command = [self.program, "buildx", "build"] if name == "docker" else [self.program, "build"]
        if name != "docker":
            own = file.with_name(f"{file.name}.dockerignore")
            command += ["--format", "docker", "--layers"]  # OCI's format drops HEALTHCHECK
            command += ["--ignorefile", str(own if own.exists() else ROOT / ".dockerignore")]
            command += ["--network", "host", *(["--isolation", "chroot"] if name == "buildah" else [])]
        command += ["--platform", platform] if platform else []
        for base in bases:
            command += ["--build-arg", base]
        return [*command, "-f", str(file), "-t", f"{image}:{tag}", str(ROOT)]


def engine(named: str | None) -> Engine | None:
    """The first of docker, podman and buildah that is there, or the one named."""
    for name in [named] if named else ["docker", "podman", "buildah"]:
        found = shutil.which(name)
        if found:
            return Engine(found)
    return None


def main(argv: list[str]) -> int:
    """Build: 0 all built, 1 a build failed, 2 nothing here builds."""
    parser = argparse.ArgumentParser(prog="python -m infra.images", description=__doc__)
    parser.add_argument(
        "images", nargs="*", metavar="IMAGE", help=f"out of {', '.join(IMAGES)} (default: the first three)"
    )
    parser.add_argument("--engine", metavar="PROGRAM", help="docker, podman or buildah (default: the first found)")
    parser.add_argument("--tag", default=current(), help="default: %(default)s")
    parser.add_argument(
        "--base", action="append", default=[], metavar="NAME=IMAGE", help="PYTHON=… or NODE=…: other bases"
    )
    parser.add_argument(
        "--platform", metavar="OS/ARCH", help="for another processor, with QEMU: linux/arm64, linux/arm/v7"
    )
    parser.add_argument(
        "--sbom", type=Path, metavar="FOLDER", help="also write what each image has from PyPI, as CycloneDX"
    )
    arguments = parser.parse_args(argv)
    unknown = [image for image in arguments.images if image not in IMAGES]
    builder = engine(arguments.engine)
    if unknown or builder is None:
        said = f"no image is named {', '.join(unknown)}" if unknown else "install docker, podman or buildah"
        sys.stderr.write(f"infra.images: {said}\n")
        return 2
    for image in arguments.images or USUAL:
        sys.stderr.write(f"building {image}:{arguments.tag} with {builder.program}\n")
        if subprocess.run(
            builder.build(image, arguments.tag, arguments.base, arguments.platform), check=False
        ).returncode:
            sys.stderr.write(f"infra.images: {image} could not be built (see above)\n")
            return 1
        if arguments.sbom and image in LOCKS:
            bill(image, arguments.sbom)
    return 0


def bill(image: str, folder: Path) -> Path:
    """Write what an image has from PyPI, with hashes, as CycloneDX; Debian's packages are the base's to say."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{image}.cdx.json"
    command = [*program(CYCLONEDX, "cyclonedx_py"), "requirements", str(ROOT / LOCKS[image])]
    subprocess.run([*command, "--output-format", "JSON", "--output-file", str(file)], check=True, capture_output=True)
    return file


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
