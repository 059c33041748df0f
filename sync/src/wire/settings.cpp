#include "tillcue/sync/settings.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "json_fields.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMaxText = 16'384;
constexpr int kMaxDepth = 3;

std::vector<Setting> const& table() {
  using Kind = Setting::Kind;
  static std::vector<Setting> const all = {
      {"customer_display.hints", Kind::choice, 0, 0, {"campaigns", "all"}, "what the customer's display shows"},
      {"learned_stock", Kind::flag, 0, 0, {}, "hold back what has not been sold for far too long"},
      {"log_level", Kind::choice, 0, 0, {"debug", "info", "warning", "error"}, "of the terminal's log"},
      {"printer.paper_mm", Kind::number, 60, 600, {}, "the longest coupon"},
      {"printer.paper_mm_day", Kind::number, 0, 1'000'000, {}, "all coupons of a day; 0: no limit"},
      {"printer.qr", Kind::flag, 0, 0, {}, "the serial also as a QR code"},
      {"screen.hint_ms", Kind::number, 1'500, 120'000, {}, "how long a hint stays"},
  };
  return all;
}

bool fits(Setting const& setting, Json const& value) {
  switch (setting.kind) {
    case Setting::Kind::flag:
      return value.is_boolean();
    case Setting::Kind::number:
      if (value.is_number_unsigned())
        return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(setting.most) &&
               value.get<std::int64_t>() >= setting.least;
      return false;
    case Setting::Kind::choice:
      break;
  }
  return value.is_string() && std::find(setting.choices.begin(), setting.choices.end(),
                                        std::string_view{value.get_ref<std::string const&>()}) != setting.choices.end();
}

/// Where each field of a well-formed document stands, by its dotted name.
std::map<std::string, std::size_t, std::less<>> places_of(std::string_view text) {
  std::map<std::string, std::size_t, std::less<>> places;
  std::vector<std::string> prefixes;
  std::string last;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{' || text[at] == '[') prefixes.push_back(prefixes.empty() ? "" : last + '.');
    if ((text[at] == '}' || text[at] == ']') && !prefixes.empty()) prefixes.pop_back();
    if (text[at] != '"') continue;
    auto end = at + 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    auto const behind = text.find_first_not_of(" \t\r\n", std::min(end + 1, text.size()));
    bool const is_name = behind != std::string_view::npos && text[behind] == ':' && !prefixes.empty();
    if (is_name) {
      last = prefixes.back() + std::string(text.substr(at + 1, end - at - 1));
      places.try_emplace(last, at);
    }
    at = end;
  }
  return places;
}

/// Reads one document and collects its faults.
class Reader {
 public:
  Reader(std::string_view text, std::string_view where) : text_(text), where_(where), places_(places_of(text)) {}

  void read(Json const& object, std::string const& prefix) {
    for (auto const& [name, value] : object.items()) {
      auto const path = prefix + name;
      auto const found = places_.find(path);
      auto const at = found == places_.end() ? 0 : found->second;
      auto const setting =
          std::find_if(table().begin(), table().end(), [&](Setting const& one) { return one.name == path; });
      bool const group = value.is_object() && std::any_of(table().begin(), table().end(), [&](Setting const& one) {
                           return one.name.starts_with(path + '.');
                         });
      if (setting != table().end() && fits(*setting, value)) {
        settings[path] = value.dump();
      } else if (setting != table().end()) {
        fault(at, path, "must be " + setting->rule());
      } else if (group) {
        read(value, path + '.');
      } else {
        fault(at, path, "is nothing that head office sets from afar; `tillcue-hq config list` tells what is");
      }
    }
  }

  Settings settings;
  std::string faults;

 private:
  void fault(std::size_t at, std::string_view path, std::string const& what) {
    auto const line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    if (!faults.empty()) faults += '\n';
    faults.append(where_).append(":" + std::to_string(line) + ": ").append(cut_utf8(path, 100)).append(": " + what);
  }

  std::string_view text_, where_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace

std::string Setting::rule() const {
  if (kind == Kind::flag) return "true or false";
  if (kind == Kind::number) return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  std::string list = "one of";
  for (auto const choice : choices) list.append(list == "one of" ? ": " : ", ").append(choice);
  return list;
}

std::span<Setting const> settings() { return table(); }

Result<Settings> read_settings(std::string_view text, std::string_view where) {
  auto const json = parse_json(text, kMaxText, kMaxDepth, where);
  if (!json) return tl::unexpected(json.error());
  Reader reader(text, where);
  reader.read(*json, "");
  if (!reader.faults.empty()) return fail(Code::invalid, reader.faults);
  return std::move(reader.settings);
}

std::string encode_settings(Settings const& settings) {
  auto out = Json::object();
  for (auto const& [name, value] : settings) out[name] = Json::parse(std::string_view(value), nullptr, false);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Settings merged(std::span<Settings const> documents) {
  Settings all;
  for (auto const& document : documents) {
    for (auto const& [name, value] : document) all[name] = value;
  }
  return all;
}

}  // namespace tillcue::sync
