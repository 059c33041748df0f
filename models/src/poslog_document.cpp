#include "poslog_document.hpp"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <utility>

namespace tillcue::models {
namespace {

using Tag = PoslogTag;

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestPriceFor = 32;
constexpr std::size_t kMostLines = 100'000;

struct Name {
  explicit Name(std::string_view whole) {
    auto const at = whole.rfind(PoslogDocument::kSeparator);
    space = at == std::string_view::npos ? std::string_view{} : whole.substr(0, at);
    local = at == std::string_view::npos ? whole : whole.substr(at + 1);
  }
  std::string_view space, local;
};

bool is_true(std::string_view value) { return value == "true" || value == "1" || value == "True" || value == "TRUE"; }

bool is_one_of(std::string_view name, std::span<std::string_view const> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}
bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return is_one_of(name, std::span(names.begin(), names.size()));
}

std::string trimmed(std::string const& text) {
  constexpr char const* kSpace = " \t\r\n";
  auto const first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// ItemType of what is no merchandise.
constexpr std::string_view kNoGoods[] = {"Fee", "FeeRefund", "Deposit", "DepositRefund", "Tare"};
/// TypeCode of what says again what other transactions say, or was never bought. "GIftReceipt" is how the schema has
/// it.
constexpr std::string_view kNoSales[] = {"Summary",     "NonResettableAmounts", "GIftReceipt",
                                         "GiftReceipt", "DispatchDocket",       "Suggestion"};

/// Of several stores or times, the one that is the transaction's.
bool is_wanted(Tag tag, std::string_view attribute, std::string_view value) {
  if (attribute != "TypeCode") return true;
  if (tag == Tag::log_time) return is_one_of(value, {"Transaction", "Begin", "BeginDateTime"});
  return tag != Tag::store || value == "RetailStore";
}

template <class Owner>
struct Place {
  Tag tag;
  std::string Owner::*text;
};

constexpr Place<PoslogTransaction> kOfTransaction[] = {{Tag::store, &PoslogTransaction::store},
                                                       {Tag::till, &PoslogTransaction::till},
                                                       {Tag::sequence, &PoslogTransaction::sequence},
                                                       {Tag::transaction_id, &PoslogTransaction::transaction_id},
                                                       {Tag::business_day, &PoslogTransaction::business_day},
                                                       {Tag::begins, &PoslogTransaction::begins},
                                                       {Tag::ends, &PoslogTransaction::ends},
                                                       {Tag::log_time, &PoslogTransaction::log_time},
                                                       {Tag::receipt_time, &PoslogTransaction::receipt_time},
                                                       {Tag::customer_id, &PoslogTransaction::customer_id},
                                                       {Tag::loyalty_id, &PoslogTransaction::loyalty_id}};
constexpr Place<PoslogLine> kOfLine[] = {
    {Tag::item_id, &PoslogLine::item_id},           {Tag::pos_item_id, &PoslogLine::pos_item_id},
    {Tag::part_id, &PoslogLine::part_id},           {Tag::part_pos_id, &PoslogLine::part_pos_id},
    {Tag::quantity, &PoslogLine::quantity},         {Tag::regular_price, &PoslogLine::regular_price},
    {Tag::actual_price, &PoslogLine::actual_price}, {Tag::extended, &PoslogLine::extended}};

/// Files a text; the first of several counts.
template <class Owner, std::size_t N>
void file(Place<Owner> const (&places)[N], Tag tag, std::string& text, Owner& owner) {
  for (auto const& place : places) {
    if (place.tag == tag && (owner.*place.text).empty()) owner.*place.text = std::move(text);
  }
}

}  // namespace

bool PoslogDocument::stop(std::string why) {
  problem_ = std::move(why);
  return false;
}

bool PoslogDocument::open(std::string_view whole, char const** attributes, std::uint64_t line) {
  if (stack_.size() >= kDeepest) return stop("elements nested deeper than 64; is this a POSLog?");
  Name const name(whole);
  auto const parent = stack_.empty() ? Tag::outside : stack_.back();
  // Vendors put elements of their own, with the same names, between those of the standard.
  bool const foreign = parent != Tag::outside && name.space != space_;
  auto const tag = parent == Tag::none || foreign ? Tag::none : poslog_tag(parent, name.local);
  if (tag == Tag::transaction) space_ = name.space;
  stack_.push_back(tag);
  begun_ = true;
  begin(tag, line);
  for (auto at = attributes; *at != nullptr; at += 2) {
    flag(tag, at[0], at[1]);
    wanted_ = wanted_ && is_wanted(tag, at[0], at[1]);
  }
  return true;
}

void PoslogDocument::begin(Tag tag, std::uint64_t line) {
  if (has_text(tag)) {
    text_.clear();
    price_for_.clear();
    wanted_ = true;
  } else if (tag == Tag::transaction) {
    transaction_ = {};
    transaction_.line = line;
  } else if (tag == Tag::order) {
    transaction_.order = true;
  } else if (tag == Tag::retail) {
    transaction_.too_many = transaction_.too_many || transaction_.parts.size() > kMostLines;
    if (!transaction_.too_many) transaction_.parts.emplace_back();
  } else if (tag == Tag::line) {
    line_voided_ = false;
    line_number_.clear();
    line_begin_ = transaction_.lines.size();
  } else if (tag == Tag::voids) {
    transaction_.too_many = transaction_.too_many || transaction_.voids.size() >= kMostLines;
    if (transaction_.too_many) transaction_.voids.pop_back();
    transaction_.voids.push_back({{}, {}, part_at_hand()});
  } else if (tag == Tag::sale || tag == Tag::refund) {
    auto& lines = transaction_.lines;
    transaction_.too_many = transaction_.too_many || lines.size() >= kMostLines;
    if (lines.size() >= kMostLines) lines.pop_back();
    lines.emplace_back();
    lines.back().part = part_at_hand();
    lines.back().line = line;
    lines.back().refund = tag == Tag::refund;
    lines.back().voided = line_voided_;
  }
}

void PoslogDocument::flag(Tag tag, std::string_view attribute, std::string_view value) {
  if (tag == Tag::transaction || tag == Tag::retail) {
    auto& part = transaction_.parts[tag == Tag::retail ? transaction_.parts.size() - 1 : 0];
    bool const ends_it = is_one_of(attribute, {"CancelFlag", "CancelledFlag", "TrainingModeFlag", "SuspendFlag",
                                               "SuspendedFlag", "VoidFlag", "VoidedFlag"});
    if (ends_it && is_true(value)) part.cancelled = true;
    if (attribute == "TransactionStatus") part.status = value;
    if (tag == Tag::retail && attribute == "TypeCode") part.no_sale = is_one_of(value, kNoSales);
  } else if (tag == Tag::line) {
    flag_line(attribute, value);
  } else if (tag == Tag::sale || tag == Tag::refund) {
    auto& line = transaction_.lines.back();
    if (attribute == "ItemType" && is_one_of(value, kNoGoods)) line.no_goods = true;
    if (attribute == "TypeCode" && is_one_of(value, {"Prepay", "PrepayRefund"})) line.no_goods = true;
  } else if ((tag == Tag::actual_price || tag == Tag::regular_price) && attribute == "Quantity") {
    price_for_ = std::string(value.substr(0, kLongestPriceFor));
  }
}

void PoslogDocument::flag_line(std::string_view attribute, std::string_view value) {
  bool const ends_it = is_one_of(attribute, {"VoidFlag", "CancelFlag", "DeleteFlag"});
  if (ends_it && is_true(value)) line_voided_ = true;
  if (attribute == "Action" && is_one_of(value, {"Cancel", "Delete", "Subtract"})) line_voided_ = true;
  if (is_one_of(attribute, {"RefusalReason", "RefusalTypeCode"}) && !value.empty()) line_voided_ = true;
}

void PoslogDocument::text(std::string_view more) {
  if (stack_.empty() || !has_text(stack_.back())) return;
  if (text_.size() + more.size() <= kLongestText)
    text_ += more;
  else
    too_long_ = true;
}

void PoslogDocument::close(std::string_view whole) {
  auto const tag = stack_.back();
  stack_.pop_back();
  if (tag == Tag::transaction) {
    ++transactions_;
    sales_->take(transaction_);
  } else if (tag == Tag::line) {
    close_line();
  } else if (has_text(tag)) {
    if (too_long_) transaction_.too_long_field = Name(whole).local;
    too_long_ = false;
    if (wanted_)
      keep(tag, trimmed(text_));
    else if (tag == Tag::store && transaction_.other_unit.empty())
      transaction_.other_unit = trimmed(text_);
  }
}

/// The number stands before or behind what is sold.
void PoslogDocument::close_line() {
  for (auto n = line_begin_; n < transaction_.lines.size(); ++n) transaction_.lines[n].number = line_number_;
}

void PoslogDocument::keep(Tag tag, std::string text) {
  if (tag == Tag::status || tag == Tag::part_status) {
    auto& status = transaction_.parts[tag == Tag::part_status ? part_at_hand() : 0].status;
    if (status.empty()) status = std::move(text);
  } else if (tag == Tag::line_number) {
    line_number_ = std::move(text);
  } else if (tag == Tag::void_link) {
    transaction_.voids.back().number = std::move(text);
  } else if (tag == Tag::void_quantity) {
    transaction_.voids.back().quantity = std::move(text);
  } else {
    file(kOfTransaction, tag, text, transaction_);
    if (transaction_.lines.empty()) return;
    auto& line = transaction_.lines.back();
    if (tag == Tag::actual_price && line.actual_price.empty()) line.actual_for = price_for_;
    if (tag == Tag::regular_price && line.regular_price.empty()) line.regular_for = price_for_;
    file(kOfLine, tag, text, line);
  }
}

/// The open RetailTransaction, 0 outside of any.
std::size_t PoslogDocument::part_at_hand() const {
  bool const inside = std::find(stack_.begin(), stack_.end(), Tag::retail) != stack_.end();
  return inside ? transaction_.parts.size() - 1 : 0;
}

}  // namespace tillcue::models
