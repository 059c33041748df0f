// Rows that say of their item what one before them said.

#include <algorithm>
#include <utility>

#include "sale_rows.hpp"

namespace tillcue::models {

void RowParser::use_layout(Table const& table) {
  if (table.layout() == layout_) return;
  layout_ = table.layout();
  // What differs from row to row has to begin with the SKU, or what is behind it would not be all.
  use_known_rows(!wants_pieces_ && table.lead() > 0 && table.place(kSkuColumn) == table.lead());
}

void RowParser::want_pieces(bool wanted) {
  if (wanted == wants_pieces_) return;
  wants_pieces_ = wanted;
  layout_ = {};  // to be looked at again
  use_known_rows(false);
}

/// Forgets what texts mean.
void RowParser::use_known_rows(bool known) {
  skus_.each([&](SoldItems::Item& item) {
    for (unsigned n = 0; n < SoldItems::kTexts; ++n) tell_text(item, n);
    item.text.fill(SoldItems::kNoText);
  });
  known_rows_ = known;
  judged_rows_ = 0;
  strange_rows_ = 0;
}

/// Adds what a text was met for to the item's sums, and counts it anew.
void RowParser::tell_text(SoldItems::Item& item, unsigned place) {
  auto const times = std::exchange(item.times[place], 0);
  if (times == 0) return;
  auto& sums = sums_[item.number];
  auto const& says = sums.says[place];
  sums.quantity_milli += says.quantity_milli * times;
  if (says.price_micro != Sold::kNoPrice) add_priced(item, says.price_micro, times);
}

/// Adds sales of the item's week.
void RowParser::add_priced(SoldItems::Item& item, std::int64_t price_micro, std::uint64_t times) {
  auto& sums = sums_[item.number];
  add_price(sums.prices, price_micro, times);
  add_week_price(sums.lately, {static_cast<std::int32_t>(item.week), price_micro, times});
}

/// What was met so far was met in another week.
void RowParser::begin_week(SoldItems::Item& item) {
  for (unsigned n = 0; n < SoldItems::kTexts; ++n) tell_text(item, n);
  item.week = week_ & 0x3FF'FFFFU;
}

/// Where dates matter, what is read next was sold at `time`.
void RowParser::set_week(TimeKind kind, std::int64_t time) {
  constexpr std::int64_t kWeekSeconds = 7 * 86'400;
  if (!dated_prices_) return;
  if (kind != TimeKind::calendar) {
    week_ = kNoWeek;
    return;
  }
  if (week_ != kNoWeek && time >= week_begins_ && time - week_begins_ < kWeekSeconds) return;
  week_ = static_cast<std::uint32_t>(week_of(time));
  constexpr std::int64_t kMonday = -3 * 86'400;  // a first one
  auto const since = (time - kMonday) % kWeekSeconds;
  week_begins_ = time - since - (since < 0 ? kWeekSeconds : 0);
}

/// Counts what a text says that was just met in a row read with care, and keeps it. When there is no room it takes, if
/// it comes often, the place of the one that was met least since the last look. False: nothing was done.
bool RowParser::learn_text(SoldItems::Item& item, std::uint64_t text, Sold says) {
  constexpr std::uint32_t kLook = 32;
  auto place = item.place_of(text);
  if (place == SoldItems::kTexts) {
    place = item.free_place();
    if (place == SoldItems::kTexts) {
      ++strange_rows_;
      if (++item.strange < kLook) return false;
      item.strange = 0;
      place = static_cast<unsigned>(std::min_element(item.times.begin(), item.times.end()) - item.times.begin());
      bool const rare = item.times[place] < kLook;
      for (unsigned n = 0; n < SoldItems::kTexts; ++n) tell_text(item, n);
      if (!rare) return false;
    }
    item.text[place] = text;
    sums_[item.number].says[place] = says;
  }
  count_text(item, place);
  return true;
}

/// Where many rows say what none before them said, as with goods that are weighed, looking for that is in vain.
void RowParser::judge_known() {
  constexpr std::uint64_t kRows = 1U << 16U;
  if (judged_rows_ < kRows) return;
  if (strange_rows_ > judged_rows_ / 4) return use_known_rows(false);
  judged_rows_ = 0;
  strange_rows_ = 0;
}

/// Where the items of the rows from one on are looked for first.
void RowParser::collect_known(std::size_t from, std::size_t rows) {
  auto const* const line = lines_.data();
  auto* const homes = known_.data();
  for (auto n = from; n < rows; ++n) {
    // Of a line that is not short it means nothing, and does no harm.
    auto* const home = skus_.home(SkuKey::hash_of(line[n].field[0], line[n].field[1]));
    __builtin_prefetch(home, 1);
    homes[n] = home;
  }
}

/// The items of the rows from one on, of which collect_known() knows where they are looked for first. Those that are
/// not there are set aside: whether one is, nobody could foresee.
void RowParser::find_known(std::size_t from, std::size_t rows) {
  auto const* const line = lines_.data();
  auto* const item = known_.data();
  std::uint8_t aside[kWaiting];
  std::size_t aside_size = 0;
  for (auto n = from; n < rows; ++n) {
    auto const* const home = item[n];
    std::size_t const away = (home->is(line[n].field[0], line[n].field[1]) & line[n].is_short) ? 0 : 1;
    aside[aside_size] = static_cast<std::uint8_t>(n);
    aside_size += away;
    __builtin_prefetch(home + away, 1);  // where it will be looked for next
  }
  for (std::size_t n = 0; n < aside_size; ++n) {
    auto const at = aside[n];
    auto* const found = line[at].is_short ? skus_.find(SkuKey(line[at].field[0], line[at].field[1])) : nullptr;
    item[at] = found != nullptr ? found : &no_item_;
  }
}

/// A row of the common kind. False: it is none.
bool RowParser::take_unknown(Table& table, LedLine const& line, RowBatch& out) {
  if (!table.quick()) return false;
  SaleTexts texts;
  for (std::size_t column = 0; column < texts.size(); ++column) texts[column] = table.field(column);
  if (!line.is_short) ++strange_rows_;
  settle_row(texts, table.line(), table, line.is_short ? line.rest : SoldItems::kNoText, out);
  return true;
}

/// Rows of the common kind. What most of them say is known; the others are read one by one.
std::size_t RowParser::take_known(Table& table, std::size_t end, RowBatch& out) {
  auto const found = table.look_ahead(lines_, end);
  collect_known(0, found);
  auto const* const lines = lines_.data();
  auto* const* const items = known_.data();
  auto const first = table.lines() + 1;
  std::size_t taken = 0;
  auto const take_lines = [&](std::size_t to) {
    if (to > taken) table.take_lines(to - taken, lines[to - 1].begin + lines[to - 1].size);
    taken = to;
  };
  find_known(0, found);
  auto const* table_of_items = skus_.data();
  // Whether the row before is one of an open run.
  bool open = row_kept_ && !out.runs.empty();
  for (std::size_t n = 0; n < found; ++n) {
    auto const& line = lines[n];
    auto* const item = items[n];
    auto const place = item->place_of(line.rest);
    if (place < SoldItems::kTexts) {
      if (!line.repeats) {
        open = join_basket(table.led_field(line, kBasketColumn), table.led_field(line, kTimeColumn), first + n, out);
      }
      if (open) {
        out.items.push_back(item->number);
        count_text(*item, place);
        continue;
      }
    }
    take_lines(n);
    if (!take_unknown(table, line, out)) return taken;
    open = row_kept_;
    ++taken;
    if (table_of_items == skus_.data()) continue;
    table_of_items = skus_.data();
    collect_known(n + 1, found);
    find_known(n + 1, found);
  }
  row_kept_ = open;
  take_lines(found);
  judged_rows_ += taken;
  judge_known();
  return taken;
}

}  // namespace tillcue::models
