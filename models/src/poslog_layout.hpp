#pragma once

#include <string_view>

namespace tillcue::models {

/// The elements of a POSLog that matter, by where they stand. Everything else is passed over with all it holds.
enum class PoslogTag {
  none,     ///< passed over
  outside,  ///< above any Transaction: POSLog itself and whatever wraps it
  transaction,
  retail,
  line,
  sale,
  refund,  ///< Return
  unit,
  identity,
  customer,
  loyalty,
  card,   ///< LoyaltyCard
  item,   ///< Item: parts of what is sold, or, as some tills write, in the place of ItemID
  order,  ///< CustomerOrderTransaction, OrderTransaction: wanted, not yet bought
  voids,  ///< Voids: takes back another line
  // Below: elements whose text is taken.
  store,
  till,
  sequence,
  transaction_id,
  business_day,
  begins,
  ends,
  log_time,
  receipt_time,
  status,
  part_status,  ///< of one RetailTransaction
  customer_id,
  loyalty_id,
  line_number,
  void_link,
  void_quantity,
  item_id,
  pos_item_id,
  part_id,  ///< of an Item
  part_pos_id,
  quantity,
  regular_price,
  actual_price,
  extended,
};

/// What `name` (without namespace) is inside `parent`.
/// Source  ARTS/OMG IXRetail POSLog 1.0 to 6.0: in 1.0 lines stand in the Transaction itself, from 2.x on in its
/// RetailTransaction, of which there may be several; 6.0 names the store in BusinessUnit/UnitID and the time in
/// POSLogDateTime, has orders in a CustomerOrderTransaction, and takes lines back by Voids/ItemLink.
PoslogTag poslog_tag(PoslogTag parent, std::string_view name);

inline bool has_text(PoslogTag tag) { return tag >= PoslogTag::store; }

}  // namespace tillcue::models
