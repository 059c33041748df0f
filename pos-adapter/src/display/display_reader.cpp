#include <algorithm>
#include <cstdlib>

#include "../receipt/receipt_row.hpp"
#include "../receipt/receipt_words.hpp"
#include "tillcue/pos/code_table.hpp"
#include "tillcue/pos/line_display.hpp"

namespace tillcue::pos {
namespace {

using namespace reading;

bool is_blank(std::u32string const& line) {
  return std::all_of(line.begin(), line.end(), [](char32_t c) { return c == U' ' || c == U'\0'; });
}

/// "Coca-Cola 0.33L  x3": the count at the end, taken off the name.
std::optional<std::int64_t> take_count(std::u32string& name) {
  auto const space = name.rfind(U' ');
  if (space == std::u32string::npos) return {};
  auto const word = name.substr(space + 1);
  bool const marked = word.front() == U'x' || word.front() == U'X' || word.back() == U'x' || word.back() == U'X';
  auto const count = marked ? parse_quantity(word) : std::nullopt;
  if (count) name.erase(name.find_last_not_of(U' ', space) + 1);
  return count;
}

bool has_letter(std::u32string const& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z') || c >= 0xC0; });
}

}  // namespace

void DisplayReader::idle(Sink const& sink) {
  if (items_ == 0 || ++idle_ < kIdleFrames) return;
  sale_over();
  sink({DisplayEvent::Kind::abandoned});
}

/// Change, thanks, or a payment of all that is due: "EC-Karte 8,94". Beside a price thanks are a brand: "Danke
/// Toilettenpapier 2,49", "Merci".
bool DisplayReader::tells_payment(DisplayFrame const& frame) const {
  bool thanks = false, priced = false;
  for (auto const& line : frame) {
    auto const row = read_row(line, layout_);
    auto const words = folded(row.text);
    auto const first = topic_of(words.substr(0, words.find(U' ')), layout_);
    if (first == LineTopic::change) return true;
    if (first == LineTopic::tender && row.amount_minor && *row.amount_minor >= *total_) return true;
    thanks = thanks || says_thanks(words);
    bool const total_again = first == LineTopic::total && row.amount_minor == total_;
    priced = priced || (row.amount_minor.value_or(0) != 0 && !total_again);
  }
  return thanks && !priced;
}

void DisplayReader::take(DisplayFrame const& frame, Sink const& sink) {
  if (is_blank(frame[0]) && is_blank(frame[1])) {
    if (items_ == 0 || paid_) return;  // idle
    --items_;
    return sink({DisplayEvent::Kind::removed});
  }
  auto const upper = read_row(frame[0], layout_), lower = read_row(frame[1], layout_);
  auto const topic = topic_of(folded(upper.text), layout_);
  if (topic == LineTopic::total || topic == LineTopic::subtotal) {
    auto const amount = upper.amount_minor ? upper.amount_minor : lower.amount_minor;
    if (!amount || items_ == 0) return;
    idle_ = 0;
    total_ = amount;
    return sink({DisplayEvent::Kind::subtotal, {}, {}, 0, *amount});
  }
  if (total_ && items_ > 0 && !paid_ && tells_payment(frame)) {
    paid_ = true;
    return sink({DisplayEvent::Kind::paid, {}, {}, 0, *total_});
  }
  auto const& priced = upper.amount_minor ? upper : lower;
  if (!priced.amount_minor || *priced.amount_minor < 0) return idle(sink);  // animation, greeting, clock
  DisplayEvent event;
  auto name = upper.text;
  auto count = take_count(name);
  if (!has_letter(name)) return idle(sink);
  // "Cash 10.00" is no item, "Mars bar x1" is one.
  auto const first = topic_of(folded(name.substr(0, name.find(U' '))), layout_);
  if (!count && (first == LineTopic::change || first == LineTopic::tender)) return;
  if (!count) count = priced.quantity_milli;
  if (!count) count = upper.quantity_milli;
  event.name = to_utf8(name);
  event.quantity.milli = count.value_or(1000);
  event.total_minor = *priced.amount_minor;
  event.unit_minor = priced.unit_minor.value_or(0);
  if (event.unit_minor == 0) event.unit_minor = event.total_minor * 1000 / event.quantity.milli;
  if (paid_) sale_over();
  ++items_;
  idle_ = 0;
  total_.reset();
  sink(event);
}

}  // namespace tillcue::pos
