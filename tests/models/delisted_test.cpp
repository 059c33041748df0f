#include "delisted.hpp"

#include <functional>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/counted_source.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

constexpr std::int32_t kFirstDay = 20'089;  // 2025-01-01

/// Ten baskets a day of "bread" and, where `sold` says so, the item.
Dataset days(std::int32_t count, std::function<bool(std::int32_t day, int basket)> const& sold) {
  std::string text = "basket_id,timestamp,sku\n";
  for (std::int32_t day = 0; day < count; ++day) {
    for (int basket = 0; basket < 10; ++basket) {
      auto const head = std::to_string(day * 10 + basket) + ',' + day_text(kFirstDay + day) + "T10:00:00,";
      text += head + "bread\n";
      if (sold(day, basket)) text += head + "item\n";
    }
  }
  return made::read(text).value();
}

std::vector<std::string> notes_of(Dataset const& data, std::string const& flags = "") {
  BadRows bad;
  auto const items = read_catalogue(from_memory("sku,name,price,flags\nitem,I,1," + flags + "\n"), "i.csv", 0, bad);
  std::vector<std::string> notes;
  note_delisted(data, items.value(), notes);
  return notes;
}

}  // namespace

TEST_CASE("what sold regularly and does not any more is told, with its last day and the mend") {
  auto const gone = days(200, [](auto day, int basket) { return day < 100 && basket == 0; });
  CHECK(notes_of(gone) == std::vector<std::string>{
                              "transactions: 1 item seems to be delisted, sold regularly until 'item' on 2025-04-10: "
                              "offered all the same, for it may be the season; what is gone needs not_for_sale in the "
                              "items file"});
  CHECK(notes_of(gone, "not_for_sale").empty());
  REQUIRE(find_delisted(gone).size() == 1);
  CHECK(find_delisted(gone)[0].baskets == 100);
}

TEST_CASE("what sells rarely, by the season, or was sold four weeks ago is not told") {
  CHECK(notes_of(days(200, [](auto day, int basket) { return day % 20 == 0 && day < 120 && basket == 0; })).empty());
  CHECK(notes_of(days(200, [](auto day, int) { return day >= 60 && day < 90; })).empty());  // one month of it
  CHECK(notes_of(days(500, [](auto day, int) { return day % 250 < 100; })).empty());        // came back before
  CHECK(notes_of(days(200, [](auto day, int) { return day < 173; })).empty());
  CHECK(notes_of(made::dataset({{"item", "bread"}, {"bread"}})).empty());  // no dates
}
