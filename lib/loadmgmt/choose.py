"""Who of those who wait may start: in the order of the queue, as far as the minima fit."""


def choose(waiting, low, cap, uses, room, earn, rank) -> list:
    """Take from room what the chosen ones need; return them."""
    got = []
    for i in waiting:
        for j in uses[i]:
            if room[j] < low[i]:
                break
        else:
            for j in uses[i]:
                room[j] -= low[i]
            got.append(i)
    return got
