"""Print how long a team waits for one of its processes; run by the test of teams."""

import sys

import torch

from gaitmodel.core.training.team import Team

if __name__ == "__main__":
    team = Team()
    group = torch.distributed.group.WORLD
    waits = group._get_backend(torch.device("cpu")).options._timeout
    if team.is_first:
        sys.stdout.write(f"{int(waits.total_seconds())}\n")
    team.leave()
