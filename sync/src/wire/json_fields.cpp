#include "json_fields.hpp"

#include <set>
#include <utility>
#include <vector>

namespace tillcue::sync {
namespace {

/// Builds the value from the parser's events and stops at the first fault: depth and repeated keys cannot be seen
/// afterwards.
class Builder : public nlohmann::detail::json_sax_dom_parser<Json> {
 public:
  Builder(Json& out, int depth) : json_sax_dom_parser(out, false), most_(depth) {}
  std::string fault;

  bool start_object(std::size_t size) {
    keys_.emplace_back();
    return deeper() && json_sax_dom_parser::start_object(size);
  }
  bool end_object() {
    --depth_;
    keys_.pop_back();
    return json_sax_dom_parser::end_object();
  }
  bool start_array(std::size_t size) { return deeper() && json_sax_dom_parser::start_array(size); }
  bool end_array() {
    --depth_;
    return json_sax_dom_parser::end_array();
  }
  bool key(std::string& name) {
    if (!keys_.back().insert(name).second) return refuse("field \"" + cut_utf8(name, 40) + "\" appears twice");
    return json_sax_dom_parser::key(name);
  }
  bool parse_error(std::size_t byte, std::string const&, nlohmann::detail::parse_error const&) {
    return refuse("not JSON at byte " + std::to_string(byte));
  }
  bool parse_error(std::size_t, std::string const&, nlohmann::detail::exception const& other) {
    return refuse(other.what());
  }

 private:
  bool deeper() { return ++depth_ <= most_ || refuse("nested deeper than " + std::to_string(most_) + " levels"); }
  bool refuse(std::string why) {
    fault = std::move(why);
    return false;
  }

  int most_;
  int depth_ = 0;
  std::vector<std::set<std::string>> keys_;
};

/// Length of the well-formed sequence at the front (RFC 3629), 0 when there is none.
std::size_t sequence(std::string_view text) noexcept {
  auto const at = [&](std::size_t n) { return n < text.size() ? static_cast<unsigned char>(text[n]) : 0U; };
  auto const tail = [&](std::size_t n) { return (at(n) & 0xC0U) == 0x80U; };
  auto const first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (first == 0xE0 && at(1) < 0xA0) return 0;
    if (first == 0xED && at(1) > 0x9F) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0 && at(1) < 0x90) return 0;
    if (first == 0xF4 && at(1) > 0x8F) return 0;
    return tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::size_t limit, int depth, std::string_view what) {
  auto const name = std::string(what);
  if (text.size() > limit) {
    return fail(Code::invalid, name + ": " + std::to_string(text.size()) + " bytes, at most " + std::to_string(limit));
  }
  Json parsed;
  Builder builder(parsed, depth);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return fail(Code::invalid, name + ": " + builder.fault);
  if (!parsed.is_object()) return fail(Code::invalid, name + ": not a JSON object");
  return parsed;
}

Fields::Fields(Json const& object, std::string_view what) : object_(object), what_(what) {
  if (!object_.is_object()) reject("", "is not a JSON object");
}

void Fields::reject(std::string_view name, std::string_view why) {
  if (error_) return;
  auto text = std::string(what_) + ": ";
  if (!name.empty()) text += "\"" + std::string(name) + "\" ";
  error_ = Error{Code::invalid, text + std::string(why)};
}

bool Fields::has(char const* name) const { return object_.is_object() && object_.contains(name); }

Json const* Fields::find(char const* name, bool required) {
  if (!object_.is_object()) return nullptr;
  auto const it = object_.find(name);
  if (it != object_.end()) return &*it;
  if (required) reject(name, "is missing");
  return nullptr;
}

std::string Fields::text(char const* name, std::size_t most, std::size_t least) {
  auto const* value = find(name, true);
  if (value == nullptr) return {};
  if (!value->is_string()) return reject(name, "must be a text"), std::string{};
  auto const& text = value->get_ref<std::string const&>();
  if (text.size() > most) return reject(name, "is longer than " + std::to_string(most) + " bytes"), std::string{};
  if (text.size() < least) return reject(name, least == 1 ? "is empty" : "is too short"), std::string{};
  return text;
}

std::string Fields::optional_text(char const* name, std::size_t most) {
  return has(name) ? text(name, most) : std::string{};
}

std::uint64_t Fields::number(char const* name, std::uint64_t least, std::uint64_t most) {
  auto const* value = find(name, true);
  if (value == nullptr) return least;
  // A negative or too large number must not wrap into a valid one.
  if (!value->is_number_unsigned()) return reject(name, "must be a whole number, not negative"), least;
  auto const number = value->get<std::uint64_t>();
  if (number < least || number > most) {
    return reject(name, "is out of range " + std::to_string(least) + ".." + std::to_string(most)), least;
  }
  return number;
}

std::uint64_t Fields::optional_number(char const* name, std::uint64_t otherwise, std::uint64_t least,
                                      std::uint64_t most) {
  return has(name) ? number(name, least, most) : otherwise;
}

std::int64_t Fields::integer(char const* name, std::int64_t least, std::int64_t most) {
  auto const* value = find(name, true);
  if (value == nullptr) return least;
  if (!value->is_number_integer()) return reject(name, "must be a whole number"), least;
  bool const beyond =
      value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  auto const number = beyond ? 0 : value->get<std::int64_t>();
  if (beyond || number < least || number > most) {
    return reject(name, "is out of range " + std::to_string(least) + ".." + std::to_string(most)), least;
  }
  return number;
}

bool Fields::flag(char const* name, bool otherwise) {
  auto const* value = find(name, false);
  if (value == nullptr) return otherwise;
  if (!value->is_boolean()) return reject(name, "must be true or false"), otherwise;
  return value->get<bool>();
}

Json const* Fields::array(char const* name, std::size_t most) {
  auto const* value = find(name, true);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) return reject(name, "must be a list"), nullptr;
  if (value->size() > most) return reject(name, "has more than " + std::to_string(most) + " elements"), nullptr;
  return value;
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    auto const length = sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string cut_utf8(std::string_view text, std::size_t most) {
  std::size_t taken = 0;
  while (taken < text.size()) {
    auto const length = sequence(text.substr(taken));
    if (length == 0 || taken + length > most) break;
    taken += length;
  }
  return std::string(text.substr(0, taken));
}

}  // namespace tillcue::sync
