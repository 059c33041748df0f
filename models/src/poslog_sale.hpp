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
  std::string item_id, pos_item_id, part_id, part_pos_id, quantity, regular_price, actual_price, extended;
  std::string regular_for, actual_for;  ///< for how many units the price is: its Quantity; 1 when empty
  std::string number;                   ///< SequenceNumber
  std::uint64_t line = 0;               ///< of the file
  std::size_t part = 0;                 ///< PoslogTransaction::parts
  bool refund = false;
  bool voided = false;    ///< or cancelled, deleted, refused
  bool no_goods = false;  ///< a deposit, a fee
};

/// A RetailTransaction in a Transaction; the first stands for the Transaction itself.
struct PoslogPart {
  std::string status;
  bool cancelled = false;  ///< by one of its flags
  bool no_sale = false;    ///< a summary, a gift receipt: says again what other transactions say
};

/// A line that takes back another one, of the same part.
struct PoslogVoid {
  std::string number, quantity;
  std::size_t part = 0;
};

/// One transaction, as it stood there.
struct PoslogTransaction {
  std::string store, other_unit, till, sequence, transaction_id, business_day, begins, ends, log_time, receipt_time;
  std::string customer_id, loyalty_id;
  std::vector<PoslogPart> parts = std::vector<PoslogPart>(1);
  std::vector<PoslogLine> lines;
  std::vector<PoslogVoid> voids;
  std::uint64_t line = 0;      ///< of the file
  bool order = false;          ///< what a customer ordered: it is sold by another transaction, if at all
  bool too_many = false;       ///< lines
  std::string too_long_field;  ///< the name of an element whose text was cut
};

/// Turns transactions into rows, and counts what it leaves out.
/// Basket  STORE/TILL/DAY/NUMBER with TransactionID or else SequenceNumber as the number; what is longer than an
///         identifier may be is hashed. Time: BeginDateTime, POSLogDateTime, ReceiptDateTime, EndDateTime or
///         BusinessDayDate, the first there is, as the till's clock showed it. Price: ActualSalesUnitPrice,
///         RegularSalesUnitPrice, each divided by its Quantity ("3 for 1.00"), or ExtendedAmount divided by the line's.
/// Leaves out  transactions, or RetailTransactions of several in one, that are cancelled, voided, suspended or rung
///             up in training, and summaries and gift receipts; customers' orders; one that was already in the file;
///             what voids an earlier sale, which stays counted, for its rows are gone; lines that are voided, refused,
///             deposits, fees or prepayments, and the lines that voided ones of negative quantity or Voids take back.
class PoslogSales {
 public:
  PoslogSales(std::string name, PoslogSku sku, RowSink& sink) : name_(std::move(name)), sku_(sku), sink_(&sink) {}

  void take(PoslogTransaction& transaction);
  void refuse(std::uint64_t line, std::string const& complaint);
  /// Says in total what was left out.
  void finish();

 private:
  bool is_left_out(PoslogPart const& part);
  void drop_parts(PoslogTransaction& transaction);
  void row(PoslogTransaction const& transaction, PoslogLine const& line, std::string const& basket,
           std::string const& time, std::string_view time_element);
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
  std::uint64_t no_goods_ = 0;
  std::uint64_t no_sales_ = 0;
};

}  // namespace tillcue::models
