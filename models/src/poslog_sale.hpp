#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "poslog_layout.hpp"
#include "tillcue/models/import.hpp"

namespace tillcue::models {

/// One line of a POSLog transaction, as it stood there.
struct PoslogLine {
  std::string item_id, pos_item_id, quantity, regular_price, actual_price, extended;
  std::uint64_t line = 0;  ///< of the file
  bool refund = false;
  bool voided = false;
};

/// One transaction, as it stood there.
struct PoslogTransaction {
  std::string store, till, sequence, transaction_id, business_day, begins, ends, log_time, receipt_time, status;
  std::string customer_id, loyalty_id;
  std::vector<PoslogLine> lines;
  std::uint64_t line = 0;      ///< of the file
  bool cancelled = false;      ///< by one of its flags
  bool order = false;          ///< what a customer ordered: it is sold by another transaction, if at all
  bool too_many = false;       ///< lines
  std::string too_long_field;  ///< the name of an element whose text was cut
};

/// Turns transactions into rows, and counts what it leaves out.
/// Basket  STORE/TILL/DAY/NUMBER with TransactionID or else SequenceNumber as the number; what is longer than an
///         identifier may be is hashed. Time: BeginDateTime, POSLogDateTime, ReceiptDateTime, EndDateTime or
///         BusinessDayDate, the first there is, as the till's clock showed it. Price: ActualSalesUnitPrice,
///         RegularSalesUnitPrice, or ExtendedAmount divided by the quantity.
/// Leaves out  transactions cancelled, voided, suspended or rung up in training; customers' orders; one that was
///             already in the file; what voids an earlier sale, which stays counted, for its rows are gone;
///             voided lines, and with a voided line of negative quantity the line it takes back.
class PoslogSales {
 public:
  PoslogSales(std::string name, PoslogSku sku, RowSink& sink) : name_(std::move(name)), sku_(sku), sink_(&sink) {}

  void take(PoslogTransaction& transaction);
  void refuse(std::uint64_t line, std::string const& complaint);
  /// Says in total what was left out.
  void finish();

 private:
  bool is_left_out(PoslogTransaction const& transaction, std::string const& basket);
  void row(PoslogTransaction const& transaction, PoslogLine const& line, std::string const& basket,
           std::string const& time);
  [[nodiscard]] std::string const& sku_of(PoslogLine const& line) const;

  std::string name_;
  PoslogSku sku_;
  RowSink* sink_;
  std::unordered_set<std::string> seen_;
  std::uint64_t cancelled_ = 0;
  std::uint64_t orders_ = 0;
  std::uint64_t post_voids_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t voided_ = 0;
};

}  // namespace tillcue::models
