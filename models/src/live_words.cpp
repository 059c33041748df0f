#include "tillcue/models/live_words.hpp"

#include <algorithm>
#include <array>

#include "json_object.hpp"
#include "json_text.hpp"

namespace tillcue::models {
namespace {

constexpr std::int64_t kMost = 1'000'000'000'000;

Allotment read_grant(nlohmann::json const& value, std::string const& path, std::vector<std::string>& problems) {
  Allotment share{Allotment::kUnlimited, Allotment::kUnlimited};
  JsonObject fields(value, path, problems);
  fields.integer("amount", 0, kMost, share.minor);
  fields.integer("issues", 0, kMost, share.issues);
  fields.finish();
  return share;
}

}  // namespace

Result<LiveWords> parse_live_words(std::string_view json, std::string const& name) {
  auto const root = parse_json(json, name);
  if (!root) return tl::unexpected(root.error());
  std::vector<std::string> problems;
  LiveWords words;
  JsonObject top(*root, "", problems);
  top.boolean("stop_all", words.stop_all);
  top.texts("stop", words.stop);
  top.texts("out_of_stock", words.out_of_stock);
  if (auto const* const grants = top.take("grants")) {
    JsonObject names(*grants, "/grants", problems);
    for (auto const& [campaign, share] : grants->items()) {
      if (!grants->is_object()) break;
      words.grants[campaign] = read_grant(share, names.at(campaign), problems);
    }
  }
  constexpr std::array<std::string_view, 4> kKnown{"stop_all", "stop", "out_of_stock", "grants"};
  for (auto const& [field, unused] : root->items()) {
    bool const known = std::find(kKnown.begin(), kKnown.end(), field) != kKnown.end();
    if (!known && root->is_object()) words.unread.push_back(field);
  }
  if (problems.empty()) return words;
  return tl::unexpected(all_problems(problems, JsonLines(json), name));
}

void tell(LiveWords const& words, Live& live) {
  for (auto const& campaign : words.stop) live.stop(campaign, true);
  for (auto const& [name, share] : words.grants) live.grant(name, share);
  for (auto const& sku : words.out_of_stock) live.out_of_stock(sku, true);
}

}  // namespace tillcue::models
