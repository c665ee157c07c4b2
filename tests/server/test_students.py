"""Two students and a stranger do whatever comes to mind: nobody sees another's uploads, and nothing is lost.

What was acknowledged is there with its own bytes, for its owner and for whom the owner told, through restarts and days,
until nobody has used it for `upload_days`. What is absent and what is somebody else's are told in the same bytes.
"""

import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from PIL import Image

from convoscope.server import clock
from convoscope.server.limits import Limits
from convoscope.server.store import content_id
from tests.conftest import IN_CI
from tests.server.inside import Answer, Inside, room
from tests.server.network_files import small

SEQUENCES = int(os.environ.get("CONVOSCOPE_SEQUENCES", "3" if IN_CI else "15"))
"""Thousands in the long form."""
GENERATE = (Phase.reuse, Phase.generate)
"""A sequence that fails is told as it is: making it shorter takes minutes."""
DAYS, DAY = 30, 86_400
WHO = {"ada": "a" * 26, "bob": "b" * 26}
ABSENT = "z" * 26
FILES = (small(), small())
PIECES = ("/api/images", "/api/networks", "/", "/api/limits", "/api/openapi.json", "/metrics", "/readyz")
student, number = st.sampled_from(sorted(WHO)), st.integers(0, 99)


@dataclass
class Upload:
    """What somebody sent. content: equal for what gives equal numbers. used: the day when it was last used for sure."""

    id: str
    kind: str
    content: object
    truth: bytes
    knows: set[str]
    used: float
    marks: list[str] = field(default_factory=list)
    gone: bool = False
    doubtful: bool = False
    """It is in memory at most, since nobody had used it for long."""

    @property
    def path(self) -> str:
        return f"/api/images/{self.id}/picture" if self.kind == "image" else f"/api/networks/{self.id}"


class Room(RuleBasedStateMachine):
    """What they do. The server is a new one in an empty folder; what it decodes with stays."""

    server: Inside

    def __init__(self) -> None:
        super().__init__()
        self.folder, self.patch, self.day = Path(tempfile.mkdtemp()), pytest.MonkeyPatch(), 0.0
        real = clock.passed
        self.patch.setattr(clock, "passed", lambda: real() + self.day * DAY)
        self.server.move(self.folder)
        self.uploads: dict[str, Upload] = {}
        self.numbers: dict[object, bytes] = {}

    def teardown(self) -> None:
        for upload in self.uploads.values():
            for who in upload.knows:
                self.is_as_it_was(who, upload)
        self.patch.undo()
        rmtree(self.folder)

    def ask(self, who: str, method: str, path: str, body: bytes = b"") -> Answer:
        """An answer to somebody, in which nothing may be of what they do not know."""
        answer = self.server.ask(method, path, body, self.server.cookie(WHO[who]))
        told = answer.body + repr(answer.headers).encode()
        known, others = (
            {mark for u in self.uploads.values() if (who in u.knows) is knows for mark in (u.id, *u.marks)}
            for knows in (True, False)
        )
        assert not [mark for mark in others - known if mark.encode() in told], path
        return answer

    def fresh(self, who: str, kind: str) -> list[Upload]:
        """What somebody knows and has to find."""
        known = [u for u in self.uploads.values() if who in u.knows and u.kind == kind]
        return [u for u in known if not u.doubtful and self.day - u.used < DAYS - 1]

    def acknowledged(self, who: str, kind: str, content: object, answer: Answer, marks: list[str]) -> None:
        assert answer.status == 201, answer.body
        found = self.uploads.setdefault(
            answer.said["id"], Upload(answer.said["id"], kind, content, b"", {who}, 0, marks)
        )
        assert who in found.knows, "two students never have the same id"
        found.gone = found.doubtful = False
        found.truth = self.ask(who, "GET", found.path).body
        found.used = self.day

    def is_as_it_was(self, who: str, upload: Upload) -> None:
        """An upload that they know is there, if it has to be, and is never another one."""
        old = self.day - upload.used > DAYS - 1 / 12  # use is noted once in an hour
        upload.doubtful = upload.doubtful or old
        answer = self.ask(who, "GET", upload.path)
        if answer.status == 404:
            assert upload.gone or upload.doubtful
            assert alike(answer, self.ask(who, "GET", upload.path.replace(upload.id, ABSENT)))
        else:
            assert (answer.status, answer.body) == (200, upload.truth)
            assert not upload.gone
            upload.used = upload.used if upload.doubtful else self.day

    @rule(who=student, colour=st.integers(0, 2))
    def sends_a_picture(self, who: str, colour: int) -> None:
        out = io.BytesIO()
        Image.new("RGB", (9, 8), (colour, 30, 30)).save(out, "PNG")
        self.acknowledged(who, "image", colour, self.ask(who, "PUT", "/api/images", out.getvalue()), [])

    @rule(who=student, which=st.integers(0, 1))
    def opens_a_network(self, who: str, which: int) -> None:
        title = ("a net", f"the net of {who}")[which]
        answer = self.ask(who, "PUT", f"/api/networks?title={title.replace(' ', '+')}", FILES[which])
        self.acknowledged(who, "network", which, answer, [title] * which)

    @rule(who=student, which=number, names=st.integers(0, 1))
    def names_classes(self, who: str, which: int, names: int) -> None:
        base = next(iter(self.fresh(who, "network")), None)
        path, content, marks = (base.path, base.content, base.marks) if base else ("/api/networks/tiny", "tiny", [])
        own = ("class ", f"{who}s ")[names]
        text = "\n".join(f"{own}{k}" for k in range(4)).encode()
        answer = self.ask(who, "PUT", f"{path}/labels", text)
        self.acknowledged(who, "network", content, answer, [own] * names + marks)

    @precondition(lambda self: self.uploads)
    @rule(who=student, which=number)
    def looks(self, who: str, which: int) -> None:
        upload = [*self.uploads.values()][which % len(self.uploads)]
        if who in upload.knows:
            self.is_as_it_was(who, upload)

    @precondition(lambda self: self.uploads)
    @rule(who=student, which=number)
    def is_told_of_an_upload(self, who: str, which: int) -> None:
        upload = [*self.uploads.values()][which % len(self.uploads)]
        upload.knows.add(who)
        self.is_as_it_was(who, upload)

    @rule(who=student, which=number, value=st.integers(0, 2))
    def changes_a_weight(self, who: str, which: int, value: int) -> None:
        """The numbers depend on pixels, weights and the change; not on whose they are."""
        images, networks = self.fresh(who, "image"), self.fresh(who, "network")
        if images and networks:
            image, network = images[which % len(images)], networks[which % len(networks)]
            path = f"/api/traces/{network.id}/{image.id}/activations?nodes=logits&edit=logits.weight@1,2={value}"
            answer = self.ask(who, "GET", path)
            assert answer.status == 200, answer.body
            same = image.content, network.content, value
            assert self.numbers.setdefault(same, answer.body) == answer.body
            image.used = network.used = self.day

    @rule(who=student, colour=st.integers(0, 2))
    def guesses(self, who: str, colour: int) -> None:
        """What is there under an id that depends on what is in it, for a server that keeps them so."""
        pixels = bytes((colour, 30, 30)) * 72
        for id in (content_id(b"9x8", pixels), content_id(pixels), WHO["ada"], WHO["bob"]):
            for path in ("/api/images/{}", "/api/networks/{}", "/api/traces/tiny/{}"):
                assert alike(self.ask(who, "GET", path.format(id)), self.ask(who, "GET", path.format(ABSENT)))

    @rule(who=student, which=st.sampled_from(PIECES))
    def looks_around(self, who: str, which: str) -> None:
        self.ask(who, "GET", which)

    @rule(which=number)
    def a_stranger_asks(self, which: int) -> None:
        paths = [*PIECES, *(u.path for u in self.uploads.values())]
        told = {self.server.ask("GET", path).without_its_number[2] for path in (paths[which % len(paths)], "/nowhere")}
        assert len(told) == 1

    @rule(days=st.sampled_from((1, 12, 31)))
    def days_pass(self, days: int) -> None:
        self.day += days
        self.swept()

    def swept(self) -> None:
        assert self.server.services.kept is not None
        self.server.services.kept.sweep()

    @rule(without_index=st.booleans())
    def the_server_starts_again(self, without_index: bool) -> None:
        if without_index:
            rmtree(self.folder / "students", ignore_errors=True)
        self.server.restart()
        self.swept()
        for upload in self.uploads.values():
            upload.gone = upload.gone or self.day - upload.used > DAYS


def alike(one: Answer, other: Answer) -> bool:
    """Whether two answers are the same bytes, but for the number of each."""
    return one.without_its_number == other.without_its_number


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with room(tmp_path_factory.mktemp("store"), Limits(disk_free=1, upload_days=DAYS)) as found:
        yield found


def test_whatever_two_students_and_a_stranger_do_each_sees_their_own_and_nothing_is_lost(inside: Inside) -> None:
    Room.server = inside
    long = settings(
        max_examples=SEQUENCES, stateful_step_count=25, suppress_health_check=[*HealthCheck], phases=GENERATE
    )
    run_state_machine_as_test(Room, settings=long)


def test_an_upload_that_is_looked_at_in_memory_counts_as_used(inside: Inside) -> None:
    Room.server = inside
    room = Room()
    room.sends_a_picture("ada", 1)
    room.opens_a_network("ada", 0)
    for _ in range(3):
        room.days_pass(12)
        for upload in room.uploads.values():
            room.is_as_it_was("ada", upload)
    room.the_server_starts_again(False)
    assert [upload.gone for upload in room.uploads.values()] == [False, False]
    room.teardown()
