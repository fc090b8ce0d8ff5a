"""What the tasks of this chapter may use and need not write: where the data are."""

from pathlib import Path

# Column `B` encodes a racist assumption: read PROVENANCE.md beside the file before you draw conclusions from it.
BOSTON = Path(__file__).resolve().parent.parent / "data" / "boston_house_prices.csv"
