#include "poslog_sale.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tillcue/core/sku.hpp"
#include "tillcue/models/field.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr RowNames kNames = {"TransactionID", "BeginDateTime", "ItemID", "Quantity", "ActualSalesUnitPrice"};

/// Statuses of a transaction that is no sale, in lower case.
constexpr std::string_view kNoSale[] = {"voided",  "void",   "cancelled", "canceled", "abandoned",
                                        "aborted", "failed", "inprocess", "training"};
/// Of one that takes an earlier one back.
constexpr std::string_view kPostVoid[] = {"postvoided", "post-voided", "postvoid"};

/// Suspended, and what became of it: SuspendedRetrieved is sold by another transaction, SuspendedCanceled by none.
bool is_suspended(std::string_view status) { return status.starts_with("suspend"); }

std::string small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

/// The till's clock: without the offset, which a day may have too, and without fractions of a second.
std::string wall_clock(std::string const& text) {
  constexpr std::size_t kDay = 10;
  auto const clock = text.find_first_of("Tt ");
  if (clock == std::string::npos) return text.substr(0, std::min(text.find_first_of("Zz+-", kDay), text.size()));
  return text.substr(0, text.find_first_of("Zz+-.,", clock));
}

/// When it was, and which of its elements says so.
struct SaleTime {
  std::string text;
  std::string_view element = kNames.time;
};

SaleTime time_of(PoslogTransaction const& transaction) {
  SaleTime const said[] = {{transaction.begins, kNames.time},
                           {transaction.log_time, "POSLogDateTime"},
                           {transaction.receipt_time, "ReceiptDateTime"},
                           {transaction.ends, "EndDateTime"},
                           {transaction.business_day, "BusinessDayDate"}};
  for (auto const& [text, element] : said) {
    if (!text.empty()) return {wall_clock(text), element};
  }
  return {};
}

/// Empty when there is no number to tell the transaction by.
std::string basket_of(PoslogTransaction const& transaction, std::string const& time) {
  auto const& number = transaction.transaction_id.empty() ? transaction.sequence : transaction.transaction_id;
  if (number.empty()) return {};
  auto const day = transaction.business_day.empty() ? time.substr(0, 10) : wall_clock(transaction.business_day);
  auto const& store = transaction.store.empty() ? transaction.other_unit : transaction.store;
  auto const whole = store + '/' + transaction.till + '/' + day + '/' + number;
  if (whole.size() <= kMaxIdentifier) return whole;
  char text[32];
  std::snprintf(text, sizeof text, "tx-%016llx", static_cast<unsigned long long>(mix(basket_key(whole))));
  return text;
}

bool is_negative(std::string const& text) { return !text.empty() && text[0] == '-'; }

std::string negated(std::string const& quantity) {
  if (quantity.empty()) return "-1";
  return is_negative(quantity) ? quantity : '-' + quantity;
}

std::string six_decimals(std::int64_t micro) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(micro / 1'000'000),
                static_cast<long long>(micro % 1'000'000));
  return text;
}

/// What one unit costs when `units` (thousandths, above 0) of them cost `amount` (millionths, at least 0). At most
/// 10^18 millionths: the product with 1000 would not fit, so whole thousandths are split off first. Empty when too
/// large.
std::string one_of(std::int64_t amount, std::int64_t units) {
  auto const whole = amount / units;
  auto const rest = amount % units;
  if (whole > 1'000'000'000'000'000) return {};
  return six_decimals(whole * 1000 + (rest * 1000 + units / 2) / units);
}

/// ExtendedAmount is of the whole line.
std::string price_of_line(PoslogLine const& line) {
  if (line.extended.empty()) return {};
  auto const amount = parse_decimal(line.extended, kPriceDecimals);
  auto const quantity = line.quantity.empty() ? 1000 : parse_decimal(line.quantity, kQuantityDecimals).value_or(0);
  if (!amount) return line.extended;  // is told as it stands
  return quantity > 0 && *amount >= 0 ? one_of(*amount, quantity) : std::string();
}

/// Errors  invalid: for how many units the price is cannot be understood.
Result<std::string> price_of(PoslogLine const& line) {
  bool const actual = !line.actual_price.empty();
  auto const& price = actual ? line.actual_price : line.regular_price;
  if (price.empty()) return price_of_line(line);
  auto const& units = actual ? line.actual_for : line.regular_for;
  if (units.empty()) return price;
  auto const number = parse_decimal(units, kQuantityDecimals);
  if (!number || *number <= 0) {
    return fail(Code::invalid, std::string(actual ? "ActualSalesUnitPrice" : "RegularSalesUnitPrice") + ": Quantity '" +
                                   units + "' is no number above 0 like 3; write for how many units the price is");
  }
  auto const amount = parse_decimal(price, kPriceDecimals);
  if (*number == 1000 || !amount || *amount < 0) return price;  // is told as it stands
  return one_of(*amount, *number);
}

/// A voiding line of negative quantity takes back the last line of the same item.
void take_back(std::vector<PoslogLine>& lines) {
  for (std::size_t n = 0; n < lines.size(); ++n) {
    if (!lines[n].voided || !is_negative(lines[n].quantity)) continue;
    for (auto earlier = n; earlier-- > 0;) {
      auto& line = lines[earlier];
      bool const same = line.item_id == lines[n].item_id && line.pos_item_id == lines[n].pos_item_id;
      if (!same || line.voided || line.refund) continue;
      line.voided = true;
      break;
    }
  }
}

/// Whether all of a line is taken back, or as much as is not told.
bool is_whole(PoslogVoid const& back, PoslogLine const& line) {
  if (back.quantity.empty()) return true;
  auto const sold = line.quantity.empty() ? 1000 : parse_decimal(line.quantity, kQuantityDecimals).value_or(0);
  return std::abs(parse_decimal(back.quantity, kQuantityDecimals).value_or(0)) >= std::abs(sold);
}

/// Lines that say by number which one they take back.
void take_back(std::vector<PoslogLine>& lines, std::vector<PoslogVoid> const& voids) {
  for (auto const& back : voids) {
    for (auto& line : lines) {
      if (line.part == back.part && line.number == back.number && is_whole(back, line)) line.voided = true;
    }
  }
}

}  // namespace

std::string const& PoslogSales::sku_of(PoslogLine const& line) const {
  bool const by_item = sku_ == PoslogSku::item_id;
  auto const choose = [&](std::string const& item, std::string const& scanned) -> std::string const& {
    auto const& wanted = by_item ? item : scanned;
    return wanted.empty() ? (by_item ? scanned : item) : wanted;
  };
  auto const& own = choose(line.item_id, line.pos_item_id);
  return own.empty() ? choose(line.part_id, line.part_pos_id) : own;
}

/// Counts it, too.
bool PoslogSales::is_left_out(PoslogPart const& part) {
  auto const status = small_letters(part.status);
  if (std::find(std::begin(kPostVoid), std::end(kPostVoid), status) != std::end(kPostVoid)) {
    ++post_voids_;
    return true;
  }
  if (part.cancelled || is_suspended(status) ||
      std::find(std::begin(kNoSale), std::end(kNoSale), status) != std::end(kNoSale)) {
    ++cancelled_;
    return true;
  }
  no_sales_ += part.no_sale ? 1 : 0;
  return part.no_sale;
}

void PoslogSales::drop_parts(PoslogTransaction& transaction) {
  auto& lines = transaction.lines;
  if (is_left_out(transaction.parts[0])) return lines.clear();
  for (std::size_t n = 1; n < transaction.parts.size(); ++n) {
    if (is_left_out(transaction.parts[n])) std::erase_if(lines, [&](auto const& line) { return line.part == n; });
  }
}

void PoslogSales::refuse(std::uint64_t line, std::string const& complaint) {
  sink_->bad().count_row();
  sink_->bad().add(name_, line, complaint);
}

void PoslogSales::take(PoslogTransaction& transaction) {
  if (transaction.order) ++orders_;
  if (transaction.lines.empty()) return;  // signing on, counting the drawer: no sale
  if (!transaction.too_long_field.empty()) {
    return refuse(transaction.line, transaction.too_long_field + ": longer than 4096 bytes; shorten it");
  }
  if (transaction.too_many) return refuse(transaction.line, "Transaction: more than 100000 lines; is this one sale?");
  auto const time = time_of(transaction);
  auto const basket = basket_of(transaction, time.text);
  if (basket.empty()) {
    return refuse(transaction.line, "Transaction: has neither TransactionID nor SequenceNumber; add one");
  }
  drop_parts(transaction);
  if (transaction.lines.empty()) return;
  if (!seen_.insert(basket).second) {
    ++repeated_;
    return;
  }
  take_back(transaction.lines);
  take_back(transaction.lines, transaction.voids);
  for (auto const& line : transaction.lines) {
    if (line.voided)
      ++voided_;
    else if (line.no_goods)
      ++no_goods_;
    else
      row(transaction, line, basket, time.text, time.element);
  }
}

void PoslogSales::row(PoslogTransaction const& transaction, PoslogLine const& line, std::string const& basket,
                      std::string const& time, std::string_view time_element) {
  auto const quantity = line.refund ? negated(line.quantity) : line.quantity;
  auto const price = price_of(line);
  if (!price) return refuse(line.line, price.error().what);
  SaleText row;
  row.basket = basket;
  row.customer = transaction.customer_id.empty() ? transaction.loyalty_id : transaction.customer_id;
  row.time = time;
  row.sku = sku_of(line);
  row.quantity = quantity;
  row.price = *price;
  row.line = line.line;
  sink_->bad().count_row();
  auto names = kNames;
  names.time = time_element;
  sink_->row(row, names);
}

void PoslogSales::finish() {
  auto const total = [&](std::uint64_t count, std::string_view one, std::string_view many, std::string_view rest = {}) {
    if (count == 0) return;
    sink_->bad().total(name_ + ": " + counted(count, one, many) + std::string(rest) + " left out");
  };
  total(cancelled_, "transaction", "transactions", " cancelled, voided, suspended or rung up in training");
  total(repeated_, "transaction that was", "transactions that were", " already in the file");
  total(voided_, "voided line", "voided lines");
  total(no_goods_, "line", "lines", " of deposits, fees and prepayments");
  total(no_sales_, "summary, gift receipt or the like", "summaries, gift receipts and the like");
  total(orders_, "customer's order", "customers' orders", " (what is sold of them comes as sales)");
  total(post_voids_, "transaction that voids", "transactions that void", " an earlier sale, which is counted,");
}

}  // namespace tillcue::models
