#include "sale_rows.hpp"

#include <cstring>

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

bool is_one(std::string_view quantity) noexcept {
  return quantity.empty() || (quantity.size() == 1 && quantity[0] == '1');
}

/// Texts of 1 to 7 bytes as a number of their own; 0 for others.
std::uint64_t short_key(std::string_view text) noexcept {
  auto const size = text.size();
  if (size - 1 >= 7) return 0;
  auto const* const at = text.data();
  auto const byte = [&](std::size_t n) { return std::uint64_t{static_cast<unsigned char>(at[n])}; };
  if (size < 4) return byte(0) | byte(size / 2) << 8U | byte(size - 1) << 16U | std::uint64_t{size} << 56U;
  std::uint32_t first = 0;
  std::memcpy(&first, at, 4);
  // The first four and the last three bytes of seven meet.
  return first | byte(size - 3) << 32U | byte(size - 2) << 40U | byte(size - 1) << 48U | std::uint64_t{size} << 56U;
}

}  // namespace

void RowBatch::clear() {
  ids.clear();
  runs.clear();
  items.clear();
  bad = {};
  returns = 0;
  priced_below_zero = 0;
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

std::optional<std::string> RowParser::learn_item(std::string_view sku, std::uint64_t hash, std::uint32_t& number) {
  if (auto complaint = check_id("sku", sku)) return complaint;
  number = skus_.add(sku, hash);
  sold_.emplace_back().unknown = sku.starts_with(kOpenName);
  prices_.emplace_back();
  return std::nullopt;
}

std::optional<std::string> RowParser::wrong_kind(std::string_view text, TimeKind kind) const {
  if (kind_ == kind || kind_ == TimeKind::none || kind == TimeKind::none) return std::nullopt;
  return mixed_times_complaint("timestamp", text, kind_);
}

std::optional<std::string> RowParser::read_time(std::string_view text, SaleFields& out) {
  if (text.empty()) return std::nullopt;
  if (!same_text(text, time_text_)) {
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

std::optional<std::string> RowParser::read(Waiting const& waiting, bool price_known, SaleFields& out) {
  if (auto complaint = read_time(waiting_[waiting.steady].field[kTimeColumn], out)) return complaint;
  if (auto const text = waiting.field[kQuantityColumn]; !text.empty() && !same_text(text, "1")) {
    auto const quantity = parse_decimal(text, kQuantityDecimals);
    if (!quantity) return amount_complaint("quantity", text, "2 or 0.350");
    out.quantity_milli = *quantity;
  }
  if (auto const text = waiting.field[kPriceColumn]; !price_known && !text.empty()) {
    out.price_micro = parse_decimal(text, kPriceDecimals);
    if (!out.price_micro) return amount_complaint("unit_price", text, "2.55");
  }
  return std::nullopt;
}

void RowParser::open_run(std::uint64_t line, RowBatch& out) {
  out.ids += basket_;
  auto const rows = static_cast<std::uint32_t>(out.items.size());
  out.runs.push_back({basket_hash_, static_cast<std::uint32_t>(out.ids.size()), rows, line, kNoTime});
  run_open_ = true;
}

bool RowParser::keep(SaleFields const& row, std::uint32_t item, std::uint64_t line, RowBatch& out) {
  if (row.kind != TimeKind::none) kind_ = row.kind;
  if (row.quantity_milli <= 0) {
    ++out.returns;
    return false;
  }
  if (sold_[item].unknown) {
    ++out.unknown;
    return false;
  }
  if (!in_share_) return false;
  if (!run_open_ || out.runs.empty()) open_run(line, out);
  auto& run = out.runs.back();
  ++run.rows_end;
  if (row.time != kNoTime && (run.time == kNoTime || row.time < run.time)) run.time = row.time;
  out.items.push_back(item);
  sold_[item].quantity_milli += row.quantity_milli;
  return true;
}

void RowParser::add_price_of(std::uint32_t item, std::int64_t micro, std::uint64_t key, RowBatch& out) {
  if (micro < 0) {
    ++out.priced_below_zero;
    return;
  }
  auto& sold = sold_[item];
  auto& prices = prices_[item];
  for (unsigned n = 0; n < 2 && key != 0; ++n) {
    if (sold.price[n] != 0) continue;
    sold.price[n] = key;
    sold.times[n] = 1;
    prices.micro[n] = micro;
    return;
  }
  add_price(prices.others, micro, 1);
}

std::optional<std::string> RowParser::add(SaleFields const& row, std::uint64_t line, RowBatch& out) {
  row_kept_ = false;
  if (auto complaint = learn_basket(row.basket)) return complaint;
  auto const hash = text_hash(row.sku);
  auto item = skus_.find(row.sku, hash);
  if (item == TextIndex::kNone) {
    if (auto complaint = learn_item(row.sku, hash, item)) return complaint;
  }
  if (auto complaint = wrong_kind("of this row", row.kind)) return complaint;
  if (keep(row, item, line, out) && row.price_micro) add_price_of(item, *row.price_micro, 0, out);
  return std::nullopt;
}

/// The next common rows, as many as there is room for waiting.
std::size_t RowParser::collect(Table& table, std::size_t end) {
  std::size_t rows = 0;
  for (; rows < kWaiting && table.position() < end && table.quick(); ++rows) {
    auto& row = waiting_[rows];
    row.field[kSkuColumn] = table.quick_field(kSkuColumn);
    row.field[kQuantityColumn] = table.quick_field(kQuantityColumn);
    row.field[kPriceColumn] = table.quick_field(kPriceColumn);
    row.repeats = table.repeats();
    if (row.repeats && rows > 0) {
      row.steady = waiting_[rows - 1].steady;
    } else {
      row.steady = static_cast<std::uint16_t>(rows);
      row.field[kBasketColumn] = table.quick_field(kBasketColumn);
      row.field[kTimeColumn] = table.quick_field(kTimeColumn);
    }
    row.line = table.line();
    row.hash = text_hash(row.field[kSkuColumn]);
    skus_.prefetch(row.hash);
  }
  return rows;
}

/// A row like most: the one before in all but the item, one piece of it, at a price it had before.
bool RowParser::settle_quickly(Waiting const& row, RowBatch& out) {
  if (!row.repeats || !row_kept_ || row.item == TextIndex::kNone || out.runs.empty()) return false;
  if (!is_one(row.field[kQuantityColumn])) return false;
  auto& sold = sold_[row.item];
  if (sold.unknown) return false;
  if (auto const price = row.field[kPriceColumn]; !price.empty()) {
    auto const key = short_key(price);
    unsigned const place = key == sold.price[0] ? 0 : 1;
    if (key == 0 || key != sold.price[place] || sold.times[place] == kMostTimes) return false;
    ++sold.times[place];
  }
  sold.quantity_milli += kOnePiece;
  ++out.runs.back().rows_end;
  out.items.push_back(row.item);
  return true;
}

void RowParser::settle_row(Waiting const& waiting, Table const& table, RowBatch& out) {
  SaleFields row;
  std::optional<std::string> complaint;
  row_kept_ = false;
  auto const sku = waiting.field[kSkuColumn];
  auto item = skus_.find(sku, waiting.hash);
  auto const basket = waiting_[waiting.steady].field[kBasketColumn];
  if (!know_basket(basket)) complaint = learn_basket(basket);
  if (!complaint && item == TextIndex::kNone) complaint = learn_item(sku, waiting.hash, item);
  if (complaint) return out.bad.add(table.name(), waiting.line, *complaint);
  auto const key = short_key(waiting.field[kPriceColumn]);
  auto& sold = sold_[item];
  unsigned const place = key == sold.price[0] ? 0 : 1;
  bool const price_known = key != 0 && key == sold.price[place] && sold.times[place] < kMostTimes;
  complaint = read(waiting, price_known, row);
  if (complaint) return out.bad.add(table.name(), waiting.line, *complaint);
  row_kept_ = keep(row, item, waiting.line, out);
  if (!row_kept_) return;
  if (price_known) {
    ++sold.times[place];
  } else if (row.price_micro) {
    add_price_of(item, *row.price_micro, key, out);
  }
}

/// Rows look up items all over the memory: asked for in turn, the answers come side by side instead of one by one.
void RowParser::settle(std::size_t rows, Table const& table, RowBatch& out) {
  for (std::size_t n = 0; n < rows; ++n) {
    auto& row = waiting_[n];
    row.item = skus_.seek(row.field[kSkuColumn], row.hash);
    if (row.item != TextIndex::kNone) __builtin_prefetch(&sold_[row.item], 1);
  }
  for (std::size_t n = 0; n < rows; ++n) {
    auto& row = waiting_[n];
    auto const sku = row.field[kSkuColumn];
    if (!TextIndex::is_short(sku.size())) row.item = skus_.find(sku, row.hash);
    if (!settle_quickly(row, out)) settle_row(row, table, out);
  }
}

Result<bool> RowParser::take(Table& table, std::size_t end, std::size_t most, RowBatch& out) {
  while (table.position() < end && out.items.size() < most) {
    auto const rows = collect(table, end);
    settle(rows, table, out);
    out.bad.count_rows(rows);
    out.lines = table.lines();
    if (rows == kWaiting || table.position() >= end) continue;
    auto const next = table.next(out.bad);
    if (!next) return tl::unexpected(next.error());
    out.lines = table.lines();
    if (!*next) return false;
    auto& row = waiting_[0];
    for (std::size_t n = 0; n < std::size(kSaleColumns); ++n) row.field[n] = table.field(n);
    row.line = table.line();
    row.hash = text_hash(row.field[kSkuColumn]);
    row.steady = 0;
    settle_row(row, table, out);
  }
  return true;
}

void RowParser::add_sold(std::uint32_t number, SoldItem& out) const {
  auto const& sold = sold_[number];
  out.quantity_milli += sold.quantity_milli;
  for (unsigned n = 0; n < 2; ++n) {
    if (sold.times[n] > 0) add_price(out.prices, prices_[number].micro[n], sold.times[n]);
  }
  for (auto const& point : prices_[number].others) add_price(out.prices, point.micro, point.times);
}

}  // namespace tillcue::models
