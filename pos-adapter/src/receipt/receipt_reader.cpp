#include <algorithm>
#include <cstdlib>

#include "digest.hpp"
#include "receipt_row.hpp"
#include "receipt_titles.hpp"
#include "receipt_words.hpp"
#include "tillcue/pos/code_table.hpp"
#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos {
namespace {

using namespace reading;

constexpr std::size_t kMaxLines = 2'000;
constexpr std::size_t kMaxItems = 500;
constexpr std::size_t kMaxLine = 400;

/// An item while its lines come: what joining a wrapped name needs to know.
struct Draft {
  ReceiptItem item;
  std::u32string name;
  unsigned column = 0;       ///< where the name starts
  unsigned room = 0;         ///< columns the name had on its line
  bool counted = false;      ///< quantity told
  bool count_leads = false;  ///< and is the first word of the name
  bool wraps = false;        ///< the last line was its own or its name's
  std::size_t fragment = 0;  ///< characters of the name's last line
};

class Reader {
 public:
  explicit Reader(ReceiptLayout const& layout) : layout_(layout) { started_ = layout.items_after.empty(); }

  void take(std::u32string_view line);
  Receipt finish();

 private:
  void hear_kind(std::u32string_view line, std::u32string_view words, bool amount);
  void hear_number(PrintedNumber const& number);
  void take_item_line(ReceiptRow const& row);
  void take_after_total(ReceiptRow const& row, LineTopic topic);
  void take_topic(ReceiptRow const& row, LineTopic topic);
  void begin_item(ReceiptRow const& row, std::u32string name, unsigned column);
  void take_quantity_line(ReceiptRow const& row);
  void take_discount(std::int64_t amount);
  void take_void(ReceiptRow const& row);
  void take_text(ReceiptRow const& row);
  [[nodiscard]] bool goes_on(ReceiptRow const& row) const;
  void strip_numbers();
  [[nodiscard]] bool above_items() const { return drafts_.empty() && totals_.empty(); }
  [[nodiscard]] std::int64_t items_sum() const;
  [[nodiscard]] bool adds_up(std::int64_t total) const;
  void choose_total();
  [[nodiscard]] SlipKind kind() const;

  ReceiptLayout const& layout_;
  Receipt receipt_;
  std::vector<Draft> drafts_;
  std::vector<std::int64_t> totals_;  ///< candidates in order
  std::int64_t rounding_ = 0;         ///< to coins, told before the total
  std::optional<TitleTold> told_;
  std::u32string above_;  ///< a text line directly above, which may be the name of what follows
  unsigned above_column_ = 0;
  std::optional<ReceiptRow> waiting_quantity_;  ///< "2 x 1,29" before its item
  bool total_expected_ = false;                 ///< "TOTAL" stood alone: its amount is on the next line
  bool number_marked_ = false;                  ///< the receipt's number stands behind a "No."
  bool started_ = true, ended_ = false;
  bool paid_ = false;  ///< an amount paid is told behind the total
};

bool is_letter(char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z') || c >= 0xC0; }

std::int64_t quantity_for(std::int64_t amount) { return amount < 0 ? -1000 : 1000; }

void Reader::take(std::u32string_view line) {
  auto const words = folded(line);
  auto const row = read_row(line, layout_);
  hear_kind(line, words, row.amount_minor.has_value());
  hear_number(receipt_number(line, above_items()));
  receipt_.times += printed_times(line);
  if (!started_) {
    started_ = has_phrase(words, folded(from_utf8(layout_.items_after)));
    return;
  }
  if (!layout_.items_before.empty() && has_phrase(words, folded(from_utf8(layout_.items_before)))) ended_ = true;
  if (row.rule || words.empty()) {
    above_.clear();
    for (auto& draft : drafts_) draft.wraps = false;
    if (row.rule || !row.amount_minor) return;
  }
  auto const topic = topic_of(folded(row.text), layout_);
  if (!totals_.empty()) return take_after_total(row, topic);
  if (topic != LineTopic::none) return take_topic(row, topic);
  if (total_expected_ && row.text.empty() && row.amount_minor) {
    totals_.push_back(*row.amount_minor);
    total_expected_ = false;
    return;
  }
  for (auto const& ignored : layout_.ignore_words) {
    if (has_phrase(words, folded(from_utf8(ignored)))) return;
  }
  if (!ended_) take_item_line(row);
}

/// A line with an amount is an article, whatever it is called. Where money has no decimals any number may be one: then
/// only what stands apart from the words is.
void Reader::hear_kind(std::u32string_view line, std::u32string_view words, bool amount) {
  std::optional<TitleTold> told;
  bool const numbered = layout_.digits == 0 && line.find(U"  ", line.find_first_not_of(U' ')) == line.npos;
  if (told_no_sale(words, layout_)) {
    told = {SlipKind::nothing};
  } else if (!amount || numbered) {
    told = kind_told(words, above_items());
  }
  if (told && (!told_ || told_->unless_paid || told->kind == SlipKind::card_slip)) told_ = told;
}

/// A slogan may look like a number ("SALE 3 for 2"): one that says it is one counts, also further down.
void Reader::hear_number(PrintedNumber const& number) {
  if (number.text.empty() || (!receipt_.number.empty() && (number_marked_ || !number.marked))) return;
  receipt_.number = to_utf8(number.text);
  number_marked_ = number.marked;
}

void Reader::take_topic(ReceiptRow const& row, LineTopic topic) {
  // An article may be called "Gift card 25" or "Bar soap": before any total, words of payment make no payment.
  bool const payment = topic == LineTopic::tender || topic == LineTopic::change;
  if (payment && !ended_) return take_item_line(row);
  above_.clear();
  if (topic != LineTopic::discount) {
    for (auto& draft : drafts_) draft.wraps = false;
  }
  auto const amount = row.amount_minor;
  switch (topic) {
    case LineTopic::total:
      if (amount) totals_.push_back(*amount);
      total_expected_ = !amount;
      return;
    case LineTopic::tax:
      if (amount) receipt_.tax_minor += row.bracketed ? std::llabs(*amount) : *amount;
      return;
    case LineTopic::rounding:
      if (amount) rounding_ += *amount;
      return;
    case LineTopic::discount:
      if (amount) take_discount(*amount);
      return;
    case LineTopic::voided:
      return take_void(row);
    default:
      return;
  }
}

void Reader::take_after_total(ReceiptRow const& row, LineTopic topic) {
  if (topic == LineTopic::total && row.amount_minor) totals_.push_back(*row.amount_minor);
  if (topic == LineTopic::tender && receipt_.tender.empty()) receipt_.tender = to_utf8(row.text);
  paid_ = paid_ || (topic == LineTopic::tender && row.amount_minor);
}

void Reader::take_item_line(ReceiptRow const& row) {
  if (row.quantity_milli && row.unit_minor && !row.amount_minor && row.text.empty()) return take_quantity_line(row);
  if (!row.amount_minor) return take_text(row);
  bool const nameless = folded(row.text).empty();
  if (nameless) {
    // The name stands on the line above, or this is nothing we know.
    auto const name = std::exchange(above_, {});
    if (name.empty() || row.bracketed) return;
    begin_item(row, name, above_column_);
    if (!drafts_.empty()) drafts_.back().wraps = false;  // the text above was all of its name
    return;
  }
  if (*row.amount_minor < 0) {
    take_void(row);
    return;
  }
  begin_item(row, row.text, row.text_column);
}

void Reader::begin_item(ReceiptRow const& row, std::u32string name, unsigned column) {
  above_.clear();
  bool const named = std::any_of(name.begin(), name.end(), is_letter);
  if (drafts_.size() >= kMaxItems || (!named && name.size() < 4)) return;
  for (auto& draft : drafts_) draft.wraps = false;
  Draft draft;
  draft.name = std::move(name);
  draft.column = column;
  draft.room = row.numbers_column - std::min(row.numbers_column, column);
  draft.fragment = draft.name.size();
  draft.wraps = true;
  draft.item.total_minor = *row.amount_minor;
  draft.item.quantity.milli = row.quantity_milli.value_or(quantity_for(*row.amount_minor));
  draft.item.unit_minor = row.unit_minor.value_or(0);
  draft.counted = row.quantity_milli.has_value();
  draft.count_leads = row.count_leads;
  if (auto const before = std::exchange(waiting_quantity_, {}); before && !draft.counted) {
    if (std::llabs(extended({*before->unit_minor, {}}, {*before->quantity_milli}).minor - *row.amount_minor) <= 1) {
      draft.item.quantity.milli = *before->quantity_milli;
      draft.item.unit_minor = *before->unit_minor;
      draft.counted = true;
    }
  }
  drafts_.push_back(std::move(draft));
}

/// "  3 x 0,45": belongs to the item above when the product says so, else to the one below.
void Reader::take_quantity_line(ReceiptRow const& row) {
  auto const product = extended({*row.unit_minor, {}}, {*row.quantity_milli}).minor;
  if (!drafts_.empty() && !drafts_.back().counted && std::llabs(product - drafts_.back().item.total_minor) <= 1) {
    auto& draft = drafts_.back();
    draft.item.quantity.milli = *row.quantity_milli;
    draft.item.unit_minor = *row.unit_minor;
    draft.counted = true;
    draft.wraps = false;
    return;
  }
  if (!above_.empty()) {  // a name, then "2 x 1,00", and the amount is what that makes
    auto whole = row;
    whole.amount_minor = product;
    auto const name = std::exchange(above_, {});
    begin_item(whole, name, above_column_);
    if (!drafts_.empty()) drafts_.back().wraps = false;
    return;
  }
  waiting_quantity_ = row;
}

void Reader::take_discount(std::int64_t amount) {
  auto const off = std::llabs(amount);
  if (!drafts_.empty() && drafts_.back().wraps && off <= drafts_.back().item.total_minor) {
    drafts_.back().item.discount_minor += off;
    drafts_.back().wraps = false;
  } else {
    receipt_.discount_minor += off;
  }
}

/// Takes back the newest item of that name or, failing that, of that amount.
void Reader::take_void(ReceiptRow const& row) {
  if (!row.amount_minor) return;
  auto const off = std::llabs(*row.amount_minor);
  auto const words = folded(row.text);
  auto const by_name = std::find_if(drafts_.rbegin(), drafts_.rend(), [&](Draft const& draft) {
    return draft.item.total_minor == off && has_phrase(words, folded(draft.name));
  });
  auto const by_amount =
      std::find_if(drafts_.rbegin(), drafts_.rend(), [&](Draft const& draft) { return draft.item.total_minor == off; });
  auto const found = by_name != drafts_.rend() ? by_name : by_amount;
  bool const said = topic_of(words, layout_) == LineTopic::voided;
  if (found != drafts_.rend() && (said || by_name != drafts_.rend())) {
    drafts_.erase(std::next(found).base());
  } else if (*row.amount_minor < 0 && (said || !row.bracketed)) {
    take_discount(*row.amount_minor);
  } else {
    for (auto& draft : drafts_) draft.wraps = false;  // "Deposit incl. (0.25)" is a note, and no part of a name
  }
}

/// A word wrap happens when the next word does not fit; a cut in mid-word fills the room, and the names it fills are
/// the longest there are.
bool Reader::goes_on(ReceiptRow const& row) const {
  if (drafts_.empty()) return false;
  auto const& last = drafts_.back();
  if (!last.wraps || row.text_column != last.column || row.text.empty()) return false;
  auto const first_word = row.text.substr(0, row.text.find(U' ')).size();
  bool const did_not_fit = last.fragment + 1 + first_word >= last.room;
  bool const full = std::all_of(drafts_.begin(), drafts_.end(),
                                [&](Draft const& draft) { return draft.fragment <= last.fragment || !draft.wraps; });
  return did_not_fit || full;
}

void Reader::take_text(ReceiptRow const& row) {
  if (goes_on(row)) {
    auto& last = drafts_.back();
    auto const first_word = row.text.substr(0, row.text.find(U' ')).size();
    bool const between_words = last.fragment + 1 + first_word >= last.room;
    last.name += (between_words ? U" " : U"") + row.text;
    last.fragment = row.text.size();
    return;
  }
  above_ = row.text;
  above_column_ = row.text_column;
}

/// Numbers in front of every name: "001 Pão", "4006381333931 Pen", "2 Cappuccino".
void Reader::strip_numbers() {
  std::vector<std::u32string> heads;
  for (auto const& draft : drafts_) {
    auto const end = draft.name.find(U' ');
    auto const head = draft.name.substr(0, end);
    bool const digits = end != std::u32string::npos &&
                        std::all_of(head.begin(), head.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
    heads.push_back(digits ? head : std::u32string{});
  }
  bool const all = !heads.empty() && std::none_of(heads.begin(), heads.end(), [](auto const& h) { return h.empty(); });
  bool row_numbers = all, quantities = all;
  for (std::size_t n = 0; n < heads.size(); ++n) {
    auto const& head = heads[n];
    auto const number = head.empty() || head.size() > 6 ? -1 : std::stol(to_utf8(head));
    row_numbers = row_numbers && number == static_cast<long>(n + 1);
    quantities = quantities && number > 0 && head.size() <= 2 && !drafts_[n].counted &&
                 drafts_[n].item.total_minor % std::max(1L, number) == 0;
  }
  // "1 Liter" among names that begin otherwise is a name; more than one of it, confirmed by price and amount, is not.
  bool const lead = !drafts_.empty() && std::all_of(drafts_.begin(), drafts_.end(), [](Draft const& draft) {
    return !draft.name.empty() && draft.name.front() >= U'0' && draft.name.front() <= U'9';
  });
  bool const padded = all && heads.front().size() > 1 && heads.front().front() == U'0';
  for (std::size_t n = 0; n < heads.size(); ++n) {
    auto& draft = drafts_[n];
    if (draft.count_leads && (lead || draft.item.quantity.milli != 1000)) {
      draft.name.erase(0, draft.name.find(U' ') + 1);
      continue;
    }
    if (heads[n].empty()) continue;
    auto const cut = [&] { draft.name.erase(0, heads[n].size() + 1); };
    if (heads[n].size() >= 8 && heads[n].size() <= 14) {
      draft.item.code = to_utf8(heads[n]);
      cut();
    } else if (row_numbers && (padded || heads.size() > 1 || draft.counted)) {
      cut();
    } else if (quantities && heads.size() > 1) {
      draft.item.quantity.milli = std::stol(to_utf8(heads[n])) * 1000;
      draft.counted = true;
      cut();
    } else if (all && heads[n].size() >= 3 && heads.size() > 1) {
      draft.item.code = to_utf8(heads[n]);
      cut();
    }
  }
}

std::int64_t Reader::items_sum() const {
  std::int64_t sum = 0;
  for (auto const& draft : drafts_) sum += draft.item.total_minor - draft.item.discount_minor;
  return sum;
}

bool Reader::adds_up(std::int64_t total) const {
  auto const sum = items_sum() + rounding_;
  // "You saved 1.00" may tell what was taken off already.
  for (auto const off : {std::int64_t{0}, receipt_.discount_minor}) {
    if (total == sum - off || total == sum - off + receipt_.tax_minor) return true;
  }
  return false;
}

void Reader::choose_total() {
  if (totals_.empty()) return;
  auto const fits = std::find_if(totals_.begin(), totals_.end(), [&](std::int64_t t) { return adds_up(t); });
  receipt_.balanced = fits != totals_.end();
  receipt_.total_minor = receipt_.balanced ? *fits : totals_.front();
}

SlipKind Reader::kind() const {
  if (told_ && !(told_->unless_paid && paid_)) return told_->kind;
  if (!receipt_.total_minor || receipt_.items.empty()) return SlipKind::nothing;
  return *receipt_.total_minor < 0 ? SlipKind::refund : SlipKind::sale;
}

Receipt Reader::finish() {
  strip_numbers();
  choose_total();
  for (auto& draft : drafts_) {
    auto& item = draft.item;
    item.name = to_utf8(draft.name);
    if (item.unit_minor == 0 && item.quantity.milli != 0) {
      auto const exact = item.total_minor * 1000;
      item.unit_minor = (exact + (exact < 0 ? -1 : 1) * std::llabs(item.quantity.milli) / 2) / item.quantity.milli;
    }
    receipt_.items.push_back(std::move(item));
  }
  receipt_.kind = kind();
  return std::move(receipt_);
}

}  // namespace

std::string_view name(SlipKind kind) noexcept {
  switch (kind) {
    case SlipKind::sale:
      return "sale";
    case SlipKind::report:
      return "report";
    case SlipKind::copy:
      return "copy";
    case SlipKind::kitchen:
      return "kitchen";
    case SlipKind::card_slip:
      return "card slip";
    case SlipKind::refund:
      return "refund";
    default:
      return "no sale";
  }
}

Receipt read_receipt(std::span<std::string const> lines, ReceiptLayout const& layout) {
  Reader reader(layout);
  Digest digest;
  for (auto const& line : lines.first(std::min(lines.size(), kMaxLines))) {
    if (line.starts_with("--- cut ---")) break;
    auto text = from_utf8(line);
    if (text.size() > kMaxLine) text.resize(kMaxLine);
    reader.take(text);
    digest.add(line);
  }
  auto receipt = reader.finish();
  receipt.lines_hash = digest.value();
  return receipt;
}

}  // namespace tillcue::pos
