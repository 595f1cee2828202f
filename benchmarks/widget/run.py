"""What does the widget cost a host's page, in bytes and in CPU, beside Sentry's feedback and PostHog's surveys?"""

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drawing import Panel, drawn
from measure import THROTTLE, VARIANTS, charged, costs, shifts, summed_up, watching, weights
from stage import HERE, Stage, staged

KB = 1024
CHECKED = ("bare", "loader", "duplicates", "sentry", "posthog")
NAMES = {
    "bare": "bare page", "loader": "loader, no place", "duplicates": "duplicates", "tags": "tags", "choice": "choice",
    "three": "all three", "sentry": "Sentry feedback", "posthog": "PostHog surveys",
}  # fmt: skip
#: What one chunk or several may take, in bytes of the encoded body.
BUDGETS = {
    "loader": (["earmark"], KB),
    "core": (["core"], 5 * KB),
    "three kinds": (["duplicates", "tags", "choice"], 4 * KB),
    "German": (["de"], 1.5 * KB),
    "Spanish": (["es"], 1.5 * KB),
    "Arabic": (["ar"], 1.5 * KB),
    "a duplicates page": (["earmark", "with_duplicates"], 10 * KB),
}
Figures = dict[str, Any]


def measured(stage: Stage, rounds: int, until: float) -> Figures:
    """Return all figures of one run that begins no round after `until`."""
    figures: Figures = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "chromium": stage.browser.version,
        "load_before": os.getloadavg()[0],
        "bytes": weights(stage),
    }
    figures["charged_at_throttle"] = charged(stage)
    figures["watching_ms_per_1000_nodes"] = watching(stage)
    figures["layout_shift"] = shifts(stage)
    costs(stage, VARIANTS, 1, until)  # what the servers and the disk keep is warm after this
    unthrottled = costs(stage, CHECKED, rounds, until, throttle=1)
    figures["cpu_without_throttle_times_4"] = summed_up(unthrottled, THROTTLE)
    figures["cpu_at_throttle"] = summed_up(costs(stage, VARIANTS, rounds, until))
    figures["load_after"] = os.getloadavg()[0]
    return figures


def chunks(figures: Figures) -> dict[str, int]:
    """Return the encoded bytes of each chunk that any page brought."""
    every = [file for files in figures["bytes"].values() for file in files]
    return {file["name"].split(".")[0]: file["body"] for file in every}


def verdicts(figures: Figures) -> list[tuple[str, float, float]]:
    """Return each budget: what it is for, what was found, what is allowed."""
    found = chunks(figures)
    rows: list[tuple[str, float, float]] = [
        (f"{what}, bytes", sum(found[name] for name in names), most) for what, (names, most) in BUDGETS.items()
    ]
    cpu = figures["cpu_at_throttle"]
    rows.append(("loader, ms of CPU", cpu["loader"]["beyond_bare_ms"], 10))
    for kind in ("duplicates", "tags", "choice"):
        rows.append((f"first widget: {kind}, ms of CPU", cpu[kind]["beyond_bare_ms"], 50))
        rows.append((f"{kind}, longest task in ms", cpu[kind]["longest_task_ms"], 50))
    for what, took in figures["watching_ms_per_1000_nodes"].items():
        rows.append((f"watching: {what}, ms per 1,000", took, 1))
    rows += [
        (f"layout shift: {page}", shift, 0) for page, shift in figures["layout_shift"].items() if "without" not in page
    ]
    return rows


def told(figures: Figures) -> str:
    """Return the tables."""
    lines = ["page or step                      files    body  with headers"]
    for page, files in figures["bytes"].items():
        body, all_ = (sum(file[key] for file in files) for key in ("body", "transferred"))
        lines.append(f"{page:<32} {len(files):>6} {body:>7} {all_:>13}")
    for title in ("cpu_at_throttle", "cpu_without_throttle_times_4"):
        lines += [
            "",
            f"{title}: ms beyond bare [quartiles], layout and style of it, longest task, runs with one over 50",
        ]
        for variant, row in figures[title].items():
            quartiles = "..".join(f"{value:.0f}" for value in row["beyond_bare_quartiles_ms"])
            lines.append(
                f"{NAMES[variant]:<18} {row['beyond_bare_ms']:>7.1f} [{quartiles}] "
                f"{row['layout_beyond_bare_ms']:>6.1f} "
                f"{row['longest_task_ms']:>6.0f} {row['runs_with_a_task_over_50_ms']:>3} of {row['runs']}"
            )
    lines.append("")
    lines += [
        f"the throttle charges {what} {times:.1f} times" for what, times in figures["charged_at_throttle"].items()
    ]
    lines.append("")
    for what, found, most in verdicts(figures):
        lines.append(f"{'✓' if found <= most else '✗'} {what:<48} {found:>9.5g} of {most:g}")
    lines.append(
        f"\nload {figures['load_before']:.1f} before, {figures['load_after']:.1f} after; {figures['took_s']} s"
    )
    return "\n".join(lines)


def panels(figures: Figures) -> list[Panel]:
    """Return what the drawing shows."""
    pages = {"duplicates": "duplicates", "all three": "three", "sentry": "sentry", "posthog": "posthog"}
    sums = {page: sum(file["body"] for file in figures["bytes"][page]) for page in pages}
    cpu = figures["cpu_at_throttle"]
    is_ours = {"loader", "duplicates", "three"}
    return [
        Panel(
            "Bytes of scripts over the wire (gzip)",
            [(NAMES[name], sums[page], f"{sums[page] / KB:.1f} KB", name in is_ours) for page, name in pages.items()],
        ),
        Panel(
            f"CPU of the page's main thread beyond the bare page, {THROTTLE}× throttle",
            [
                (NAMES[name], cpu[name]["beyond_bare_ms"], f"{cpu[name]['beyond_bare_ms']:.0f} ms", name in is_ours)
                for name in ("loader", "duplicates", "three", "sentry", "posthog")
            ],
        ),
    ]


def main() -> int:
    """Measure, print, keep; 1 where a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--most-minutes", type=float, default=6, help="no further round begins after this")
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    if not (HERE / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    began = time.monotonic()
    with staged() as stage:
        figures = measured(stage, given.rounds, began + given.most_minutes * 60 - 15)
    figures["took_s"] = round(time.monotonic() - began)
    (given.out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
    (given.out / "figures.svg").write_text(drawn(panels(figures)))
    print(told(figures))
    return 1 if any(found > most for _, found, most in verdicts(figures)) else 0


if __name__ == "__main__":
    sys.exit(main())
