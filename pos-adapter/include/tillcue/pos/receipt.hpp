#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos {

/// What a slip of paper is. Only a sale gets a coupon.
enum class SlipKind : std::uint8_t {
  sale,
  nothing,    ///< drawer only, a picture, a test page: no items or no total
  report,     ///< X, Z, shift, day
  copy,       ///< reprint, duplicate
  kitchen,    ///< order bon
  card_slip,  ///< of a payment terminal
  refund,     ///< money back, or a receipt that was cancelled
};

std::string_view name(SlipKind kind) noexcept;

struct ReceiptItem {
  std::string name;  ///< as printed; a name that wraps over lines is whole
  std::string code;  ///< digits printed before the name that are an article number; may be empty
  Quantity quantity{};
  std::int64_t unit_minor = 0;
  std::int64_t total_minor = 0;     ///< of the line, before `discount_minor`
  std::int64_t discount_minor = 0;  ///< taken off this line by the discount line under it; never negative
};

/// A receipt as its reader understood it.
struct Receipt {
  SlipKind kind = SlipKind::nothing;
  std::string number{};  ///< as printed above or below the items; may be empty
  std::string times{};   ///< of day, as printed: "21:50 21:50:12 "
  std::vector<ReceiptItem> items{};
  std::optional<std::int64_t> total_minor{};
  std::int64_t tax_minor = 0;       ///< told before the total
  std::int64_t discount_minor = 0;  ///< of the whole receipt
  std::string tender{};             ///< as printed: "Cash", "НАЛИЧНЫЕ"
  bool balanced = false;            ///< the items, discounts and tax add up to the total
  std::uint64_t lines_hash = 0;     ///< equal lines, equal hash
  bool late = false;                ///< printed while nobody listened: the customer may be gone
};

/// Columns [from, to) of a field.
struct ColumnSpan {
  unsigned from = 0, to = 0;
};

/// How the receipts of one POS are laid out. The default reads most layouts without being told: what it declares is
/// only needed where that fails.
struct ReceiptLayout {
  std::string name = "generic";
  std::uint8_t digits = 2;  ///< decimals of the currency
  unsigned columns = 0;     ///< 0: the printer profile's
  std::optional<ColumnSpan> name_at{}, quantity_at{}, unit_at{}, total_at{};
  std::optional<CodeTable> code_table{};   ///< in force while the POS names none; nothing: the printer profile's
  std::string items_after{};               ///< items begin below the line with this text; empty: anywhere
  std::string items_before{};              ///< and end above the line with this text
  std::vector<std::string> total_words{};  ///< beside the built-in ones, as the others
  std::vector<std::string> tender_words{};
  std::vector<std::string> ignore_words{};  ///< a line that holds one is no item
  std::vector<std::string> not_sale_words{};
};

/// Reads a layout profile: one JSON object, comments allowed; see pos-adapter/PROXY.md.
/// Errors  invalid: "NAME: field: what is wrong; the mend".
Result<ReceiptLayout> parse_layout(std::string_view json, std::string_view name);

/// Reads the lines of one slip, laid out in columns as PrintedJob has them.
/// Limits   the first 2,000 lines and 500 items; a line beyond 400 characters is cut.
/// Errors   none: what is not understood is not an item.
Receipt read_receipt(std::span<std::string const> lines, ReceiptLayout const& layout);

}  // namespace tillcue::pos
