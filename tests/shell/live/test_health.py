from basisdesk.shell.live.health import SECOND, Board, Capability, Condition, Health, Pace, Weight

UP, DEGRADED, DOWN = Health.UP, Health.DEGRADED, Health.DOWN
DATA, ORDERS = Capability.DATA, Capability.ORDERS


class Wall:
    def __init__(self) -> None:
        self.time = 100
        self.heard: list[tuple[str, Capability, Health, str]] = []
        self.board = Board(lambda: self.time, self.hear)

    def hear(self, venue: str, capability: Capability, condition: Condition) -> None:
        self.heard.append((venue, capability, condition.health, condition.reason))


def test_what_nobody_spoke_of_is_down() -> None:
    wall = Wall()
    wall.time = 150
    condition = wall.board.of("okx", ORDERS)
    assert (condition.health, condition.since, condition.age(175)) == (DOWN, 100, 75)
    assert wall.board.parts("okx", ORDERS) == {}


def test_each_capability_of_a_venue_is_judged_by_itself() -> None:
    wall = Wall()
    wall.board.say("okx", DATA, "books", UP)
    wall.board.say("okx", ORDERS, "http", DOWN, "no answer")
    assert wall.board.of("okx", DATA).health is UP
    assert wall.board.of("okx", ORDERS) == Condition(DOWN, "http: no answer", 100)
    assert wall.board.of("htx", DATA).health is DOWN


def test_one_of_several_degrades_and_all_of_them_take_it_down() -> None:
    wall = Wall()
    for part in ("spot", "swap"):
        wall.board.say("okx", DATA, part, UP)
    wall.board.say("okx", DATA, "clock", UP, weight=Weight.SIDE)
    wall.board.say("okx", DATA, "spot", DOWN, "lost")
    assert wall.board.of("okx", DATA).reason == "spot: lost"
    assert wall.board.of("okx", DATA).health is DEGRADED
    wall.board.say("okx", DATA, "swap", DOWN, "lost too")
    assert wall.board.of("okx", DATA).health is DOWN
    assert wall.board.of("okx", DATA).reason == "spot: lost (and 1 more)"


def test_a_vital_part_takes_it_down_and_a_side_part_never_does() -> None:
    wall = Wall()
    wall.board.say("okx", ORDERS, "clock", DOWN, "off", Weight.SIDE)
    assert wall.board.of("okx", ORDERS).health is DEGRADED
    wall.board.say("okx", ORDERS, "key", DOWN, "refused", Weight.VITAL)
    wall.board.say("okx", ORDERS, "http", UP)
    assert wall.board.of("okx", ORDERS) == Condition(DOWN, "key: refused", 100)


def test_since_when_counts_from_the_change_and_only_changes_are_told() -> None:
    wall = Wall()
    wall.board.say("okx", DATA, "spot", DEGRADED, "slow")
    wall.time = 200
    wall.board.say("okx", DATA, "spot", DEGRADED, "slower")
    assert wall.board.of("okx", DATA) == Condition(DEGRADED, "spot: slower", 100)
    assert wall.board.parts("okx", DATA)["spot"].since == 100
    wall.board.say("okx", DATA, "spot", UP)
    assert wall.board.of("okx", DATA).since == 200
    assert [entry[2] for entry in wall.heard] == [DEGRADED, UP]


def test_a_part_that_is_no_more_is_forgotten() -> None:
    wall = Wall()
    wall.board.say("okx", DATA, "spot", UP)
    wall.board.say("okx", DATA, "swap", DOWN, "lost")
    wall.board.forget("okx", DATA, "swap")
    wall.board.forget("okx", DATA, "never")
    wall.board.forget("htx", DATA, "never")
    assert wall.board.of("okx", DATA).health is UP
    wall.board.forget("okx", DATA, "spot")
    assert wall.board.of("okx", DATA) == Condition(DOWN, "nothing is connected", 100)


def test_a_venue_is_slow_when_the_median_of_its_answers_is() -> None:
    pace = Pace(limit=2 * SECOND, watched=5)
    assert pace.middle == 0
    assert [pace.took(span * SECOND) for span in (1, 1, 9)] == [False, False, False]
    pace.took(9 * SECOND)
    assert pace.took(9 * SECOND)
    assert pace.middle == 9 * SECOND
    for _ in range(3):
        pace.took(SECOND)
    assert not pace.slow
