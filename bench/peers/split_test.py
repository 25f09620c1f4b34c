"""python bench/peers/split_test.py: the port gives the numbers that `draw` of src/base/random.ts printed."""

from split import draw, split

PRINTED = {(10, 3, 4): ([1, 3, 9], 13), (500, 128, 4): ([0, 1, 4, 10, 12, 20, 25, 27], 34247), (5000, 128, 4): ([14, 20, 59, 73, 83, 90, 92, 134], 338101)}

for arguments, (first, total) in PRINTED.items():
    drawn = draw(*arguments)
    assert drawn[: len(first)] == first and sum(drawn) == total, (arguments, drawn)
calibration, scored = split(500, 128)
assert sorted(calibration + scored) == list(range(500)) and len(calibration) == 128
assert split(10, 128)[0] == draw(10, 5, 4)
assert split(500, 128, 5)[0] == draw(500, 128, 5) != calibration
print("ok")
