"""Small numbers cannot be computed from what is shown; the checker shares no code with Haven."""

from __future__ import annotations

from bot.hotline.figures.bands import band_of, band_range
from bot.hotline.figures.model import FEWEST_PUBLISHED, FEWEST_SHOWN, Count, Figure, FigureTable
from bot.hotline.figures.months import release
from tests.support.figures.differencing import find_few_people, find_isolated
from tests.support.figures.histories import (
    finest_bands,
    primary_only,
    random_history,
    random_shared_month,
    release_history,
    release_shared,
)

HISTORIES = 60
"""`./run fire figures --long` tries 10,000."""
SHARED_MONTHS = 150
WITHOUT_SUM = frozenset({"law"})


def test_no_released_tables_single_out_fewer_people_than_the_threshold() -> None:
    found = []
    for seed in range(HISTORIES):
        staff, published = release_history(random_history(seed))
        found += find_isolated(
            staff, published, fewest=FEWEST_SHOWN, without_sum=WITHOUT_SUM
        ) + find_isolated(published, fewest=FEWEST_PUBLISHED, without_sum=WITHOUT_SUM)
    assert found == []


def test_the_check_notices_numbers_left_out_without_others_to_cover_them() -> None:
    noticed = [
        seed for seed in range(20)
        if find_isolated(
            primary_only(random_history(seed), FEWEST_SHOWN), fewest=FEWEST_SHOWN,
            without_sum=WITHOUT_SUM,
        )
    ]  # fmt: skip
    assert len(noticed) > 10


def test_sums_of_rows_are_never_of_fewer_people_than_the_threshold() -> None:
    """Five services may be given to one person, so a sum of five is not enough."""
    found, looked_at = [], 0
    for seed in range(SHARED_MONTHS):
        people = random_shared_month(seed)
        staff, published = release_shared(people)
        looked_at += sum(it["total"] is not None for it in staff[0]["figures"])
        found += find_few_people(staff, published, people=people, fewest=FEWEST_SHOWN)
        found += find_few_people(published, people=people, fewest=FEWEST_PUBLISHED)
        found += find_isolated(staff, published, fewest=FEWEST_SHOWN)
    assert found == []
    assert looked_at > SHARED_MONTHS // 2


def test_the_check_notices_rows_that_are_summed_as_if_no_one_stood_in_two() -> None:
    noticed = [
        seed for seed in range(SHARED_MONTHS)
        if find_few_people(
            *release_shared(people := random_shared_month(seed), is_shared=False), people=people,
            fewest=FEWEST_SHOWN,
        )
    ]  # fmt: skip
    assert len(noticed) > 5


def _narrowing() -> list[list[Figure]]:
    """Return a month in which bands leave the last row only two possible parts.

    Seven rows have at least 6 of 11 in time, all rows together at most 43: so the last has 0 or 1.
    """
    parts = [6, 6, 6, 6, 6, 6, 6, 1]
    rows = {f"row{place}": Count(11, part) for place, part in enumerate(parts)}
    return [[Figure("answers", Count(88, 43), (FigureTable("language", rows),))]]


def test_the_check_notices_bands_that_narrow_each_other() -> None:
    assert find_isolated(finest_bands(_narrowing(), FEWEST_SHOWN), fewest=FEWEST_SHOWN)
    assert find_isolated(release_history(_narrowing())[0], fewest=FEWEST_SHOWN) == []


def test_a_small_number_is_covered_by_the_next_larger_one() -> None:
    rows = {"id": Count(40), "vi": Count(12), "th": Count(7), "km": Count(2)}
    figure = Figure("cases", Count(61), (FigureTable("language", rows),))
    shown = release([figure]).staff[0]
    assert shown.total is not None
    assert shown.total.number == 61
    left_out = {code for code, it in shown.tables[0].rows.items() if it is None}
    assert left_out == {"th", "km"}


def test_of_a_figure_with_a_small_total_nothing_is_shown() -> None:
    figure = Figure("cases", Count(4), (FigureTable("language", {"id": Count(4)}),))
    shown = release([figure]).staff[0]
    assert (shown.total, shown.tables[0].rows) == (None, {"id": None})


def test_a_good_service_reads_its_share_in_time_although_few_were_late() -> None:
    rows = {"id": Count(120, 119), "vi": Count(80, 78)}
    figure = Figure("answers", Count(200, 197), (FigureTable("language", rows),))
    shown = release([figure]).staff[0]
    assert shown.total is not None
    assert shown.total.share == (95, 100)


def test_every_band_holds_as_many_numbers_as_the_threshold() -> None:
    for number in range(1, 120):
        for part in range(number + 1):
            band = band_of(number, part, FEWEST_SHOWN)
            if band is not None:
                first, last = band_range(number, band)
                assert first <= part <= last, (number, part)
                assert last - first + 1 >= FEWEST_SHOWN, (number, part)
