"""Protocols to copy: the example files that come with ketasched, and the built-in ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ketasched.files.protocols import protocol_file
from ketasched.reading.file_text import read_file

if TYPE_CHECKING:
    from collections.abc import Callable

    import yaml


def example_names() -> list[str]:
    """The names of the example files, which are the ids of their protocols."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def copied(name: str, identifier: str) -> str | None:
    """The text of a file whose one protocol is that of an example, or a built-in one, under another
    id; None if there is no such protocol.
    """
    if name in example_names():
        text = read_file(str(_folder() / f"{name}.yaml")).text
        return re.sub(rf"(?m)^  - id: {name}$", f"  - id: {identifier}", text)
    built_in = protocol_file.load_built_in(only=name)
    return _built_in_text(built_in[0], identifier) if built_in else None


def _built_in_text(written: protocol_file.WrittenProtocol, identifier: str) -> str:
    """A built-in protocol by itself: what it shares with others stands there in full."""
    import yaml

    text = yaml.serialize(_alone(written.node), allow_unicode=True, width=400)
    item = "\n".join(f"    {line}" if line else "" for line in text.rstrip().split("\n"))
    item = re.sub(r"^    id: .*$", f"  - id: {identifier}", item, count=1, flags=re.MULTILINE)
    known = written.protocol
    return (
        f"# As the built-in {known.id}, version {known.version}.\nversion: 1\nprotocols:\n{item}\n"
    )


def _alone(node: yaml.Node) -> yaml.Node:
    """A node that shares no part with another, its plain texts as plain as they were."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        pairs = [(_alone(key), _alone(value)) for key, value in node.value]
        return yaml.MappingNode(node.tag, pairs, flow_style=node.flow_style)
    if isinstance(node, yaml.SequenceNode):
        items = [_alone(item) for item in node.value]
        return yaml.SequenceNode(node.tag, items, flow_style=node.flow_style)
    style = node.style if isinstance(node, yaml.ScalarNode) else None
    resolve: Callable[..., str] = yaml.SafeLoader("").resolve
    tag = node.tag if style else resolve(yaml.ScalarNode, node.value, (True, False))
    return yaml.ScalarNode(tag, node.value, style=style)


def _folder() -> Path:
    """The package carries a copy; an editable install finds the one in docs/."""
    package = Path(__file__).parents[2]
    shipped = package / "examples"
    return shipped if shipped.exists() else package.parent / "docs" / "examples"
