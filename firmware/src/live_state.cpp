#include "tillcue/firmware/live_state.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "json_lines.hpp"
#include "tillcue/core/sku.hpp"

namespace tillcue::terminal {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kPartner = "partner:";
constexpr std::size_t kMaxFaultsTold = 20;

/// Reads one state and collects its faults, each with its line.
class Reader {
 public:
  Reader(std::string_view text, std::string_view name) : name_(name), lines_(json_lines(text)) {}

  LiveState read(Json const& root) {
    LiveState state;
    for (auto const& [field, value] : root.items()) {
      if (field == "stop_all") {
        state.stop_all = flag(field, value);
      } else if (field == "stop") {
        state.stop = names(field, value, LiveState::kMaxStops);
      } else if (field == "grants") {
        state.grants = grants(value);
      } else if (field == "epoch") {
        state.epoch = epoch(value);
      } else if (field == "out_of_stock") {
        state.out_of_stock = names(field, value, LiveState::kMaxOutOfStock);
      } else if (field == "names") {
        state.names = item_names(value);
      } else {
        state.unread.push_back(field);
      }
    }
    return state;
  }

  [[nodiscard]] bool fine() const noexcept { return faults_ == 0; }
  [[nodiscard]] std::string const& text() const noexcept { return text_; }

 private:
  void fault(std::string const& path, std::string const& what) {
    if (++faults_ > kMaxFaultsTold) return;
    text_ += (text_.empty() ? "" : "\n") + name_;
    if (auto const line = lines_.find(path); line != lines_.end()) text_ += ":" + std::to_string(line->second);
    text_ += ": " + path + ": " + what;
  }

  bool flag(std::string const& path, Json const& value) {
    if (value.is_boolean()) return value.get<bool>();
    fault(path, "must be true or false");
    return false;
  }

  std::string epoch(Json const& value) {
    auto const text = value.is_string() ? value.get<std::string>() : std::string();
    bool const fits = text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!fits) fault("epoch", "must be a text of 16 lower-case hexadecimal digits");
    return text;
  }

  std::vector<std::string> names(std::string const& path, Json const& value, std::size_t most) {
    std::vector<std::string> out;
    if (!value.is_array() || value.size() > most) {
      fault(path, "must be a list of at most " + std::to_string(most) + " texts");
      return out;
    }
    for (auto const& entry : value) {
      bool const fits = entry.is_string() && is_name(entry.get_ref<std::string const&>());
      if (!fits) fault(path, "must hold texts of 1 to 64 bytes without control characters");
      if (!fits) break;
      out.push_back(entry.get<std::string>());
    }
    return out;
  }

  std::vector<LiveState::Name> item_names(Json const& value) {
    std::vector<LiveState::Name> out;
    if (!value.is_array() || value.size() > LiveState::kMaxNames) {
      fault("names", "must be a list of at most " + std::to_string(LiveState::kMaxNames) + " [name, SKU] or more");
      return out;
    }
    for (auto const& entry : value) {
      bool const two = entry.is_array() && entry.size() >= 2 && entry[0].is_string() && entry[1].is_string();
      bool const fits = two && is_text(entry[0].get_ref<std::string const&>(), LiveState::kMaxName) &&
                        is_name(entry[1].get_ref<std::string const&>()) &&
                        (entry.size() == 2 || entry[2].is_number_integer());
      if (!fits) {
        fault("names", "must hold [name of 1 to 200 bytes, SKU of 1 to 64] and maybe a price in minor units");
        break;
      }
      out.push_back({entry[0].get<std::string>(), entry[1].get<std::string>(), {}});
      if (entry.size() > 2) out.back().price_minor = entry[2].get<std::int64_t>();
    }
    return out;
  }

  std::map<std::string, Allotment> grants(Json const& value) {
    std::map<std::string, Allotment> out;
    if (!value.is_object() || value.size() > LiveState::kMaxGrants) {
      fault("grants", "must be an object of at most " + std::to_string(LiveState::kMaxGrants) + " campaigns");
      return out;
    }
    for (auto const& [name, grant] : value.items()) {
      auto const path = "grants." + name;
      auto const bare = name.rfind(kPartner, 0) == 0 ? name.substr(kPartner.size()) : name;
      if (!is_name(bare)) {
        fault("grants", "names must have 1 to 64 bytes without control characters");
      } else if (!grant.is_object()) {
        fault(path, "must be {\"amount\": minor units, \"issues\": offers}");
      } else {
        out[name] = {whole(path, grant, "amount"), whole(path, grant, "issues")};
      }
    }
    return out;
  }

  std::int64_t whole(std::string const& path, Json const& grant, char const* field) {
    auto const found = grant.find(field);
    if (found == grant.end()) return Allotment::kUnlimited;
    bool const fits =
        found->is_number_unsigned() && found->get<std::uint64_t>() <= static_cast<std::uint64_t>(LiveState::kMaxAmount);
    if (fits) return found->get<std::int64_t>();
    fault(path + "." + field, "must be a whole number from 0 to " + std::to_string(LiveState::kMaxAmount));
    return 0;
  }

  static bool is_name(std::string const& text) { return is_text(text, kMaxIdentifier); }
  static bool is_text(std::string const& text, std::size_t most) {
    auto const control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    return !text.empty() && text.size() <= most && std::none_of(text.begin(), text.end(), control);
  }

  std::string name_;
  std::map<std::string, int> lines_;
  std::string text_;
  std::size_t faults_ = 0;
};

}  // namespace

Result<LiveState> parse_live_state(std::string_view text, std::string_view name) {
  std::string const where(name);
  if (text.size() > LiveState::kMaxBytes) {
    return fail(Code::invalid, where + ": larger than " + std::to_string(LiveState::kMaxBytes) + " bytes");
  }
  auto const root = Json::parse(text.begin(), text.end(), nullptr, false, true);
  if (root.is_discarded()) return fail(Code::invalid, where + ": not valid JSON in UTF-8; write it anew");
  if (!root.is_object()) return fail(Code::invalid, where + ": must be one JSON object { }");
  Reader reader(text, name);
  auto state = reader.read(root);
  if (!reader.fine()) return fail(Code::invalid, reader.text());
  return state;
}

void apply(LiveState const& state, Live& live) {
  live.stop("", state.stop_all);
  for (auto const& campaign : state.stop) live.stop(campaign, true);
  for (auto const& [name, grant] : state.grants) live.grant(name, grant);
  for (auto const& sku : state.out_of_stock) live.out_of_stock(sku, true);
}

}  // namespace tillcue::terminal
