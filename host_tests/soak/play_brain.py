"""Play random sites on the brain: `python play_brain.py FOLDERS FIRST PASSES`, either interpreter.

FOLDERS: where the modules are, separated by ":". Sites from seed FIRST on, one after the other,
until PASSES passes of the brain have been judged. Prints a line of progress now and then, and for
each site on which a rule does not hold `FAIL seed ... pass ...: what`; exit code 1 then.
"""

import sys

SITE_PASSES = 400
WORDS_EVERY = 20000


def main(folders, first, passes):
    sys.path[:0] = folders.split(":")
    from random_judge import Judge
    from random_plan import Dice, plan
    from random_site import RandomSite

    done = failures = raises = cuts = stops = 0
    seed = first
    words = WORDS_EVERY
    while done < passes:
        site = RandomSite(plan(Dice(seed), SITE_PASSES))
        judge = Judge(site)
        try:
            site.run()
        except Exception as error:  # noqa: BLE001 - a crash of the pass is a finding like others
            failures += 1
            what = error.args if type(error).__name__ == "Broken" else repr(error)
            print("FAIL seed", seed, "pass", site.tick, "of", SITE_PASSES, ":", what)
        done += site.tick
        raises += judge.raises
        cuts += judge.cuts
        stops += judge.stops
        if done >= words:
            words += WORDS_EVERY
            print("passes", done, "seed", seed, "failures", failures)
        seed += 1
    print("played", done, "raises", raises, "cuts", cuts, "stops", stops, "failures", failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
