// How baskets were weighed, as a bundle's note says it and as people read it.
#include "tillcue/models/weighing.hpp"

#include <doctest/doctest.h>

#include "tillcue/models/recency.hpp"

using namespace tillcue::models;

TEST_CASE("what a note says of weighed baskets is read as it was written") {
  Weighing const weighing{true, 45.5, 90, 1'234'567};
  CHECK(weighing_in("method=sparse_ice\n" + note_of(weighing) + "gate=passed\n") == weighing);
  CHECK(note_of({}).empty());
  CHECK_FALSE(weighing_in("method=sparse_ice\n").on);
  CHECK_FALSE(weighing_in("the_half_life_days=3").on);
}

TEST_CASE("a note without the baskets read, or damaged, is read as far as it goes") {
  CHECK(weighing_in("half_life_days=180\nwindow_days=0\n") == Weighing{true, 180, 0, 0});
  CHECK(weighing_in("half_life_days=nan\nwindow_days=x\nbaskets_read=-1") == Weighing{true, 0, 0, 0});
}

TEST_CASE("a number of baskets says when it is no whole ones") {
  CHECK(baskets_text(1, {}) == "1 basket");
  CHECK(baskets_text(71'034, {true, 180, 0, 100'000}) ==
        "71,034 baskets (weighed, half-life 180 days, of 100,000 read)");
  CHECK(baskets_text(5, {true, 1, 1, 0}) == "5 baskets (weighed, half-life 1 day, window 1 day)");
  CHECK(weighing_text({true, 0, 30, 9}) == "weighed, window 30 days");
}

TEST_CASE("files of counts are weighed unless told where their days are known and differ") {
  auto const day = [](std::int64_t from, std::int64_t to, std::uint64_t baskets = 10) {
    NamedCounts part{"f" + std::to_string(from), {}};
    part.counts.time_kind = TimeKind::calendar;
    part.counts.from = from * 86'400 + 1;
    part.counts.to = to * 86'400 + 1;
    part.counts.baskets = baskets;
    return part;
  };
  auto const why = [](std::vector<NamedCounts> heads) { return why_not_weighed(heads); };
  CHECK(why({day(1, 1), day(2, 2)}).empty());
  CHECK(why({day(1, 1)}).empty());
  CHECK(why({day(1, 3)}) == "f1 is of an older version and holds several days");
  auto month = day(1, 30);
  month.counts.sources.push_back({1, 10, 0, {}});
  CHECK(why({month}) == "f1 holds several days in one; count --by-day makes a file a day");
  CHECK(why({month, day(31, 31)}).empty());
  CHECK(why({day(1, 1, 1U << 24U), day(2, 2)}) == "16,777,226 baskets are too many to be weighed");
  auto undated = day(2, 2);
  undated.counts.time_kind = TimeKind::none;
  CHECK(why({day(1, 1), undated}) == "f2 has no dates");
}
