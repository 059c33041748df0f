#include "feeds/text_tickets.hpp"

#include <algorithm>
#include <utility>

#include "feeds/amount.hpp"
#include "feeds/heard_field.hpp"

namespace tillcue::pos {
namespace {

constexpr std::size_t kMaxMarker = 32;

constexpr std::pair<char const*, std::vector<std::string> TextLayout::*> kLists[] = {
    {"ignored", &TextLayout::ignored}, {"cancelled", &TextLayout::cancelled}, {"closed", &TextLayout::closed},
    {"total", &TextLayout::total},     {"removed", &TextLayout::removed},     {"item", &TextLayout::item}};

std::string decoded(std::string_view bytes, std::optional<CodeTable> table) {
  std::u32string text;
  if (table) {
    for (auto const c : bytes) text += decode(*table, static_cast<std::uint8_t>(c));
  } else {
    text = from_utf8(bytes);
  }
  std::erase_if(text, [](char32_t c) { return (c < U' ' && c != U'\t') || c == 0x7F; });
  return to_utf8(text);
}

std::string_view trimmed(std::string_view text) {
  auto const from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// What is taken back or returned is a negative amount of it.
HeardLine heard_of(TemplateFields const& fields, Currency currency) {
  HeardLine out;
  out.name = tidy(fields.name, kMaxText);
  out.code = tidy(fields.code, kMaxIdentifier);
  out.quantity = shown_quantity(fields.qty).value_or(Quantity{});
  out.price_minor = shown_amount(fields.price, currency);
  auto amount = shown_amount(fields.amount, currency);
  if (amount && *amount < 0 && out.quantity.milli > 0) out.quantity.milli = -out.quantity.milli;
  if (!out.price_minor && amount) out.price_minor = std::abs(*amount) * 1000 / std::abs(out.quantity.milli);
  if (out.price_minor) out.price_minor = std::abs(*out.price_minor);
  return out;
}

}  // namespace

std::vector<TextFeedFault> check(TextFeedOptions const& options) {
  std::vector<TextFeedFault> faults;
  if (options.line_end.empty()) faults.push_back({"line_end", "must not be empty"});
  constexpr std::pair<char const*, std::string TextFeedOptions::*> kMarkers[] = {
      {"start", &TextFeedOptions::start}, {"end", &TextFeedOptions::end}, {"line_end", &TextFeedOptions::line_end}};
  for (auto const& [name, marker] : kMarkers) {
    if ((options.*marker).size() > kMaxMarker) faults.push_back({name, "at most 32 bytes"});
  }
  auto const& layout = options.layout;
  if (layout.item.empty()) faults.push_back({"layout.item", "say how a line with an item looks"});
  if (layout.closed.empty() && options.end.empty() && layout.total.empty()) {
    faults.push_back({"layout.total", "without it, an end and layout.closed no sale would ever be over"});
  }
  for (auto const& [name, texts] : kLists) {
    for (auto const& text : layout.*texts) {
      auto const one = LineTemplate::parse(text);
      if (!one) faults.push_back({std::string("layout.") + name, '"' + text + "\": " + one.error().what});
    }
  }
  return faults;
}

Result<std::string> marker_bytes(std::string_view text) {
  if (text.substr(0, 2) != "0x") return std::string(text);
  std::string out;
  text.remove_prefix(2);
  auto const digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
  };
  for (; text.size() >= 2; text.remove_prefix(2)) {
    if (digit(text[0]) < 0 || digit(text[1]) < 0) break;
    out += static_cast<char>(digit(text[0]) * 16 + digit(text[1]));
  }
  if (!text.empty() || out.empty()) return fail(Code::invalid, "write bytes in pairs of hex digits, such as 0x0D0A");
  return out;
}

Result<TextTickets> TextTickets::make(TextFeedOptions options, FeedTarget target) {
  if (auto const faults = check(options); !faults.empty()) {
    return fail(Code::invalid, faults.front().field + ": " + faults.front().what);
  }
  TextTickets out(std::move(options), std::move(target));
  auto const read = [](std::vector<std::string> const& texts, Templates& to) {
    for (auto const& text : texts) {
      if (auto one = LineTemplate::parse(text)) to.push_back(std::move(*one));  // checked above
    }
  };
  auto const& in = out.options_.layout;
  auto& to = out.layout_;
  read(in.ignored, to.ignored);
  read(in.cancelled, to.cancelled);
  read(in.closed, to.closed);
  read(in.total, to.total);
  read(in.removed, to.removed);
  read(in.item, to.item);
  return out;
}

void TextTickets::take(std::string_view bytes) {
  for (auto const byte : bytes) {
    if (pending_.size() < kMaxLine + kMaxMarker) {
      pending_ += byte;
    } else {
      // The end of an endless line can still be told: its last bytes are kept.
      pending_.erase(kMaxLine, 1);
      pending_ += byte;
    }
    if (auto const marker = next_marker(); marker.act != nullptr) {
      auto const before = pending_.substr(0, std::min(marker.at, kMaxLine));
      pending_.clear();
      if (!before.empty()) line(before);
      (this->*marker.act)();
    }
  }
}

/// A marker that the bytes end with; of several the longest.
TextTickets::Marker TextTickets::next_marker() const {
  Marker out;
  auto const look = [&](std::string const& marker, void (TextTickets::*act)()) {
    if (marker.empty() || marker.size() <= out.size || pending_.size() < marker.size()) return;
    auto const at = pending_.size() - marker.size();
    if (pending_.compare(at, marker.size(), marker) == 0) out = {at, marker.size(), act};
  };
  look(options_.line_end, &TextTickets::line_ended);
  look(options_.start, &TextTickets::started);
  look(options_.end, &TextTickets::ended);
  return out;
}

void TextTickets::line_ended() {}

void TextTickets::started() {
  if (!basket_.empty()) over(total_seen_);
  inside_ = true;
}

void TextTickets::ended() {
  over(total_seen_);
  inside_ = false;
}

void TextTickets::quiet() {
  if (!pending_.empty()) line(std::exchange(pending_, {}).substr(0, kMaxLine));
  if (options_.end.empty() && total_seen_) over(true);
}

void TextTickets::line(std::string_view bytes) {
  if (!options_.start.empty() && !inside_) return;
  ++lines_read_;
  auto const text = decoded(bytes, options_.code_table);
  auto const content = trimmed(text);
  if (!content.empty()) read(std::string(content));
}

bool TextTickets::like(Templates const& any, std::string const& text, TemplateFields& fields) const {
  return std::any_of(any.begin(), any.end(), [&](LineTemplate const& one) {
    return one.match(text, fields) || (!previous_.empty() && one.match(previous_ + "\n" + text, fields));
  });
}

void TextTickets::read(std::string const& text) {
  TemplateFields fields;
  if (like(layout_.ignored, text, fields)) return;
  bool known = true;
  if (like(layout_.cancelled, text, fields)) {
    over(false);
  } else if (like(layout_.closed, text, fields)) {
    over(true);
  } else if (like(layout_.total, text, fields)) {
    total(fields);
  } else if (like(layout_.removed, text, fields)) {
    remove(fields);
  } else if (like(layout_.item, text, fields)) {
    add(fields);
  } else {
    known = false;
    ++not_understood_;
  }
  previous_ = known ? std::string() : text;
}

void TextTickets::add(TemplateFields const& fields) {
  auto heard = heard_of(fields, target_.currency);
  if (heard.name.empty() && heard.code.empty()) return;
  if (looks_like_card_number(heard.name) || looks_like_card_number(heard.code)) return;
  if (basket_.size() >= BasketFollower::kMostLines) return;
  basket_.push_back(std::move(heard));
  target_.follower->basket(ticket(), basket_);
}

void TextTickets::remove(TemplateFields const& fields) {
  auto const heard = heard_of(fields, target_.currency);
  auto const last = std::find_if(basket_.rbegin(), basket_.rend(), [&](HeardLine const& line) {
    return line.name == heard.name && (heard.code.empty() || line.code == heard.code);
  });
  if (last == basket_.rend()) return;
  auto const taken = fields.qty.empty() ? last->quantity.milli : std::abs(heard.quantity.milli);
  last->quantity.milli -= std::min(taken, last->quantity.milli);
  if (last->quantity.milli <= 0) basket_.erase(std::next(last).base());
  target_.follower->basket(ticket(), basket_);
}

void TextTickets::total(TemplateFields const& fields) {
  if (basket_.empty()) return;
  total_ = shown_amount(fields.amount, target_.currency);
  total_seen_ = true;
  target_.follower->tender(ticket());
}

void TextTickets::over(bool paid) {
  if (!basket_.empty()) {
    if (paid) {
      target_.follower->finish(ticket(), total_);
    } else {
      target_.follower->drop(ticket());
    }
    ++number_;
  }
  basket_.clear();
  previous_.clear();
  total_.reset();
  total_seen_ = false;
}

}  // namespace tillcue::pos
