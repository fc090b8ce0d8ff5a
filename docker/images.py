"""Builds the images, grades inside them, and says what is in them: `python docker/images.py --help`."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from contents import CONTENTS, DEVICES, NAME, image_size, output, show_files, show_sizes, tag, write_sbom

from grader import course as courses
from grader import seeds
from grader.errors import GraderError, InfrastructureError, UsageError
from grader.sandbox.docker import Engine, clients, csv_mount, find_engine
from grader.verbs.shared import check_device

ROOT = Path(__file__).resolve().parent.parent
BASE, PUBLIC_BASE = f"{NAME}:base", "debian:bookworm-slim"
EPOCH = 1767225600  # 2026-01-01: the date of every file that a build makes
MIRROR = "http://deb.debian.org/debian"
ROOM = "size=1g,mode=1777"

# Debian's own minimal system holds these; each would differ from one run to the next, or tells of the machine.
SCRUBBED = (
    "var/cache/apt/*.bin", "var/cache/apt/archives/*.deb", "var/lib/apt/lists/*", "var/log/*",
    "var/cache/debconf/*-old",
    "var/lib/dpkg/*-old", "var/cache/ldconfig/aux-cache", "etc/hostname", "etc/resolv.conf", "etc/machine-id",
    "etc/*-", "usr/share/doc/*", "usr/share/man/*", "usr/share/locale/*", "usr/share/info/*", "usr/share/lintian/*",
)  # fmt: skip
COPYRIGHT = "usr/share/doc/*/copyright"  # which the licences want kept


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit codes are the grader's."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except GraderError as error:
        print(f"images: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="images", description=__doc__)
    verbs = top.add_subparsers(required=True, metavar="COMMAND")
    base = verbs.add_parser("base", help="make the base image with debootstrap, where none can be pulled")
    base.add_argument("--mirror", default=os.environ.get("MIRROR") or MIRROR)
    base.set_defaults(run=make_base)
    build = verbs.add_parser("build", help="build images")
    build.add_argument("--device", choices=DEVICES, action="append")
    build.add_argument("--content", choices=CONTENTS, action="append")
    build.add_argument("--base", default="", help=f"what to build on (default: {BASE} if there, else {PUBLIC_BASE})")
    build.add_argument("--ca", help="certificates where TLS is inspected (default: $PIP_CERT, $SSL_CERT_FILE)")
    build.add_argument("--pip-conf", help="a pip.conf with an index of your own; no trace of it is kept")
    build.add_argument("--network", default="", help="the network of the build, such as host")
    build.add_argument("--no-cache", action="store_true")
    build.add_argument("--tag", help="in place of the usual one; for one image")
    build.set_defaults(run=build_images)
    for verb, what in (("grade", "a submission"), ("grade-class", "a folder of submissions")):
        grade = verbs.add_parser(verb, help=f"grade {what} inside the grader image")
        grade.add_argument("chapter")
        grade.add_argument("path", type=Path)
        grade.add_argument("--device", choices=DEVICES, default="cpu")
        for name in ("--task" if verb == "grade" else "--out", "--seed", "--sandbox"):
            grade.add_argument(name)
        grade.add_argument("--plain", action="store_true", help="with Docker's own restrictions; bubblewrap refuses")
        grade.set_defaults(run=grade_inside, verb=verb, task=None, out=None)
    for verb, run, what in (
        ("sizes", show_sizes, "what every layer weighs"),
        ("sbom", write_sbom, "what is installed in an image, as CycloneDX, to standard output"),
        ("files", show_files, "every file of an image with its hash, to standard output"),
    ):
        about = verbs.add_parser(verb, help=what)
        about.add_argument("image", nargs="*" if verb == "sizes" else None)
        about.set_defaults(run=run)
    return top


# --- building ---


def make_base(options: argparse.Namespace) -> None:
    """Debian's minimal system as an image, without a registry for images."""
    engine = find_engine()
    program = shutil.which("debootstrap", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise InfrastructureError("debootstrap is not installed; on Debian or Ubuntu: sudo apt-get install debootstrap")
    if os.getuid() != 0:
        raise InfrastructureError("debootstrap has to run as root: sudo make base-image")
    with tempfile.TemporaryDirectory(prefix="base-image-") as folder:
        root = Path(folder) / "root"
        command = [program, "--variant=minbase", "bookworm", str(root), options.mirror]
        made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if made.returncode != 0:
            raise InfrastructureError(f"debootstrap failed: {' '.join(made.stdout.split())[-300:]}")
        scrub(root)
        tar = ["tar", "-C", str(root), "--sort=name", "--numeric-owner", f"--mtime=@{EPOCH}", "--clamp-mtime",
               "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime", "-c", "."]  # fmt: skip
        with subprocess.Popen(tar, stdout=subprocess.PIPE) as packer:
            done = subprocess.run([engine.client, "import", "--change", "CMD [\"/bin/sh\"]", "-", BASE],
                                  stdin=packer.stdout, capture_output=True, text=True)  # fmt: skip
        if done.returncode != 0 or packer.returncode != 0:
            raise InfrastructureError(f"the engine does not take the base image: {done.stderr.strip()}")
    print(f"{BASE} is there: {image_size(engine, BASE) / 1e6:.0f} MB")


def scrub(root: Path) -> None:
    """Removes what would make two base images differ, or is of no use in an image."""
    keep = set(root.glob(COPYRIGHT))
    for pattern in SCRUBBED:
        for path in root.glob(pattern):
            if path in {kept.parent for kept in keep}:
                for other in set(path.iterdir()) - keep:
                    remove(other)
            else:
                remove(path)
    for name in ("hostname", "resolv.conf", "machine-id"):
        (root / "etc" / name).touch()


def remove(path: Path) -> None:
    """A file, a link or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def build_images(options: argparse.Namespace) -> None:
    """Builds what is asked for, one after the other; what they share is built once."""
    engine = find_engine()
    client = builder()
    base = options.base or os.environ.get("BASE") or (BASE if image_size(engine, BASE) else PUBLIC_BASE)
    version = re.search(r'^__version__ = "(.+)"$', (ROOT / "grader" / "__init__.py").read_text(), re.MULTILINE)
    assert version is not None
    for device in options.device or DEVICES:
        for content in options.content or CONTENTS[:2]:
            name = options.tag or tag(content, device)
            command = [client, "build", "--file", "docker/Dockerfile", "--target", device, "--tag", name]
            values = {"CONTENT": content, "BASE": base, "VERSION": version[1], "SOURCE_DATE_EPOCH": str(EPOCH)}
            command += [word for key, value in values.items() for word in ("--build-arg", f"{key}={value}")]
            command += secrets(options)
            if options.network or os.environ.get("NETWORK"):
                command += ["--network", options.network or os.environ["NETWORK"]]
            command += ["--no-cache"] if options.no_cache else []
            print(f"== {name} on {base}", flush=True)
            environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
            if subprocess.run([*command, "."], cwd=ROOT, env=environment).returncode != 0:
                raise InfrastructureError(f"{name} cannot be built; if no base image can be pulled: make base-image")


def secrets(options: argparse.Namespace) -> list[str]:
    """Files that a build may read and that no layer keeps; those that were named and are not there are an error."""
    words = []
    named = {
        "ca": options.ca or next(filter(None, map(os.environ.get, ("CA", "PIP_CERT", "SSL_CERT_FILE"))), None),
        "pip": options.pip_conf or os.environ.get("PIP_CONF"),
    }
    for key, path in named.items():
        if path:
            if not os.access(path, os.R_OK):
                raise UsageError(f"{path} cannot be read: it was named as the build's secret {key!r}")
            words += ["--secret", f"id={key},src={path}"]
    return words


def builder() -> str:
    """A client that can build with BuildKit: one with buildx, or one from before it was a plug-in.

    Raises:
        InfrastructureError: there is none.
    """
    for client in clients():
        if output([client, "buildx", "version"]):
            return client
        version = output([client, "version", "--format", "{{.Client.Version}}"])
        if version.split(".")[0].isdigit() and 18 < int(version.split(".")[0]) < 23:
            return client
    raise InfrastructureError(
        "no docker here can build with BuildKit: clients since 23 need the plug-in buildx "
        "(on Ubuntu: sudo apt-get install docker-buildx; Debian 12's own docker.io does without)"
    )


# --- grading ---


def grade_inside(options: argparse.Namespace) -> int:
    """Runs the whole grading in the grader image, with the profile that lets bubblewrap make its namespaces."""
    check_device(options.device)
    engine = find_engine()
    image = tag("grader", options.device)
    if not image_size(engine, image):
        raise InfrastructureError(f"there is no image {image}; build it with: make images IMAGE={options.device}")
    path = options.path.resolve()
    if not path.exists():
        raise UsageError(f"{options.path} does not exist")
    user = (os.getuid() or 1000, os.getgid() or 1000)
    with secret_for(user) as secret:
        mounts = [csv_mount(path, f"/submission/{path.name}"), csv_mount(secret, "/course/solutions/.secret")]
        if options.out:
            out = Path(options.out).resolve()
            out.mkdir(parents=True, exist_ok=True)
            if os.getuid() == 0:
                os.chown(out, *user)
            mounts.append(csv_mount(out, "/out", readonly=False))
        command = [
            *(engine.client, "run", "--rm", "--init", "--pull", "never", "--network", "none", "--read-only"),
            *("--tmpfs", f"/tmp:{ROOM}", "--tmpfs", f"/course/build:{ROOM}", "--user", "{}:{}".format(*user)),
            *confinement(engine, plain=options.plain),
            *(word for mount in mounts for word in ("--mount", mount)),
            *(("--gpus", "all") if options.device == "cuda" else ()),
            *(("--tty",) if sys.stdout.isatty() else ()),
            *(image, options.verb, options.chapter, f"/submission/{path.name}", "--device", options.device),
        ]
        for key in ("task", "seed", "sandbox"):
            if getattr(options, key):
                command += [f"--{key}", getattr(options, key)]
        if options.out:
            command += ["--out", "/out"]
        return subprocess.run(command, stdin=subprocess.DEVNULL).returncode


def confinement(engine: Engine, *, plain: bool = False) -> list[str]:
    """What the grader's own container may do: no capability, no new privileges, and namespaces for bubblewrap.

    Docker masks parts of /proc; where it does, the kernel lets no one mount a /proc of their own.
    """
    words = ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    if plain:
        return words
    words += [
        "--security-opt",
        f"seccomp={ROOT / 'docker' / 'seccomp.json'}",
        "--security-opt",
        "systempaths=unconfined",
    ]
    if "apparmor" in output([engine.client, "info", "--format", "{{.SecurityOptions}}"]):
        words += ["--security-opt", "apparmor=unconfined"]  # Docker's own profile forbids every mount
    return words


@contextlib.contextmanager
def secret_for(user: tuple[int, int]) -> Iterator[Path]:
    """The course's secret where the container's user can read it and nobody else."""
    with tempfile.TemporaryDirectory(prefix="grader-secret-") as folder:
        path = Path(folder) / "secret"
        path.touch(0o600)
        path.write_text(seeds.secret(courses.load(ROOT)).hex() + "\n")
        if os.getuid() == 0:
            os.chown(path, *user)
        yield path


if __name__ == "__main__":
    sys.exit(main())
