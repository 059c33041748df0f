#include "poslog_layout.hpp"

#include <algorithm>
#include <iterator>

namespace tillcue::models {
namespace {

using Tag = PoslogTag;

struct Place {
  Tag parent;
  std::string_view name;
  Tag tag;
};

constexpr Place kPlaces[] = {
    {Tag::transaction, "RetailTransaction", Tag::retail},
    {Tag::transaction, "CustomerOrderTransaction", Tag::order},
    {Tag::transaction, "OrderTransaction", Tag::order},
    {Tag::transaction, "LineItem", Tag::line},
    {Tag::retail, "LineItem", Tag::line},
    {Tag::transaction, "BusinessUnit", Tag::unit},
    {Tag::transaction, "RetailStoreID", Tag::store},
    {Tag::unit, "UnitID", Tag::store},
    {Tag::unit, "BusinessUnitNumber", Tag::store},
    {Tag::transaction, "WorkstationID", Tag::till},
    {Tag::transaction, "SequenceNumber", Tag::sequence},
    {Tag::transaction, "TransactionID", Tag::transaction_id},
    {Tag::transaction, "BusinessDayDate", Tag::business_day},
    {Tag::transaction, "BeginDateTime", Tag::begins},
    {Tag::transaction, "EndDateTime", Tag::ends},
    {Tag::transaction, "POSLogDateTime", Tag::log_time},
    {Tag::transaction, "ReceiptDateTime", Tag::receipt_time},
    {Tag::retail, "ReceiptDateTime", Tag::receipt_time},
    {Tag::transaction, "TransactionStatus", Tag::status},
    {Tag::retail, "TransactionStatus", Tag::part_status},
    {Tag::transaction, "Customer", Tag::customer},
    {Tag::retail, "Customer", Tag::customer},
    {Tag::customer, "CustomerID", Tag::customer_id},
    {Tag::transaction, "LoyaltyAccount", Tag::loyalty},
    {Tag::retail, "LoyaltyAccount", Tag::loyalty},
    {Tag::loyalty, "CustomerID", Tag::loyalty_id},
    {Tag::loyalty, "LoyaltyAccountID", Tag::loyalty_id},
    {Tag::loyalty, "LoyaltyCard", Tag::card},
    {Tag::card, "PrimaryAccountNumber", Tag::loyalty_id},
    {Tag::line, "Sale", Tag::sale},
    {Tag::line, "SaleForPickup", Tag::sale},
    {Tag::line, "SaleForDelivery", Tag::sale},
    {Tag::line, "FuelSale", Tag::sale},
    {Tag::line, "Return", Tag::refund},
    {Tag::line, "ReturnForPickup", Tag::refund},
    {Tag::line, "ReturnForDelivery", Tag::refund},
    {Tag::sale, "ItemID", Tag::item_id},
    {Tag::sale, "POSIdentity", Tag::identity},
    {Tag::identity, "POSItemID", Tag::pos_item_id},
    {Tag::sale, "Item", Tag::item},
    {Tag::item, "ItemID", Tag::part_id},
    {Tag::item, "ItemNumber", Tag::part_id},
    {Tag::item, "UPCNumber", Tag::part_pos_id},
    {Tag::line, "SequenceNumber", Tag::line_number},
    {Tag::line, "Voids", Tag::voids},
    {Tag::voids, "ItemLink", Tag::void_link},
    {Tag::voids, "Quantity", Tag::void_quantity},
    {Tag::sale, "Quantity", Tag::quantity},
    {Tag::sale, "RegularSalesUnitPrice", Tag::regular_price},
    {Tag::sale, "ActualSalesUnitPrice", Tag::actual_price},
    {Tag::sale, "ExtendedAmount", Tag::extended},
};

}  // namespace

PoslogTag poslog_tag(PoslogTag parent, std::string_view name) {
  if (parent == Tag::outside) return name == "Transaction" ? Tag::transaction : Tag::outside;
  if (parent == Tag::refund) parent = Tag::sale;
  auto const found = std::find_if(std::begin(kPlaces), std::end(kPlaces),
                                  [&](Place const& place) { return place.parent == parent && place.name == name; });
  return found == std::end(kPlaces) ? Tag::none : found->tag;
}

}  // namespace tillcue::models
