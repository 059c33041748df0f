#include "poslog_document.hpp"

#include <initializer_list>
#include <utility>

namespace tillcue::models {
namespace {

using Tag = PoslogTag;

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kLongestText = 4096;
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

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (auto const known : names) {
    if (known == name) return true;
  }
  return false;
}

std::string trimmed(std::string const& text) {
  constexpr char const* kSpace = " \t\r\n";
  auto const first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

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
                                                       {Tag::status, &PoslogTransaction::status},
                                                       {Tag::customer_id, &PoslogTransaction::customer_id},
                                                       {Tag::loyalty_id, &PoslogTransaction::loyalty_id}};
constexpr Place<PoslogLine> kOfLine[] = {
    {Tag::item_id, &PoslogLine::item_id},           {Tag::pos_item_id, &PoslogLine::pos_item_id},
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
    wanted_ = true;
  } else if (tag == Tag::transaction) {
    transaction_ = {};
    transaction_.line = line;
  } else if (tag == Tag::order) {
    transaction_.order = true;
  } else if (tag == Tag::line) {
    line_voided_ = false;
  } else if (tag == Tag::sale || tag == Tag::refund) {
    auto& lines = transaction_.lines;
    transaction_.too_many = lines.size() >= kMostLines;
    if (transaction_.too_many) lines.pop_back();
    lines.emplace_back();
    lines.back().line = line;
    lines.back().refund = tag == Tag::refund;
    lines.back().voided = line_voided_;
  }
}

void PoslogDocument::flag(Tag tag, std::string_view attribute, std::string_view value) {
  if (tag == Tag::transaction || tag == Tag::retail) {
    bool const ends_it = is_one_of(attribute, {"CancelFlag", "CancelledFlag", "TrainingModeFlag", "SuspendFlag",
                                               "SuspendedFlag", "VoidFlag", "VoidedFlag"});
    if (ends_it && is_true(value)) transaction_.cancelled = true;
    if (attribute == "TransactionStatus") transaction_.status = value;
  } else if (tag == Tag::line) {
    bool const ends_it = is_one_of(attribute, {"VoidFlag", "CancelFlag", "DeleteFlag"});
    if (ends_it && is_true(value)) line_voided_ = true;
  }
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
  } else if (has_text(tag)) {
    if (too_long_) transaction_.too_long_field = Name(whole).local;
    too_long_ = false;
    if (wanted_) keep(tag, trimmed(text_));
  }
}

void PoslogDocument::keep(Tag tag, std::string text) {
  file(kOfTransaction, tag, text, transaction_);
  if (!transaction_.lines.empty()) file(kOfLine, tag, text, transaction_.lines.back());
}

}  // namespace tillcue::models
