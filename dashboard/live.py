"""Server-sent events: a page's numbers at once and whenever they change."""

import asyncio
from collections.abc import AsyncIterator, Callable

from fastapi.sse import ServerSentEvent

from dashboard.board import Board
from dashboard.errors import TooManyViewers
from dashboard.view import View

MOST_VIEWERS = 64
LOOK_SECONDS = 0.25
RETRY_MILLISECONDS = 1000


class Seats:
    """Counts open streams. A FastAPI dependency: taken before the answer starts, given back when it is over."""

    def __init__(self) -> None:
        """Nobody sits yet."""
        self.taken = 0

    async def __call__(self) -> AsyncIterator[None]:
        """Hold a seat. Raises TooManyViewers."""
        if self.taken >= MOST_VIEWERS:
            raise TooManyViewers(f"{MOST_VIEWERS} pages are open already; close one")
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


async def stream(board: Board, view: View, is_stopping: Callable[[], bool]) -> AsyncIterator[ServerSentEvent]:
    """`snapshot` and `health` events. Nothing is queued: a slow page skips to the newest."""
    seen: object = None
    told: object = None
    while not is_stopping():
        if (strip := board.health()) != told:
            told = strip
            yield ServerSentEvent(data=strip, event="health", retry=RETRY_MILLISECONDS)
        if (state := board.state) != seen:
            seen = state
            yield ServerSentEvent(data=await asyncio.to_thread(board.snapshot, view), event="snapshot")
        await asyncio.sleep(LOOK_SECONDS)
