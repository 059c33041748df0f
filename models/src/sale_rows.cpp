#include "sale_rows.hpp"

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

}  // namespace

void RowBatch::clear() {
  ids.clear();
  runs.clear();
  items.clear();
  bad = {};
  returns = 0;
  lines = 0;
}

std::optional<std::string> RowParser::know_basket(std::string_view id) {
  if (id == basket_ && !id.empty()) return std::nullopt;
  if (auto complaint = check_id("basket_id", id)) return complaint;
  basket_ = id;
  basket_hash_ = text_hash(id);
  in_share_ = share_.of == 1 || (basket_hash_ >> 32U) % share_.of == share_.part;
  run_open_ = false;
  return std::nullopt;
}

std::optional<std::string> RowParser::know_item(std::string_view sku, std::uint32_t& number) {
  auto const hash = text_hash(sku);
  number = skus_.find(sku, hash);
  if (number != TextIndex::kNone) return std::nullopt;
  if (auto complaint = check_id("sku", sku)) return complaint;
  number = skus_.add(sku, hash);
  sold_.emplace_back();
  return std::nullopt;
}

std::optional<std::string> RowParser::wrong_kind(std::string_view text, TimeKind kind) const {
  if (kind_ == kind || kind_ == TimeKind::none || kind == TimeKind::none) return std::nullopt;
  return "timestamp: " + quoted(text) + " mixes two formats; the rows before use " +
         (kind_ == TimeKind::calendar ? "ISO 8601" : "whole numbers");
}

std::optional<std::string> RowParser::read_time(std::string_view text, SaleRow& out) {
  if (text.empty()) return std::nullopt;
  if (text != time_text_) {
    if (auto const seconds = parse_iso8601(text)) {
      time_ = *seconds;
      time_kind_ = TimeKind::calendar;
    } else if (auto const number = parse_integer(text)) {
      time_ = *number;
      time_kind_ = TimeKind::order;
    } else {
      return "timestamp: " + quoted(text) + " is neither ISO 8601 (2010-12-01T08:26:00) nor a whole number";
    }
    time_text_ = text;
  }
  out.time = time_;
  out.kind = time_kind_;
  return wrong_kind(text, time_kind_);
}

std::optional<std::string> RowParser::read(Table const& table, SaleRow& out) {
  if (auto complaint = read_time(table.field(kTimeColumn), out)) return complaint;
  if (auto const text = table.field(kQuantityColumn); !text.empty() && text != "1") {
    auto const quantity = parse_decimal(text, kQuantityDecimals);
    if (!quantity) return "quantity: " + quoted(text) + " is not a number like 2 or 0.350";
    out.quantity_milli = *quantity;
  }
  if (auto const text = table.field(kPriceColumn); !text.empty()) {
    out.price_micro = parse_decimal(text, kPriceDecimals);
    if (!out.price_micro) return "unit_price: " + quoted(text) + " is not a number like 2.55; use a point, no currency";
  }
  return std::nullopt;
}

void RowParser::open_run(std::uint64_t line, RowBatch& out) {
  out.ids += basket_;
  auto const rows = static_cast<std::uint32_t>(out.items.size());
  out.runs.push_back({basket_hash_, static_cast<std::uint32_t>(out.ids.size()), rows, line, kNoTime});
  run_open_ = true;
}

void RowParser::keep(SaleRow const& row, std::uint32_t item, std::uint64_t line, RowBatch& out) {
  if (row.kind != TimeKind::none) kind_ = row.kind;
  if (!in_share_) return;
  if (row.quantity_milli <= 0) {
    ++out.returns;
    return;
  }
  if (!run_open_ || out.runs.empty()) open_run(line, out);
  auto& run = out.runs.back();
  ++run.rows_end;
  if (row.time != kNoTime && (run.time == kNoTime || row.time < run.time)) run.time = row.time;
  out.items.push_back(item);
  auto& sold = sold_[item];
  sold.quantity_milli += row.quantity_milli;
  if (!row.price_micro || *row.price_micro < 0) return;
  if (*row.price_micro != sold.last_micro) {
    if (sold.last_times > 0) add_price(sold.others, sold.last_micro, sold.last_times);
    sold.last_micro = *row.price_micro;
    sold.last_times = 0;
  }
  ++sold.last_times;
}

std::optional<std::string> RowParser::add(SaleRow const& row, std::uint64_t line, RowBatch& out) {
  std::uint32_t item = 0;
  if (auto complaint = know_basket(row.basket)) return complaint;
  if (auto complaint = know_item(row.sku, item)) return complaint;
  if (auto complaint = wrong_kind("of this row", row.kind)) return complaint;
  keep(row, item, line, out);
  return std::nullopt;
}

Result<bool> RowParser::take(Table& table, std::size_t end, std::size_t most, RowBatch& out) {
  std::uint64_t quick_rows = 0;
  bool more = true;
  while (table.position() < end && out.items.size() < most) {
    if (table.quick()) {
      ++quick_rows;
    } else {
      auto const next = table.next(out.bad);
      if (!next) return tl::unexpected(next.error());
      more = *next;
      if (!more) break;
    }
    SaleRow row;
    std::uint32_t item = 0;
    auto complaint = know_basket(table.field(kBasketColumn));
    if (!complaint) complaint = know_item(table.field(kSkuColumn), item);
    if (!complaint) complaint = read(table, row);
    if (complaint) {
      out.bad.add(table.name(), table.line(), *complaint);
      continue;
    }
    keep(row, item, table.line(), out);
  }
  out.bad.count_rows(quick_rows);
  out.lines = table.lines();
  return more;
}

void RowParser::add_sold(std::uint32_t number, SoldItem& out) const {
  auto const& sold = sold_[number];
  out.quantity_milli += sold.quantity_milli;
  for (auto const& point : sold.others) add_price(out.prices, point.micro, point.times);
  if (sold.last_times > 0) add_price(out.prices, sold.last_micro, sold.last_times);
}

}  // namespace tillcue::models
