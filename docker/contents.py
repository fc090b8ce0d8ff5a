"""What is in an image: its layers, its files, its packages."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator
from hashlib import sha256

from grader.errors import InfrastructureError, UsageError
from grader.sandbox.docker import Engine, find_engine

NAME = "tensorflow-course"
DEVICES, CONTENTS = ("cpu", "cuda"), ("student", "grader", "lab")


def tag(content: str, device: str) -> str:
    """The usual name of an image."""
    return f"{NAME}:{content}-{device}"


def show_sizes(options: argparse.Namespace) -> None:
    """A table of layers, and how the image compares with its base and its wheels."""
    engine = find_engine()
    images = options.image or [tag(c, d) for d in DEVICES for c in CONTENTS if image_size(engine, tag(c, d))]
    if not images:
        raise InfrastructureError("there are no images; build them with: make images")
    for image in images:
        total = image_size(engine, image)
        if not total:
            raise UsageError(f"there is no image {image}")
        print(f"\n{image}: {total / 1e6:.0f} MB\n\n| MB | layer |\n|---:|---|")
        shown = "{{.Size}}\t{{.CreatedBy}}"
        history = [engine.client, "history", "--no-trunc", "--human=false", "--format", shown, image]
        layers = output(history).splitlines()
        sizes = [(int(size), what) for size, _, what in (line.partition("\t") for line in reversed(layers))]
        for size, what in sizes:
            if size:
                print(f"| {size / 1e6:.1f} | {layer_name(what)} |")
        base, wheels = sizes[0][0], int(inside(engine, image, WHEELS))
        print(f"\nBase {base / 1e6:.0f} MB + installed wheels {wheels / 1e6:.0f} MB; the image is "
              f"{total / (base + wheels):.3f} times that.")  # fmt: skip


def layer_name(created_by: str) -> str:
    """The Dockerfile's instruction, without what is the same in all."""
    text = re.sub(r"^(RUN )?(\|\d+ .*?)?/bin/sh -c (#\(nop\) )?", "RUN ", created_by or "the base image")
    return " ".join(text.replace(" # buildkit", "").replace("|", "\\|").split())[:110]


def show_files(options: argparse.Namespace) -> None:
    """Kind, mode, owner and hash of each file, in the order of the names, and a hash of it all at the end."""
    lines = sorted(files(find_engine(), options.image))
    print("\n".join(lines))
    print(f"sha256:{sha256(chr(10).join(lines).encode()).hexdigest()}  {len(lines)} files")


def files(engine: Engine, image: str) -> Iterator[str]:
    """The lines of `show_files`; times are left out."""
    container = output([engine.client, "create", "--network", "none", "--pull", "never", image])
    if not container:
        raise UsageError(f"there is no image {image}")
    try:
        with (
            subprocess.Popen([engine.client, "export", container], stdout=subprocess.PIPE) as exporting,
            tarfile.open(fileobj=exporting.stdout, mode="r|") as archive,
        ):
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                digest = sha256(content.read()).hexdigest() if content else member.linkname or "-"
                yield f"{member.name} {member.type.decode()} {member.mode:o} {member.uid}:{member.gid} {digest}"
    finally:
        output([engine.client, "rm", "--force", container])


def write_sbom(options: argparse.Namespace) -> None:
    """Debian's packages and Python's, as the image's own databases have them."""
    engine = find_engine()
    if not image_size(engine, options.image):
        raise UsageError(f"there is no image {options.image}")
    python = json.loads(inside(engine, options.image, DISTRIBUTIONS))
    shown = "${Package}\\t${Version}\\t${Architecture}\\n"
    debian = output([engine.client, "run", "--rm", "--network", "none", "--pull", "never", "--entrypoint", "dpkg-query",
                     options.image, "--show", f"--showformat={shown}"])  # fmt: skip
    components = [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{canonical(name)}@{version}",
         "bom-ref": f"pypi:{name}@{version}", **({"licenses": [{"license": {"name": terms}}]} if terms else {})}
        for name, version, terms in python
    ] + [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:deb/debian/{name}@{version}?arch={machine}",
         "bom-ref": f"deb:{name}@{version}"}
        for name, version, machine in (line.split("\t") for line in debian.splitlines())
    ]  # fmt: skip
    about = {"type": "container", "name": options.image, "version": output(
        [engine.client, "image", "inspect", "--format", "{{.Id}}", options.image])}  # fmt: skip
    print(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
                      "metadata": {"component": about}, "components": components}, indent=1))  # fmt: skip


DISTRIBUTIONS = (
    "import importlib.metadata as m, json; print(json.dumps(sorted({(d.metadata['Name'], d.version, "
    "d.metadata.get('License-Expression') or '') for d in m.distributions()})))"
)
WHEELS = (
    "import os, sysconfig; top = [sysconfig.get_path('purelib'), '/opt/extra'];"
    "print(sum(os.lstat(os.path.join(d, f)).st_size for t in top for d, _, fs in os.walk(t) for f in fs))"
)


def canonical(name: str) -> str:
    """A distribution's name as package URLs have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def inside(engine: Engine, image: str, code: str) -> str:
    """What a line of Python says in an image."""
    said = output([engine.client, "run", "--rm", "--network", "none", "--pull", "never", "--entrypoint",
                   "/opt/venv/bin/python", image, "-c", code])  # fmt: skip
    if not said:
        raise InfrastructureError(f"Python does not run in {image}")
    return said


def image_size(engine: Engine, image: str) -> int:
    """Bytes; 0 where there is no such image."""
    said = output([engine.client, "image", "inspect", "--format", "{{.Size}}", image])
    return int(said) if said.isdigit() else 0


def output(command: list[str]) -> str:
    """What a command says on its standard output; empty where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
