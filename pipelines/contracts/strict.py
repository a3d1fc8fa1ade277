"""What every model of a file under `data_contracts/` is made of: strict, frozen, no unknown keys; names, words, and properties that a standard
has no key for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Strict(BaseModel):
    """Base of every model: frozen, no unknown keys, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class CustomProperty(Strict):
    """What the standard has no key for; `description` argues the value."""

    property: str
    value: Any
    description: Words | None = None
