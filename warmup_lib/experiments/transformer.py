r"""Where the layer norm stands: a small transformer that reads a digit row by row.

.. math::
    \text{post-LN:}\quad x \leftarrow \mathrm{LN}(x + f(x)) \qquad
    \text{pre-LN:}\quad x \leftarrow x + f(\mathrm{LN}(x))
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from warmup_lib.schedules import Schedule
from warmup_lib.training import Run, batches, digits, train_model

LAYERS, WIDTH, HEADS, BATCH_SIZE = 6, 32, 2, 32
LR, WARMUP, UPDATES = 0.009, 80, 200


class RowReader(nn.Module):
    """Six encoder layers over the eight rows of a digit, then their mean, then ten logits."""

    def __init__(self, *, pre_ln: bool) -> None:
        super().__init__()
        self.embed = nn.Linear(8, WIDTH)
        self.place = nn.Parameter(0.02 * torch.randn(8, WIDTH))
        self.layers = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(
                    WIDTH, HEADS, 4 * WIDTH, dropout=0.0, batch_first=True, norm_first=pre_ln
                )
                for _ in range(LAYERS)
            )
        )
        self.norm = nn.LayerNorm(WIDTH) if pre_ln else nn.Identity()
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, pixels: Tensor) -> Tensor:
        rows = self.layers(self.embed(pixels.view(-1, 8, 8)) + self.place)
        logits: Tensor = self.head(self.norm(rows).mean(dim=1))
        return logits


def train_transformer(
    seed: int,
    schedule: Schedule,
    *,
    pre_ln: bool,
    lr: float = LR,
    updates: int = UPDATES,
) -> Run:
    """Train with fused Adam(0.9, 0.98) on batches of 32.

    Two arms of one seed have the same weights at the start and see the same batches.
    """
    with torch.random.fork_rng(devices=[]):
        # nn.Linear and its kin draw from the global generator.
        torch.manual_seed(seed)
        model = RowReader(pre_ln=pre_ln)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.98), fused=True)
    generator = Generator().manual_seed(seed)
    order = batches(len(digits().train_y), BATCH_SIZE, updates, generator)
    return train_model(model, optimizer, schedule, order)
