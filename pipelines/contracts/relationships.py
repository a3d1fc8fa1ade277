"""Relationships between registers, resolved: which columns must stand in which columns of which other register, and what may be wrong with that.

A register that refers to another one is checked beside it, so both must be delivered, and no register may refer to itself by way of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from pipelines.contracts.references import ENDING, OF_RELATIONSHIP, Reference, Relationship, as_list, reference
from pipelines.contracts.register import Column, RegisterContract
from pipelines.contracts.source import Place, nearest

Registers = Mapping[str, RegisterContract]


@dataclass(frozen=True)
class ForeignKey:
    """Rows of a register whose `columns` are all given must find a row of `register` with the same values in `keys`."""

    columns: tuple[str, ...]
    register: str
    keys: tuple[str, ...]
    terms: Relationship


@dataclass(frozen=True)
class Written:
    """A relationship as it stands in a contract: where, and what refers to what."""

    place: Place
    terms: Relationship
    pairs: tuple[tuple[str, str], ...]


def written(contract: RegisterContract) -> Iterator[Written]:
    """Every relationship of a contract, the table's first, then its columns' in order."""
    table: Place = ("schema", 0)
    for index, whole in enumerate(contract.table.relationships):
        yield Written((*table, "relationships", index), whole, tuple(zip(as_list(whole.from_), as_list(whole.to), strict=True)))
    for place, column in enumerate(contract.table.properties):
        for index, single in enumerate(column.relationships):
            yield Written((*table, "properties", place, "relationships", index), single, ((f"{contract.table.name}.{column.name}", single.to),))


def foreign_keys(registers: Registers, contract: RegisterContract) -> list[ForeignKey]:
    """The relationships of a contract that loaded, among the registers that loaded with it."""
    made = []
    for item in written(contract):
        parts = _parts(item)
        target = registers[_register(contract, parts[0][1])]
        found = [(_found(contract, mine), _found(target, other)) for mine, other in parts]
        named = [(mine.name, other.name) for mine, other in found if mine and other]
        made.append(ForeignKey(tuple(mine for mine, _ in named), target.id, tuple(other for _, other in named), item.terms))
    return made


def _parts(item: Written) -> list[tuple[Reference, Reference]]:
    parts = [(reference(mine), reference(other)) for mine, other in item.pairs]
    return [(mine, other) for mine, other in parts if mine and other]


def _register(contract: RegisterContract, other: Reference) -> str:
    return other.register or contract.id


def _found(contract: RegisterContract, named: Reference) -> Column | None:
    """The column that is referred to; None when there is none."""
    if (contract.table.name if named.by == "name" else contract.table.id) != named.table:
        return None
    return next((column for column in contract.table.properties if (column.name if named.by == "name" else column.id) == named.column), None)


def names_of(contract: RegisterContract) -> list[str]:
    """The other registers that a contract refers to, by name, whether they are there or not."""
    named = (reference(other) for item in written(contract) for _, other in item.pairs)
    return sorted({found.register for found in named if found and found.register and found.register != contract.id})


def findings(registers: Registers, broken: Mapping[str, object], contract: RegisterContract) -> Iterator[tuple[Place, str]]:
    """What is wrong with the relationships of a contract, and where, when `registers` and `broken` are all that there is."""
    for item in written(contract):
        unknown = [given.property for given in item.terms.custom_properties if given.property not in OF_RELATIONSHIP]
        words = [f"unknown property '{name}' in customProperties{nearest(name, OF_RELATIONSHIP)}" for name in unknown]
        words += list(_pair_findings(registers, broken, contract, item))
        for said in words:
            yield item.place, said


def _pair_findings(registers: Registers, broken: Mapping[str, object], contract: RegisterContract, item: Written) -> Iterator[str]:
    parts = [(reference(mine), reference(other)) for mine, other in item.pairs]
    for (mine, other), texts in zip(parts, item.pairs, strict=True):
        for found, text in ((mine, texts[0]), (other, texts[1])):
            if found is None:
                yield f"'{text}' refers to nothing; write <table>.<column>, or <register>{ENDING}#/schema/<id>/properties/<id> for another register"
        if mine is not None and other is not None:
            yield from _reference_findings(registers, broken, contract, mine, other)
    named = {_register(contract, other) for _, other in parts if other}
    if len(named) > 1:
        yield f"the columns that are referred to together are of {len(named)} registers; they must be of one"


def _reference_findings(registers: Registers, broken: Mapping[str, object], contract: RegisterContract, mine: Reference, other: Reference) -> Iterator[str]:
    name, from_ = _register(contract, other), _found(contract, mine) if mine.register in (None, contract.id) else None
    if from_ is None:
        yield f"'from' is no column of this register{nearest(mine.column, _columns(contract, mine))}"
    if name != contract.id and name in broken:
        yield f"the register contract '{name}' does not load; mend it first"
    elif name != contract.id and name not in registers:
        yield f"there is no register contract '{name}'{nearest(name, list(registers))}"
    else:
        yield from _target_findings(contract, contract if name == contract.id else registers[name], from_, other)


def _target_findings(contract: RegisterContract, target: RegisterContract, from_: Column | None, other: Reference) -> Iterator[str]:
    to = _found(target, other)
    if to is None:
        known = _columns(target, other)
        yield f"the register '{target.id}' has no table '{other.table}' with a column of the {other.by} '{other.column}'{nearest(other.column, known)}" + (
            "" if known or other.by == "name" else "; no column there has an id to be referred to by"
        )
        return
    if target.handling.permitted_use != contract.handling.permitted_use:
        yield f"'{contract.id}' is for {contract.handling.permitted_use} and '{target.id}' for {target.handling.permitted_use}; neither may be checked against the other"
    if from_ is not None and from_.logical_type != to.logical_type:
        yield f"'{from_.name}' is of type {from_.logical_type} and '{to.name}' of '{target.id}' of type {to.logical_type}; they are never the same"
    if to.repeats or (from_ is not None and from_.repeats):
        yield "a column that repeats is many columns, and cannot refer or be referred to"


def _columns(contract: RegisterContract, named: Reference) -> list[str]:
    every = [column.name if named.by == "name" else column.id for column in contract.table.properties]
    return [name for name in every if name]


def in_cycles(registers: Registers) -> dict[str, str]:
    """Registers that refer to each other in a ring, each with the ring in words. Their deliveries could never be checked one after the other."""
    made: dict[str, str] = {}
    left = {name: {other for other in names_of(contract) if other in registers} for name, contract in registers.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            ring = list(reversed(error.args[1]))[1:]
            first = ring.index(min(ring))
            ring = [*ring[first:], *ring[:first]]
            made.update(dict.fromkeys(ring, " -> ".join([*ring, ring[0]])))
            left = {name: others - set(ring) for name, others in left.items() if name not in ring}
        else:
            return made
