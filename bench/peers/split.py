"""Which samples calibrate: the port of `draw` (src/base/random.ts) and `calibrationSamples` (src/measure/split.ts), so that peers see the samples that Whittle sees."""

SEED = 4
MASK = 0xFFFFFFFF


def uniform(seed: int):
    """Numbers in [0, 1): mulberry32."""
    state = seed & MASK
    while True:
        state = (state + 0x6D2B79F5) & MASK
        z = ((state ^ (state >> 15)) * (state | 1)) & MASK
        z ^= (z + (z ^ (z >> 7)) * (z | 61)) & MASK
        yield (z ^ (z >> 14)) / 2**32


def draw(total: int, count: int, seed: int) -> list[int]:
    """`count` different numbers of 0 .. total - 1, ascending (partial Fisher-Yates shuffle)."""
    random = uniform(seed)
    order = list(range(total))
    taken = min(count, total)
    for i in range(taken):
        j = i + int(next(random) * (total - i))
        order[i], order[j] = order[j], order[i]
    return sorted(order[:taken])


def split(total: int, count: int, seed: int = SEED) -> tuple[list[int], list[int]]:
    """Indices that calibrate (`count`, at most half; other seeds are other draws) and those that are scored (all others)."""
    calibration = draw(total, min(count, max(1, total // 2)), seed)
    left_out = set(calibration)
    return calibration, [i for i in range(total) if i not in left_out]
