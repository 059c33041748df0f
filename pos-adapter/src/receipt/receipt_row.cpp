#include "receipt_row.hpp"

#include <algorithm>
#include <cstdlib>

#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos::reading {
namespace {

struct Word {
  std::u32string text;
  unsigned column = 0;
  unsigned gap = 0;  ///< columns free before it
};

bool is_letter(char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z') || c >= 0xC0; }
bool is_line_drawing(char32_t c) {
  return c == U'-' || c == U'=' || c == U'_' || c == U'*' || c == U'~' || c == U'.' || c == U'#' ||
         (c >= 0x2500 && c <= 0x25FF) || c == 0x2014 || c == 0x2013;
}

/// A line of one and the same character, whatever it is: some printers draw lines with letters of another code page.
bool is_rule(std::u32string_view line) {
  std::u32string marks;
  for (char32_t const c : line) {
    if (c != U' ') marks += c;
  }
  if (marks.size() < 3) return false;
  bool const same = std::all_of(marks.begin(), marks.end(), [&](char32_t c) { return c == marks.front(); });
  return std::all_of(marks.begin(), marks.end(), is_line_drawing) || (same && marks.size() >= 8);
}

/// "Flat white ........ 4.20": the dots are room, not text.
std::u32string without_leaders(std::u32string_view line) {
  std::u32string out(line);
  for (std::size_t at = 0; at < out.size();) {
    auto end = at;
    while (end < out.size() && (out[end] == U'.' || out[end] == U'_' || out[end] == U'\u00B7')) ++end;
    if (end - at >= 3)
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(at), out.begin() + static_cast<std::ptrdiff_t>(end), U' ');
    at = std::max(end, at + 1);
  }
  return out;
}

std::vector<Word> words_of(std::u32string_view line) {
  std::vector<Word> words;
  unsigned column = 0, free = 0;
  bool inside = false;
  for (char32_t const c : line) {
    if (c == U' ' || c == U'\u00A0') {
      inside = false;
      ++free;
    } else {
      if (!inside) words.push_back({{}, column, free});
      words.back().text += c;
      inside = true;
      free = 0;
    }
    column += std::max(1U, display_width(c));
  }
  return words;
}

std::u32string joined(std::vector<Word> const& words) {
  std::u32string out;
  for (auto const& word : words) out += (out.empty() ? U"" : U" ") + word.text;
  return out;
}

bool is_times(std::u32string_view word) {
  return word == U"x" || word == U"X" || word == U"*" || word == U"@" || word == U"\u00D7" || word == U"х" ||
         word == U"Х" || word == U"à" || word == U"a";
}

bool is_currency(std::u32string_view word) {
  bool const digits = std::any_of(word.begin(), word.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
  return !word.empty() && word.size() <= 4 && !digits && parse_amount(std::u32string(word) + U"1.00", 2).has_value();
}

/// The tail of a line, read from its right end word by word.
class Tail {
 public:
  Tail(std::vector<Word> words, unsigned digits) : words_(std::move(words)), digits_(digits) {}

  std::optional<std::int64_t> take_amount(bool& bracketed);
  void take_quantity_and_price(ReceiptRow& row);
  [[nodiscard]] std::vector<Word> const& words() const { return words_; }
  [[nodiscard]] unsigned numbers_column() const { return numbers_column_; }

 private:
  [[nodiscard]] std::u32string_view last(std::size_t n = 0) const {
    return n < words_.size() ? std::u32string_view(words_[words_.size() - 1 - n].text) : std::u32string_view{};
  }
  void drop(std::size_t count) {
    for (; count > 0 && !words_.empty(); --count) {
      numbers_column_ = words_.back().column;
      words_.pop_back();
    }
  }
  std::optional<std::int64_t> amount_at_end(std::size_t skipped, std::size_t& used) const;
  [[nodiscard]] std::optional<std::int64_t> marked_amount() const;
  void drop_rate();
  bool take_times(ReceiptRow& row);
  bool take_glued(ReceiptRow& row);
  bool take_confirmed_cells(ReceiptRow& row);
  bool take_cell(ReceiptRow& row);
  [[nodiscard]] std::optional<std::int64_t> count_at(std::size_t skipped) const;

  std::vector<Word> words_;
  unsigned digits_;
  unsigned numbers_column_ = 0;
};

/// The amount that ends `skipped` words before the end; `used` counts its words, its money signs included.
std::optional<std::int64_t> Tail::amount_at_end(std::size_t skipped, std::size_t& used) const {
  used = 0;
  if (is_currency(last(skipped))) ++used;  // "7,92 EUR"
  auto const number = last(skipped + used);
  // "1 234,56": three digits and decimals behind a short group, one space apart
  auto const before = last(skipped + used + 1);
  bool const close = skipped + used < words_.size() && words_[words_.size() - 1 - skipped - used].gap == 1;
  std::optional<std::int64_t> amount;
  if (close && digits_ > 0 && !before.empty() && before.size() <= 3 && number.size() == 4 + digits_) {
    amount = parse_amount(std::u32string(before) + U' ' + std::u32string(number), digits_);
    if (amount) used += 2;
  }
  if (!amount) {
    amount = parse_amount(number, digits_);
    if (!amount) return {};
    used += 1;
  }
  if (is_currency(last(skipped + used))) ++used;  // "$ 14.25", "= 7.00"
  return amount;
}

/// "7,99A": the mark of a tax group without a space. Only in a column of its own or behind "1 x7,99", as in names it is
/// something else: "Charger 2,10A".
std::optional<std::int64_t> Tail::marked_amount() const {
  auto const word = last();
  if (digits_ == 0 || word.size() < 3 || word.back() < U'A' || word.back() > U'H') return {};
  auto const price = last(1);
  bool const times = is_times(price.substr(0, 1)) ? parse_amount(price.substr(1), digits_).has_value()
                                                  : is_times(last(2)) && parse_amount(price, digits_);
  bool const alone = words_.size() == 1;
  return times || alone || words_.back().gap >= 2 ? parse_amount(word.substr(0, word.size() - 1), digits_)
                                                  : std::nullopt;
}

std::optional<std::int64_t> Tail::take_amount(bool& bracketed) {
  std::size_t used = 0;
  std::optional<std::int64_t> amount = marked_amount();
  if (amount) used = 1;
  for (std::size_t skipped : {std::size_t{0}, std::size_t{1}}) {
    if (amount || words_.size() <= skipped) break;
    auto const flag = last();
    // "1,99 A", "2.50 *": the mark of a tax group
    if (skipped == 1 && (flag.size() > 2 || (is_letter(flag.front()) && flag.size() > 2))) break;
    amount = amount_at_end(skipped, used);
    if (amount) used += skipped;
  }
  if (!amount) return {};
  bracketed = std::any_of(words_.end() - static_cast<std::ptrdiff_t>(used), words_.end(),
                          [](Word const& word) { return word.text.front() == U'('; });
  drop(used);
  return amount;
}

bool near_product(std::int64_t quantity_milli, std::int64_t unit, std::int64_t amount) {
  auto const product = extended(Money{unit, {}}, Quantity{quantity_milli}).minor;
  return std::llabs(product - std::llabs(amount)) <= 1;
}

/// "3 x 0,45", "0.45 x 3", "2 @ 1.20", "1,000 кг x 48,00".
bool Tail::take_times(ReceiptRow& row) {
  std::size_t used = 0;
  auto const price = amount_at_end(0, used);
  bool const apart = price && is_times(last(used));
  std::size_t const behind = apart ? used + 1 : used;
  // "10 x 0,75" or "10x 0,75"
  if (price && (apart || (!last(used).empty() && is_times(last(used).substr(last(used).size() - 1))))) {
    std::size_t unit = 0;
    auto count = parse_quantity(last(behind));
    if (!count && last(behind).size() <= 4) {
      count = parse_quantity(last(behind + 1));
      unit = 1;
    }
    if (count) {
      row.quantity_milli = count;
      row.unit_minor = price;
      drop(behind + 1 + unit);
      return true;
    }
  }
  // "0.45 x 3"
  auto const count = parse_quantity(last());
  if (count && is_times(last(1)) && (words_.size() == 2 || amount_at_end(2, used))) {
    if (words_.size() > 2) {
      row.unit_minor = amount_at_end(2, used);
      row.quantity_milli = count;
      drop(2 + used);
      return true;
    }
  }
  return false;
}

/// "3x0,45" in one word, or "3 x0,45".
bool Tail::take_glued(ReceiptRow& row) {
  auto const word = last();
  if (digits_ > 0 && words_.size() > 1 && is_times(word.substr(0, 1))) {
    auto const price = parse_amount(word.substr(1), digits_);
    auto const count = price ? parse_quantity(last(1)) : std::nullopt;
    if (count) {
      row.quantity_milli = count;
      row.unit_minor = price;
      drop(2);
      return true;
    }
  }
  for (std::size_t at = 1; at + 1 < word.size(); ++at) {
    if (!is_times(word.substr(at, 1))) continue;
    auto const count = parse_quantity(word.substr(0, at));
    auto const price = parse_amount(word.substr(at + 1), digits_);
    if (!count || !price) continue;
    row.quantity_milli = count;
    row.unit_minor = price;
    drop(1);
    return true;
  }
  return false;
}

/// A count in a column of its own, or one that says it is one.
std::optional<std::int64_t> Tail::count_at(std::size_t skipped) const {
  if (skipped >= words_.size()) return {};
  auto const& word = words_[words_.size() - 1 - skipped];
  bool const marked = is_times(word.text.substr(0, 1)) || is_times(word.text.substr(word.text.size() - 1));
  bool const first = skipped + 1 == words_.size();
  return word.gap >= 2 || first || marked ? parse_quantity(word.text) : std::nullopt;
}

/// Columns of their own, which the amount confirms: "3   0.95", "$1.20     x1", and "3 Brezel   0.95", whose count is
/// left in front of its name.
bool Tail::take_confirmed_cells(ReceiptRow& row) {
  auto const amount = *row.amount_minor;
  std::size_t used = 0;
  auto const price = amount_at_end(0, used);
  std::optional<std::int64_t> count;
  if (price && used < words_.size()) {
    count = parse_quantity(last(used));
    // One space before it may part a name from its number: then "1 x" is no proof.
    bool const proof = count && (count_at(used) || *count > 1000);
    if (!proof || !near_product(*count, *price, amount)) count.reset();
  }
  std::size_t used_behind = 0;
  auto const last_count = count_at(0);
  auto const price_before = last_count ? amount_at_end(1, used_behind) : std::nullopt;
  bool const other_way = price_before && near_product(*last_count, *price_before, amount);
  // Both are whole numbers where money has no decimals: the price is the larger. Else the count stands first.
  if (other_way && (!count || (digits_ == 0 && *last_count < *count))) {
    row.quantity_milli = last_count;
    row.unit_minor = price_before;
    drop(1 + used_behind);
    return true;
  }
  if (count) {
    row.quantity_milli = count;
    row.unit_minor = price;
    drop(used + 1);
    return true;
  }
  auto const leading = price && used + 1 < words_.size() ? parse_quantity(words_.front().text) : std::nullopt;
  if (!leading || !near_product(*leading, *price, amount)) return false;
  row.quantity_milli = leading;
  row.unit_minor = price;
  row.count_leads = true;
  drop(used);
  return true;
}

/// One column: "2           7.00" is a count, "0.95        2.85" a price of which the amount is a multiple.
bool Tail::take_cell(ReceiptRow& row) {
  auto const amount = std::llabs(*row.amount_minor);
  std::size_t used = 0;
  auto const price = amount_at_end(0, used);
  bool const multiple = price && *price > 0 && amount != 0 && amount % *price == 0;
  auto const count = count_at(0);
  if (count && !(multiple && (*price == amount || *count % 1000 != 0))) {
    row.quantity_milli = count;
    drop(1);
    return true;
  }
  if (!multiple) return false;  // "Milk 3.25" is a name
  row.quantity_milli = amount / *price * 1000;
  row.unit_minor = price;
  drop(used);
  return true;
}

/// A rate of tax in a column of its own: "Pane       10%      1,50".
void Tail::drop_rate() {
  if (words_.size() < 2 || words_.back().gap < 2 || last().back() != U'%') return;
  if (parse_quantity(last().substr(0, last().size() - 1))) drop(1);
}

void Tail::take_quantity_and_price(ReceiptRow& row) {
  if (words_.empty()) return;
  drop_rate();
  if (!take_times(row) && !take_glued(row) && row.amount_minor && !take_confirmed_cells(row)) take_cell(row);
  drop_rate();
}

ReceiptRow row_of_words(std::u32string_view line, unsigned digits) {
  ReceiptRow row;
  row.rule = is_rule(line);
  row.numbers_column = static_cast<unsigned>(line.size());
  if (row.rule) return row;
  Tail tail(words_of(without_leaders(line)), digits);
  row.amount_minor = tail.take_amount(row.bracketed);
  if (row.amount_minor) {
    row.numbers_column = tail.numbers_column();
    // "  3 x 0,45" alone: what looked like the amount is the price of one.
    auto const& left = tail.words();
    bool const marked = !left.empty() && is_times(left.back().text.substr(left.back().text.size() - 1));
    auto const unit_marked = left.size() == 3 && parse_quantity(left[0].text) && is_times(left[2].text);
    auto const alone = (left.size() == 2 && parse_quantity(left[0].text) && is_times(left[1].text)) || unit_marked ||
                       (left.size() == 1 && marked && parse_quantity(left[0].text));
    if (alone) {
      row.quantity_milli = parse_quantity(left[0].text);
      row.unit_minor = row.amount_minor;
      row.amount_minor.reset();
      row.numbers_column = left.front().column;
      return row;
    }
    tail.take_quantity_and_price(row);
    row.numbers_column = tail.numbers_column();
  } else if (tail.words().size() == 1 || tail.words().size() == 3) {
    ReceiptRow glued;
    Tail again = tail;
    again.take_quantity_and_price(glued);
    if (again.words().empty() && glued.quantity_milli && glued.unit_minor) {
      glued.numbers_column = again.numbers_column();
      return glued;
    }
  }
  row.text = joined(tail.words());
  row.text_column = tail.words().empty() ? row.numbers_column : tail.words().front().column;
  return row;
}

std::u32string field(std::u32string_view line, ColumnSpan at) {
  if (at.from >= line.size() || at.to <= at.from) return {};
  return joined(words_of(line.substr(at.from, at.to - at.from)));
}

/// The words of a name. A column of amounts that nobody declared, such as the tax rate, is no part of it.
std::u32string name_field(std::u32string_view line, ColumnSpan at, unsigned digits) {
  if (at.from >= line.size() || at.to <= at.from) return {};
  auto words = words_of(line.substr(at.from, at.to - at.from));
  while (words.size() > 1) {
    if (words[1].gap < 2 || !parse_amount(words[0].text, digits)) break;
    words.erase(words.begin());
  }
  return joined(words);
}

ReceiptRow row_of_columns(std::u32string_view line, ReceiptLayout const& layout) {
  ReceiptRow row;
  row.rule = is_rule(line);
  if (row.rule) return row;
  row.numbers_column = layout.name_at ? layout.name_at->to : 0;
  if (layout.total_at) {
    auto const amount = field(line, *layout.total_at);
    row.amount_minor = parse_amount(amount, layout.digits);
    row.bracketed = amount.starts_with(U'(');
  }
  if (layout.unit_at) row.unit_minor = parse_amount(field(line, *layout.unit_at), layout.digits);
  if (layout.quantity_at) row.quantity_milli = parse_quantity(field(line, *layout.quantity_at));
  if (layout.name_at) row.text = name_field(line, *layout.name_at, layout.digits);
  row.text_column = layout.name_at ? layout.name_at->from : 0;
  return row;
}

}  // namespace

ReceiptRow read_row(std::u32string_view line, ReceiptLayout const& layout) {
  bool const declared = layout.name_at && layout.total_at;
  if (!declared) return row_of_words(line, layout.digits);
  auto row = row_of_columns(line, layout);
  // Totals and payments need not keep to the columns of the items.
  return row.amount_minor || row.rule ? row : row_of_words(line, layout.digits);
}

}  // namespace tillcue::pos::reading
