"""Plain PyTorch on scikit-learn's digits: a linear warmup of 40 updates, then a constant LR.

    warmup doctor --plan "peak=0.1 warmup=40 ramp=linear then=hold" examples/plain.py

With --bug the warmup's factor has no cap, and goes on rising after it.
"""

import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset

EPOCHS, BATCH, WARMUP = 3, 32, 40


def main(bug: bool) -> None:
    """Train a small classifier, and print its accuracy."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # So small a model is faster on one.
    pixels, labels = load_digits(return_X_y=True)
    data = TensorDataset(torch.tensor(pixels / 16, dtype=torch.float32), torch.tensor(labels))
    loader = DataLoader(data, batch_size=BATCH, shuffle=True)

    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    if bug:
        scheduler = LambdaLR(optimizer, lambda update: (update + 1) / WARMUP)
    else:
        scheduler = LambdaLR(optimizer, lambda update: min((update + 1) / WARMUP, 1.0))

    for _ in range(EPOCHS):
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()

    right = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
    print(f"accuracy {right / len(data):.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bug", action="store_true", help="plant the bug")
    main(parser.parse_args().bug)
