"""OR-Tools' CP-SAT: the only module that knows it. It is installed as an extra."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolverSolutionCallback, IntVar, LinearExpr

EXTRA = "ketasched[joint]"
WORKERS = 1
"""One search at a time, whatever the computer has: so the same question gets the same answer."""
STEPS_A_SECOND = 1 / 3
"""How many of the solver's seconds go into one on the clock: it takes two or three for each, and
the rest of the planning some too. So on a computer with nothing else to do the clock cuts nothing.
"""
NEARLY = 0.95
"""The share of its own seconds after which the solver stopped by itself."""
A_LOOK = 0.05
"""Seconds between two looks at whether somebody wants to stop."""
Verdict = Literal["optimal", "feasible", "infeasible", "unknown"]
Term = tuple["IntVar", int]
Progress = Callable[[int, int], None]
"""Is told the best so far and the bound."""


def is_installed() -> bool:
    """Whether the extra is there, and can be loaded."""
    try:
        importlib.import_module("ortools.sat.python.cp_model")
    except ImportError:
        return False
    return True


class Effort:
    """How long to search, and from which seed: ``seconds`` on the clock, and ``steps`` in all on
    the solver's own, which counts what it does, and so stops at the same point on any computer that
    is fast enough; ``was_cut`` where the clock stopped it. What is found is told, as numbers and in
    words.
    """

    def __init__(
        self,
        seconds: float,
        seed: int,
        tell: Progress | None = None,
        say: Callable[[str], None] = lambda _words: None,
    ) -> None:
        self.seed = seed
        self.say = say
        self.tell = tell or (lambda _best, _bound: None)
        self.stopped = False
        self.seconds = seconds
        self.steps = seconds * STEPS_A_SECOND
        self.was_cut = False
        self._ends = float("inf")
        self._left = self.steps

    def begin(self) -> None:
        """The search begins: its time runs from now on."""
        self._ends = time.monotonic() + self.seconds

    def ran_out(self) -> bool:
        """Whether there is no time left, or somebody stopped it; it is kept if the clock did."""
        if self.stopped or self._left <= 0:
            return True
        if time.monotonic() >= self._ends:
            self.was_cut = True
        return self.was_cut

    def limits(self, most: float, share: float) -> tuple[float, float]:
        """The seconds on the clock, a share of those that are left, and on the solver's own for one
        question.
        """
        left = (self._ends - time.monotonic()) * share
        return max(0.01, left), max(0.01, min(self._left, most))

    def spent(self, steps: float, *, is_cut: bool) -> None:
        """Some of the solver's seconds are used up; the clock may have cut them."""
        self._left -= steps
        self.was_cut |= is_cut and not self.stopped


class Outcome(NamedTuple):
    """What the solver came to: ``values`` of all variables by index, the objective, its bound."""

    verdict: Verdict
    values: Sequence[int] = ()
    best: int = 0
    bound: int = 0

    def is_set(self, variable: IntVar) -> bool:
        """Whether a yes-or-no variable is yes."""
        return bool(self.values[variable.index])

    @property
    def found(self) -> bool:
        """Whether there is a solution."""
        return self.verdict in ("optimal", "feasible")


def new_model() -> CpModel:
    """An empty model."""
    from ortools.sat.python.cp_model import CpModel

    return CpModel()


def weighted(terms: Iterable[Term]) -> LinearExpr:
    """The sum of variables with their weights."""
    from ortools.sat.python.cp_model import LinearExpr

    pairs = list(terms)
    return LinearExpr.weighted_sum([term for term, _ in pairs], [weight for _, weight in pairs])


def hint(model: CpModel, outcome: Outcome, variables: Iterable[IntVar]) -> None:
    """Let the next search begin at a solution."""
    model.clear_hints()  # type: ignore[no-untyped-call] # the package forgot its type
    for variable in variables:
        model.add_hint(variable, outcome.values[variable.index])


def solve(
    model: CpModel, effort: Effort, most: float, *, share: float = 1.0, tells: int = 0
) -> Outcome:
    """Search with at most ``most`` of the solver's seconds and a share of the time that is left.
    How far it is is told in units of ``tells``, if that is given. Ctrl-C ends the search with what
    was found so far, and is kept in the effort.
    """
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    wall, steps = effort.limits(most, share)
    solver.parameters.max_time_in_seconds = wall
    solver.parameters.max_deterministic_time = steps
    solver.parameters.random_seed = effort.seed
    solver.parameters.num_workers = WORKERS
    solver.parameters.catch_sigint_signal = False
    watch = _watcher(effort, tells) if tells else None
    status = _in_the_background(lambda: solver.solve(model, watch), solver.stop_search, effort)
    said = solver.status_name(status)
    verdict = _VERDICTS.get(said, "unknown")
    spent = solver.response_proto.deterministic_time
    is_cut = said in ("FEASIBLE", "UNKNOWN") and spent < steps * NEARLY
    effort.spent(spent, is_cut=is_cut)
    if verdict not in ("optimal", "feasible"):
        return Outcome(verdict)
    objective = model.has_objective()
    return Outcome(
        verdict,
        list(solver.response_proto.solution),
        round(solver.objective_value) if objective else 0,
        round(solver.best_objective_bound) if objective else 0,
    )


_VERDICTS: dict[str, Verdict] = {
    "OPTIMAL": "optimal",
    "FEASIBLE": "feasible",
    "INFEASIBLE": "infeasible",
}


Said = TypeVar("Said")


def _in_the_background(
    run: Callable[[], Said], stop: Callable[[], None], effort: Effort
) -> Said | None:
    """What a search gives, while this thread minds Ctrl-C."""
    said: list[Said] = []
    done = threading.Event()  # a thread that is joined counts as over after Ctrl-C, and is not

    def search() -> None:
        try:
            said.append(run())
        finally:
            done.set()

    threading.Thread(target=search, daemon=True).start()
    while not done.is_set():
        try:
            done.wait(A_LOOK)
        except KeyboardInterrupt:
            effort.stopped = True
            stop()
    return said[0] if said else None


def _watcher(effort: Effort, unit: int) -> CpSolverSolutionCallback:
    """What tells how far a search has come."""
    from ortools.sat.python.cp_model import CpSolverSolutionCallback

    class Watcher(CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            best, bound = round(self.objective_value), round(self.best_objective_bound)
            effort.tell(best // unit, max(0, bound) // unit)

    return Watcher()
