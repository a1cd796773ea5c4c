"""Money as whole fen, and the one way it is divided and shown; no currency other than CNY."""

from typing import NewType

Fen = NewType("Fen", int)

ZERO_FEN = Fen(0)


def fen_of_yuan(yuan: int) -> Fen:
    """Whole yuan to fen."""
    return Fen(yuan * 100)


def yuan_text(amount: Fen) -> str:
    """Yuan with two decimals and thousands separators, e.g. ``1,234.50``; negative amounts keep their sign."""
    sign, fen = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def times_ratio(amount: Fen, numerator: int, denominator: int) -> Fen:
    """``amount * numerator / denominator``, rounded half up away from zero to the fen (四舍五入)."""
    if denominator <= 0:
        raise ValueError(f"denominator must be positive, got {denominator}")
    product = amount * numerator
    magnitude = (2 * abs(product) + denominator) // (2 * denominator)
    return Fen(magnitude if product >= 0 else -magnitude)


def split_by_weights(amount: Fen, weights: tuple[int, ...]) -> tuple[Fen, ...]:
    """Shares of ``amount`` by ``weights``, largest remainder, earlier first on ties; the shares add up exactly."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"weights must be non-negative with a positive sum, got {weights}")
    floors = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for i in by_remainder[: amount - sum(floors)]:
        floors[i] += 1
    return tuple(Fen(share) for share in floors)
