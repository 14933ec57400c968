"""The processes that train one network: one, or those that ``torchrun`` starts.

Each takes its share of every batch. Before each step gradients are summed over the
processes, weighted by their numbers of clips, so a step is that of the whole batch;
only dropout differs by process. With a single process all of this is a no-op.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from accelerate.utils import broadcast_object_list, reduce
from torch import Tensor, nn

from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.extraction import own_device, processes

T = TypeVar("T")


class Team:
    """This process and its peers in one training."""

    def __init__(self) -> None:
        self._state = processes()

    @property
    def size(self) -> int:
        return int(self._state.num_processes)

    @property
    def index(self) -> int:
        return int(self._state.process_index)

    @property
    def device(self) -> torch.device:
        """The device on which tensors are exchanged."""
        return own_device()

    @property
    def is_first(self) -> bool:
        """Whether this process writes for all."""
        return self.index == 0

    def check(self, network: nn.Module) -> None:
        """Refuse to share batches that the network normalises over.

        Raises
        ------
        InputError
            If there are several processes and the network has batch normalisation: each
            process would normalise by the statistics of its own share.
        """
        if self.size > 1 and any(
            isinstance(layer, nn.modules.batchnorm._BatchNorm)
            for layer in network.modules()
        ):
            raise InputError(
                "this system normalises over each batch, which several processes would "
                "do share by share: train it in one process"
            )

    def share(self, rows: Tensor) -> Tensor:
        """This process's rows of a batch; may be empty."""
        return rows[self.index :: self.size]

    def sum_gradients(self, network: nn.Module) -> None:
        """Give every process the gradient of the whole batch."""
        if self.size == 1:
            return
        learned = [p for p in network.parameters() if p.requires_grad]
        for parameter in learned:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        gradients = [p.grad for p in learned if p.grad is not None]
        whole = self.summed(torch.cat([g.flatten() for g in gradients]))
        for gradient, part in zip(
            gradients, whole.split([g.numel() for g in gradients]), strict=True
        ):
            gradient.copy_(part.view_as(gradient))

    def summed(self, value: Tensor) -> Tensor:
        """The sum of a tensor over the processes."""
        return value if self.size == 1 else reduce(value, "sum")

    def agreed(self, value: T) -> T:
        """The first process's value, so that all decide alike."""
        if self.size == 1:
            return value
        said: list[T] = broadcast_object_list([value])
        return said[0]

    def wait(self) -> None:
        """Block until every process has arrived here."""
        self._state.wait_for_everyone()

    def leave(self) -> None:
        """Close the process group once all have finished.

        A process that just exited would close its connections while the others still
        read from them, which aborts them after their work is done.
        """
        if self.size > 1:
            self.wait()
            self._state.destroy_process_group()
