"""In which epoch is a warmup over whose length was divided without the last batch?"""

import torch

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

EXAMPLES, SIZE, EPOCHS = 100, 32, 10
WORDS = {8: "eight", 10: "ten", 12: "twelve"}


def lengths() -> None:
    data = torch.utils.data.TensorDataset(torch.zeros(EXAMPLES, 1))
    loader = torch.utils.data.DataLoader(data, batch_size=SIZE)

    warmup = EPOCHS * (len(data) // SIZE)  # in updates
    peak = warmup - 1  # the first update whose min((update + 1) / warmup, 1) is 1

    print("First at the peak: epoch", peak // len(loader))


def question(examples: int = EXAMPLES, size: int = SIZE, epochs: int = EPOCHS) -> Predict:
    program = Program.of(lengths, EXAMPLES=examples, SIZE=size, EPOCHS=epochs)
    full, rest = divmod(examples, size)
    whole_division = f"(len(data) // {size})"
    return Predict(
        title="The batch that nobody counted",
        prompt=f"A warmup over the first {WORDS[epochs]} epochs was meant, 0 to {epochs - 1}, with "
        "one update for each batch of `loader`. In which epoch, counted from 0, does an update "
        "first use the base LR?",
        program=program,
        line="First at the peak",
        difficulty="core",
        seen_in="[NeMo, PR 1336](https://github.com/NVIDIA/NeMo/pull/1336)",
        holds="It is the epoch of the first update whose factor is 1.",
        hints=(
            f"How many updates does the warmup take, and how many batches has the loader for "
            f"{examples} examples?",
            f"A `DataLoader` keeps the last batch, of {rest} examples here, unless it is told "
            "`drop_last=True`.",
            f"The warmup takes {epochs} · {full} updates, and an epoch has {full + 1}.",
        ),
        steps=f"""\
`{examples} // {size}` is {full}, so the warmup takes {epochs * full} updates, and update
{epochs * full - 1} is the first at the peak. The loader gives {full} full batches and one of {rest}
examples: {full + 1} updates an epoch. Update {epochs * full - 1} is in epoch {epochs * full - 1} //
{full + 1}, which is **{{answer}}**. `len(loader)` would have counted what the loop does.""",
        quick_check="Count an epoch's updates with `len(loader)`: it knows about the last batch.",
        misconceptions=(
            Misconception(
                "as-it-was-meant",
                "{believed} is what was meant, and what comes out if both lines count the same "
                "batches. Does `//` count the last one? Does the loader?",
                program.edited(whole_division, "len(loader)"),
            ),
            Misconception(
                "after-the-warmup",
                f"{{believed}} is the epoch after the {WORDS[epochs]} that were meant. The ramp "
                "ends *at* the base LR, and it is shorter than that.",
                program.edited(whole_division, "len(loader)").edited(
                    "peak = warmup - 1", "peak = warmup"
                ),
            ),
            Misconception(
                "counts-from-one",
                "{believed} counts the epochs from 1; the first one is epoch 0.",
                program.edited("peak // len(loader))", "peak // len(loader) + 1)"),
            ),
            Misconception(
                "the-other-way-round",
                f"{{believed}} gives the warmup {full + 1} updates an epoch and the loader {full} "
                "batches. Which of the two leaves the last batch out?",
                program.edited(whole_division, "len(loader)").edited(
                    "peak // len(loader))", f"peak // {full})"
                ),
            ),
            Misconception(
                "an-update-for-an-epoch",
                "{believed} is the index of the update. The epoch is asked for.",
                program.edited("peak // len(loader))", "peak)"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, examples=(100, 110, 120), size=(32, 45), epochs=(8, 10, 12))
