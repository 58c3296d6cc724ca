"""What `newslake serve` is asked to serve, as its process hands it to the one that runs flows."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What is to be served; folders and files are absolute, for runs start anywhere."""

    lake: str
    """The lake's folder."""
    seeds: list[str]
    """Folders of seed files."""
    sources: str | None
    """The sources file; None while the default one is not there: a run looks for it then."""
    every: float
    """Seconds from one scheduled run to the next."""
    alone: bool
    """Whether the server is our own, which nobody else runs flows on."""

    def to_json(self) -> str:
        """Return the options as a text, for a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the options that `to_json` wrote."""
        return cls(**json.loads(text))
