#include "tillcue/models/sale_text.hpp"

#include <algorithm>

#include "tillcue/core/sku.hpp"
#include "tillcue/models/field.hpp"

namespace tillcue::models {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 40)) + "'"; }

std::optional<std::string> check_id(std::string_view field, std::string_view text) {
  std::string const name(field);
  if (text.empty()) return name + ": is empty; every row needs one";
  if (text.size() > kMaxIdentifier) {
    return name + ": longer than " + std::to_string(kMaxIdentifier) + " bytes: " + quoted(text);
  }
  if (!is_clean_text(text)) return name + ": not clean UTF-8, or it holds a line end or tab; mend the text";
  return std::nullopt;
}

std::optional<std::string> understand_time(std::string_view text, std::string_view field, TimeKind known,
                                           SaleFields& out) {
  if (text.empty()) return std::nullopt;
  if (auto const seconds = parse_iso8601(text)) {
    out.time = *seconds;
    out.kind = TimeKind::calendar;
  } else if (auto const number = parse_integer(text)) {
    out.time = *number;
    out.kind = TimeKind::order;
  } else {
    return no_time_complaint(field, text);
  }
  if (known != TimeKind::none && out.kind != known) return mixed_times_complaint(field, text, known);
  return std::nullopt;
}

/// The amount meant by "€ 1.299,00", "3,50", "1,299.00" or "2.55 EUR", or nothing when it is anybody's guess: "1,299"
/// may be a thousand or a fraction.
std::string meant_amount(std::string_view text) {
  auto const separator = text.find_last_of(".,");
  std::string digits;
  for (std::size_t n = 0; n < text.size(); ++n) {
    char const c = text[n];
    if ((c >= '0' && c <= '9') || (c == '-' && digits.empty())) digits += c;
    if (n == separator) digits += '.';
  }
  auto const point = digits.find('.');
  if (point == std::string::npos || digits.size() - point > 3 || digits.size() - point < 2) return {};
  return parse_decimal(digits, kPriceDecimals) ? digits : std::string();
}

}  // namespace

std::optional<std::string> understand(SaleText const& row, RowNames const& names, TimeKind known, SaleFields& out) {
  out.basket = row.basket;
  out.sku = row.sku;
  if (auto complaint = check_id(names.basket, row.basket)) return complaint;
  auto const own = [&](std::string_view field) { return std::string(row.within) + std::string(field); };
  if (auto complaint = check_id(names.sku, row.sku)) return own(*complaint);
  if (auto complaint = understand_time(row.time, names.time, known, out)) return complaint;
  if (!row.quantity.empty()) {
    auto const quantity = parse_decimal(row.quantity, kQuantityDecimals);
    if (!quantity) return amount_complaint(own(names.quantity), row.quantity, "2 or 0.350");
    out.quantity_milli = *quantity;
  }
  if (!row.price.empty()) {
    out.price_micro = parse_decimal(row.price, kPriceDecimals);
    if (!out.price_micro) return amount_complaint(own(names.price), row.price, "2.55");
  }
  return std::nullopt;
}

std::string no_time_complaint(std::string_view field, std::string_view text) {
  return std::string(field) + ": " + quoted(text) +
         " is neither ISO 8601 nor a whole number; write it like 2010-12-01T08:26:00";
}

std::string mixed_times_complaint(std::string_view field, std::string_view text, TimeKind before) {
  return std::string(field) + ": " + quoted(text) + " mixes two formats; the rows before use " +
         (before == TimeKind::calendar ? "ISO 8601: write it like 2010-12-01T08:26:00"
                                       : "whole numbers: write all as numbers, or all like 2010-12-01T08:26:00");
}

std::string amount_complaint(std::string_view field, std::string_view text, std::string_view example) {
  auto const meant = text.size() < 24 ? meant_amount(text) : std::string();
  return std::string(field) + ": " + quoted(text) + " is not a number like " + std::string(example) +
         "; use a point, no currency" + (meant.empty() ? "" : ": write " + meant);
}

std::uint64_t basket_key(std::string_view id) noexcept {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325ULL;
  for (char const c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3ULL;
  return hash;
}

}  // namespace tillcue::models
