"""Which command of `footfall` is which room's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A command: the module whose `main(argv, prog)` does it, what `argv` begins with, and what --help says."""

    module: str
    begins: tuple[str, ...]
    summary: str


COMMANDS = {
    "demo": Entry("local.__main__", ("demo",), "run sample footage (or your own) through the whole pattern and sum up"),
    "up": Entry("local.__main__", ("up",), "start the whole pattern and keep it running until Ctrl-C"),
    "doctor": Entry("local.__main__", ("doctor",), "check this machine, a camera, a storage account: what to do"),
    "gate": Entry("edge.__main__", ("gate",), "would the camera module take this picture?"),
    "count": Entry("edge.__main__", ("count",), "what would be counted at these lines and zones?"),
    "twin": Entry("local.__main__", ("twin",), "show or change the settings (twin) of a running camera module"),
    "windows": Entry("windows.__main__", (), "run the window query over events"),
    "dashboard": Entry("dashboard.__main__", (), "serve the live page over rows, or write a report"),
    "size": Entry("local.__main__", ("size",), "work out what so many stores need"),
}
