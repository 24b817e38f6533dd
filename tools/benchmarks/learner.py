"""The rotation learner on random sites: is all that it calls sure right, and how soon is it sure.

`python3 -m tools.benchmarks.learner [--sites 300] [--seed S] [--jobs N]` plays so many healthy
sites, a third as many with a wrong meter and a third with a wallbox that is not wired as was
thought (learner_rewired.py), and prints the figures with the goals. Times to
sure are seconds during which a car on one or two phases has charged at the wallbox. Wallboxes that
never were sure count as the longest of all, but for those that charged for less than the goal.
"""

import argparse
import multiprocessing
import statistics
import sys

from tools.benchmarks import learner_judge, learner_rewired, learner_sites

SITES = 300
GOAL_S = 180
_HELD_S = 600
_CHANGES = 4  # within the goal: its start and three more
_NEVER = float("inf")


def play(seed):
    """One healthy site."""
    found = learner_judge.healthy(learner_sites.document(seed))
    found["still"] = learner_sites.is_still(seed)
    return found


def play_miswired(seed):
    """One site with a wrong meter."""
    return learner_judge.faulty(*learner_sites.miswired(seed))


def times(results, is_taken=lambda site, box: True):
    """Seconds of charging until sure, of the wallboxes that are taken: infinite where never."""
    found = []
    for site in results:
        for box in site["boxes"]:
            if is_taken(site, box):
                if box["sure_s"] is not None:
                    found.append(box["sure_s"])
                elif box["charged_s"] >= GOAL_S:
                    found.append(_NEVER)
    return sorted(found)


def moves(site, box, changes=_CHANGES):
    """Its car's current changes: so often within the goal, its start counted."""
    return sum(at < GOAL_S for at in box["changes"]) >= changes


def _is_of(site, least, most):
    return least <= site["wallboxes"] <= most


def wrongs(results):
    """All that was said wrongly, a line each."""
    return [f"seed {site['seed']}: {one}" for site in results for one in site["wrong"]]


def median(found):
    """The median of times, of which some may be infinite; infinite where there are none."""
    return statistics.median_high(found) if found else _NEVER


def is_held(site):
    """A wrong rotation has been held for ten minutes of charging or more, or to the end."""
    held = site["charged_s"] if site["left_s"] is None else site["left_s"]
    return held >= _HELD_S


def is_late(site):
    """The wrong meter was found after the first charge that could show it, or never. Nothing that
    generates: a reversed clamp shows before, and where nothing may charge, nothing else does."""
    found = site["found_s"]
    if site["first_s"] is None:
        return found is None and "reversed" in site["fault"] and not site["generation"]
    return found is None or (site["end_s"] is not None and found > site["end_s"])


def _row(name, found):
    if not found:
        return f"  {name:<44} none"
    sure = sum(one < _NEVER for one in found)
    shown = [median(found), found[len(found) * 9 // 10]]
    texts = ["never" if one == _NEVER else f"{one:.0f} s" for one in shown]
    share = 100 * sure / len(found)
    return (
        f"  {name:<44} {len(found):5} {share:5.0f} % sure  median {texts[0]:>6}  p90 {texts[1]:>6}"
    )


def report(results, wrong_meters, rewired=()):
    """The figures as lines."""
    kinds = (
        ("all", lambda site, box: True),
        ("whose current changes (goal 180 s)", moves),
        ("  meter 1 s", lambda site, box: moves(site, box) and site["period_s"] == 1),
        ("  meter 10 s", lambda site, box: moves(site, box) and site["period_s"] == 10),
        ("  with probes", lambda site, box: moves(site, box) and site["probe_ma"]),
        ("  without probes", lambda site, box: moves(site, box) and not site["probe_ma"]),
        ("  without own measurement", lambda site, box: moves(site, box) and not box["measures"]),
        ("  on sites of 2-4 wallboxes", lambda site, box: moves(site, box) and _is_of(site, 2, 4)),
        ("  on sites of 5-8", lambda site, box: moves(site, box) and _is_of(site, 5, 8)),
        ("  on sites of 9-16", lambda site, box: moves(site, box) and _is_of(site, 9, 16)),
        ("  8 changes and more in 180 s", lambda site, box: moves(site, box, 8)),
        ("whose current changes twice, with its start", lambda site, box: moves(site, box, 2)),
        ("whose current does not", lambda site, box: not moves(site, box)),
        ("on still sites, with probes", lambda site, box: site["still"] and site["probe_ma"]),
        ("on still sites, no probes", lambda site, box: site["still"] and not site["probe_ma"]),
    )
    wrong = wrongs(results)
    yield f"{len(results)} sites; wrong: {len(wrong)} (goal 0)"
    yield from (f"  {line}" for line in wrong[:20])
    yield "seconds of charging until sure, wallboxes:"
    for name, is_taken in kinds:
        yield _row(name, times(results, is_taken))
    alarmed = [site["seed"] for site in results if site["alarms"]]
    unlearnt = [site["seed"] for site in results if site["unlearnt"]]
    yield f"false METER_WIRING: {len(alarmed)} sites {alarmed[:20]}"
    yield f"false UNLEARNT: {len(unlearnt)} sites {unlearnt[:20]}"
    yield f"{len(wrong_meters)} wrong meters:"
    for fault in learner_sites.FAULTS:
        yield from _fault_rows(fault, [site for site in wrong_meters if site["fault"] == fault])
    for kind in learner_rewired.KINDS:
        mine = [site for site in rewired if site["kind"] == kind]
        held = [site["seed"] for site in mine if is_held(site)]
        left = sorted(_NEVER if site["left_s"] is None else site["left_s"] for site in mine)
        again = sorted(_NEVER if site["again_s"] is None else site["again_s"] for site in mine)
        yield _row(f"{kind}: s until taken back", left)
        yield _row(f"{kind}: s until sure of the truth", again)
        yield f"    still held after ten minutes of charging: {held}"


def _fault_rows(fault, sites):
    shown = [site for site in sites if site["first_s"] is not None]
    late = [site["seed"] for site in sites if is_late(site)]
    missed = [site["seed"] for site in sites if is_late(site) and site["found_s"] is None]
    false = [site["seed"] for site in sites if site["false"]]
    after = sorted(site["found_s"] - site["first_s"] for site in shown if site["found_s"])
    before = sum(site["found_s"] is not None for site in sites if site["first_s"] is None)
    before += sum(one <= 0 for one in after)
    median = f"{statistics.median(after):.0f} s" if after else "-"
    longest = f"{after[-1]:.0f} s" if after else "-"
    yield (
        f"  {fault:<22} {len(sites)}, {before} found before a charge showed it; after its begin:"
        f" median {median}, at most {longest}"
    )
    yield f"    late {late}, thereof never {missed}; besides wrong alarms {false}"
    yield from (f"    wrong: {line}" for line in wrongs(sites)[:5])


def measure(sites, seed=0, jobs=1):
    """Play them; returns the results of (healthy sites, wrong meters, rewired wallboxes)."""
    few = range(seed, seed + sites // 3)
    work = ((play, range(seed, seed + sites)), (play_miswired, few), (learner_rewired.play, few))
    if jobs == 1:
        found = [[one(seed) for seed in seeds] for one, seeds in work]
    else:
        with multiprocessing.Pool(jobs) as pool:
            found = [pool.map(one, seeds, 1) for one, seeds in work]
    found[2] = [site for site in found[2] if site]
    return found


def main(argv=None):
    """Print the figures; the exit status is 1 where something was wrong or found late."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sites", type=int, default=SITES)
    parser.add_argument("--seed", type=int, default=0, help="of the first site")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    options = parser.parse_args(argv)
    results, wrong_meters, rewired = measure(options.sites, options.seed, options.jobs)
    print("\n".join(report(results, wrong_meters, rewired)))
    return 1 if wrongs(results + wrong_meters) or any(map(is_late, wrong_meters)) else 0


if __name__ == "__main__":
    sys.exit(main())
