"""Gradient accumulation with bfloat16 autocast on the CPU: linear warmup, then a cosine to 0.

An update takes 4 micro-batches of 16 digits. 4 epochs have 112 updates, of which 20 warm up.

    warmup doctor --plan "peak=0.002 warmup=20 total=112 then=cosine" examples/accumulate_amp.py

With --bug the scheduler is stepped after every micro-batch, and not after every update.
"""

import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, TensorDataset

EPOCHS, MICRO_BATCH, ACCUMULATE, WARMUP = 4, 16, 4, 20


def main(bug: bool) -> None:
    """Train a small classifier, and print its accuracy."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # So small a model is faster on one.
    pixels, labels = load_digits(return_X_y=True)
    data = TensorDataset(torch.tensor(pixels / 16, dtype=torch.float32), torch.tensor(labels))
    loader = DataLoader(data, batch_size=MICRO_BATCH, shuffle=True, drop_last=True)

    model = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    updates = EPOCHS * len(loader) // ACCUMULATE
    warmup = LinearLR(optimizer, start_factor=1 / WARMUP, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=updates - WARMUP)
    scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])

    for _ in range(EPOCHS):
        for number, (x, y) in enumerate(loader, start=1):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = nn.functional.cross_entropy(model(x), y)
            (loss / ACCUMULATE).backward()
            if number % ACCUMULATE == 0:
                optimizer.step()
                optimizer.zero_grad()
            if bug or number % ACCUMULATE == 0:
                scheduler.step()

    right = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
    print(f"accuracy {right / len(data):.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bug", action="store_true", help="plant the bug")
    main(parser.parse_args().bug)
