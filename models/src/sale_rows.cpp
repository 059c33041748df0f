#include "sale_rows.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "tillcue/core/sku.hpp"
#include "tillcue/models/field.hpp"

namespace tillcue::models {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 40)) + "'"; }

std::optional<std::string> check_id(std::string_view column, std::string_view text) {
  std::string const name(column);
  if (text.empty()) return name + ": is empty; every row needs one";
  if (text.size() > kMaxIdentifier) {
    return name + ": longer than " + std::to_string(kMaxIdentifier) + " bytes: " + quoted(text);
  }
  if (!is_clean_text(text)) return name + ": not clean UTF-8; save the file as UTF-8";
  return std::nullopt;
}

constexpr std::uint32_t kMostTimes = 0xFFFF'FFFF;
constexpr std::int64_t kOnePiece = 1000;

/// 1 to 9 pieces, written so; 0 for what has to be read.
std::uint32_t few_pieces(std::string_view quantity) noexcept {
  if (quantity.empty()) return 1;
  auto const digit = static_cast<std::uint32_t>(quantity[0] - '0');
  return quantity.size() == 1 && digit < 10 ? digit : 0;
}

/// The price_key() of a text that may end where the memory does.
std::uint64_t careful_price_key(std::string_view text) noexcept {
  char padded[8] = {};
  if (text.size() - 1 >= 7) return 0;
  std::memcpy(padded, text.data(), text.size());
  return price_key({padded, text.size()});
}

/// "-2.5": millionths without the zeros behind.
std::string plain_number(std::int64_t micro) {
  char text[40];
  auto const size = std::snprintf(text, sizeof text, "%s%lld.%06lld", micro < 0 ? "-" : "",
                                  std::llabs(micro / 1'000'000), std::llabs(micro % 1'000'000));
  std::string_view number(text, static_cast<std::size_t>(size));
  number.remove_suffix(number.size() - number.find_last_not_of('0') - 1);
  if (number.back() == '.') number.remove_suffix(1);
  return std::string(number);
}

/// Where item.price has this one or room for it; 2 when neither.
unsigned price_place(SoldItems::Item const& item, std::uint64_t key) noexcept {
  // Computed, because nobody can foresee which of the two it is.
  unsigned const second = key == item.price[0] ? 0 : 1;
  unsigned const neither = key == item.price[1] ? 0 : 1;
  return second + (second & neither);
}

}  // namespace

void RowBatch::end_run() {
  if (!runs.empty()) runs.back().rows_end = static_cast<std::uint32_t>(items.size());
}

void RowBatch::clear() {
  ids.clear();
  runs.clear();
  apart.clear();
  others_at_end = false;
  items.clear();
  bad = {};
  returns = 0;
  priced_below_zero = 0;
  below_zero.clear();
  unknown = 0;
  lines = 0;
}

std::optional<std::string> RowParser::learn_basket(std::string_view id) {
  if (same_text(id, basket_) && !id.empty()) return std::nullopt;
  if (auto complaint = check_id("basket_id", id)) return complaint;
  basket_ = id;
  basket_hash_ = text_hash(id);
  in_share_ = share_.of == 1 || (basket_hash_ >> 32U) % share_.of == share_.part;
  run_open_ = false;
  return std::nullopt;
}

std::optional<std::string> RowParser::learn_item(std::string_view sku, SkuKey const& key, SoldItems::Item*& item) {
  if (auto complaint = check_id("sku", sku)) return complaint;
  item = &skus_.add(key, sku);
  item->unknown = sku.starts_with(kOpenName);
  prices_.emplace_back();
  return std::nullopt;
}

std::optional<std::string> RowParser::wrong_kind(std::string_view text, TimeKind kind) const {
  if (kind_ == kind || kind_ == TimeKind::none || kind == TimeKind::none) return std::nullopt;
  return mixed_times_complaint("timestamp", text, kind_);
}

std::optional<std::string> RowParser::read_time(std::string_view text, SaleFields& out) {
  if (text.empty()) return std::nullopt;
  if (!same_text(text, time_text_) && !read_time_of_same_day(text)) {
    if (auto const seconds = parse_iso8601(text)) {
      time_ = *seconds;
      time_kind_ = TimeKind::calendar;
    } else if (auto const number = parse_integer(text)) {
      time_ = *number;
      time_kind_ = TimeKind::order;
    } else {
      return no_time_complaint("timestamp", text);
    }
    time_text_ = text;
  }
  out.time = time_;
  out.kind = time_kind_;
  if (kind_ == time_kind_) return std::nullopt;
  return wrong_kind(text, time_kind_);
}

/// Most of a log's times differ from the one before in the clock only: "2026-11-29T08:26:11".
bool RowParser::read_time_of_same_day(std::string_view text) noexcept {
  constexpr std::size_t kClock = 11;
  constexpr std::size_t kWhole = 19;
  if (text.size() != kWhole || time_text_.size() != kWhole || time_kind_ != TimeKind::calendar) return false;
  if (std::memcmp(text.data(), time_text_.data(), kClock) != 0) return false;
  auto const clock = [](char const* at) -> int {
    auto const two = [&](std::size_t n) {
      auto const tens = static_cast<unsigned>(at[n] - '0');
      auto const ones = static_cast<unsigned>(at[n + 1] - '0');
      return tens < 10 && ones < 10 ? static_cast<int>(tens * 10 + ones) : 100;
    };
    bool const fits = at[2] == ':' && at[5] == ':' && two(0) < 24 && two(3) < 60 && two(6) < 61;
    return fits ? two(0) * 3600 + two(3) * 60 + two(6) : -1;
  };
  auto const before = clock(time_text_.data() + kClock);
  auto const now = clock(text.data() + kClock);
  if (before < 0 || now < 0) return false;
  time_ += now - before;
  std::memcpy(time_text_.data() + kClock, text.data() + kClock, kWhole - kClock);
  return true;
}

std::optional<std::string> RowParser::read(SaleTexts const& texts, bool price_known, SaleFields& out) {
  if (auto complaint = read_time(texts[kTimeColumn], out)) return complaint;
  if (auto const text = texts[kQuantityColumn]; !text.empty() && !same_text(text, "1")) {
    auto const quantity = parse_decimal(text, kQuantityDecimals);
    if (!quantity) return amount_complaint("quantity", text, "2 or 0.350");
    out.quantity_milli = *quantity;
  }
  if (auto const text = texts[kPriceColumn]; !price_known && !text.empty()) {
    out.price_micro = parse_decimal(text, kPriceDecimals);
    if (!out.price_micro) return amount_complaint("unit_price", text, "2.55");
  }
  return std::nullopt;
}

void RowParser::open_run(std::uint64_t line, RowBatch& out) {
  out.ids += basket_;
  out.end_run();
  if (std::exchange(out.others_at_end, false)) out.apart.push_back(static_cast<std::uint32_t>(out.runs.size()));
  out.runs.push_back({basket_hash_, static_cast<std::uint32_t>(out.ids.size()), 0, line, kNoTime});
  run_open_ = true;
}

bool RowParser::keep(SaleFields const& row, SoldItems::Item& item, std::uint64_t line, RowBatch& out) {
  if (row.kind != TimeKind::none) kind_ = row.kind;
  if (row.quantity_milli <= 0) {
    ++out.returns;
    return false;
  }
  if (item.unknown) {
    ++out.unknown;
    return false;
  }
  if (!in_share_) {
    out.others_at_end = true;
    return false;
  }
  if (!run_open_ || out.runs.empty()) open_run(line, out);
  auto& run = out.runs.back();
  if (row.time != kNoTime && (run.time == kNoTime || row.time < run.time)) run.time = row.time;
  out.items.push_back(item.number);
  item.quantity_milli += row.quantity_milli;
  return true;
}

void RowParser::keep_price(SoldItems::Item& item, std::int64_t micro, std::uint64_t key, std::uint64_t line,
                           RowBatch& out) {
  if (micro >= 0) return add_price_of(item, micro, key);
  if (out.priced_below_zero++ > 0) return;
  out.below_zero_line = line;
  out.below_zero = plain_number(micro);
}

void RowParser::add_price_of(SoldItems::Item& item, std::int64_t micro, std::uint64_t key) {
  auto& prices = prices_[item.number];
  for (unsigned n = 0; n < 2 && key != 0; ++n) {
    if (item.price[n] != 0) continue;
    item.price[n] = key;
    item.times[n] = 1;
    prices.micro[n] = micro;
    return;
  }
  add_price(prices.others, micro, 1);
}

std::optional<std::string> RowParser::add(SaleFields const& row, std::uint64_t line, RowBatch& out) {
  row_kept_ = false;
  if (auto complaint = learn_basket(row.basket)) return complaint;
  SkuKey const key(row.sku);
  auto* item = skus_.find(key, row.sku);
  if (item == nullptr) {
    if (auto complaint = learn_item(row.sku, key, item)) return complaint;
  }
  if (auto complaint = wrong_kind("of this row", row.kind)) return complaint;
  if (keep(row, *item, line, out) && row.price_micro) keep_price(*item, *row.price_micro, 0, line, out);
  return std::nullopt;
}

/// Rows look up items all over the memory: asked for early, the answers come side by side instead of one by one.
void RowParser::collect(Table const& table, std::size_t rows) {
  auto const sku_place = table.place(kSkuColumn);
  auto const price_place = table.place(kPriceColumn);
  auto const quantity_place = table.place(kQuantityColumn);
  bool const priced = table.has(kPriceColumn);
  bool const counted = table.has(kQuantityColumn);
  for (std::size_t n = 0; n < rows; ++n) {
    auto const& row = rows_[n];
    auto& waiting = waiting_[n];
    auto const sku = row.field(sku_place);
    auto const price = priced ? row.field(price_place) : std::string_view{};
    waiting.price = price_key(price);
    waiting.pieces = counted ? few_pieces(row.field(quantity_place)) : 1;
    if (sku.size() - 1 >= SkuKey::kWhole || (waiting.price == 0 && !price.empty())) {
      waiting.pieces = 0;
      continue;
    }
    waiting.key = SkuKey::within(sku);
    skus_.prefetch(waiting.key);
  }
}

/// The first row of a basket, if there is nothing to be said about it.
bool RowParser::begin_basket(QuickRow const& row, Table const& table, SoldItems::Item& item, std::uint32_t pieces,
                             std::uint64_t line, RowBatch& out) {
  SaleFields fields;
  fields.quantity_milli = kOnePiece * pieces;
  return !learn_basket(table.quick_field(row, kBasketColumn)) &&
         !read_time(table.quick_field(row, kTimeColumn), fields) && in_share_ && keep(fields, item, line, out);
}

/// A row like most: of the basket of the one before, or the first of the next; a few pieces of a known item, at a price
/// it had before.
inline bool RowParser::settle_quickly(QuickRow const& row, Waiting const& waiting, Table const& table,
                                      std::uint64_t line, RowBatch& out) {
  if (waiting.pieces == 0) return false;
  auto* const item = skus_.find(waiting.key);
  if (item == nullptr || item->unknown) return false;
  unsigned place = 0;
  if (waiting.price != 0) {
    place = price_place(*item, waiting.price);
    if (place == 2 || item->times[place] == kMostTimes) return false;
  }
  if (row.repeats) {
    if (!row_kept_ || out.runs.empty()) return false;
    item->quantity_milli += kOnePiece * waiting.pieces;
    out.items.push_back(item->number);
  } else {
    row_kept_ = begin_basket(row, table, *item, waiting.pieces, line, out);
    if (!row_kept_) return false;
  }
  item->times[place] += waiting.price != 0 ? 1 : 0;
  return true;
}

void RowParser::settle_row(SaleTexts const& texts, std::uint64_t line, Table const& table, RowBatch& out) {
  SaleFields row;
  std::optional<std::string> complaint;
  row_kept_ = false;
  auto const sku = texts[kSkuColumn];
  SkuKey const key(sku);
  auto* item = skus_.find(key, sku);
  if (auto const basket = texts[kBasketColumn]; !know_basket(basket)) complaint = learn_basket(basket);
  if (!complaint && item == nullptr) complaint = learn_item(sku, key, item);
  if (complaint) return out.bad.add(table.name(), line, *complaint);
  auto const price = careful_price_key(texts[kPriceColumn]);
  auto const place = price != 0 ? price_place(*item, price) : 2;
  bool const price_known = place < 2 && item->times[place] < kMostTimes;
  complaint = read(texts, price_known, row);
  if (complaint) return out.bad.add(table.name(), line, *complaint);
  row_kept_ = keep(row, *item, line, out);
  if (!row_kept_) return;
  if (price_known) {
    ++item->times[place];
  } else if (row.price_micro) {
    keep_price(*item, *row.price_micro, price, line, out);
  }
}

void RowParser::settle(std::size_t rows, Table const& table, std::uint64_t first_line, RowBatch& out) {
  auto const* const row = rows_.data();
  auto const* const waiting = waiting_.data();
  for (std::size_t n = 0; n < rows; ++n) {
    if (settle_quickly(row[n], waiting[n], table, first_line + n, out)) continue;
    SaleTexts texts;
    for (std::size_t column = 0; column < texts.size(); ++column) texts[column] = table.quick_field(row[n], column);
    settle_row(texts, first_line + n, table, out);
  }
}

Result<bool> RowParser::take(Table& table, std::size_t end, std::size_t most, RowBatch& out) {
  while (table.position() < end && out.items.size() < most) {
    auto const rows = table.quick_rows(rows_, end);
    collect(table, rows);
    settle(rows, table, table.lines() - rows + 1, out);
    out.bad.count_rows(rows);
    out.lines = table.lines();
    if (rows == kWaiting || table.position() >= end) continue;
    auto const next = table.next(out.bad);
    if (!next) return tl::unexpected(next.error());
    out.lines = table.lines();
    if (!*next) return false;
    SaleTexts texts;
    for (std::size_t n = 0; n < texts.size(); ++n) texts[n] = table.field(n);
    settle_row(texts, table.line(), table, out);
  }
  return true;
}

void RowParser::add_sold(std::uint32_t number, SoldItem& out) const {
  auto const& item = skus_.item(number);
  out.quantity_milli += item.quantity_milli;
  for (unsigned n = 0; n < 2; ++n) {
    if (item.times[n] > 0) add_price(out.prices, prices_[number].micro[n], item.times[n]);
  }
  for (auto const& point : prices_[number].others) add_price(out.prices, point.micro, point.times);
}

}  // namespace tillcue::models
