"""The story of README.md at the terminal: a real airline, real interpreter processes, a real kill -9.

    make demo

What is said about the run is read from its journal (`holdfast events RUN --json`); what is said about the airline, from
the airline. At the end the bookings are counted in the airline's own database. Exit code 0: exactly one.
"""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from narration import Narrator

HERE = Path(__file__).resolve().parent
HOLDFAST = Path(sys.executable).with_name("holdfast")
PATIENCE = 60.0
PARKED = 3

# The first search hangs; the three flights that are offered sell out while the traveller thinks; the answer to the
# second booking is a minute late, which is when the interpreter dies.
FAULTS = {"search": [{"slow": 60}], "book": [{"sell_out": ["F20", "F21", "F22"]}, {"slow_after": 60}]}


class Airline:
    """The service as a process of its own, and its database."""

    def __init__(self, folder: Path) -> None:
        self.db = folder / "airline.db"
        port_file = folder / "port"
        service = [sys.executable, str(HERE / "airline" / "service.py"), "--db", str(self.db), "--port", "0"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*service, "--port-file", str(port_file), "--faults", json.dumps(FAULTS)], stdout=subprocess.DEVNULL
        )
        wait_until(port_file.exists, "the airline to open")
        self.url = f"http://127.0.0.1:{port_file.read_text(encoding='ascii')}"

    def bookings(self) -> int:
        """How many bookings it says it has."""
        with urllib.request.urlopen(f"{self.url}/bookings") as answer:  # noqa: S310 - loopback
            return int(json.load(answer)["count"])

    def count(self, query: str) -> int:
        """A number from its database."""
        with closing(sqlite3.connect(self.db)) as db:
            return int(db.execute(query).fetchone()[0])

    def close(self) -> None:
        """Shut it."""
        self._process.terminate()
        self._process.wait()


class Traveller:
    """Somebody at a terminal: types commands, and reads the journal after each."""

    def __init__(self, folder: Path, airline: Airline, narrator: Narrator) -> None:
        self._folder, self._narrator = folder, narrator
        self._environment = {**os.environ, "AIRLINE_URL": airline.url, "HOLDFAST_STORE": f"sqlite:{folder}/runs.db"}
        self._seen = 0
        self.run = ""

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Type a command; it goes on by itself."""
        self._narrator.command(f"holdfast {shlex.join(words)}".replace(f"{HERE}/", ""))
        tools = ["--tools", str(HERE / "tools")] if words[0] in {"run", "resume"} else []
        return subprocess.Popen(  # noqa: S603 - our own program
            [str(HOLDFAST), *words, *tools, "--json"], cwd=self._folder, env=self._environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def type(self, *words: str, expect: int = 0) -> dict[str, Any]:
        """Type a command, wait for its end, and give its JSON document."""
        process = self.start(*words)
        out, said = process.communicate(timeout=PATIENCE)
        if process.returncode != expect:
            raise SystemExit(
                f"`holdfast {shlex.join(words)}` ended with {process.returncode}, not {expect}:\n{said}{out}"
            )
        document: dict[str, Any] = json.loads(out)
        self.run = document.get("run", self.run)
        return document

    def question(self, *words: str) -> str:
        """Type a command that ends because somebody has to decide: the review's id."""
        document = self.type(*words, expect=PARKED)
        self.read()
        return str(next(item["id"] for item in document["waiting"] if item["for"] == "review"))

    def read(self) -> None:
        """Tell what the journal says since it was last read."""
        command = [str(HOLDFAST), "events", self.run, "--after", str(self._seen), "--json"]
        done = subprocess.run(  # noqa: S603 - our own program
            command, cwd=self._folder, env=self._environment, text=True, capture_output=True, check=True
        )
        for line in done.stdout.splitlines():
            entry = json.loads(line)
            self._seen = entry["seq"]
            self._narrator.entry(entry)


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Look until something holds. Raises SystemExit when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {PATIENCE:g} s for {what}")
        time.sleep(0.02)


def story(me: Traveller, airline: Airline, say: Narrator) -> dict[str, Any]:
    """Everything up to the end of the run: its result."""
    say.scene(
        "Kim wants to go to New York, which has three airports. Kim's past flights are a guess, but not a sure one."
    )
    trip = ("--input", "destination=NYC", "--input", "date=2026-12-01", "--task", "trip-42", "--user", "kim")
    review = me.question("run", str(HERE / "book-flight.yaml"), *trip)

    say.scene("No process waits for the answer: it comes from another terminal. The run goes on, and the search hangs.")
    me.type("answer", review, "JFK", "--by", "kim")
    review = me.question("resume", me.run)

    say.scene(
        "Too many flights. But wait: Kim wanted LaGuardia. What rests on the airport is done again, nothing else."
    )
    me.type("correct", me.run, "airport=LGA", "--by", "kim")
    review = me.question("resume", me.run)

    say.scene("Kim takes the one at 08:00. But while Kim was deciding, the cheap seats were sold.")
    me.type("answer", review, "F21", "--by", "kim")
    review = me.question("resume", me.run)

    say.scene("The alternative leaves at 09:00 and is dear. The rule on the booking guards its fallback too.")
    me.type("answer", review, "F23", "--by", "kim")
    review = me.question("resume", me.run)

    say.scene("Finance approves exactly these arguments. The airline takes the seat; before it can say so: kill -9.")
    me.type("decide", review, "approve", "--by", "ana")
    kill_while_booking(me, airline, say)

    say.scene("Resume. The intent and its key are in the journal, the outcome is unknown: same key, same seat.")
    result = me.type("resume", me.run)
    me.read()
    return result


def kill_while_booking(me: Traveller, airline: Airline, say: Narrator) -> None:
    """Go on with the run, and kill its process in the instant in which the airline has the booking."""
    process = me.start("resume", me.run)
    wait_until(lambda: airline.bookings() or process.poll() is not None, "the booking")
    process.kill()
    process.communicate()
    say.event(f"kill -9 {process.pid}: the process is gone (exit {process.returncode})")
    me.read()
    say.event(f"the airline has {airline.bookings()} booking; nobody told Holdfast")


def main() -> int:
    """Play the story; 0 when there is exactly one booking."""
    began = time.monotonic()
    say = Narrator(colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    with tempfile.TemporaryDirectory(prefix="holdfast-demo-") as name:
        folder = Path(name)
        airline = Airline(folder)
        say.scene(
            "A real airline on this machine: an HTTP server with 47 flights, a database of its own, faults to come. "
            "Holdfast books one seat there by plans/book-flight/book-flight.yaml. Below, $ is what somebody types, a "
            "number is an entry of the run's journal, * is what the airline or the shell says."
        )
        try:
            result = story(Traveller(folder, airline, say), airline, say)
        finally:
            airline.close()
        attempts = airline.count("SELECT count(*) FROM attempts WHERE operation = 'book'")
        bookings = airline.count("SELECT count(*) FROM bookings")
        waiting = airline.count("SELECT count(*) FROM waiting")
    say.scene(
        "What the airline's own database says. One request was refused, one was never answered, one repeated that "
        "under the same key."
    )
    say.event(f"{attempts} requests to book, {bookings} booking, {waiting} left on a waiting list")
    say.event(f"the run: {result['status']}, {json.dumps(result['output'])}")
    say.event(f"{time.monotonic() - began:.1f} s in all")
    good = (bookings, waiting, result["status"]) == (1, 0, "succeeded")
    say.verdict("exactly one booking" if good else "that is not what should have happened", good=good)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
