"""Gwet's AC2 of study.csv and overlap.csv by the package irrCAC 0.4.4.

Run in a separate environment (it needs an old SciPy), in this folder:
pip install pandas scipy; pip install --no-deps irrCAC==0.4.4;
python irrcac.py > irrcac.json
"""

import json
import sys

import pandas as pd
from irrCAC.raw import CAC

CRITERIA = ("grounding", "explainability", "usefulness", "consistency")


def ac2(name: str) -> dict[str, float]:
    ratings = pd.read_csv(f"{name}.csv")
    if "occasion" in ratings:
        ratings = ratings[ratings.occasion == 1]
    readers = ratings.groupby("case").evaluator.transform("nunique")
    several = ratings[readers > 1]
    found = {}
    for criterion in CRITERIA:
        units = several.pivot(
            index=["case", "model"], columns="evaluator", values=criterion
        )
        cac = CAC(units, weights="quadratic", categories=[1, 2, 3, 4, 5], digits=15)
        found[criterion] = float(cac.gwet()["est"]["coefficient_value"])
    return found


found = {name: ac2(name) for name in ("study", "overlap")}
sys.stdout.write(json.dumps(found, indent=1) + "\n")
