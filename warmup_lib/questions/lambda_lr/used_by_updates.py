"""Which LRs did the updates of that loop really use?"""

from warmup_lib.questions.lambda_lr.first_print import PRINT, STEP, program
from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.question import Misconception

used = program.edited(STEP + PRINT, STEP).edited(
    "    optimizer.step()", '    print(optimizer.param_groups[0]["lr"])\n    optimizer.step()'
)

QUESTION = Predict(
    title="What the updates used",
    prompt="The loop of the question before, once more. Which learning rates did its five "
    "`optimizer.step()` calls use? That is what trained; the log is only what was printed.",
    program=program,
    truth=used,
    difficulty="core",
    holds="Each value is what `optimizer.param_groups[0]['lr']` was when `optimizer.step()` ran.",
    hints=(
        "The log starts with the line `Epoch 1`. Had any update been made before the LR on that "
        "line was set? Which LR did it use?",
        "The first update runs before any `scheduler.step()`: the counter is still 0.",
        "Update t uses the lambda's value at t, times the base LR.",
    ),
    steps="""\
Building `LambdaLR` sets the LR for counter 0, and the first `optimizer.step()` uses it. Each
`scheduler.step()` then sets the LR of the next update. So update t uses
`0.1 * min((t + 1) / 5, 1)`: **{answer}**. The log is the same list, one place early.""",
    quick_check="To know what was used, read `optimizer.param_groups` before `optimizer.step()`.",
    misconceptions=(
        Misconception(
            "believes-the-log",
            "{believed} is what the loop prints. Each of those was set after the update it is "
            "printed with; the first update's own LR is never printed.",
            program,
        ),
        Misconception(
            "starts-at-zero",
            "{believed} would be a ramp that starts at 0. This lambda adds one to its counter "
            "before it divides.",
            used.edited("(epoch + 1) / 5", "epoch / 5"),
        ),
    ),
)
