"""`python -m infra.check [NAME…]`: every check, or those named. Status 0: all passed; 1: faults; 2: no such check."""

import argparse
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from infra.check import tools
from infra.check.finding import ROOT, Finding, NotRun, Outcome, Unreadable

CHECKS = {
    "bicep": "Bicep: the compiler, its linter and format, the snapshots",
    "azure_resources": "Azure: names, SKUs, grants, closed doors, the query",
    "kql": "KQL: alerts and Eventhouse in the Kusto language service",
    "azd": "azd: azure.yaml, its schema and its hooks",
    "compose": "Compose: compose.yaml, its schema, closed containers",
    "dashboards": "Grafana and the workbook: queries and the metrics they name",
    "stack_hub": "Stack Hub: templates and the cluster's model",
    "kubernetes": "Kubernetes: manifests as kubectl builds them",
    "chart": "Helm: the chart against the production overlay",
    "edge_manifests": "IoT Edge: deployment manifests",
    "settings": "settings and twins: templates against the code",
    "dockerfiles": "Dockerfiles: hadolint",
    "runbooks": "alerts: a runbook for each",
    "policy": "all of it: checkov's policies",
    "az": "az: every line of the docs through its own parser",
}
"""Modules of this package with a `check(root)`, in the order they run."""

WHEN_ASKED = ("az",)
"""Checks that run only when named: they install more than a gigabyte."""


def main(argv: list[str], root: Path = ROOT) -> int:
    """Run the checks and say what they found."""
    parser = argparse.ArgumentParser(prog="python -m infra.check", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"out of {', '.join(CHECKS)} (default: all)")
    parser.add_argument("--without", metavar="NAME", action="append", default=[], help="leave one out")
    names = parser.parse_args(argv)
    unknown = [name for name in (*names.names, *names.without) if name not in CHECKS]
    if unknown:
        print(f"infra.check: no check is named {', '.join(unknown)}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    usual = [name for name in CHECKS if name not in WHEN_ASKED]
    wanted = [name for name in CHECKS if name in (names.names or usual) and name not in names.without]
    console = Console(highlight=False, soft_wrap=True)
    faults = 0
    for name in wanted:
        begin = time.monotonic()
        with console.status(CHECKS[name]):
            found = list(run(name, root))
        wrong = [one for one in found if isinstance(one, Finding)]
        mark = "[red]✗[/red]" if wrong else "[green]✓[/green]"
        console.print(f"{mark} {CHECKS[name]} [dim]({time.monotonic() - begin:.1f} s)[/dim]")
        for one in found:
            console.print(escape(f"  {one}"), style="dim" if isinstance(one, NotRun) else "red")
        faults += len(wrong)
    console.print(f"{len(wanted)} checks, {faults} faults")
    return 1 if faults else 0


def run(name: str, root: Path) -> Iterator[Outcome]:
    """One check's outcomes; a file that can't be read, or a tool that isn't there, is one of them."""
    check: Callable[[Path], Iterator[Outcome]] = importlib.import_module(f"infra.check.{name}").check
    try:
        yield from check(root)
    except Unreadable as fault:
        yield Finding("unreadable", fault.file, fault.reason)
    except OSError as fault:
        yield Finding("unreadable", str(fault.filename).removeprefix(f"{root}/"), str(fault.strerror))
    except tools.Missing as missing:
        yield tools.left_out(name, missing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
