"""A simulated site in a thread of its own, for synchronous code such as tests.

with SiteThread(SiteConfig(...)) as sim:
    sim.call(lambda site: site.plug(0))
    sim.wait_for(lambda site: site.boxes[0].offer_ma >= 6000, 20)
"""

import asyncio
import inspect
import threading
import time

from .control import Control
from .site import Site, SiteConfig


class SiteThread:
    """`site` lives in the thread; touch it through `call` and `wait_for`. `url` is its HTTP
    control.
    """

    def __init__(self, config: SiteConfig | None = None):
        self.config = config or SiteConfig()
        self.site: Site | None = None
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="simsite", daemon=True)
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._error: Exception | None = None

    def __enter__(self) -> "SiteThread":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self) -> "SiteThread":
        """Start the site; raises what its start raised."""
        self._thread.start()
        self._ready.wait()
        if self._error:
            self._thread.join()
            raise self._error
        return self

    def stop(self) -> None:
        """End the site and its thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def call(self, function, *arguments):
        """Run function(site, *arguments) in the site's loop (it may be async); returns its
        result.
        """

        async def inside():
            result = function(self.site, *arguments)
            return await result if inspect.isawaitable(result) else result

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result()

    def wait_for(self, condition, timeout_s: float, every_s: float = 0.05):
        """Wait until condition(site) is true and return it; TimeoutError with the last value
        else.
        """
        end = time.monotonic() + timeout_s
        while not (value := self.call(condition)):
            if time.monotonic() > end:
                raise TimeoutError(f"not within {timeout_s} s, last was {value!r}")
            time.sleep(every_s)
        return value

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        except Exception as error:  # noqa: BLE001 - handed to the starter
            self._error = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _live(self) -> None:
        async with Site(self.config) as self.site, Control(self.site) as control:
            self.url = control.url
            self._ready.set()
            await self._end.wait()
