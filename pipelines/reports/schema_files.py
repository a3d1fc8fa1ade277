"""The JSON Schemas under `data_contracts/schemas/`, which editors complete and check contracts and estimates by. `make docs` writes them."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.contracts.json_schema import outcome_schema, profile_schema, register_schema
from pipelines.estimates.shape import json_schema
from pipelines.files import write_atomically
from pipelines.payments.vocabulary import vocabulary
from pipelines.settings import PACKAGE_ROOT

FOLDER = PACKAGE_ROOT / "data_contracts" / "schemas"


def schemas() -> dict[str, str]:
    """Every schema as JSON text, by file name."""
    offered = vocabulary()
    made = {"outcome": outcome_schema(offered), "profile": profile_schema(offered), "register": register_schema(), "estimate": json_schema()}
    return {f"{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in made.items()}


def write(folder: Path = FOLDER) -> None:
    """Write what has changed, and remove schemas of what is gone."""
    folder.mkdir(exist_ok=True)
    made = schemas()
    for name, text in made.items():
        write_atomically(folder / name, text.encode())
    for path in folder.glob("*.schema.json"):
        if path.name not in made:
            path.unlink()


if __name__ == "__main__":
    write()
