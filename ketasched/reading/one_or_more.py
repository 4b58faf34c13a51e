"""A record, or a list of them, where mostly one is written."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

from ketasched.reading.fields import MISSING, ListOf, Reading, Record, Schema


class OneOrMore(NamedTuple):
    """One record or a list of them, read into a tuple."""

    record: Record

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return ListOf(self.record).read(node, reading)
        record = self.record.read(node, reading)
        return record if record is MISSING else (record,)

    def schema(self) -> Schema:
        return {"oneOf": [self.record.schema(), ListOf(self.record).schema()]}
