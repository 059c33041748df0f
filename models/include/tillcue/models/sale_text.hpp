#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/dataset.hpp"

namespace tillcue::models {

/// One line of a sale as it stood in the file: text, not yet checked. Empty: not given.
struct SaleText {
  std::string_view basket, customer, time, sku, quantity, price;
  std::uint64_t line = 0;   ///< where it stands in the file, from 1
  std::string_view within;  ///< stands before sku, quantity and price in complaints: "lines[3]." or ""
};

/// What the fields are called in the file, for complaints.
struct RowNames {
  std::string_view basket = "basket_id", time = "timestamp", sku = "sku", quantity = "quantity", price = "unit_price";
};

/// Takes the rows of one file from whatever reads its format.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// Checks and keeps one row; a fault goes to bad(). Borrows `row` until return.
  virtual void row(SaleText const& row, RowNames const& names) = 0;
  /// Readers count every row there and say what was no row at all.
  virtual BadRows& bad() = 0;
};

/// A row whose fields were understood. Borrows the texts of the SaleText.
struct SaleFields {
  std::string_view basket, sku;
  std::int64_t time = kNoTime;
  TimeKind kind = TimeKind::none;
  std::int64_t quantity_milli = 1000;
  std::optional<std::int64_t> price_micro;
};

/// Understands a row; `known` is the kind of time of the rows before. Nothing, or "field: what is wrong; mend".
std::optional<std::string> understand(SaleText const& row, RowNames const& names, TimeKind known, SaleFields& out);

/// What is wrong with a time that is none, or that is of another kind than those before, and the mend.
std::string no_time_complaint(std::string_view field, std::string_view text);
std::string mixed_times_complaint(std::string_view field, std::string_view text, TimeKind before);

/// What is wrong with the text of an amount that parse_decimal refused, and how to write it:
/// "price: '3,50' is not a number like 2.55; use a point, no currency: write 3.50".
std::string amount_complaint(std::string_view field, std::string_view text, std::string_view example);

/// The hash of a basket id, as in Dataset::keys.  Source  FNV-1a.
std::uint64_t basket_key(std::string_view id) noexcept;

}  // namespace tillcue::models
