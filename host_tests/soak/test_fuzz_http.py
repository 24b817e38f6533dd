"""Ten thousand malformed requests while cars charge, in a heap of 200 KB with 16 wallboxes.

`SOAK_SEED=7 make soak` sends others.
"""

import os

from host_tests.web import whole_firmware
from host_tests.web.fuzzing import Fuzz, check

COUNT = 10000
SEED = int(os.environ.get("SOAK_SEED", "1"))


def test_ten_thousand_malformed_requests():
    with whole_firmware.running(count=16, heap="200K") as firmware:
        firmware.site.charging(0, 1, timeout_s=120)
        Fuzz(firmware, SEED + 1000).run(300)
        used = firmware.least_used()
        fuzz = Fuzz(firmware, SEED)
        fuzz.run(COUNT)
        print("answers:", dict(sorted(fuzz.seen.items(), key=str)))
        check(fuzz, used)
