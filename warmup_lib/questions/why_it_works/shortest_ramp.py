"""How long must a ramp be, so that it stays under an edge which the network needs less and less?"""

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

PEAK, SHARPNESS = 0.11, [60, 50, 40, 30, 20, 10]


def search() -> None:
    sharpness = SHARPNESS  # before updates 0 to 5

    for warmup in range(1, 61):
        factors = []
        for update in range(6):
            lr = PEAK * min((update + 1) / warmup, 1)
            factors.append(1 - lr * sharpness[update])  # what the update makes of x
        if all(abs(factor) < 1 for factor in factors):
            break
    print("Shortest:", warmup)


ALL = "all(abs(factor) < 1 for factor in factors)"


def question(peak: float = PEAK, sharpness: tuple[int, ...] = tuple(SHARPNESS)) -> Predict:
    program = Program.of(search, PEAK=peak, SHARPNESS=list(sharpness))
    products = [(update + 1) * value for update, value in enumerate(sharpness)]
    largest = max(products)
    return Predict(
        title="The shortest ramp",
        prompt=f"Gradient descent in a valley whose sharpness falls while the run goes on, from "
        f"{sharpness[0]} to {sharpness[-1]}. The program looks for the shortest linear warmup to "
        f"an LR of {peak} under which every one of six updates shrinks x. Which length does it "
        "print?",
        program=program,
        line="Shortest",
        difficulty="hard",
        points=2,
        holds="It is the shortest warmup under which LR · sharpness stays inside the edge in all "
        "six updates.",
        hints=(
            "For which values of LR · sharpness is the size of the factor below 1?",
            f"On a ramp of n updates the LR of update t is {peak} · (t + 1) / n. In which update "
            "is (t + 1) · sharpness largest?",
            f"(t + 1) · sharpness is {', '.join(map(str, products))}. So {peak} · {largest} / n "
            "must be below 2.",
        ),
        steps=f"""\
An update shrinks x if LR · sharpness is below 2. On a ramp of n updates that is {peak} · (t + 1) /
n · sharpness, and (t + 1) · sharpness is {", ".join(map(str, products))} for updates 0 to 5. It is
largest *on the way up*, {largest}, neither at the start nor at the end. {peak} · {largest} / n is
below 2 for n above {peak * largest / 2:.4g}, and the first whole number is **{{answer}}**. A ramp
is long enough if the edge 2/LR, which comes down from high up, meets the sharpness nowhere.""",
        quick_check="A ramp must keep 2/LR above the sharpness in every update, not just the "
        "first.",
        misconceptions=(
            Misconception(
                "only-the-peak-counts",
                f"You ask whether the last sharpness, {sharpness[-1]}, stands the peak. The "
                "updates before it have to shrink x as well.",
                program.edited(ALL, "abs(factors[-1]) < 1"),
            ),
            Misconception(
                "only-the-first-update",
                "{believed} is enough for update 0. From there the LR rises by whole multiples of "
                "its first value, and the sharpness falls more slowly.",
                program.edited(ALL, "abs(factors[0]) < 1"),
            ),
            Misconception(
                "no-overshoot-allowed",
                "{believed} keeps LR · sharpness below 1, so that no update oversteps the bottom. "
                "Overstepping by less than it was off before still shrinks x.",
                program.edited(ALL, "all(0 < factor for factor in factors)"),
            ),
            Misconception(
                "sharpness-stays",
                f"{{believed}} would be needed if the sharpness stayed at {sharpness[0]}. It falls "
                "while the LR rises.",
                program.edited("lr * sharpness[update]", "lr * sharpness[0]"),
            ),
            Misconception(
                "index-as-count",
                "{believed} would do for a ramp that starts at 0. This one adds one to the index.",
                program.edited("(update + 1) / warmup", "update / warmup").edited(
                    "abs(factor) < 1", "abs(factor) <= 1"
                ),
            ),
            Misconception(
                "rounds-down",
                "{believed} is a little too short: in one update LR · sharpness is still above 2.",
                program.edited('"Shortest:", warmup)', '"Shortest:", warmup - 1)'),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(
    question,
    peak=(0.11, 0.13, 0.14),
    sharpness=((60, 50, 40, 30, 20, 10), (90, 60, 50, 40, 20, 10), (50, 48, 45, 36, 24, 12)),
)
