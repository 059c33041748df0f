#include "protocol/line_fields.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/field_reader.hpp"

namespace tillcue::pos {

bool FieldReader::open() { return ++depth_, true; }

namespace {

// Where a list of objects stands: the message is level 1, its field's list 2, an object in it 3.
constexpr std::size_t kInList = 2;
constexpr std::size_t kInElement = 3;

}  // namespace

bool FieldReader::nested(Opened what) {
  if (depth_ >= LineFields::kMaxDepth) {
    return refuse("nested deeper than " + std::to_string(LineFields::kMaxDepth) + " levels; messages are flat");
  }
  if (depth_ == 1) {
    out_->push_back({std::move(name_), Nested{}});
    std::get<Nested>(out_->back().value).flat = what == Opened::list;
    return open();
  }
  auto& list = std::get<Nested>(out_->back().value);
  list.flat = list.flat && depth_ == kInList && what == Opened::object;
  if (list.flat) ++list.elements;
  return open();
}

void FieldReader::take_inside(FieldValue value) {
  auto& list = std::get<Nested>(out_->back().value);
  auto* const text = std::get_if<std::string>(&value);
  auto* const number = std::get_if<NumberText>(&value);
  list.flat = list.flat && depth_ == kInElement && (text != nullptr || number != nullptr);
  if (!list.flat) return;
  Nested::Member member{list.elements - 1, inner_name_, {}};
  if (text != nullptr) {
    member.value = std::move(*text);
  } else {
    member.value = std::move(*number);
  }
  list.members.push_back(std::move(member));
}

bool FieldReader::take(FieldValue value) {
  if (depth_ == 0) return not_an_object();
  if (depth_ == 1) {
    out_->push_back({std::move(name_), std::move(value)});
  } else {
    take_inside(std::move(value));
  }
  return true;
}

bool FieldReader::key(string_t& name) {
  if (depth_ != 1) return inner_name_ = std::move(name), true;
  if (out_->size() == LineFields::kMaxFields) {
    return refuse("more than " + std::to_string(LineFields::kMaxFields) + " fields");
  }
  auto const same = [&](Field const& field) { return field.name == name; };
  if (std::any_of(out_->begin(), out_->end(), same)) {
    return refuse("a field is given twice: send every field once");
  }
  name_ = std::move(name);
  return true;
}

bool FieldReader::parse_error(std::size_t position, std::string const&, nlohmann::detail::exception const&) {
  // The library's own text quotes the input; a broken line may hold anything, so only the place is told.
  return refuse("broken JSON at byte " + std::to_string(position) + ": send one object in UTF-8 a line");
}

namespace {

bool plain_integer(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

template <class T>
bool convert(std::string_view text, T& out) noexcept {
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  return problem == std::errc{} && end == text.data() + text.size();
}

/// "-12.5" to -12500; false for an exponent, a fourth decimal or an overflow.
bool to_milli(std::string_view text, std::int64_t& out) noexcept {
  auto const dot = text.find('.');
  auto const whole = text.substr(0, dot);
  auto const fraction = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
  std::int64_t high = 0;
  std::int64_t low = 0;
  if (fraction.size() > 3 || !plain_integer(whole) || !convert(whole, high)) return false;
  if (!fraction.empty() && (!plain_integer(fraction) || fraction.front() == '-' || !convert(fraction, low)))
    return false;
  for (std::size_t n = fraction.size(); n < 3; ++n) low *= 10;
  if (high > 1'000'000'000'000 || high < -1'000'000'000'000) return false;
  out = high * 1000 + (text.front() == '-' ? -low : low);
  return true;
}

std::string field(std::string_view name) { return "field \"" + std::string(name) + "\""; }

tl::unexpected<Error> absent(std::string_view name) { return fail(Code::invalid, field(name) + " is missing"); }

std::string range(std::int64_t least, std::int64_t most) {
  return std::to_string(least) + " to " + std::to_string(most);
}

bool control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

Result<LineFields> LineFields::read(std::string_view line) {
  LineFields result;
  FieldReader reader(result.fields_);
  if (!nlohmann::json::sax_parse(line.begin(), line.end(), &reader)) {
    return fail(Code::invalid, reader.breach().empty() ? "broken JSON: send one object a line" : reader.breach());
  }
  return result;
}

FieldValue const* LineFields::find(std::string_view name) const noexcept {
  for (auto const& member : fields_) {
    if (member.name == name) return std::holds_alternative<std::monostate>(member.value) ? nullptr : &member.value;
  }
  return nullptr;
}

Result<std::optional<std::string>> LineFields::optional_text(std::string_view name, std::size_t max_bytes) const {
  auto const* value = find(name);
  if (value == nullptr) return std::optional<std::string>{};
  auto const* text = std::get_if<std::string>(value);
  if (text == nullptr) return fail(Code::invalid, field(name) + " must be a string");
  if (text->size() > max_bytes) {
    return fail(Code::invalid, field(name) + " has " + std::to_string(text->size()) + " bytes; at most " +
                                   std::to_string(max_bytes) + " are allowed");
  }
  if (std::any_of(text->begin(), text->end(), control)) {
    return fail(Code::invalid, field(name) + " holds a control character: send plain text");
  }
  return std::optional(*text);
}

Result<std::string> LineFields::text(std::string_view name, std::size_t max_bytes) const {
  auto value = optional_text(name, max_bytes);
  if (!value) return tl::unexpected(value.error());
  if (!*value) return absent(name);
  if ((*value)->empty()) return fail(Code::invalid, field(name) + " is empty");
  return std::move(**value);
}

Result<std::optional<std::int64_t>> LineFields::optional_integer(std::string_view name, std::int64_t least,
                                                                 std::int64_t most) const {
  auto const* value = find(name);
  if (value == nullptr) return std::optional<std::int64_t>{};
  auto const* number = std::get_if<NumberText>(value);
  if (number == nullptr || !plain_integer(number->text)) {
    return fail(Code::invalid, field(name) + " must be a whole number, " + range(least, most));
  }
  std::int64_t out = 0;
  if (!convert(number->text, out) || out < least || out > most) {
    return fail(Code::invalid, field(name) + " is out of range: " + range(least, most));
  }
  return std::optional(out);
}

Result<std::int64_t> LineFields::integer(std::string_view name, std::int64_t least, std::int64_t most) const {
  auto value = optional_integer(name, least, most);
  if (!value) return tl::unexpected(value.error());
  if (!*value) return absent(name);
  return **value;
}

Result<std::optional<std::int64_t>> LineFields::optional_milli(std::string_view name, std::int64_t most) const {
  auto const* value = find(name);
  if (value == nullptr) return std::optional<std::int64_t>{};
  auto const* number = std::get_if<NumberText>(value);
  std::int64_t out = 0;
  if (number == nullptr || !to_milli(number->text, out)) {
    return fail(Code::invalid, field(name) + " must be a number with at most 3 decimals and no exponent");
  }
  if (out > most || out < -most) {
    return fail(Code::invalid, field(name) + " is out of range: up to " + std::to_string(most / 1000));
  }
  return std::optional(out);
}

namespace {

constexpr std::string_view kUsualShape = " must be a list of {\"sku\":\"...\",\"share\":0.6}";

/// Reads one member of `usual` into its element.
bool read_usual(Nested::Member const& member, UsualSku& out) {
  if (member.name == "sku") {
    auto const* sku = std::get_if<std::string>(&member.value);
    if (sku == nullptr || sku->empty() || sku->size() > kMaxIdentifier || !out.sku.empty()) return false;
    if (std::any_of(sku->begin(), sku->end(), control)) return false;
    out.sku = Sku(*sku);
  } else if (member.name == "share") {
    auto const* number = std::get_if<NumberText>(&member.value);
    std::int64_t milli = 0;
    if (number == nullptr || !to_milli(number->text, milli) || milli < 0 || milli > 1000) return false;
    out.share.ppm = static_cast<std::uint32_t>(milli * 1000);
  }
  return true;
}

}  // namespace

Result<std::vector<UsualSku>> LineFields::usual(std::string_view name, std::size_t most) const {
  std::vector<UsualSku> out;
  auto const* value = find(name);
  if (value == nullptr) return out;
  auto const* list = std::get_if<Nested>(value);
  if (list == nullptr || !list->flat) return fail(Code::invalid, field(name) + std::string(kUsualShape));
  if (list->elements > most) {
    return fail(Code::invalid, field(name) + " has " + std::to_string(list->elements) + " entries; at most " +
                                   std::to_string(most) + " are allowed: send the most frequent");
  }
  out.resize(list->elements);
  bool fine = true;
  for (auto const& member : list->members) fine = fine && read_usual(member, out[member.element]);
  fine = fine && std::none_of(out.begin(), out.end(), [](UsualSku const& one) { return one.sku.empty(); });
  if (!fine) return fail(Code::invalid, field(name) + std::string(kUsualShape) + ", a share of 0 to 1");
  return out;
}

Result<bool> LineFields::flag(std::string_view name, bool otherwise) const {
  auto const* value = find(name);
  if (value == nullptr) return otherwise;
  if (auto const* flag = std::get_if<bool>(value)) return *flag;
  return fail(Code::invalid, field(name) + " must be true or false");
}

}  // namespace tillcue::pos
