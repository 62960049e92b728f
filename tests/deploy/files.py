"""What `deploy/` says: the containers of compose.yaml and of the manifests, in one shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SECRET = ""
"""Stands for a value that is told from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One that is started.

    Attributes:
        place: Where it is said.
        name: Of the service or the pods.
        image: Name and version.
        command: What its program is given.
        environment: Values by name; :data:`SECRET` where they come from outside.
        files: Where it sees a file of `deploy/`, by its path in the container.
        raw: All that is said of it.
    """

    place: str
    name: str
    image: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    files: Mapping[str, str]
    raw: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.place}: {self.name}"


def load(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def compose() -> Any:
    return load("compose.yaml")


def manifests() -> list[Any]:
    texts = [
        (DEPLOY / name).read_text(encoding="utf-8")
        for name in load("kustomization.yaml")["resources"]
    ]
    return [document for text in texts for document in yaml.safe_load_all(text)]


def manifest(kind: str, name: str) -> Any:
    (found,) = (
        each for each in manifests() if (each["kind"], each["metadata"]["name"]) == (kind, name)
    )
    return found


def containers() -> list[Container]:
    return [*_composed("compose.yaml"), *_composed("folder.yaml"), *_deployed()]


def of_nearpaper() -> list[Container]:
    return [each for each in containers() if each.image.startswith("nearpaper:")]


def _composed(place: str) -> Iterator[Container]:
    told = load(place)
    for name, service in told["services"].items():
        files = {
            mounted["target"]: told[kind][mounted["source"]]["file"]
            for kind in ("configs", "secrets")
            for mounted in service.get(kind, ())
        }
        for volume in service.get("volumes", ()):
            source, target, *_ = re.sub(r"\$\{\w+:-(.+?)\}", r"\1", volume).split(":")
            for file in (DEPLOY / source).glob("*") if source.startswith(".") else ():
                files[f"{target}/{file.name}"] = f"{source.removeprefix('./')}/{file.name}"
        yield Container(
            place=place,
            name=name,
            image=service["image"],
            command=tuple(service.get("command", service.get("entrypoint", ()))),
            environment={
                key: SECRET if value.startswith("${") else value
                for key, value in service.get("environment", {}).items()
            },
            files=files,
            raw=service,
        )


def _deployed() -> Iterator[Container]:
    kustomization = load("kustomization.yaml")
    tags = {image["name"]: image["newTag"] for image in kustomization["images"]}
    for found in manifests():
        spec = found.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" not in spec:
            continue
        pod = spec["template"]["spec"]
        (container,) = pod["containers"]
        image = container["image"]
        yield Container(
            place="kubernetes",
            name=found["metadata"]["name"],
            image=f"{image}:{tags[image]}" if image in tags else image,
            command=tuple(container.get("command", container.get("args", ()))),
            environment={
                each["name"]: each.get("value", SECRET) for each in container.get("env", ())
            },
            files=_mounted(pod, container, kustomization),
            raw={**spec, "container": container},
        )


def _mounted(pod: Any, container: Any, kustomization: Any) -> dict[str, str]:
    """The files of a pod, each of which has to be in a generator of its name."""
    made = {
        kind: {each["name"]: each.get("files", ()) for each in kustomization[kind]}
        for kind in ("configMapGenerator", "secretGenerator")
    }
    volumes: dict[str, dict[str, str]] = {}
    for volume in pod["volumes"]:
        if "configMap" in volume:
            files = made["configMapGenerator"][volume["configMap"]["name"]]
        elif "secret" in volume:
            files = made["secretGenerator"][volume["secret"]["secretName"]]
        else:
            files = ()
        volumes[volume["name"]] = {Path(file).name: file for file in files}
    found: dict[str, str] = {}
    for mount in container["volumeMounts"]:
        by_key = volumes.get(mount["name"], {})
        if "subPath" in mount:
            found[mount["mountPath"]] = by_key[mount["subPath"]]
        else:
            found |= {f"{mount['mountPath']}/{key}": file for key, file in by_key.items()}
    return found
