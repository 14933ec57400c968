"""The training loop: AdamW over cached features, epoch chosen on validation subjects.

1. Each epoch's order and dropout depend on (seed, epoch) alone, so a run that was
   killed and resumed ends with the same weights as an uninterrupted one.
2. After each epoch the training state is written atomically, as is the curve.
3. The weights of the best validation macro F1 are kept (ties: lowest validation loss,
   then the first epoch); the test split is never looked at.
4. Closed-form parts are fitted before the first epoch; a network that has nothing else
   has one point on its curve, and is finally fitted to the training and the validation
   subjects together.
5. Under ``torchrun`` each process takes its share of every batch (``team.py``); the
   first one writes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor, nn

from gaitmodel.core.config import TrainConfig
from gaitmodel.core.errors import GaitError, TransientError
from gaitmodel.core.scoring.scores import macro_f1
from gaitmodel.core.seeding import drawing_from
from gaitmodel.core.systems.base import ClosedForm
from gaitmodel.core.taxonomy import CLASSES
from gaitmodel.core.training.checkpoint import (
    RESUME,
    load_running,
    save_running,
    save_weights,
)
from gaitmodel.core.training.curves import EpochReport, write_curves
from gaitmodel.core.training.dataset import Examples
from gaitmodel.core.training.loss import class_weights, weighted_cross_entropy
from gaitmodel.core.training.team import Team


@dataclass
class _State:
    """The state that a resumed run needs."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    curve: list[EpochReport]
    best: tuple[float, float] | None = None
    best_epoch: int = 0

    def save(self, folder: Path) -> None:
        save_running(
            {
                "network": self.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "curve": [asdict(report) for report in self.curve],
                "best": self.best,
                "best_epoch": self.best_epoch,
            },
            folder,
        )

    def load(self, folder: Path, device: torch.device) -> None:
        stored = load_running(folder, device)
        self.network.load_state_dict(stored["network"])
        self.optimizer.load_state_dict(stored["optimizer"])
        self.curve = [EpochReport(**report) for report in stored["curve"]]
        self.best = stored["best"]
        self.best_epoch = stored["best_epoch"]

    def is_over(self, config: TrainConfig) -> bool:
        """Whether all epochs have run, or none of the last ``patience`` was better."""
        run = len(self.curve)
        tired = bool(config.patience) and run - self.best_epoch >= config.patience
        return run >= config.epochs or tired


@dataclass(frozen=True)
class TrainResult:
    """The outcome of a training."""

    curve: tuple[EpochReport, ...]
    best_epoch: int
    best_val_macro_f1: float | None


def train(
    make_network: Callable[[], nn.Module],
    data: Examples,
    validation: Examples | None,
    config: TrainConfig,
    folder: Path,
    on_epoch: Callable[[EpochReport], None],
    eval_batch: int = 64,
) -> TrainResult:
    """Fit a fresh network, or resume from ``folder``.

    Raises
    ------
    GaitError
        If a loss or a weight is not a number (the last good checkpoint stays), or the
        saved training state is corrupt.
    InputError
        If several processes are to train a network that normalises over batches.
    TransientError
        If the device runs out of memory.
    """
    team = Team()
    device = team.device
    data = data.to(device)
    validation = validation.to(device) if validation else None
    network = _made(make_network, config.seed).to(device)
    team.check(network)
    training = data
    if isinstance(network, ClosedForm):
        fitted = network.fit_closed_form(data.inputs, data.labels, data.subjects)
        training = replace(data, inputs=fitted)
    weights = class_weights(data.labels, len(CLASSES))
    if not any(True for _ in network.parameters()):
        return _train_at_once(
            network, training, data, validation, weights, folder, on_epoch, team
        )
    state = _begin(network, config, folder, device)
    while not state.is_over(config):
        epoch = len(state.curve) + 1
        try:
            loss = _epoch(state, training, weights, config, epoch, team)
        except torch.OutOfMemoryError as error:
            raise TransientError(
                f"epoch {epoch}: the device is out of memory; lower --batch-size"
            ) from error
        report = team.agreed(
            _report(state.network, validation, weights, epoch, loss, eval_batch)
        )
        _keep(state, report, folder, team)
        on_epoch(report)
    best = state.best[0] if state.best and validation else None
    return TrainResult(tuple(state.curve), state.best_epoch, best)


def _made(make_network: Callable[[], nn.Module], seed: int) -> nn.Module:
    with drawing_from(seed):
        return make_network()


def _train_at_once(
    network: nn.Module,
    training: Examples,
    data: Examples,
    validation: Examples | None,
    weights: Tensor,
    folder: Path,
    on_epoch: Callable[[EpochReport], None],
    team: Team,
) -> TrainResult:
    """Evaluate a network without parameters on validation subjects, then fit to all."""
    with torch.no_grad():
        own = network(**training.inputs)
        loss = float(weighted_cross_entropy(own, training.labels, weights))
    report = _report(network, validation, weights, 1, loss, 64)
    if validation and isinstance(network, ClosedForm):
        every = data.joined(validation)
        network.fit_closed_form(every.inputs, every.labels, every.subjects)
    if team.is_first:
        folder.mkdir(parents=True, exist_ok=True)
        save_weights(network, folder)
        write_curves(folder, [report])
    on_epoch(report)
    return TrainResult((report,), 1, report.val_macro_f1)


def _begin(
    network: nn.Module, config: TrainConfig, folder: Path, device: torch.device
) -> _State:
    folder.mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.AdamW(
        network.parameters(),
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
        fused=True,
    )
    state = _State(network, optimizer, [])
    if (folder / RESUME).exists():
        state.load(folder, device)
    return state


def _epoch(
    state: _State,
    data: Examples,
    weights: Tensor,
    config: TrainConfig,
    epoch: int,
    team: Team,
) -> float:
    """One pass over the clips in an order of its own; returns the mean loss."""
    state.network.train()
    device = data.labels.device
    total = torch.zeros((), device=device)
    with drawing_from(config.seed * 1_000_003 + epoch):
        order = torch.randperm(len(data)).to(device)
        if team.index:  # each process has its own dropout
            torch.manual_seed(config.seed * 1_000_003 + epoch + 7_919 * team.index)
        for rows in order.split(config.batch_size):
            state.optimizer.zero_grad(set_to_none=True)
            own = team.share(rows)
            if len(own):
                inputs, labels = data.batch(own)
                loss = weighted_cross_entropy(state.network(**inputs), labels, weights)
                part = loss * (len(own) / len(rows)) if team.size > 1 else loss
                part.backward()
                total += loss.detach() * len(own)
            team.sum_gradients(state.network)
            state.optimizer.step()
    # The epoch's losses do not show what the last step did to the weights.
    if not all(bool(p.isfinite().all()) for p in state.network.parameters()):
        raise GaitError(f"epoch {epoch}: a weight is not a number; lower --lr")
    return _finite(float(team.summed(total) / len(data)), epoch, "loss")


def _finite(value: float, epoch: int, what: str) -> float:
    if not math.isfinite(value):
        raise GaitError(
            f"epoch {epoch}: the {what} is {value}, not a number; lower --lr"
        )
    return value


@torch.no_grad()
def logits_of(
    network: nn.Module, inputs: Mapping[str, Tensor], batch_size: int = 64
) -> Tensor:
    """(N, K) logits in evaluation mode, on the CPU; runs on the network's device."""
    network.eval()
    length = len(next(iter(inputs.values())))
    state = next(chain(network.parameters(), network.buffers()), None)
    device = torch.device("cpu") if state is None else state.device
    parts = [
        network(
            **{k: v[start : start + batch_size].to(device) for k, v in inputs.items()}
        )
        for start in range(0, length, batch_size)
    ]
    return torch.cat(parts).float().cpu()


def _report(
    network: nn.Module,
    validation: Examples | None,
    weights: Tensor,
    epoch: int,
    loss: float,
    eval_batch: int,
) -> EpochReport:
    if validation is None:
        return EpochReport(epoch, loss, None, None)
    logits = logits_of(network, validation.inputs, eval_batch)
    labels = validation.labels.cpu()
    val_loss = float(weighted_cross_entropy(logits, labels, weights.cpu()))
    score = macro_f1(labels.tolist(), logits.argmax(dim=1).tolist())
    return EpochReport(epoch, loss, _finite(val_loss, epoch, "validation loss"), score)


def _keep(state: _State, report: EpochReport, folder: Path, team: Team) -> None:
    """Keep the weights if they are the best so far; write the state and the curve."""
    state.curve.append(report)
    if report.val_macro_f1 is None or report.val_loss is None:
        rank = (float(report.epoch), 0.0)  # no validation subjects: the last epoch
    else:
        rank = (report.val_macro_f1, -report.val_loss)
    if state.best is None or rank > state.best:
        state.best, state.best_epoch = rank, report.epoch
        if team.is_first:
            save_weights(state.network, folder)
    if team.is_first:
        write_curves(folder, state.curve)
        state.save(folder)
