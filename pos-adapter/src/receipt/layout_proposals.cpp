#include "layout_proposals.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "receipt_row.hpp"
#include "receipt_words.hpp"
#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos::reading {
namespace {

constexpr std::size_t kMostLabels = 16, kMostStanding = 6, kMostEdges = 5, kMostPayments = 4;

struct Number {
  unsigned from = 0, to = 0;
  std::int64_t amount = 0;
  std::optional<std::int64_t> milli{};  ///< when it may be a quantity
  bool money = false;
};

std::vector<Number> numbers_of(std::u32string_view line, unsigned digits) {
  std::vector<Number> out;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == U' ') {
      ++at;
      continue;
    }
    auto const end = std::min(line.find(U' ', at), line.size());
    auto const word = line.substr(at, end - at);
    Number number{static_cast<unsigned>(at), static_cast<unsigned>(end), 0, parse_quantity(word), false};
    if (auto const amount = parse_amount(word, digits)) {
      number.amount = *amount;
      number.money = true;
    }
    if (number.money || number.milli) out.push_back(number);
    at = end;
  }
  return out;
}

bool has_money(std::u32string_view line, unsigned digits) {
  auto const numbers = numbers_of(line, digits);
  return std::any_of(numbers.begin(), numbers.end(), [](Number const& n) { return n.money; });
}

bool is_letter(char32_t c) { return (c >= U'a' && c <= U'z') || c >= 0xC0; }

/// The longest run of words without digits: "vat 20 % of 5 00" gives "vat".
std::string label_of(std::u32string const& words) {
  std::u32string best, run;
  for (std::size_t at = 0; at <= words.size();) {
    auto const end = std::min(words.find(U' ', at), words.size());
    auto const word = words.substr(at, end - at);
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_letter)) {
      run += (run.empty() ? U"" : U" ") + word;
    } else {
      run.clear();
    }
    if (run.size() > best.size()) best = run;
    at = end + 1;
  }
  return best.size() >= 2 ? to_utf8(best) : std::string{};
}

/// What comes back on at least `share` of the slips, most frequent first.
std::vector<std::string> frequent(std::map<std::string, std::size_t> const& seen, std::size_t slips, double share,
                                  std::size_t most) {
  std::vector<std::pair<std::size_t, std::string>> order;
  auto const least = std::max<double>(2.0, share * static_cast<double>(slips));
  for (auto const& [text, times] : seen) {
    if (static_cast<double>(times) >= least && text.size() <= 60) order.emplace_back(times, text);
  }
  std::stable_sort(order.begin(), order.end(), [](auto const& a, auto const& b) { return a.first > b.first; });
  if (order.size() > most) order.resize(most);
  std::vector<std::string> out;
  for (auto& [times, text] : order) out.push_back(std::move(text));
  return out;
}

/// Right edges that come back on lines of several slips, from left to right.
std::vector<unsigned> edges(std::map<unsigned, std::size_t> const& seen, std::size_t lines) {
  std::vector<std::pair<std::size_t, unsigned>> order;
  for (auto const& [edge, times] : seen) {
    if (times * 5 >= lines && times >= 3) order.emplace_back(times, edge);
  }
  std::sort(order.rbegin(), order.rend());
  if (order.size() > kMostEdges) order.resize(kMostEdges);
  std::vector<unsigned> out;
  for (auto const& [times, edge] : order) out.push_back(edge);
  std::sort(out.begin(), out.end());
  return out;
}

/// Lines with amounts, their numbers and where their text is.
struct Sheet {
  struct Line {
    std::vector<Number> numbers;
    unsigned letters_from = 0, letters_to = 0;
  };
  std::vector<Line> lines;
  std::vector<unsigned> money, counts;

  Sheet(std::span<SlipLines const> slips, unsigned digits);
  [[nodiscard]] ColumnSpan span_to(unsigned edge) const;
  [[nodiscard]] static Number const* at(Line const& line, unsigned edge);
};

Sheet::Sheet(std::span<SlipLines const> slips, unsigned digits) {
  std::map<unsigned, std::size_t> money_at, count_at;
  for (auto const& slip : slips) {
    for (auto const& text : slip) {
      auto const line = from_utf8(text);
      Line made{numbers_of(line, digits), 0, 0};
      auto const low = [](char32_t c) { return (c >= U'A' && c <= U'Z') || is_letter(c); };
      auto const first = std::find_if(line.begin(), line.end(), low);
      auto const last = std::find_if(line.rbegin(), line.rend(), low);
      bool const amounts =
          std::any_of(made.numbers.begin(), made.numbers.end(), [](Number const& n) { return n.money; });
      if (!amounts || first == line.end()) continue;
      made.letters_from = static_cast<unsigned>(first - line.begin());
      made.letters_to = static_cast<unsigned>(last.base() - line.begin());
      for (auto const& number : made.numbers) ++(number.money ? money_at : count_at)[number.to];
      lines.push_back(std::move(made));
    }
  }
  money = edges(money_at, lines.size());
  counts = edges(count_at, lines.size());
}

Number const* Sheet::at(Line const& line, unsigned edge) {
  for (auto const& number : line.numbers) {
    if (number.to == edge) return &number;
  }
  return nullptr;
}

/// From behind the last edge before it, one column more than the widest number there took: names end near it.
ColumnSpan Sheet::span_to(unsigned edge) const {
  unsigned from = edge > 0 ? edge - 1 : 0;
  for (auto const& line : lines) {
    if (auto const* number = at(line, edge)) from = std::min(from, number->from);
  }
  from = from > 0 ? from - 1 : 0;
  for (auto const* list : {&money, &counts}) {
    for (auto const other : *list) {
      if (other < edge) from = std::max(from, other);
    }
  }
  return {from, edge};
}

bool multiplies(Number const& count, Number const& unit, Number const& total) {
  return std::llabs(extended(Money{unit.amount, {}}, Quantity{*count.milli}).minor - std::llabs(total.amount)) <= 1;
}

struct Product {
  unsigned quantity = 0, unit = 0;
  std::size_t lines = 0;
};

/// The quantity and price whose product is the amount on the most lines.
Product best_product(Sheet const& sheet, unsigned total) {
  Product best;
  for (auto const quantity : sheet.counts) {
    for (auto const unit : sheet.money) {
      if (unit == total) continue;
      Product here{quantity, unit, 0};
      for (auto const& line : sheet.lines) {
        auto const* q = Sheet::at(line, quantity);
        auto const* u = Sheet::at(line, unit);
        auto const* t = Sheet::at(line, total);
        if (q != nullptr && q->milli && u != nullptr && u->money && t != nullptr && t->money && multiplies(*q, *u, *t))
          ++here.lines;
      }
      if (here.lines > best.lines) best = here;
    }
  }
  return best.lines >= 3 ? best : Product{};
}

/// Names stand before the first column or behind the last: where the letters are.
ColumnSpan name_span(Sheet const& sheet, std::vector<ColumnSpan> const& taken) {
  unsigned first = 200, last = 0;
  for (auto const& span : taken) {
    first = std::min(first, span.from);
    last = std::max(last, span.to);
  }
  std::size_t before = 0, behind = 0;
  for (auto const& line : sheet.lines) {
    before += line.letters_from < first ? 1 : 0;
    behind += line.letters_from >= last ? 1 : 0;
  }
  return behind > before ? ColumnSpan{last, 200} : ColumnSpan{0, std::max(1U, first)};
}

}  // namespace

std::size_t lines_with_amounts(SlipLines const& slip, unsigned digits) {
  return static_cast<std::size_t>(std::count_if(
      slip.begin(), slip.end(), [&](std::string const& line) { return has_money(from_utf8(line), digits); }));
}

std::vector<std::string> labels_beside_amounts(std::span<SlipLines const> slips, unsigned digits) {
  std::map<std::string, std::size_t> seen;
  for (auto const& slip : slips) {
    std::set<std::string> here;
    for (auto const& text : slip) {
      auto const line = from_utf8(text);
      if (has_money(line, digits)) here.insert(label_of(folded(line)));
    }
    here.erase("");
    for (auto const& label : here) ++seen[label];
  }
  return frequent(seen, slips.size(), 0.3, kMostLabels);
}

namespace {

/// A line's label and its last amount.
struct Labelled {
  std::string label;
  std::int64_t amount = 0;
  LineTopic topic = LineTopic::none;
};

std::vector<Labelled> labelled_lines(SlipLines const& slip, ReceiptLayout const& layout) {
  std::vector<Labelled> out;
  for (auto const& text : slip) {
    auto const line = from_utf8(text);
    auto const numbers = numbers_of(line, layout.digits);
    auto const last = std::find_if(numbers.rbegin(), numbers.rend(), [](Number const& n) { return n.money; });
    if (last == numbers.rend()) continue;
    auto const words = folded(line);
    out.push_back({label_of(words), last->amount, topic_of(words, layout)});
  }
  return out;
}

bool pays(std::vector<Labelled> const& lines, std::size_t n, std::int64_t total) {
  auto const rest = lines[n].amount - total;
  if (rest <= 0) return rest == 0;
  return std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(n) + 1, lines.end(),
                     [&](Labelled const& later) { return std::llabs(later.amount) == rest; });
}

}  // namespace

std::vector<std::string> payment_labels(std::span<SlipLines const> slips,
                                        std::span<std::optional<std::int64_t> const> totals,
                                        ReceiptLayout const& layout) {
  std::map<std::string, std::size_t> seen;
  std::size_t looked = 0;
  for (std::size_t s = 0; s < slips.size(); ++s) {
    if (!totals[s]) continue;
    ++looked;
    auto const lines = labelled_lines(slips[s], layout);
    auto const total =
        std::find_if(lines.begin(), lines.end(), [](Labelled const& line) { return line.topic == LineTopic::total; });
    std::set<std::string> here;
    for (auto n = static_cast<std::size_t>(total - lines.begin()) + 1; n < lines.size(); ++n) {
      if (lines[n].topic == LineTopic::none && pays(lines, n, *totals[s])) here.insert(lines[n].label);
    }
    here.erase("");
    for (auto const& label : here) ++seen[label];
  }
  return frequent(seen, looked, 0.2, kMostPayments);
}

std::vector<std::string> standing_lines(std::span<SlipLines const> slips, unsigned digits) {
  std::map<std::string, std::size_t> seen;
  for (auto const& slip : slips) {
    std::set<std::string> here;
    for (auto const& text : slip) {
      auto const line = from_utf8(text);
      if (!has_money(line, digits)) here.insert(label_of(folded(line)));
    }
    here.erase("");
    for (auto const& label : here) ++seen[label];
  }
  return frequent(seen, slips.size(), 0.9, kMostStanding);
}

std::vector<ReceiptLayout> column_proposals(std::span<SlipLines const> slips, unsigned digits) {
  Sheet const sheet(slips, digits);
  std::vector<ReceiptLayout> out;
  for (auto const total : sheet.money) {
    ReceiptLayout layout;
    layout.digits = static_cast<std::uint8_t>(digits);
    layout.total_at = sheet.span_to(total);
    std::vector<ColumnSpan> taken{*layout.total_at};
    if (auto const product = best_product(sheet, total); product.lines > 0) {
      layout.quantity_at = sheet.span_to(product.quantity);
      layout.unit_at = sheet.span_to(product.unit);
      taken.push_back(*layout.quantity_at);
      taken.push_back(*layout.unit_at);
    }
    layout.name_at = name_span(sheet, taken);
    out.push_back(std::move(layout));
  }
  return out;
}

}  // namespace tillcue::pos::reading
