"""The metadata of a bundle: an RO-Crate that lists every file with its hash and size, sealed and signed like a hand-over.

RO-Crate 1.3 (https://w3id.org/ro/crate/1.3), which the validator in the development lock knows. The seal is the hash and signature of
everything else in the metadata, so that a flipped bit anywhere is found: in a file by its hash here, here by the seal.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any

from pipelines.canonical import canonical, digest
from pipelines.ledger import handover
from pipelines.reports.phrases import interface

VERSION = "https://w3id.org/ro/crate/1.3"
METADATA = "ro-crate-metadata.json"
SEAL, TERMS, PUBLISHER = "#seal", "#terms", "#publisher"
JSON, TEXT, YAML, HTML = "application/json", "text/plain", "application/yaml", "text/html"
FORMATS = {"index.html": HTML, "contract.yaml": YAML, "arithmetic.txt": TEXT}
"""The format of each file; of every other, JSON."""
Sign = Callable[[str], dict[str, str]]


def metadata(files: dict[str, bytes], *, name: str, description: str, published: dt.date, publisher: str, sign: Sign) -> bytes:
    """The bytes of the metadata over `files`: each has its name in English and its description in Danish. `sign` gives the seal of a hash."""
    parts = [_file(file, files[file]) for file in sorted(files)]
    graph: list[dict[str, Any]] = [
        {"@id": METADATA, "@type": "CreativeWork", "conformsTo": {"@id": VERSION}, "about": {"@id": "./"}},
        {
            "@id": "./",
            "@type": "Dataset",
            "name": name,
            "description": description,
            "datePublished": published,
            "publisher": {"@id": PUBLISHER},
            "license": {"@id": TERMS},
            "hasPart": [{"@id": part["@id"]} for part in parts],
            "mainEntity": {"@id": "decision.json"},
            "identifier": {"@id": SEAL},
        },
        {
            "@id": TERMS,
            "@type": "CreativeWork",
            "name": "For the contract's parties and their auditors",
            "description": "It holds the exact numbers of a sealed hand-over and is confidential between the contract's parties and those they show it to. No person row is in it.",
        },
        {"@id": PUBLISHER, "@type": "Organization", "name": publisher},
        *parts,
    ]
    mark = sign(digest({"@context": f"{VERSION}/context", "@graph": graph}))
    return canonical(_with_seal(graph, ":".join(mark[part] for part in ("sha256", "public_key", "signature")))) + b"\n"


def _with_seal(graph: list[dict[str, Any]], value: str) -> dict[str, Any]:
    seal = {
        "@id": SEAL,
        "@type": "PropertyValue",
        "name": "Seal: SHA-256, key and signature of the rest of this metadata",
        "propertyID": "udbytte.evidence/1",
        "value": value,
    }
    return {"@context": f"{VERSION}/context", "@graph": [*graph, seal]}


def _file(name: str, content: bytes) -> dict[str, Any]:
    words = interface()[f"evidence_file.{name}"]
    return {"@id": name, "@type": "File", "name": words["en"], "description": words["da"], "encodingFormat": FORMATS.get(name, JSON), **_measured(content)}


def _measured(content: bytes) -> dict[str, str]:
    return {"contentSize": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}


def key_of(raw: bytes) -> str:
    """The hex of the key that sealed the metadata; its seal is not proved by that."""
    return str(json.loads(raw)["@graph"][-1]["value"].split(":")[1])


def seal_fault(raw: bytes) -> str:
    """What is wrong with the metadata itself; empty when nothing is."""
    try:
        data = json.loads(raw)
        *graph, seal = data["@graph"]
        sha256, public_key, signature = seal["value"].split(":")
        is_plain = canonical(_with_seal(graph, seal["value"])) + b"\n" == raw
        is_sealed = digest({"@context": f"{VERSION}/context", "@graph": graph}) == sha256
        is_signed = handover.is_signed({"sha256": sha256, "public_key": public_key, "signature": signature})
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return "it is no metadata of a bundle, or is damaged"
    return "" if is_plain and is_sealed and is_signed else "it is not what was sealed"


def file_faults(raw: bytes, found: dict[str, bytes]) -> list[str]:
    """Every file that is not what sound metadata lists, one that is missing, and one that nobody lists."""
    listed = {item["@id"]: item for item in json.loads(raw)["@graph"] if item["@type"] == "File"}
    gone = [f"{name} is listed and is not there" for name in sorted(set(listed) - set(found))]
    added = [f"{name} is there and is not listed" for name in sorted(set(found) - set(listed))]
    same = sorted(set(listed) & set(found))
    return [*gone, *added, *(f"{name} is not the file that was sealed" for name in same if not _measured(found[name]).items() <= listed[name].items())]
