"""The manifests select, mount and let through what is there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.files import DEPLOY, Container, containers, load, manifests

PODS = [each for each in containers() if each.place == "kubernetes"]


def of_kind(kind: str) -> list[Any]:
    return [each for each in manifests() if each["kind"] == kind]


def labels(pod: Container) -> dict[str, str]:
    return dict(pod.raw["template"]["metadata"]["labels"])


def selected(selector: Any) -> set[str]:
    """The pods that a selector finds."""
    wanted = {key: {value} for key, value in selector.get("matchLabels", {}).items()}
    for each in selector.get("matchExpressions", ()):
        assert each["operator"] == "In"
        wanted[each["key"]] = set(each["values"])
        assert wanted[each["key"]] <= {labels(pod)[each["key"]] for pod in PODS}
    return {
        pod.name
        for pod in PODS
        if all(labels(pod).get(key) in value for key, value in wanted.items())
    }


def ports(pod: Container) -> set[int]:
    return {each["containerPort"] for each in pod.raw["container"].get("ports", ())}


def test_all_manifests_are_named() -> None:
    files = {f"kubernetes/{path.name}" for path in (DEPLOY / "kubernetes").iterdir()}
    assert set(load("kustomization.yaml")["resources"]) == files


@pytest.mark.parametrize("pod", PODS, ids=str)
def test_pods_are_selected_by_their_own(pod: Container) -> None:
    assert labels(pod) == {"app": pod.name}
    if "selector" in pod.raw:
        assert selected(pod.raw["selector"]) == {pod.name}


@pytest.mark.parametrize("pod", PODS, ids=str)
def test_pods_are_confined(pod: Container) -> None:
    """As the namespace enforces it."""
    spec = pod.raw["template"]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] >= 1000
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    confined = pod.raw["container"]["securityContext"]
    assert confined["allowPrivilegeEscalation"] is False
    assert confined["capabilities"] == {"drop": ["ALL"]}
    assert pod.raw["container"]["resources"]["limits"]["memory"]


def test_services_and_budgets_find_their_pods() -> None:
    for service in of_kind("Service"):
        name = service["metadata"]["name"]
        assert selected({"matchLabels": service["spec"]["selector"]}) == {name}
        (pod,) = (each for each in PODS if each.name == name)
        named = {each["name"]: each["containerPort"] for each in pod.raw["container"]["ports"]}
        for port in service["spec"]["ports"]:
            target = port.get("targetPort", port["port"])
            assert named.get(target, target) == named[port["name"]]
    for budget in of_kind("PodDisruptionBudget"):
        assert selected(budget["spec"]["selector"]) == {budget["metadata"]["name"]}


def test_probes_ask_ports_that_are_open() -> None:
    for pod in PODS:
        container = pod.raw["container"]
        named = {each["name"] for each in container.get("ports", ())}
        for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
            probe = container.get(kind, {})
            for how in ("httpGet", "tcpSocket"):
                assert how not in probe or probe[how]["port"] in named


def allowed() -> Iterator[tuple[str, str, int]]:
    """Which pods may reach which at what port, as both sides have to allow."""
    policies = [each["spec"] for each in of_kind("NetworkPolicy")]
    sent = {
        (source, target, port["port"])
        for policy in policies
        for rule in policy.get("egress", ())
        for peer in rule.get("to", ())
        for source in selected(policy["podSelector"])
        for target in selected(peer["podSelector"])
        for port in rule["ports"]
    }
    for policy in policies:
        for rule in policy.get("ingress", ()):
            for peer in rule.get("from", ()):
                for source in selected(peer["podSelector"]):
                    for target in selected(policy["podSelector"]):
                        for port in rule["ports"]:
                            if (source, target, port["port"]) in sent:
                                yield source, target, port["port"]


def test_pods_reach_what_they_need_and_nothing_else() -> None:
    assert set(allowed()) == {
        ("opensearch", "opensearch", 9300),
        ("serve", "opensearch", 9200),
        ("fetch", "opensearch", 9200),
        ("users", "opensearch", 9200),
        ("proxy", "serve", 8000),
    }
    for _, target, port in allowed():
        (pod,) = (each for each in PODS if each.name == target)
        assert port in ports(pod)
    silent = next(each for each in of_kind("NetworkPolicy") if not each["spec"]["podSelector"])
    assert silent["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in silent["spec"]


def test_kustomize_puts_them_together(prepared: Path) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl on the PATH")
    done = subprocess.run(
        ["kubectl", "kustomize", prepared], capture_output=True, text=True, check=True
    )
    made = list(yaml.safe_load_all(done.stdout))
    kustomization = load("kustomization.yaml")
    generated = kustomization["configMapGenerator"] + kustomization["secretGenerator"]
    assert len(made) == len(manifests()) + len(generated)
    spaces = {each["metadata"].get("namespace") for each in made if each["kind"] != "Namespace"}
    assert spaces == {"nearpaper"}
    assert {"kind: Secret", "image: nearpaper:0.1.0"} <= {
        line.strip(" -") for line in done.stdout.splitlines()
    }
