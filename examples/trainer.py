"""A Lightning Trainer on scikit-learn's digits: a linear warmup of 60 updates, then a constant LR.

It needs lightning, which `pip install lightning` has. An epoch has 57 updates.

    warmup doctor --plan "peak=0.01 warmup=60 updates_per_epoch=57" examples/trainer.py

With --bug the scheduler is returned as it is, and Lightning steps it once per epoch.
"""

import argparse
import logging
from typing import Any

import torch
from lightning.pytorch import LightningModule, Trainer
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset

EPOCHS, BATCH, WARMUP = 3, 32, 60


class Classifier(LightningModule):
    """A small classifier, and how it is trained."""

    def __init__(self, bug: bool) -> None:
        super().__init__()
        self.bug = bug
        self.layers = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    def training_step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """The loss of a batch."""
        x, y = batch
        return nn.functional.cross_entropy(self.layers(x), y)

    def configure_optimizers(self) -> Any:
        """Adam, and the schedule of its learning rate."""
        optimizer = torch.optim.Adam(self.parameters(), lr=0.01)
        scheduler = LambdaLR(optimizer, lambda update: min((update + 1) / WARMUP, 1.0))
        if self.bug:
            return [optimizer], [scheduler]
        return [optimizer], [{"scheduler": scheduler, "interval": "step"}]


def main(bug: bool) -> None:
    """Train the classifier, and print its accuracy."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # So small a model is faster on one.
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    pixels, labels = load_digits(return_X_y=True)
    data = TensorDataset(torch.tensor(pixels / 16, dtype=torch.float32), torch.tensor(labels))
    loader = DataLoader(data, batch_size=BATCH, shuffle=True)

    model = Classifier(bug)
    trainer = Trainer(
        accelerator="cpu",
        max_epochs=EPOCHS,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(model, loader)

    right = sum((model.layers(x).argmax(1) == y).sum().item() for x, y in loader)
    print(f"accuracy {right / len(data):.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bug", action="store_true", help="plant the bug")
    main(parser.parse_args().bug)
